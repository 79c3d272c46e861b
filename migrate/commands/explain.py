"""`migrate explain`: which file set a value, and every setting that lost to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from migrate.commands.missing import whereabouts
from migrate.errors import InputError
from migrate.locations import KeyPath, Place, parse_dotted
from migrate.resolve import Branch, Resolved, Setting, Slot
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Entry, Node, Span
from migrate.yaml_text.find import find_node


class Said(NamedTuple):
    """What one file says of a key. `text` is its author's spelling, None for more than a scalar."""

    place: Place
    value: Any
    text: str | None
    comments: tuple[str, ...]
    active: bool
    of: KeyPath | None = None
    """The key around it, where a file replaced that one as a whole."""


class Explained(NamedTuple):
    """One key: its value, and who said what of it, in merge order. The active ones come last.

    A merged mapping has several; a key that is not in the resolved config has none.
    """

    key: KeyPath
    value: Any
    said: tuple[Said, ...]

    @property
    def active(self) -> bool:
        """Whether the resolved config has this key."""
        return any(one.active for one in self.said)


class Explanation(NamedTuple):
    """The answer for a key, a section, or everything."""

    config: str
    key: KeyPath
    chain: tuple[str, ...]
    settings: list[Explained]
    around: Explained | None = None
    """The section itself, where files disagreed about it as a whole."""


def explain(resolved: Resolved, key: str | None = None) -> Explanation:
    """Explain a key, a section and all in it, or everything.

    Raises InputError for what is not a key path, and for a key that no file of the chain ever set.
    """
    path = spelled(resolved, key) if key else ()
    if not path:
        everything = list(_leaves(resolved.branch, ()))
        return Explanation(resolved.path, path, resolved.paths, everything)
    step = _step(resolved.branch, path)
    around = None
    if isinstance(step, Slot) and isinstance(step.value, Branch) and step.value.slots:
        settings = [*_leaves(resolved.branch, path, step.value)]
        whole = _explained(resolved.branch, path, step)
        around = whole if any(not one.active for one in whole.said) else None
    else:
        settings = [_leaf(resolved, path, step, key or "")]
    return Explanation(resolved.path, path, resolved.paths, settings, around)


def _leaf(resolved: Resolved, path: KeyPath, step: Slot | Explained | None, key: str) -> Explained:
    if isinstance(step, Slot):
        return _explained(resolved.branch, path, step)
    lost = tuple(_buried(resolved.branch, path))
    if step is not None:
        return Explained(path, step.value, (*lost, *step.said))
    if not lost:
        raise whereabouts(resolved, path, key)
    return Explained(path, None, lost)


def spelled(resolved: Resolved, key: str) -> KeyPath:
    """A key path as a person spells it; a part may name an integer key. Raises InputError."""
    try:
        path = parse_dotted(key)
    except ValueError:
        hint = 'write custom.augmentation.ops[0].name; a key with a dot in it is "a.b"'
        raise InputError(f"{key!r} is not a key path", None, hint) from None
    branch: Any = resolved.branch
    out: list[Any] = []
    for part in path:
        keys = branch.slots if isinstance(branch, Branch) else {}
        like = [known for known in keys if str(known) == str(part)]
        out.append(like[0] if part not in keys and len(like) == 1 else part)
        branch = keys[out[-1]].value if out[-1] in keys else None
    return tuple(out)


def _leaves(root: Branch, path: KeyPath, section: Branch | None = None) -> Iterator[Explained]:
    for key, slot in (section or root).leaves(path):
        yield _explained(root, key, slot)


def _explained(root: Branch, path: KeyPath, slot: Slot) -> Explained:
    lost = [_said(one, active=False) for one in slot.lost]
    active = [_said(one, active=True) for one in slot.settings]
    return Explained(path, slot.python, (*_buried(root, path), *lost, *active))


def _step(branch: Branch, path: KeyPath) -> Slot | Explained | None:
    """The slot at a path, or what stands inside a list that a slot holds."""
    for length in range(len(path), 0, -1):
        slot = branch.find(path[:length])
        if slot is None:
            continue
        if length == len(path):
            return slot
        if isinstance(slot.value, Branch):
            return None
        return _inside(slot, path, path[length:])
    return None


def _inside(slot: Slot, path: KeyPath, rest: KeyPath) -> Explained | None:
    document, node = slot.winner.document, slot.winner.entry.value
    step = find_node(document, node, rest)
    if step is None:
        return None
    value = document.value(step.value if isinstance(step, Entry) else step)
    return Explained(path, value, (_noted(document, step, active=True),))


def _buried(root: Branch, path: KeyPath) -> Iterator[Said]:
    """What was said of a key inside mappings that were replaced as a whole, and by what."""
    for length in range(1, len(path)):
        slot = root.find(path[:length])
        if slot is None:
            return
        within = [(one, _within(one, path[length:])) for one in slot.lost]
        if any(said is not None for _, said in within):
            for one, said in within:
                if said is not None:
                    yield said
                elif one.entry.value.resolved().kind != MAPPING:  # a mapping would have merged
                    yield _said(one, active=False)._replace(of=path[:length])
            if not isinstance(slot.value, Branch):
                yield _said(slot.winner, active=False)._replace(of=path[:length])
            elif within[-1][1] is not None:  # the first mapping took the place of a list
                yield _said(slot.settings[0], active=False)._replace(of=path[:length])


def _within(setting: Setting, rest: KeyPath) -> Said | None:
    step = find_node(setting.document, setting.entry.value, rest)
    return _noted(setting.document, step, active=False) if step is not None else None


def _said(setting: Setting, active: bool) -> Said:
    return _noted(setting.document, setting.entry, active)


def _noted(document: Document, step: Node | Entry, active: bool) -> Said:
    node = step.value if isinstance(step, Entry) else step
    start = step.start if isinstance(step, Entry) else step.props
    text = document.text[node.start : node.end] if node.kind == SCALAR else None
    comments = tuple(document.text[start:end] for start, end in _comments(document, step, node))
    return Said(document.place(start), document.value(node), text, comments, active)


def _comments(document: Document, step: Node | Entry, node: Node) -> Iterator[Span]:
    """The comments above a key, on its line, and below it where they are its own."""
    document.attribute()
    entry = step if isinstance(step, Entry) else None
    if entry is not None and entry.lead is not None:
        yield from entry.lead.lines
    first = entry.key.end if entry is not None else node.props
    inner = node.kind in (MAPPING, SEQUENCE) and not node.flow
    beside = document.comments_between(first, document.line_end(first) + 1)
    if not inner:
        last = document.comments_between(node.end, document.line_end(node.end) + 1)
        beside = [*beside, *(one for one in last if one not in beside)]
    after = entry.after if entry is not None else []
    yield from (one for one in beside if one not in after)
    yield from after
