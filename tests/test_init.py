"""`migrate init`: what it drafts holds, on the tree as it is and as it is spelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ruamel.yaml import YAML

from migrate.layout import DEFAULT
from migrate.locations import LEGACY
from migrate.rollout.legacy import MANIFEST, manifest, read_manifest
from migrate.trees.tree import DiskTree, MemoryTree
from migrate.yaml_text.spelling import spell
from tests.support import trees
from tests.support.cli import Ran, migrate
from tests.support.trees import Tree

REPOSITORY = Path(__file__).parents[1]

SMALL = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/o.yaml": b"t: {lr: 1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n",
}


def ok(root: Path, *arguments: str) -> Ran:
    ran = migrate(root, *arguments)
    assert ran.code == 0, ran.out + ran.err
    return ran


# The parity profile.


def before_the_rollout(root: Path) -> Path:
    """A copy of this repository as it was before its presets were migrated, without plans."""
    tree = DiskTree(str(REPOSITORY))
    for frozen in read_manifest(tree):
        live = DEFAULT.live(frozen)
        trees.write(root, {live: tree.read(frozen)})
    fusion = trees.read(REPOSITORY / "configs" / "fusion")
    return trees.write(root / "configs" / "fusion", fusion).parents[1]


@pytest.mark.parametrize(
    "odd", ["\n", "\r", "\\", "\\n", "\\\\n", "\x0b", "\x85", "\u2028", "\udcff"]
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_manifest_names_the_files_that_it_was_made_of(odd: str, end: bytes) -> None:
    digests = {f"{LEGACY}/a{odd}b.yaml": "0" * 64, f"{LEGACY}/z.yaml": "1" * 64}
    content = manifest(digests).replace(b"\n", end)
    assert read_manifest(MemoryTree({MANIFEST: content})) == digests


def test_an_empty_manifest_names_nothing() -> None:
    assert read_manifest(MemoryTree({MANIFEST: manifest({})})) == {}


def test_a_fresh_rollout_passes_the_strict_gate(tmp_path: Path) -> None:
    trees.write(tmp_path, {**SMALL, "configs/train/q.yaml": SMALL["configs/train/p.yaml"]})
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_a_fresh_rollout_of_this_repository_passes_the_strict_gate(tmp_path: Path) -> None:
    root = before_the_rollout(tmp_path)
    ok(root, "init")
    ok(root, "apply", "--all")
    ran = ok(root, "verify", "--strict")
    assert "16 presets compared; the gate is open" in ran.out


# Names.

WORDS = ("null", "yes", "No", "~", "123", "0o17", "1e3", "1_000", "2026-01-01", "1:30", "=", "<<")
SIGNS = (
    "🙂",
    "a: b",
    "a #b",
    "#c",
    "it's",
    'say "so"',
    "[x]",
    "{y}",
    "a, b",
    "*d",
    "&e",
    "!f",
    "-",
)


@pytest.mark.parametrize("word", [*WORDS, *SIGNS, "-x", "%g", "@h", "`i`", "é", " sp ace "])
@pytest.mark.parametrize("where", ["{0}", "{0}/p", "{0}/{0}"])
def test_any_name_that_yaml_reads_as_something_else_is_migrated(
    word: str, where: str, tmp_path: Path
) -> None:
    inner = where.format(word)
    up = "../" * (inner.count("/") + 1)
    chain = json.dumps([f"{up}base.yaml", f"{up}components/{word}.yaml"], ensure_ascii=False)
    trees.write(
        tmp_path,
        {
            "configs/base.yaml": b"x: 1\n",
            f"configs/components/{word}.yaml": json.dumps(
                {"t": {word: 1}}, ensure_ascii=False
            ).encode(),
            f"configs/train/{inner}.yaml": f"extends: {chain}\n".encode(),
        },
    )
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")
    files = trees.theirs(trees.read(tmp_path))
    resolved = yaml.safe_load(files[f"configs/train/{inner}.yaml"])
    assert resolved["t"] == {word: 1}


@pytest.mark.parametrize("text", [*WORDS, *SIGNS, "a\u2028b", "a\u0085b", "\ufeffa", "a\x7f", "y"])
def test_a_spelled_text_is_that_text_to_both_kinds_of_reader(text: str) -> None:
    for line in (f"{spell(text)}: [{spell(text)}]", f"? {spell(text)}\n: [{spell(text)}]\n"):
        assert yaml.safe_load(line) == {text: [text]}
        assert YAML(typ="safe", pure=True).load(line) == {text: [text]}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("train/a\u2028b.yaml", "train/a_b.yaml"),
        ("train/a\u0085/b.yaml", "train/a_/b.yaml"),
        ("train/a\nb.yaml", "train/a_b.yaml"),
        ("train/a\\b.yaml", "train/a_b.yaml"),
        ("~/p.yaml", "_/p.yaml"),
        ("C:/p.yaml", "_/p.yaml"),
    ],
)
def test_a_name_that_no_plan_can_hold_is_refused_with_one_that_can(
    name: str, better: str, tmp_path: Path
) -> None:
    up = "../" * name.count("/")
    text = f"extends: [{up}base.yaml, {up}components/o.yaml]\n".encode()
    files = {**SMALL, f"configs/{name}": text}
    trees.write(tmp_path, files)
    refused = migrate(tmp_path, "init")
    assert (refused.code, f"rename it, for example to configs/{better}\n" in refused.err) == (
        3,
        True,
    )
    assert trees.read(tmp_path) == dict(sorted(files.items()))
    (tmp_path / "configs" / better).parent.mkdir(exist_ok=True)
    (tmp_path / "configs" / name).rename(tmp_path / "configs" / better)
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


# Again.

EVERY = {
    **SMALL,
    "configs/components/n.yaml": b"n: {k: 1, l: 2}\n",
    "configs/train/q.yaml": SMALL["configs/train/p.yaml"] + b"q: 1\n",
    "configs/sft/a.yaml": b"extends: [../base.yaml, ../components/o.yaml]\na: 1\n",
}


def plans_of(root: Path) -> Tree:
    return {p: body for p, body in trees.read(root).items() if p.startswith("plans/")}


def by_hand(root: Path) -> None:
    """What people do to the plans: comments, another name, gates, order, notes."""
    path = root / "plans" / "train.yaml"
    text = path.read_text()
    text = text.replace("version: 1\n", "version: 1  # ours\ngates: ['true']\norder: [t, x]\n")
    text = text.replace("  q:\n", "  # this one is dear to us\n  dear_q:  # renamed\n")
    path.write_text(text.replace("components/o.yaml: [t]", "components/o.yaml: [t]  # the rate"))
    (root / "plans" / "parity.yaml").write_text("version: 1  # nothing is allowed\nallow: []\n")
    with (root / "plans" / "tree.yaml").open("a") as file:
        file.write("references:\n  configs/components/o.yaml: drop  # nobody needs it\n")


def test_init_again_changes_nothing_where_nothing_is_new(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    by_hand(tmp_path)
    before = trees.read(tmp_path)
    assert (
        ok(tmp_path, "init", "--force").out == "nothing to do: the plans hold what this tree has\n"
    )
    assert trees.read(tmp_path) == before
    for preset in ("p", "dear_q"):
        ok(tmp_path, "apply", "--preset", preset)
        before = trees.read(tmp_path)
        ok(tmp_path, "init", "--force")
        assert trees.read(tmp_path) == before
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "init", "--force")
    ok(tmp_path, "verify", "--strict")
    assert "1 step" not in ok(tmp_path, "plan").out


def test_init_again_adds_what_is_new_and_shows_it(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    by_hand(tmp_path)
    ok(tmp_path, "apply", "--preset", "p")
    before = plans_of(tmp_path)
    late = b"extends: [../base.yaml, ../components/o.yaml, ../components/n.yaml]\n"
    trees.write(tmp_path, {"configs/train/p_2.yaml": late, "configs/new/p.yaml": late})
    ran = ok(tmp_path, "init", "--force")
    assert "+  p_2:\n" in ran.out
    assert "+++ b/plans/new.yaml\n" in ran.out
    after = plans_of(tmp_path)
    assert set(after) - set(before) == {"plans/new.yaml"}
    assert {path for path in before if after[path] != before[path]} == {
        "plans/train.yaml",
        "plans/tree.yaml",
    }
    for path in ("plans/train.yaml", "plans/tree.yaml"):
        kept = iter(after[path].splitlines())
        assert all(line in kept for line in before[path].splitlines() if b"presets: [" not in line)
    assert ok(tmp_path, "init", "--force").out.startswith("nothing to do")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_init_again_lets_a_pending_plan_inline_what_became_active(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    by_hand(tmp_path)
    edited = b"extends: [../base.yaml, ../components/o.yaml, ../components/n.yaml]\nn: {l: 3}\n"
    trees.write(tmp_path, {"configs/train/q.yaml": edited})
    ran = ok(tmp_path, "--output", "json", "init", "--force")
    told = json.loads(ran.out)
    assert told["missing"] == {"dear_q": {"components/n.yaml": ["n.k"]}}
    assert told["changes"][-1] == {"path": "plans/train.yaml", "change": "modify"}
    text = (tmp_path / "plans/train.yaml").read_text()
    assert "  # this one is dear to us\n  dear_q:  # renamed\n" in text
    assert "components/o.yaml: [t]  # the rate\n      components/n.yaml: [n.k]\n" in text
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_init_again_tells_a_planned_preset_that_is_gone(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    before = plans_of(tmp_path)
    (tmp_path / "configs/train/q.yaml").unlink()
    ran = ok(tmp_path, "init", "--force")
    line = before["plans/train.yaml"].decode().splitlines().index("  q:") + 1
    assert ran.out.startswith(
        f"plans/train.yaml:{line}:3: q is planned, and configs/train/q.yaml is gone\n"
    )
    assert plans_of(tmp_path) == before
    assert (tmp_path / "configs/legacy/train/q.yaml").exists()


def test_init_again_keeps_what_the_record_of_an_applied_preset_needs(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--preset", "p")
    before = trees.read(tmp_path)
    trees.write(
        tmp_path,
        {
            "configs/components/o.yaml": b"t: {lr: 3}\n",
            "configs/train/q.yaml": EVERY["configs/train/q.yaml"] + b"# later\n",
        },
    )
    ran = ok(tmp_path, "init", "--force")
    assert "configs/components/o.yaml has changed; its frozen copy stays" in ran.out
    after = trees.read(tmp_path)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed - {"configs/components/o.yaml", "configs/train/q.yaml"} == {
        "configs/legacy/train/q.yaml",
        "configs/legacy/MANIFEST.sha256",
    }
    assert after["configs/legacy/train/q.yaml"].endswith(b"# later\n")
    errors = migrate(tmp_path, "verify").out
    assert "manifest   ok" in errors
    assert "the evidence of p" not in errors
    ok(tmp_path, "undo", "--preset", "p")


def test_init_again_follows_a_parent_that_the_plan_renames(tmp_path: Path) -> None:
    trees.write(tmp_path, {**EVERY, "configs/train/q.yaml": b"extends: p.yaml\nq: 1\n"})
    ok(tmp_path, "init", "--presets", "configs/train/*.yaml")
    path = tmp_path / "plans/train.yaml"
    text = path.read_text().replace("to: configs/train/p.yaml", "to: configs/train/new/p.yaml")
    path.write_text(text.replace("[configs/train/p.yaml]", "[configs/train/new/p.yaml]"))
    before = trees.read(tmp_path)
    ok(tmp_path, "init", "--force", "--presets", "configs/train/*.yaml")
    assert trees.read(tmp_path) == before


def test_init_after_a_rollout_that_is_over_is_refused(tmp_path: Path) -> None:
    trees.write(tmp_path, EVERY)
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "finalize")
    before = trees.read(tmp_path)
    refused = migrate(tmp_path, "init", "--force")
    assert (refused.code, "move the folder out of the way" in refused.err) == (3, True)
    assert trees.read(tmp_path) == before


# After people declared something.

DECLARED = b"""# how our loader works
version: 1
dialect: {like: extends, keys: [_base_]}  # as in trainer.py
exclude:
  - old/**  # nobody runs these
keep:
  components/o.yaml: the docs show it  # for a while
rules:
  max_files: 7
"""
OWN = {path: body.replace(b"extends:", b"_base_:") for path, body in EVERY.items()} | {
    "old/broken.yaml": b"_base_: gone.yaml\n"
}


@pytest.mark.parametrize("name", ["tree", "ours", "train"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_init_starts_from_what_people_declared(
    name: str, force: tuple[str, ...], tmp_path: Path
) -> None:
    trees.write(tmp_path, {**OWN, f"plans/{name}.yaml": DECLARED})
    ran = ok(tmp_path, "init", *force)
    assert "found 3 presets to migrate" in ran.out
    text = (tmp_path / f"plans/{name}.yaml").read_bytes()
    assert text.startswith(DECLARED)
    assert (text == DECLARED) is (name == "ours")
    again = migrate(tmp_path, "init")
    assert (again.code, "has plans already" in again.err) == (3, True)
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")
    assert (tmp_path / "configs/components/o.yaml").exists()
    assert b"_base_: ../base.yaml" in (tmp_path / "configs/train/p.yaml").read_bytes()


def test_a_declared_config_root_and_base_hold(tmp_path: Path) -> None:
    moved = {path.replace("configs/", "conf/x/"): body for path, body in EVERY.items()}
    said = b"version: 1\nconfig_root: conf\nbase: conf/x/base.yaml\n"
    trees.write(tmp_path, {**moved, "plans/tree.yaml": said})
    ok(tmp_path, "init", "--components", "conf/x/components/**")
    assert (tmp_path / "configs/legacy/x/base.yaml").exists()
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_a_declared_config_root_that_does_not_hold_the_presets_is_refused(tmp_path: Path) -> None:
    said = b"version: 1\nconfig_root: conf\nbase: configs/base.yaml\n"
    trees.write(tmp_path, {**EVERY, "plans/tree.yaml": said})
    before = trees.read(tmp_path)
    refused = migrate(tmp_path, "init")
    assert refused.code == 3
    assert refused.err == (
        "error: plans/tree.yaml:2:1: the config root `conf` does not hold every file of the old"
        " presets\nhint: write `config_root: configs`, or take the line out\n"
    )
    assert trees.read(tmp_path) == before
    (tmp_path / "plans/tree.yaml").write_bytes(said.replace(b"root: conf\n", b"root: configs\n"))
    ok(tmp_path, "init")


def test_exclude_is_added_to_what_people_excluded(tmp_path: Path) -> None:
    said = b"version: 1\nexclude:\n  - old/**   # nobody runs these\nbase: configs/base.yaml\n"
    broken = {"old/a.yaml": b"extends: gone.yaml\n", "young/a.yaml": b"extends: gone.yaml\n"}
    trees.write(tmp_path, {**EVERY, **broken, "plans/ours.yaml": said})
    ok(tmp_path, "init", "--exclude", "young/**")
    text = (tmp_path / "plans/ours.yaml").read_text()
    assert text == said.decode().replace("these\n", "these\n  - young/**\n")


# What editors read.


def schema_of(root: Path, plan: str) -> Any:
    """The schema that an editor finds by the header of a plan file."""
    first = (root / plan).read_text().splitlines()[0]
    mark, _, path = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    return json.loads((root / plan).parent.joinpath(path).read_text())


@pytest.mark.parametrize("folder", ["plans", "ops/rollout"])
def test_every_drafted_plan_names_a_schema_that_is_there_and_that_it_keeps(
    folder: str, tmp_path: Path
) -> None:
    trees.write(tmp_path, {**SMALL, "docs/schema/plan.json": b'{"another": "tool"}\n'})
    ok(tmp_path, "--plans", folder, "init")
    drafted = sorted((tmp_path / folder).glob("*.yaml"))
    assert len(drafted) == 3
    for path in drafted:
        schema = schema_of(tmp_path, str(path.relative_to(tmp_path)))
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text()))
    ok(tmp_path, "--plans", folder, "apply", "--all")
    ok(tmp_path, "--plans", folder, "verify", "--strict")


def test_the_schema_that_a_tree_has_already_is_named(tmp_path: Path) -> None:
    ours = {path: (REPOSITORY / path).read_bytes() for path in ("docs/schema/plan.json",)}
    trees.write(tmp_path, {**SMALL, **ours})
    ok(tmp_path, "init")
    first = (tmp_path / "plans/train.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/schema/plan.json"
    assert sorted(path.name for path in (tmp_path / "plans/schema").iterdir()) == ["parity.json"]


def test_a_schema_of_an_older_version_follows_the_tool(tmp_path: Path) -> None:
    trees.write(tmp_path, SMALL)
    ok(tmp_path, "init")
    current = (tmp_path / "plans/schema/plan.json").read_bytes()
    (tmp_path / "plans/schema/plan.json").write_text("{}\n")
    assert "for editors and git: plans/schema/plan.json" in ok(tmp_path, "init", "--force").out
    assert (tmp_path / "plans/schema/plan.json").read_bytes() == current


def test_what_init_measures_goes_below_what_people_declared(tmp_path: Path) -> None:
    said = b"version: 1\nexclude: [old/**]  # nobody runs these\n# the end"
    trees.write(tmp_path, {**SMALL, "old/a.yaml": b"extends: gone.yaml\n", "plans/tree.yaml": said})
    ok(tmp_path, "init")
    text = (tmp_path / "plans/tree.yaml").read_bytes()
    assert text.startswith(said + b"\nrules:")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


# What cannot be written.

TASKS = {
    "plans/tree.yaml": b"version: 1\ndialect: lm-eval\n",
    "configs/components/c_yaml": b"include: d_yaml\nm: 1\nf: !function u.f\n",
    "configs/components/d_yaml": b"n: 1\n",
    "configs/components/e_yaml": b"n: 2\n",
    "configs/train/p.yaml": b"include: ../components/c_yaml\ntask: p\n",
    "configs/train/q.yaml": b"include: ../components/e_yaml\ntask: q\n",
}


def test_a_preset_that_cannot_be_written_is_left_out_and_what_it_needs_stays(
    tmp_path: Path,
) -> None:
    trees.write(tmp_path, TASKS)
    said = ok(tmp_path, "init").out
    assert "found 1 preset to migrate" in said
    assert "p.yaml  cannot be written as one file: configs/components/c_yaml:3:1: f is a" in said
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify")
    now = trees.read(tmp_path)
    gone = {path for path in TASKS if path not in now}
    assert gone == {"configs/components/e_yaml"}
    assert now["configs/train/p.yaml"] == TASKS["configs/train/p.yaml"]
    assert now["configs/train/q.yaml"] == b"n: 2\ntask: q\n"


def test_a_preset_that_cannot_be_written_is_refused_where_it_is_named_or_the_only_one(
    tmp_path: Path,
) -> None:
    trees.write(tmp_path, TASKS)
    ran = migrate(tmp_path, "init", "--presets", "configs/train/p.yaml")
    assert (ran.code, "f is a path relative to configs/components/c_yaml" in ran.err) == (3, True)
    (tmp_path / "configs/train/q.yaml").unlink()
    ran = migrate(tmp_path, "init")
    assert (ran.code, "f is a path relative to configs/components/c_yaml" in ran.err) == (3, True)
    assert set(trees.read(tmp_path)) == set(TASKS) - {"configs/train/q.yaml"}
