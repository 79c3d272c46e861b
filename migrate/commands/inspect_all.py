"""`migrate inspect` of several configs, here or wherever the workers are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from migrate.commands.inspect import Inspected, inspect
from migrate.errors import InputError
from migrate.workspace.parallel import HERE, PORTIONS, Workers, each_chunk
from migrate.workspace.view import View


def inspect_all(
    view: View, configs: Sequence[str], with_fusion: bool = False, workers: Workers = HERE
) -> Iterator[Inspected | InputError]:
    """Resolve many configs in their order; for one that cannot be, what is wrong with it."""
    work = partial(_inspect_each, view, with_fusion)
    if workers.pool is None:
        return each_chunk(work, configs, len(configs), None)
    _ = view.dialect  # what is to be said of it is said here, once
    return each_chunk(work, configs, PORTIONS * workers.number, workers.pool)


def _inspect_each(
    view: View, with_fusion: bool, configs: list[str]
) -> list[Inspected | InputError]:
    found: list[Inspected | InputError] = []
    for config in configs:
        try:
            found.append(inspect(view, config, with_fusion))
        except InputError as error:
            found.append(error)
    return found
