"""The JSON Schema of plan and parity files, for editors and for collecting faults."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import msgspec

from migrate.errors import InputError, nearest
from migrate.plan.structs import PlanFile, ProfileFile

KINDS: dict[str, type[PlanFile] | type[ProfileFile]] = {"plan": PlanFile, "parity": ProfileFile}


@cache
def schema(kind: str) -> dict[str, Any]:
    """The schema (Draft 2020-12) of `plan` or `parity`. Shared, so read it only.

    Raises InputError for any other kind.
    """
    if kind not in KINDS:
        hint = nearest(kind, KINDS) or f"there are {' and '.join(KINDS)}"
        raise InputError(f"no such kind of file: {kind}", hint=hint)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(KINDS[kind]),
    }


def schema_text(kind: str) -> str:
    """The schema as it stands in `docs/schema/`. Raises InputError for an unknown kind."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
