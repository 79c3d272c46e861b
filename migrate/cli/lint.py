"""`migrate lint`."""

from __future__ import annotations

import click

from migrate.cli.complete import IN_TREE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import ANNOTATED, files_options, output_option
from migrate.commands.lint import LintResult
from migrate.commands.lint import lint as run
from migrate.errors import DONE, FOUND
from migrate.report.look_lint import lint_data, lint_lines, lint_summary


@click.command(epilog=IN_TREE)
@click.argument("configs", nargs=-1, shell_complete=complete_config)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@output_option("lint")
@files_options
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
    context.output = output or context.output
    context.recover()
    with context.progress("looking") as progress:
        found = run(context.view, configs, progress)
    code = FOUND if found.failed(strict) else DONE
    _print(context, found, code)
    return code


def _print(context: Context, found: LintResult, code: int) -> None:
    if context.as_json:
        context.give(lint_data(found))
    elif context.output not in ANNOTATED:
        lines = lint_lines(found, context.paint, context.quiet)
        context.say_lines(lines, commands=True)
    if context.files or context.output in ANNOTATED:
        from migrate.cli.annotate import tell_findings  # not for the text that people read

        tell_findings(context, "lint", found.findings, [lint_summary(found)], {}, code)
