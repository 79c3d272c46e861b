"""How long an editor waits for `migrate lsp`; `python -m benchmarks.lsp [PRESETS]`.

A tree of presets on fragments; the times of single answers, without the protocol around them, and
of the look at the whole tree. Printed as the table of docs/editors.md.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.trees import synthetic
from migrate.limits import DEFAULT
from migrate.lsp.check import answers
from migrate.lsp.completion import complete
from migrate.lsp.definition import ask, definition, implementations
from migrate.lsp.folder import ConfigFolder, Options
from migrate.lsp.hover import hover
from migrate.lsp.inlay import inlays
from migrate.lsp.open_tree import collect_seldom
from migrate.lsp.spot import own_keys

ASKED = 200
"""So many answers of a kind are timed."""


def main() -> None:
    """Make the tree, ask, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as scratch:
        tree = synthetic(scratch, count)
        folder = ConfigFolder(tree.root, Options())
        print(f"| {count:,} presets | median | 95 of 100 below |")
        print("| --- | ---: | ---: |")
        for name, times in measured(folder, list(tree.presets)):
            ordered = sorted(times)
            most = ordered[len(ordered) * 95 // 100]
            print(f"| {name} | {_told(statistics.median(times))} | {_told(most)} |")


def _told(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.0f} s"


def measured(folder: ConfigFolder, presets: list[str]) -> Iterator[tuple[str, list[float]]]:
    """Each kind of answer, with its times in seconds."""
    root = folder.root
    question: dict[str, Any] = {"root": root, "plans": "plans", "dialect": None, "texts": {}}
    looks = answers({**question, "limits": [*DEFAULT], "gate": False})
    begun = time.perf_counter()
    folder.family.learn(next(looks)["links"])
    yield "who extends whom, in the other process", [time.perf_counter() - begun]
    for _ in looks:
        pass
    yield "that and lint, in the other process", [time.perf_counter() - begun]
    del looks
    gc.collect()  # it is another process that ends
    collect_seldom()
    yield "the very first hover", [_timed(_hover, folder, presets[0])]
    some = presets[1 : ASKED + 1]
    yield "hover in a preset, its file not read before", [_timed(_hover, folder, p) for p in some]
    yield "hover in a preset, again", [_timed(_hover, folder, path) for path in some]
    shared = max(folder.family.bases(presets[0]), key=lambda path: len(folder.family.below(path)))
    name = f"hover in a file on which {len(folder.family.below(shared))} presets build"
    _hover(folder, shared)
    yield name, [_timed(_hover, folder, shared) for _ in range(50)]
    yield (
        "hover after each keystroke in that file",
        [_timed(_typing, folder, shared, presets[0], number) for number in range(50)],
    )
    yield "definition", [_timed(_definition, folder, path) for path in some]
    yield "completion of keys", [_timed(_complete, folder, path) for path in some]
    yield "inlay hints of a whole file", [_timed(_hints, folder, path) for path in some]
    yield f"implementations of a key in {shared}", [_timed(_below, folder, shared)]


def _timed(work: Callable[..., object], *arguments: object) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


def _at_key(folder: ConfigFolder, path: str) -> int:
    document = folder.look(path).document
    assert document is not None
    return max((entry.key.start for _, entry in own_keys(document)), default=0)


def _hover(folder: ConfigFolder, path: str) -> None:
    assert hover(folder, path, _at_key(folder, path)) is not None


def _typing(folder: ConfigFolder, shared: str, path: str, number: int) -> None:
    folder.set_text(shared, f"{folder.text_now(shared)}# {number}\n")
    _hover(folder, path)


def _definition(folder: ConfigFolder, path: str) -> None:
    assert definition(ask(folder, path, _at_key(folder, path)))


def _complete(folder: ConfigFolder, path: str) -> None:
    text = folder.text_now(path)
    folder.set_text(path, f"{text}\n")
    assert complete(folder, path, text.count("\n"), 0)


def _hints(folder: ConfigFolder, path: str) -> None:
    assert inlays(folder, path, 0, len(folder.text_now(path)))


def _below(folder: ConfigFolder, path: str) -> None:
    assert implementations(ask(folder, path, _at_key(folder, path))) is not None


if __name__ == "__main__":
    main()
