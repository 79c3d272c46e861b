"""Write plan files for what was discovered, so that every active key is planned."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.discover import Discovery, Found, file_name, shown_names
from migrate.errors import MigrateError, Refused, raise_all
from migrate.flatten import Keys, Onto, chosen_keys, flatten
from migrate.layout import Layout
from migrate.legacy import NO_TEXT
from migrate.locations import KeyPath, dotted, relative
from migrate.parity_defaults import ALLOWED, FORBIDDEN, fitting
from migrate.plan.checks import path_fault
from migrate.resolve import Resolved, Resolver, read_branch
from migrate.tree import Tree
from migrate.yaml_text.spelling import spell

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
    resolver: Resolver, found: Discovery, config_root: str, choose: Choose = chosen_keys
) -> list[Draft]:
    """Plan every discovered preset as it is written best. Raises Refused if one cannot be.

    By `chosen_keys` nothing is written: a plan made so is proven when it is carried out.
    """
    refuse_unwritable(found.frozen, config_root)
    names = shown_names([preset.path for preset in found.presets], config_root)
    return [
        _preset(resolver, found, preset, names, config_root, choose) for preset in found.presets
    ]


def refuse_unwritable(paths: Iterable[str], config_root: str) -> None:
    """Raise Refused for each file that no plan can name, with a name to choose instead."""
    faults: list[MigrateError] = []
    for path in paths:
        inner = _inner(path, config_root)
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
    preset: Found,
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
        (_inner(path, config_root), tuple(condense(resolver, path, by_file[path])))
        for path in resolved.paths
        if path in by_file
    )
    profile = frozenset(fitting(resolved.python))
    return Draft(names[preset.path], preset.path, extends, inline, profile)


def _shape(
    resolver: Resolver, found: Discovery, preset: Found, choose: Choose
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
    above = resolver.resolve(parent)
    return Onto((above,), (resolver.dialect.link(parent, path),), frozenset(above.paths), (parent,))


def _inner(path: str, config_root: str) -> str:
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


# The text of the files.


def plan_files(tree: Tree, drafts: Sequence[Draft], layout: Layout) -> dict[str, str]:
    """The text of every plan file by its path; presets of one folder share a file."""
    groups: dict[str, list[Draft]] = {}
    for item in drafts:
        groups.setdefault(_group(item.path, layout.config_root), []).append(item)
    files: dict[str, str] = {}
    for group, members in groups.items():
        lines = [*_head(tree, "plan", layout), "version: 1", "presets:"]
        for item in members:
            lines += _preset_lines(item, layout.config_root)
        files[layout.plan_file(group)] = "\n".join(lines) + "\n"
    return files


def _head(tree: Tree, kind: str, layout: Layout) -> list[str]:
    """The line by which editors find the schema, where the tree has it."""
    schema = f"docs/schema/{kind}.json"
    path = relative(schema, layout.profile)
    return [f"# yaml-language-server: $schema={path}"] if tree.exists(schema) else []


def tree_file(
    tree: Tree,
    found: Discovery,
    drafts: Sequence[Draft],
    layout: Layout,
    dialect: str,
    rules: Mapping[str, Any],
) -> str | None:
    """The text of the plan file for what holds tree-wide; None where all defaults hold."""
    config_root = layout.config_root
    lines: list[str] = []
    lines += [f"config_root: {spell(config_root)}"] if config_root != "configs" else []
    lines += [f"base: {spell(found.base)}"] if found.base not in (None, _base(config_root)) else []
    written = dialect if dialect.startswith("{") else spell(dialect)
    lines += [f"dialect: {written}"] if dialect != "extends" else []
    lines += [f"exclude: {_rule(found.excluded)}"] if found.excluded else []
    lines += _keep(found, config_root)
    lines += _heirs(found, drafts, config_root)
    if rules:
        lines.append("rules:  # what this tree keeps as it is; tighten at will")
        lines += [f"  {key}: {_rule(value)}" for key, value in rules.items()]
    return "\n".join([*_head(tree, "plan", layout), "version: 1", *lines]) + "\n" if lines else None


def _heirs(found: Discovery, drafts: Sequence[Draft], config_root: str) -> list[str]:
    """Successors of old base presets, proposed in comments: which one is meant only people know."""
    rows: list[str] = []
    for path in found.old_bases:
        inner = _inner(path, config_root)
        heirs = [item.path for item in drafts if inner in dict(item.inline)]
        if heirs and path not in found.outside_users:
            others = f"  # or {', '.join(heirs[1:3])}" if heirs[1:] else ""
            rows.append(f"#   {spell(path)}: {spell(heirs[0])}{others}")
    if not rows:
        return []
    head = "# Docs and code may name old base presets, which go. Uncomment where the heir is right:"
    return [head, "# references:", *rows]


def _base(config_root: str) -> str:
    return posixpath.join(config_root, "base.yaml") if config_root != "." else "base.yaml"


def _rule(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spell(str(item)) for item in value) + "]"
    return "null" if value is None else str(value)


def _group(path: str, config_root: str) -> str:
    folder = posixpath.dirname(_inner(path, config_root)).removeprefix("train/")
    name = file_name(folder.replace("/", "_").strip("._ ") or "presets")
    return f"{name}_presets" if name in ("parity", "tree") else name


def _keep(found: Discovery, config_root: str) -> list[str]:
    if not found.outside_users:
        return []
    rows = [
        f"  {spell(_inner(path, config_root))}: {spell(reason)}"
        for path, reason in sorted(found.outside_users.items())
    ]
    return ["keep:  # stays, although every planned preset that used it is migrated", *rows]


def _preset_lines(item: Draft, config_root: str) -> list[str]:
    extends = ", ".join(map(spell, item.extends))
    lines = [
        f"  {spell(item.name)}:",
        f"    from: {spell(_inner(item.path, config_root))}",
        f"    to: {spell(item.path)}",
        f"    extends: [{extends}]",
    ]
    if item.inline:
        lines.append("    inline:")
        for path, keys in item.inline:
            lines += _wrapped(f"      {spell(path)}: [", [spell(key) for key in keys])
    return lines


def _wrapped(head: str, words: list[str], width: int = 100) -> list[str]:
    line = head + ", ".join(words) + "]"
    if len(line) <= width:
        return [line]
    lines, current = [head.rstrip()], " " * 7
    for number, word in enumerate(words):
        piece = f" {word}{',' if number + 1 < len(words) else ''}"
        if len(current) + len(piece) > width:
            lines.append(current)
            current = " " * 7
        current += piece
    return [*lines, current, "      ]"]


def parity_text(drafts: Sequence[Draft], tree: Tree, layout: Layout) -> str:
    """A parity profile: what these configs may differ in without training differently.

    It holds what has something to say of one of them, so that no entry is idle from the start.
    """
    said = {key for item in drafts for key in item.profile}
    lines = [*_head(tree, "parity", layout), "version: 1", ""]
    rows: list[str] = []
    for group, reason, keys, when in ALLOWED:
        present = [key for key in keys if key in said]
        if present:
            rows.append(f"  # {group}")
        for key in present:
            rows.append(f"  - path: {key}")
            rows.append(f"    reason: {reason}")
            rows += [f"    when: {{ {_condition(when)} }}"] if when else []
    lines += ["allow:", *rows] if rows else ["allow: []"]
    forbidden = [f"  - {key}" for key in FORBIDDEN if key in said]
    if forbidden:
        head = "# Named, so that nobody allows them by mistake; a forbid beats every allowance."
        lines += ["", head, "forbid:", *forbidden]
    return "\n".join(lines) + "\n"


def _condition(when: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {json.dumps(value)}" for key, value in when.items())
