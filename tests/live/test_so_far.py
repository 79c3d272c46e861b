"""The gate of a half-done rollout: what waits may wait, and nothing else is forgiven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import EDIT, START, P, Q, findings, ok
from tests.support import trees
from tests.support.cli import migrate

OVER, R = "configs/train/over.yaml", "configs/train/r.yaml"
LINE = "1 of 4 applied; the gate is {} so far"


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """Four presets, one of them an overlay; the one below it is applied."""
    more = {
        OVER: b"extends: p.yaml\nm: 2\n",
        R: b"extends: [../base.yaml, ../components/y.yaml]\n",
        "configs/components/y.yaml": b"k: 1\n",
        "run.sh": f"train {P}\n".encode(),
        "plans/rules.yaml": b"version: 1\nrules: {max_files: 3, required: []}\n",
    }
    trees.write(tmp_path, {**START, **more})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    return tmp_path


def so_far(root: Path, *options: str) -> tuple[int, list[tuple[str, str]], str]:
    """The exit code, the rule and the level of each finding, and the last line."""
    text = migrate(root, "verify", "--so-far", *options)
    said = json.loads(migrate(root, "--output", "json", "verify", "--so-far", *options).out)
    assert said["ok"] is (text.code == 0)
    rows = [(one["rule"], one["level"]) for one in said["findings"]]
    return text.code, rows, text.out.splitlines()[-1]


def test_it_is_open_while_presets_wait(half: Path) -> None:
    assert migrate(half, "verify").code == 1
    assert so_far(half) == (0, [], LINE.format("open"))
    said = json.loads(migrate(half, "--output", "json", "verify", "--so-far").out)
    assert (said["so_far"], said["applied"]) == (True, 1)
    assert sorted(said["pending"]) == ["over", "q", "r"]
    assert said["checks"]["plan"] == 0
    ok(migrate(half, "apply", "--all"))
    assert so_far(half)[2] == "4 of 4 applied; the gate is open so far"


def edited(path: str, old: str, new: str) -> Any:
    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    return edit


FROZEN = "configs/legacy/components/y.yaml"
SHUT: dict[str, tuple[Any, tuple[str, str]]] = {
    "a-value-of-an-applied-one": (edited(P, "lr: 1", "lr: 2"), ("parity", "error")),
    "an-applied-one-went": (lambda root: (root / P).unlink(), ("applied", "error")),
    "a-plan-that-forgets-a-key": (
        edited("plans/train.yaml", "components/y.yaml: [k]", "components/y.yaml: [x]"),
        ("plan", "error"),
    ),
    "a-fragment-went": (
        lambda root: (root / "configs/components/y.yaml").unlink(), ("plan", "error"),
    ),
    "a-frozen-copy-is-another": (edited(FROZEN, "k: 1", "k: 2"), ("manifest", "error")),
    "a-new-key-that-no-plan-has": (
        edited("configs/components/y.yaml", "k: 1", "k: 1\nw: 2"), ("plan", "error"),
    ),
    "a-plan-of-an-applied-one-changed": (
        edited("plans/train.yaml", f"to: {P}", f"to: {P}\n    pins: keep"),
        ("applied", "error"),
    ),
    "code-that-would-dangle": (
        lambda root: (root / "more.py").write_text("open('configs/components/y.yaml')\n"),
        ("plan", "error"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "told"), SHUT.values(), ids=SHUT)
def test_it_is_shut_by_what_no_step_would_mend(
    half: Path, wrong: Any, told: tuple[str, str]
) -> None:
    wrong(half)
    code, found, last = so_far(half)
    assert code == 1
    assert told in found
    assert last.startswith(LINE.format("closed"))


def test_a_refused_step_hides_no_other(half: Path) -> None:
    edited("plans/train.yaml", "components/y.yaml: [k]", "components/y.yaml: [x]")(half)
    (half / "configs/components/z.yaml").unlink()
    said = json.loads(migrate(half, "--output", "json", "verify", "--so-far").out)
    told = [one["what"].partition(":")[0] for one in said["findings"] if one["rule"] == "plan"]
    assert set(told) == {"q", "r"}


def test_what_builds_on_a_refused_step_is_not_blamed(tmp_path: Path) -> None:
    more = {OVER: b"extends: p.yaml\nm: 2\n", "run.sh": f"train {P}\n".encode()}
    trees.write(tmp_path, {**START, **more})
    ok(migrate(tmp_path, "init"))
    edited("plans/train.yaml", "components/o.yaml: [t]", "components/o.yaml: [x]")(tmp_path)
    edited("plans/train.yaml", f"to: {P}", "to: configs/train/new.yaml")(tmp_path)
    edited("plans/train.yaml", f"extends: [{P}]", "extends: [configs/train/new.yaml]")(tmp_path)
    said = json.loads(migrate(tmp_path, "--output", "json", "verify", "--so-far").out)
    told = {one["what"].partition(":")[0] for one in said["findings"] if one["level"] == "error"}
    assert told == {"p", "q"}


def test_an_edit_that_the_plan_covers_is_told_and_strict_shuts(half: Path) -> None:
    trees.write(half, {"configs/components/y.yaml": b"k: 2\n"})
    code, found, last = so_far(half)
    assert (code, last) == (0, LINE.format("open"))
    assert ("edits", "warning") in found
    assert so_far(half, "--strict")[0] == 1


def test_an_edit_that_an_applied_preset_lacks_shuts(half: Path) -> None:
    trees.write(half, EDIT)
    code, found, _ = so_far(half)
    assert code == 1
    assert ("edits", "error") in found


def test_layer_rules_are_those_of_applied_presets(half: Path) -> None:
    (half / "plans/rules.yaml").write_text("version: 1\nrules: {required: [n]}\n")
    _, found, _ = so_far(half)
    assert [one for one in found if one[1] == "error"] == [("required", "error")]
    everything = [one["path"] for one in findings(half)[1] if one["rule"] == "required"]
    assert set(everything) == {P, Q, R, OVER}


def test_before_the_first_step(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    code, found, last = so_far(tmp_path)
    assert (code, found, last) == (0, [], "0 of 2 applied; the gate is open so far")
    assert so_far(tmp_path, "--preset", "q")[2] == "0 of 1 applied; the gate is open so far"


def test_it_writes_nothing_and_several_processes_say_the_same(half: Path) -> None:
    before = {path: body for path, body in trees.read(half).items() if ".migrate" not in path}
    one, two = (migrate(half, "verify", "--so-far", *jobs) for jobs in ([], ["--jobs", "2"]))
    assert (one.code, one.out) == (two.code, two.out)
    after = {path: body for path, body in trees.read(half).items() if ".migrate" not in path}
    assert after == before


def test_what_was_open_so_far_is_looked_at_again(half: Path) -> None:
    assert so_far(half)[0] == 0
    edited("plans/train.yaml", "components/y.yaml: [k]", "components/y.yaml: [x]")(half)
    assert so_far(half)[0] == 1
    assert migrate(half, "verify").code == 1
