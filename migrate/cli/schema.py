"""`migrate schema`."""

from __future__ import annotations

import click

from migrate.cli.context import Context, pass_context
from migrate.errors import DONE
from migrate.plan import schema_text


@click.command()
@click.argument("kind", type=click.Choice(["plan", "parity", "accepted"]))
@pass_context
def schema(context: Context, kind: str) -> int:
    """Print the JSON Schema of a kind of file, for editors.

    \b
    Example:
      migrate schema plan > docs/schema/plan.json
    """
    context.bytes_out(schema_text(kind).encode(), for_people=True)
    return DONE
