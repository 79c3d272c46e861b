"""The case folders of references: what stands in them, and what the scan makes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from migrate.references import (
    CERTAIN,
    DROP,
    LIKELY,
    IgnoredReference,
    Reference,
    Renames,
    Successor,
    scan,
)
from migrate.references import rewrite as rewrite_references
from migrate.trees.tree import MemoryTree

FOLDER = Path(__file__).parents[1] / "cases_references"


@dataclass(frozen=True)
class Case:
    """One folder: files before, those that change, and the notes on what stays."""

    folder: Path

    @property
    def before(self) -> dict[str, bytes]:
        return _files(self.folder / "before")

    @property
    def after(self) -> dict[str, bytes]:
        """All files; `after/` holds the changed ones."""
        return {**self.before, **_files(self.folder / "after")}

    @property
    def notes(self) -> str:
        path = self.folder / "notes.txt"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def likely(self) -> bool:
        return bool(self._settings.get("likely", False))

    @property
    def renames(self) -> Renames:
        moves = self._settings["moves"]
        assert isinstance(moves, dict)
        return Renames({old: _successor(new) for old, new in moves.items()})

    @property
    def _settings(self) -> dict[str, object]:
        settings: dict[str, object] = json.loads((self.folder / "renames.json").read_text("utf-8"))
        return settings


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _successor(new: object) -> Successor:
    if isinstance(new, dict):
        return IgnoredReference(new["ignore"])
    if new == "drop":
        return DROP
    return None if new is None else str(new)


def cases() -> list[Case]:
    """Every case folder, by name."""
    return [Case(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]


def run(case: Case, files: dict[str, bytes]) -> tuple[dict[str, bytes], list[Reference]]:
    """The files after rewriting, and every reference that was found."""
    tree = MemoryTree(files)
    references = scan(tree, case.renames)
    changed = {
        change.path: change.after
        for change in rewrite_references(tree, references, case.likely)
        if change.after is not None
    }
    return {**files, **changed}, references


def notes(case: Case, references: list[Reference]) -> str:
    """One line for each reference that is not rewritten."""
    wanted = (CERTAIN, LIKELY) if case.likely else (CERTAIN,)
    lines = [
        f"{r.place}: {r.certainty}{', prose' if r.prose else ''}: {r.written}: {r.reason}\n"
        for r in references
        if r.edit is None or r.certainty not in wanted
    ]
    return "".join(lines)
