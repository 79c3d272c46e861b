"""YAML as text with positions and comments."""

from migrate.yaml_text.document import Document, decode
from migrate.yaml_text.nodes import (
    ALIAS,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Node,
    Run,
    Span,
    deepest_last,
)
from migrate.yaml_text.parse import Opaque, load
from migrate.yaml_text.values import is_merge, same

__all__ = [
    "ALIAS",
    "MAPPING",
    "SCALAR",
    "SEQUENCE",
    "Document",
    "Entry",
    "Node",
    "Opaque",
    "Run",
    "Span",
    "decode",
    "deepest_last",
    "is_merge",
    "load",
    "same",
]
