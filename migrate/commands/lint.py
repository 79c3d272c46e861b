"""`migrate lint`: the layer rules, what is worth knowing beside them, and drift."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.commands.compare import profile_of
from migrate.commands.missing import near_keys
from migrate.errors import InputError, MissingFile
from migrate.findings import ERROR, Finding, fails
from migrate.locations import KeyPath, Place
from migrate.parity import names_key
from migrate.plan import Plans, load_plans, parse_pattern
from migrate.rules import Layers, check_rules, check_style
from migrate.rules.drift import Drift, drift
from migrate.workspace.config_names import config_paths
from migrate.workspace.view import View

LOOKED_AT = 50
"""In so many presets names near to an unknown key are looked for."""


@dataclass
class Linted:
    """What lint looked at, and what it found, in path order."""

    presets: int
    findings: list[Finding] = field(default_factory=list)
    drift: list[Drift] | None = None

    def failed(self, strict: bool) -> bool:
        """Whether a check with these findings has failed."""
        return fails(self.findings, strict)

    def count(self, level: str) -> int:
        """How many findings are of a level."""
        return sum(finding.level == level for finding in self.findings)


def lint(
    view: View, configs: Sequence[str] = (), with_drift: bool = False, key: str | None = None
) -> Linted:
    """Check the named configs, or every preset. `key` is a pattern that narrows the drift.

    Raises InputError for a config that does not exist, and for plans with faults.
    """
    plans = plans_or_defaults(view)
    only = config_paths(view, configs)
    layers = Layers(plans, view.resolver, only)
    result = Linted(len(layers.chosen) + len(layers.others))
    found = [*check_rules(plans, view.resolver, only)]
    found += check_style(plans, view.resolver, only)
    result.findings = sorted(dict.fromkeys(found), key=_where)
    if with_drift:
        result.drift = drift_of(view, layers, key)
    return result


def plans_or_defaults(view: View) -> Plans:
    """The plans; where there are none, the default rules and no preset. Raises for faults."""
    try:
        return load_plans(view.tree, view.layout.plans)
    except MissingFile:
        return Plans({}, folder=view.layout.plans)


def drift_of(view: View, layers: Layers, key: str | None = None) -> list[Drift]:
    """The drift among the chosen presets; what the parity profile allows to differ is left out.

    Unless `key` names it. Raises InputError for a `key` that is no pattern.
    """
    try:
        wanted = parse_pattern(key) if key is not None else None
    except ValueError as error:
        hint = "write a dotted key; * is any one level, ** any number"
        raise InputError(f"{key!r} is not a key pattern: {error}", None, hint) from None
    if wanted is not None:
        _refuse_unknown(layers, wanted, key or "")
    allowed = profile_of(view).allow if wanted is None else ()
    return list(drift(layers, [one.pattern for one in allowed if not one.when], wanted))


def _refuse_unknown(layers: Layers, wanted: KeyPath, key: str) -> None:
    """Raises InputError for a key that none of the presets has, with the names near to it."""
    presets = layers.chosen
    if not presets or any(names_key(wanted, preset.python) for preset in presets):
        return
    near = [name for preset in presets[:LOOKED_AT] for name in near_keys(preset, wanted)]
    names = list(dict.fromkeys(near))[:3]
    keys = f"`migrate explain {shlex.quote(presets[0].path)}` lists the keys of one of them"
    hint = f"did you mean {' or '.join(names)}?" if names else keys
    raise InputError(f"no preset has the key `{key}`", None, hint)


def _where(finding: Finding) -> tuple[str, int, int, bool]:
    place = finding.place or Place("")
    return place.path, place.line, place.column, finding.level != ERROR
