"""The top and the bottom of a new file: header, `extends`, footer."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.flatten.headers import Heading, Headings
from migrate.flatten.lines import Lines
from migrate.locations import join
from migrate.resolve import Resolver
from migrate.yaml_text import SEQUENCE, Document, Run
from migrate.yaml_text.spelling import spell


class Top:
    """Writes what stands around the keys, from the preset's own file."""

    def __init__(
        self, resolver: Resolver, document: Document, headings: Headings, lines: Lines
    ) -> None:
        self.key = resolver.dialect.keys[0]
        self.form = resolver.dialect.form
        self.document = document
        self.headings = headings
        self.lines = lines
        self.entry = document.layer(self.key)

    def write(self, links: Sequence[str], kept_bases: Sequence[str]) -> None:
        """The start of the file, up to where the keys begin."""
        self._marker()
        above, below = map(self._below_marker, self.document.header)
        self._runs(above)
        if not below:
            self._gathered()
        if links:
            if self.headings.top or (above and self._blank_above_extends(above)):
                self.lines.blank()
            self._extends(links, kept_bases)
            self.lines.blank()
        elif above or self.headings.top:
            self.lines.blank()
        self._runs(below)
        if below:
            self._gathered()
            self.lines.blank()

    def _gathered(self) -> None:
        """The headers of inlined files that stand above no key."""
        for heading in self.headings.top:
            for run in heading.runs:
                self.lines.blank()
                self.lines.run(heading.document, run, 0)
        for heading in self.headings.same:
            for run in heading.runs:
                for span in run.lines:
                    self.lines.use(heading.document, span)

    def footer(self) -> None:
        """The preset's own footer."""
        runs = self.document.footer
        for run in runs:
            if run.blank_before:
                self.lines.blank()
            self.lines.run(self.document, run, 0)

    def _runs(self, runs: list[Run]) -> None:
        for number, run in enumerate(runs):
            if number:
                self.lines.blank()
            self.lines.run(self.document, run, 0)

    def _marker(self) -> None:
        """Keep the preset's own `%YAML` and `---` lines."""
        root = self.document.root
        end = root.props if root is not None else 0
        position = 0
        for line in self.document.text[:end].split("\n")[:-1]:
            if line.startswith(("%YAML", "---")):
                self.lines.use(self.document, (position, position + len(line)))
                self.lines.text(line.rstrip())
            position += len(line) + 1

    def _below_marker(self, runs: list[Run]) -> list[Run]:
        """Runs without what already stands behind `---`."""
        document = self.document
        kept: list[Run] = []
        for run in runs:
            lines = [
                span for span in run.lines if not document.line_text(span[0]).startswith("---")
            ]
            if lines:
                kept.append(Run(lines, run.blank_before))
        return kept

    def _blank_above_extends(self, above: list[Run]) -> bool:
        if self.entry is None:
            return True
        between = self.document.text[above[-1].lines[-1][1] : self.entry.start]
        return between.count("\n") > 1

    def _extends(self, links: Sequence[str], kept_bases: Sequence[str]) -> None:
        if self._unchanged(links) and self.entry is not None:
            span = (self.entry.start, self.document.line_end(self.entry.end))
            self.lines.slice(self.document, span, self.document.text[slice(*span)], 0, 0, False)
            for comment in self.entry.after:
                self.lines.comment(self.document, comment, self.document.column(comment[0]))
            return
        said = [self.headings.kept_items.get(base, []) for base in kept_bases]
        if len(links) == 1 and self.form != "list" and all(map(_is_short, said)):
            self._item(f"{self.key}: {spell(links[0])}", said[0])
            return
        self.lines.text(f"{self.key}:")
        for link, headings in zip(links, said, strict=True):
            self._item(f"  - {spell(link)}", headings)

    def _item(self, text: str, headings: list[Heading]) -> None:
        """One item: what stood behind it is behind it again, everything else above."""
        behind = ""
        for heading in headings:
            for span in heading.runs[0].lines:
                document = heading.document
                if not behind and _stood_behind(document, span[0]):
                    behind = "  " + document.text[slice(*span)]
                    self.lines.use(document, span)
                else:
                    self.lines.comment(document, span, 2 if text.startswith(" ") else 0)
        self.lines.text(text + behind)

    def _unchanged(self, links: Sequence[str]) -> bool:
        if self.entry is None:
            return False
        node = self.entry.value.resolved()
        items = node.items if node.kind == SEQUENCE else [node]
        own = [join(self.document.path, str(self.document.value(item))) for item in items]
        return not self.entry.flow and own == [join(self.document.path, link) for link in links]


def _is_short(headings: list[Heading]) -> bool:
    spans = [(heading.document, span) for heading in headings for span in heading.runs[0].lines]
    return len(spans) <= 1 and all(_stood_behind(document, span[0]) for document, span in spans)


def _stood_behind(document: Document, offset: int) -> bool:
    """Whether a comment stands behind something on its line."""
    return bool(document.text[offset - document.column(offset) : offset].strip(" -"))
