"""How one ecosystem composes files: key, order, list policy, loader."""

from migrate.dialect.declaration import EXTENDS, FUSION, Delete, Dialect
from migrate.dialect.named import declared, named
from migrate.dialect.recognise import Recognised, composing_words, recognise
from migrate.dialect.shipped import DIALECTS

__all__ = [
    "DIALECTS",
    "EXTENDS",
    "FUSION",
    "Delete",
    "Dialect",
    "Recognised",
    "composing_words",
    "declared",
    "named",
    "recognise",
]
