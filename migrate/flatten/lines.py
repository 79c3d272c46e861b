"""The lines of a file being written, and which source text went into them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.locations import Place
from migrate.yaml_text import Document, Run, Span
from migrate.yaml_text.render import shift


class Lines:
    """Collects output lines. `used` records every stretch of source text that they hold."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.used: dict[str, list[Span]] = {}
        self.frozen = False
        self._copied: list[tuple[int, Document, Span]] = []

    def text(self, text: str, frozen: bool = False) -> None:
        """Add text of one or more lines. `frozen`: a blank line after it would change a value."""
        self.lines.append(text)
        self.frozen = frozen

    def blank(self) -> None:
        """Add a blank line, never a second one, never as the first line."""
        if (
            self.lines
            and self.lines[-1] != ""
            and not self.lines[-1].endswith("\n")
            and not self.frozen
        ):
            self.lines.append("")

    def use(self, document: Document, span: Span) -> None:
        """Record that a stretch of source text is in the file."""
        self.used.setdefault(document.path, []).append(span)

    def comment(self, document: Document, span: Span, column: int) -> None:
        """Add one comment as a line of its own."""
        self.use(document, span)
        self._copied.append((len(self.lines), document, span))
        self.lines.append(" " * column + document.text[span[0] : span[1]])
        self.frozen = False

    def run(self, document: Document, run: Run, column: int) -> None:
        """Add a comment run; its lines keep their indentation relative to the first."""
        first = document.column(run.start)
        for span in run.lines:
            deeper = max(0, document.column(span[0]) - first) if _own_line(document, span) else 0
            self.comment(document, span, column + deeper)

    def slice(
        self, document: Document, span: Span, text: str, delta: int, column: int, frozen: bool
    ) -> None:
        """Add a stretch of source text whose first line begins at `column`."""
        self.use(document, span)
        self._copied.append((len(self.lines), document, span))
        self.text(" " * column + shift(text, delta), frozen)

    def copied(self) -> dict[int, Place]:
        """Where each line stood that was taken over as it is, by its number in the new text."""
        first, numbers = 1, []
        for text in self.lines:
            numbers.append(first)
            first += text.count("\n") + 1
        found: dict[int, Place] = {}
        for index, document, (start, end) in self._copied:
            where = document.place(start)
            found[numbers[index]] = where
            new, old = self.lines[index].split("\n"), document.text[start:end].split("\n")
            for line, original in _alike(new, old):
                found[numbers[index] + line] = Place(where.path, where.line + original)
        return found

    def render(self) -> str:
        """The whole text, with one final line feed."""
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        return "\n".join(self.lines) + "\n" if self.lines else ""


def _alike(new: list[str], old: list[str]) -> Iterator[tuple[int, int]]:
    """Which further lines of a moved text are which of the old one: all in turn, or where an alias
    was written out between them those that read the same from the end on."""
    if len(new) == len(old):
        yield from ((number, number) for number in range(1, len(new)) if new[number].strip())
        return
    for back in range(1, min(len(new), len(old))):
        if new[-back].strip() != old[-back].strip():
            return
        if new[-back].strip():
            yield len(new) - back, len(old) - back


def _own_line(document: Document, span: Span) -> bool:
    return not document.text[span[0] - document.column(span[0]) : span[0]].strip()


def run_text(document: Document, run: Run) -> str:
    """A run's text, by which runs are found to say the same."""
    return "\n".join(document.text[start:end] for start, end in run.lines)
