"""The layer rules as findings: each violation with its place, and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from migrate.findings import NOTE, WARNING, Finding
from migrate.locations import LEGACY, KeyPath, Place, dotted
from migrate.plan import Patterns, Plans
from migrate.resolve import Resolved, Resolver, Setting, read_branch, shown
from migrate.rules.presets import Layers, first_place, said
from migrate.rules.shapes import Shape
from migrate.rules.statements import (
    FAMILY_STATEMENTS,
    STATEMENTS,
    Violation,
    is_outside,
)

Letter = Callable[[Layers, Resolved, Violation], Iterator[Finding]]
"""Says what a violation is, where, and what to do; nothing where the place excuses it."""


class Rule(NamedTuple):
    """A layer rule: its name, and how its violations are told."""

    name: str
    letter: Letter

    @property
    def text(self) -> str:
        """The sentence of what it asks for."""
        statement = STATEMENTS.get(self.name) or FAMILY_STATEMENTS[self.name]
        return (statement.__doc__ or "").strip()

    def check(self, layers: Layers, resolved: Resolved) -> Iterator[Finding]:
        """What this rule finds in one preset."""
        if self.name in FAMILY_STATEMENTS:
            family = layers.families[resolved.path]
            found = FAMILY_STATEMENTS[self.name](layers.rules, family)
        else:
            preset = ResolvedFacts(layers, resolved)
            found = STATEMENTS[self.name](layers.rules, layers.plans.base, preset)
        for violation in found:
            yield from self.letter(layers, resolved, violation)


class ResolvedFacts:
    """What the rules ask of a preset (`statements.PresetFacts`), of a resolved one."""

    def __init__(self, layers: Layers, resolved: Resolved) -> None:
        self.layers = layers
        self.resolved = resolved
        self.chain = resolved.paths

    @property
    def bases(self) -> tuple[str, ...]:
        """The files that it extends itself."""
        return tuple(base.path for base in self.resolved.bases)

    @property
    def fusion(self) -> str | None:
        """The fusion config that it names, normalised."""
        return self.layers.fusion(self.resolved)

    def value(self, key: KeyPath) -> Any:
        """The resolved value of a key; None where it is null or not set."""
        slot = self.resolved.branch.find(key)
        return slot.python if slot is not None else None

    def hiding_nulls(self) -> Iterator[tuple[KeyPath, Any]]:
        """The nulls of the file itself, each with the last value that another file gave."""
        own = self.resolved.document
        for path, slot in self.resolved.branch.leaves():
            if slot.python is None and slot.winner.document is own:
                hidden = [one for one in slot.lost if one.document is not own]
                if hidden:
                    yield path, said(hidden[-1])

    def exists(self, path: str) -> bool:
        """Whether the tree has a file."""
        return self.layers.resolver.tree.exists(path)


def check_rules(
    plans: Plans,
    resolver: Resolver,
    only: Iterable[str] = (),
    seen: Mapping[str, Shape] | None = None,
) -> Iterator[Finding]:
    """Check every runnable preset of the tree, planned or not, by the rules of the plans.

    `only` names the presets to report on; none: all, and the base. `seen` are those of which a
    glance was enough. A preset that cannot be resolved is a finding, never an error.
    """
    return rule_findings(Layers(plans, resolver, only, seen))


def rule_findings(layers: Layers) -> Iterator[Finding]:
    """The same of presets that were looked at already."""
    presets, _ = layers.chosen, layers.others  # resolving them fills `broken`
    yield from (found for found in layers.broken if _wanted(layers, found))
    for resolved in presets:
        for rule in RULES.values():
            yield from rule.check(layers, resolved)
    if not layers.only or layers.plans.base in layers.only:
        yield from _base(layers)


def _wanted(layers: Layers, found: Finding) -> bool:
    return not layers.only or (found.place is not None and found.place.path in layers.only)


def _files(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    count, limit = len(violation.paths), layers.rules.max_files
    what = f"merges {count} files, at most {limit} are allowed"
    hint = f"write what it needs into it: `migrate flatten {shlex.quote(resolved.path)}` shows how"
    yield Finding("max-files", what, first_place(resolved), hint)


def _open(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    paths, limit = violation.paths, layers.rules.max_open
    what = f"needs {len(paths)} files opened besides the base, at most {limit} are allowed"
    hint = f"{_some(paths)}; extend the preset that all of them vary"
    yield Finding("max-open", what, first_place(resolved), hint)


def _some(paths: tuple[str, ...], limit: int = 4) -> str:
    more = f" and {len(paths) - limit} more" if len(paths) > limit else ""
    return f"they are {', '.join(paths[:limit])}{more}"


def _one_parent(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    what = f"extends {len(violation.paths)} presets: {', '.join(violation.paths)}"
    yield Finding("one-preset", what, first_place(resolved), "an overlay varies one preset")


def _small(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    limit = layers.rules.overlay_keys
    what = f"sets {violation.value} keys, an overlay sets at most {limit}"
    hint = "make it a preset of its own on top of the base"
    yield Finding("overlay-keys", what, first_place(resolved), hint)


def _overlays(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    paths, limit = violation.paths, layers.rules.max_overlays
    what = f"has {len(paths)} overlays, at most {limit} are allowed"
    hint = f"{_some(paths)}; make one of them a preset of its own"
    yield Finding("max-overlays", what, first_place(resolved), hint)


def _required(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    path = violation.path
    slot = resolved.branch.find(path)
    if slot is None:
        hint = f"write `{path[-1]}:` under `{dotted(path[:-1])}`" if path[:-1] else ""
        yield Finding("required", f"`{violation.key}` is not set", first_place(resolved), hint)
    else:
        hint = f"{resolved.path} runs with it; give it a value"
        yield Finding("required", f"`{violation.key}` is null", slot.winner.place, hint)


def _null(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    slot = resolved.branch.find(violation.path)
    if slot is None or _commented(slot.winner):
        return
    [*_, hidden] = (one for one in slot.lost if one.document is not resolved.document)
    what = f"`{violation.key}: null` hides {shown(violation.value)}"
    hint = f"that is from {hidden.place}; delete the line, or say why in a comment"
    yield Finding("hiding-null", what, slot.winner.place, hint, WARNING)


def _commented(setting: Setting) -> bool:
    entry, document = setting.entry, setting.document
    document.attribute()
    line_end = document.line_end(entry.end)
    beside = document.comments_between(entry.end, line_end + 1)
    return bool(entry.lead or entry.after or beside)


def _length(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    knob = layers.rules.length_knob
    what = f"`{violation.key}` is a second length knob beside `{knob}`"
    yield Finding("length-knob", what, _place(resolved, violation), f"set `{knob}` alone")


def _fusion(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    path, place = layers.fusion(resolved), _place(resolved, violation)
    key = violation.key
    if path is None:
        what = f"`{key}` is {shown(violation.value)}, not a path"
        yield Finding("fusion-config", what, place, "name a fusion config")
    elif is_outside(path):
        what = f"`{key}` names {path}, outside the root: not looked for"
        yield Finding("fusion-config", what, place, level=NOTE)
    else:
        hint = layers.near(path) or "the path is relative to the root"
        yield Finding("fusion-config", f"`{key}` names {path}, which does not exist", place, hint)


def _place(resolved: Resolved, violation: Violation) -> Place:
    slot = resolved.branch.find(violation.path)
    return slot.winner.place if slot is not None else first_place(resolved)


def _legacy(layers: Layers, resolved: Resolved, violation: Violation) -> Iterator[Finding]:
    for base in resolved.bases:
        if base.path in violation.paths:
            what = f"extends {base.path}, a frozen record that `migrate finalize` removes"
            live = layers.plans.live_path(base.path.removeprefix(f"{LEGACY}/"))
            there = layers.resolver.tree.exists(live)
            hint = f"extend {live}" if there else "extend what replaced it"
            yield Finding("legacy", what, resolved.document.place(base.node.props), hint)


def _base(layers: Layers) -> Iterator[Finding]:
    """The base holds only what is listed as immutable."""
    plans = layers.plans
    if not plans.rules.base_keys or not layers.resolver.tree.exists(plans.base):
        return
    patterns = Patterns(plans.rules.base_keys)
    document = layers.resolver.document(plans.base)
    own = read_branch(document, document.entries, document.root)
    for path, slot in own.leaves():
        if not patterns.covering(path):
            what = f"`{dotted(path)}` is not one of the base's keys"
            hint = "set it in the presets, or list it in `rules: base_keys:`"
            yield Finding("base-keys", what, slot.winner.place, hint)


RULES = {
    rule.name: rule
    for rule in (
        Rule("max-files", _files),
        Rule("max-open", _open),
        Rule("one-preset", _one_parent),
        Rule("overlay-keys", _small),
        Rule("max-overlays", _overlays),
        Rule("required", _required),
        Rule("hiding-null", _null),
        Rule("length-knob", _length),
        Rule("fusion-config", _fusion),
        Rule("legacy", _legacy),
    )
}
"""Every rule about a preset, in the order in which they are reported."""
