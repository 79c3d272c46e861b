"""Which configs a command runs, or a document names: whoever extends them, they are presets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from migrate.layout import DEFAULT, Layout
from migrate.locations import Place
from migrate.references import NOTE, Reference, Renames, naming, scan
from migrate.trees.tree import Tree

_COMMAND = re.compile(
    r"(?:^|[`;&|(\"']|[$>%][ \t])[ \t]*(?:\w+=\S*[ \t]+)*"
    r"(?:python[\d.]*|torchrun|accelerate|deepspeed|srun|sbatch|mpirun|bash|sh|uv|swift|[\w./-]+\.(?:py|sh))"
    r"[ \t][^`]*\Z"
    r"|(?:^|[\s`\"'])--?[A-Za-z][\w.-]*[\"']?[\s=,:]+[\"']?\Z"
    r"|(?:^|[\s`])\w*(?:CONFIG|CFG|PRESET)\w*[:?]?=[\"']?\Z",
    re.IGNORECASE,
)
"""What stands in front of a path that a command runs: a program, an option, a variable."""

_LONGEST = 1000
"""So many characters of a command are looked at."""


class Usage(NamedTuple):
    """Where a config is named outside of the configs that compose; `runs` where a command does."""

    place: Place
    runs: bool = False
    prose: bool = False

    @property
    def verb(self) -> str:
        """What that place does to it."""
        return "runs" if self.runs else "names"

    def __str__(self) -> str:
        return f"{self.place} {self.verb} it"


def usages(
    tree: Tree,
    configs: Iterable[str],
    config_root: str,
    composing: tuple[str, ...],
    besides: Iterable[str],
    layout: Layout = DEFAULT,
) -> dict[str, Usage]:
    """For each of these configs that anything names, the place that says most.

    `besides` are the configs that compose: what these extend, and their values, is no command.
    """
    renames = Renames.looking_for(configs, config_root, composing, layout)
    others = frozenset(besides)
    found: dict[str, Usage] = {}
    suspects = [path for path in naming(tree, renames) if path not in others]
    for one in scan(tree, renames, among=suspects):
        if one.certainty == NOTE:
            continue
        usage = Usage(one.place, _in_a_command(tree, one), one.prose)
        known = found.get(one.target)
        if known is None or _weight(usage) > _weight(known):
            found[one.target] = usage
    return found


def _weight(usage: Usage) -> tuple[bool, bool]:
    return usage.runs, not usage.prose


def _in_a_command(tree: Tree, reference: Reference) -> bool:
    lines = tree.read(reference.path).decode("utf-8", "replace").splitlines()
    if not 0 < reference.line <= len(lines):
        return False
    number = reference.line - 1
    before = lines[number][: max(0, reference.column - 1)]
    while number and lines[number - 1].endswith("\\") and len(before) < _LONGEST:
        number -= 1
        before = lines[number][:-1] + before
    return _COMMAND.search(before[-_LONGEST:]) is not None
