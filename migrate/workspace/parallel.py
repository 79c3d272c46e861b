"""Work on many presets in several processes; the results come in order, whoever was first."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from migrate.errors import InputError, TreeMoved
from migrate.workers import HERE, Workers

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Named(Protocol):
    """What has a name that progress can tell."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)
Progress = Callable[[str, int, int], None]
"""Told of what is at work: its name, how many are done, how many there are."""


def telling(names: Sequence[N], progress: Progress | None) -> Iterator[N]:
    """What has names, one after another, each told when its turn comes."""
    for number, one in enumerate(names):
        if progress is not None:
            progress(one.name, number, len(names))
        yield one


@contextmanager
def workers(jobs: int, scheduler: str | None = None) -> Iterator[Workers]:
    """A process pool for more than one job, the Dask cluster of a scheduler's address, or neither.

    Raises InputError where Dask is not installed or no scheduler answers, TreeMoved where one that
    works is ended from outside.
    """
    if scheduler is not None:
        with _cluster(scheduler) as found:
            yield found
    elif jobs <= 1:
        yield HERE
    else:
        with _processes(jobs) as pool:
            yield Workers(pool, jobs)


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """A pool whose processes end with this one, and at once."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
    from multiprocessing import active_children

    others = set(active_children())
    try:
        with ProcessPoolExecutor(_bounded(jobs), initializer=_end_on_signals) as pool:
            try:
                _start(pool)
                yield pool
            except KeyboardInterrupt:
                for process in set(active_children()) - others:
                    process.terminate()
                raise
    except BrokenProcessPool:
        hint = "run it again; with fewer --jobs, if memory was short"
        raise TreeMoved(_ENDED, None, hint) from None


def _bounded(jobs: int) -> int:
    """No more processes than a few for each core: the others would only take memory."""
    return min(jobs, 4 * (os.cpu_count() or 1))


def _start(pool: Executor) -> None:
    """Make the processes while no signal is let in: each first learns what to do with one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        pool.submit(int)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _end_on_signals() -> None:
    """What this process makes of signals is not for its workers: a pool ends them by one."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


_ENDING = (signal.SIGINT, signal.SIGTERM)
_ENDED = "a process that did part of the work was ended from outside"


@contextmanager
def _cluster(address: str) -> Iterator[Workers]:
    """The workers of a Dask cluster; they read the tree at the same path as this process."""
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        hint = "pip install 'config-migrate[dask]', or --jobs N for processes of this machine"
        raise InputError("Dask is not installed", None, hint) from None
    if not re.fullmatch(_ADDRESS, address):
        raise InputError("is no address of a scheduler", address, "write tcp://HOST:PORT")
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # a time-out is an OSError; an unknown protocol is not
        hint = "start one with `dask scheduler`, or correct the address"
        raise InputError(f"no Dask scheduler answers: {error}", address, hint) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            hint = "start some with `dask worker`, on machines that see this tree at the same path"
            raise InputError("the Dask cluster has no workers", address, hint)
        try:
            yield Workers(client.get_executor(), threads)
        except KilledWorker:
            hint = "look into the logs of the cluster's workers; the memory of one may be short"
            raise TreeMoved(_ENDED, None, hint) from None


_ADDRESS = r"(?:(?:tcp|tls|ucx|wss?)://)?(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):\d+"
SECONDS = 10
"""So long a scheduler may take to answer."""
