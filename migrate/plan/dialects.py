"""The dialect that a plan names, or declares itself."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate.dialect import Dialect
from migrate.dialect.named import declared, named
from migrate.dialect.shipped import DIALECTS
from migrate.errors import nearest
from migrate.plan.structs import Declaration


def dialect_of(said: str | Declaration) -> Dialect:
    """What the plan says, as a dialect. Raises InputError for a name that nobody ships."""
    if isinstance(said, str):
        return named(said)
    fields = msgspec.to_builtins(said)
    given = {key: value for key, value in fields.items() if value is not None or key == "delete"}
    return declared(given)


def dialect_faults(said: str | Declaration) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong with it: the path below `dialect`, what, and a hint."""
    name = said if isinstance(said, str) else said.like
    if name not in DIALECTS:
        at = () if isinstance(said, str) else ("like",)
        hint = nearest(name, DIALECTS) or f"there are {', '.join(DIALECTS)}"
        yield at, f"no dialect is called `{name}`", hint
    marker = said.delete if isinstance(said, Declaration) else None
    if isinstance(marker, msgspec.Struct) and (marker.key is None) is (marker.value is None):
        yield ("delete",), "a delete marker is a key or a value", "write `key:` or `value:`"
