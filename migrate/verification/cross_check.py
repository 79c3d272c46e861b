"""Two more eyes: every preset and its old chain, read by ruamel.yaml and compared by deepdiff.

Neither shares code with the loader and the judge that every step relies on. They are slow, they
stop nothing by themselves, and there are things that they cannot see; those are told as such.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from migrate.errors import MigrateError
from migrate.findings import ERROR, NOTE, Finding
from migrate.loading.trainer import PlainLoader
from migrate.locations import Index, KeyPath, Place, dotted, join, overlap
from migrate.parity import differences
from migrate.parity.format import value_text
from migrate.plan import PlannedPreset
from migrate.trees.tree import Tree
from migrate.workspace.workspace import Workspace
from migrate.yaml_text import UNMADE

RULE = "cross-check"


class SecondReader:
    """Loads configs with ruamel.yaml (pure Python, YAML 1.1) and a deep merge of its own.

    Only `extends` is followed: what other dialects do is written down once, in their loaders.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._files: dict[str, Any] = {}

    def load(self, path: str) -> dict[Any, Any]:
        """The resolved config. Raises YAMLError, MigrateError, or ValueError for what is none."""
        own = self._file(path)
        named = own.get("extends")
        merged: dict[Any, Any] = {}
        for base in [named] if isinstance(named, str) else named or []:
            merged = _merged(merged, self.load(join(path, base)))
        return _merged(merged, {key: value for key, value in own.items() if key != "extends"})

    def _file(self, path: str) -> dict[Any, Any]:
        from ruamel.yaml import YAML

        if path not in self._files:
            reader = YAML(typ="safe", pure=True)
            reader.Constructor = type("Constructor", (reader.Constructor,), {})
            reader.Constructor.add_multi_constructor("tag:yaml.org,2002:python/", _unmade)
            reader.version = (1, 1)
            reader.allow_duplicate_keys = True  # the last one wins, as for PyYAML
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # `1e-4` is a number for this reader, and told
                found = reader.load(self.tree.read(path))
            if found is not None and not isinstance(found, dict):
                raise ValueError(f"{path} is not a mapping")
            self._files[path] = found or {}
        own: dict[Any, Any] = self._files[path]
        return own


def _unmade(reader: Any, tag: str, node: Any) -> tuple[Any, ...]:
    """What Python would be asked to make, as the text that it is."""
    if node.id == "scalar":
        return (str(node.tag), node.value)
    if node.id == "sequence":
        return (str(node.tag), reader.construct_sequence(node, deep=True))
    return (str(node.tag), reader.construct_mapping(node, deep=True))


def _merged(base: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    whole = dict(base)
    for key, value in over.items():
        below = whole.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            whole[key] = _merged(below, value)
        else:
            whole[key] = value
    return whole


def cross_check(workspace: Workspace, chosen: Iterable[PlannedPreset]) -> Iterator[Finding]:
    """One error for each difference that only these eyes see, a note for what they cannot."""
    from ruamel.yaml.error import YAMLError

    rollout = workspace.rollout
    if workspace.dialect.keys != ("extends",) or not workspace.dialect.plain:
        what = f"the second reader knows `extends` alone, not the dialect {workspace.dialect.name}"
        yield Finding(RULE, what, None, "parity was judged as ever", NOTE)
        return
    old, new = SecondReader(rollout.old.tree), SecondReader(workspace.tree)
    old_plain, new_plain = rollout.legacy_plain, PlainLoader(workspace.tree, workspace.dialect)
    for planned in chosen:
        evidence = workspace.evidence.get(planned.name)
        if evidence is None:
            continue
        if not rollout.old.below.exists(evidence.source):
            what = f"{planned.name}: its old files are gone, only the record is left"
            yield Finding(RULE, what, Place(evidence.target), "nothing to read again", NOTE)
            continue
        try:
            pair = old.load(evidence.source), new.load(evidence.target)
            judged = old_plain.load(evidence.source), new_plain.load(evidence.target)
        except (YAMLError, *UNMADE, RecursionError, MigrateError) as error:
            yield _unread(planned, evidence.target, error)
            continue
        yield from _compared(planned, evidence.target, pair, judged)


def _unread(planned: PlannedPreset, target: str, error: Exception) -> Finding:
    reason = " ".join(str(error).split())[:200]
    what = f"{planned.name}: cannot be read by the second reader: {reason}"
    hint = "write it so that every YAML 1.1 reader takes it, or compare it by hand"
    return Finding(RULE, what, Place(target), hint)


def _compared(
    planned: PlannedPreset, target: str, pair: tuple[Any, Any], judged: tuple[Any, Any]
) -> Iterator[Finding]:
    known = {one.path for one in differences(*judged)}
    seen = dict(_differences(*pair))
    for path, (before, now) in seen.items():
        if not any(overlap(path, other) for other in known):
            what = f"{planned.name}: {dotted(path)}: {value_text(before)} -> {value_text(now)}"
            hint = "only the second reader sees this: give the key its old spelling"
            yield Finding(RULE, what, Place(target), hint, ERROR)
    for path in sorted(known, key=dotted):
        if not any(overlap(path, other) for other in seen):
            what = f"{planned.name}: {dotted(path)} differs, and the second reader cannot see it"
            hint = "the sign of a zero, or keys such as 1 and true; parity has judged it"
            yield Finding(RULE, what, Place(target), hint, NOTE)


def _differences(old: Any, new: Any) -> Iterator[tuple[KeyPath, tuple[Any, Any]]]:
    """What deepdiff finds, as strictly as it can."""
    from deepdiff import DeepDiff  # which takes a gigabyte of address space

    found = DeepDiff(
        old,
        new,
        ignore_nan_inequality=True,
        ignore_private_variables=False,
        verbose_level=2,
        view="tree",
    )
    for kind in found:
        for one in found[kind]:
            steps = one.path(output_format="list")
            yield _path(old, new, steps), (one.t1, one.t2)


def _path(old: Any, new: Any, steps: list[Any]) -> KeyPath:
    """A path with the positions of lists told from keys that are numbers."""
    path: list[Any] = []
    for step in steps:
        in_list = isinstance(old, list) or isinstance(new, list)
        path.append(Index(step) if in_list and isinstance(step, int) else step)
        old, new = _below(old, step), _below(new, step)
    return tuple(path)


def _below(value: Any, step: Any) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
