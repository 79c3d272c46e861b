"""`make case NAME=yaml-new FROM=DIR`: a case folder from a small tree, and what to read then.

The outcome that is written down is what the tool does now. It is the right one only if a person
says so after reading it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrate.changes import Change, ChangeSet
from migrate.report.paint import Paint
from tests.support import trees
from tests.support.cases import FOLDER, Case, Played, play

ACCEPT = """
Read this before you keep the case:
  1. Is every value the one that the old files gave? Work it out from them, not from the outcome.
  2. Does every comment stand above, beside or below the key that it speaks of (docs/comments.md)?
  3. A refusal: does it say what, where and what to do, and does the way out work when you take it?
  4. Cut the tree: every file and key that the case does not need makes it harder to read.
Then write {readme}: two sentences, what the case teaches and where it was met."""


def main() -> int:
    """Make or remake one case folder; 2 for what cannot be made."""
    options = _options()
    folder = FOLDER / options.name
    if options.source is not None:
        if folder.exists():
            print(f"error: {folder} is there already; leave FROM out to play it again")
            return 2
        shutil.copytree(options.source, folder / "before", ignore=shutil.ignore_patterns(".git"))
        if options.commands:
            (folder / "command.txt").write_text("\n".join(options.commands) + "\n")
    if not (folder / "before").is_dir():
        print(
            f"error: {folder}/before is no folder; name a small tree: make case NAME=... FROM=DIR"
        )
        return 2
    case = Case(folder)
    with tempfile.TemporaryDirectory() as scratch:
        played = play(case, Path(scratch))
    _keep(case, played, options.output)
    paint = Paint(sys.stdout.isatty())
    for line in _shown(case, played, paint):
        print(line)
    print(ACCEPT.format(readme=(folder / "README.md").relative_to(FOLDER.parent.parent)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make case", description=__doc__)
    parser.add_argument("name", help="the new folder below tests/cases; its first word is the kind")
    parser.add_argument("--from", dest="source", type=Path, help="the small tree to start from")
    parser.add_argument("--command", dest="commands", action="append", help="a line of command.txt")
    parser.add_argument("--output", action="store_true", help="keep what the last command prints")
    return parser.parse_args()


def _keep(case: Case, played: Played, output: bool) -> None:
    """Write down the outcome as `tests/cases/README.md` says."""
    shutil.rmtree(case.folder / "after", ignore_errors=True)
    for name in ("refusal.txt", "exit.txt"):
        (case.folder / name).unlink(missing_ok=True)
    last = played.last
    if last.err.startswith("error:") or "\nerror:" in last.err or last.code == 3:
        (case.folder / "refusal.txt").write_text(last.err, encoding="utf-8")
    else:
        trees.write(case.folder / "after", trees.theirs(played.final))
    if last.code not in (0, 3):
        (case.folder / "exit.txt").write_text(f"{last.code}\n")
    if output or (case.folder / "output.txt").exists():
        (case.folder / "output.txt").write_text(last.out, encoding="utf-8")


def _shown(case: Case, played: Played, paint: Paint) -> Iterator[str]:
    """The commands with what they printed, and the tree's difference."""
    for command, ran in zip(case.commands, played.ran, strict=False):
        yield paint(f"$ {' '.join(command)}", "bold") + (f"  (exit {ran.code})" if ran.code else "")
        yield from (ran.out + ran.err).splitlines()
    before, after = trees.theirs(played.trees[0]), trees.theirs(played.final)
    paths = sorted(before.keys() | after.keys())
    changes = [Change(path, before.get(path), after.get(path)) for path in paths]
    for change in ChangeSet.of(changes):
        yield from map(paint.diff_line, change.diff())


if __name__ == "__main__":
    raise SystemExit(main())
