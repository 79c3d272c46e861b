"""`migrate lsp`."""

from __future__ import annotations

import os
import shlex
import sys

import click

from migrate.cli.context import Context, pass_context
from migrate.errors import InputError


@click.command()
@click.option("--gate/--no-gate", default=True, help="Whether the gate is looked at, too.")
@pass_context
def lsp(context: Context, gate: bool) -> int:
    """Serve an editor: the Language Server Protocol on standard input and output.

    Hover shows what a key comes to, who set it and what lost; definitions follow `extends` and
    overridden keys; diagnostics are those of lint and the gate. Unsaved texts count. Nothing is
    written, and nothing of the plans or the tree is run.

    \b
    Example:
      migrate lsp
    """
    _require_extra()
    from migrate.lsp.folder import Options
    from migrate.lsp.server import serve

    root = context.root if context.root_option is not None else None
    options = Options(context.plans, context.dialect, context.limits)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as writing:
        # What anything prints by chance must not be taken for the protocol.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        return serve(options, root, gate, sys.stdin.buffer, writing)


def _require_extra() -> None:
    """Raises InputError where the libraries of the extra `lsp` are missing."""
    try:
        import pygls.lsp.server  # noqa: F401
    except ImportError:
        command = f"{shlex.quote(sys.executable)} -m pip install 'pygls>=2,<3'"
        what = "the language server needs the extra `lsp`, which is not installed"
        raise InputError(what, None, command) from None
