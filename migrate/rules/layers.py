"""The layer rules: how many files, how small an overlay, what every preset must say."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping

from migrate.findings import NOTE, WARNING, Finding
from migrate.locations import LEGACY, dotted, parse_dotted
from migrate.plan import Patterns, Plans
from migrate.resolve import Resolved, Resolver, Setting, read_branch, shown
from migrate.rules.presets import Layers, first_place, parsed, said
from migrate.rules.shapes import Shape

Rule = Callable[[Layers, Resolved], Iterator[Finding]]
"""Looks at one preset."""


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
    layers = Layers(plans, resolver, only, seen)
    presets, _ = layers.chosen, layers.others  # resolving them fills `broken`
    yield from (found for found in layers.broken if _wanted(layers, found))
    for resolved in presets:
        for rule in RULES.values():
            yield from rule(layers, resolved)
    if not layers.only or plans.base in layers.only:
        yield from _base(layers)


def _wanted(layers: Layers, found: Finding) -> bool:
    return not layers.only or (found.place is not None and found.place.path in layers.only)


def _files(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """At most `max_files` merged per preset."""
    count, limit = len(resolved.chain), layers.rules.max_files
    if count > limit:
        what = f"merges {count} files, at most {limit} are allowed"
        hint = (
            f"write what it needs into it: `migrate flatten {shlex.quote(resolved.path)}` shows how"
        )
        yield Finding("max-files", what, first_place(resolved), hint)


def _open(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """At most `max_open` of them to open, besides the base."""
    paths = [path for path in resolved.paths if path != layers.plans.base]
    limit = layers.rules.max_open
    if len(paths) > limit:
        what = f"needs {len(paths)} files opened besides the base, at most {limit} are allowed"
        hint = f"{_some(paths)}; extend the preset that all of them vary"
        yield Finding("max-open", what, first_place(resolved), hint)


def _some(paths: list[str], limit: int = 4) -> str:
    more = f" and {len(paths) - limit} more" if len(paths) > limit else ""
    return f"they are {', '.join(paths[:limit])}{more}"


def _one_parent(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """An overlay extends exactly one preset."""
    parents = layers.parents(resolved)
    if len(parents) > 1:
        what = f"extends {len(parents)} presets: {', '.join(parents)}"
        yield Finding("one-preset", what, first_place(resolved), "an overlay varies one preset")


def _small(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """An overlay stays small."""
    if not layers.parents(resolved):
        return
    count, limit = layers.shapes[resolved.path].own_keys, layers.rules.overlay_keys
    if count > limit:
        what = f"sets {count} keys, an overlay sets at most {limit}"
        hint = "make it a preset of its own on top of the base"
        yield Finding("overlay-keys", what, first_place(resolved), hint)


def _overlays(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """At most `max_overlays` overlays per preset."""
    overlays = layers.overlays.get(resolved.path, [])
    limit = layers.rules.max_overlays
    if len(overlays) > limit:
        what = f"has {len(overlays)} overlays, at most {limit} are allowed"
        hint = f"{_some(overlays)}; make one of them a preset of its own"
        yield Finding("max-overlays", what, first_place(resolved), hint)


def _required(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """Launch settings are explicit and not null."""
    for key, path in parsed(layers.rules.required):
        slot = resolved.branch.find(path)
        if slot is None:
            hint = f"write `{path[-1]}:` under `{dotted(path[:-1])}`" if path[:-1] else ""
            yield Finding("required", f"`{key}` is not set", first_place(resolved), hint)
        elif slot.python is None:
            hint = f"{resolved.path} runs with it; give it a value"
            yield Finding("required", f"`{key}` is null", slot.winner.place, hint)


def _nulls(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """No null placeholder hides an inherited value; a comment beside the key makes it meant."""
    for path, slot in resolved.branch.leaves():
        if slot.python is not None or slot.winner.document is not resolved.document:
            continue
        hidden = [one for one in slot.lost if one.document is not resolved.document]
        if hidden and said(hidden[-1]) is not None and not _commented(slot.winner):
            what = f"`{dotted(path)}: null` hides {shown(said(hidden[-1]))}"
            hint = f"that is from {hidden[-1].place}; delete the line, or say why in a comment"
            yield Finding("hiding-null", what, slot.winner.place, hint, WARNING)


def _commented(setting: Setting) -> bool:
    entry, document = setting.entry, setting.document
    document.attribute()
    line_end = document.line_end(entry.end)
    beside = document.comments_between(entry.end, line_end + 1)
    return bool(entry.lead or entry.after or beside)


def _length(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """One key sets the length, and nothing beside it."""
    knob = layers.rules.length_knob
    for key, path in parsed(layers.rules.length_findings) if knob is not None else ():
        slot = resolved.branch.find(path)
        if slot is not None and slot.python is not None:
            what = f"`{key}` is a second length knob beside `{knob}`"
            yield Finding("length-knob", what, slot.winner.place, f"set `{knob}` alone")


def _fusion(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """The fusion config exists."""
    key = layers.rules.fusion_key
    slot = resolved.branch.find(parse_dotted(key)) if key is not None else None
    if slot is None or slot.python is None:
        return
    path = layers.fusion(resolved)
    place = slot.winner.place
    if path is None:
        what = f"`{key}` is {shown(slot.python)}, not a path"
        yield Finding("fusion-config", what, place, "name a fusion config")
    elif posixpath.isabs(path) or path.startswith("../"):
        what = f"`{key}` names {path}, outside the root: not looked for"
        yield Finding("fusion-config", what, place, level=NOTE)
    elif not layers.resolver.tree.exists(path):
        hint = layers.near(path) or "the path is relative to the root"
        yield Finding("fusion-config", f"`{key}` names {path}, which does not exist", place, hint)


def _legacy(layers: Layers, resolved: Resolved) -> Iterator[Finding]:
    """Nothing runs on the legacy tree, which goes when the rollout is over."""
    for base in resolved.bases:
        if base.path.startswith(f"{LEGACY}/"):
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


RULES: dict[str, Rule] = {
    "max-files": _files,
    "max-open": _open,
    "one-preset": _one_parent,
    "overlay-keys": _small,
    "max-overlays": _overlays,
    "required": _required,
    "hiding-null": _nulls,
    "length-knob": _length,
    "fusion-config": _fusion,
    "legacy": _legacy,
}
"""Every rule about a preset, in the order in which they are reported."""
