"""`migrate lint`: the layer rules, and what is worth knowing beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.errors import MissingFile
from migrate.findings import ERROR, Finding, fails
from migrate.locations import Place
from migrate.plan import Plans, load_plans
from migrate.rules import Layers, rule_findings, style_findings
from migrate.workspace.config_names import config_paths
from migrate.workspace.parallel import Progress
from migrate.workspace.view import View


@dataclass
class LintResult:
    """What lint looked at, and what it found, in path order."""

    presets: int
    findings: list[Finding] = field(default_factory=list)

    def failed(self, strict: bool) -> bool:
        """Whether a check with these findings has failed."""
        return fails(self.findings, strict)

    def count(self, level: str) -> int:
        """How many findings are of a level."""
        return sum(finding.level == level for finding in self.findings)


def lint(view: View, configs: Sequence[str] = (), progress: Progress | None = None) -> LintResult:
    """Check the named configs, or every preset.

    `progress` is told of each config that is looked at. Raises InputError for a config that does
    not exist, and for plans with faults.
    """
    plans = plans_or_defaults(view)
    only = config_paths(view, configs)
    layers = Layers(plans, view.resolver, only, told=progress)
    result = LintResult(len(layers.chosen) + len(layers.others))
    found = [*rule_findings(layers), *style_findings(layers)]
    result.findings = sorted(dict.fromkeys(found), key=_where)
    return result


def plans_or_defaults(view: View) -> Plans:
    """The plans; where there are none, the default rules and no preset. Raises for faults."""
    try:
        return load_plans(view.tree, view.layout.plans)
    except MissingFile:
        return Plans({}, folder=view.layout.plans)


def _where(finding: Finding) -> tuple[str, int, int, bool]:
    place = finding.place or Place("")
    return place.path, place.line, place.column, finding.level != ERROR
