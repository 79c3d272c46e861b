"""The gate as people call it: what was found before if nothing has changed, else a new look."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from migrate.locations import PRIVATE
from migrate.trees.tree import DiskTree
from migrate.verification.cache import Memory
from migrate.verification.result import VerifyResult, restored
from migrate.workers import HERE, Workers
from migrate.workspace.parallel import Progress

if TYPE_CHECKING:
    from migrate.workspace.workspace import Workspace

TRUST = f"{PRIVATE}/trust.json"


class CachedVerify:
    """One call of the gate. `workspace` is made only if the tree has to be looked at again.

    `recalled` says whether the answer is that of an earlier look.
    """

    def __init__(
        self, root: str, workspace: Callable[[], Workspace], options: dict[str, Any]
    ) -> None:
        self.tree = DiskTree(root, options["limits"])
        question = {
            **options,
            "limits": list(options["limits"]),
            "root": self.tree.root,  # as it is spelled: letters name it
            "python": sys.version,
        }
        self.strict = bool(options.get("strict"))
        self.so_far = bool(options.get("so_far"))
        self.memory = Memory(root, "verify-strict" if self.strict else "verify", question)
        self._workspace = workspace
        self.recalled = False

    def answer(
        self,
        names: Iterable[str] = (),
        allow_commands: bool = False,
        fresh: bool = False,
        workers: Workers = HERE,
        progress: Progress | None = None,
    ) -> VerifyResult:
        """Run every check; of all presets, remember what was found, but for a rollout so far: there
        the steps to come are made, and all that they look at is not recorded.

        `allow_commands` says that gate commands may run, `fresh` that nothing be recalled.
        Raises MigrateError if the plans cannot be read.
        """
        chosen = tuple(names)
        partly = chosen or self.so_far
        known = None if partly or fresh else self.memory.recall(self.tree)
        if known is not None:
            self.recalled = True
            result = restored(known["found"])
            if not allow_commands and not os.path.lexists(self.tree.absolute(TRUST)):
                result.findings += restored(known["gates"]).findings
                return result
        from migrate.plan import select
        from migrate.trees.recording import RecordingTree
        from migrate.verification.gate_commands import not_run
        from migrate.verification.run import checked, gates_of

        workspace = self._workspace().fresh()  # what was read before was not watched
        workspace.tree = watched = RecordingTree(self.tree)
        selected = select(workspace.plans, chosen)
        if known is None:
            scans = None if fresh else workspace.scans("verify")
            result = checked(
                workspace, selected, workers, progress, self.strict, self.so_far, scans
            )
            result.remarks = workspace.unfollowed([*watched.digests])
            if not partly:
                told = VerifyResult(findings=not_run(selected))
                answer = {"found": result.data(), "gates": told.data()}
                self.memory.remember(watched, workspace.plans.config_root, answer)
        result.findings += gates_of(workspace, result, selected, allow_commands)
        return result
