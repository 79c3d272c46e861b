"""Promises that hold for any tree, on trees made at random."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings

from migrate.errors import MigrateError
from migrate.flatten import FlatText, Onto, chosen_keys, flatten
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath
from migrate.resolve import Resolved, Resolver
from migrate.trees.tree import MemoryTree
from tests.support import reader, trees
from tests.support.cli import migrate
from tests.support.generated import BASE, PRESET
from tests.support.generated import trees as generated
from tools.shape import parted, shape

ON_DISK = settings(max_examples=max(10, settings().max_examples // 6))


def flat(files: Mapping[str, bytes]) -> tuple[Resolved, FlatText]:
    """The preset of a tree, everything inlined."""
    resolver = Resolver(MemoryTree(files))
    resolved = resolver.resolve(PRESET)
    return resolved, flatten(resolver, resolved, Onto())


def on_base(resolver: Resolver) -> Onto:
    """On top of the base of a tree."""
    return Onto((resolver.resolve(BASE),), ("../base.yaml",), frozenset({BASE}), (BASE,))


def flat_on_base(files: Mapping[str, bytes]) -> FlatText:
    """The preset of a tree on top of its base; an example where that cannot be is passed over."""
    resolver = Resolver(MemoryTree(files))
    try:
        return flatten(resolver, resolver.resolve(PRESET), on_base(resolver))
    except MigrateError as error:
        assume(not all(fault.what.startswith("sets ") for fault in error.faults()))
        raise


@given(generated(links=True))
def test_resolving_is_what_the_plain_loader_does(files: dict[str, bytes]) -> None:
    resolved = Resolver(MemoryTree(files)).resolve(PRESET).python
    assert reader.spelled(resolved, True) == reader.spelled(reader.resolve(files, PRESET), True)


@given(generated(links=True))
def test_the_loader_of_the_judge_is_the_plain_loader(files: dict[str, bytes]) -> None:
    loaded = PlainLoader(MemoryTree(files)).load(PRESET)
    assert reader.spelled(loaded, True) == reader.spelled(reader.resolve(files, PRESET), True)


@given(generated(links=True))
def test_flattening_changes_no_value_and_no_order_but_for_a_paragraph(
    files: dict[str, bytes],
) -> None:
    resolved, written = flat(files)
    new = reader.load(written.content) or {}
    old = reader.resolve(files, PRESET)
    assert reader.spelled(new) == reader.spelled(old)
    texts = {path: files[path].decode() for path in resolved.paths}
    if reader.spelled(new, True) != reader.spelled(old, True):
        assert parted(texts, old, ("extends",))


@given(generated())
def test_what_stands_together_in_a_file_stands_together_in_the_new_one(
    files: dict[str, bytes],
) -> None:
    resolved, written = flat(files)
    texts = {path: files[path].decode() for path in resolved.paths}
    counted = shape(texts, written.content.decode(), ("extends",))
    assert counted.pairs == counted.pairs_kept, counted.parted


@given(generated(links=True))
def test_flattening_twice_is_flattening_once(files: dict[str, bytes]) -> None:
    _, once = flat(files)
    _, twice = flat({PRESET: once.content})
    # A run of comments that comes to stand alone may get a blank line above it, no more.
    assert [*filter(None, twice.content.splitlines())] == [*filter(None, once.content.splitlines())]


@given(generated())
def test_every_comment_is_kept_once_or_dropped_once(files: dict[str, bytes]) -> None:
    resolved, written = flat(files)
    told = [line for item in written.comments.dropped for line in item.lines]
    _accounted(files, resolved.paths, written.content, told)


@given(generated(with_base=True))
def test_comments_of_a_base_that_stays_are_not_taken(files: dict[str, bytes]) -> None:
    written = flat_on_base(files)
    paths = [path for path in Resolver(MemoryTree(files)).resolve(PRESET).paths if path != BASE]
    told = [line for item in written.comments.dropped for line in item.lines]
    _accounted(files, paths, written.content, told)


def _accounted(
    files: Mapping[str, bytes], paths: Iterable[str], content: bytes, dropped: list[str]
) -> None:
    """Comments are unlike one another, so they can be counted by their texts."""
    old = sorted(text for path in paths for _, text in reader.comments(files[path]))
    kept = [text for _, text in reader.comments(content)]
    if not any(b": *x" in content for content in files.values()):
        assert sorted(kept + dropped) == old
    # An alias that is written out takes a copy of its comments along.
    assert sorted({*kept, *dropped}) == old
    assert len(set(dropped)) == len(dropped)


@given(generated(with_base=True))
def test_on_a_base_the_values_are_the_same(files: dict[str, bytes]) -> None:
    written = flat_on_base(files)
    new = reader.resolve({**files, PRESET: written.content}, PRESET)
    assert reader.spelled(new) == reader.spelled(reader.resolve(files, PRESET))


@given(generated(with_base=True))
def test_what_goes_into_a_file_is_known_before_it_is_written(files: dict[str, bytes]) -> None:
    written = flat_on_base(files)
    resolver = Resolver(MemoryTree(files))
    resolved = resolver.resolve(PRESET)
    assert chosen_keys(resolver, resolved, on_base(resolver)) == written.keys
    assert chosen_keys(resolver, resolved, Onto()) == flat(files)[1].keys


@given(generated(with_base=True))
def test_on_a_base_no_inlined_key_could_be_left_out(files: dict[str, bytes]) -> None:
    written = flat_on_base(files)
    own = reader.load(written.content)
    own.pop("extends")
    base = reader.resolve(files, BASE)
    whole = reader.spelled(reader.resolve(files, PRESET))
    for path, source in written.keys:
        if source != PRESET:
            left = reader.merge(base, _without(own, path))
            assert reader.spelled(left) != whole, f"{path} of {source} says nothing new"


def _without(value: dict[Any, Any], path: KeyPath) -> dict[Any, Any]:
    """A mapping with one key taken out, and the mappings that this empties."""
    head, *rest = path
    if not rest:
        return {key: item for key, item in value.items() if key != head}
    inner = _without(value[head], tuple(rest))
    return {**value, head: inner} if inner else _without(value, (head,))


@ON_DISK
@given(generated(with_base=True))
def test_a_finished_rollout_proposes_nothing_and_undo_takes_it_back(
    files: dict[str, bytes],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = trees.write(Path(folder), files)
        assert migrate(root, "init").code == 0
        start = trees.read(root)
        assert trees.theirs(start) == files
        assert migrate(root, "apply", "--all").code == 0
        done = trees.read(root)
        new, old = reader.resolve(done, PRESET), reader.resolve(files, PRESET)
        assert reader.spelled(new) == reader.spelled(old)
        assert "nothing to do" in migrate(root, "plan", "--exit-code").out
        assert trees.read(root) == done
        assert migrate(root, "undo", "--preset", "p").code == 0
        assert trees.read(root) == start
