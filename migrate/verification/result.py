"""What the gate found: how each preset compares, what each check says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from migrate.findings import Finding, fails
from migrate.locations import Place


class DifferenceCounts(NamedTuple):
    """How many differences of one preset the profile allows and forbids, and how many of those it
    does not allow were accepted."""

    allowed: int
    forbidden: int
    accepted: int = 0

    @property
    def parity(self) -> bool:
        """Whether nothing is forbidden."""
        return not self.forbidden


class VerifyResult:
    """What the gate looked at, and what it found. `presets` maps a name to what was compared."""

    def __init__(
        self,
        presets: dict[str, DifferenceCounts] | None = None,
        findings: Iterable[Finding] = (),
        finalized: bool = False,
        so_far: bool = False,
    ) -> None:
        self.presets = presets or {}
        self.findings = list(findings)
        self.checks: dict[str, int] = {}
        """How many errors each check found, by its name."""
        self.finalized = finalized
        self.so_far = so_far
        """Whether presets might wait for their step."""
        self.applied = 0
        """How many of those that were looked at are applied."""
        self.pending: list[str] = []
        """Those that wait."""
        self.changed: list[str] = []
        """After the rollout: those of which a value is another than when they were migrated."""
        self.remarks: list[str] = []
        """What configs seem to build on and do not."""

    def failed(self, strict: bool) -> bool:
        """Whether the gate is closed."""
        return fails(self.findings, strict)

    def data(self) -> dict[str, Any]:
        """The same as JSON has it, but for the words of the question; `restored` takes it back."""
        return {
            "presets": self.presets,
            "findings": [
                [one.rule, one.what, one.place, one.hint, one.level, one.command]
                for one in self.findings
            ],
            "checks": self.checks,
            "finalized": self.finalized,
            "applied": self.applied,
            "pending": self.pending,
            "changed": self.changed,
            "remarks": self.remarks,
        }


def restored(data: dict[str, Any]) -> VerifyResult:
    """What `VerifyResult.data` made. Raises KeyError, TypeError or ValueError for anything else."""
    presets = {name: DifferenceCounts(*counts) for name, counts in data["presets"].items()}
    findings = [
        Finding(rule, what, None if place is None else Place(*place), *rest)
        for rule, what, place, *rest in data["findings"]
    ]
    result = VerifyResult(presets, findings, data["finalized"])
    result.checks = dict(data["checks"])
    result.applied = data["applied"]
    result.pending = list(data["pending"])
    result.changed = list(data["changed"])
    result.remarks = list(data["remarks"])
    return result
