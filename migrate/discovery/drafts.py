"""Write plan files for what was discovered, so that every active key is planned."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from migrate.discovery.discover import Discovery, PresetCandidate, shown_names
from migrate.discovery.parity_defaults import fitting
from migrate.errors import MigrateError, Refused, raise_all
from migrate.flatten import Keys, Onto, chosen_keys, flatten
from migrate.locations import KeyPath, dotted
from migrate.plan.checks import path_fault
from migrate.resolve import Resolved, Resolver, read_branch
from migrate.rollout.legacy import NO_TEXT

MANY_KEYS = 6
"""A section of which more keys than this are inlined is named as a whole."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One preset of a plan to be written."""

    name: str
    path: str
    extends: tuple[str, ...]
    inline: tuple[tuple[str, tuple[str, ...]], ...]
    profile: frozenset[str] = frozenset()
    """The key paths of the default parity profile that have something to say of it."""


Choose = Callable[[Resolver, Resolved, Onto], Keys]
"""Says which keys a preset holds on top of a parent. Raises Refused where that cannot be."""


def written_keys(resolver: Resolver, resolved: Resolved, onto: Onto) -> Keys:
    """The keys of a preset that was written, and loaded to what it was."""
    return flatten(resolver, resolved, onto).keys


def draft(
    resolver: Resolver,
    found: Discovery,
    config_root: str,
    choose: Choose = chosen_keys,
    taken: Iterable[str] = (),
) -> list[Draft]:
    """Plan every discovered preset as it is written best. Raises Refused if one cannot be.

    `taken` are names that other presets have already.

    By `chosen_keys` nothing is written: a plan made so is proven when it is carried out.
    """
    _refuse_unwritable(found.frozen, config_root)
    names = shown_names([preset.path for preset in found.presets], config_root, taken)
    return [
        _preset(resolver, found, preset, names, config_root, choose) for preset in found.presets
    ]


def unwritable(resolver: Resolver, found: Discovery) -> dict[str, MigrateError]:
    """The discovered presets that no plan can make, each with what is refused."""
    for choose in (chosen_keys, written_keys):  # the first is quick
        refused: dict[str, MigrateError] = {}
        for preset in found.presets:
            try:
                _shape(resolver, found, preset, choose)
            except MigrateError as error:
                refused[preset.path] = error
        if refused:
            return refused
    return {}


def _refuse_unwritable(paths: Iterable[str], config_root: str) -> None:
    """Raise Refused for each file that no plan can name, with a name to choose instead."""
    faults: list[MigrateError] = []
    for path in paths:
        inner = inner_path(path, config_root)
        fault = path_fault(inner) or path_fault(path)
        if fault is not None and not NO_TEXT.search(path):
            better = f"{path.removesuffix(inner)}{_writable(inner)}"
            what = f"has a path that no plan can hold: it {fault[0]}"
            faults.append(Refused(what, path, f"rename it, for example to {better}"))
    raise_all(faults)


def _writable(inner: str) -> str:
    return re.sub("^(~|[A-Za-z]:)(?=/)|[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029]", "_", inner)


def _preset(
    resolver: Resolver,
    found: Discovery,
    preset: PresetCandidate,
    names: dict[str, str],
    config_root: str,
    choose: Choose,
) -> Draft:
    extends, chosen = _shape(resolver, found, preset, choose)
    by_file: dict[str, list[KeyPath]] = {}
    for key, path in chosen:
        if path != preset.path:
            by_file.setdefault(path, []).append(key)
    resolved = resolver.resolve(preset.path)
    inline = tuple(
        (inner_path(path, config_root), tuple(condense(resolver, path, by_file[path])))
        for path in resolved.paths
        if path in by_file
    )
    profile = frozenset(fitting(resolved.python))
    return Draft(names[preset.path], preset.path, extends, inline, profile)


def _shape(
    resolver: Resolver, found: Discovery, preset: PresetCandidate, choose: Choose
) -> tuple[tuple[str, ...], Keys]:
    """On top of its parent or of the base; on nothing where a parent says more than the preset."""
    resolved = resolver.resolve(preset.path)
    candidates = [preset.parent] if preset.parent else []
    if found.base in resolved.paths:
        candidates.append(found.base)
    for parent in filter(None, candidates):
        try:
            return (parent,), choose(resolver, resolved, onto(resolver, preset.path, parent))
        except MigrateError as error:
            if not all(isinstance(fault, Refused) for fault in error.faults()):
                raise
    return (), choose(resolver, resolved, Onto())


def onto(resolver: Resolver, path: str, parent: str) -> Onto:
    """A file laid on one parent that stays where it is."""
    return onto_all(resolver, path, [parent])


def onto_all(resolver: Resolver, path: str, parents: Sequence[str]) -> Onto:
    """A file laid on several parents that stay where they are."""
    above = tuple(map(resolver.resolve, parents))
    links = tuple(resolver.dialect.link(parent, path) for parent in parents)
    retained = frozenset(known for one in above for known in one.paths)
    return Onto(above, links, retained, tuple(parents))


def inner_path(path: str, config_root: str) -> str:
    """A path as plans spell it: relative to the config root."""
    return posixpath.relpath(path, config_root)


def condense(resolver: Resolver, path: str, keys: Sequence[KeyPath]) -> list[str]:
    """The shortest list of key prefixes that names these keys of a file."""
    document = resolver.document(path)
    branch = read_branch(document, document.entries, document.root)
    total = _counts(key for key, _ in branch.leaves())
    chosen = _counts(keys)
    return [dotted(prefix) for prefix in _prefixes((), list(keys), total, chosen)]


def _counts(keys: Iterable[KeyPath]) -> dict[KeyPath, int]:
    counts: dict[KeyPath, int] = {}
    for key in keys:
        for length in range(1, len(key) + 1):
            counts[key[:length]] = counts.get(key[:length], 0) + 1
    return counts


def _prefixes(
    above: KeyPath, keys: list[KeyPath], total: dict[KeyPath, int], chosen: dict[KeyPath, int]
) -> list[KeyPath]:
    groups: dict[KeyPath, list[KeyPath]] = {}
    for key in keys:
        groups.setdefault(key[: len(above) + 1], []).append(key)
    out: list[KeyPath] = []
    for prefix, below in groups.items():
        if below == [prefix] or chosen[prefix] >= total.get(prefix, 0):
            out.append(prefix)
            continue
        inner = _prefixes(prefix, below, total, chosen)
        out += inner if len(inner) <= MANY_KEYS else [prefix]
    return out
