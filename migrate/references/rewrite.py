"""Turn the edits of references into changes of files."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from migrate.changes import Change
from migrate.errors import TreeMoved
from migrate.references.kinds import KINDS
from migrate.references.reference import CERTAIN, LIKELY, Reference, Span
from migrate.references.source import SourceText
from migrate.trees.tree import Tree


def is_rewritten(reference: Reference, likely: bool = False) -> bool:
    """Whether `rewrite` edits a reference: where its edit is known, and sure enough."""
    wanted = (CERTAIN, LIKELY) if likely else (CERTAIN,)
    return reference.edit is not None and reference.certainty in wanted


def rewrite(tree: Tree, references: Iterable[Reference], likely: bool = False) -> list[Change]:
    """One change per file with edits: the certain ones, and with `likely` the likely ones too.

    Raises TreeMoved for a file that is not what was scanned, InputError if an edited file would
    not be read as before (by the check of its kind).
    """
    chosen = [reference for reference in references if is_rewritten(reference, likely)]
    chosen.sort(key=lambda reference: (reference.path, reference.span))
    return [_changed(tree, path, list(group)) for path, group in groupby(chosen, lambda r: r.path)]


def _changed(tree: Tree, path: str, references: list[Reference]) -> Change:
    content = tree.read(path)
    source = SourceText.of(path, content)
    if source.unread:
        raise TreeMoved("is not the file that was scanned", path, "run the command again")
    for reference in references:
        _expect(reference, source)
    text = _edited(source.text, references)
    KINDS[references[0].kind].check(path, source.text, text)
    return Change(path, content, source.encode(text), _why(references))


def _edited(text: str, references: list[Reference]) -> str:
    edit = KINDS[references[0].kind].edit
    if edit is not None:
        return edit(text, [(one.span, one.edit or "") for one in references])
    parts, position = [], 0
    for (start, end), new in _apart(references):
        parts += [text[position:start], new]
        position = end
    return "".join([*parts, text[position:]])


def _apart(references: list[Reference]) -> list[tuple[Span, str]]:
    """The edits in order; neighbours that are dropped from one list become one."""
    edits: list[tuple[Span, str]] = []
    for reference in references:
        start, end = reference.span
        if edits and start < edits[-1][0][1]:
            (first, last), before = edits.pop()
            if before or reference.edit:
                raise ValueError(f"two edits in one place: {reference.place}")
            start, end = first, max(last, end)
        edits.append(((start, end), reference.edit or ""))
    return edits


def _expect(reference: Reference, source: SourceText) -> None:
    """The scanned text must still stand there."""
    if source.text[slice(*reference.span)] != reference.scanned:
        raise TreeMoved("was edited since it was scanned", reference.place, "run the command again")


def _why(references: list[Reference]) -> str:
    targets = sorted({reference.target for reference in references})
    return "names " + ", ".join(targets)
