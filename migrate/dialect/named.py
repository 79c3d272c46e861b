"""A dialect from what a plan says: the name of a shipped one, or a declaration of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from migrate.dialect.declaration import Delete, Dialect
from migrate.dialect.shipped import DIALECTS
from migrate.errors import InputError, nearest
from migrate.locations import Place

DECLARABLE = (
    "keys",
    "form",
    "base_dirs",
    "home",
    "order",
    "merge",
    "not_inherited",
    "revisit",
    "implicit_base",
    "mapping_over_other",
    "loader",
    "linear",
    "in_place",
    "disjoint",
    "nested",
    "keeps_key",
    "ignore_keys",
    "relative_keys",
    "relative_tags",
)
"""The fields of a declaration that a plan may set as they are; `delete`, `refuses` are mappings."""


_NOTHING_MERGES = {"delete": None, "mapping_over_other": "replace", "in_place": False}


def named(name: str, place: Place | None = None) -> Dialect:
    """A shipped dialect. Raises InputError for a name that nobody ships."""
    if name not in DIALECTS:
        hint = nearest(name, DIALECTS) or f"there are {', '.join(DIALECTS)}"
        raise InputError(f"no dialect is called `{name}`", place, hint)
    return DIALECTS[name]


def declared(said: Mapping[str, Any], place: Place | None = None) -> Dialect:
    """A declaration of a plan, on top of the dialect that it is `like`. Raises InputError."""
    like = named(said.get("like", "extends"), place)
    given = {field: said[field] for field in DECLARABLE if field in said}
    fields: dict[str, Any] = {
        field: tuple(value) if isinstance(value, (list, tuple)) else value
        for field, value in given.items()
    }
    if "keys" in fields:
        fields["rejected"] = tuple(item for item in like.rejected if item[0] not in fields["keys"])
    if fields.get("merge") == "shallow":
        # Nothing merges, so what says how mappings merge has no meaning.
        fields = {**_NOTHING_MERGES, **fields}
    if "delete" in said:
        fields["delete"] = _delete(said["delete"])
    if "refuses" in said:
        fields["refuses"] = tuple(said["refuses"].items())
    name = said.get("name", "declared in the plan")
    text = json.dumps(dict(said), ensure_ascii=False)
    return like._replace(name=name, source="the plan", declared=text, **fields)


def _delete(said: Mapping[str, Any] | None) -> Delete | None:
    if said is None:
        return None
    fields = {("is_" if key == "is" else key): value for key, value in said.items()}
    return Delete(**fields)
