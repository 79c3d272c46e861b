"""Verbs that ask the trainer itself: what is told before, and `inspect --trainer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from migrate.errors import DONE, FOUND

_TOLD = 40
"""So many differences are told one by one on standard error."""

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.discovery.discover import Discovery
    from migrate.trainer.ask import Asker
    from migrate.workspace.view import View


def told_asker(context: Context, view: View) -> Asker:
    """Who asks the trainer; what is run is told first. Raises InputError where no plan says it."""
    from migrate.trainer.ask import asker_of

    asker = asker_of(view)
    context.tell(f"asking the trainer, in a copy of the tree: {asker}")
    return asker


def dialect_required(context: Context) -> Callable[[Discovery], None]:
    """Refuses presets in which the trainer does not agree with the dialect."""

    def require(found: Discovery) -> None:
        from migrate.commands.trainer import require_dialect
        from migrate.discovery.discover import SHALLOW

        workspace = context.workspace
        shallow = [path for path, why in found.left_alone.items() if why == SHALLOW]
        configs = [*(preset.path for preset in found.presets), *shallow]
        with context.progress("asking the trainer") as progress:
            require_dialect(workspace, told_asker(context, workspace), configs, progress)

    return require


def inspect_by_trainer(
    context: Context, configs: tuple[str, ...], only: str | None, kind: str
) -> int:
    """What the trainer makes of each config, and the keys in which the dialect does not hold."""
    from migrate.canonical import canonical
    from migrate.commands.trainer import by_trainer, live_paths, look_letters
    from migrate.locations import printable_json
    from migrate.report.trainer import trainer_data, trainer_lines

    view = context.view
    paths = live_paths(view, configs)
    asker = told_asker(context, view)
    with context.progress("asking the trainer") as progress:
        look = by_trainer(view, asker, paths, progress)
    found, letters = look.found, list(look_letters(view, look))
    if context.as_json:
        data = [trainer_data(view, one, only) for one in found]
        context.give(data[0] if len(data) == 1 else {"configs": data})
    elif only == "payload":
        values = {one.path: one.values for one in found if one.values is not None}
        whole = next(iter(values.values()), {}) if len(found) == 1 else values
        text = canonical(whole)
        context.bytes_out(printable_json(text).encode(), for_people=True)
    else:
        for one in found:
            context.say("\n".join(trainer_lines(view, one, only, kind, context.paint)))
    for letter in letters[:_TOLD]:
        click.echo(letter.render(), err=True)
    if len(letters) > _TOLD:
        click.echo(f"and {len(letters) - _TOLD} more; --output json has all of them", err=True)
    return FOUND if letters else DONE
