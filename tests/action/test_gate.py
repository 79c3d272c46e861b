"""The action, its steps run as a runner runs them; the last word is always the gate's."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.live.tree import EDIT, START, P, ok
from tests.support import trees
from tests.support.cli import unfollowed as migrate
from tests.support.runner import Ran, Runner
from tests.support.workflow import annotated, obeyed

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = {"install": {"python": sys.executable}}
"""The step that installs is run by `make check-actions`: it needs a package index."""
HARMLESS = {"error", "warning", "notice", "group", "endgroup"}


@pytest.fixture
def green(tmp_path: Path) -> Path:
    """A checkout with a finished rollout."""
    root = trees.write(tmp_path / "checkout", START)
    (root / ".git").mkdir()
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    return root


def run(checkout: Path, /, **inputs: str) -> Ran:
    temporary = checkout.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Runner(temporary, checkout, INSTALLED).run(ROOT, given)


def close(root: Path) -> None:
    content = (root / P).read_bytes()
    assert b"lr: 1" in content
    (root / P).write_bytes(content.replace(b"lr: 1", b"lr: 7"))


def test_an_open_gate_is_a_green_job(green: Path) -> None:
    ran = run(green)
    assert ran.code == 0, ran.log
    assert ran.outputs["verdict"] == "open"
    assert ran.outputs["exit-code"] == "0"
    assert not [one for one in annotated(ran.log) if one.level == "error"]
    assert "## migrate verify: the gate is open\n\n2 presets compared\n" in ran.summary
    assert ran.log.endswith("::\n2 presets compared\nthe gate is open\n")  # said once


def test_a_closed_gate_fails_the_job_and_says_where(green: Path) -> None:
    close(green)
    ran = run(green)
    assert ran.code == 1
    assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("closed", "1")
    [error] = [one for one in annotated(ran.log) if one.level == "error"]
    assert error.fields["file"] == P
    assert "t.lr: 1 -> 7" in error.text
    assert "parity: 1 error" in ran.summary


def test_the_files_tell_what_the_annotations_tell(green: Path) -> None:
    close(green)
    ran = run(green)
    assert Path(ran.outputs["report"]).read_text(encoding="utf-8") == ran.summary
    [log] = json.loads(Path(ran.outputs["sarif"]).read_text(encoding="utf-8"))["runs"]
    said = {(one["ruleId"], one["level"]) for one in log["results"]}
    levels = {"error": "error", "warning": "warning", "notice": "note"}
    told = annotated(ran.log)
    assert said == {(one.fields["title"].split()[1], levels[one.level]) for one in told}
    for name in ("sarif", "report"):
        assert green not in Path(ran.outputs[name]).parents  # nothing new in the checkout


def test_two_uses_in_one_job_keep_their_files_apart(green: Path) -> None:
    first, second = run(green).outputs, run(green).outputs
    assert first["sarif"] != second["sarif"]
    assert Path(first["sarif"]).is_file()


def test_a_broken_plan_ends_with_its_letter(green: Path) -> None:
    (green / "plans/train.yaml").write_bytes(b"version: 1\npresets: 7\n")
    ran = run(green)
    assert ran.code == 3
    assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("unknown", "3")
    [error] = annotated(ran.log)
    assert (error.fields["file"], error.fields["line"]) == ("plans/train.yaml", "2")
    assert "nothing was checked" in ran.summary
    assert "plans/train.yaml:2" in ran.summary


def test_a_half_done_rollout_needs_so_far(tmp_path: Path) -> None:
    root = trees.write(tmp_path / "checkout", START)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--preset", "p"))
    assert run(root).outputs["verdict"] == "closed"
    ran = run(root, so_far="true")
    assert ran.outputs["verdict"] == "open"
    assert "1 of 2 applied" in ran.summary


def test_strict_lets_warnings_close_the_gate(green: Path) -> None:
    profile = green / "plans/parity.yaml"
    profile.write_text(
        profile.read_text().replace("allow: []", "")
        + "allow:\n  - path: nowhere.*\n    reason: nobody needs it\n"
    )
    assert run(green).outputs["verdict"] == "open", profile.read_text()
    assert run(green, strict="true").outputs["verdict"] == "closed"


def test_a_root_below_the_checkout_is_told_by_its_path_there(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    root = trees.write(checkout / "jobs/train it", START)
    (checkout / ".git").mkdir()
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    close(root)
    ran = run(checkout, root="jobs/train it")
    [error] = [one for one in annotated(ran.log) if one.level == "error"]
    assert error.fields["file"] == f"jobs/train it/{P}"


def test_other_plans(tmp_path: Path) -> None:
    root = trees.write(tmp_path / "checkout", START)
    ok(migrate(root, "--plans", "the plans", "init"))
    ok(migrate(root, "--plans", "the plans", "apply", "--all"))
    assert run(root, plans="the plans").outputs["verdict"] == "open"


def test_what_cannot_be_compared_changes_no_verdict(green: Path) -> None:
    """A revision that was not fetched, or one that is none."""
    for since in ("HEAD^1", "--output=/etc/passwd", "$(touch pwned)", "a\n::error::b"):
        ran = run(green, since=since)
        assert ran.code == 0
        [warning] = annotated(ran.log)
        assert warning.level == "warning"
        assert warning.text in ran.summary.partition("\n## migrate diff\n")[2]
        assert set(obeyed(ran.log)) == {"warning"}
    assert not list(green.rglob("pwned"))


def test_arguments_are_words_and_no_shell_reads_them(green: Path) -> None:
    ran = run(green, arguments="--preset\n  p\n\n--preset\nq")
    assert ran.outputs["verdict"] == "open"
    assert "2 presets compared" in ran.summary
    for evil in ("--preset\n$(touch pwned)", "--preset\n`touch pwned`", "; touch pwned"):
        ran = run(green, arguments=evil)
        assert ran.outputs["verdict"] == "unknown", ran.log
        assert not list(green.rglob("pwned"))


@pytest.mark.parametrize("name", ["root", "plans", "arguments", "strict"])
@pytest.mark.parametrize(
    "value",
    [
        "$(touch pwned)",
        "';touch pwned;'",
        "a\n::set-env name=A::b",
        '"\n##[error]x',
    ],
)
def test_no_input_is_run_or_obeyed(green: Path, name: str, value: str) -> None:
    ran = run(green, **{name: value})
    assert ran.code in (2, 3)
    assert ran.outputs["verdict"] == "unknown"
    assert not list(green.parent.rglob("pwned"))
    assert set(obeyed(ran.log)) <= HARMLESS, ran.log


@pytest.mark.parametrize(("name", "value"), [("so_far", "yes"), ("strict", "1"), ("trainer", "on")])
def test_a_switch_is_true_or_false(green: Path, name: str, value: str) -> None:
    ran = run(green, **{name: value})
    assert ran.code == 2
    [error] = annotated(ran.log)
    asked = f"the input {name.replace('_', '-')} is '{value}'"
    assert f"{asked}\nhint: write true or false" in error.text
    assert error.text in ran.summary


@pytest.mark.parametrize("value", ["true", "TRUE"])
def test_a_boolean_of_a_workflow_is_understood(green: Path, value: str) -> None:
    assert run(green, strict=value).code == 0


EVIL = [
    "a b", "$(touch pwned)", "`touch pwned`", "::error::x", "x\n::error::y", "##[add-mask]z",
    "  ::stop-commands::q", "::endgroup::", "a\r::error::b", "<script>alert(1)</script>",
    "%0A::error::c",
]  # fmt: skip


@pytest.mark.parametrize("word", EVIL)
def test_nothing_in_a_tree_is_run_or_obeyed(tmp_path: Path, word: str) -> None:
    """A word as the name of a file, of a key, and as a value; in a green and in a closed tree."""
    root = tmp_path / "checkout"
    quoted = json.dumps(word).encode()
    name = re.sub(r"[/\n\r]", "_", word)  # what no plan can name is not a preset's
    tree = {
        **START,
        f"configs/train/{name}.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n"
        + quoted + b": " + quoted + b"\n",
    }  # fmt: skip
    trees.write(root, tree)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    (root / f"configs/train/{word.replace('/', '_')}.late.yaml").write_bytes(b"extends: 7\n")
    for closed in (False, True):
        if closed:
            spoil(root / f"configs/train/{name}.yaml", quoted)
        ran = run(root)
        assert not list(tmp_path.rglob("pwned"))
        assert set(obeyed(ran.log)) <= HARMLESS, ran.log
        assert all(one.fields["title"].startswith("migrate ") for one in annotated(ran.log))
        # CommonMark 6.1: a run of backticks is closed by a run that is as long.
        assert "<script>" not in re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", ran.summary)
    assert ran.outputs["verdict"] == "closed"


@pytest.mark.parametrize("word", ["a\n::error::b", "##[add-mask]x`", "-x"])
def test_nothing_in_the_name_of_the_root_or_in_a_plan_is_obeyed(tmp_path: Path, word: str) -> None:
    checkout = tmp_path / "checkout"
    root = trees.write(checkout / word, START)
    (checkout / ".git").mkdir()
    ok(migrate(root, "init"))
    presets = {word: 7, f"{word}\n::add-mask::x": {"from": 1}}
    (root / "plans/train.yaml").write_text(f"version: 1\npresets: {json.dumps(presets)}\n")
    ran = run(checkout, root=word)
    assert ran.code == 3
    assert set(obeyed(ran.log)) == {"error"}, ran.log
    files = {one.fields["file"] for one in annotated(ran.log)}
    assert files == {f"{word}/plans/train.yaml"}


def spoil(path: Path, quoted: bytes) -> None:
    old, new = quoted + b": " + quoted, quoted + b": [" + quoted + b"]"
    path.write_bytes(path.read_bytes().replace(old, new))


def test_the_trainer_is_asked_once_and_what_it_says_is_not_obeyed(green: Path) -> None:
    """It is code of the pull request, and may take minutes."""
    counted = green.parent / "counted"
    (green / "loud.sh").write_text(
        f"echo asked >> {counted}\nprintf '::error::pwned\\n::add-mask::a\\n##[error]b\\n' >&2\n"
        "printf '::error::pwned\\n'\nexit 1\n"
    )
    tree = green / "plans/tree.yaml"
    before = tree.read_text() if tree.exists() else "version: 1\n"
    tree.write_text(before + "trainer:\n  command: sh loud.sh {config}\n")
    assert run(green).code == 0
    assert not counted.exists()
    ran = run(green, trainer="true")
    asked = counted.read_text().count("asked")
    assert ran.code != 0, ran.log
    assert asked == asked_by_hand(green, counted)
    assert set(obeyed(ran.log)) <= HARMLESS, ran.log
    assert not any(one.text == "pwned" for one in annotated(ran.log))


def asked_by_hand(root: Path, counted: Path) -> int:
    before = counted.read_text().count("asked")
    migrate(root, "verify", "--trainer")
    return counted.read_text().count("asked") - before


def test_a_pull_request_from_a_fork_needs_no_more(green: Path) -> None:
    """No step asks for a token, and the runner of these tests gives none."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert not {"github.token", "secrets.", "GITHUB_TOKEN"} & set(text.split())
    assert "token" not in text.lower()
    trees.write(green, EDIT)
    assert run(green).outputs["verdict"] in ("open", "closed")


def test_a_python_is_set_up_where_one_is_asked_for(green: Path) -> None:
    assert run(green).used == []
    [(action, given)] = run(green, python_version="3.12").used
    assert action.startswith("actions/setup-python@")
    assert given == {"python-version": "3.12"}


def test_the_tree_cannot_take_the_place_of_a_module(green: Path) -> None:
    for name in ("migrate", "yaml", "json"):
        (green / f"{name}.py").write_text("raise SystemExit('pwned')\n")
    ran = run(green)
    assert ran.code == 0, ran.log
    assert "pwned" not in ran.log


def test_every_input_reaches_the_step_that_reads_it() -> None:
    data = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    given = " ".join(
        str(value)
        for step in data["runs"]["steps"]
        for part in ("env", "with")
        for value in step.get(part, {}).values()
    )
    assert [name for name in data["inputs"] if f"inputs.{name} " not in given] == []


def test_outside_of_github_it_is_a_plain_command(
    green: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(green)
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-I",
                     str(ROOT / ".github/action/gate.py")) == 0  # fmt: skip
