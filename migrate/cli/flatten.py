"""`migrate flatten`."""

from __future__ import annotations

from typing import Any

import click

from migrate.cli.complete import IN_TREE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.commands.flatten import (
    FlatFile,
    FlatFiles,
    FlattenResult,
    flat_file,
    flat_files,
    flatten_config,
)
from migrate.errors import DONE, InputError
from migrate.report.dropped import count_data, dropped_data, dropped_lines
from migrate.report.paint import plural
from migrate.workspace.config_names import config_paths


@click.command(epilog=IN_TREE)
@click.argument(
    "configs", nargs=-1, required=True, metavar="CONFIG...", shell_complete=complete_config
)
@click.option("--onto", multiple=True, metavar="PARENT", help="Extend this file; repeatable.")
@click.option(
    "-o", "--out", metavar="FILE", help="Write the file here, or several into the folder DIR/."
)
@pass_context
def flatten(
    context: Context, configs: tuple[str, ...], onto: tuple[str, ...], out: str | None
) -> int:
    """Write one config as one file, comments beside their keys; no plan needed.

    Without --onto everything is inlined. Without -o the file alone is printed. Comments that are
    dropped, such as those of overridden values, are listed on standard error. Several configs are
    written into a folder that is named with a / at its end, all of them or none.

    \b
    Example:
      migrate flatten configs/train/grpo/dense_2048.yaml --onto configs/base.yaml -o new.yaml
      migrate flatten configs/train -o flat/
    """
    paths = config_paths(context.view, configs)
    if out is not None and out.endswith("/"):
        label = f"flatten {plural(len(paths), 'config')} into {out}"
        files = context.land(lambda: flat_files(context.view, paths, onto, out), label)
        _print_all(context, files)
        return DONE
    if len(paths) > 1:
        hint = "-o DIR/ writes them into a folder"
        raise InputError(f"{len(paths)} configs make as many files", None, hint)
    if out is None:
        context.recover()
        flat = flatten_config(context.view, paths[0], onto)
        context.bytes_out(flat.content)
    else:
        one = context.land(
            lambda: flat_file(context.view, paths[0], onto, out), f"flatten {paths[0]}"
        )
        flat = one.files[0].flat
        _print(context, one.files[0])
    _tell_dropped(context, flat)
    return DONE


def _print(context: Context, file: FlatFile) -> None:
    if context.as_json:
        context.give(_data(file))
    else:
        context.say(_line(file))


def _print_all(context: Context, files: FlatFiles) -> None:
    if context.as_json:
        context.give({"files": [_data(file) for file in files.files]})
    for file in files.files:
        if not context.as_json:
            context.say(_line(file))
        _tell_dropped(context, file.flat)


def _line(file: FlatFile) -> str:
    comments = file.flat.comments
    done = "wrote" if file.change.before != file.change.after else "left as it was:"
    kept = f"{plural(comments.kept, 'comment')} kept, {len(comments.dropped)} dropped"
    return f"{done} {file.path}; {kept}"


def _data(file: FlatFile) -> dict[str, Any]:
    comments = file.flat.comments
    return {
        "config": file.flat.path,
        "path": file.path,
        "comments": {
            "kept": comments.kept_lines,
            "dropped": comments.dropped_lines,
            "count": count_data(comments),
        },
        "dropped_comments": dropped_data(comments.dropped),
    }


def _tell_dropped(context: Context, flat: FlattenResult) -> None:
    if dropped := flat.comments.dropped:  # no comment goes without a word
        context.tell(f"{plural(len(dropped), 'comment')} dropped:")
        context.tell("\n".join(dropped_lines(dropped, "  ")))
