"""`migrate flatten`."""

from __future__ import annotations

from typing import Any

import click

from migrate.cli.complete import IN_TREE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import COLUMN, origin_as_option, origin_option
from migrate.commands.flatten import (
    FlatFile,
    FlatFiles,
    FlattenOptions,
    FlattenResult,
    flat_file,
    flat_files,
    flatten_config,
    text_of,
    with_origin_comments,
)
from migrate.errors import DONE, InputError
from migrate.report.dropped import (
    count_data,
    dropped_data,
    dropped_lines,
    follows_data,
    follows_lines,
)
from migrate.report.origins import beside, origins_data
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
@click.option(
    "--minimize", is_flag=True, help="With --onto: leave to the parents what they say alike."
)
@origin_option
@origin_as_option
@pass_context
def flatten(
    context: Context,
    configs: tuple[str, ...],
    onto: tuple[str, ...],
    out: str | None,
    minimize: bool,
    origin: bool,
    origin_as: str | None,
) -> int:
    """Write one config as one file, comments beside their keys; no plan needed.

    Without --onto everything is inlined. Without -o the file alone is printed. Comments that are
    dropped, such as those of overridden values, are listed on standard error. Several configs are
    written into a folder that is named with a / at its end, all of them or none.

    What the config itself says stays, also where a parent says the same; with --minimize it goes,
    and is listed.

    With --origin each line says where it came from: in a second column on a terminal, in a comment
    at its end in a file or a pipe, which is YAML with the same values. Lines within a text of
    several lines have no room for one. --origin-as chooses.

    \b
    Example:
      migrate flatten configs/train/grpo/dense_2048.yaml --origin
      migrate flatten configs/train/grpo/dense_2048.yaml --onto configs/base.yaml -o new.yaml
      migrate flatten configs/train -o flat/
      migrate flatten flat/big.yaml --onto configs/base.yaml --minimize -o configs/small.yaml
    """
    origin = origin or origin_as is not None
    if origin_as == COLUMN and out is not None:
        raise click.UsageError("a file gets comments: a second column is no YAML")
    if minimize and not onto:
        raise click.UsageError("--minimize goes with --onto: it leaves out what a parent says")
    wanted = FlattenOptions(origin, minimize)
    context.pages &= out is None
    paths = config_paths(context.view, configs)
    if out is not None and out.endswith("/"):
        label = f"flatten {plural(len(paths), 'config')} into {out}"
        files = context.land(lambda: flat_files(context.view, paths, onto, out, wanted), label)
        _print_all(context, files)
        return DONE
    if len(paths) > 1:
        hint = "-o DIR/ writes them into a folder"
        raise InputError(f"{len(paths)} configs make as many files", None, hint)
    if out is None:
        context.recover()
        flat = flatten_config(context.view, paths[0], onto, wanted=wanted)
        _show(context, flat, origin, context.origin_form(origin_as))
    else:
        one = context.land(
            lambda: flat_file(context.view, paths[0], onto, out, wanted), f"flatten {paths[0]}"
        )
        flat = one.files[0].flat
        _print(context, one.files[0])
    _tell_dropped(context, flat)
    return DONE


def _show(context: Context, flat: FlattenResult, origin: bool, form: str) -> None:
    """Print the file itself, with its origins if they were asked for."""
    if origin and context.as_json:
        text = flat.content.decode()
        context.give({**_data(flat, None), "text": text})
    elif origin and form == COLUMN:
        lines = text_of(context.view, flat).removesuffix("\n").split("\n")
        context.say("\n".join(beside(lines, flat.origins, context.columns, context.paint)))
    else:
        shown = with_origin_comments(context.view, flat) if origin else flat
        context.bytes_out(shown.content, for_people=True)


def _print(context: Context, file: FlatFile) -> None:
    if context.as_json:
        context.give(_data(file.flat, file.path))
    else:
        context.say(_line(file))


def _print_all(context: Context, files: FlatFiles) -> None:
    if context.as_json:
        context.give({"files": [_data(file.flat, file.path) for file in files.files]})
    for file in files.files:
        if not context.as_json:
            context.say(_line(file))
        _tell_dropped(context, file.flat)


def _line(file: FlatFile) -> str:
    comments = file.flat.comments
    done = "wrote" if file.change.before != file.change.after else "left as it was:"
    kept = f"{plural(comments.kept, 'comment')} kept, {len(comments.dropped)} dropped"
    return f"{done} {file.path}; {kept}"


def _data(flat: FlattenResult, path: str | None) -> dict[str, Any]:
    comments = flat.comments
    data: dict[str, Any] = {
        "config": flat.path,
        "path": path,
        "comments": {
            "kept": comments.kept_lines,
            "dropped": comments.dropped_lines,
            "count": count_data(comments),
        },
        "dropped_comments": dropped_data(comments.dropped),
    }
    if flat.follows:
        data["follows"] = follows_data(flat.follows)
    return {**data, "origins": origins_data(flat.origins)} if flat.origins else data


def _tell_dropped(context: Context, flat: FlattenResult) -> None:
    if flat.follows:
        context.tell(f"{plural(len(flat.follows), 'key')} left to the parents:")
        context.tell("\n".join(follows_lines(flat.follows, "  ")))
    if dropped := flat.comments.dropped:  # no comment goes without a word
        context.tell(f"{plural(len(dropped), 'comment')} dropped:")
        context.tell("\n".join(dropped_lines(dropped, "  ")))
