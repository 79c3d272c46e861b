"""Merge resolved mappings by the rules of a dialect that says more than "mapping onto mapping"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from migrate.dialect import Dialect
from migrate.errors import InputError, Refused
from migrate.limits import CHAIN_FILES
from migrate.locations import dotted
from migrate.resolve.branch import EMPTY, Branch, Slot, together
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Node

_MANDATORY = "???"


class Part(NamedTuple):
    """What one config is made of: its own file, the parts below it, and the two merged.

    `composes` says that it has a composing key at all, `implicit` that the loader puts it under
    others unasked. `files` are all that are reached; `again` says that one of them is twice.
    """

    path: str
    own: Branch
    composes: bool
    below: tuple[Part, ...]
    whole: Branch
    """Keys that a value takes out are still in it: what comes above may set them anew."""
    files: frozenset[str]
    again: bool
    implicit: bool = False


class Below(NamedTuple):
    """What a file is laid over: `branch` as the trainer would see it, `bases` as they are merged.

    They are one, but where the loader lays each base below what it has so far.
    """

    branch: Branch
    bases: tuple[Branch, ...]


class Combiner:
    """Merges as a dialect's loader does. Raises InputError where the loader would fail, Refused
    where the result cannot be told exactly."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.delete = dialect.delete
        self._shared: dict[int, frozenset[int]] = {}

    def part(
        self, path: str, own: Branch, composes: bool, below: tuple[Part, ...], implicit: bool
    ) -> Part:
        """A file on the parts that it builds on."""
        files = frozenset((path,)).union(*(one.files for one in below))
        again = any(one.again for one in below) or len(files) <= sum(
            len(one.files) for one in below
        )
        part = Part(path, own, composes or bool(below), below, own, files, again, implicit)
        return part._replace(whole=self._whole(part))

    def below(self, parts: Sequence[Part]) -> Below:
        """What a file that builds on these parts is laid over."""
        nothing = Part("", EMPTY, True, tuple(parts), EMPTY, frozenset(), True)
        whole = self._whole(nothing)
        one_by_one = self.dialect.order == "earlier" and not self.dialect.linear
        bases = tuple(map(self._inherited, self._bases(nothing))) if one_by_one else (whole,)
        return Below(self.final(whole), bases)

    def _whole(self, part: Part) -> Branch:
        if self.dialect.linear:
            return self._in_a_row(part)
        return self._combined(self._bases(part), part)

    def _bases(self, part: Part, seen: set[str] | None = None) -> list[Branch]:
        """The merged bases of a part. What was `seen` adds nothing where a file counts only once,
        in the order in which bases are listed."""
        if self.dialect.revisit != "once" or (seen is None and not part.again):
            return [one.whole for one in part.below]
        seen = set() if seen is None else seen
        bases: list[Branch] = []
        for one in part.below:
            if one.path not in seen:
                bases.append(self._combined(self._bases(one, seen), one))
                seen.add(one.path)
        return bases

    def _combined(self, bases: Sequence[Branch], part: Part) -> Branch:
        """The file of a part on its merged bases."""
        own, given = self._own(part, bases), list(map(self._inherited, bases))
        if self.dialect.order == "earlier":
            # Each base goes below what is there already, as the loaders of this order do it.
            for base in given:
                own = self.over(base, own)
            return own
        below = EMPTY
        for base in given:
            below = self._merge(below, base, self._anywhere, apart=self.dialect.disjoint)
        return self.over(below, own) if part.composes else own

    def _in_a_row(self, part: Part) -> Branch:
        """Every file of a chain laid onto one mapping. Raises Refused for too many."""
        *steps, _ = islice(self._steps(part, set()), CHAIN_FILES + 1)
        if len(steps) == CHAIN_FILES:
            limit = f"{CHAIN_FILES:,}"
            what = f"merges more than {limit} files, each counted every time it is extended"
            raise Refused(what, part.path, "extend each file once")
        branch = EMPTY
        for step in [*map(self._inherited, steps), self._own(part, steps)]:
            branch = self._merge(branch, step, self._anywhere)
        return branch

    def _steps(self, part: Part, seen: set[str]) -> Iterator[Branch]:
        for one in part.below:
            again = one.path in seen and (one.implicit or self.dialect.revisit == "once")
            if not again:
                yield from self._steps(one, seen)
        seen.add(part.path)
        yield part.own

    def _inherited(self, base: Branch) -> Branch:
        """What a file takes from a base: without the keys that it must say itself."""
        kept = self.dialect.not_inherited
        if not any(key in base.slots for key in kept):
            return base
        return Branch({key: slot for key, slot in base.slots.items() if key not in kept})

    def _own(self, part: Part, bases: Sequence[Branch]) -> Branch:
        """What a file says itself; a key that it does not inherit is told as lost by the bases."""
        slots: dict[Hashable, Slot] = {}
        for key in self.dialect.not_inherited:
            above = [base.slots[key] for base in bases if key in base.slots]
            if above and key in part.own.slots:
                slot = part.own.slots[key]
                lost = tuple(one for known in above for one in known.all_settings())
                slots[key] = Slot(slot.key, slot.value, slot.settings, together(lost, slot.lost))
        return Branch({**part.own.slots, **slots}, part.own.source) if slots else part.own

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
        if (
            self.dialect.merge == "deep"
            and isinstance(old.value, Branch)
            and isinstance(new.value, Branch)
        ):
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
        return _replacing(old, new)

    def _check_kinds(self, old: Slot, new: Slot) -> None:
        rule = self.dialect.mapping_over_other
        over, below = _kind(new), _kind(old)
        # OmegaConf looks up an interpolation that anything is merged into, even by `???`.
        merges = rule == "omegaconf" and (over == MAPPING or _is_mandatory(new))
        if merges and below == SCALAR and "${" in _text(old):
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


def _replacing(old: Slot, new: Slot) -> Slot:
    return Slot(old.key, new.value, new.settings, together(old.all_settings(), new.lost))


def _kind(slot: Slot) -> str:
    if isinstance(slot.value, Branch):
        return MAPPING
    return SEQUENCE if isinstance(slot.python, list) else SCALAR  # a tagged value is one thing


def _text(slot: Slot) -> str:
    return slot.python if isinstance(slot.python, str) else ""


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
