"""Every migrated preset twice: as its legacy chain said it, and as the file that it is now."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from typing import Any

from migrate.locations import parse_dotted
from migrate.plan import PlannedPreset, load_plans
from migrate.workspace.config_names import LEGACY, side
from migrate.workspace.view import View

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass(frozen=True)
class Pair:
    """One preset: `old` and `new` are resolved configs."""

    name: str
    old: dict[Any, Any]
    new: dict[Any, Any]


def pairs(root: str = ROOT) -> list[Pair]:
    """One for each planned preset; `old` is on record in the evidence once its files are gone.

    What a plan changes on purpose, with a reason, is changed in `old` as well.
    """
    view = View(root)
    found = []
    for name, planned in sorted(load_plans(view.tree, view.layout.plans).presets.items()):
        old = meant(side(view, LEGACY + name).python, planned)
        found.append(Pair(name, old, side(view, planned.preset.to).python))
    return found


def meant(legacy: dict[Any, Any], planned: PlannedPreset) -> dict[Any, Any]:
    """The legacy config with the values that the plan overrides."""
    config = copy.deepcopy(legacy)
    for key, override in planned.preset.override.items():
        *sections, last = parse_dotted(key)
        target = config
        for name in sections:
            target = target.setdefault(name, {})
        target[last] = override.value
    return config
