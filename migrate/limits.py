"""How much of a tree is read before it is refused; flags raise each limit."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Generous for anything written by hand, and still a few seconds and half a gigabyte."""

    file_bytes: int = 8 * 1024 * 1024
    """A larger file is refused: parsing takes 100 times its bytes."""
    depth: int = 100
    """Levels of nesting in one file; hand-written configs stay below 20."""
    nodes: int = 500_000
    """Values in one file, aliases expanded: what makes alias bombs small."""
    chain: int = 64
    """How many files may extend one another in a row; real trees stay below 10."""
    chain_nodes: int = 500_000
    """Values in all files of one chain, aliases expanded; a chain takes a kilobyte for each."""


DEFAULT = Limits()

NUMBER_CHARS = 4000
"""A longer plain number is refused: PyYAML takes quadratic time for `1:1:1...`, and Python's own
limit is 4,300 digits."""

SECOND_OPINION_CHARS = 200_000
"""What libyaml rejects in a longer text, pure PyYAML is not asked about: it takes a second for
each 100,000 characters."""

PYTHON_CHARS = 600_000
"""A longer module is read as plain text: its tree takes up to 900 times its bytes."""

BASES = 1000
"""Files that one file may extend."""

CHAIN_FILES = 10_000
"""Files laid over one another for one config, repeats counted, where a dialect merges repeats."""

FAULTS_TOLD = 100
"""Faults of one file that are told one by one."""
