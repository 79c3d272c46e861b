"""The net that follows hints: it reads the commands in them, and sees a dead end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import Ran
from tests.support.hints import Follower, Hint, hints

WAYS = {
    "restore it, or take the step back: migrate undo --preset p": [[["undo", "--preset", "p"]]],
    "undo first: migrate undo --preset q && migrate undo --preset 'a b'; or all at once: migrate "
    "undo --preset p --with-dependents": [
        [["undo", "--preset", "q"], ["undo", "--preset", "a b"]],
        [["undo", "--preset", "p", "--with-dependents"]],
    ],
    "keep the edit (`migrate verify` says whether it keeps parity), or take it back": [
        [["verify"]]
    ],
    "migrate --plans 'my plans' apply --preset q": [
        [["--plans", "my plans", "apply", "--preset", "q"]]
    ],
    "migrate that config too, or put `a.yaml: REASON` under `keep:`": [],
}


@pytest.mark.parametrize("text", WAYS)
def test_the_commands_in_a_hint_are_its_ways(text: str) -> None:
    assert Hint("", text).ways == WAYS[text]


def test_hints_are_read_from_text_and_from_json() -> None:
    letter = Ran(3, "", "error: a.yaml: is gone\nhint: restore it\n")
    found = Ran(1, "error  x  a.yaml:1: is odd\n  hint: mend it\n", "")
    data = Ran(1, '{"findings": [{"what": "is odd", "hint": "mend it"}]}', "")
    assert list(hints(letter)) == [Hint("error: a.yaml: is gone", "restore it")]
    assert list(hints(found)) == [Hint("error  x  a.yaml:1: is odd", "mend it")]
    assert list(hints(data)) == [Hint("is odd", "mend it")]


SAID = Ran(3, "", "error: a.yaml: is behind\nhint: migrate apply --all\n")
DONE = Ran(0, "done\n", "")
OTHER = Ran(3, "", "error: b.yaml: is not planned\nhint: plan it\n")
WRONG = Ran(2, "", "Error: No such option: --all\n")


@pytest.mark.parametrize(
    ("after", "again", "dead"),
    [
        (DONE, DONE, ""),
        (OTHER, SAID, ""),
        (DONE, SAID, "is done, and the same is said again"),
        (SAID, SAID, "exits 3: error: a.yaml: is behind"),
        (WRONG, DONE, "exits 2"),
    ],
    ids=["works", "leads-on", "in-vain", "in-a-circle", "no-command"],
)
def test_a_dead_end_is_seen(tmp_path: Path, after: Ran, again: Ran, dead: str) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n")
    seen: list[tuple[str, ...]] = []

    def run(root: Path, *arguments: str) -> Ran:
        assert (root / "a.yaml").read_text() == "x: 1\n"
        assert root != tmp_path
        seen.append(arguments)
        return after if arguments[0] == "apply" else again

    follower = Follower()
    follower.note(tmp_path, ("verify",), SAID)
    follower.note(tmp_path, ("verify",), SAID)  # each kind once
    (tmp_path / "a.yaml").write_text("edited since\n")
    found = follower.follow(run)
    assert [dead in one for one in found] == [True] * bool(dead)
    assert seen[0] == ("apply", "--all")
    assert seen.count(("apply", "--all")) == 1
    assert follower.follow(run) == []


def test_what_only_shows_is_not_expected_to_mend(tmp_path: Path) -> None:
    said = Ran(3, "", "error: a.yaml: is odd\nhint: `migrate inspect a.yaml` shows it\n")
    follower = Follower()
    follower.note(tmp_path, ("verify",), said)
    assert follower.follow(lambda root, *_: said if root.name == "x" else DONE) == []
