"""The dialect that a plan names, or declares itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from migrate.dialect import Dialect
from migrate.dialect.named import declared, named
from migrate.dialect.shipped import DIALECTS
from migrate.errors import nearest
from migrate.locations import outside
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
    if isinstance(said, Declaration):
        yield from _declaration_faults(said)
    marker = said.delete if isinstance(said, Declaration) else None
    if isinstance(marker, msgspec.Struct) and (marker.key is None) is (marker.value is None):
        yield ("delete",), "a delete marker is a key or a value", "write `key:` or `value:`"


def _declaration_faults(said: Declaration) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Fields that no loader could obey, alone or together."""
    for pattern in said.refuses or ():
        try:
            re.compile(pattern)
        except re.error as error:
            what = f"is no regular expression: {error}"
            yield ("refuses", pattern), what, "escape what is meant as it stands: \\{\\{"
    if said.merge == "shallow":
        for name in ("delete", "mapping_over_other", "in_place"):
            if getattr(said, name) not in (None, msgspec.UNSET, False, "replace"):
                what = f"`{name}:` says how mappings merge, and by `merge: shallow` none does"
                yield (name,), what, "delete one of the two"
    path = said.implicit_base
    if path is not None and (not path or outside(posixpath.normpath(path))):
        what = "the implicit base must be a file below the root"
        yield ("implicit_base",), what, "write its path from the root"
