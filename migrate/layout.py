"""Where a rollout keeps what it writes: the one owner of the names of its folders and files."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from functools import lru_cache
from typing import NamedTuple

from migrate.errors import InputError
from migrate.locations import LEGACY, PRIVATE, outside
from migrate.trees.tree import SKIPPED_FOLDERS

_COMMAND = (
    r"\bmigrate (?=(?:init|plan|apply|adopt|port|accept|verify|status|undo|finalize|rehearse"
    r"|lint|set|mv|table|diff|report)\b)"
)
"""A command of ours in a sentence, up to its verb, if that verb asks for the plans."""


REPORT = b"<!-- migrate report -->"
"""What a report begins with: a new one may take its place, and nothing in it names a file."""

LOG = (b"/sarif-2.1.0.json", b'"name": "migrate"')
"""What the beginning of a SARIF log of ours holds; the same is true of it."""


class Layout(NamedTuple):
    """The folders of one rollout, relative to the root.

    `plans` holds the plan files and the evidence; `config_root` is what the legacy tree mirrors,
    `.` for the root.
    """

    plans: str = "plans"
    config_root: str = "configs"

    @classmethod
    def of(cls, plans: str) -> Layout:
        """The layout with this folder of plans. Raises InputError for one that cannot be it."""
        folder = posixpath.normpath(plans) if plans else ""
        hint = "name a folder below the root, such as `rollout`"
        if not plans or folder == "." or os.path.isabs(plans) or outside(folder) or "\0" in plans:
            raise InputError("cannot be the folder of the plans", plans or "''", f"--plans: {hint}")
        closed = SKIPPED_FOLDERS.intersection(folder.split("/"))
        if closed:
            what = f"cannot be the folder of the plans: nothing below {min(closed)}/ is looked at"
            raise InputError(what, plans, f"--plans: {hint}")
        if f"{LEGACY}/".startswith(f"{folder}/") or folder.startswith(f"{LEGACY}/"):
            what = f"cannot be the folder of the plans: {LEGACY}/ holds the legacy tree"
            raise InputError(what, plans, f"--plans: {hint}")
        return cls(folder)

    def is_record(self, path: str) -> bool:
        """Whether a file is a record: a frozen copy, a plan, evidence. Nobody runs it."""
        return path.startswith((f"{LEGACY}/", f"{self.plans}/", f"{PRIVATE}/"))

    def plan_file(self, name: str) -> str:
        """A file of the plans: `profile`, `tree_file`, or one with presets."""
        return f"{self.plans}/{name}.yaml"

    def addressed(self, text: str) -> str:
        """A text with the commands that it names as they have to be given for this rollout."""
        if self.plans == DEFAULT.plans:
            return text
        return re.sub(_COMMAND, lambda _: f"migrate --plans {shlex.quote(self.plans)} ", text)

    @property
    def profile(self) -> str:
        """The parity profile."""
        return self.plan_file("parity")

    @property
    def accepted(self) -> str:
        """The differences that were accepted."""
        return self.plan_file("accepted")

    @property
    def tree_file(self) -> str:
        """Where `init` puts what holds for the whole tree."""
        return self.plan_file("tree")

    @property
    def evidence_folder(self) -> str:
        """The folder of the evidence."""
        return f"{self.plans}/evidence"

    def evidence(self, name: str) -> str:
        """Where the evidence of a preset stands."""
        return f"{self.evidence_folder}/{name}.json"

    def frozen(self, path: str) -> str:
        """Where the frozen copy of a live file stands."""
        inner = posixpath.relpath(path, self.config_root) if self.config_root != "." else path
        return posixpath.join(LEGACY, inner)

    def live(self, frozen: str) -> str:
        """Where a frozen file came from."""
        return _live(frozen, self.config_root)


@lru_cache(maxsize=65536)
def _live(frozen: str, config_root: str) -> str:
    """Asked for the same files once per step."""
    return posixpath.normpath(posixpath.join(config_root, posixpath.relpath(frozen, LEGACY)))


DEFAULT = Layout()


def is_report(content: bytes) -> bool:
    """Whether `migrate report` wrote a file, or `verify` or `lint` with `--md` or `--sarif`."""
    return REPORT in content[:100] or all(mark in content[:300] for mark in LOG)
