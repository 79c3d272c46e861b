"""Find a part of one file: the entry or list item at a path below a node."""

from __future__ import annotations

from migrate.locations import Index, KeyPath
from migrate.yaml_text import MAPPING, SEQUENCE, Document, Entry, Node


def find_node(document: Document, node: Node, path: KeyPath) -> Node | Entry | None:
    """The entry or list item at a path below a node of one file, None where there is none."""
    step: Node | Entry | None = node
    for part in path:
        value = (step.value if isinstance(step, Entry) else step).resolved() if step else None
        step = None
        if value is None:
            return None
        if isinstance(part, Index):
            step = value.items[part] if value.kind == SEQUENCE and part < len(value.items) else None
        elif value.kind == MAPPING:
            entries = reversed(document.values.logical(value))
            step = next((one for one in entries if one.pykey == part), None)
    return step
