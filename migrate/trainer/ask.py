"""Who asks the trainer: what is run, in which interpreter, and the letters if it does not start."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from migrate.errors import InputError, MissingFile
from migrate.limits import Limits
from migrate.locations import Place
from migrate.plan import Trainer, load_plans, plan_files, settings_of
from migrate.trainer.process import Ended
from migrate.workspace.view import View

_PYTHON = "python3"


class NotStarted(InputError):
    """The trainer gave no answer at all; `output` are the last lines that it printed."""

    def __init__(
        self,
        what: str,
        place: Place | str | None = None,
        hint: str = "",
        output: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, place, hint)
        self.output = output

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.place, self.hint, self.output)


class Asker:
    """One trainer, as a plan names it at `place`, for one root. `loader` is that of the dialect."""

    def __init__(
        self, trainer: Trainer, place: Place, root: str, loader: str, limits: Limits
    ) -> None:
        self.trainer = trainer
        self.place = place
        self.root = root
        self.loader = loader
        self.limits = limits

    def __str__(self) -> str:
        """What is run, for the person whose word it needs."""
        if self.trainer.command is not None:
            return self.trainer.command
        return f"{self.trainer.loader} in {self.trainer.python or _PYTHON}"

    def question(self, copy: str, file: str, configs: Sequence[str]) -> dict[str, Any]:
        """What `program` reads; `file` is where it puts the answers."""
        return {
            "root": copy,
            "live": self.root,
            "loader": self.trainer.loader,
            "command": self._command(copy),
            "configs": list(configs),
            "answers": file,
            "memory": self.trainer.memory << 20,
            "depth": self.limits.depth,
            "values": self.limits.chain_nodes,
        }

    def _command(self, copy: str) -> list[str] | None:
        """The words of the command; a program of the tree that git ignores runs where it is."""
        if self.trainer.command is None:
            return None
        words = [
            word.replace("{python}", sys.executable) for word in shlex.split(self.trainer.command)
        ]
        here, there = (os.path.join(folder, words[0]) for folder in (self.root, copy))
        ignored = "/" in words[0] and os.path.exists(here) and not os.path.exists(there)
        return [here, *words[1:]] if ignored else words

    def interpreter(self) -> str:
        """The Python that runs `program`. Raises NotStarted where there is none."""
        said = self.trainer.python or _PYTHON
        if self.trainer.loader is None or said == "{python}":
            return sys.executable
        path = os.path.expanduser(said)
        if "/" in path:
            found = os.path.join(self.root, path)
            if not os.path.isfile(found):
                raise self.cannot_start(f"{said} is not an interpreter")
            return found
        # What a relative entry of PATH leads to is the tree's choice, not the person's.
        entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
        which = shutil.which(path, path=os.pathsep.join(filter(os.path.isabs, entries)))
        if which is None:
            raise self.cannot_start(f"{said} is not found on PATH")
        return which

    def cannot_start(self, reason: str) -> NotStarted:
        """The letter for an interpreter that is none."""
        hint = "`python:` is relative to the root, or a name on PATH, or `{python}`"
        return NotStarted(f"the trainer cannot be started: {reason}", self.place, hint)

    def not_started(self, ended: Ended) -> NotStarted:
        """The letter for a process that ended before it answered anything."""
        what = f"the trainer cannot be started: {ended} before any answer"
        hint = "its last lines are below; what it imports must be there for its interpreter"
        if ended.code is None:
            what = f"the trainer gives no answer in {self.trainer.timeout} s"
            hint = "make it start faster, or raise `timeout:`; its last lines are below"
        return NotStarted(what, self.place, hint, ended.last)


def asker_of(view: View) -> Asker:
    """The trainer that the plans name. Raises InputError where none does."""
    file = view.layout.tree_file
    hint = f"write `trainer: {{loader: package.module:function}}` into {file}; see docs/trainer.md"
    try:
        plans = load_plans(view.tree, view.layout.plans)
    except MissingFile:
        hint = f"write `version: 1` and {hint.removeprefix('write ')}"
        raise MissingFile("no plan says how the trainer is asked", file, hint) from None
    if plans.trainer is None:
        raise InputError("no plan says how the trainer is asked", file, hint)
    said = settings_of(view.tree, plan_files(view.tree, view.layout.plans))
    place = said["trainer",].place(("trainer",))
    return Asker(plans.trainer, place, view.root, view.dialect.loader, view.limits)
