"""Case folders: what they hold, and what happened when their commands ran."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from migrate.changes import ChangeSet
from migrate.workspace.workspace import Workspace
from tests.support import trees
from tests.support.cli import Ran, migrate
from tests.support.trees import Tree

FOLDER = Path(__file__).parents[1] / "cases"


IN_ORDER = "after-lists-in-order"


def _merges_in_order() -> bool:
    """Whether the installed PyYAML merges a list of mappings in its order: releases differ."""
    return list(yaml.safe_load("<<: [{a: 1}, {b: 1}]")) == ["a", "b"]


@dataclass(frozen=True)
class Case:
    """One folder of `tests/cases`; its README says what the files mean."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def refuses(self) -> bool:
        return (self.folder / "refusal.txt").exists()

    @cached_property
    def before(self) -> Tree:
        return trees.read(self.folder / "before")

    @cached_property
    def after(self) -> Tree:
        after = trees.read(self.folder / "after")
        return {**after, **trees.read(self.folder / IN_ORDER)} if _merges_in_order() else after

    def text(self, name: str) -> str | None:
        """An optional file of the folder."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    @cached_property
    def commands(self) -> list[list[str]]:
        """The command lines, as `command.txt` says, or the usual two."""
        text = self.text("command.txt")
        if text is not None:
            return [shlex.split(line) for line in text.splitlines() if line.strip()]
        init = [] if (self.folder / "before" / "plans").exists() else [["init"]]
        return [*init, ["apply", "--all"]]

    @property
    def code(self) -> int:
        """The exit code of the last command."""
        return int(self.text("exit.txt") or (3 if self.refuses else 0))

    @property
    def rolls_out(self) -> bool:
        """Whether presets are applied, and nobody but the tool touches the tree after that."""
        verbs = [command[0] for command in self.commands]
        if self.refuses or "apply" not in verbs:
            return False
        return set(verbs[verbs.index("apply") :]) == {"apply"}


def cases() -> list[Case]:
    """Every case folder, in order of name."""
    return [Case(path) for path in sorted(FOLDER.iterdir()) if path.is_dir()]


@dataclass
class Played:
    """A case whose commands have run in `root`. `trees[n]` is how it stood before command n."""

    case: Case
    root: Path
    trees: list[Tree] = field(default_factory=list)
    modes: list[dict[str, int]] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    plan: dict[str, Any] = field(default_factory=lambda: {"steps": []})
    report: str = ""
    summary: str = ""
    landings: list[ChangeSet] = field(default_factory=list)
    """What each step was to land."""
    started: int | None = None
    """Which command was the first `apply`."""
    again: Tree = field(default_factory=dict)
    """The tree after the last command ran a second time."""
    undone: Tree = field(default_factory=dict)
    """The tree after every step was taken back, the last one first."""
    undo_modes: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> Ran:
        """What the last command did."""
        return self.ran[-1]

    @property
    def start(self) -> Tree:
        """The tree before the first `apply`."""
        assert self.started is not None
        return self.trees[self.started]

    @property
    def dialect(self) -> str:
        """The dialect that the plans name; one that they declare is read as `extends`."""
        plans = b"".join(body for path, body in self.start.items() if path.startswith("plans/"))
        named = re.search(rb"(?m)^dialect: ([\w-]+)$", plans)
        return named[1].decode() if named else "extends"

    @property
    def final(self) -> Tree:
        """The tree at the end."""
        return self.trees[-1]

    @property
    def steps(self) -> Sequence[dict[str, Any]]:
        """What `plan` had said of the rollout steps that are applied at the end."""
        shown = list(self.plan["steps"])
        return [step for step in shown if f"plans/evidence/{step['preset']}.json" in self.final]


def play(case: Case, root: Path) -> Played:
    """Run a case's commands in an empty folder up to the first that fails, then undo it all.

    Before the first `apply` the plan is asked for what it will do.
    """
    trees.write(root, {path: body for path, body in case.before.items() if path[-1] != "/"})
    played = Played(case, root)
    _remember(played)
    for command in case.commands:
        if command[0] == "apply" and played.started is None:
            _preview(played)
        played.ran.append(_run(case, root, command))
        _remember(played)
        if played.last.code:
            return played
    _run(case, root, case.commands[-1])
    played.again = trees.read(root)
    _undo(played)
    return played


def _preview(played: Played) -> None:
    played.started = len(played.ran)
    plan = migrate(played.root, "--output", "json", "plan")
    if played.case.text("report.txt") is not None:
        played.report = migrate(played.root, "plan", "-v").out
    if played.case.text("summary.txt") is not None:
        played.summary = migrate(played.root, "plan").out
    if plan.code == 0:
        played.plan = json.loads(plan.out)
        workspace = Workspace(str(played.root))
        played.landings = [step.changes for step in workspace.steps(workspace.pending())]


def _undo(played: Played) -> None:
    for step in reversed(played.steps):
        migrate(played.root, "undo", "--preset", step["preset"])
    played.undone = trees.read(played.root)
    played.undo_modes = trees.modes(played.root)


def _run(case: Case, root: Path, command: list[str]) -> Ran:
    """One line of `command.txt`: a verb of ours, or `lay FOLDER` and `remove PATH` of the user."""
    match command:
        case ["lay", folder]:
            trees.write(root, trees.read(case.folder / folder))
            return Ran(0, "", "")
        case ["remove", path]:
            (root / path).unlink()
            return Ran(0, "", "")
        case _:
            return migrate(root, *command)


def _remember(played: Played) -> None:
    played.trees.append(trees.read(played.root))
    played.modes.append(trees.modes(played.root))
