"""`set` and `mv` on trees made at random: what an independent reader resolves is what they say."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.locations import Index, KeyPath, dotted, parse_dotted
from tests.support import reader, trees
from tests.support.cli import unfollowed
from tests.support.generated import PRESET
from tests.support.generated import trees as generated

ON_DISK = settings(max_examples=max(10, settings().max_examples // 6))
VALUES = ("7", "2.5e-3", "text", "'no'", "[1, 2]", "{n: 1}", "a: 1\nb: [2]  # why", "null")


def keys(value: Any, above: KeyPath = ()) -> list[KeyPath]:
    """Every key path, list items included, whose parts a command line can spell."""
    found: list[KeyPath] = [above] if above else []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, (str, bool, int)):
                found += keys(item, (*above, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += keys(item, (*above, Index(number)))
    return found


def at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[int(part) if isinstance(part, Index) else part]
    return value


def without(value: Any, path: KeyPath) -> Any:
    """A resolved config in which nothing stands at a path."""
    if not path:
        return None
    first, rest = path[0], path[1:]
    if isinstance(value, dict) and first in value:
        return {**value, first: without(value[first], rest)}
    if isinstance(value, list) and isinstance(first, Index) and int(first) < len(value):
        return [without(one, rest) if n == int(first) else one for n, one in enumerate(value)]
    if isinstance(value, dict) and not isinstance(first, Index):
        return {**value, first: without({}, rest)}
    return value


@ON_DISK
@given(generated(with_base=True, links=True), st.integers(0, 2**32 - 1))
def test_set_changes_the_key_that_it_says_in_the_configs_that_it_says(
    files: dict[str, bytes], seed: int
) -> None:
    random = Random(seed)
    config = random.choice(sorted(files))
    own = keys(reader.load(files[config]) or {})
    known = [path for path in own if path[0] != "extends"] or [("fresh",)]
    path, value = random.choice(known), random.choice(VALUES)
    with tempfile.TemporaryDirectory() as folder:
        root = trees.write(Path(folder), files)
        word = f"{dotted(path)}={value}"
        ran = unfollowed(root, "--output", "json", "set", "--type-change", "--new", word, config)
        after = trees.read(root)
    if ran.code != 0:
        assert ran.code == 3, ran.err
        assert after == files
        return
    told = {row["config"] for row in json.loads(ran.out)["effects"]}
    changed = set()
    for name in files:
        old, new = reader.resolve(files, name), reader.resolve(after, name)
        if reader.spelled(old) != reader.spelled(new):
            changed.add(name)
        assert reader.spelled(without(old, path)) == reader.spelled(without(new, path))
    assert told == changed
    assert reader.spelled(at(reader.resolve(after, config), path)) == reader.spelled(
        reader.load(value.encode() + b"\n")
    )


@ON_DISK
@given(generated(with_base=True, links=True), st.integers(0, 2**32 - 1))
def test_mv_keeps_what_every_config_resolves_to_and_is_its_own_inverse(
    files: dict[str, bytes], seed: int
) -> None:
    random = Random(seed)
    old = random.choice(sorted(files))
    new = random.choice(["configs/x/y/new.yaml", "new.yaml", "configs/train/new.yaml"])
    with tempfile.TemporaryDirectory() as folder:
        root = trees.write(Path(folder), files)
        ran = unfollowed(root, "mv", old, new)
        assert ran.code == 0, ran.err
        moved = trees.read(root)
        assert sorted(moved) == sorted({*files, new} - {old})
        for name in files:
            was = reader.resolve(files, name)
            now = reader.resolve(moved, new if name == old else name)
            assert reader.spelled(was, True) == reader.spelled(now, True)
        assert unfollowed(root, "mv", new, old).code == 0
        assert trees.read(root) == files


def test_the_helper_reads_what_a_command_line_spells() -> None:
    path = ("a", Index(1), "b.c", True)
    assert parse_dotted(dotted(path)) == path
    assert PRESET.endswith(".yaml")
