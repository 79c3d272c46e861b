"""Work on many presets in several processes; the results come in order, whoever was first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

T = TypeVar("T")
R = TypeVar("R")


def chunks(items: Sequence[T], jobs: int) -> list[list[T]]:
    """The items in `jobs` runs of almost the same length, none of them empty."""
    size = max(1, -(-len(items) // max(1, jobs)))
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def each_chunk(
    work: Callable[[list[T]], list[R]], items: Sequence[T], jobs: int, pool: Executor | None
) -> Iterator[R]:
    """`work` over chunks of the items, in their order; any executor will do.

    With one job and no executor everything runs here.
    """
    parts = chunks(items, jobs)
    if pool is None:
        for part in parts:
            yield from work(part)
        return
    for results in pool.map(work, parts):
        yield from results


@contextmanager
def pool_of(jobs: int) -> Iterator[Executor | None]:
    """A process pool for more than one job, None for one."""
    if jobs <= 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor  # one process does without

    with ProcessPoolExecutor(jobs) as pool:
        yield pool
