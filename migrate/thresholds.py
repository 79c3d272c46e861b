"""The layer rules that a tree keeps once it is migrated, where the defaults would not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from migrate.globs import matches
from migrate.plan import Plans, Rules
from migrate.resolve import Resolved, Resolver, read_branch
from migrate.rules import RULES, Layers

MEASURED = (
    "max-files",
    "max-open",
    "max-overlays",
    "overlay-keys",
    "required",
    "length-knob",
    "fusion-config",
)
"""The rules with a threshold; the others hold or not, whatever a plan says."""


def measured(plans: Plans, resolver: Resolver, targets: Iterable[str]) -> dict[str, Any]:
    """The fields of `rules:` that must differ from the defaults for this tree to pass its gate.

    Numbers are what the tree needs, lists lose what it does not have; nothing is invented.
    """
    rules: dict[str, Any] = {}
    goals = sorted(targets)
    if not all(matches(path, plans.rules.presets) for path in goals):
        rules["presets"] = [_literal(path) for path in goals]
    plans = with_rules(plans, rules)
    layers = Layers(plans, resolver)
    presets = list(layers.presets.values())
    checks = [RULES[name] for name in MEASURED]
    broken = {found.rule for one in presets for check in checks for found in check(layers, one)}
    return {**rules, **_needed(plans.rules, layers, presets, broken)}


def _needed(
    rules: Rules, layers: Layers, presets: list[Resolved], broken: set[str]
) -> Mapping[str, Any]:
    needed: dict[str, Any] = {}
    if "max-files" in broken:
        needed["max_files"] = max(len(one.chain) for one in presets)
    if "max-open" in broken:
        base = layers.plans.base
        needed["max_open"] = max(sum(p != base for p in one.paths) for one in presets)
    if "max-overlays" in broken:
        needed["max_overlays"] = max(map(len, layers.overlays.values()))
    if "overlay-keys" in broken:
        needed["overlay_keys"] = max(_own_keys(one) for one in presets if layers.parents(one))
    if "required" in broken:
        needed["required"] = [key for key in rules.required if _all_set(presets, key)]
    if "length-knob" in broken:
        needed["length_findings"] = []
    if "fusion-config" in broken:
        needed["fusion_key"] = None
    return needed


def _own_keys(resolved: Resolved) -> int:
    document = resolved.document
    own = read_branch(document, document.entries, document.root)
    return sum(1 for _ in own.leaves())


def _all_set(presets: list[Resolved], key: str) -> bool:
    slots = [one.branch.find(tuple(key.split("."))) for one in presets]
    return all(slot is not None and slot.python is not None for slot in slots)


def _literal(path: str) -> str:
    """A glob that matches one path only."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def with_rules(plans: Plans, rules: Mapping[str, Any]) -> Plans:
    """The plans with some rules replaced."""
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in rules.items()}
    wide = msgspec.structs.replace(
        plans.wide, rules=msgspec.structs.replace(plans.wide.rules, **said)
    )
    return replace(plans, wide=wide)
