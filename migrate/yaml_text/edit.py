"""Edit one key of a YAML text: its value, a new key, a key that goes; every other byte stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, Limits
from migrate.locations import Index, KeyPath, Place, dotted
from migrate.yaml_text.document import Document, decode
from migrate.yaml_text.edit_keys import additions, removals
from migrate.yaml_text.edit_target import Splice, Target
from migrate.yaml_text.edit_value import in_block, in_flow
from migrate.yaml_text.load import load
from migrate.yaml_text.loaders import Opaque
from migrate.yaml_text.nodes import Entry
from migrate.yaml_text.value_text import ValueText
from migrate.yaml_text.values import same


class EditedText(NamedTuple):
    """A file with one key edited, and the comments that went with what stood there."""

    content: bytes
    dropped: tuple[tuple[Place, str], ...] = ()


def with_value(
    document: Document, path: KeyPath, new: ValueText, limits: Limits = DEFAULT
) -> EditedText:
    """The file with a value at a key path: in place of what stands there, else as a new key.

    A new key stands behind the last entry of its mapping, as that mapping is written. A value that
    is an alias is replaced by the text. Raises InputError for a path that leads into a list that is
    shorter; Refused where an alias would change too, where the path leads through what is no
    mapping, and where the file is written so that it cannot be edited without a loss.
    """
    target = Target.at(document, path)
    wanted = _data(document, limits)
    _put(wanted, path, new.value(document.values.loader, limits))
    if target.missing:
        tries = additions(document, target, new)
    elif target.in_flow:
        tries = in_flow(document, target, new)
    else:
        tries = in_block(document, target, new)
    return _proven(document, path, tries, wanted, limits)


def without_key(document: Document, path: KeyPath, limits: Limits = DEFAULT) -> EditedText:
    """The file without a key and the comments that belong to it; a mapping left empty is `{}`.

    Raises InputError for a key that the file does not set, Refused as `with_value` does.
    """
    target = Target.at(document, path)
    if target.missing or not isinstance(target.there, Entry):
        what = f"does not set {dotted(path)}" if target.missing else "only keys can be removed"
        raise InputError(what, document.path, "name a key that the file sets")
    wanted = _data(document, limits)
    holder = _walked(wanted, path[:-1])
    del holder[path[-1]]
    return _proven(document, path, removals(document, target), wanted, limits)


def _data(document: Document, limits: Limits) -> Any:
    """What the loader makes of the file, nothing in it shared by aliases."""
    return unshared(load(document.text, document.path, document.values.loader, limits) or {})


def unshared(value: Any) -> Any:
    """A value of which no two parts are one object, as aliases make them."""
    if isinstance(value, dict):
        return {key: unshared(one) for key, one in value.items()}
    if isinstance(value, Opaque):
        return Opaque(value.tag, unshared(value.value))
    return list(map(unshared, value)) if isinstance(value, list) else value


def _walked(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data.value if isinstance(data, Opaque) else data
        data = data[int(part)] if isinstance(part, Index) else data.setdefault(part, {})
    return data.value if isinstance(data, Opaque) else data


def _put(data: Any, path: KeyPath, value: Any) -> None:
    last = path[-1]
    _walked(data, path[:-1])[int(last) if isinstance(last, Index) else last] = value


def _proven(
    document: Document,
    path: KeyPath,
    tries: Iterable[list[Splice]],
    wanted: Any,
    limits: Limits,
) -> EditedText:
    """The first edit after which the loader reads what it should, and no comment is lost."""
    size = len(document.text)
    unended = not document.text.endswith("\n")
    for splices in tries:
        for ended in (splices, [*splices, (size, size, "\n")])[: 1 + unended]:
            edited = _checked(document, ended, wanted, limits)
            if edited is not None:
                return edited
    hint = "edit it by hand; in block style and without aliases a command can do it"
    what = f"{dotted(path)} cannot be edited here without a loss"
    raise Refused(what, document.place(_near(document, path)), hint)


def _near(document: Document, path: KeyPath) -> int:
    target = Target.at(document, path)
    if isinstance(target.there, Entry):
        return target.there.start
    node = target.there or target.holder
    return node.start if node is not None else 0


def _checked(
    document: Document, splices: list[Splice], wanted: Any, limits: Limits
) -> EditedText | None:
    content = document.spliced(splices)
    loader = document.values.loader
    try:
        after = Document(document.path, content, document.layers, loader, limits)
        text = decode(document.path, content).removeprefix("\ufeff")
        data = load(text, document.path, loader, limits) or {}
    except InputError:
        return None
    if not (same(data, wanted) and _in_order(data, wanted)):
        return None
    lost = Counter(comment_texts(document)) - Counter(comment_texts(after))
    dropped = []
    for start, end in document.comments:
        text = document.text[start:end].rstrip()
        if lost[text] and any(first <= start < last for first, last, _ in splices):
            lost[text] -= 1
            dropped.append((document.place(start), text))
    return None if +lost else EditedText(content, tuple(dropped))


def _in_order(left: Any, right: Any) -> bool:
    """Whether mappings that are the same have their keys in one order."""
    if isinstance(left, dict):
        return list(left) == list(right) and all(_in_order(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return all(map(_in_order, left, right))
    return not isinstance(left, Opaque) or _in_order(left.value, right.value)


def comment_texts(document: Document) -> list[str]:
    """What the comments of a file say, in order."""
    return [document.text[start:end].rstrip() for start, end in document.comments]
