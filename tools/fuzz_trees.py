"""Feed spoiled trees to every verb: no traceback, no hang, no file changed that should not be.

Bytes are case folders with a few mutations, structure is what hypothesis draws; a seed repeats a
run. Nothing is kept but the inputs that failed.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.roots import rolled, shot, write
from tests.hostile.texts import EXTENDS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CASES = Path(__file__).parents[1] / "tests" / "cases"
PRESET = "configs/train/p.yaml"
VERBS = (
    ["inspect", PRESET],
    ["--output", "json", "explain", PRESET],
    ["lint"],
    ["plan"],
    ["verify"],
    ["status"],
    ["undo", "--preset", "p"],
    ["apply", "--all", "--dry-run"],
)
SPICE = (
    b"&a ", b"*a", b"<<: ", b"!!int ", b"? ", b"- ", b": ", b"{", b"}", b"[", b"]", b"'", b'"',
    b"|\n", b">-\n", b"#", b"\r", b"\r\n", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"---\n",
    b"...\n",
    b"%TAG ! x\n", b"extends: ", b"../", b"0x", b"1:1", b".nan", b"~", b"\xe2\x80\xa8", b"null",
    b"*",
)  # fmt: skip
EXPECTED = (0, 1, 3, 4)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to five bytes, lines or pieces of syntax changed."""
    for _ in range(chance.randint(1, 5)):
        at, end = sorted(chance.randint(0, len(content)) for _ in range(2))
        content = chance.choice(
            (
                content[:at] + content[at + 1 :],
                content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :],
                content[:at] + chance.choice(SPICE) + content[at:],
                content[:at] + content[min(end, at + 200) :],
                content[:at] + content[at : at + 200] * chance.randint(2, 5) + content[at:],
            )
        )
    return content


def structured() -> SearchStrategy[bytes]:
    """Configs, plans and records as any structure, spelled as JSON, which is YAML too."""
    import json

    from hypothesis import strategies as st

    keys = st.sampled_from(
        ["extends", "version", "presets", "from", "to", "inline", "gates", "rules", "p", "a", "<<"]
    )
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=20,
    )
    return st.dictionaries(keys, values, max_size=5).map(lambda data: json.dumps(data).encode())


class Fuzzer:
    """One finished rollout, spoiled over and over."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.server = Server()
        self.folder = folder
        self.root = rolled(self.server, folder, applied=True)
        self.texts = [path.read_bytes() for path in sorted(CASES.glob("*/before/**/*.yaml"))]
        self.victims = [
            *sorted(
                str(path.relative_to(self.root))
                for pattern in (
                    "configs/**/*.yaml",
                    "plans/**/*.*",
                    "configs/legacy/MANIFEST.sha256",
                )
                for path in self.root.glob(pattern)
            ),
            ".migrate/journal",
        ]
        self.before = shot(self.root)
        self.codes: Counter[int] = Counter()
        self.failed: list[str] = []
        self.inputs = 0

    def try_bytes(self) -> None:
        """One mutated file in the place of one file."""
        path = self.chance.choice(self.victims)
        own = self.root / path
        known = [own.read_bytes()] if own.exists() else [b'{"version": 1, "entries": []}']
        seed = self.chance.choice([*known, *known, self.chance.choice(self.texts), EXTENDS])
        self.try_one(path, mutated(seed, self.chance))

    def try_one(self, path: str, content: bytes) -> None:
        """Spoil one file, run a verb or two, put it back."""
        self.inputs += 1
        target = self.root / path
        kept = target.read_bytes() if target.exists() else None
        write(self.root, path, content)
        before = shot(self.root)
        for verb in self.chance.sample(VERBS, 2):
            ran = self.server.run(self.root, *verb)
            self.codes[ran.code] += 1
            try:
                check(ran, EXPECTED)
                assert ran.code == 0 or shot(self.root) == before, "a file was changed"
            except AssertionError as error:
                self.keep(path, content, verb, str(error))
            if shot(self.root) != before:
                self.restore()
                return
        target.unlink() if kept is None else target.write_bytes(kept)

    def restore(self) -> None:
        """The rollout anew, after a verb that was free to change it."""
        shutil.rmtree(self.root)
        self.root = rolled(self.server, self.folder, applied=True)

    def keep(self, path: str, content: bytes, verb: list[str], why: str) -> None:
        """Remember an input that failed."""
        kept = Path(tempfile.mkdtemp(prefix="migrate-fuzz-")) / "input"
        kept.write_bytes(content)
        self.failed.append(f"{path} = {kept}: {' '.join(verb)}: {why[-300:]}")

    def close(self) -> None:
        """End the server."""
        self.server.close()


def fuzz_structure(fuzzer: Fuzzer, seed: int, until: float, examples: int) -> None:
    """What hypothesis draws, until the time is up."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    @seeded(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(structured())
    def one(content: bytes) -> None:
        if time.monotonic() < until:
            fuzzer.try_one(fuzzer.chance.choice(fuzzer.victims), content)

    one()


def fuzz(seconds: float, seed: int) -> Fuzzer:
    """Half of the time for bytes, half for structure."""
    with tempfile.TemporaryDirectory(prefix="migrate-fuzz-") as folder:
        fuzzer = Fuzzer(seed, Path(folder))
        half = time.monotonic() + seconds / 2
        while time.monotonic() < half:
            fuzzer.try_bytes()
        fuzz_structure(fuzzer, seed, half + seconds / 2, examples=int(seconds * 8) + 5)
        fuzzer.close()
    return fuzzer
