"""A look at a whole tree, in a process of its own: who extends whom, lint, and the gate.

The process reads one JSON object and writes one for each thing that it has found out. It writes
nothing anywhere else: no file, no cache; it runs no command of the plans and no trainer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from migrate.changes import Change
from migrate.commands.lint import lint, plans_or_defaults
from migrate.errors import MigrateError
from migrate.findings import ERROR, NOTE, Finding
from migrate.limits import Limits
from migrate.loading.trainer import PlainLoader
from migrate.locations import SUFFIXES, Place
from migrate.plan import select
from migrate.references.remembered import ScanRecord, ScanStore
from migrate.rules import Layers
from migrate.trees.tree import CachedTree, DiskTree, Overlay, Tree
from migrate.verification.run import checked
from migrate.workspace.scan_store import SealedScans
from migrate.workspace.workspace import Workspace

POLITE = 10
"""How much other programs come first (`nice`)."""


class _KeptScans(SealedScans):
    """What `migrate verify` kept of earlier scans; nothing is added to it."""

    def save(self, record: ScanRecord) -> None:
        """Keep nothing."""


class _CheckedWorkspace(Workspace):
    """A tree with the texts of open files in it, of which nothing is written down."""

    def scans(self, name: str) -> ScanStore:
        """See `View.scans`."""
        return _KeptScans(self.root, name, self.limits)


def main() -> None:
    """Answer one question from standard input."""
    os.nice(POLITE)
    for answer in answers(json.load(sys.stdin)):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def answers(question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is found out about a tree, one thing after another.

    `links` and `fusion` as soon as they are known, then `findings`: those of lint, and once more
    with those of the gate, where the tree has plans and `gate` asks for it.
    """
    workspace = _workspace(question)
    tree = workspace.tree
    yield {"links": links(workspace, tree)}
    found = _lint(workspace)
    yield {"fusion": _fusion(workspace), "findings": [*map(data_of, found)], "last": False}
    if question["gate"] and workspace.plan_files():
        workspace.forget()
        found = [*found, *_gate(workspace)]
    yield {"findings": [*map(data_of, dict.fromkeys(found))], "last": True}


def _workspace(question: dict[str, Any]) -> Workspace:
    limits = Limits(*question["limits"])
    root = question["root"]
    texts = question["texts"].items()
    changes = [Change(path, None, text.encode("utf-8", "replace")) for path, text in texts]
    workspace = _CheckedWorkspace(root, question["plans"], limits, question["dialect"])
    workspace.tree = CachedTree(Overlay(DiskTree(root, limits), changes))
    return workspace


def links(workspace: Workspace, tree: Tree) -> dict[str, list[str]]:
    """What each config extends, frozen ones too; what cannot be read is left out."""
    try:
        loader = PlainLoader(tree, workspace.dialect)
    except MigrateError:
        return {}  # plans with faults: they are told
    words = [key.encode() for key in loader.dialect.keys]
    found: dict[str, list[str]] = {}
    for path in tree.files():
        if path.endswith(SUFFIXES):
            with suppress(MigrateError, RecursionError):
                content = tree.read(path)
                bases = loader.bases(path) if any(word in content for word in words) else []
                if bases:
                    found[path] = bases
    return found


def _lint(workspace: Workspace) -> list[Finding]:
    try:
        return lint(workspace).findings
    except MigrateError as error:
        return [Finding.of("plan", fault) for fault in error.faults()]


def _fusion(workspace: Workspace) -> list[str]:
    """The files of the dataset layer, whose lists merge by name."""
    try:
        layers = Layers(plans_or_defaults(workspace), workspace.resolver)
        return sorted({one.fusion for one in layers.shapes.values() if one.fusion is not None})
    except MigrateError:
        return []


def _gate(workspace: Workspace) -> list[Finding]:
    """What closes the gate; that a preset waits for its step is only worth knowing."""
    try:
        scans = workspace.scans("verify")
        result = checked(workspace, select(workspace.plans, ()), scans=scans)
    except MigrateError as error:
        return [Finding.of("plan", fault) for fault in error.faults()]
    pending = {workspace.plans.presets[name].place for name in result.pending}
    return [_calmed(one) if one.place in pending else one for one in result.findings]


def _calmed(one: Finding) -> Finding:
    level = NOTE if one.rule == "applied" and one.level == ERROR else one.level
    return Finding(one.rule, one.what, one.place, one.hint, level, one.command)


def data_of(one: Finding) -> list[Any]:
    """A finding as JSON has it."""
    return [one.rule, one.what, one.place, one.hint, one.level, one.command]


def finding_of(data: list[Any]) -> Finding:
    """What `data_of` made."""
    rule, what, place, *rest = data
    return Finding(rule, what, None if place is None else Place(*place), *rest)
