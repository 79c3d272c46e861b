"""For random trees and random edits: what `port` gives is what editing first would have given."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.live.port_trees import FRAGMENTS, P, Q, TreeMaker, V
from tests.live.tree import ok
from tests.support import trees
from tests.support.cli import unfollowed as migrate
from tests.support.generated import PRESET
from tests.support.generated import trees as generated
from tests.support.reader import resolve, spelled

SEEDS = st.integers(0, 2**32 - 1)
ON_DISK = settings(max_examples=max(10, settings().max_examples // 4))
_PLAIN = re.compile(r"(\s*(?!extends)[^#:{\[]+): [^\s\[{#][^#]*?(\s+#.*)?$")
"""A line with a scalar."""
GONE = object()
"""What a side has where it has no such key."""


def same(one: Any, other: Any) -> bool:
    return one is other or (GONE not in (one, other) and spelled(one) == spelled(other))


def merge3(base: Any, theirs: Any, ours: Any, key: tuple[Any, ...] = ()) -> Iterator[Any]:
    """An independent three-way merge: (key, value or None, whether both changed it) of each leaf.

    Lists are one value.
    """
    sides = (base, theirs, ours)
    if all(isinstance(side, dict) or side is GONE for side in sides) and any(sides):
        here = [side if isinstance(side, dict) else {} for side in sides]
        for name in dict.fromkeys(name for side in here for name in side):
            inner = [side.get(name, GONE) for side in here]
            yield from merge3(inner[0], inner[1], inner[2], (*key, name))
    elif same(base, theirs) or same(theirs, ours):
        yield key, ours, False
    elif same(base, ours):
        yield key, theirs, False
    else:
        yield key, ours, True


def at(config: Any, key: tuple[Any, ...]) -> Any:
    for part in key:
        config = config.get(part, GONE) if isinstance(config, dict) else GONE
    return config


def leaves(config: Any, key: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(config, dict) and config:
        for name, inner in config.items():
            yield from leaves(inner, (*key, name))
    else:
        yield key, config


def check(base: Any, theirs: Any, ours: Any, after: Any, conflicts: set[str]) -> None:
    """Every key is as the independent merge says, or is told as a conflict and left alone."""
    known: set[tuple[Any, ...]] = set()
    for key, value, clash in merge3(base, theirs, ours):
        known.add(key)
        told = any(_within(key, one) for one in conflicts)
        if clash:
            assert told, key
        found = at(after, key)
        left_alone = told and same(found, at(ours, key))
        assert left_alone or same(found, value), (key, value, found, conflicts)
    for key, value in leaves(after):
        inside = any(key[: len(one)] == one or one[: len(key)] == key for one in known)
        assert inside or same(at(ours, key), value), key


def _within(key: tuple[Any, ...], told: str) -> bool:
    """Whether a key is one that was told, or lies within it, or holds it."""
    names = [part.strip('"') for part in told.split(".")]
    here = [str(part) for part in key]
    shorter = min(len(names), len(here))
    return here[:shorter] == names[:shorter]


def told_conflicts(out: str) -> dict[str, set[str]]:
    return {
        f"configs/train/{preset['name']}.yaml": {
            one["key"] for one in preset["keys"] if one["outcome"] == "conflict"
        }
        for preset in json.loads(out)["presets"]
    }


def tuned(random: Random, text: bytes) -> bytes:
    """A preset after a person changed a value in it, or added one."""
    lines = text.decode().split("\n")
    plain = [number for number, line in enumerate(lines) if _PLAIN.match(line)]
    if plain and random.random() < 0.8:
        number = random.choice(plain)
        lines[number] = _PLAIN.sub(r"\1: 77\2", lines[number])
        return "\n".join(lines).encode()
    return text + b"ours: 5\n"


def ready(root: Path, maker: TreeMaker) -> dict[str, bytes]:
    """The tree migrated; an example that cannot be is passed over."""
    files = maker.files()
    trees.write(root, files)
    assume(migrate(root, "init").code == 0)
    plans = root / "plans/train.yaml"
    assume(plans.exists() and all(f"  {name}:" in plans.read_text() for name in "pq"))
    assume(migrate(root, "apply", "--all").code == 0)
    return files


def compared(
    files: dict[str, bytes],
    edited: dict[str, bytes],
    before: dict[str, bytes],
    after: dict[str, bytes],
    out: str,
) -> None:
    conflicts = told_conflicts(out)
    event(f"conflicts: {sum(map(len, conflicts.values())) > 0}")
    for path in (P, Q, V):
        base, theirs, ours = (resolve(tree, path) for tree in (files, edited, before))
        check(base, theirs, ours, resolve(after, path), conflicts.get(path, set()))


@ON_DISK
@given(SEEDS)
def test_what_a_merge_brought_back_arrives_in_every_preset(seed: int) -> None:
    maker = TreeMaker(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = ready(root, maker)
        edits = {
            path: maker.text(path, maker.edited(maker.content[path]), maker.random.randint(0, 1))
            for path in maker.random.sample(FRAGMENTS, 2)
        }
        for path in maker.random.sample((P, Q, V), maker.random.randint(0, 2)):
            (root / path).write_bytes(tuned(maker.random, (root / path).read_bytes()))
        trees.write(root, edits)
        before = trees.read(root)
        ran = migrate(root, "--output", "json", "port")
        assert ran.code in (0, 1), ran.err
        compared(files, {**files, **edits}, before, trees.read(root), ran.out)
        again = ok_or_conflict(root)
        assert not any(preset["changed"] for preset in again["presets"])


def nudged(random: Random, text: bytes) -> bytes:
    """A file in which one line with a scalar went, or says another one."""
    lines = text.decode().split("\n")
    plain = [number for number, line in enumerate(lines) if _PLAIN.match(line.rstrip("\r"))]
    if plain:
        number = random.choice(plain)
        end = "\r" * lines[number].endswith("\r")
        lines[number] = _PLAIN.sub(r"\1: 4.20  # theirs", lines[number].rstrip("\r")) + end
        if random.random() < 0.2:
            del lines[number]
    return "\n".join(lines).encode()


@ON_DISK
@given(generated(with_base=True, links=True), SEEDS)
def test_anchors_merge_keys_and_odd_line_ends_are_no_hindrance(
    files: dict[str, bytes], seed: int
) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        trees.write(root, files)
        assume(migrate(root, "init").code == 0 and (root / "plans/train.yaml").exists())
        assume(migrate(root, "apply", "--all").code == 0)
        fragments = [
            path for path in files if "/components/" in path and not (root / path).exists()
        ]
        edits = {path: nudged(random, files[path]) for path in fragments[:2]}
        try:
            theirs = resolve({**files, **edits}, PRESET)
        except yaml.YAMLError:  # an anchor went
            assume(False)
        trees.write(root, edits)
        told = ok_or_conflict(root)
        assert not any(one["outcome"] == "conflict" for p in told["presets"] for one in p["keys"])
        assert spelled(resolve(trees.read(root), PRESET)) == spelled(theirs)


def shapes(root: Path) -> Any:
    """What each preset extends by the plans."""
    plans = yaml.safe_load((root / "plans/train.yaml").read_bytes())["presets"]
    return {name: plan["extends"] for name, plan in plans.items()}


@ON_DISK
@given(SEEDS)
def test_what_nobody_tuned_is_what_editing_first_would_have_made(seed: int) -> None:
    maker = TreeMaker(seed)
    with tempfile.TemporaryDirectory() as folder:
        root, other = Path(folder, "ported"), Path(folder, "first")
        files = ready(root, maker)
        edits = {
            path: maker.text(path, maker.edited(maker.content[path]), maker.random.randint(0, 1))
            for path in maker.random.sample(FRAGMENTS, 2)
        }
        trees.write(other, {**files, **edits})
        assume(migrate(other, "init").code == 0)
        assume((other / "plans/train.yaml").exists() and shapes(root) == shapes(other))
        assume(migrate(other, "apply", "--all").code == 0)
        trees.write(root, edits)
        told = ok_or_conflict(root)
        assume(not any(one["outcome"] == "conflict" for p in told["presets"] for one in p["keys"]))
        for path in (P, Q, V):
            assert (root / path).read_bytes() == (other / path).read_bytes(), path


@ON_DISK
@given(SEEDS)
def test_in_the_middle_of_a_rollout_the_rest_takes_the_edit_by_its_steps(seed: int) -> None:
    maker = TreeMaker(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = maker.files()
        trees.write(root, files)
        assume(migrate(root, "init").code == 0)
        assume((root / "plans/train.yaml").exists() and {"p", "q"} <= shapes(root).keys())
        assume(migrate(root, "apply", "--preset", maker.random.choice("pq")).code == 0)
        path = maker.random.choice([one for one in FRAGMENTS if (root / one).exists()] or FRAGMENTS)
        edits = {path: maker.text(path, maker.edited(maker.content[path]))}
        trees.write(root, edits)
        if maker.random.random() < 0.5:
            assume(migrate(root, "apply", "--all").code == 0)  # the plan may lack a key of the rest
        before = trees.read(root)
        ran = migrate(root, "--output", "json", "port")
        assert ran.code in (0, 1), ran.err
        conflicts = told_conflicts(ran.out)
        assume(migrate(root, "apply", "--all").code == 0)
        after = trees.read(root)
        for target in (P, Q, V):
            base, theirs = (resolve(tree, target) for tree in (files, {**files, **edits}))
            ours = resolve(before, target) if target in conflicts else base  # as it was, or waited
            check(base, theirs, ours, resolve(after, target), conflicts.get(target, set()))


def ok_or_conflict(root: Path, *arguments: str) -> Any:
    ran = migrate(root, "--output", "json", "port", *arguments)
    assert ran.code in (0, 1), ran.err
    return json.loads(ran.out)


def git(root: Path, *words: str) -> None:
    config = [part for one in ("user.name=a", "user.email=a@example.org") for part in ("-c", one)]
    subprocess.run(["git", "-C", str(root), *config, *words], check=True, capture_output=True)


@ON_DISK
@given(SEEDS)
def test_what_a_branch_did_arrives_in_every_preset(seed: int) -> None:
    maker = TreeMaker(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = maker.files()
        trees.write(root, files)
        git(root, "init", "-qb", "main")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "start")
        chosen = maker.random.sample((*FRAGMENTS, P, Q, V), 3)
        edits = {path: maker.text(path, maker.edited(maker.content[path])) for path in chosen}
        assume(edits != {path: files[path] for path in edits})
        git(root, "checkout", "-qb", "late")
        trees.write(root, edits)
        git(root, "commit", "-qam", "edits")
        git(root, "checkout", "-q", "main")
        ready(root, maker)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "rollout")
        for path in maker.random.sample((P, Q, V), maker.random.randint(0, 2)):
            (root / path).write_bytes(tuned(maker.random, (root / path).read_bytes()))
        before = trees.read(root)
        ran = migrate(root, "--output", "json", "port", "late")
        assert ran.code in (0, 1), ran.err
        read = {path: body for path, body in trees.read(root).items() if ".git/" not in path}
        compared(files, {**files, **edits}, before, read, ran.out)
        ok(migrate(root, "status"))
