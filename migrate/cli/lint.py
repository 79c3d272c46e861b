"""`migrate lint`."""

from __future__ import annotations

import json
from importlib.metadata import version

import click

from migrate.cli.complete import IN_TREE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.commands.lint import LintResult
from migrate.commands.lint import lint as run
from migrate.errors import DONE, FOUND
from migrate.report.look_lint import lint_data, lint_lines
from migrate.report.sarif import github_lines, sarif
from migrate.rules import described


@click.command(epilog=IN_TREE)
@click.argument("configs", nargs=-1, shell_complete=complete_config)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--output", type=click.Choice(["text", "json", "sarif", "github"]))
@pass_context
def lint(
    context: Context,
    configs: tuple[str, ...],
    strict: bool,
    output: str | None,
) -> int:
    """Check the layer rules of the named configs, or of every preset.

    Layer rules are errors. Values that YAML 1.1 and 1.2 read differently, duplicate keys and keys
    spelled differently are warnings; restated values and overlays that have grown are notes.

    \b
    Example:
      migrate lint --output sarif > lint.sarif
    """
    context.recover()
    found = run(context.view, configs)
    _print(context, found, output or context.output)
    return FOUND if found.failed(strict) else DONE


def _print(context: Context, found: LintResult, output: str) -> None:
    if output == "json":
        context.give(lint_data(found))
    elif output == "sarif":
        log = sarif(found.findings, described(), version("config-migrate"))
        context.bytes_out((json.dumps(log, indent=2, ensure_ascii=False) + "\n").encode())
    elif output == "github":
        context.say("\n".join(github_lines(found.findings)))
    else:
        lines = lint_lines(found, context.paint, context.quiet)
        context.say_lines(map(context.layout.addressed, lines))
