"""Give one target of the fuzzer bytes, until its time is up or it dies.

With atheris the search follows what the code covers; without it, seeds are mutated blindly. How far
it got stands in a file that outlives this process, so that whoever started it can tell.
"""

from __future__ import annotations

import argparse
import mmap
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

if TYPE_CHECKING:
    from tests.hostile.targets.target import Target

MEMORY = 2 << 30
LONGEST = 1 << 16
"""Bytes of the longest input."""
MOST_SECONDS = 5.0
"""Seconds of the processor for one input, which takes milliseconds."""
_HEAD = struct.Struct("<QdQ")


class Progress:
    """Inputs tried, the slowest one's seconds, and the input that is being tried."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_HEAD.size + LONGEST))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def read(self) -> tuple[int, float, bytes]:
        """Inputs, seconds, input."""
        count, slowest, length = _HEAD.unpack_from(self._map)
        return count, slowest, self._map[_HEAD.size : _HEAD.size + length]

    def begin(self, content: bytes) -> None:
        """An input is about to be tried."""
        count, slowest, _ = _HEAD.unpack_from(self._map)
        _HEAD.pack_into(self._map, 0, count + 1, slowest, len(content))
        self._map[_HEAD.size : _HEAD.size + len(content)] = content

    def took(self, seconds: float) -> None:
        """It was tried."""
        count, slowest, length = _HEAD.unpack_from(self._map)
        _HEAD.pack_into(self._map, 0, count, max(slowest, seconds), length)


class TooLong(BaseException):
    """An input that takes more than its time; no `except Exception` may hide it."""


class Tried:
    """Runs a target on inputs and keeps those that break a promise, one of each kind."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.progress = Progress(folder / "progress")

    def __call__(self, content: bytes) -> None:
        """Try one input."""
        content = content[:LONGEST]
        self.progress.begin(content)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        try:
            self.target.run(content)
        except (Exception, TooLong) as error:  # noqa: BLE001 - any of them is a finding
            self._keep(content, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.progress.took(time.process_time() - began)

    def _keep(self, content: bytes, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if str(REPOSITORY) in frame.filename] or frames
        kind = f"{type(error).__name__}-{Path(own[-1].filename).stem}-{own[-1].lineno}"
        path = self.folder / kind
        if not path.exists() or len(content) < path.stat().st_size:
            path.write_bytes(content)
            path.with_suffix(".why").write_text(
                "".join(traceback.format_exception(error))[-4000:], errors="backslashreplace"
            )


def too_long(*_: object) -> None:
    """Called when an input has had its time."""
    raise TooLong


def by_mutation(tried: Tried, seconds: float, seed: int) -> None:
    """Mutated seeds, and mixtures of two of them."""
    from tools.fuzz_trees import mutated

    until, chance = time.monotonic() + seconds, random.Random(seed)
    seeds = tried.target.seeds()
    for one in seeds:
        tried(one)
    while time.monotonic() < until:
        content = chance.choice(seeds)
        if chance.random() < 0.2:
            other = chance.choice(seeds)
            content = (
                content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]
            )
        tried(mutated(content, chance))


def by_coverage(atheris: Any, tried: Tried, seconds: float, seed: int) -> None:
    """What atheris makes of the seeds, with our mutations among its own; ends the process."""
    from tools.fuzz_trees import mutated

    def mutate(content: bytes, longest: int, chance: int) -> bytes:
        if chance % 2:
            return mutated(content, random.Random(chance))[:longest]
        return bytes(atheris.Mutate(content, longest))

    corpus = Path(tempfile.mkdtemp(prefix="migrate-fuzz-corpus-"))
    for number, content in enumerate(tried.target.seeds()):
        (corpus / str(number)).write_bytes(content)
    flags = [
        *(f"-max_total_time={int(seconds)}", f"-max_len={LONGEST}", f"-seed={seed + 1}"),
        *("-rss_limit_mb=0", "-timeout=1000", "-verbosity=0", f"-artifact_prefix={tried.folder}/"),
    ]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], tried, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> None:
    """One target; what is left is read from the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--blind", action="store_true")
    options = parser.parse_args()
    atheris: Any = None
    if not options.blind:
        with suppress(ImportError):
            atheris = import_module("atheris")
    with atheris.instrument_imports(include=["migrate"]) if atheris else nullcontext():
        from tests.hostile.targets import TARGETS
    warnings.simplefilter("error")
    signal.signal(signal.SIGPROF, too_long)
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tried = Tried(TARGETS[options.target], options.folder)
    if atheris:
        by_coverage(atheris, tried, options.seconds, options.seed)
    else:
        by_mutation(tried, options.seconds, options.seed)


if __name__ == "__main__":
    main()
