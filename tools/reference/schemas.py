"""docs/reference/*-file.md: the fields of plan, parity and accepted files, from their schemas."""

from __future__ import annotations

import json
import re
from typing import Any

from migrate.plan.schema import KINDS, schema
from tools.reference.markdown import table, written_by

INTRODUCTIONS = {
    "plan": """# Fields of a plan file

For looking up: every field of `plans/*.yaml`. How a plan is read and edited is told in
[plan files](../plans.md). Editors complete and check these fields by the
[JSON Schema](../schema/plan.json), which `migrate schema plan` prints.
""",
    "parity": """# Fields of the parity file

For looking up: every field of `plans/parity.yaml`, which says what may differ between old
and new. What a pattern covers is told in [plan files](../plans.md#the-parity-profile). The
[JSON Schema](../schema/parity.json) is what `migrate schema parity` prints.
""",
    "accepted": """# Fields of the accepted file

For looking up: every field of `plans/accepted.yaml`, which `migrate accept` and
`migrate set --reason` write. When to accept a difference is told in
[plan files](../plans.md#accepted-differences). The [JSON Schema](../schema/accepted.json) is what
`migrate schema accepted` prints.
""",
}
SHORT = 60
"""Characters of a default that stand in its cell; a longer one stands below the table."""


def path(kind: str) -> str:
    """Where the page of a kind of file stands."""
    return f"docs/reference/{kind}-file.md"


def pages() -> dict[str, str]:
    """Every page, by its path."""
    return {path(kind): page(kind) for kind in KINDS}


def page(kind: str) -> str:
    """The fields of one kind of file: those of the file itself first."""
    found = schema(kind)
    first = _name(found["$ref"])
    names = [first, *(name for name in found["$defs"] if name != first)]
    parts = [written_by("migrate/plan/structs.py"), INTRODUCTIONS[kind]]
    return "\n".join([*parts, *(_section(name, found["$defs"]) for name in names)])


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _title(name: str) -> str:
    return "The file" if name.endswith("File") else name


def _section(name: str, every: dict[str, Any]) -> str:
    """A kind of mapping: what it is for, and its fields."""
    one = every[name]
    required = one.get("required", ())
    fields = one["properties"]
    rows = [
        [f"`{field}`", said_type(told), _default(told, field in required), _meaning(told, every)]
        for field, told in fields.items()
    ]
    long = [
        f"Default of `{field}`:\n\n```json\n{json.dumps(told['default'], indent=2)}\n```\n"
        for field, told in fields.items()
        if len(json.dumps(told.get("default"))) > SHORT
    ]
    head = ["field", "type", "default", "meaning"]
    return "\n".join([f"## {_title(name)}\n", f"{one['description']}\n", table(head, rows), *long])


def _meaning(told: dict[str, Any], every: dict[str, Any]) -> str:
    """What a field is for; a field that is one mapping may leave it to that."""
    text: str = told.get("description") or every[_name(told["$ref"])]["description"]
    return re.sub(r"(?<!`)(\{\w+(?:: \w+)?\}|--[a-z-]+)(?!`)", r"`\1`", text).replace("``", "`")


def _default(told: dict[str, Any], required: bool) -> str:
    if required:
        return "required"
    if "default" not in told:
        return "none"
    value = told["default"]
    if isinstance(value, str) and value:
        return f"`{value}`"
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= SHORT else "below"


def said_type(told: dict[str, Any]) -> str:
    """The type of a value, in the words of YAML's readers."""
    if "$ref" in told:
        name = _name(told["$ref"])
        return f"[{name}](#{name.lower()})"
    if "anyOf" in told:
        return " or ".join(map(said_type, told["anyOf"]))
    if "enum" in told:
        return " or ".join(f"`{value}`" for value in told["enum"])
    if told.get("type") == "array":
        return f"list of {said_type(told['items'])}"
    if told.get("type") == "object":
        return f"mapping of name to {said_type(told['additionalProperties'])}"
    return _plain(told)


def _plain(told: dict[str, Any]) -> str:
    name = told.get("type", "any value")
    if told.get("minLength") == 1 or told.get("pattern") == r"\S":
        return f"non-empty {name}"
    if "pattern" in told:
        return f"{name} like `{told['pattern']}`"
    if "minimum" in told:
        most = f" to {told['maximum']}" if "maximum" in told else " or more"
        return f"{name}, {told['minimum']}{most}"
    return str(name)
