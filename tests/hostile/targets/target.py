"""What one target of the fuzzer is, and what every one of them may raise."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import MigrateError

SEEDS = Path(__file__).parents[1] / "seeds"
CASES = Path(__file__).parents[2]
LONGEST = 16_384
"""Bytes of the longest seed: a search is fast on small ones."""

_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Target:
    """`run` takes any bytes; what it raises breaks a promise. `samples` are bytes to begin with."""

    name: str
    run: Callable[[bytes], None]
    samples: Callable[[], Iterable[bytes]]

    def seeds(self) -> list[bytes]:
        """What was kept because it found something, and what a search begins with."""
        samples = (one for one in self.samples() if len(one) <= LONGEST)
        return list(dict.fromkeys([*self.kept().values(), *samples]))

    def kept(self) -> dict[str, bytes]:
        """The seeds in the repository by their names."""
        folder = SEEDS / self.name
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


@contextmanager
def letters_only() -> Iterator[None]:
    """Take errors that are letters, with nothing in them that a terminal obeys; let others out."""
    try:
        yield
    except MigrateError as error:
        letter = error.render()
        raw = _RAW.search(letter)
        assert raw is None, f"{raw.group()!r} in {letter!r}"
        assert len(letter) < 200_000


def scratch() -> Path:
    """A folder for as long as the process lives."""
    folder = tempfile.mkdtemp(prefix="migrate-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def of_cases(folder: str, *patterns: str) -> Iterator[bytes]:
    """The bytes of files in the case folders below `tests/FOLDER`."""
    for pattern in patterns:
        for path in sorted((CASES / folder).glob(f"*/before/**/{pattern}")):
            if path.is_file():
                yield path.read_bytes()
