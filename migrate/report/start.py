"""How `init` looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import LEGACY, printable
from migrate.report.paint import Paint, columns, plural

if TYPE_CHECKING:
    from migrate.commands.init import Init


def init_lines(result: Init, paint: Paint) -> Iterator[str]:
    """What was found, what was left alone and why, what to do next."""
    found = result.found
    yield f"found {plural(len(result.drafts), 'preset')} to migrate"
    rows = [
        (printable(item.name), printable(item.path), _shape(item.extends)) for item in result.drafts
    ]
    yield from columns(rows, indent="  ")
    if found.left_alone:
        yield f"left alone: {plural(len(found.left_alone), 'config')}"
        rows2 = [(printable(path), why) for path, why in sorted(found.left_alone.items())]
        yield from columns(rows2, indent="  ")
    for path, why in sorted(found.outside_users.items()):
        yield f"stays: {printable(path)} ({printable(why)})"
    yield f"froze {plural(len(found.frozen), 'file')} into {LEGACY}/"
    yield f"wrote {', '.join(result.plans)}"
    yield paint("next: read the plans, then `migrate plan`", "bold")


def _shape(extends: tuple[str, ...]) -> str:
    return f"on {printable(extends[0])}" if extends else "stands alone"


def init_data(result: Init) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "presets": [
            {"name": item.name, "path": item.path, "extends": list(item.extends)}
            for item in result.drafts
        ],
        "left_alone": result.found.left_alone,
        "stays": result.found.outside_users,
        "frozen": result.found.frozen,
        "config_root": result.config_root,
        "plans": result.plans,
    }
