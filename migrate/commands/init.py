"""`migrate init`: find the presets, freeze the legacy tree, write the plans."""

from __future__ import annotations

import gc
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from migrate.changes import Change, ChangeSet
from migrate.discovery.discover import Discoverer, Discovery, Scope, require_presets
from migrate.discovery.drafts import Choose, Draft, draft, inner_path, unwritable, written_keys
from migrate.discovery.plan_files import SCHEMA, PlanTexts, heir_lines, tree_settings
from migrate.discovery.redraft import Redraft, Redrafter
from migrate.discovery.thresholds import measured
from migrate.errors import MigrateError, Refused, raise_all
from migrate.flatten import chosen_keys
from migrate.locations import BASE, LEGACY
from migrate.plan import Plans, load_plans, plan_files
from migrate.references import Reference
from migrate.resolve import Resolver, Store
from migrate.rollout.evidence import Evidence, read_evidence
from migrate.rollout.legacy import MANIFEST, freeze
from migrate.rollout.reference_lines import ReferenceLines, lines_for
from migrate.rollout.steps import Proposer
from migrate.trees.globs import literal, matches
from migrate.trees.tree import Overlay, Tree
from migrate.workspace.git_record import KEEPS, keep_bytes, refuse_ignored
from migrate.workspace.parallel import Progress, telling
from migrate.workspace.workspace import Workspace

Require = Callable[[Discovery], None]

LARGE = 1 << 20
"""Configs of so many bytes take a quarter of a gigabyte once they are parsed."""


@dataclass(frozen=True)
class Init:
    """What `init` found and wrote. `again` says what is new where plans were there already."""

    found: Discovery
    drafts: list[Draft]
    changes: ChangeSet
    config_root: str
    plans: list[str] = field(default_factory=list)
    again: Redraft | None = None
    unanswered: tuple[tuple[str, Reference], ...] = ()
    """What code names that goes: the preset whose step deletes it, and where it is named."""
    say: ReferenceLines | None = None
    """Lines for the plans by which none of these is refused."""

    @property
    def beside(self) -> list[str]:
        """What is written for editors and for git."""
        return [change.path for change in self.changes if change.why in (SCHEMA, KEEPS)]


def init(
    workspace: Workspace,
    scope: Scope,
    force: bool = False,
    recorded: bool = True,
    require: Require | None = None,
    progress: Progress | None = None,
) -> Init:
    """Propose the legacy tree and the plans; the caller lands the changes.

    The plans are tried in memory as they are written: whatever `plan` would refuse is refused
    here. Raises InputError for configs that cannot be resolved, Refused if presets are planned
    already; with `force` what is new is added to those plans. Where the tree is `recorded` by git,
    it must ignore none of what is written, and gets a .gitattributes that keeps the bytes.
    `require` may refuse what was found, before anything is drafted. `progress` is told of each
    preset whose step is tried.
    """
    result = _init(workspace, scope, force, require, progress)
    return _kept_by_git(workspace, result) if recorded else result


def _init(
    workspace: Workspace,
    scope: Scope,
    force: bool,
    require: Require | None,
    progress: Progress | None,
) -> Init:
    texts = PlanTexts(workspace.tree, workspace.layout)
    _refuse_others(workspace.tree, texts.known)
    if not texts.known:
        return _first(workspace, scope, texts, force, require, progress)
    plans = workspace.plans
    scope = _declared_scope(scope, plans, texts)
    if not plans.presets:
        return _first(workspace, scope, texts, force, require, progress)
    if not force:
        planned = next(iter(plans.presets.values())).file
        hint = "`migrate init --force` adds what is new and keeps what they say"
        raise Refused("has plans already", planned, hint)
    return _again(workspace, scope, texts, require)


def _declared_scope(scope: Scope, plans: Plans, texts: PlanTexts) -> Scope:
    """What the command line says, with what the plans say. Raises Refused where they disagree."""
    base, said = scope.base, texts.said
    if ("base",) in said or ("config_root",) in said:
        if base not in (BASE, plans.base):
            source = said.get(("base",)) or said["config_root",]
            what = f"says that the base is {plans.base}, --base that it is {base}"
            place = source.place(("base",) if ("base",) in said else ("config_root",))
            raise Refused(what, place, "leave --base out, or correct the plan")
        base = plans.base
    return replace(scope, base=base, exclude=tuple(dict.fromkeys(plans.exclude + scope.exclude)))


_VERSION = re.compile(rb"(?m)^\s*\{?\s*[\"']?version[\"']?\s*:")


def _refuse_others(tree: Tree, known: list[str]) -> None:
    """Raises Refused for a folder of plans that holds something else, which is not replaced."""
    for path in known:
        if not _VERSION.search(tree.read(path)):
            hint = "name another folder with --plans, or move the file; a plan has `version: 1`"
            raise Refused("is not a plan file, but lies in the folder of the plans", path, hint)


def _kept_by_git(workspace: Workspace, result: Init) -> Init:
    """The same with what git needs. Raises Refused where it would ignore a file of the record."""
    tree, folder = workspace.tree, workspace.layout.plans
    paths = [change.path for change in result.changes if change.after is not None]
    paths += [MANIFEST, *plan_files(tree, folder)]
    paths += [workspace.layout.evidence(item.name) for item in result.drafts]
    by_folder = {
        one: sorted({path for path in paths if path.startswith(f"{one}/")})
        for one in (folder, LEGACY)
    }
    attributes = list(keep_bytes(workspace.root, tree, by_folder))
    asked = [*by_folder[folder], *by_folder[LEGACY], *(change.path for change in attributes)]
    refuse_ignored(workspace.root, tree, list(by_folder), asked)
    changes = ChangeSet.of([*result.changes, *attributes])
    return replace(result, changes=changes)


# The first time.


def _first(
    workspace: Workspace,
    scope: Scope,
    texts: PlanTexts,
    force: bool,
    require: Require | None = None,
    progress: Progress | None = None,
) -> Init:
    discoverer = Discoverer(workspace.resolver, scope, workspace.layout)
    found = require_presets(discoverer.discover(), scope)
    if require is not None:
        require(found)
    if not found.presets:
        return Init(found, [], ChangeSet(), ".")
    config_root = _config_root(workspace, found, texts)
    try:
        tried = _tried(workspace, found, config_root, texts, force, chosen_keys, progress)
    except MigrateError:
        # Now each preset is written before it is planned: another parent, or the letter.
        found = _writable(workspace, found, scope)
        config_root = _config_root(workspace, found, texts)
        tried = _tried(workspace, found, config_root, texts, force, written_keys, progress)
    changes = ChangeSet.of([*tried.frozen, *tried.texts.changes()])
    made = Init(found, tried.drafts, changes, config_root, sorted(tried.texts.changed))
    return with_unanswered(workspace, made)


def _config_root(workspace: Workspace, found: Discovery, texts: PlanTexts) -> str:
    # Paths that begin at the root lead to the same places in a copy of everything below the root.
    needed = found.config_root if not workspace.dialect.from_root else "."
    declared = ("config_root",) in texts.said
    return _declared_root(workspace, found, texts, needed) if declared else needed


def _writable(workspace: Workspace, found: Discovery, scope: Scope) -> Discovery:
    """The same without the presets that cannot be written as one file; what they need stays.

    Raises Refused for one that the user names, and where no other is left.
    """
    left: dict[str, MigrateError] = {}
    while refused := unwritable(workspace.resolver, found):
        named = [path for path in scope.presets if path in refused]
        raise_all([refused[path] for path in named])
        left.update(refused)
        without = replace(scope, exclude=(*scope.exclude, *map(literal, left)))
        every = len(refused) == len(found.presets)
        found = Discoverer(workspace.resolver, without, workspace.layout).discover()
        if every or not found.presets:
            raise_all(list(left.values()))
    for path, error in left.items():
        found.left_alone[path] = f"cannot be written as one file: {error}"
    return found


def with_unanswered(workspace: Workspace, made: Init) -> Init:
    """The same with what somebody has to say something about before the steps that delete it."""
    after = workspace.fresh()
    after.tree = Overlay(workspace.tree, made.changes)
    proposer = Proposer(after.rollout, after.tree, after.evidence)
    steps, dangling = proposer.steps_to_come(), proposer.unanswered()
    if not dangling:
        return made
    named = tuple((steps[one.target], one) for one in dangling)
    return replace(made, unanswered=named, say=lines_for(after.tree, after.plans, dangling))


def _declared_root(workspace: Workspace, found: Discovery, texts: PlanTexts, needed: str) -> str:
    """The config root that a person declared. Raises Refused where it does not hold all files."""
    root = workspace.plans.config_root
    inside = all(root == "." or path.startswith(f"{root}/") for path in found.frozen)
    if not inside or (root != "." and needed == "." and workspace.dialect.from_root):
        place = texts.said["config_root",].place(("config_root",))
        what = f"the config root `{root}` does not hold every file of the old presets"
        raise Refused(what, place, f"write `config_root: {needed}`, or take the line out")
    return root


class _TrialRollout(NamedTuple):
    """Plans that were carried out in memory, and what goes with them."""

    drafts: list[Draft]
    texts: PlanTexts
    frozen: list[Change]


def _tried(
    workspace: Workspace,
    found: Discovery,
    config_root: str,
    texts: PlanTexts,
    force: bool,
    choose: Choose,
    progress: Progress | None,
) -> _TrialRollout:
    """Draft the plans, and carry them out in memory. Raises as `init`."""
    drafts = draft(workspace.resolver, found, config_root, choose)
    texts = texts.copy()
    texts.add_presets(drafts, config_root)
    texts.add_profile(drafts)
    layout = workspace.layout._replace(config_root=config_root)
    frozen = freeze(workspace.tree, found.frozen, layout, force)
    dialect = workspace.dialect.spelled
    heirs = heir_lines(found, config_root, texts.said)
    trial = texts.copy()
    trial.add_settings(tree_settings(found, config_root, dialect, {}), heirs)
    _forget(workspace, found)
    rules = _measured(workspace, found, [*frozen, *trial.changes()], progress)
    texts.add_settings(tree_settings(found, config_root, dialect, rules), heirs)
    return _TrialRollout(drafts, texts, frozen)


def _forget(workspace: Workspace, found: Discovery) -> None:
    """Keep nothing of large configs that were read: the plans are tried on copies of them."""
    if _is_large(workspace, found):
        for path in found.frozen:
            workspace.resolver.forget(path)
        gc.collect()  # nodes hold one another, and the collector runs seldom


def _is_large(workspace: Workspace, found: Discovery) -> bool:
    return sum(len(workspace.tree.read(path)) for path in found.frozen) > LARGE


def _measured(
    workspace: Workspace, found: Discovery, changes: list[Change], progress: Progress | None
) -> dict[str, Any]:
    """What the rollout leaves, where a rule's default would not hold."""
    plans, resolver, store = _rolled_out(workspace, changes, progress)
    if _is_large(workspace, found):
        store.clear()
        gc.collect()
    targets = [preset.path for preset in found.presets]
    return measured(plans, resolver, targets)


def _rolled_out(
    workspace: Workspace, changes: list[Change], progress: Progress | None
) -> tuple[Plans, Resolver, Store]:
    """Run the rollout in memory: its plans, who reads the tree it leaves, and what is parsed."""
    after = workspace.fresh()
    after.follow = False
    after.tree = Overlay(workspace.tree, changes)
    tree = Overlay(after.tree)
    for step in after.steps(telling(after.pending(), progress)):
        tree.lay(step.proposal.changes)
    store = after.rollout.store
    return after.plans, Resolver(tree, after.dialect, store), store


# Again.


def _again(
    workspace: Workspace, scope: Scope, texts: PlanTexts, require: Require | None = None
) -> Init:
    """Add what is new to the plans. Whatever they say stays, and so does what is applied."""
    found = Discoverer(workspace.resolver, scope, workspace.layout).discover()
    if require is not None:
        require(found)
    made = added(workspace, workspace.resolver, found, scope, texts)
    return with_unanswered(workspace, made)


def added(
    workspace: Workspace, resolver: Resolver, found: Discovery, scope: Scope, texts: PlanTexts
) -> Init:
    """Plans for what was found in the tree of the resolver and that no plan has; what is new of the
    old files is frozen. Raises Refused once the rollout is over."""
    tree, plans, evidence = workspace.tree, workspace.plans, dict(_recorded(workspace))
    if evidence and not tree.exists(MANIFEST):
        what = "holds the record of a rollout that is over: its legacy tree is gone"
        hint = "move the folder out of the way; then `migrate init` begins another rollout"
        raise Refused(what, f"{plans.folder}/", hint)
    redraft = Redrafter(resolver, plans, evidence, found).redraft()
    texts.add_presets(redraft.added, plans.config_root, _files_by_folder(plans))
    for name, missing in redraft.missing.items():
        texts.add_keys(plans.presets[name].file, name, missing)
    texts.add_settings(_new_settings(found, plans, scope, redraft))
    _watch(texts, plans, redraft)
    texts.refresh_schemas()
    changes = ChangeSet.of([*redraft.changes, *texts.changes()])
    load_plans(Overlay(tree, changes), plans.folder)  # or it is said now, and nothing is written
    return Init(found, redraft.added, changes, plans.config_root, sorted(texts.changed), redraft)


def _recorded(workspace: Workspace) -> Iterator[tuple[str, Evidence]]:
    """All evidence by name, that of presets which no plan has any more too."""
    for path in workspace.tree.files():
        folder, name = posixpath.split(path)
        if folder == workspace.layout.evidence_folder and name.endswith(".json"):
            one = read_evidence(workspace.tree, name.removesuffix(".json"), workspace.layout)
            if one is not None:
                yield one.name, one


def _files_by_folder(plans: Plans) -> dict[str, str]:
    """Which plan file has the presets of a folder: the first that has one."""
    files: dict[str, str] = {}
    for planned in plans.presets.values():
        for path in (planned.preset.to, plans.live_path(planned.preset.from_)):
            files.setdefault(posixpath.dirname(path), planned.file)
    return files


def _new_settings(found: Discovery, plans: Plans, scope: Scope, redraft: Redraft) -> dict[str, Any]:
    """What holds for the whole tree because of what was added."""
    new = {change.why for change in redraft.changes if change.before is None}
    keep = {
        inner_path(path, plans.config_root): reason
        for path, reason in sorted(found.outside_users.items())
        if f"frozen copy of {path}" in new
    }
    return {"exclude": list(scope.exclude), "keep": keep}


def _watch(texts: PlanTexts, plans: Plans, redraft: Redraft) -> None:
    """Let the layer rules see the added presets."""
    known = plans.rules.presets
    unseen = [literal(one.path) for one in redraft.added if not matches(one.path, known)]
    said = texts.said.get(("rules", "presets"))
    if unseen and said is not None:
        texts.revise(said.path, ("rules", "presets"), lambda rules: rules["presets"].extend(unseen))
    elif unseen:
        texts.add_settings({"rules": {"presets": [*known, *unseen]}})
