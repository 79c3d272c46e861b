"""A config under inspection, and what is found in it: place, what, hint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.errors import MigrateError
from migrate.locations import Index, KeyPath, Place
from migrate.resolve import Branch, Resolved, Resolver, Slot, merge
from migrate.trees.tree import Tree
from migrate.yaml_text import MAPPING, SEQUENCE, Document, Node
from src.swift_table import SwiftTable, recorded


@dataclass(frozen=True)
class Finding:
    """One fault: where it is said, what it is, what to do."""

    place: Place
    what: str
    hint: str = ""

    def render(self) -> str:
        """The two lines that a person reads."""
        return MigrateError(self.what, self.place, self.hint).render()


@dataclass(frozen=True)
class Config:
    """A resolved config with the tree that its paths are relative to."""

    tree: Tree
    resolved: Resolved
    table: SwiftTable = field(default_factory=recorded)

    @classmethod
    def load(cls, tree: Tree, path: str, base: str = "", table: SwiftTable | None = None) -> Config:
        """Resolve a config, on top of `base` if one is named. Raises InputError."""
        resolver = Resolver(tree)
        resolved = resolver.resolve(path)
        if base:
            below = resolver.resolve(base)
            chain = (
                *(known for known in below.chain if known not in resolved.chain),
                *resolved.chain,
            )
            branch = merge(below.branch, resolved.branch)
            resolved = resolved.saying(branch, chain)
        return cls(tree, resolved, table or recorded())

    @property
    def rlhf(self) -> bool:
        """Whether this is an RLHF run: it has an `rlhf.rlhf_type`."""
        return bool(self.section("rlhf").get("rlhf_type"))

    def section(self, name: str) -> dict[Any, Any]:
        """A top-level mapping; empty where it is missing or no mapping."""
        value = self.resolved.python.get(name)
        return value if isinstance(value, dict) else {}

    def get(self, *path: str) -> Any:
        """The value at a key path, None where there is none."""
        value: Any = self.resolved.python
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def finding(self, path: KeyPath, what: str, hint: str = "") -> Finding:
        """A finding about what stands at `path`, or would stand there."""
        place, slot = self.locate(path)
        return Finding(
            place, what, "; ".join(part for part in (hint, self._origin(place, slot)) if part)
        )

    def locate(self, path: KeyPath) -> tuple[Place, Slot | None]:
        """Where a key path is said, list items included; else the nearest section above it."""
        slot = None
        branch = self.resolved.branch
        for number, key in enumerate(path):
            below = branch.slots.get(key)
            if below is None:
                break
            slot = below
            if not isinstance(slot.value, Branch):
                return _inside(
                    slot.winner.document, slot.winner.entry.start, slot.value, path[number + 1 :]
                ), slot
            branch = slot.value
        return (
            (Place(self.resolved.path, 1, 1), None) if slot is None else (slot.winner.place, slot)
        )

    def _origin(self, place: Place, slot: Slot | None) -> str:
        parts = []
        if place.path != self.resolved.path:
            parts.append(f"{self.resolved.path} takes it from here")
        if slot is not None and slot.lost:
            parts.append(f"it overrides {slot.lost[-1].place}")
        return ", and ".join(parts)


def _inside(document: Document, start: int, node: Node, rest: KeyPath) -> Place:
    """Where the rest of a key path stands below a node."""
    for key in rest:
        target = node.resolved()
        if isinstance(key, Index) and target.kind == SEQUENCE and int(key) < len(target.items):
            node = target.items[int(key)]
            start = node.start
        elif target.kind == MAPPING:
            entry = next(
                (entry for entry in document.values.logical(target) if entry.pykey == key), None
            )
            if entry is None:
                break
            node, start = entry.value, entry.start
        else:
            break
    return document.place(start)
