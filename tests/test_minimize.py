"""`flatten --onto --minimize`: no more than the parents lack, and nothing lost without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

from migrate.changes import Change
from migrate.errors import MigrateError
from migrate.flatten import FlatText, Onto, flatten
from migrate.loading.trainer import PlainLoader
from migrate.resolve import Resolved, Resolver
from migrate.trees.tree import MemoryTree, Overlay
from tests.look.trees import write
from tests.support import reader
from tests.support.cli import migrate
from tests.support.generated import BASE, PRESET
from tests.support.generated import trees as generated
from tests.test_origins import ALL


def minimal(files: dict[str, bytes]) -> tuple[Resolved, FlatText]:
    """The preset of a tree on top of its base, as small as it can be."""
    resolver = Resolver(MemoryTree(files))
    onto = Onto((resolver.resolve(BASE),), ("../base.yaml",), frozenset({BASE}), (BASE,))
    resolved = resolver.resolve(PRESET)
    try:
        return resolved, flatten(resolver, resolved, onto, minimal=True)
    except MigrateError:
        assume(False)
        raise


def restated(own: Any, above: Any) -> bool:
    """Whether anything in a mapping is what the mapping below it says anyway."""
    for key, value in own.items():
        if key not in above:
            continue
        both = isinstance(value, dict) and isinstance(above[key], dict)
        if both:
            if not value or restated(value, above[key]):  # an empty one adds nothing
                return True
        elif reader.spelled(value) == reader.spelled(above[key]):
            return True
    return False


@given(generated(with_base=True))
def test_the_values_are_the_same_and_nothing_is_said_twice(files: dict[str, bytes]) -> None:
    _, written = minimal(files)
    new = reader.resolve({**files, PRESET: written.content}, PRESET)
    assert reader.spelled(new) == reader.spelled(reader.resolve(files, PRESET))
    own = reader.load(written.content)
    own.pop("extends")
    assert not restated(own, reader.resolve(files, BASE))


@given(generated(with_base=True))
def test_every_comment_is_kept_or_told(files: dict[str, bytes]) -> None:
    resolved, written = minimal(files)
    old = [text for path in resolved.paths if path != BASE
           for _, text in reader.comments(files[path])]  # fmt: skip
    kept = [text for _, text in reader.comments(written.content)]
    told = [one.text for one in written.comments.dropped]
    assert sorted([*kept, *told]) == sorted(old)


@given(generated(with_base=True))
def test_what_is_minimal_stays_as_it_is(files: dict[str, bytes]) -> None:
    _, once = minimal(files)
    _, twice = minimal({BASE: files[BASE], PRESET: once.content})
    assert [*filter(None, twice.content.splitlines())] == [*filter(None, once.content.splitlines())]


@pytest.mark.parametrize("name", ALL)
def test_it_says_the_same_in_every_dialect(name: str) -> None:
    dialect, trees = ALL[name]
    smaller = written = 0
    for files in trees:
        tree = MemoryTree({path: text.encode() for path, text in files.items()})
        path, first = [*files][-1], next(iter(files))
        try:
            resolver = Resolver(tree, dialect)
            resolved, above = resolver.resolve(path), resolver.resolve(first)
            onto = Onto((above,), (dialect.link(first, path),), frozenset(above.paths), (first,))
            plain = flatten(resolver, resolved, onto)
            least = flatten(resolver, resolved, onto, minimal=True)
            after = Overlay(tree, [Change(path, None, least.content)])
            new = PlainLoader(after, dialect).load(path)
        except MigrateError:
            continue
        assert reader.spelled(new) == reader.spelled(resolved.python)
        assert len(least.keys) <= len(plain.keys)
        smaller += len(least.keys) < len(plain.keys)
        written += 1
    assert written > 1


# The command.

FLAT = """\
# ours

x: 1  # as below
t:
  lr: 1.0e-4
  wd: 0.0  # ours
l: [1, 2]
"""
TREE = {"base.yaml": "x: 1\nt: {lr: 1.0e-4, wd: 0.1}\nl: [1, 2]\n", "p.yaml": FLAT}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, TREE)


def test_what_the_parent_says_goes_and_is_told(root: Path) -> None:
    ran = migrate(root, "flatten", "p.yaml", "--onto", "base.yaml", "--minimize")
    assert ran.out == "# ours\n\nextends: base.yaml\n\nt:\n  wd: 0.0  # ours\n"
    assert ran.err == (
        "3 keys left to the parents:\n"
        "  x     of p.yaml:3:1  now follows base.yaml\n"
        "  t.lr  of p.yaml:5:3  now follows base.yaml\n"
        "  l     of p.yaml:7:1  now follows base.yaml\n"
        "1 comment dropped:\n"
        "  p.yaml:3:7: # as below\n"
        "    of x: the parent says the same\n"
    )


def test_without_it_the_author_s_own_keys_stay(root: Path) -> None:
    ran = migrate(root, "flatten", "p.yaml", "--onto", "base.yaml")
    assert "x: 1  # as below" in ran.out
    assert ran.err == ""


def test_json_has_the_keys(root: Path) -> None:
    command = ("flatten", "p.yaml", "--onto", "base.yaml", "-o", "q.yaml")
    ran = migrate(root, "--output", "json", *command, "--minimize")
    assert [one["key"] for one in json.loads(ran.out)["follows"]] == ["x", "t.lr", "l"]
    assert "follows" not in json.loads(migrate(root, "--output", "json", *command).out)


def test_without_a_parent_it_is_a_wrong_command_line(root: Path) -> None:
    ran = migrate(root, "flatten", "p.yaml", "--minimize")
    assert ran.code == 2
    assert "--minimize goes with --onto" in ran.err


def test_a_section_goes_as_a_whole_where_nothing_of_it_is_new(root: Path) -> None:
    write(root, {"base.yaml": "u: {a: 1, b: 2}\ne: {k: 1}\nx: 1\n"})
    write(root, {"p.yaml": "u:\n  a: 1\n  b: 2\ne: {k: 1}\nx: 2\n"})
    ran = migrate(root, "flatten", "p.yaml", "--onto", "base.yaml", "--minimize")
    assert ran.out == "extends: base.yaml\n\nx: 2\n"
    write(root, {"o.yaml": "extends: base.yaml\ne: {}\nx: 2\n"})
    ran = migrate(root, "flatten", "o.yaml", "--onto", "base.yaml", "--minimize")
    assert ran.out == "extends: base.yaml\n\nx: 2\n"
