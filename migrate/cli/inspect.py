"""`migrate inspect`."""

from __future__ import annotations

import click

from migrate.cli.by_trainer import inspect_by_trainer
from migrate.cli.complete import EPILOG, complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import trainer_option, workers_options
from migrate.commands.inspect import Inspection, inspect_all
from migrate.commands.inspect import inspect as run
from migrate.errors import DONE, FOUND, InputError, raise_all
from migrate.report.look import inspect_data, inspect_lines, named_lines, payload, payloads
from migrate.workspace.config_names import ConfigName, names_and_faults


@click.command(epilog=EPILOG)
@click.argument(
    "configs", nargs=-1, required=True, metavar="CONFIG...", shell_complete=complete_config
)
@click.option("--only", type=click.Choice(["chain", "payload"]), help="Print this part alone.")
@click.option(
    "--format", "kind", type=click.Choice(["json", "yaml"]), default="json", show_default=True
)
@click.option("--fusion", is_flag=True, help="Add the dataset layer: its chain and its lists.")
@trainer_option
@workers_options
@pass_context
def inspect(
    context: Context,
    configs: tuple[str, ...],
    only: str | None,
    kind: str,
    fusion: bool,
    trainer: bool,
    jobs: int,
    scheduler: str | None,
) -> int:
    """A config's chain in merge order, then what the trainer sees.

    Of several configs each is told by itself; with --only payload or JSON they are one object.

    \b
    Example:
      migrate inspect configs/train/grpo/dense_2048.yaml --only payload
      migrate inspect configs/train/*/*.yaml --only chain --jobs 4
    """
    context.recover()
    if trainer:
        if fusion:
            raise click.UsageError("--fusion and --trainer do not go together")
        return inspect_by_trainer(context, configs, only, kind)
    names = names_and_faults(context.view, configs)
    first = names[0]
    if len(names) > 1 or (isinstance(first, ConfigName) and not first.alone):
        return _many(context, names, only, kind, fusion, jobs, scheduler)
    if isinstance(first, InputError):
        raise first
    found = run(context.view, first, fusion)
    _print(context, found, only, kind)
    return _print_findings(context, [found])


def _print(context: Context, found: Inspection, only: str | None, kind: str) -> None:
    if context.as_json:
        context.give(inspect_data(found, only))
    elif only == "payload":
        context.bytes_out(payload(found, kind).encode(), for_people=True)
    else:
        context.say("\n".join(inspect_lines(found, only, kind, context.paint)))


def _many(
    context: Context,
    configs: list[ConfigName | InputError],
    only: str | None,
    kind: str,
    fusion: bool,
    jobs: int,
    scheduler: str | None,
) -> int:
    """Each config by itself, in the order given; what is wrong with some is said at the end."""
    from migrate.workspace.parallel import workers

    faults: list[InputError] = []
    shown: list[Inspection] = []
    whole = context.as_json or only == "payload"
    with workers(jobs, scheduler) as crew, context.progress("resolving") as progress:
        for number, found in enumerate(inspect_all(context.view, configs, fusion, crew)):
            if isinstance(found, InputError):
                faults.append(found)
                continue
            progress(found.path, number, len(configs))
            shown.append(found if whole else found._replace(resolved={}))
            if not whole:
                context.say("\n".join(named_lines(found, only, kind, context.paint)))
            if context.unread:
                return DONE
    if context.as_json:
        context.give({"configs": [inspect_data(found, only) for found in shown]})
    elif whole:
        context.bytes_out(payloads(shown, kind).encode(), for_people=True)
    code = _print_findings(context, shown)
    raise_all(faults)
    return code


def _print_findings(context: Context, shown: list[Inspection]) -> int:
    """Say what is wrong with the dataset layers."""
    findings = [one for found in shown if found.fusion for one in found.fusion.findings]
    if findings and not context.as_json:
        from migrate.report.gate import finding_lines

        for finding in findings:
            for line in finding_lines(finding, context.paint):
                click.echo(line, err=True)
    return FOUND if findings else DONE
