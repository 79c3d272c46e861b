"""`migrate init`: find the presets, freeze the legacy tree, write the plans."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.changes import Change, ChangeSet
from migrate.commands.workspace import Workspace
from migrate.discover import Discoverer, Discovery, Scope, require_presets
from migrate.draft import Choose, Draft, draft, parity_text, plan_files, tree_file, written_keys
from migrate.errors import MigrateError, Refused
from migrate.flatten import chosen_keys
from migrate.layout import Layout
from migrate.legacy import common_root, freeze
from migrate.plan import plan_files as existing_plans
from migrate.resolve import Resolver
from migrate.thresholds import measured
from migrate.tree import Overlay, Tree


@dataclass(frozen=True)
class Init:
    """What `init` found and wrote."""

    found: Discovery
    drafts: list[Draft]
    changes: ChangeSet
    config_root: str
    plans: list[str] = field(default_factory=list)


def init(workspace: Workspace, scope: Scope, force: bool = False) -> Init:
    """Propose the legacy tree and the plans; the caller lands the changes.

    The plans are tried in memory as they are written: whatever `plan` would refuse is refused
    here. Raises InputError for configs that cannot be resolved, Refused if plans exist already.
    """
    tree = workspace.tree
    known = list(existing_plans(tree, workspace.layout.plans))
    _refuse_others(tree, known)
    if known and not force:
        hint = "edit them, or pass --force to write them anew"
        raise Refused("has plans already", known[0], hint)
    found = require_presets(
        Discoverer(workspace.resolver, scope, workspace.layout).discover(), scope
    )
    # Paths that begin at the root lead to the same places in a copy of everything below the root.
    config_root = common_root(found.frozen) if workspace.dialect.by_file else "."
    try:
        tried = _tried(workspace, found, config_root, force, chosen_keys)
    except MigrateError:
        # Now each preset is written before it is planned: another parent, or the letter.
        tried = _tried(workspace, found, config_root, force, written_keys)
    changes = [*tried.frozen, *_written(tree, tried.texts)]
    if force:
        gone = [path for path in known if path not in tried.texts]
        changes += [Change(path, tree.read(path), None, "replaced") for path in gone]
    return Init(found, tried.drafts, ChangeSet.of(changes), config_root, sorted(tried.texts))


_VERSION = re.compile(rb"(?m)^[\"']?version[\"']?\s*:")


def _refuse_others(tree: Tree, known: list[str]) -> None:
    """Raises Refused for a folder of plans that holds something else, which is not replaced."""
    for path in known:
        if not _VERSION.search(tree.read(path)):
            hint = "name another folder with --plans, or move the file; a plan has `version: 1`"
            raise Refused("is no plan, and stands where the plans go", path, hint)


class _Tried(NamedTuple):
    """Plans that were carried out in memory, and what goes with them."""

    drafts: list[Draft]
    texts: dict[str, str]
    frozen: list[Change]


def _tried(
    workspace: Workspace, found: Discovery, config_root: str, force: bool, choose: Choose
) -> _Tried:
    """Draft the plans, and carry them out in memory. Raises as `init`."""
    tree = workspace.tree
    drafts = draft(workspace.resolver, found, config_root, choose)
    layout = workspace.layout._replace(config_root=config_root)
    texts = plan_files(tree, drafts, layout)
    texts[layout.profile] = parity_text(drafts, tree, layout)
    frozen = freeze(tree, found.frozen, layout, force)
    _tree_file(workspace, found, drafts, layout, frozen, texts)
    return _Tried(drafts, texts, frozen)


def _written(tree: Tree, texts: dict[str, str]) -> list[Change]:
    changes: list[Change] = []
    for path, text in texts.items():
        before = tree.read(path) if tree.exists(path) else None
        changes.append(Change(path, before, text.encode(), "plan"))
    return changes


def _tree_file(
    workspace: Workspace,
    found: Discovery,
    drafts: list[Draft],
    layout: Layout,
    frozen: list[Change],
    texts: dict[str, str],
) -> None:
    """Run the rollout in memory, and write down what it leaves where a default would not hold."""
    dialect = workspace.dialect.spelled
    text = tree_file(workspace.tree, found, drafts, layout, dialect, {})
    texts.update({workspace.layout.tree_file: text} if text else {})
    after = workspace.fresh()
    after.follow = False
    after.tree = Overlay(workspace.tree, [*frozen, *_written(workspace.tree, texts)])
    tree = Overlay(after.tree)
    for step in after.steps(after.pending()):
        tree.lay(step.proposal.changes)
    targets = [preset.path for preset in found.presets]
    rules = measured(after.plans, Resolver(tree, after.dialect, after.rollout.store), targets)
    text = tree_file(workspace.tree, found, drafts, layout, dialect, rules)
    texts.update({workspace.layout.tree_file: text} if text else {})
