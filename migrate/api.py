"""What other people's programs may import. Everything else in this package is private.

```python
from migrate.api import ConfigTree

tree = ConfigTree("path/to/repository")
tree.resolve("configs/debug.yaml").values["training"]["learning_rate"]
```

Each call reads the tree as it is at that moment; nothing is kept between calls. What is wrong is
raised as one of the errors below, whose text is the letter that the command line would print.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.commands.apply import apply
from migrate.commands.compare import compare
from migrate.commands.explain import explain
from migrate.commands.flatten import flatten_config
from migrate.commands.plan import preview
from migrate.errors import Faults, InputError, MigrateError, Refused, TreeMoved
from migrate.findings import Finding
from migrate.layout import DEFAULT as DEFAULT_LAYOUT
from migrate.locations import Place, dotted
from migrate.parity import ABSENT
from migrate.verification.cached import CachedVerify
from migrate.workspace.access import settle, writing
from migrate.workspace.config_names import locate, resolved_side, side
from migrate.workspace.roots import find_root
from migrate.workspace.steps import Step
from migrate.workspace.workspace import Workspace

__all__ = [
    "ABSENT",
    "ConfigTree",
    "Faults",
    "Finding",
    "GateResult",
    "InputError",
    "KeyDifference",
    "KeyOrigins",
    "MigrateError",
    "Place",
    "PlannedChange",
    "PlannedStep",
    "Refused",
    "ResolvedConfig",
    "SettingOrigin",
    "TreeMoved",
]


@dataclass(frozen=True)
class ResolvedConfig:
    """One config as the trainer sees it. Paths are relative to the root."""

    path: str
    chain: tuple[str, ...]
    """The files that make it, in merge order: lowest precedence first."""
    values: dict[Any, Any]
    """The resolved config: plain Python values, as the trainer's loader makes them."""


@dataclass(frozen=True)
class SettingOrigin:
    """What one file says of a key."""

    place: Place
    """Path, line and column; lines and columns count from 1."""
    value: Any
    text: str | None
    """The value as its author spelled it; None for a mapping or a list."""
    active: bool
    """Whether this setting made the resolved value; else it lost to a later one."""


@dataclass(frozen=True)
class KeyOrigins:
    """One key of a config, and every file that set it, in merge order."""

    key: str
    """Dotted, as `custom.augmentation.ops[0].name`."""
    value: Any
    settings: tuple[SettingOrigin, ...]


@dataclass(frozen=True)
class KeyDifference:
    """A key whose resolved values differ. A side that lacks the key is `ABSENT`."""

    key: str
    old: Any
    new: Any
    allowed: bool
    """Whether the parity profile allows it."""
    reason: str
    """Why it is allowed, or why it is forbidden."""


@dataclass(frozen=True)
class PlannedChange:
    """One file before and after a step; None where there is no file."""

    path: str
    before: bytes | None
    after: bytes | None
    reason: str


@dataclass(frozen=True)
class PlannedStep:
    """The migration of one preset: what lands all at once, or not at all."""

    preset: str
    target: str
    """The new file of the preset."""
    changes: tuple[PlannedChange, ...]


@dataclass(frozen=True)
class GateResult:
    """What `migrate verify` says."""

    is_open: bool
    findings: tuple[Finding, ...]
    """Errors close the gate; warnings do so where it is asked for strictly; notes never do."""
    forbidden: dict[str, int]
    """For each compared preset, how many differences the parity profile forbids."""


class ConfigTree:
    """A repository with configs, migrated or not.

    `root` is found upwards from the working directory where it is None, as on the command line.
    `dialect` says how configs compose where the plans do not.
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        *,
        plans: str = DEFAULT_LAYOUT.plans,
        dialect: str | None = None,
    ) -> None:
        found = find_root(os.getcwd(), plans) if root is None else os.fspath(root)
        if not os.path.isdir(found):
            raise InputError("the root is not a folder", found, "name a folder that is there")
        self.root = os.path.abspath(found)
        self.plans = plans
        self.dialect = dialect

    def resolve(self, config: str) -> ResolvedConfig:
        """What the trainer sees of a config.

        `config` is a path relative to the root, a preset's name, `legacy:NAME` or `git:REV:PATH`,
        as everywhere below.
        Raises InputError for a config that is not there or cannot be loaded.
        """
        found = side(self._read(), self._named(config))
        return ResolvedConfig(found.path, found.chain, found.python)

    def explain(self, config: str, key: str | None = None) -> list[KeyOrigins]:
        """Which file set each value below `key`, and what lost to it; of all keys for None.

        Raises InputError for a key that no file of the chain sets, with the nearest names.
        """
        resolved = resolved_side(self._read(), self._named(config))
        return [
            KeyOrigins(
                dotted(one.key),
                one.value,
                tuple(SettingOrigin(s.place, s.value, s.text, s.active) for s in one.said),
            )
            for one in explain(resolved, key).settings
        ]

    def flatten(self, config: str, onto: Sequence[str] = ()) -> bytes:
        """The config as one file on top of the parents `onto`, comments beside their keys.

        Raises Refused for what would not mean the same in one file.
        """
        view = self._read()
        path = locate(view, self._named(config))
        return flatten_config(view, path, [*map(self._named, onto)]).content

    def diff(self, left: str, right: str, profile: str | None = None) -> list[KeyDifference]:
        """What differs between two configs after resolving; empty if they are equal.

        `profile` is the path of a parity profile; the plans' own for None.
        """
        path = self._named(profile) if profile is not None else None
        found = compare(self._read(), self._named(left), self._named(right), path)
        return [
            KeyDifference(
                dotted(one.difference.path),
                one.difference.old,
                one.difference.new,
                one.rule is not None,
                one.why,
            )
            for one in (*found.forbidden, *found.allowed)
        ]

    def plan(self, presets: Iterable[str] = ()) -> list[PlannedStep]:
        """The pending steps of these presets and of their parents; of all for none.

        Raises Refused, InputError or TreeMoved as the first step that cannot be taken.
        """
        return [_planned(step) for step in preview(self._read(), tuple(presets))]

    def apply(self, presets: Iterable[str] = ()) -> list[PlannedStep]:
        """Land the pending steps of these presets, one landing each; of all for none.

        Raises as `plan`, and TreeMoved while another process writes. Steps that landed before the
        one that is refused stay.
        """
        steps: list[Step] = []
        with writing(self.root, _silent) as disk:
            apply(self._workspace(), tuple(presets), disk, landed=steps.extend)
        return [_planned(step) for step in steps]

    def verify(self, presets: Iterable[str] = (), *, strict: bool = False) -> GateResult:
        """Run every check of `migrate verify`, never from its cache, and no gate commands.

        Raises InputError for plans with faults.
        """
        workspace = self._read()
        options = {
            "plans": self.plans,
            "dialect": self.dialect,
            "limits": workspace.limits,
            "strict": strict,
        }
        gate = CachedVerify(self.root, lambda: workspace, options)
        result = gate.answer(tuple(presets), fresh=True)
        forbidden = {name: one.forbidden for name, one in result.presets.items()}
        return GateResult(not result.failed(strict), tuple(result.findings), forbidden)

    def _named(self, config: str) -> str:
        """The command line's names are relative to the working directory, these to the root."""
        path = os.path.join(self.root, config)
        return path if os.path.exists(path) else config

    def _workspace(self) -> Workspace:
        return Workspace(self.root, self.plans, dialect_name=self.dialect)

    def _read(self) -> Workspace:
        """The tree as it is now, after what was interrupted is settled."""
        settle(self.root, _silent)
        return self._workspace()


def _silent(_: str) -> None:
    """A library prints nothing."""


def _planned(step: Step) -> PlannedStep:
    proposal = step.proposal
    changes = [PlannedChange(one.path, one.before, one.after, one.why) for one in step.changes]
    return PlannedStep(proposal.name, proposal.written.target, tuple(changes))
