"""Which keys the new file must hold: its author's own, and what the parents do not already say."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.dialect import EXTENDS, Dialect
from migrate.errors import Refused, raise_all
from migrate.locations import KeyPath, Place, dotted
from migrate.resolve import Branch, Setting, Slot, shown
from migrate.yaml_text import Document, same

_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*\Z")


@dataclass(slots=True, eq=False)
class Piece:
    """A slot that goes into the new file; a mapping with those of its keys that do."""

    slot: Slot
    path: KeyPath
    members: list[Piece | Slot] = field(default_factory=list)
    whole: bool = True
    extra: tuple[str, ...] = ()
    """Lines of the dialect that take back what the parents say of this mapping."""
    children: list[Piece] = field(init=False)
    """The members that go into the file; the other members' keys the parents say already."""
    winner: Setting = field(init=False)
    """Who said the active value."""
    joined: bool = False
    """Whether it stands right below the entry above it: both are of one paragraph."""
    moved: bool = False
    """Whether it left the place that it has in the loader's order."""
    apart: bool = False
    """Whether a blank line above it shows where a paragraph begins or ends."""

    def __post_init__(self) -> None:
        self.winner = self.slot.settings[-1]
        self.arrange(self.members)

    def arrange(self, members: list[Piece | Slot]) -> None:
        """Take the members in this order."""
        self.members = members
        self.children = [member for member in members if isinstance(member, Piece)]

    def leaves(self) -> list[Piece]:
        """The pieces below that carry text of their own."""
        if not self.children:
            return [self]
        return [leaf for child in self.children for leaf in child.leaves()]

    def walk(self) -> Iterator[Piece]:
        """This piece and all below, in output order."""
        yield self
        for child in self.children:
            yield from child.walk()


class RestatedKey(NamedTuple):
    """A key that an inlined file set although the parent says the same: the parent rules it now."""

    key: str
    place: Place
    """Where the inlined file set it."""
    parent: str
    """The file that sets it from now on."""


class Selection:
    """Chooses pieces of a resolved config.

    `own` is the preset's file, `parents` what stays below it, `dialect` how the two merge. What one
    of the files `inlined` set is a pin, and `keep_pins` keeps those that the parents say alike.
    What `own` set stays, unless `minimal` asks for no more than the parents lack. `extra` are the
    lines that take something back, by the mapping that they go into; `pinned` the keys that are
    there as pins alone.
    """

    def __init__(
        self,
        own: Document,
        parents: Branch | None,
        dialect: Dialect = EXTENDS,
        inlined: frozenset[str] = frozenset(),
        keep_pins: bool = False,
        minimal: bool = False,
    ) -> None:
        self.own = own
        self.minimal = minimal
        self.inlined = inlined
        self.keep_pins = keep_pins
        self.follows: list[RestatedKey] = []
        self.pinned: set[KeyPath] = set()
        self.faults: list[Refused] = []
        self.parents = parents
        self.delete = dialect.delete
        self.shallow = dialect.merge == "shallow"
        self.extra: dict[KeyPath, tuple[str, ...]] = {}

    def members(self, branch: Branch) -> list[Piece | Slot]:
        """The root's keys in the loader's order: pieces of the new file, and slots that stay out.

        Raises Refused (one for each key) where a parent sets what the config does not have: a
        deep merge cannot remove a key.
        """
        members = self._select(branch, self.parents, ())
        raise_all(self.faults)
        return members

    def _select(self, branch: Branch, parent: Branch | None, path: KeyPath) -> list[Piece | Slot]:
        if parent is None:
            return [
                self._piece(slot, None, (*path, slot.key)) or slot for slot in branch.slots.values()
            ]
        self._check_parent(branch, parent, path)
        return [
            self._piece(slot, parent.slots.get(slot.key), (*path, slot.key)) or slot
            for slot in branch.slots.values()
        ]

    def _piece(self, slot: Slot, above: Slot | None, path: KeyPath) -> Piece | None:
        if isinstance(slot.value, Branch) and not (self.shallow and above is not None):
            return self._mapping(slot, slot.value, above, path)
        if (
            above is None
            or (slot.winner.document is self.own and not self.minimal)
            or not same(slot.python, above.python)
            or self._is_kept(slot, above, path)
        ):
            # Of what merges nowhere, a mapping goes into the file as a whole or not at all.
            if not isinstance(slot.value, Branch):
                return Piece(slot, path)
            if path in self.pinned:
                self.pinned.update((*path, *inner) for inner, _ in slot.value.leaves())
            return self._mapping(slot, slot.value, None, path)
        return None

    def _is_kept(self, slot: Slot, above: Slot, path: KeyPath) -> bool:
        """Whether what the parents say alike is kept as a pin; if not, it follows them now."""
        if slot.winner.document.path not in self.inlined:
            return False
        if self.keep_pins:
            self.pinned.add(path)
        else:
            parent = above.winner.document.path
            self.follows.append(RestatedKey(dotted(path), slot.winner.place, parent))
        return self.keep_pins

    def _mapping(
        self, slot: Slot, branch: Branch, above: Slot | None, path: KeyPath
    ) -> Piece | None:
        parent = above.value if above is not None and isinstance(above.value, Branch) else None
        if parent is not None and (line := self._marker(branch, parent, path)):
            return Piece(slot, path, self._select(branch, None, path), False, (line,))
        members = self._select(branch, parent, path)
        children = [member for member in members if isinstance(member, Piece)]
        extra = self.extra.get(path, ())
        wrote = self._wrote(slot) and not self.minimal
        if parent is not None and not (children or extra or wrote):
            empty = above is not None and not branch.slots and self._is_kept(slot, above, path)
            return Piece(slot, path) if empty else None
        complete = len(children) == len(members) and all(child.whole for child in children)
        whole = branch.source is not None and complete and not extra
        return Piece(slot, path, members, whole, extra)

    def _marker(self, branch: Branch, parent: Branch, path: KeyPath) -> str:
        """The line that replaces the parent's mapping, where needed and allowed; else ""."""
        if self.delete is None or self.delete.key is None:
            return ""
        top = self.delete.where == "top"
        needed = says_more(parent, branch, deep=top) and (len(path) == 1 or not top)
        return self.delete.line if needed else ""

    def _wrote(self, slot: Slot) -> bool:
        return any(setting.document is self.own for setting in slot.settings)

    def _check_parent(self, branch: Branch, parent: Branch, path: KeyPath) -> None:
        for key, slot in parent.slots.items():
            if key not in branch.slots and self._removed(key, path):
                continue
            if key not in branch.slots:
                name = dotted((*path, key))
                what = f"sets {name} to {shown(slot.python)}, which {self.own.path} does not have"
                kind = "shallow" if self.shallow else "deep"
                hint = f"a {kind} merge cannot remove a key: extend another parent, or none"
                self.faults.append(Refused(what, slot.winner.place, hint))

    def _removed(self, key: Hashable, path: KeyPath) -> bool:
        """Whether the dialect has a value that takes a key out; if so, the line is noted."""
        if self.delete is None or self.delete.value is None or not isinstance(key, str):
            return False
        spelled = key if _PLAIN_KEY.match(key) else json.dumps(key, ensure_ascii=False)
        self.extra[path] = (*self.extra.get(path, ()), f"{spelled}: {self.delete.value}")
        return True


def says_more(parent: Branch, branch: Branch, deep: bool) -> bool:
    """Whether a parent's mapping has a key that the config's has not; `deep`: or one inside."""
    for key, slot in parent.slots.items():
        own = branch.slots.get(key)
        if own is None:
            return True
        both = isinstance(slot.value, Branch) and isinstance(own.value, Branch)
        if deep and both and says_more(slot.value, own.value, deep):  # type: ignore[arg-type]
            return True
    return False
