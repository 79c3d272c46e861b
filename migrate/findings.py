"""What a check found: a rule, a place, what is wrong, what to do."""

from __future__ import annotations

from typing import NamedTuple

from migrate.errors import MigrateError
from migrate.locations import Place

ERROR, WARNING, NOTE = "error", "warning", "note"


class Finding(NamedTuple):
    """One finding. Errors fail a check, warnings fail it with `--strict`, notes never do."""

    rule: str
    what: str
    place: Place | None = None
    hint: str = ""
    level: str = ERROR
    command: str = ""
    """The command that does what the hint says, to be pasted."""

    @classmethod
    def of(cls, rule: str, error: MigrateError, level: str = ERROR) -> Finding:
        """An error that a check met, as a finding."""
        return cls(rule, error.what, error.place, error.hint, level)


def fails(findings: list[Finding], strict: bool) -> bool:
    """Whether a check with these findings has failed."""
    levels = {ERROR, WARNING} if strict else {ERROR}
    return any(finding.level in levels for finding in findings)
