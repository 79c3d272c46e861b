"""Merge resolved mappings by the rules of a dialect that says more than "mapping onto mapping"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from migrate.dialect import Dialect
from migrate.errors import InputError, Refused
from migrate.locations import dotted
from migrate.resolve.branch import EMPTY, Branch, Slot, together
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Node

_MANDATORY = "???"


class Combiner:
    """Merges as a dialect's loader does. Raises InputError where the loader would fail, Refused
    where the result cannot be told exactly."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.delete = dialect.delete
        self._shared: dict[int, frozenset[int]] = {}

    def combine(self, bases: Sequence[Branch], own: Branch, composes: bool) -> Branch:
        """The file `own` on its resolved bases. `composes`: it has a composing key at all."""
        if self.dialect.order == "earlier":
            # Each base goes below what is there already, as the loaders of this order do it.
            for base in bases:
                own = self.over(base, own)
            return own
        below = EMPTY
        for base in bases:
            below = self._merge(below, base, self._anywhere, apart=self.dialect.disjoint)
        return self.over(below, own) if composes else own

    def in_a_row(self, steps: Sequence[Branch]) -> Branch:
        """Every file of a chain laid onto one mapping, for linear dialects."""
        branch = EMPTY
        for step in steps:
            branch = self._merge(branch, step, self._anywhere)
        return branch

    def over(self, base: Branch, own: Branch) -> Branch:
        """A file laid over what it builds on, its delete markers obeyed."""
        if self._anywhere and self.delete is not None and self.delete.root and self._marked(own):
            return self._unmarked(own)
        return self._merge(base, own, self.delete is not None and self.delete.key is not None)

    @property
    def _key(self) -> str | None:
        return self.delete.key if self.delete is not None else None

    @property
    def _anywhere(self) -> bool:
        return (
            self.delete is not None and self.delete.key is not None and self.delete.where == "any"
        )

    def _merge(self, base: Branch, over: Branch, markers: bool, apart: bool = False) -> Branch:
        if not base.slots and base.source is None and not markers:
            return over
        slots = dict(base.slots)
        for key, new in over.slots.items():
            old = slots.get(key)
            replaces = markers and isinstance(new.value, Branch) and self._marked(new.value)
            if old is not None:
                self._spends(new)
            if replaces and self._takes_out(old):
                slots[key] = self._replaced(slots, old, new)
            else:
                slots[key] = new if old is None else self._slot(old, new, apart)
        return Branch(slots)

    # Delete markers.

    def _marked(self, branch: Branch) -> bool:
        if self.delete is None or self.delete.key is None:
            return False
        slot = branch.slots.get(self.delete.key)
        return slot is not None and self.delete.marks(slot.python)

    def _takes_out(self, old: Slot | None) -> bool:
        return old is not None or (self.delete is not None and not self.delete.over_only)

    def _unmarked(self, branch: Branch) -> Branch:
        return Branch({known: slot for known, slot in branch.slots.items() if known != self._key})

    def _spends(self, new: Slot) -> None:
        """The loader takes a marker out of the very mapping: its other places lose it too."""
        spent = self.delete is not None and self.delete.spent
        if not spent or not isinstance(new.value, Branch) or self._key not in new.value.slots:
            return
        if self._is_shared(new):
            what = f"`{self._key}` stands in a mapping that aliases share"
            raise Refused(what, new.winner.place, "write the alias out")

    def _replaced(self, slots: dict[object, Slot], old: Slot | None, new: Slot) -> Slot:
        value = self._unmarked(new.value) if isinstance(new.value, Branch) else new.value
        if self.delete is not None and self.delete.where == "top":
            slots.pop(new.key, None)  # the loader removes the base's key, so the new one comes last
        lost = old.all_settings() if old is not None else ()
        return Slot(new.key, value, new.settings, together(lost, new.lost))

    def final(self, branch: Branch) -> Branch:
        """The resolved config as the trainer sees it: without the keys that a value takes out."""
        if self.delete is None or self.delete.value is None:
            return branch
        gone = self.delete.value
        slots: dict[object, Slot] = {}
        changed = False
        for key, slot in branch.slots.items():
            if isinstance(slot.value, Branch):
                inner = self.final(slot.value)
                changed |= inner is not slot.value
                slots[key] = Slot(slot.key, inner, slot.settings, slot.lost)
            elif slot.python == gone:
                changed = True
            else:
                self._no_marker_in_list(slot, gone)
                slots[key] = slot
        return Branch(slots) if changed else branch

    def _no_marker_in_list(self, slot: Slot, gone: str) -> None:
        is_list = isinstance(slot.value, Node) and slot.value.resolved().kind == SEQUENCE
        if is_list and _holds(slot.python, gone):
            what = f"`{gone}` inside the list {dotted((slot.key,))} is not supported"
            raise Refused(what, slot.winner.place, "write the list out without it")

    # One key said twice.

    def _slot(self, old: Slot, new: Slot, apart: bool) -> Slot:
        if isinstance(old.value, Branch) and isinstance(new.value, Branch):
            self._not_shared(old, new)
            spent = self.delete is not None and self.delete.spent
            value = self._unmarked(new.value) if spent else new.value
            merged = self._merge(old.value, value, self._anywhere, apart)
            return Slot(
                old.key, merged, together(old.settings, new.settings), together(old.lost, new.lost)
            )
        if apart:
            what = f"`{new.key}` is set by two bases, here and in {old.winner.place}"
            raise InputError(what, new.winner.place, f"{self.dialect.name} allows that to neither")
        self._check_kinds(old, new)
        if self.dialect.mapping_over_other == "omegaconf" and _is_mandatory(new):
            return Slot(old.key, old.value, old.settings, together(old.lost, new.all_settings()))
        return Slot(old.key, new.value, new.settings, together(old.all_settings(), new.lost))

    def _check_kinds(self, old: Slot, new: Slot) -> None:
        rule = self.dialect.mapping_over_other
        over, below = _kind(new), _kind(old)
        # OmegaConf looks up an interpolation that anything is merged into, even by `???`.
        merges = rule == "omegaconf" and (over == MAPPING or _is_mandatory(new))
        if merges and below == SCALAR and "${" in str(old.python):
            what = f"`{new.key}` is merged into an interpolation of {old.winner.place}"
            hint = "write the mapping out there; what it stands for is known only at run time"
            raise Refused(what, new.winner.place, hint)
        if rule == "replace" or MAPPING not in (over, below):
            return
        if rule == "error" and over == MAPPING:
            self._clash(old, new, over, below)
        if rule == "omegaconf" and SEQUENCE in (over, below):
            self._clash(old, new, over, below)

    def _clash(self, old: Slot, new: Slot, over: str, below: str) -> None:
        names = {SEQUENCE: "list"}
        what = (
            f"`{new.key}` is a {names.get(over, over)} here and a {names.get(below, below)} in"
            f" {old.winner.place}"
        )
        raise InputError(what, new.winner.place, f"the loader of {self.dialect.name} refuses that")

    def _not_shared(self, old: Slot, new: Slot) -> None:
        """A loader that merges in place would change the other places of an aliased mapping too."""
        if self.dialect.in_place and self._is_shared(old):
            what = f"`{new.key}` is merged into a mapping that aliases share, at {old.winner.place}"
            hint = f"write the alias out: the loader of {self.dialect.name} changes all its places"
            raise Refused(what, new.winner.place, hint)

    def _is_shared(self, slot: Slot) -> bool:
        document = slot.winner.document
        if id(document) not in self._shared:
            self._shared[id(document)] = _shared(document)
        return (
            isinstance(slot.value, Branch) and id(slot.value.source) in self._shared[id(document)]
        )


def _kind(slot: Slot) -> str:
    return MAPPING if isinstance(slot.value, Branch) else slot.value.resolved().kind


def _is_mandatory(slot: Slot) -> bool:
    return not isinstance(slot.value, Branch) and slot.python == _MANDATORY


def _holds(value: object, text: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(item, text) for item in value.values())
    if isinstance(value, list):
        return any(_holds(item, text) for item in value)
    return value == text


def _shared(document: Document) -> frozenset[int]:
    """The mappings of a file that its values reach twice, through aliases or merge keys."""
    if "&" not in document.text:
        return frozenset()
    seen: Counter[int] = Counter()
    waiting = [entry.value for entry in document.entries]
    while waiting:
        node = waiting.pop().resolved()
        if node.kind == MAPPING:
            seen[id(node)] += 1
            if seen[id(node)] == 1:
                waiting += [entry.value for entry in document.values.logical(node)]
        elif node.kind == SEQUENCE:
            waiting += node.items
    return frozenset(number for number, count in seen.items() if count > 1)
