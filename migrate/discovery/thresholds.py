"""The layer rules that a tree keeps once it is migrated, where the defaults would not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from migrate.locations import parse_dotted
from migrate.plan import Plans, Rules
from migrate.resolve import Resolved, Resolver
from migrate.rules import RULES, Layers
from migrate.rules.shapes import Shape
from migrate.rules.statements import families
from migrate.trees.globs import literal, matches


@dataclass(frozen=True, slots=True)
class _Measure:
    """What one preset needs of the rules; of many presets no more than this is kept."""

    path: str
    shape: Shape
    files: int
    opened: int
    required: frozenset[str]
    """The required keys that it sets."""
    broken: frozenset[str]
    """The rules that it breaks, of those that a plan turns off as a whole."""


def measured(plans: Plans, resolver: Resolver, targets: Iterable[str]) -> dict[str, Any]:
    """The fields of `rules:` that must differ from the defaults for this tree to pass its gate.

    Numbers are what the tree needs, lists lose what it does not have; nothing is invented.
    """
    rules: dict[str, Any] = {}
    goals = sorted(targets)
    if not all(matches(path, plans.rules.presets) for path in goals):
        rules["presets"] = [literal(path) for path in goals]
    plans = with_rules(plans, rules)
    return {**rules, **_needed(plans.rules, _measures(Layers(plans, resolver)))}


def _measures(layers: Layers) -> list[_Measure]:
    """Every runnable preset, measured; a fusion config is none."""
    found = [_measure(layers, resolved) for resolved in layers.each()]
    fusions = {one.shape.fusion for one in found}
    return [one for one in found if one.path not in fusions]


def _measure(layers: Layers, resolved: Resolved) -> _Measure:
    return _Measure(
        path=resolved.path,
        shape=layers.shape(resolved),
        files=len(resolved.paths),
        opened=sum(path != layers.plans.base for path in resolved.paths),
        required=frozenset(key for key in layers.rules.required if _is_set(resolved, key)),
        broken=frozenset(rule for rule in _WHOLE if any(RULES[rule].check(layers, resolved))),
    )


_WHOLE: dict[str, tuple[str, Any]] = {
    "length-knob": ("length_findings", []),
    "fusion-config": ("fusion_key", None),
}
"""Rules that a tree keeps or does not, with the field that turns them off."""


def _needed(rules: Rules, presets: list[_Measure]) -> Mapping[str, Any]:
    each = families({one.path: one.shape for one in presets}).values()
    most = {
        "max_files": max((one.files for one in presets), default=0),
        "max_open": max((one.opened for one in presets), default=0),
        "max_overlays": max((len(one.overlays) for one in each), default=0),
        "overlay_keys": max((one.shape.own_keys for one in each if one.parents), default=0),
    }
    needed: dict[str, Any] = {
        field: count for field, count in most.items() if count > getattr(rules, field)
    }
    required = [key for key in rules.required if all(key in one.required for one in presets)]
    if required != list(rules.required):
        needed["required"] = required
    broken = {rule for one in presets for rule in one.broken}
    needed.update(off for rule, off in _WHOLE.items() if rule in broken)
    return needed


def _is_set(resolved: Resolved, key: str) -> bool:
    slot = resolved.branch.find(parse_dotted(key))
    return slot is not None and slot.python is not None


def with_rules(plans: Plans, rules: Mapping[str, Any]) -> Plans:
    """The plans with some rules replaced."""
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in rules.items()}
    wide = msgspec.structs.replace(
        plans.wide, rules=msgspec.structs.replace(plans.wide.rules, **said)
    )
    return replace(plans, wide=wide)
