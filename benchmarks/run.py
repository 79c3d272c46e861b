"""Measure time and memory and print them beside their floors and aims (`make bench`)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence

from benchmarks import code, rows, scale, trees
from benchmarks.measure import Failed
from benchmarks.rows import Row

HEAD = ("what", "took", "floor", "ratio", "aim", "", "wall", "compared with", "outliers")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--repeats", type=int, default=7, metavar="N", help="runs per task")
    parser.add_argument("--small", action="store_true", help="without the synthetic trees")
    parser.add_argument("--code", type=int, default=5_000, metavar="N", help="files of code; or 0")
    parser.add_argument("--resolve", action="store_true", help="of those, only resolving them")
    parser.add_argument("--trees", metavar="DIR", help="keep the rolled out trees there")
    return parser.parse_args()


def _rows(options: argparse.Namespace, scratch: str) -> Iterator[Row]:
    tree = trees.rollout(os.path.join(scratch, "rollout"))
    yield from _try(lambda: rows.start_up(tree, scratch)[:1], options.repeats)
    yield from _try(lambda: rows.start_up(tree, scratch)[1:], options.repeats)
    yield from _try(lambda: rows.looks(tree, scratch), options.repeats)
    yield from _try(lambda: rows.verbs(tree, scratch), options.repeats)
    yield from rows.memory(tree, scratch)
    if options.code:
        around = code.code_tree(tree, os.path.join(scratch, "code"), options.code)
        yield from _try(lambda: code.pairs(around, scratch), max(1, options.repeats // 2))
    if options.small:
        return
    few, many = (_synthetic(scratch, count) for count in (1_000, 10_000))
    fewer = max(1, options.repeats // 2)
    yield from _try(lambda: scale.resolving(few, scratch, 4), fewer)
    yield from _try(lambda: scale.resolving(many, scratch, 3), 1)
    yield scale.memory(few, many, scratch)
    if options.resolve:
        return
    print("rolling out the synthetic trees; some minutes", file=sys.stderr)
    trees_at = options.trees or scratch
    some, all_of_them = (_planned(tree, trees_at) for tree in (few, many))
    yield from _try(lambda: scale.planning(some, scratch), fewer)
    yield from _try(lambda: scale.planning(all_of_them, scratch), 1)
    yield from _try(lambda: scale.verifying(some, scratch, None), fewer)
    yield from _try(lambda: scale.verifying(all_of_them, scratch, 4), 1)
    yield from scale.memory_of_verbs(some, all_of_them, scratch)


def _synthetic(scratch: str, count: int) -> trees.Synthetic:
    return trees.synthetic(os.path.join(scratch, f"synthetic-{count}"), count)


def _planned(tree: trees.Synthetic, scratch: str) -> scale.PlannedPreset:
    return scale.planned(tree, os.path.join(scratch, f"planned-{len(tree.presets)}"))


def _try(pairs: Callable[[], Sequence[rows.Pair]], repeats: int) -> Iterator[Row]:
    """A command that fails is said, and the other rows are measured all the same."""
    try:
        yield from rows.measured(pairs(), repeats)
    except Failed as error:
        print(f"not measured: {error}", file=sys.stderr)


def _cells(row: Row) -> tuple[str, ...]:
    ratio, aim, unit = f"{row.ratio:.2f}", f"{row.aim:g}" if row.aim else "", f" {row.unit}"
    if row.judged == "memory":
        aim += " MiB" if row.aim == 20 else " kB"
        ratio = f"+{row.ratio:.1f}"
    verdict = {True: "ok", False: "OVER", None: ""}[row.ok]
    wall = f"{row.wall:.0f} ms, {row.wall_ratio:.2f}" if row.judged != "memory" else ""
    by = f"{row.against} ({row.judged})"
    took, floor = f"{row.value:.1f}{unit}", f"{row.floor:.1f}{unit}"
    return row.what, took, floor, ratio, aim, verdict, wall, by, row.outliers


def _table(found: Sequence[Row]) -> str:
    lines = [HEAD, *map(_cells, found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    numbers = range(1, 4)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _machine() -> str:
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}"


def main() -> int:
    """Run everything in a scratch folder. Exits 0 whatever the ratios are: told, not judged."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="migrate-bench-") as scratch:
        before = _machine()
        found = list(_rows(options, scratch))
    if options.json:
        print(json.dumps({"machine": before, "rows": [row.data() for row in found]}, indent=2))
        return 0
    print(_table(found))
    print(f"\n{before}; medians of {options.repeats} runs in turns; ratios are of the kind named")
    return 0


if __name__ == "__main__":
    sys.exit(main())
