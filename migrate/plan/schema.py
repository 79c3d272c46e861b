"""The JSON Schema of plan files and of those beside them, for editors and for collecting faults."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import msgspec

from migrate.errors import InputError, nearest
from migrate.layout import Layout
from migrate.locations import relative
from migrate.plan.structs import AcceptedFile, PlanFile, ProfileFile
from migrate.trees.tree import Tree

KINDS: dict[str, type[PlanFile] | type[ProfileFile] | type[AcceptedFile]] = {
    "plan": PlanFile,
    "parity": ProfileFile,
    "accepted": AcceptedFile,
}


@cache
def schema(kind: str) -> dict[str, Any]:
    """The schema (Draft 2020-12) of a kind of file. Shared, so read it only.

    Raises InputError for any other kind.
    """
    if kind not in KINDS:
        hint = nearest(kind, KINDS) or f"there are {', '.join(KINDS)}"
        raise InputError(f"no such kind of file: {kind}", hint=hint)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_null_last(msgspec.json.schema(KINDS[kind])),
    }


def _null_last(part: Any) -> Any:
    """A schema whose choices end with null: releases of msgspec put it here or there."""
    if isinstance(part, list):
        return [_null_last(one) for one in part]
    if not isinstance(part, dict):
        return part
    said = {name: _null_last(one) for name, one in part.items()}
    if "anyOf" in said:
        said["anyOf"].sort(key=lambda choice: choice == {"type": "null"})
    return said


def schema_text(kind: str) -> str:
    """The schema as it stands in `docs/schema/`. Raises InputError for an unknown kind."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def schema_path(tree: Tree, layout: Layout, kind: str) -> str:
    """Where editors find the schema of a kind: the tree's own copy, else one beside the plans."""
    ours = f"docs/schema/{kind}.json"
    if tree.exists(ours) and tree.read(ours) == schema_text(kind).encode():
        return ours
    return f"{layout.plans}/schema/{kind}.json"


def schema_line(path: str, layout: Layout) -> str:
    """The first line of a file of the plans, by which editors find its schema."""
    return f"# yaml-language-server: $schema={relative(path, layout.profile)}"
