"""`migrate flatten`."""

from __future__ import annotations

import click

from migrate.cli.complete import IN_TREE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.commands.flatten import FlatFile, flat_file, flatten_config
from migrate.errors import DONE
from migrate.report.dropped import dropped_data, dropped_lines
from migrate.report.paint import plural


@click.command(epilog=IN_TREE)
@click.argument("config", shell_complete=complete_config)
@click.option("--onto", multiple=True, metavar="PARENT", help="Extend this file; repeatable.")
@click.option("-o", "--out", metavar="FILE", help="Write the file here instead of printing it.")
@pass_context
def flatten(context: Context, config: str, onto: tuple[str, ...], out: str | None) -> int:
    """Write one config as one file, comments beside their keys; no plan needed.

    Without --onto everything is inlined. Without -o the file alone is printed. Comments that are
    dropped, such as those of overridden values, are listed on standard error.

    \b
    Example:
      migrate flatten configs/train/grpo/dense_2048.yaml --onto configs/base.yaml -o new.yaml
    """
    if out is None:
        context.recover()
        flat = flatten_config(context.view, config, onto)
        context.bytes_out(flat.content)
    else:
        file = context.land(
            lambda: flat_file(context.view, config, onto, out),
            lambda file: f"flatten {file.flat.path}",
        )
        flat = file.flat
        _print(context, file)
    if dropped := flat.comments.dropped:  # no comment goes without a word
        context.tell(f"{plural(len(dropped), 'comment')} dropped:")
        context.tell("\n".join(dropped_lines(dropped, "  ")))
    return DONE


def _print(context: Context, file: FlatFile) -> None:
    kept, dropped = file.flat.comments.kept, file.flat.comments.dropped
    if context.as_json:
        context.give(
            {
                "config": file.flat.path,
                "path": file.path,
                "comments": {"kept": kept, "dropped": len(dropped)},
                "dropped_comments": dropped_data(dropped),
            }
        )
        return
    done = "wrote" if len(file.changes) else "left as it was:"
    context.say(f"{done} {file.path}; {plural(kept, 'comment')} kept, {len(dropped)} dropped")
