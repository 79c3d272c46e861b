"""A reference is data: who names which config, how sure that is, and the edit that follows it."""

from __future__ import annotations

from typing import NamedTuple

from migrate.locations import Place

CERTAIN, LIKELY, NOTE = "certain", "likely", "note"

Span = tuple[int, int]
"""Half-open character offsets into a decoded text."""


class Reference(NamedTuple):
    """One place that names a config.

    `span` is what `edit` replaces, in characters of the decoded text (a BOM counts as one);
    `edit` is None where nothing is rewritten, and `reason` then says why. `also` are further
    targets that a pattern can match; `scanned` is the text that stood in the span.
    """

    path: str
    line: int
    column: int
    span: Span
    kind: str
    written: str
    target: str
    certainty: str
    edit: str | None = None
    prose: bool = False
    reason: str = ""
    ignored: bool = False
    also: tuple[str, ...] = ()
    scanned: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.line, self.column)

    @property
    def dangles(self) -> bool:
        """Whether a step that removes the target must be refused: named for sure, not rewritten.

        Prose only warns, likely names and patterns are shown, what the plan ignores has its reason.
        """
        stays = self.certainty == CERTAIN and self.edit is None
        return stays and not (self.prose or self.ignored)
