"""YAML as text with positions and comments."""

from migrate.yaml_text.bounds import chain_too_large, values_at_most
from migrate.yaml_text.document import Document, decode
from migrate.yaml_text.load import load
from migrate.yaml_text.loaders import LOADERS, SAFE, UNMADE, Loader, Opaque
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
from migrate.yaml_text.values import is_merge, same

__all__ = [
    "ALIAS",
    "LOADERS",
    "MAPPING",
    "SAFE",
    "SCALAR",
    "SEQUENCE",
    "UNMADE",
    "Document",
    "Entry",
    "Loader",
    "Node",
    "Opaque",
    "Run",
    "Span",
    "chain_too_large",
    "decode",
    "deepest_last",
    "is_merge",
    "load",
    "same",
    "values_at_most",
]
