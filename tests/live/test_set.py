"""`set` changes a value where it is set, shows what follows, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import P, findings, ok, states
from tests.support import trees
from tests.support.cli import Ran, migrate
from tests.support.reader import resolve, spelled

BASE, O_FILE, Q, R = (
    "configs/base.yaml",
    "configs/components/o.yaml",
    "configs/train/q.yaml",
    "configs/train/r.yaml",
)
TREE = {
    BASE: b"# shared\nseed: 1\nt:\n    fp16: false\n    lr: 1.0e-6   # steady\n"
    b"    betas: [0.9, 0.99]\n",
    O_FILE: b"optim: {name: adamw, wd: 0.1}\n",
    P: b"extends: [../base.yaml, ../components/o.yaml]\n\nt:\n  run: p  # ours\n  epochs: 3\n",
    Q: b"extends: p.yaml\r\nt:\r\n  run: q\r\n  lr: 3.0e-6\r\n",
    R: b"extends: q.yaml",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.write(tmp_path, TREE)
    return tmp_path


def refused(root: Path, *arguments: str) -> str:
    before = trees.read(root)
    ran = migrate(root, "set", *arguments)
    assert ran.code == 3, ran.out + ran.err
    assert trees.read(root) == before
    return ran.err


def effects(ran: Ran) -> dict[tuple[str, str], tuple[Any, Any]]:
    rows = json.loads(ok(ran).out)["effects"]
    return {(row["config"], row["key"]): (row.get("old"), row.get("new")) for row in rows}


def resolved(root: Path) -> dict[str, Any]:
    files = trees.read(root)
    return {path: spelled(resolve(files, path)) for path in TREE if path in files}


def test_a_value_changes_where_it_is_set_and_what_follows_is_shown(root: Path) -> None:
    ran = migrate(root, "--output", "json", "set", "t.lr=2.0e-6", BASE)
    assert effects(ran) == {(BASE, "t.lr"): (1e-6, 2e-6), (P, "t.lr"): (1e-6, 2e-6)}
    after = trees.read(root)
    assert after == {**TREE, BASE: TREE[BASE].replace(b"1.0e-6 ", b"2.0e-6 ")}


def test_every_config_that_changes_is_told_and_no_other_changes(root: Path) -> None:
    before = resolved(root)
    ran = migrate(root, "--output", "json", "set", "t.betas[1]=0.5", "seed=7", BASE)
    told = {config for config, _ in effects(ran)}
    after = resolved(root)
    assert told == {path for path in before if before[path] != after[path]} == {BASE, P, Q, R}


def test_many_configs_at_once_by_folder_glob_and_name(root: Path) -> None:
    trees.write(root, {P: TREE[P] + b"  lr: 5.0e-6\n"})
    shown = ok(migrate(root, "set", "t.lr=4.0e-6", "configs/train")).out
    assert "changed 3 configs by 2 files" in shown  # r.yaml follows q.yaml
    assert trees.read(root)[Q] == TREE[Q].replace(b"3.0e-6", b"4.0e-6")
    ok(migrate(root, "set", "t.lr=6.0e-6", "configs/train/[pq].yaml"))
    assert resolve(trees.read(root), R)["t"]["lr"] == 6e-6


def test_a_dry_run_shows_the_diff_and_writes_nothing(root: Path) -> None:
    shown = ok(migrate(root, "set", "t.lr=2.0e-6", BASE, "--dry-run")).out
    assert "-    lr: 1.0e-6   # steady\n+    lr: 2.0e-6   # steady\n" in shown
    assert "  configs/train/p.yaml  1e-06 -> 2e-06  follows configs/base.yaml\n" in shown
    assert trees.read(root) == TREE


def test_what_a_config_inherits_is_refused_with_both_ways_out(root: Path) -> None:
    told = refused(root, "t.lr=2.0e-6", P)
    assert "configs/train/p.yaml: inherits t.lr from configs/base.yaml:5:5\n" in told
    assert f"`migrate set --pin t.lr=2.0e-6 {P}` writes it here" in told
    assert f"`migrate set t.lr=2.0e-6 {BASE}` changes it for all" in told
    ok(migrate(root, "set", "--pin", "t.lr=2.0e-6", P))
    assert trees.read(root)[P] == TREE[P] + b"  lr: 2.0e-6\n"


def test_a_pin_may_repeat_what_is_inherited(root: Path) -> None:
    assert "says so already" in ok(migrate(root, "set", "t.lr=1.0e-6", P)).out
    assert trees.read(root) == TREE
    shown = ok(migrate(root, "set", "--pin", "t.lr=1.0e-6", P)).out
    assert "written into 1 file; every config resolves to what it did" in shown
    assert trees.read(root)[P] == TREE[P] + b"  lr: 1.0e-6\n"


def test_a_key_that_no_file_sets_needs_a_word(root: Path) -> None:
    told = refused(root, "t.epoch=4", P)
    assert "no file of the chain sets `t.epoch`" in told
    assert "did you mean t.epochs?" in told
    assert "epoch" in refused(root, "--pin", "t.epoch=4", P)
    ok(migrate(root, "set", "--new", "t.warm.steps=4", "configs/train/*.yaml"))
    assert trees.read(root)[P] == TREE[P] + b"  warm:\n    steps: 4\n"
    assert trees.read(root)[Q] == TREE[Q]


@pytest.mark.parametrize(
    ("word", "reads", "way"),
    [
        ("t.lr=2e-6", '"2e-6" (text)', "write 2.0e-6; or --type-change"),
        ("t.lr=1e6", '"1e6" (text)', "write 1.0e+6; or"),
        ("t.lr=0", "0 (an integer)", "write 0.0; or"),
        ("t.lr=null", "null (null)", "--type-change"),
        ("t.lr=", "null (null)", "--type-change"),
        ("t.fp16=1", "1 (an integer)", "write true; or"),
        ("t.fp16='true'", '"true" (text)', "write true; or"),
        ("t.betas=[0.8, 1e-3]", '"1e-3" (text)', "t.betas[1] is a float"),
        ("seed=2.0", "2.0 (a float)", "write 2; or"),
        ("seed=1e3", '"1e3" (text)', "write 1000; or"),
    ],
)
def test_another_type_is_refused_with_the_spelling_that_keeps_it(
    root: Path, word: str, reads: str, way: str
) -> None:
    told = refused(root, word, BASE)
    assert reads in told
    assert way in told
    ok(migrate(root, "set", "--type-change", word, BASE))


def test_text_that_the_loader_reads_as_something_else(root: Path) -> None:
    assert 'write "no"; or' in refused(root, "t.run=no", P)
    ok(migrate(root, "set", 't.run="no"', P))
    assert resolve(trees.read(root), P)["t"]["run"] == "no"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["seed=[1", BASE], "the value of seed cannot be used: not valid YAML"),
        (["seed=*x", BASE], "the value of seed cannot be used"),
        (["seed=2", "../x.yaml"], "no such config"),
        (["seed=2", "/etc/passwd"], "is outside the root"),
        (["seed=2", "configs/trian/p.yaml"], "did you mean configs/train/p.yaml"),
        (["seed=2", "configs/*.yml"], "no config matches this"),
        (["seed=2", "git:HEAD:configs/base.yaml"], "a file of a revision"),
        (["extends=a.yaml", P], "`extends` composes files and is no value"),
        (["t.betas[2]=1.0", BASE], "is a list of 2, counted from 0"),
        (["t.lr.x=1.0", BASE], "is 1e-06"),
        (["seed=2", "seed=3", BASE], "seed is given twice"),
        (["seed=\udcff", BASE], "is not UTF-8"),
        (["t.betas[0]=0.5", P], "`migrate set --pin 't.betas=[0.5, 0.99]' configs/train/p.yaml`"),
        (["t.betas[0]=0.5", "--pin", P], "p.yaml: does not set the list that t.betas[0] is in"),
        (["nope[0]=0.5", "--new", P], "does not set the list that nope[0] is in"),
        (["t={lr: 2.0e-6}", P, "--pin"], "a mapping is merged with what the parents say"),
    ],
)
def test_bad_input_is_a_letter(root: Path, arguments: list[str], told: str) -> None:
    assert told in refused(root, *arguments)


def test_a_wrong_command_line_is_one(root: Path) -> None:
    assert migrate(root, "set", "seed", BASE).code == 2
    assert migrate(root, "set", "seed=2").code == 2


def test_what_an_alias_repeats_is_refused_with_the_line(root: Path) -> None:
    trees.write(root, {BASE: b"seed: &s 1\nother: *s\n"})
    assert "configs/base.yaml:2:8: the alias *s repeats seed" in refused(root, "seed=2", BASE)
    ok(migrate(root, "set", "other=1", "--pin", BASE))
    ok(migrate(root, "set", "other=3", BASE))
    ok(migrate(root, "set", "seed=2", BASE))
    assert trees.read(root)[BASE] == b"seed: &s 2\nother: 3\n"


def test_a_symbolic_link_is_named_by_what_it_leads_to(root: Path) -> None:
    (root / "configs/link.yaml").symlink_to("base.yaml")
    told = refused(root, "seed=2", "configs/link.yaml")
    assert "is a symbolic link to configs/base.yaml" in told
    assert "name configs/base.yaml itself" in told
    shown = json.loads(ok(migrate(root, "--output", "json", "set", "seed=2", BASE)).out)
    assert "configs/link.yaml" in {row["config"] for row in shown["effects"]}


def test_keys_that_are_no_texts(root: Path) -> None:
    trees.write(root, {P: b"7: 1\nno: 2\n", Q: b"'7': 1\n", R: b"a: 1\n"})
    ok(migrate(root, "set", "7=5", P))
    assert trees.read(root)[P] == b"7: 5\nno: 2\n"
    assert "to these configs" in refused(root, "7=6", P, Q)
    ok(migrate(root, "set", "--new", "7=6", P, R))
    assert trees.read(root)[R] == b"a: 1\n7: 6\n"


@pytest.mark.parametrize("name", ["a b#c", "it's", "数据", "key: value", "a=b", "no"])
def test_odd_names(root: Path, name: str) -> None:
    trees.write(root, {f"configs/{name}.yaml": b"seed: 1\n"})
    ok(migrate(root, "set", "seed=2", str(root / f"configs/{name}.yaml")))
    assert trees.read(root)[f"configs/{name}.yaml"] == b"seed: 2\n"


def test_another_dialect(root: Path) -> None:
    one = {
        "configs/a.yml": b"_BASE_: [b.yml]\nm: {x: 1}\n",
        "configs/b.yml": b"m: {x: 0, y: !!float 2}\n",
    }
    trees.write(root, one)
    ok(migrate(root, "--dialect", "paddledetection", "set", "m.y=3.5", "configs/b.yml"))
    assert trees.read(root)["configs/b.yml"] == b"m: {x: 0, y: 3.5}\n"
    ran = migrate(root, "--dialect", "paddledetection", "set", "m.y=4.5", "configs/a.yml")
    assert "inherits m.y from configs/b.yml" in ran.err


# While a rollout is under way.


@pytest.fixture
def half_done(tmp_path: Path) -> Path:
    """One preset is applied, the other waits for its step."""
    from tests.live.tree import START

    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    return tmp_path


def test_a_frozen_copy_is_refused(half_done: Path) -> None:
    told = refused(half_done, "t.lr=2", "configs/legacy/components/o.yaml")
    assert "it is the record of configs/components/o.yaml" in told
    assert "it is the record of" in refused(half_done, "t.lr=2", "legacy:p")
    assert "is a record of the rollout" in refused(half_done, "version=2", "plans/tree.yaml")


def test_an_old_file_may_be_set_and_what_that_means_is_told(half_done: Path) -> None:
    ran = ok(migrate(half_done, "set", "t.lr=2", O_FILE))
    assert f"{O_FILE} is an old file: the steps of q migrate it so" in ran.err
    assert f"{O_FILE} is an old file, and p no longer reads it: set it there too" in ran.err
    assert states(half_done) == {"p": "behind", "q": "moved"}
    ok(migrate(half_done, "set", "t.lr=2", P))
    ok(migrate(half_done, "apply", "--all"))
    assert resolve(trees.read(half_done), Q)["t"]["lr"] == 2
    assert findings(half_done)[0] == 0


def test_what_the_plans_exclude_is_not_told_of(half_done: Path) -> None:
    trees.write(half_done, {"samples/a.yaml": b"include: b.yaml\n", "samples/b.yaml": b"b: 1\n"})
    assert "is not followed" in ok(migrate(half_done, "set", "m=2", Q)).err
    with (half_done / "plans/tree.yaml").open("a") as file:
        file.write("exclude: [samples/**]\n")
    assert "is not followed" not in ok(migrate(half_done, "set", "m=3", Q)).err


def test_with_a_reason_the_gate_accepts_it(half_done: Path) -> None:
    ok(migrate(half_done, "apply", "--all"))
    told = ok(migrate(half_done, "set", "m=7", Q)).err
    assert "`migrate accept --preset q --key m --reason TEXT` accepts this" in told
    assert findings(half_done)[0] == 1
    shown = ok(migrate(half_done, "set", "m=8", Q, "--reason", "longer runs")).out
    assert "the gate accepts m of q\n" in shown
    assert "changed 1 config by 1 file; no other value" in shown
    assert findings(half_done)[0] == 0
    assert b"longer runs" in trees.read(half_done)["plans/accepted.yaml"]
    ok(migrate(half_done, "set", "m=9", Q))
    assert findings(half_done)[0] == 1  # another value is a finding again


def test_a_reason_needs_a_gate(root: Path) -> None:
    assert "no plan holds a record" in refused(root, "seed=2", BASE, "--reason", "x")
