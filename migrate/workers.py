"""Where work is done: in this process, or where an executor has it done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Workers(NamedTuple):
    """Where work is done: any executor, and how many work at a time; None: here."""

    pool: Executor | None = None
    number: int = 1


HERE = Workers()

PORTIONS = 4
"""So many portions for each worker: the last ones then end at about the same time."""

T = TypeVar("T")
R = TypeVar("R")


def chunks(items: Sequence[T], portions: int) -> list[list[T]]:
    """The items in so many runs of almost the same length, none of them empty."""
    size = max(1, -(-len(items) // max(1, portions)))
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def each_chunk(
    work: Callable[[list[T]], list[R]], items: Sequence[T], portions: int, pool: Executor | None
) -> Iterator[R]:
    """`work` over the items in so many portions, the results in the items' order.

    Without an executor everything runs here.
    """
    parts = chunks(items, portions)
    if pool is None:
        for part in parts:
            yield from work(part)
        return
    for results in pool.map(work, parts):
        yield from results
