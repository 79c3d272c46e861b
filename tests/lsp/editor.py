"""A root as an editor has it open, for tests: texts with a mark where the cursor stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrate.lsp.completion import complete
from migrate.lsp.definition import Target, ask, definition, implementations, place_of, references
from migrate.lsp.folder import ConfigFolder, Options
from migrate.lsp.hover import hover
from migrate.lsp.typed import Offer
from tests.support import trees

CURSOR = "|"


def texts(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


class Editor:
    """An editor with one root open."""

    def __init__(self, root: Path, files: Mapping[str, str], **options: str) -> None:
        trees.write(root, texts(files))
        self.root = root
        self.folder = ConfigFolder(str(root), Options(**options))  # type: ignore[arg-type]

    def at(self, path: str, text: str) -> int:
        """Put a text with a cursor into a file's window; the cursor's offset."""
        offset = text.replace("\r\n", "\n").index(CURSOR)
        self.folder.set_text(path, text.replace(CURSOR, "", 1))
        return offset

    def hover(self, path: str, text: str) -> str:
        found = hover(self.folder, path, self.at(path, text))
        return found.text if found is not None else ""

    def definition(self, path: str, text: str) -> list[str]:
        return shown(definition(ask(self.folder, path, self.at(path, text))))

    def references(self, path: str, text: str) -> list[str]:
        return shown(references(ask(self.folder, path, self.at(path, text))))

    def implementations(self, path: str, text: str) -> list[str]:
        return shown(implementations(ask(self.folder, path, self.at(path, text))))

    def complete(self, path: str, text: str) -> list[Offer]:
        offset = self.at(path, text)
        before = text.replace("\r\n", "\n")[:offset]
        line = before.count("\n")
        return complete(self.folder, path, line, offset - (before.rfind("\n") + 1))

    def written(self, path: str, text: str, label: str) -> str:
        """The text once an offer was taken."""
        offer = next(one for one in self.complete(path, text) if one.label == label)
        lines = text.replace(CURSOR, "", 1).split("\n")
        number = text[: text.index(CURSOR)].count("\n")
        line = lines[number]
        lines[number] = line[: offer.start] + offer.text + line[offer.end :]
        return "\n".join(lines)


def shown(targets: list[Target]) -> list[str]:
    return [str(place_of(one)) for one in targets]
