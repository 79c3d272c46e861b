"""`migrate report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import presets_option, since_option
from migrate.commands.report import report as run
from migrate.commands.report import written
from migrate.errors import DONE, raise_all
from migrate.report.page import page
from migrate.report.page_data import report_data
from migrate.report.page_markdown import report_markdown
from migrate.report.paint import plural

if TYPE_CHECKING:
    from migrate.commands.report import Report


@click.command()
@presets_option
@since_option("Also show what changed since this revision of git")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "md"]),
    default="html",
    show_default=True,
    help="A page to open, or Markdown for a pull request.",
)
@click.option("-o", "out", metavar="FILE", help="Write into this file instead of printing.")
@pass_context
def report(
    context: Context, names: tuple[str, ...], revision: str | None, kind: str, out: str | None
) -> int:
    """Show the whole rollout on one page: drawn, not only listed.

    The page needs no network and nothing beside it. It holds the rollout table, who extends whom
    before and after, each preset with the origin of its lines and what lost to them, the comments
    that were dropped, the gate, and the keys that differ. Steps to come are shown as `plan` makes
    them; none is taken. FILE may lie outside of the tree.

    \b
    Example:
      migrate report -o report.html
      migrate report --format md --since main
      migrate report --preset grpo_dense -o /tmp/grpo_dense.html
    """
    context.recover()
    with context.progress("looking") as progress:
        found = run(context.workspace, names, revision, progress)
    data = report_data(found) if context.as_json else {}
    if out is not None:
        content = _text(found, kind).encode()
        context.land(lambda: written(context.view, out, content), f"report into {out}")
        _tell(context, data, out, len(content))
    elif context.as_json:
        context.give(data)
    else:
        context.bytes_out(_text(found, kind).encode())
    raise_all(found.faults)
    return DONE


def _text(found: Report, kind: str) -> str:
    return page(found) if kind == "html" else report_markdown(found)


def _tell(context: Context, data: dict[str, Any], out: str, size: int) -> None:
    if context.as_json:
        context.give({"file": out, "bytes": size, **data})
    else:
        context.say(f"wrote {out}; {plural(max(size // 1000, 1), 'kilobyte')}")
