"""How one ecosystem composes files: keys, order, and what replaces what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """A declaration of how configs name the files they build on.

    `keys` are the top-level composing keys; `rejected` are keys of other tools that look like
    one and are refused, with the hint. `list_merge` names top-level lists merged by entry `name`.
    """

    name: str = "extends"
    keys: tuple[str, ...] = ("extends",)
    rejected: tuple[tuple[str, str], ...] = (("inherit", "write `extends:` instead"),)
    opaque_tags: bool = False
    list_merge: tuple[str, ...] = ()


EXTENDS = Dialect()
FUSION = Dialect(name="fusion", list_merge=("targets", "sources"))
