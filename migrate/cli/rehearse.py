"""`migrate rehearse`."""

from __future__ import annotations

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import scope_of, scope_options, verbose_option
from migrate.cli.verdict import print_verdict
from migrate.commands.rehearse import rehearse as run
from migrate.errors import DONE, FOUND
from migrate.report.rehearse import rehearsal_data, rehearsal_lines
from migrate.workspace.scratch import empty_folder


@click.command()
@click.option("--keep", metavar="DIR", help="Keep the scratch copy in this empty folder.")
@scope_options
@verbose_option
@pass_context
def rehearse(
    context: Context,
    keep: str | None,
    presets: tuple[str, ...],
    exclude: tuple[str, ...],
    components: tuple[str, ...],
    base: str,
) -> int:
    """Run the whole rollout in a scratch copy; this tree is not touched.

    A tree without plans begins with `init`; the options that `init` has as well are for that.

    \b
    Example:
      migrate rehearse --keep ../rehearsal
    """
    if keep is not None:
        empty_folder(keep)
    context.recover()
    with context.progress("rehearsing") as progress:
        scope = scope_of(presets, exclude, components, base)
        result = run(context.workspace, keep, progress, scope)
    if context.as_json:
        context.give(rehearsal_data(result))
    elif result.shallow:
        context.say("nothing to rehearse: the tree is shallow already")
    else:
        lines = rehearsal_lines(result, context.paint, context.room)
        context.say_lines(lines, commands=True)
        print_verdict(context, result.verified, strict=False)
    return FOUND if result.failed else DONE
