"""What is accepted is written so that a person reads it and a loader reads back just that."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrate.canonical import ABSENT
from migrate.changes import Change
from migrate.errors import MigrateError, Refused
from migrate.layout import Layout
from migrate.parity import equal
from migrate.plan import load_plans
from migrate.plan.accepted import Acceptance, Accepted
from migrate.plan.accepting import accepting, bringing_back, retiring, taking_back, value_yaml
from migrate.plan.schema import schema_text
from migrate.trees.tree import MemoryTree
from migrate.yaml_text import Document, Opaque
from tests.support.reader import comments

PATH = "plans/accepted.yaml"
LAYOUT = Layout()
RATE = Acceptance("dense", "training.learning_rate", 2e-06, 3e-06, "underfits: run 88")
FILE = """\
# yaml-language-server: $schema=schema/accepted.json
version: 1
accepted:
  dense:
    training.learning_rate:
      was: 2.0e-6
      now: 3.0e-6
      reason: "underfits: run 88"
"""


def tree(**files: str) -> MemoryTree:
    plan = "version: 1\npresets: {}\n"
    texts = {"plans/a.yaml": plan, **{f"plans/{name}.yaml": text for name, text in files.items()}}
    return MemoryTree({path: text.encode() for path, text in texts.items()})


def after(below: MemoryTree, changes: list[Change]) -> MemoryTree:
    texts = {change.path: change.after for change in changes if change.after is not None}
    return MemoryTree({**below.contents, **texts})


def read(below: MemoryTree) -> Accepted:
    return load_plans(below).accepted


def text(below: MemoryTree) -> str:
    return below.contents[PATH].decode()


def test_a_new_file_reads_with_pleasure_and_has_its_schema() -> None:
    below = after(tree(), accepting(tree(), LAYOUT, [RATE]))
    assert text(below) == FILE
    assert below.contents["plans/schema/accepted.json"].decode() == schema_text("accepted")
    (found,) = read(below).each()
    assert str(found.place) == f"{PATH}:5:5"
    assert found._replace(place=None, written=None) == RATE


def test_the_schema_of_this_repository_is_named_where_it_stands() -> None:
    own = Path("docs/schema/accepted.json").read_bytes()
    below = MemoryTree({**tree().contents, "docs/schema/accepted.json": own})
    changes = accepting(below, LAYOUT, [RATE])
    assert [change.path for change in changes] == [PATH]
    head = "# yaml-language-server: $schema=../docs/schema/accepted.json"
    assert text(after(below, changes)).splitlines()[0] == head


VALUES: dict[str, tuple[Any, str]] = {
    "a-number": (1e-4, "0.0001"),
    "a-small-number": (3e-06, "3.0e-6"),
    "a-large-number": (1e22, "1.0e+22"),
    "a-text-like-a-number": ("1e-4", '"1e-4"'),
    "a-text-like-a-boolean": ("no", '"no"'),
    "a-text": ("cosine", "cosine"),
    "a-whole-number": (3, "3"),
    "a-whole-float": (3.0, "3.0"),
    "true": (True, "true"),
    "null": (None, "null"),
    "an-empty-text": ("", '""'),
    "an-empty-mapping": ({}, "{}"),
    "an-empty-list": ([], "[]"),
    "a-date": (datetime.date(2026, 1, 12), '{"<date>": "2026-01-12"}'),
    "no-number": (math.nan, '{"<float>": nan}'),
    "minus-nothing": (-0.0, "-0.0"),
    "a-tag": (Opaque("!Name", "x"), '{"<tag>": "!Name", value: x}'),
    "keys-of-other-types": ({3: 1, "3": 2}, '{"3": 2, "<int>3": 1}'),
    "keys-in-one-order": ({"b": 1, "a": [{"d": 1, "c": 2}]}, "{a: [{c: 2, d: 1}], b: 1}"),
}


@pytest.mark.parametrize(("value", "spelled"), VALUES.values(), ids=VALUES)
def test_a_value_is_written_so_that_its_type_shows(value: Any, spelled: str) -> None:
    one = Acceptance("p", "a", ABSENT, value, "why")
    below = after(tree(), accepting(tree(), LAYOUT, [one]))
    assert f"\n      now: {spelled}\n" in text(below)
    found = read(below).of("p")["a"]
    assert equal(found.now, value)
    assert found.was is ABSENT


def test_absent_null_and_empty_are_three_things() -> None:
    sides: list[Any] = [ABSENT, None, {}, ""]
    wanted = [
        Acceptance("p", f"a{n}", one, other, "why")
        for n, (one, other) in enumerate(
            (one, other) for one in sides for other in sides if one is not other
        )
    ]
    below = after(tree(), accepting(tree(), LAYOUT, wanted))
    for one in wanted:
        found = read(below).of("p")[one.key]
        assert (equal(found.was, one.was), equal(found.now, one.now)) == (True, True)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.binary(max_size=4),
    st.text(max_size=8), st.sampled_from(["1e-4", "1e4", "0x1f", "1_000", "~", "1:30", "=", "<<"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
names = st.text(min_size=1, max_size=8)


@given(names, values, values)
def test_any_value_comes_back_as_it_was(key: str, was: Any, now: Any) -> None:
    from migrate.locations import dotted

    one = Acceptance("p", dotted((key, "lr")), was, now, "because: it \"is\" 'so'")
    below = after(tree(), accepting(tree(), LAYOUT, [one]))
    found = read(below).of("p")[one.key]
    assert (equal(found.was, was), equal(found.now, now)) == (True, True)
    assert found.reason == one.reason


@given(values)
def test_broken_over_lines_it_is_the_same_value(value: Any) -> None:
    from migrate.canonical import plain

    whole, broken = (yaml.safe_load(value_yaml(plain(value), room)) for room in (10**6, 1))
    assert equal(whole, broken)
    assert equal(whole, plain(value))


LIVED_IN = """\
# yaml-language-server: $schema=schema/accepted.json
# what we mean

version: 1  # one
accepted:
    # the dense ones
    dense:
        # agreed with the team
        training.learning_rate:   # the rate
            was: 1.0e-6  # the paper's
            # since run 80
            now: 2.0e-6
            reason: >
                two
                lines
        training.wd: {was: 0.1, now: 0.2, reason: x}
    # the last word
retired:
    old: superseded  # by dense
# the end
"""
WAYS = {
    "another-value": lambda below: accepting(below, LAYOUT, [RATE]),
    "a-flow-entry": lambda below: accepting(
        below, LAYOUT, [RATE._replace(key="training.wd", was=0.1, now=0.3)]
    ),
    "a-side-goes": lambda below: accepting(below, LAYOUT, [RATE._replace(was=ABSENT)]),
    "a-side-comes": lambda below: accepting(below, LAYOUT, [RATE._replace(even_forbidden=True)]),
    "a-long-value": lambda below: accepting(below, LAYOUT, [RATE._replace(now=["word"] * 40)]),
    "another-key": lambda below: accepting(below, LAYOUT, [RATE._replace(key='a."b.c"')]),
    "another-preset": lambda below: accepting(below, LAYOUT, [RATE._replace(preset="q: r")]),
    "one-taken-back": lambda below: taking_back(below, LAYOUT, [RATE]),
    "all-taken-back": lambda below: taking_back(
        below, LAYOUT, [RATE, RATE._replace(key="training.wd")]
    ),
    "retired": lambda below: retiring(below, LAYOUT, {"older": "long gone", "old": "again"}),
    "brought-back": lambda below: bringing_back(below, LAYOUT, ["old"]),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_edits_keep_every_comment_and_the_order(way: Any, ends: str) -> None:
    lived_in = LIVED_IN.replace("\n", ends)
    below = tree(accepted=lived_in)
    new = after(below, way(below))
    assert text(new) != lived_in
    assert [one for _, one in comments(new.contents[PATH])] == [
        one for _, one in comments(lived_in.encode())
    ]
    said = yaml.safe_load(text(new))
    assert list(said)[:2] == ["version", "accepted"][: len(said)] or "accepted" not in said
    read(new)


def test_the_last_one_taken_back_leaves_a_sound_file() -> None:
    below = after(tree(), accepting(tree(), LAYOUT, [RATE]))
    empty = after(below, taking_back(below, LAYOUT, [RATE]))
    assert text(empty) == "".join(f"{line}\n" for line in FILE.splitlines()[:2])
    assert text(after(empty, accepting(empty, LAYOUT, [RATE]))) == FILE


def test_empty_braces_give_way() -> None:
    below = tree(accepted="version: 1\naccepted: {}\n# end\n")
    assert text(after(below, accepting(below, LAYOUT, [RATE]))) == (
        f"version: 1\n{''.join(f'{line}{chr(10)}' for line in FILE.splitlines()[2:])}# end\n"
    )


def test_the_same_again_changes_nothing() -> None:
    below = after(tree(), accepting(tree(), LAYOUT, [RATE]))
    assert accepting(below, LAYOUT, [RATE]) == []


def test_a_key_spelled_otherwise_is_the_same_key() -> None:
    below = tree(accepted=FILE.replace("training.learning_rate", '\'"training"."learning_rate"\''))
    assert read(below).of("dense")[RATE.key].now == 3e-06
    new = after(below, accepting(below, LAYOUT, [RATE._replace(now=4e-06)]))
    assert [one.now for one in read(new).each()] == [4e-06]


def test_what_cannot_be_edited_without_a_loss_is_refused() -> None:
    shared = "version: 1\naccepted: &a\n  p: {a: {was: 1, now: 2, # why\n    reason: x}}\n"
    below = tree(accepted=shared)
    one = Acceptance("p", "a", 1, 3, "y")
    with pytest.raises(Refused, match="cannot be edited without a loss"):
        accepting(below, LAYOUT, [one])


FAULTS = {
    "no-reason": ("a: {was: 1, now: 2}", "has no `reason`"),
    "an-empty-reason": ("a: {was: 1, now: 2, reason: ' '}", "`accepted.p.a.reason` is"),
    "neither-side": ("a: {reason: x}", "`a` has neither `was` nor `now`"),
    "another-field": ("a: {was: 1, new: 2, reason: x}", "unknown field `new`"),
    "no-key": ("'a..b': {was: 1, reason: x}", "`a..b` is not a key path"),
    "no-value": ('a: {was: {"<date>": soon}, reason: x}', "`was` is not a valid value"),
    "twice": ("a: {was: 1, reason: x}\n    a: {was: 2, reason: x}", "`a` is given twice"),
}


@pytest.mark.parametrize(("entry", "what"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_a_letter_with_its_place(entry: str, what: str) -> None:
    with pytest.raises(MigrateError) as caught:
        read(tree(accepted=f"version: 1\naccepted:\n  p:\n    {entry}\n"))
    (fault,) = caught.value.faults()
    assert what in str(fault)
    assert str(fault).startswith(f"{PATH}:")
    assert fault.hint


def test_many_are_written_and_taken_out_in_the_time_of_one_look() -> None:
    many = [
        Acceptance(f"p{n % 40}", f"section.key{n}", n, n + 1, "run 88: it is so")
        for n in range(1200)
    ]
    with counted() as parsed:
        below = after(tree(), accepting(tree(), LAYOUT, many))
        again = after(below, accepting(below, LAYOUT, [one._replace(now=0) for one in many]))
        empty = after(again, taking_back(again, LAYOUT, many))
    assert len(list(read(below).each())) == 1200
    assert {one.now for one in read(again).each()} == {0}
    assert text(empty) == "".join(f"{line}\n" for line in FILE.splitlines()[:2])
    assert len(parsed) < 20


@contextmanager
def counted() -> Iterator[list[str]]:
    """The paths of the documents that are parsed meanwhile."""
    parsed: list[str] = []
    make = Document.__init__

    def noted(self: Document, path: str, *rest: Any, **options: Any) -> None:
        parsed.append(path)
        make(self, path, *rest, **options)

    with mock.patch.object(Document, "__init__", noted):
        yield parsed
