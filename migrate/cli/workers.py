"""The options of every verb that can have its work done elsewhere: `--jobs` and `--scheduler`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="How many processes."
)
_scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Have a Dask cluster do it, such as tcp://host:8786."
)


def workers_options(verb: F) -> F:
    """Both options; `commands.parallel.workers` makes of them what does the work."""
    return jobs_option(_scheduler_option(verb))
