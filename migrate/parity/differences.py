"""Everything in which two values are not the same; the order of keys apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Literal, NamedTuple

from migrate.locations import Index, KeyPath
from migrate.parity.lists import list_pairs
from migrate.parity.values import ABSENT, leaf, texts_only, token
from migrate.yaml_text import Opaque

Kind = Literal["added", "removed", "type", "value"]


class Difference(NamedTuple):
    """One value that is not the same.

    A list position counts in the new list, but for a removed item in the old one. A mapping that
    only one side has is told leaf by leaf.
    """

    path: KeyPath
    old: Any
    new: Any

    @property
    def kind(self) -> Kind:
        """`added` or `removed`, `type` for values of two types, else `value`."""
        if self.old is ABSENT:
            return "added"
        if self.new is ABSENT:
            return "removed"
        return "value" if type(self.old) is type(self.new) else "type"


class OrderChange(NamedTuple):
    """A mapping whose common keys come in another order: reported, never a failure."""

    path: KeyPath
    old: tuple[Hashable, ...]
    new: tuple[Hashable, ...]


def equal(old: Any, new: Any) -> bool:
    """Whether two values are the same to a trainer, type by type, list order included."""
    return old is new or next(_walk((), old, new), None) is None


def identical(old: Any, new: Any, in_order: bool = True) -> bool:
    """A quick and strict look: True only if nothing differs, key order included unless told not.

    False may only mean "look closer": rare types are left to `differences`.
    """
    kind = type(old)
    if kind is not type(new):
        return False
    if kind is dict:
        return len(old) == len(new) and _identical_mapping(old, new, in_order)
    if kind is list:
        return len(old) == len(new) and all(
            identical(left, right, in_order) for left, right in zip(old, new, strict=True)
        )
    if kind is float:
        return repr(old) == repr(new)
    return kind in _EXACT and old == new


_EXACT = frozenset({str, int, bool, type(None)})


def _identical_mapping(old: dict[Any, Any], new: dict[Any, Any], in_order: bool) -> bool:
    if in_order:
        sides = zip(old.items(), new.items(), strict=True)
        return all(
            type(key) is str and key == other and identical(left, right)
            for (key, left), (other, right) in sides
        )
    return all(
        type(key) is str and key in new and identical(value, new[key], False)
        for key, value in old.items()
    )


def differences(old: Any, new: Any) -> list[Difference]:
    """Everything that is not the same: in the order of the old config, what is new behind it."""
    return list(_walk((), old, new))


def _walk(path: KeyPath, old: Any, new: Any) -> Iterator[Difference]:
    if old is new:
        return
    if old is ABSENT or new is ABSENT:
        # A list item comes and goes as a whole, a mapping leaf by leaf.
        whole = bool(path) and isinstance(path[-1], Index)
        yield from (Difference(path, old, new),) if whole else _one_sided(path, old, new)
    elif type(old) is not type(new):
        yield Difference(path, old, new)
    elif isinstance(old, dict | list):
        for step, left, right in _pairs(old, new):
            if left is not right:
                yield from _walk((*path, step), left, right)
    elif isinstance(old, Opaque) and old.tag == new.tag:
        yield from _walk(path, old.value, new.value)
    elif leaf(old) != leaf(new):
        yield Difference(path, old, new)


def _one_sided(path: KeyPath, old: Any, new: Any) -> Iterator[Difference]:
    there = new if old is ABSENT else old
    if not isinstance(there, dict) or not there:
        yield Difference(path, old, new)
        return
    for key, value in there.items():
        sides = (ABSENT, value) if old is ABSENT else (value, ABSENT)
        yield from _one_sided((*path, key), *sides)


def _pairs(old: Any, new: Any) -> Iterator[tuple[Any, Any, Any]]:
    """`(step, old value, new value)` for everything in two mappings or two lists."""
    if isinstance(old, list):
        yield from list_pairs(old, new)
        return
    if texts_only(old) and texts_only(new):
        yield from ((key, value, new.get(key, ABSENT)) for key, value in old.items())
        yield from ((key, ABSENT, value) for key, value in new.items() if key not in old)
        return
    others = {token(key): (key, value) for key, value in new.items()}
    for key, value in old.items():
        yield key, value, others.pop(token(key), (key, ABSENT))[1]
    for key, value in others.values():
        yield key, ABSENT, value


def order_changes(old: Any, new: Any, same: bool = False) -> list[OrderChange]:
    """Mappings, in lists too, whose common keys come in another order.

    `same` says that nothing else differs: then list items need not be matched.
    """
    return list(_order((), old, new, same))


def _order(path: KeyPath, old: Any, new: Any, same: bool) -> Iterator[OrderChange]:
    if old is new or type(old) is not type(new):
        return
    if isinstance(old, Opaque):
        yield from _order(path, old.value, new.value, same)
    elif isinstance(old, dict | list):
        pairs = _by_position(old, new) if same and isinstance(old, list) else _pairs(old, new)
        common = [(s, x, y) for s, x, y in pairs if ABSENT is not x and y is not ABSENT]
        if isinstance(old, dict):
            yield from _reordered(path, [step for step, _, _ in common], new)
        for step, left, right in common:
            if isinstance(left, dict | list | Opaque):
                yield from _order((*path, step), left, right, same)


def _by_position(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    for number, (left, right) in enumerate(zip(old, new, strict=True)):
        yield Index(number), left, right


def _reordered(path: KeyPath, common: list[Any], new: dict[Any, Any]) -> Iterator[OrderChange]:
    if common == list(new):
        return
    tokens = {token(key) for key in common}
    after = [key for key in new if token(key) in tokens]
    if list(map(token, common)) != list(map(token, after)):
        yield OrderChange(path, tuple(common), tuple(after))
