"""The verbs that compare and check: diff, lint, flatten, schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from migrate.cli.complete import EPILOG, complete_config
from migrate.cli.context import Context, pass_context
from migrate.errors import DONE, FOUND
from migrate.report.paint import plural

if TYPE_CHECKING:
    from migrate.commands.lint import Linted
    from migrate.commands.show import Flattened

IN_TREE = "A CONFIG is a path, a preset's name or legacy:NAME."


@click.command(epilog=EPILOG)
@click.argument("left", shell_complete=complete_config)
@click.argument("right", shell_complete=complete_config)
@click.option("--profile", metavar="FILE", help="A parity profile, if not the one of the plans.")
@click.option("--full", is_flag=True, help="Long values in full.")
@pass_context
def diff(context: Context, left: str, right: str, profile: str | None, full: bool) -> int:
    """What differs between two configs after resolving, allowed and forbidden apart.

    Exits 0 if they are equal or differ only as the parity profile allows, else 1.

    \b
    Example:
      migrate diff legacy:grpo_dense configs/train/grpo/dense_2048.yaml
      migrate diff git:main:configs/debug.yaml configs/debug.yaml
    """
    from migrate.commands.compare import compare
    from migrate.report.look_diff import diff_data, diff_lines

    context.recover()
    found = compare(context.view, left, right, profile)
    if context.as_json:
        context.give(diff_data(found))
    else:
        full = full or context.verbose > 0
        context.say_lines(diff_lines(found, context.paint, full))
    return FOUND if found.forbidden else DONE


@click.command(epilog=IN_TREE)
@click.argument("configs", nargs=-1, shell_complete=complete_config)
@click.option("--drift", is_flag=True, help="List the keys that presets disagree about, and where.")
@click.option("--key", metavar="PATTERN", help="With --drift: only these keys, as in training.**")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--output", type=click.Choice(["text", "json", "sarif", "github"]))
@pass_context
def lint(
    context: Context,
    configs: tuple[str, ...],
    drift: bool,
    key: str | None,
    strict: bool,
    output: str | None,
) -> int:
    """The layer rules, and what else is worth knowing: of the named configs, or of every preset.

    Layer rules are errors. Values that YAML 1.1 and 1.2 read differently, duplicate keys and keys
    spelled differently are warnings; restated values and overlays that have grown are notes.

    \b
    Example:
      migrate lint --output sarif > lint.sarif
    """
    from migrate.commands.lint import lint as run

    if key is not None and not drift:
        raise click.UsageError("--key goes with --drift")
    context.recover()
    found = run(context.view, configs, drift, key)
    _lint_told(context, found, output or context.output)
    return FOUND if found.failed(strict) else DONE


def _lint_told(context: Context, found: Linted, output: str) -> None:
    from migrate.report.look_lint import lint_data, lint_lines
    from migrate.report.sarif import github_lines, sarif

    if output == "json":
        context.give(lint_data(found))
    elif output == "sarif":
        from importlib.metadata import version

        from migrate.rules import described

        log = sarif(found.findings, described(), version("config-migrate"))
        context.bytes_out((json.dumps(log, indent=2, ensure_ascii=False) + "\n").encode())
    elif output == "github":
        context.say("\n".join(github_lines(found.findings)))
    else:
        lines = lint_lines(found, context.paint, context.quiet)
        context.say_lines(map(context.layout.addressed, lines))


@click.command(epilog=IN_TREE)
@click.argument("config", shell_complete=complete_config)
@click.option("--onto", multiple=True, metavar="PARENT", help="Extend this file; repeatable.")
@click.option("-o", "--out", metavar="FILE", help="Write the file here instead of printing it.")
@pass_context
def flatten(context: Context, config: str, onto: tuple[str, ...], out: str | None) -> int:
    """One config as one file, comments beside their keys; no plan needed.

    Without --onto everything is inlined. Without -o the file alone is printed. Comments that are
    dropped, such as those of overridden values, are listed on standard error.

    \b
    Example:
      migrate flatten configs/train/grpo/dense_2048.yaml --onto configs/base.yaml -o new.yaml
    """
    from migrate.commands.show import flatten_config

    if out is None:
        context.recover()
        flat = flatten_config(context.view, config, onto)
        context.bytes_out(flat.content)
        _tell_dropped(context, flat)
        return DONE
    from migrate.changes import Change, ChangeSet
    from migrate.journal import land

    with context.writing() as disk:
        flat = flatten_config(context.view, config, onto, out)
        path = context.view.path(out)
        before = context.view.tree.read(path) if context.view.tree.exists(path) else None
        change = Change(path, before, flat.content, f"flatten {flat.path}")
        land(ChangeSet.of([change]), disk, f"flatten {flat.path}")
    _flattened(context, flat, path, before)
    _tell_dropped(context, flat)
    return DONE


def _flattened(context: Context, flat: Flattened, path: str, before: bytes | None) -> None:
    kept, dropped = flat.comments.kept, len(flat.comments.dropped)
    done = "wrote" if before != flat.content else "left as it was:"
    if context.as_json:
        from migrate.report.dropped import dropped_data

        comments = {"kept": kept, "dropped": dropped}
        listed = dropped_data(flat.comments.dropped)
        context.give(
            {"config": flat.path, "path": path, "comments": comments, "dropped_comments": listed}
        )
    else:
        context.say(f"{done} {path}; {plural(kept, 'comment')} kept, {dropped} dropped")


def _tell_dropped(context: Context, flat: Flattened) -> None:
    """No comment goes without a word."""
    from migrate.report.dropped import dropped_lines

    if dropped := flat.comments.dropped:
        context.tell(f"{plural(len(dropped), 'comment')} dropped:")
        context.tell("\n".join(dropped_lines(dropped, "  ")))


@click.command()
@click.argument("kind", type=click.Choice(["plan", "parity"]))
@pass_context
def schema(context: Context, kind: str) -> int:
    """JSON Schema of a file kind, for editors.

    \b
    Example:
      migrate schema plan > docs/schema/plan.json
    """
    from migrate.plan import schema_text

    context.bytes_out(schema_text(kind).encode())
    return DONE
