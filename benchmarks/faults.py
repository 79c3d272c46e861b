"""The full fault matrix: every landing of every case folder, and of this repository's rollout.

`python benchmarks/faults.py [--jobs 2] [--limit 1]` prints a line for each landing and their sum,
and exits 1 if a tree is mixed. The rollout's landings are tried both ways, as `undo` lands too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.trees import rollout
from migrate.changes import ChangeSet
from migrate.commands.port import port
from migrate.workspace.workspace import Workspace
from tests.landing.matrix import Matrix, fault_matrix
from tests.support import trees
from tests.support.cases import Case, cases, play
from tests.support.crashes import laid_over, near
from tests.support.trees import Tree

Landing = tuple[str, Tree, ChangeSet]


def landings_of_case(case: Case) -> Iterator[Landing]:
    """The landings of a case, each with the tree it begins from."""
    with tempfile.TemporaryDirectory() as folder:
        played = play(case, Path(folder))
    yield from _each(case.name, played.start, played.landings)


def landings_of_rollout() -> Iterator[Landing]:
    """The landings of this repository's rollout, and the way back through them."""
    with tempfile.TemporaryDirectory() as folder:
        root = rollout(folder).pending
        workspace = Workspace(root)
        steps = [step.changes for step in workspace.steps(workspace.pending())]
        start = trees.read(Path(root))
    forward = list(_each("rollout", start, steps))
    yield from forward
    for name, tree, changes in reversed(forward):
        yield f"{name} undone", laid_over(tree, changes), changes.inverse()


def landing_of_port() -> Landing:
    """What `port` lands after that rollout, when a merge brought back an edited fragment."""
    fragment = "configs/components/training/sft_defaults.yaml"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(rollout(folder).applied)
        frozen = (root / fragment.replace("configs/", "configs/legacy/")).read_bytes()
        edited = frozen.replace(b"weight_decay: 0.05", b"weight_decay: 7.0e-2  # run 88")
        trees.write(root, {fragment: edited + b"fresh: 1\n"})
        changes = port(Workspace(str(root))).changes
        tree = {path: body for path, body in trees.read(root).items() if not path.endswith("/")}
    return "port", tree, changes


def _each(name: str, start: Tree, steps: Iterable[ChangeSet]) -> Iterator[Landing]:
    tree = {path: body for path, body in start.items() if not path.endswith("/")}
    for number, changes in enumerate(steps, 1):
        yield f"{name}, step {number}", tree, changes
        tree = laid_over(tree, changes)


def total(matrices: Iterable[Matrix]) -> Matrix:
    """The sum of several matrices."""
    whole = Matrix()
    for matrix in matrices:
        whole.steps += matrix.steps
        whole.runs += matrix.runs
        whole.crashes += matrix.crashes
        whole.complete &= matrix.complete
        whole.mixed += matrix.mixed
    return whole


def tried(landing: Landing, limit: int, most: int = 20_000) -> tuple[str, Matrix]:
    """The matrix of one landing, with its name."""
    name, tree, changes = landing
    return name, fault_matrix(near(tree, changes), changes, limit=limit, most=most)


def _landings() -> Iterator[Landing]:
    yield from landings_of_rollout()
    yield landing_of_port()
    for case in cases():
        if case.rolls_out:
            yield from landings_of_case(case)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--limit", type=int, default=1, help="as in tests/landing/matrix.py")
    arguments.add_argument("--most", type=int, default=20_000, help="crashed disks per landing")
    given = arguments.parse_args()
    start, found = time.monotonic(), []
    with ProcessPoolExecutor(given.jobs) as pool:
        waiting = [pool.submit(tried, one, given.limit, given.most) for one in _landings()]
        for future in waiting:
            name, matrix = future.result()
            found.append(matrix)
            print(f"{name}: {matrix}", *matrix.mixed[:5], sep="\n  ", flush=True)
    whole = total(found)
    print(f"{len(found)} landings, {time.monotonic() - start:.0f} s: {whole}")
    return 1 if whole.mixed else 0


if __name__ == "__main__":
    sys.exit(main())
