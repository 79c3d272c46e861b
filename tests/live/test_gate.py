"""Each thing that the gate asks, where nothing else is wrong: it is told, and shuts it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import EDIT, START, P, Q, findings, ok
from tests.support import trees
from tests.support.cli import migrate

COMPONENT = "configs/components/o.yaml"
FROZEN = f"configs/legacy/{COMPONENT.removeprefix('configs/')}"
LATE = "configs/train/late.yaml"


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A rollout whose gate is open."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    assert findings(tmp_path) == (0, [])
    return tmp_path


def errors(root: Path) -> list[tuple[str, str]]:
    """The rule and the file of each error; the gate is shut by them."""
    code, found = findings(root)
    assert code == 1
    return [(one["rule"], one["path"]) for one in found if one["level"] == "error"]


def tuned(root: Path, path: str) -> None:
    text = (root / path).read_text()
    assert "lr: 1" in text
    (root / path).write_text(text.replace("lr: 1", "lr: 7"))


SHUT: dict[str, tuple[Callable[[Path], Any], tuple[str, str]]] = {
    "a-value": (lambda root: tuned(root, Q), ("parity", Q)),
    "a-frozen-file-edited": (
        lambda root: (root / FROZEN).write_bytes(b"# ours\n" + START[COMPONENT]),
        ("manifest", FROZEN),
    ),
    "a-frozen-file-gone": (lambda root: (root / FROZEN).unlink(), ("manifest", FROZEN)),
    "a-stranger-in-the-legacy-tree": (
        lambda root: trees.write(root, {"configs/legacy/more.yaml": b"x: 1\n"}),
        ("manifest", "configs/legacy/more.yaml"),
    ),
    "a-config-on-what-went": (
        lambda root: trees.write(root, {LATE: b"extends: ../components/o.yaml\n"}),
        ("retired", LATE),
    ),
    "code-that-names-what-went": (
        lambda root: trees.write(root, {"run.sh": f"cat {COMPONENT}\n".encode()}),
        ("references", "run.sh"),
    ),
    "a-preset-gone": (lambda root: (root / Q).unlink(), ("applied", Q)),
}


@pytest.mark.parametrize(("wrong", "told"), SHUT.values(), ids=SHUT)
def test_it_shuts(done: Path, wrong: Callable[[Path], Any], told: tuple[str, str]) -> None:
    wrong(done)
    assert told in errors(done)


def test_a_preset_that_waits_hides_nothing_of_those_behind_it(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "q"))
    (tmp_path / Q).unlink()
    found = errors(tmp_path)
    assert ("applied", "plans/train.yaml") in found
    assert ("applied", Q) in found


def test_an_edit_that_is_missing_hides_no_other_value(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    trees.write(tmp_path, EDIT)
    tuned(tmp_path, P)
    found = errors(tmp_path)
    assert ("edits", P) in found
    assert ("parity", P) in found


def test_what_comes_back_after_the_rollout_is_told(done: Path) -> None:
    ok(migrate(done, "finalize"))
    assert findings(done)[0] == 0
    trees.write(done, {COMPONENT: START[COMPONENT]})
    assert errors(done) == [("retired", COMPONENT)]
