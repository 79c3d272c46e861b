"""Options that several verbs share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from migrate.cli.complete import complete_preset, complete_revision
from migrate.errors import InputError
from migrate.locations import BASE, COMPONENTS

if TYPE_CHECKING:
    from migrate.discovery.discover import Scope

ANNOTATED = ("sarif", "github", "md")
"""How findings are told where code is looked at, or a job that checks it."""

OUTPUTS = {"table": ("csv", "md"), "diff": ("md",), "lint": ANNOTATED, "verify": ANNOTATED}
"""What a verb can print beside text and JSON, if `--output` asks for it before the verb or behind
it."""

F = TypeVar("F", bound=Callable[..., Any])


def preset_option(told: str, required: bool = False) -> Callable[[F], F]:
    """`--preset NAME`, repeatable."""
    return click.option(
        "--preset",
        "names",
        required=required,
        multiple=True,
        metavar="NAME",
        help=told,
        shell_complete=complete_preset,
    )


def dry_run_option(shows: str = "") -> Callable[[F], F]:
    """`--dry-run`, and what it shows."""
    told = f"{shows}; write nothing." if shows else "Write nothing, not even a lock."
    return click.option("--dry-run", is_flag=True, help=told)


def since_option(told: str) -> Callable[[F], F]:
    """`--since REV`."""
    return click.option(
        "--since",
        "revision",
        metavar="REV",
        shell_complete=complete_revision,
        help=f"{told}; REV... is where REV and this branch went apart.",
    )


presets_option = preset_option("Limit to this preset; repeatable.")
likely_option = click.option("--likely", is_flag=True, help="Also apply uncertain rewrites.")


def _verbose(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        ctx.obj.verbose += 1


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_verbose,
    help="Print more detail; the same as before the verb.",
)
run_gates_option = click.option("--run-gates", is_flag=True, help="Run the plans' gate commands.")
trainer_option = click.option(
    "--trainer",
    is_flag=True,
    help="Ask the trainer that the plans name, too; runs code of the repository.",
)

COLUMN, COMMENTS = "column", "comments"
origin_option = click.option("--origin", is_flag=True, help="Say of each line where it came from.")
origin_as_option = click.option(
    "--origin-as",
    type=click.Choice([COLUMN, COMMENTS]),
    help="How: column is for a terminal, comments for a file or a pipe.",
)


def files_options(command: F) -> F:
    """`--sarif` and `--md`: findings are written into files, whatever is printed."""
    for kind, what in (("md", "Markdown for a job's summary"), ("sarif", "a SARIF log")):
        option = click.option(
            f"--{kind}",
            metavar="FILE",
            callback=_remember_file,
            expose_value=False,
            help=f"Also write {what}, of the same run.",
        )
        command = option(command)
    return command


def _remember_file(ctx: click.Context, option: click.Parameter, out: str | None) -> None:
    """Raises UsageError for a file that is to hold two kinds."""
    if out is None:
        return
    if os.path.abspath(out) in map(os.path.abspath, ctx.obj.files.values()):
        raise click.UsageError("--sarif and --md want two files")
    ctx.obj.files[option.name] = out


def output_option(verb: str) -> Callable[[F], F]:
    """`--output` behind a verb; before the verb it means the same."""
    kinds = ["text", "json", *OUTPUTS[verb]]
    return click.option("--output", type=click.Choice(kinds), help="How to print the result.")


SCOPE = (
    click.option(
        "--presets",
        multiple=True,
        metavar="GLOB",
        help="These are the presets; repeatable.",
    ),
    click.option(
        "--exclude", multiple=True, metavar="GLOB", help="Do not read these files; repeatable."
    ),
    click.option(
        "--components",
        multiple=True,
        metavar="GLOB",
        help=f"Where components are.  [default: {COMPONENTS[0]}]",
    ),
    click.option(
        "--base",
        default=BASE,
        show_default=True,
        metavar="FILE",
        help="The base, which stays.",
    ),
)
"""What is what in a tree without plans."""


def scope_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of `SCOPE`, in their order."""
    for option in reversed(SCOPE):
        command = option(command)
    return command


def scope_of(
    presets: tuple[str, ...], exclude: tuple[str, ...], components: tuple[str, ...], base: str
) -> Scope:
    """What these options say. Raises InputError for what no plan could hold: it is text."""
    from migrate.discovery.discover import Scope

    for given in (*presets, *exclude, *components, base):
        try:
            given.encode()
        except UnicodeError:
            what = "is not UTF-8, so that no plan can hold it"
            raise InputError(what, given, "rename the file, or name it by a glob") from None
    return Scope(presets, exclude, components or COMPONENTS, base)


jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="Worker processes."
)
_scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Run on this Dask cluster, such as tcp://host:8786."
)


def workers_options(verb: F) -> F:
    """Both options; `workspace.parallel.workers` makes of them what does the work."""
    return jobs_option(_scheduler_option(verb))
