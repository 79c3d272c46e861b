"""Values that a plan changes on purpose, laid over a resolved config as if a file said them."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.dialect import Dialect
from migrate.errors import InputError
from migrate.locations import KeyPath, parse_dotted
from migrate.plan import PlannedPreset
from migrate.resolve import Resolved, merge, read_branch
from migrate.yaml_text import LOADERS, Document
from migrate.yaml_text.render import in_flow_style
from migrate.yaml_text.spelling import spell


def lay_over(legacy: Resolved, planned: PlannedPreset, dialect: Dialect) -> Resolved:
    """The resolved config with the plan's `override:` on top; the reason stands above each key.

    Raises InputError for a key path through a list.
    """
    if not planned.preset.override:
        return legacy
    source = planned.source
    branch = legacy.branch
    for key, override in planned.preset.override.items():
        node = source.node(("presets", planned.name, "override", key, "value"))
        value = in_flow_style(source.document, node) if node is not None else "null"
        text = _text(parse_dotted(key), value, override.reason)
        document = Document(planned.file, text.encode(), dialect.keys, LOADERS[dialect.loader])
        document.said_at = planned.place_of("override", key)
        document.attribute()
        branch = merge(branch, read_branch(document, document.entries, document.root))
    return legacy.saying(branch)


def lay_inherited(
    legacy: Resolved, parents: Iterable[Resolved], keys: Iterable[KeyPath], dialect: Dialect
) -> Resolved:
    """The resolved config with the values that its new parents give these keys."""
    branch = legacy.branch
    for parent in parents:
        for key in keys:
            slot = parent.branch.find(key)
            if slot is None:
                continue
            setting = slot.winner
            value = in_flow_style(setting.document, setting.entry.value)
            text = _text(key, value, "").encode()
            document = Document(parent.path, text, dialect.keys, LOADERS[dialect.loader])
            document.said_at = setting.place
            document.attribute()
            branch = merge(branch, read_branch(document, document.entries, document.root))
    return legacy.saying(branch)


def _text(path: KeyPath, value: str, reason: str) -> str:
    lines: list[str] = []
    for depth, key in enumerate(path):
        if not isinstance(key, str):
            raise InputError(f"an override cannot name {key!r}", None, "override the whole value")
        indent = "  " * depth
        if depth + 1 == len(path):
            lines += [f"{indent}# {line}" for line in reason.splitlines()]
            lines.append(f"{indent}{spell(key)}: {value}")
        else:
            lines.append(f"{indent}{spell(key)}:")
    return "\n".join(lines) + "\n"
