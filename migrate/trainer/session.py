"""Ask the trainer for many configs at once, in a copy of the tree; nothing is written in the tree.

The program that asks stands alone in a folder of its own, and so do the answers: whatever the
trainer prints, imports or changes cannot be taken for one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress

from migrate.changes import Change
from migrate.disk.temporary import temporary_folder
from migrate.errors import InputError, Refused
from migrate.locations import SUFFIXES
from migrate.trainer import process
from migrate.trainer.answers import Answers
from migrate.trainer.ask import Asker
from migrate.trees.tree import DiskTree
from migrate.workspace.scratch import lay, listed, scratch_copy

Progress = Callable[[str, int, int], None]
_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program.py")
_CODE = (".py", ".so", ".pyd")
"""What the trainer may import although git ignores it, such as a `_version.py` of a build."""

MOST_BYTES = 4 << 30
"""A larger tree is not copied."""

Stamps = Mapping[str, object]
"""What tells that a file was written, by its path."""


@contextmanager
def session(asker: Asker, files: Iterable[str] = ()) -> Iterator[Session]:
    """Whom to ask; at the end the copy is gone, and so are the answers.

    `files` are what the configs are made of: they go along where git ignores them.
    """
    with ExitStack() as stack:
        yield Session(asker, stack, files)


class Session:
    """One copy of the tree, for one question after another; a new one where the trainer left
    something behind, which the next answers might depend on."""

    def __init__(self, asker: Asker, stack: ExitStack, files: Iterable[str]) -> None:
        self.asker = asker
        self._files = frozenset(files)
        self._stack = stack
        self._copy: str | None = None

    def ask(
        self,
        configs: Sequence[str],
        changes: Iterable[Change] = (),
        progress: Progress | None = None,
    ) -> Answers:
        """Ask for configs in the copy, with changes laid over it for this and what follows.

        Raises NotStarted where no config is answered; Refused where a config changes meanwhile, in
        the tree or in the copy.
        """
        root = self.asker.root
        before = _stamps(root, listed(root))
        copy = self._copied()
        lay(copy, changes)
        laid = _stamps_of(copy)
        folder = self._stack.enter_context(temporary_folder("migrate-ask-"))
        ended, answers = self._run(folder, copy, configs, progress)
        touched = _changed(laid, _stamps_of(copy))
        if touched:
            self._copy = None
        answers.changed = _changed(before, _stamps(root, listed(root)))
        _refuse_written(answers.changed, [path for path in touched if path in laid])
        if not answers.started:
            raise self.asker.not_started(ended)
        answers.stopped = f"ends its process, {ended}"
        if ended.code is None:
            answers.stopped = f"takes more than {self.asker.trainer.timeout} s"
        return answers

    def _copied(self) -> str:
        if self._copy is None:
            root = self.asker.root
            code = {path for path in DiskTree(root).files() if path.endswith(_CODE)}
            _refuse_large(root, {*listed(root), *code})
            copied = scratch_copy(root, besides=code | self._files)
            self._copy = self._stack.enter_context(copied)
        return self._copy

    def _run(
        self, folder: str, copy: str, configs: Sequence[str], progress: Progress | None
    ) -> tuple[process.Ended, Answers]:
        asker = self.asker
        program, question, file = (
            os.path.join(folder, name) for name in ("program.py", "question.json", "answers")
        )
        shutil.copyfile(_PROGRAM, program)
        open(file, "xb").close()
        with open(question, "w", encoding="ascii") as out:
            json.dump(asker.question(copy, file, configs), out)
        python = asker.interpreter()
        done = 0

        def grown() -> None:
            nonlocal done
            if progress is not None:
                progress(configs[done], done, len(configs))
            done = min(done + 1, len(configs) - 1)

        command, seconds = [python, "-B", program, question], asker.trainer.timeout
        try:
            ended = process.run(command, copy, _environment(copy), file, seconds, grown)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise asker.cannot_start(f"{python}: {reason}") from None
        return ended, Answers(file, configs, asker.loader, asker.limits)


def _refuse_large(root: str, paths: Iterable[str]) -> None:
    """Data that stands in a tree and is not ignored would fill the folder for temporary files."""
    sizes: dict[str, int] = {}
    for path in paths:
        with suppress(OSError):
            sizes[path] = os.lstat(os.path.join(root, path)).st_blocks * 512
    if sum(sizes.values()) > MOST_BYTES:
        what = (
            f"is the largest file of a tree of more than {MOST_BYTES >> 20:,} MiB, which would be"
        )
        hint = "let git ignore what no loader reads, such as data and checkpoints"
        largest = max(sizes, key=lambda path: sizes[path])
        raise Refused(f"{what} copied to ask the trainer in", largest, hint)


def _environment(copy: str) -> dict[str, str]:
    """The person's own, but for what would lead back to the tree or leave compiled files."""
    kept = {key: value for key, value in os.environ.items() if key != "OLDPWD"}
    return {**kept, "PWD": copy, "PYTHONDONTWRITEBYTECODE": "1"}


def _refuse_written(live: Sequence[str], copied: Sequence[str]) -> None:
    for path in filter(_is_config, live):
        what = "changed while the trainer was asked"
        hint = "run again; if nobody edits it, the trainer does: name a loader that only reads"
        raise Refused(what, path, hint)
    for path in filter(_is_config, copied):
        what = "is written by the trainer when it is asked, so that no answer holds"
        raise Refused(what, path, "name a loader that only reads")


def _is_config(path: str) -> bool:
    return path.endswith(SUFFIXES)


def _stamps(root: str, paths: Iterable[str]) -> Stamps:
    found: dict[str, object] = {}
    for path in paths:
        with suppress(OSError):  # it is gone by now
            status = os.lstat(os.path.join(root, path))
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def _stamps_of(copy: str) -> Stamps:
    try:
        return _stamps(copy, DiskTree(copy).files())
    except InputError:
        what = "the trainer removes or closes folders of the copy that it is asked in"
        raise Refused(what, None, "name a loader that only reads") from None


def _changed(before: Stamps, after: Stamps) -> list[str]:
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
