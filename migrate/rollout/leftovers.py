"""Leftovers: old files that every preset has done without since, and that are still there.

Two branches that each migrated some presets were merged, and neither step was the last one; or a
merge, or a person, brought back what a step had deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from migrate.rollout.context import Rollout
from migrate.rollout.evidence import Evidence
from migrate.rollout.old_tree import OldTree


class Leftover(NamedTuple):
    """One file that the next `apply` retires. Paths are relative to the root."""

    path: str
    frozen: str
    """Its place in the legacy tree."""
    users: tuple[str, ...]
    """The applied presets whose old chain held it, in the order of the plans."""


def leftovers(
    old: OldTree,
    rollout: Callable[[], Rollout],
    applied: Sequence[str],
    evidence: Callable[[str], Evidence | None],
) -> list[Leftover]:
    """Every leftover, in path order. Raises InputError where a pending preset's chain is broken.

    `applied` are the names of the applied presets. `rollout` and `evidence` are asked only where
    an old file is still there that no plan keeps: in most trees, never.
    """
    there = _still_there(old)
    if not there or not applied:
        return []
    needed = _needed(rollout, applied) if len(applied) < len(old.plans.presets) else frozenset()
    going = {frozen: path for frozen, path in there.items() if frozen not in needed}
    users = _users(going, (evidence(name) for name in applied if going))
    return [
        Leftover(path, frozen, users[frozen]) for frozen, path in going.items() if users[frozen]
    ]


def _needed(rollout: Callable[[], Rollout], applied: Sequence[str]) -> frozenset[str]:
    """The frozen files that a preset which waits for its step is made of."""
    done = set(applied)
    users = rollout().users.items()
    return frozenset(path for path, names in users if not done.issuperset(names))


def _still_there(old: OldTree) -> dict[str, str]:
    """The frozen files whose live file is there and stays for no reason that a plan gives."""
    live = {frozen: old.live(frozen) for frozen in sorted(old.frozen_digests)}
    return {
        frozen: path
        for frozen, path in live.items()
        if path not in old.staying and path not in old.applied.targets and old.below.exists(path)
    }


def _users(going: Iterable[str], records: Iterable[Evidence | None]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = dict.fromkeys(going, ())
    for record in records:
        if record is not None:
            for path, _ in record.chain:
                if path in found:
                    found[path] = (*found[path], record.name)
    return found
