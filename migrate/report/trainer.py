"""How `inspect --trainer` looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.errors import MigrateError
from migrate.locations import dotted, printable
from migrate.parity import ABSENT
from migrate.report.look import chain_lines, spelled
from migrate.report.paint import Paint, plural

if TYPE_CHECKING:
    from migrate.commands.trainer import TrainerValues
    from migrate.workspace.view import View


def trainer_lines(
    view: View, one: TrainerValues, only: str | None, kind: str, paint: Paint
) -> Iterator[str]:
    """The chain by the dialect, the values by the trainer, and whether the dialect holds."""
    yield paint(printable(one.path), "bold")
    yield from chain_lines(_chain(view, one), "chain", paint)
    if only is None and one.values is not None:
        yield f"\n{paint('by the trainer', 'bold')}"
        yield spelled(one.values, kind).rstrip("\n")
    yield ""
    yield _verdict(view, one, paint)


def _verdict(view: View, one: TrainerValues, paint: Paint) -> str:
    name = view.dialect.name
    if one.check.neither:
        return paint(f"neither the trainer nor dialect {name} loads it", "red")
    if one.check.failed:
        return paint(f"{one.check.failed}", "red")
    if one.check.differences:
        keys = plural(len(one.check.differences), "key")
        return paint(f"dialect {name} does not hold: the trainer sees {keys} differently", "red")
    return paint(f"dialect {name} holds: the trainer sees the same", "green")


def trainer_data(view: View, one: TrainerValues, only: str | None) -> dict[str, Any]:
    """The same for scripts."""
    data: dict[str, Any] = {"config": one.path}
    if only != "payload":
        data["chain"] = list(_chain(view, one))
    if only != "chain":
        data["resolved"] = plain(_ours(view, one))
    data["trainer"] = {
        "resolved": None if one.values is None else plain(one.values),
        "failed": one.check.failed or None,
        "differences": [
            {
                "key": dotted(difference.path),
                **{
                    side: plain(value)
                    for side, value in (("dialect", difference.old), ("trainer", difference.new))
                    if value is not ABSENT
                },
            }
            for difference in one.check.differences
        ],
    }
    return data


def _ours(view: View, one: TrainerValues) -> Any:
    try:
        return view.loader.load(one.path)
    except MigrateError:
        return None


def _chain(view: View, one: TrainerValues) -> tuple[str, ...]:
    """The files of the chain; none that the dialect cannot follow."""
    try:
        view.loader.load(one.path)
        return view.loader.chain(one.path)
    except MigrateError:
        return ()
