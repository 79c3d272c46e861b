"""The command `migrate`: options, verbs, exit codes."""

from __future__ import annotations

import builtins
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.context import Context
from migrate.cli.options import ANNOTATED, OUTPUTS
from migrate.cli.output import UnwritableError, forget_output, guard_streams
from migrate.layout import Layout
from migrate.limits import DEFAULT

if TYPE_CHECKING:
    from migrate.errors import MigrateError

LOOK, MIGRATE, LIVE = "Look at configs", "Migrate", "Live with the presets"

VERBS: dict[str, tuple[str, str]] = {
    "inspect": (LOOK, "A config's chain, and the values that the trainer sees."),
    "explain": (LOOK, "Which file set a value, and which settings lost."),
    "diff": (LOOK, "What differs between two configs, after resolving."),
    "table": (LOOK, "The keys of many presets side by side."),
    "flatten": (LOOK, "Write one config as one file; no plan needed."),
    "lint": (LOOK, "Check the layer rules."),
    "refs": (LOOK, "Who points at these files."),
    "schema": (LOOK, "JSON Schema of plan files and those beside them."),
    "lsp": (LOOK, "Serve an editor: hover, definitions, diagnostics."),
    "init": (MIGRATE, "Find the presets, freeze the legacy tree, write the plans."),
    "plan": (MIGRATE, "Preview the rollout; nothing is written, ever."),
    "apply": (MIGRATE, "Migrate presets, one landing each."),
    "status": (MIGRATE, "Where each preset stands."),
    "report": (MIGRATE, "The whole rollout on one page: drawn, not only listed."),
    "verify": (MIGRATE, "Check the whole rollout: the gate."),
    "undo": (MIGRATE, "Take one preset's step back."),
    "finalize": (MIGRATE, "Verify, then remove the legacy tree."),
    "rehearse": (MIGRATE, "Run the whole rollout in a scratch copy."),
    "adopt": (LIVE, "Plan a config that came late."),
    "port": (LIVE, "Carry edits of old files into what replaced them."),
    "mv": (LIVE, "Move a config, and everything that names it."),
    "set": (LIVE, "Change a value where it is set, in many configs at once."),
    "accept": (LIVE, "Record differences that are intended."),
}
"""Verb to its group and its line in the help. `migrate.cli.VERB` is imported on use."""


PAGED = {name for name, (group, _) in VERBS.items() if group == LOOK} - {"lsp"} | {"plan", "status"}
"""Verbs whose output a person reads in a pager: none that writes waits for a reader."""

MOST_DEEP = 500
"""The most that a flag may allow of what nests: beyond it, C code in libraries would crash."""

FRAMES = 20

BROKEN_PIPE = 128 + signal.SIGPIPE
"""The exit code of what a shell sees end by this signal, as `cat` does in `cat FILE | head -1`."""


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        # A name that Python uses itself has an underscore.
        name = f"{cmd_name}_" if hasattr(builtins, cmd_name) else cmd_name
        module = importlib.import_module(f"migrate.cli.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs, then the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, made without importing them."""
        for group in (LOOK, MIGRATE, LIVE):
            with formatter.section(group):
                rows = [(name, text) for name, (of, text) in VERBS.items() if of == group]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Like click's; commands that a letter names are spelled for this folder of plans."""
        from migrate.errors import MigrateError

        try:
            return super().invoke(ctx)
        except MigrateError as error:
            if isinstance(ctx.obj, Context):
                for fault in error.faults():
                    fault.hint = ctx.obj.layout.addressed(fault.hint)
                _annotate(ctx.obj, ctx.invoked_subcommand or "", error)
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with the nearest names for a misspelt verb."""
        from migrate.errors import nearest

        if args and args[0] not in VERBS and not args[0].startswith("-"):
            hint = nearest(args[0], VERBS)
            ctx.fail(f"no such verb: {args[0]}" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="config-migrate", prog_name="migrate")
@click.option(
    "--root",
    metavar="DIR",
    help="The tree to work on; else found upwards.",
)
@click.option(
    "--plans",
    metavar="DIR",
    default=Layout().plans,
    show_default=True,
    help="The folder of the plans.",
)
@click.option("--dialect", metavar="NAME", help="How configs compose; overrides the plans.")
@click.option(
    "--output",
    type=click.Choice(["text", "json", "csv", "md", "sarif", "github"]),
    default="text",
    help="How to print the result; csv, md, sarif and github for some verbs.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour: auto is on a terminal only.",
)
@click.option(
    "--max-file-bytes", metavar="N", type=click.IntRange(min=1), help="Refuse larger files."
)
@click.option(
    "--max-depth",
    metavar="N",
    type=click.IntRange(1, MOST_DEEP),
    help="Refuse files that nest deeper.",
)
@click.option(
    "--max-nodes", metavar="N", type=click.IntRange(min=1), help="Refuse files with more values."
)
@click.option(
    "--max-chain",
    metavar="N",
    type=click.IntRange(1, MOST_DEEP),
    help="Refuse longer chains of files.",
)
@click.option(
    "--max-chain-nodes",
    metavar="N",
    type=click.IntRange(min=1),
    help="Refuse chains with more values.",
)
@click.option("--no-pager", is_flag=True, help="Print long output as it is.")
@click.option("-v", "--verbose", count=True, help="Print more detail.")
@click.option("-q", "--quiet", is_flag=True, help="Print only results and errors.")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """Turn a tree of training configs into self-contained presets, provably unchanged."""
    if max(options["max_depth"] or 0, options["max_chain"] or 0) > DEFAULT.depth:
        # What nests is read by functions that call themselves, some ten for each level.
        sys.setrecursionlimit(FRAMES * MOST_DEEP)
    _refuse_output(ctx, options["output"])
    _stand_somewhere()
    pages = not options.pop("no_pager") and ctx.invoked_subcommand in PAGED
    ctx.obj = Context(pages=pages, **options)
    ctx.call_on_close(ctx.obj.tell_unfollowed)
    ctx.call_on_close(ctx.obj.close)


def _refuse_output(ctx: click.Context, output: str) -> None:
    """Raises UsageError for a kind of output that the verb does not have."""
    verb = ctx.invoked_subcommand or ""
    kinds = ["text", "json", *OUTPUTS.get(verb, ())]
    if output not in kinds:
        having = _in_words([name for name, more in OUTPUTS.items() if output in more], "and")
        has = _in_words(kinds, "or")
        raise click.UsageError(f"--output {output} is for {having}; {verb} prints {has}")


def _in_words(names: Sequence[str], last: str) -> str:
    """`a, b and c`."""
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end


def _annotate(context: Context, verb: str, error: MigrateError) -> None:
    """Tell what is wrong where the findings of a verb are looked for, beside the letter."""
    asked = context.files or context.output in ANNOTATED
    if asked and set(ANNOTATED) <= set(OUTPUTS.get(verb, ())):
        from migrate.cli.annotate import tell_faults

        tell_faults(context, verb, error)


def _stand_somewhere() -> None:
    """Raises InputError in a folder that was removed, where no path means anything."""
    try:
        os.getcwd()
    except OSError as error:
        from migrate.errors import InputError

        reason = (error.strerror or str(error)).lower()
        hint = "cd to a folder that is there, then run again"
        raise InputError(f"the folder you are in cannot be used: {reason}", None, hint) from None


def main(argv: list[str] | None = None) -> None:
    """Run the command and exit with its code."""
    signal.signal(signal.SIGTERM, _terminated)
    guard_streams()
    if "_MIGRATE_COMPLETE" in os.environ:  # a shell asks what to offer
        import migrate.cli.bash  # noqa: F401 - click finds it by the name of the shell
    try:
        code = run(argv)
        # What was asked for is done: a signal while Python shuts down has nothing to stop.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    except KeyboardInterrupt as error:
        code = _exit_code(error)
    # The process ends, and its memory with it: the collector need not walk through all of it once
    # more, which would be a tenth of a short command.
    gc.freeze()
    sys.exit(code)


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt


def run(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code. Errors become letters on standard error."""
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold bytes that are no text; they are shown, never the end of a run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(argv, prog_name="migrate", standalone_mode=False)
        sys.stdout.flush()  # what cannot be told is known now, not when Python ends
    except SystemExit:  # how click ends after shell completion
        raise
    except BaseException as error:  # noqa: BLE001 - the last line of defence: a letter, not a traceback
        # Python before 3.12 wraps what a class body's `__set_name__` raises, a signal as well.
        cause = error.__cause__
        return _exit_code(cause if isinstance(cause, KeyboardInterrupt) else error)
    return result if isinstance(result, int) else 0


def _exit_code(error: BaseException) -> int:
    """Tell the person what happened; the code says it to scripts."""
    # Imported when something went wrong: `--help` does not wait for it.
    from migrate.errors import INTERRUPTED, InputError, MigrateError

    if isinstance(error, (click.exceptions.Exit, click.ClickException)):
        if isinstance(error, click.ClickException):
            error.show()
            _tell_order(error)
        return error.exit_code
    if isinstance(error, MigrateError):
        _letter(error)
        return error.exit_code
    # Python up to 3.11 wraps what is raised while a class is made, as an import under way does.
    if any(isinstance(one, (KeyboardInterrupt, click.Abort)) for one in (error, error.__cause__)):
        click.echo(f"interrupted; nothing is half done{_where(error)}", err=True)
        return INTERRUPTED
    if isinstance(error, (RecursionError, MemoryError)):
        # The limits should have said so before; it is the input all the same.
        _letter(InputError(f"takes too much {_RAN_OUT[type(error)]}", None, _SMALLER))
        return InputError.exit_code
    if isinstance(error, UnwritableError):
        return _untold(error)
    return _bug(error)


def _where(error: BaseException) -> str:
    """How far it came, where the verb said so."""
    told = [one.args[0] for one in (error, error.__cause__) if one is not None and one.args]
    known = [text for text in told if isinstance(text, str) and text.startswith("stopped at ")]
    return f"; {known[0]}" if known else ""


def _tell_order(error: click.ClickException) -> None:
    """Say where an option belongs that stands behind a verb and is one of all verbs."""
    name = getattr(error, "option_name", None)
    if isinstance(error, click.NoSuchOption) and any(name in option.opts for option in cli.params):
        click.echo(f"hint: {name} goes before the verb: migrate {name} ...", err=True)


_RAN_OUT = {RecursionError: "nesting", MemoryError: "memory"}
_SMALLER = "see the limits in docs/reliability.md; look for a file that nests deeply or is large"


_MOST_LINES, _MOST_COLUMNS = 400, 400
"""So much of a diff is shown in a letter; an edited file may be anything."""


def _letter(error: MigrateError) -> None:
    from migrate.locations import printable_block

    for fault in error.faults():
        click.echo(fault.render(), err=True)
        diff = list(getattr(fault, "diff", getattr(fault, "output", ())))
        for line in diff[:_MOST_LINES]:
            shown = line if len(line) <= _MOST_COLUMNS else f"{line[:_MOST_COLUMNS]} ..."
            click.echo(printable_block(shown), err=True)
        if len(diff) > _MOST_LINES:
            click.echo(f"... and {len(diff) - _MOST_LINES} more lines", err=True)


def _untold(error: UnwritableError) -> int:
    """The result went nowhere. Nobody who closes a pipe early wants to hear of it."""
    from migrate.errors import TreeMoved

    forget_output()
    if error.broken_pipe:
        return BROKEN_PIPE
    what = f"standard output cannot be written: {error.reason}"
    hint = "what the command did stays done, and `migrate status` tells of it; give the output room"
    letter = TreeMoved(what, None, hint)
    _letter(letter)
    return letter.exit_code


def _bug(error: BaseException) -> int:
    import traceback

    from migrate.errors import BUG

    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(where.filename)}:{where.lineno}"
    click.echo(f"error: this is a bug in migrate: {type(error).__name__} at {place}", err=True)
    if os.environ.get("MIGRATE_DEBUG"):
        traceback.print_exc()
    click.echo("hint: run again with MIGRATE_DEBUG=1 and report what it prints", err=True)
    return BUG
