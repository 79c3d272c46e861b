"""What surrounds the looking verbs: flatten, schema, help, completion, start-up, the old front."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.look.trees import BASE, PRESET, expected, write
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
A, OVER = "configs/train/sft.yaml", "configs/train/o.yaml"
TREE = {
    "configs/base.yaml": BASE,
    A: PRESET,
    OVER: "extends: sft.yaml\nglobal_max_length: 9 # 短\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, TREE)


def test_flatten_prints_the_file_and_nothing_else(root: Path) -> None:
    ran = migrate(root, "flatten", OVER)
    assert (ran.code, ran.err) == (0, "")
    assert yaml.safe_load(ran.out) == expected(root, OVER)
    assert "# the small one" in ran.out
    assert "# 短" in ran.out


def test_flatten_onto_a_parent_extends_it_from_where_the_file_will_stand(root: Path) -> None:
    ran = migrate(root, "flatten", OVER, "--onto", "configs/base.yaml", "-o", "flat/o.yaml")
    assert (ran.code, ran.out.split(";")[0]) == (0, "wrote flat/o.yaml")
    assert yaml.safe_load((root / "flat/o.yaml").read_text())["extends"] == "../configs/base.yaml"
    assert expected(root, "flat/o.yaml") == expected(root, OVER)


def test_flatten_again_changes_nothing(root: Path) -> None:
    migrate(root, "flatten", OVER, "-o", "flat.yaml")
    before = (root / "flat.yaml").stat().st_mtime_ns
    assert migrate(root, "flatten", OVER, "-o", "flat.yaml").out.startswith(
        "left as it was: flat.yaml"
    )
    assert (root / "flat.yaml").stat().st_mtime_ns == before


def test_flatten_lists_every_comment_that_it_drops(root: Path) -> None:
    part = "# why\nlr: 1  # swept\n"
    write(root, {"part.yaml": part, "p.yaml": "extends: part.yaml\nlr: 2  # mine\n"})
    printed = migrate(root, "flatten", "p.yaml")
    assert printed.out == "lr: 2  # mine\n"
    assert printed.err == (
        "2 comments dropped:\n"
        "  part.yaml:1:1: # why\n    of lr: lr is overridden in p.yaml:2:1\n"
        "  part.yaml:2:8: # swept\n    of lr: lr is overridden in p.yaml:2:1\n"
    )
    written = migrate(root, "flatten", "p.yaml", "-o", "flat.yaml")
    assert written.out == "wrote flat.yaml; 1 comment kept, 2 dropped\n"
    assert written.err == printed.err
    told = json.loads(migrate(root, "--output", "json", "flatten", "p.yaml", "-o", "f.yaml").out)
    assert [(one["file"], one["line"], one["key"]) for one in told["dropped_comments"]] == [
        ("part.yaml", 1, "lr"),
        ("part.yaml", 2, "lr"),
    ]


def test_flatten_refuses_and_writes_nothing(root: Path) -> None:
    write(root, {"p.yaml": "extra: 1\n"})
    ran = migrate(root, "flatten", OVER, "--onto", "p.yaml", "-o", "flat.yaml")
    assert (ran.code, ran.err.startswith("error: ")) == (3, True)
    assert not (root / "flat.yaml").exists()
    assert migrate(root, "flatten", OVER, "-o", "../flat.yaml").code == 3


@pytest.mark.parametrize("kind", ["plan", "parity"])
def test_schema_prints_json_schema(root: Path, kind: str) -> None:
    ran = migrate(root, "schema", kind)
    assert json.loads(ran.out)["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize("verb", ["inspect", "explain", "diff", "flatten", "lint", "schema"])
def test_help_shows_an_example(root: Path, verb: str) -> None:
    ran = migrate(root, verb, "--help")
    assert ran.code == 0
    assert f"Example:\n    migrate {verb} " in ran.out


@pytest.mark.parametrize("option", ["--output", "--root", "-q"])
def test_an_option_of_all_verbs_behind_one_is_told_its_place(root: Path, option: str) -> None:
    ran = migrate(root, "explain", A, option, "json")
    assert ran.code == 2
    assert f"hint: {option} goes before the verb" in ran.err
    assert "goes before" not in migrate(root, "explain", A, "--nonsense").err


def completed(root: Path, *words: str) -> list[str]:
    """What the shell would offer for the last word, by click's own protocol."""
    environment = {
        "_MIGRATE_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("migrate", *words)),
        "COMP_CWORD": str(len(words)),
        "PYTHONPATH": str(REPOSITORY),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-c", COMPLETE]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return [line.split(",", 1)[1] for line in done.stdout.splitlines() if line]


COMPLETE = "from migrate.__main__ import main; main()"
PLAN = f"version: 1\npresets:\n  tiny: {{ from: train/sft.yaml, to: {A} }}\n"


def test_the_shell_is_offered_presets_and_configs(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN})
    assert completed(root, "explain", "ti") == ["tiny"]
    assert completed(root, "diff", A, "legacy:") == ["legacy:tiny"]
    assert completed(root, "inspect", "configs/train/") == [OVER, A]


def test_bash_splits_words_at_colons_and_replaces_the_last_piece(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN})
    assert completed(root, "explain", "legacy", ":") == ["tiny"]
    assert completed(root, "explain", "legacy", ":", "t") == ["tiny"]
    assert completed(root, "diff", "legacy", ":", "tiny", "legacy", ":", "ti") == ["tiny"]
    assert completed(root, "explain", "legacy", ":", "tiny", "") == []
    write(root, {"configs/legacy/train/sft.yaml": "training: { vit_lr: 1 }\n"})
    assert completed(root, "explain", "legacy", ":", "tiny", "") == ["training"]


def test_the_shell_is_offered_keys_to_set_then_configs(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN})
    assert "training" in completed(root, "set", "tra")
    assert completed(root, "set", "global") == ["global_max_length="]
    assert completed(root, "set", "global_max_length", "=", "5", "ti") == ["tiny"]
    assert completed(root, "mv", "ti") == ["tiny"]


@pytest.mark.parametrize("verb", ["plan", "apply", "verify", "undo", "accept"])
def test_the_shell_is_offered_the_presets_of_the_plans(root: Path, verb: str) -> None:
    write(root, {"plans/p.yaml": PLAN})
    assert completed(root, verb, "--preset", "t") == ["tiny"]
    assert completed(root, verb, "--preset", "x") == []


def test_the_shell_is_offered_keys_level_by_level(root: Path) -> None:
    assert completed(root, "explain", A, "") == ["model", "training", "global_max_length"]
    assert completed(root, "explain", A, "training.v") == ["training.vit_lr"]
    assert completed(root, "explain", "gone.yaml", "") == []
    assert completed(root, "table", A, "--key", "training.v") == ["training.vit_lr"]


def test_the_shell_is_offered_a_config_behind_a_config_where_no_key_fits(root: Path) -> None:
    assert completed(root, "explain", A, "configs/train/") == [OVER, A]
    write(root, {"plans/p.yaml": PLAN})
    assert completed(root, "table", "--key", "training.v") == ["training.vit_lr"]
    assert completed(root, "explain", A, "tin") == ["tiny"]


def test_the_shell_is_offered_branches_and_tags(root: Path) -> None:
    assert completed(root, "diff", "--since", "") == []
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        names = ("-c", "user.name=t", "-c", "user.email=t@t")
        subprocess.run(["git", *names, *command], cwd=root, check=True)
    subprocess.run(["git", "tag", "v1"], cwd=root, check=True)
    assert completed(root, "diff", "--since", "") == ["main", "v1"]
    assert completed(root, "diff", "--since", "v") == ["v1"]


def test_the_shell_is_offered_what_differs_and_what_is_accepted(root: Path) -> None:
    from tests.live.tree import START, Q, ok

    tree = root / "rollout"
    write(tree, {path: body.decode() for path, body in START.items()})
    ok(migrate(tree, "init"))
    ok(migrate(tree, "apply", "--all"))
    (tree / Q).write_text((tree / Q).read_text().replace("lr: 1", "lr: 7").replace("m: 1", "n: 1"))
    words = ("accept", "--preset", "q", "--key")
    assert completed(tree, *words, "") == ["m", "n", "t.lr"]
    assert completed(tree, "accept", "--preset", "p", "--key", "") == []
    ok(migrate(tree, "accept", "--preset", "q", "--key", "t", "--reason", "r"))
    assert completed(tree, *words, "t") == []
    assert completed(tree, "accept", "--remove", "--key", "t") == ["t.lr"]
    assert completed(tree, "accept", "--preset", "none", "--key", "") == []
    assert completed(tree, "accept", "--retired", "p") == ["p"]


HEAVY = {"libcst", "deepdiff", "msgspec", "rich", "jsonschema", "ruamel", "filelock"}


@pytest.mark.parametrize("verb", ["inspect", "explain"])
def test_reading_a_config_imports_nothing_heavy(root: Path, verb: str) -> None:
    code = (
        "import sys; from migrate.cli.main import run; run(sys.argv[1:]);"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--root", str(root), verb, OVER]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def front(root: Path, *arguments: str) -> Any:
    script = REPOSITORY / "scripts/config_tools/inspect_config.py"
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_the_front_that_teams_know_prints_the_payload(root: Path) -> None:
    (root / "plans").mkdir()
    done = front(root, "inspect", "--config", OVER)
    assert json.loads(done.stdout) == expected(root, OVER)
    done = front(root, "inspect", "--config", OVER, "--format", "yaml")
    assert yaml.safe_load(done.stdout) == expected(root, OVER)


def test_the_front_that_teams_know_exits_1_on_forbidden_diffs_only(root: Path) -> None:
    write(root, {"plans/parity.yaml": "version: 1\nallow: [{ path: a, reason: r }]\n"})
    write(root, {"a.yaml": "a: 1\n", "b.yaml": "a: 2\n"})
    sides = ("--left", "a.yaml", "--right", "b.yaml")
    assert front(root, "diff", *sides, "--profile", "parity").returncode == 0
    assert front(root, "diff", "--left", A, "--right", OVER, "--profile", "parity").returncode == 1
    assert front(root, "inspect", "--config", "gone.yaml").returncode == 3
