"""`migrate set`."""

from __future__ import annotations

from typing import Any

import click

from migrate.cli.complete import complete_config, complete_key_to_set
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option
from migrate.commands.set import How, ValuesSet, set_values
from migrate.errors import DONE
from migrate.report.set import set_data, set_lines
from migrate.workspace.assignments import is_assignment, read_assignment

_EPILOG = "A CONFIG is a path, a preset's name, a folder or a glob of configs in quotes."


def _complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Keys until one is given, then configs."""
    given = ctx.params.get("arguments") or ()
    if any(map(is_assignment, given)):
        return complete_config(ctx, parameter, incomplete)
    return complete_key_to_set(ctx, incomplete)


@click.command("set", epilog=_EPILOG)
@click.argument(
    "arguments",
    nargs=-1,
    required=True,
    metavar="KEY=VALUE.. CONFIG..",
    shell_complete=_complete,
)
@click.option("--pin", is_flag=True, help="Write an inherited key into the config itself.")
@click.option("--new", is_flag=True, help="Add a key that no file sets.")
@click.option("--type-change", is_flag=True, help="Set a value of another type than the old one.")
@click.option("--reason", metavar="TEXT", help="Why: the gate accepts the change from now on.")
@dry_run_option("Show the diff and what changes")
@pass_context
def set_(
    context: Context,
    arguments: tuple[str, ...],
    pin: bool,
    new: bool,
    type_change: bool,
    reason: str | None,
    dry_run: bool,
) -> int:
    """Change a value where it is set, in many configs at once.

    VALUE is YAML as it would stand in the file. Each config that is named must set the key itself:
    name the parent that sets it, or --pin it. Shows every config whose resolved value changes,
    and proves that none changes in anything else.

    \b
    Example:
      migrate set training.learning_rate=2.0e-6 configs/train/grpo/dense_2048.yaml
      migrate set --pin 'custom.betas=[0.9, 0.95]' 'configs/train/grpo/*.yaml'
    """
    settings = [one for one in arguments if is_assignment(one, context.root)]
    configs = [one for one in arguments if one not in settings]
    if not settings or not configs:
        missing = "KEY=VALUE" if not settings else "CONFIG"
        raise click.UsageError(f"no {missing} is given: migrate set KEY=VALUE.. CONFIG..")
    how = How(pin, new, type_change, reason)

    def decide() -> ValuesSet:
        assignments = [read_assignment(context.workspace, one) for one in settings]
        return set_values(context.workspace, assignments, configs, how)

    result = context.land(decide, f"set {settings[0]}", dry_run)
    if context.as_json:
        context.give({**set_data(result), "dry_run": dry_run})
    else:
        context.say_lines(set_lines(result, context.paint, dry_run))
        for remark in result.remarks:
            context.tell(context.layout.addressed(remark))
    return DONE
