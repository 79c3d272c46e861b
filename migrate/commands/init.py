"""`migrate init`: find the presets, freeze the legacy tree, write the plans."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.changes import Change, ChangeSet
from migrate.commands.workspace import Workspace
from migrate.discover import Discoverer, Discovery, Scope, require_presets
from migrate.draft import Draft, draft, parity_text, plan_files
from migrate.errors import Refused
from migrate.graph import PLANS
from migrate.legacy import common_root, freeze
from migrate.plan import plan_files as existing_plans
from migrate.tree import Overlay


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

    Raises InputError for configs that cannot be resolved, Refused if plans exist already.
    """
    tree = workspace.tree
    known = list(existing_plans(tree, workspace.plans_folder))
    if known and not force:
        hint = "edit them, or pass --force to write them anew"
        raise Refused("has plans already", known[0], hint)
    discoverer = Discoverer(workspace.resolver, scope)
    found = require_presets(discoverer.discover(), scope)
    config_root = common_root(found.frozen)
    drafts = draft(workspace.resolver, found, config_root)
    texts = plan_files(tree, drafts, found, config_root, workspace.dialect.name)
    texts[f"{PLANS}/parity.yaml"] = parity_text(workspace.resolver, found)
    changes = freeze(tree, found.frozen, config_root, force)
    for path, text in texts.items():
        before = tree.read(path) if tree.exists(path) else None
        changes.append(Change(path, before, text.encode(), "plan"))
    if force:
        gone = [path for path in known if path not in texts]
        changes += [Change(path, tree.read(path), None, "replaced") for path in gone]
    changes_set = ChangeSet.of(changes)
    _check(workspace, changes_set)
    return Init(found, drafts, changes_set, config_root, sorted(texts))


def _check(workspace: Workspace, changes: ChangeSet) -> None:
    """The plans must be accepted as they are written."""
    after = workspace.fresh()
    after.tree = Overlay(workspace.tree, changes)
    for _ in after.steps(after.pending()):
        pass
