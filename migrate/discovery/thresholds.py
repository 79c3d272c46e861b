"""The layer rules that a tree keeps once it is migrated, where the defaults would not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import parse_dotted
from migrate.plan import Plans, Rules
from migrate.resolve import Resolver
from migrate.rules import Layers
from migrate.rules.glance import LoadedFacts
from migrate.rules.layers import ResolvedFacts
from migrate.rules.shapes import Shape
from migrate.rules.statements import STATEMENTS, PresetFacts, families
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
    loader = PlainLoader(layers.resolver.tree, layers.resolver.dialect)
    each = (_by_values(layers, loader, path) for path in layers.candidates())
    found = [one for one in each if one is not None]
    fusions = {one.shape.fusion for one in found}
    return [one for one in found if one.path not in fusions]


def _by_values(layers: Layers, loader: PlainLoader, path: str) -> _Measure | None:
    """One preset measured by its values, or with positions where these may say something else."""
    try:
        facts = LoadedFacts(loader, path, layers.rules.fusion_key)
        plain = all(map(loader.plainly_resolvable, facts.chain))
        return _measure(layers, path, facts, facts.shape) if plain else _by_position(layers, path)
    except MigrateError:
        return _by_position(layers, path)
    finally:
        loader.forget(path)


def _by_position(layers: Layers, path: str) -> _Measure | None:
    """The same of a resolved preset; None for one that cannot be resolved."""
    shape = layers.looked(path)
    if shape is None:
        return None
    return _measure(layers, path, ResolvedFacts(layers, layers.resolver.resolve(path)), shape)


def _measure(layers: Layers, path: str, facts: PresetFacts, shape: Shape) -> _Measure:
    rules, base = layers.rules, layers.plans.base
    return _Measure(
        path=path,
        shape=shape,
        files=len(facts.chain),
        opened=sum(one != base for one in facts.chain),
        required=frozenset(
            key for key in rules.required if facts.value(parse_dotted(key)) is not None
        ),
        broken=frozenset(rule for rule in _WHOLE if any(STATEMENTS[rule](rules, base, facts))),
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


def with_rules(plans: Plans, rules: Mapping[str, Any]) -> Plans:
    """The plans with some rules replaced."""
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in rules.items()}
    wide = msgspec.structs.replace(
        plans.wide, rules=msgspec.structs.replace(plans.wide.rules, **said)
    )
    return replace(plans, wide=wide)
