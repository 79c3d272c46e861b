"""`migrate lsp`."""

from __future__ import annotations

import importlib.util
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
        what = "the language server needs the extra `lsp`, which is not installed"
        raise InputError(what, None, _installing("pygls>=2,<3")) from None


def _installing(library: str) -> str:
    """The command that adds a library to where this runs. What uv made has no pip of its own."""
    python, wanted = shlex.quote(sys.executable), shlex.quote(library)
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {python} {wanted}"
    return f"{python} -m pip install {wanted}"
