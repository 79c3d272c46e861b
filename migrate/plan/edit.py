"""Machine edits of plan files: what people wrote stays, comments and layout included.

What is added is text between the lines that are there. Where a list or mapping grows, ruamel.yaml
writes that one entry again with its comments; every other byte of the file stays.
"""

from __future__ import annotations

import copy
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrate.errors import InputError, Refused
from migrate.locations import Place
from migrate.yaml_text import MAPPING, Document, Entry, Node
from migrate.yaml_text.edit import comment_texts, unshared
from migrate.yaml_text.spelling import spell

Edit = Callable[[Any], None]
"""Changes the mapping that holds an entry; the same for plain data and for ruamel.yaml's."""

_WIDTH = 100
_MARKER = re.compile(r"\n(?=\.\.\.|---)")


def with_presets(path: str, content: bytes, lines: Sequence[str], data: dict[str, Any]) -> bytes:
    """A plan file with more presets: their drafted lines, indented by two, and what these say.

    Raises Refused where the file is written so that they cannot be added.
    """

    def edit(holder: Any) -> None:
        holder.setdefault("presets", {}).update(copy.deepcopy(data))

    return with_entries(path, content, ("presets",), [line[2:] for line in lines], edit)


def with_entries(
    path: str, content: bytes, keys: Sequence[str], lines: Sequence[str], edit: Edit
) -> bytes:
    """A plan file with more entries in the mapping at `keys`, which is made where it is missing.

    `lines` are the drafted entries, not indented; `edit` does the same to the data of the file.
    Raises Refused where the file is written so that they cannot be added.
    """
    document = Document(path, content)
    entry = _entry(document, keys)
    if entry is None:
        made = [f"{spell(keys[-1])}:", *_indented(lines, 2, 0)]
        if len(keys) == 1:
            return with_lines(path, content, made, edit)
        return with_entries(path, content, keys[:-1], made, edit)
    value = entry.value
    if value.kind == MAPPING and not value.flow and value.entries:
        last = value.entries[-1]
        column = document.column(last.start)
        at = _behind(document, last, column)
        return _proven(document, _inserted(document, at, _indented(lines, column, 0)), edit)
    braces = document.text[value.start :][:1] == "{" and not entry.flow
    if value.kind == MAPPING and not value.entries and braces:
        at = document.line_end(entry.end)
        below = _indented(lines, document.column(entry.start) + 2, 0)
        ends_line = document.line_end(value.end) == value.end
        start = value.start - (ends_line and document.text[value.start - 1] == " ")
        added = [(at, at, "\n".join(["", *below])), (start, value.end, "")]
        return _proven(document, document.spliced(added), edit)
    return revised(path, content, keys[:1], edit)


def with_texts(
    path: str,
    content: bytes,
    texts: Mapping[tuple[str, ...], Mapping[str, str | None]],
    edit: Edit,
) -> bytes:
    """A plan file with other values in some mappings, spelled as YAML; None takes a key out.

    `edit` does the same to the data of the file. Keys that are new stand behind those before them.
    Raises Refused where the file is written so that this cannot be done.
    """
    document = Document(path, content)
    edits: list[tuple[int, int, str]] = []
    for keys, wanted in texts.items():
        entry = _entry(document, keys)
        if entry is None or entry.value.kind != MAPPING or entry.flow:
            return revised(path, content, keys[:1], edit)
        if entry.value.flow:
            there = [f"{spell(key)}: {text}" for key, text in wanted.items() if text is not None]
            edits.append((entry.value.start, entry.value.end, f"{{ {', '.join(there)} }}"))
        else:
            edits += _value_edits(document, entry, wanted)
    return _proven(document, document.spliced(edits), edit)


def _value_edits(
    document: Document, entry: Entry, texts: Mapping[str, str | None]
) -> Iterator[tuple[int, int, str]]:
    """The edits of one mapping in block style."""
    there = {one.pykey: one for one in document.values.logical(entry.value)}
    line = "\n" + " " * document.column(entry.value.entries[0].start)
    at = document.line_end(entry.key.end)
    for key, text in texts.items():
        known = there.get(key)
        if known is not None and text is None:
            yield _taken_out(document, known)
        elif known is not None and text is not None:
            yield known.value.props, known.value.end, text.replace("\n", line)
        elif text is not None:
            below = text.replace("\n", line)
            yield at, at, f"{line}{spell(key)}: {below}"
        at = document.line_end(known.end) if known is not None else at


def without_entries(
    path: str, content: bytes, gone: Iterable[tuple[str, ...]], edit: Edit
) -> bytes:
    """A plan file without some entries, and without what only held them; the comments stay.

    `edit` does the same to the data of the file. Raises Refused where the file is written so that
    this cannot be done.
    """
    document = Document(path, content)
    entries = {keys: _entry(document, keys) for keys in _emptied(document, set(gone))}
    edits: list[tuple[int, int, str]] = []
    for keys, entry in entries.items():
        if entry is None or entry.flow:
            return revised(path, content, keys[:1], edit)
        edits.append(_taken_out(document, entry))
    return _proven(document, document.spliced(edits), edit)


def _emptied(document: Document, gone: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """The entries to take out, a mapping as a whole where all that it holds goes."""
    for length in range(max(map(len, gone)) - 1, 0, -1):
        for holder in {keys[:length] for keys in gone if len(keys) == length + 1}:
            entry = _entry(document, holder)
            inside = {keys for keys in gone if keys[:-1] == holder}
            if entry is not None and len(entry.value.resolved().entries) <= len(inside):
                gone = (gone - inside) | {holder}
    return gone


def with_lines(path: str, content: bytes, lines: Sequence[str], edit: Edit) -> bytes:
    """A plan file with more top-level lines at its end; `edit` does the same to its data."""
    document = Document(path, content)
    root = document.root
    if root is None:
        raise InputError("is empty", Place(path, 1, 1), "begin with `version: 1`")
    if root.flow:
        return _proven(document, _whole(document, (), edit), edit)
    behind = document.line_end(root.entries[-1].end)
    marker = _MARKER.search(document.text, behind)
    at = marker.start() if marker else len(document.text)
    return _proven(document, _inserted(document, at, lines), edit)


def revised(path: str, content: bytes, keys: Sequence[str], edit: Edit) -> bytes:
    """A plan file of which one entry is written again by ruamel.yaml; `edit` changes its holder."""
    document = Document(path, content)
    entry = _entry(document, keys)
    if entry is None or entry.flow:
        return _proven(document, _whole(document, keys, edit), edit, keys)
    try:
        after = _rewritten(document, entry, edit)
    except InputError:  # an alias may lead out of the entry
        after = _whole(document, keys, edit)
    return _proven(document, after, edit, keys)


def flow_list(holder: Any, items: Iterable[Any]) -> Any:
    """A list to be put into a holder; ruamel.yaml writes it between brackets."""
    if type(holder) is dict:
        return list(items)
    from ruamel.yaml.comments import CommentedSeq

    made = CommentedSeq(items)
    made.fa.set_flow_style()
    return made


# Where things stand.


def _entry(document: Document, keys: Sequence[str]) -> Entry | None:
    node: Node | None = document.root
    found: Entry | None = None
    for key in keys:
        if node is None or node.kind != MAPPING:
            return None
        entries = document.values.logical(node)
        found = next((entry for entry in entries if entry.pykey == key), None)
        if found is None:
            return None
        node = found.value
    return found


def _behind(document: Document, entry: Entry, column: int) -> int:
    """The end of the last line of an entry, comment lines that are indented like it included."""
    at = document.line_end(entry.end)
    while at < len(document.text):
        line = document.text[at + 1 : document.line_end(at + 1)]
        comment = line.lstrip(" ").startswith("#")
        if not comment or len(line) - len(line.lstrip(" ")) < column:
            break
        at += 1 + len(line)
    return at


def _taken_out(document: Document, entry: Entry) -> tuple[int, int, str]:
    """The edit that takes the lines of an entry out, but for the comments on them."""
    column = document.column(entry.start)
    start, end = entry.start - column, document.line_end(entry.end)
    comments = [document.text[a:b] for a, b in document.comments if start <= a < end]
    lines = "".join(f"{' ' * column}{comment.rstrip()}\n" for comment in comments)
    return start, min(end + 1, len(document.text)), lines


# How they change.


def _inserted(document: Document, at: int, lines: Sequence[str]) -> bytes:
    """Lines behind the line that ends at an offset."""
    at = min(at + 1, len(document.text))
    unended = document.text[:at][-1:] not in ("", "\n")
    return document.spliced([(at, at, "\n" * unended + "\n".join([*lines, ""]))])


def _rewritten(document: Document, entry: Entry, edit: Edit) -> bytes:
    column = document.column(entry.start)
    start = entry.start - column
    end = _behind(document, entry, column + 1)
    lines = document.text[start:end].split("\n")
    below = [line[column:] if not line[:column].strip() else line for line in lines]
    text = _dumped("\n".join(below) + "\n", document, entry, edit)
    return document.spliced([(start, end, "\n".join(_indented(text.split("\n"), column, 0)))])


def _whole(document: Document, keys: Sequence[str], edit: Edit) -> bytes:
    def inner(root: Any) -> None:
        for key in keys[:-1]:
            root = root[key]
        edit(root)

    text = _dumped(document.text, document, None, inner)
    text = text.replace("\n", document.newline) + document.newline
    return b"\xef\xbb\xbf" * document.bom + text.encode("utf-8")


def _dumped(text: str, document: Document, entry: Entry | None, edit: Edit) -> str:
    """A YAML text with an edit, written by ruamel.yaml with all its comments; no final newline."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=_step(document, entry), sequence=4, offset=2)
    try:
        data = yaml.load(text)
    except YAMLError as error:
        what = f"cannot be edited here: {str(error).splitlines()[0]}"
        raise InputError(what, document.path) from None
    if entry is None:
        data.fa.set_block_style()
    edit(data)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue().rstrip("\n")


def _step(document: Document, entry: Entry | None) -> int:
    """By how much the author indents a mapping in a mapping."""
    if entry is not None and entry.value.is_block_collection and entry.value.kind == MAPPING:
        inner = entry.value.entries
        if inner:
            return max(1, document.column(inner[0].start) - document.column(entry.start))
    return 2


def _indented(lines: Iterable[str], column: int, before: int = 2) -> list[str]:
    return [" " * column + line[before:] if line.strip() else line for line in lines]


def _proven(document: Document, after: bytes, edit: Edit, keys: Sequence[str] = ()) -> bytes:
    """The edited file, if it says what it should and has lost no comment. Raises Refused."""
    wanted = unshared(_data(document))  # what an alias repeats does not change with it
    holder = wanted
    for key in keys[:-1]:
        holder = holder[key]
    edit(holder)
    try:
        new = Document(document.path, after)
        lost = Counter(comment_texts(document)) - Counter(comment_texts(new))
        sound = _data(new) == wanted and not lost
    except InputError:
        sound = False
    if not sound:
        hint = "write it in block style and without aliases, and run the command again"
        raise Refused("is written so that it cannot be edited without a loss", document.path, hint)
    return after


def _data(document: Document) -> Any:
    return document.value(document.root) if document.root is not None else {}
