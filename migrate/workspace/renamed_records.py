"""Plans and evidence of presets that moved: they name them by their new paths, and new names."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from migrate.canonical import indented
from migrate.changes import Change, sha256
from migrate.discovery.discover import file_name, shown_names
from migrate.errors import Refused
from migrate.locations import Index, KeyPath
from migrate.plan import Plans
from migrate.plan.load import plan_files, settings_of
from migrate.rollout.evidence import Evidence, plan_digest
from migrate.rollout.rename import Moves, spelled_like
from migrate.trees.tree import Tree
from migrate.workspace.workspace import Workspace
from migrate.yaml_text import Document, Entry, load
from migrate.yaml_text.edit import with_value
from migrate.yaml_text.find import find_node
from migrate.yaml_text.spelling import spell
from migrate.yaml_text.value_text import given_value

_LISTS = ("include", "exclude")


def new_names(plans: Plans, moves: Moves) -> dict[str, str]:
    """The new name of each moved preset whose name is made of its path; others keep theirs."""
    found: dict[str, str] = {}
    root = plans.config_root
    for name, planned in plans.presets.items():
        old, new = planned.preset.to, moves.get(planned.preset.to)
        long = file_name(posixpath.splitext(old.removeprefix(f"{root}/"))[0])
        if new is None or name not in (shown_names([old], root)[old], long):
            continue
        others = {*plans.presets, *found.values()} - {name}
        better = shown_names([new], root, others)[new]
        if better != name:
            found[name] = better
    return found


def renamed_plans(tree: Tree, plans: Plans, moves: Moves, names: Mapping[str, str]) -> list[Change]:
    """The plan files with the new paths and names. Raises Refused where one cannot be edited."""
    edits: dict[str, list[tuple[KeyPath, str]]] = {}
    for name, planned in plans.presets.items():
        at: KeyPath = ("presets", name)
        here = edits.setdefault(planned.file, [])
        if planned.preset.to in moves:
            here.append(((*at, "to"), moves[planned.preset.to]))
        for number, path in enumerate(planned.preset.extends):
            if path in moves:
                here.append(((*at, "extends", Index(number)), moves[path]))
    for key, file, new in _of_the_tree(tree, plans, moves):
        edits.setdefault(file, []).append((key, new))
    changes: list[Change] = []
    for file, found in edits.items():
        before = tree.read(file)
        after = before
        for key, new in found:
            document = Document(file, after)
            step = find_node(document, document.root, key) if document.root is not None else None
            node = step.value if isinstance(step, Entry) else step
            text = spelled_like(node, new) if node is not None else spell(new)
            after = with_value(document, key, given_value(text)).content
        for old in [name for name in names if plans.presets[name].file == file]:
            after = _with_key(file, after, "presets", old, names[old])
        if after != before:
            changes.append(Change(file, before, after, "names what moved"))
    return [*changes, *renamed_accepted(tree, plans.layout.accepted, names)]


def renamed_accepted(tree: Tree, path: str, names: Mapping[str, str]) -> Iterator[Change]:
    """The accepted differences of presets that have another name."""
    if not names or not tree.exists(path):
        return
    before = after = tree.read(path)
    document = Document(path, before)
    data = document.value(document.root) if document.root is not None else {}
    for section in ("accepted", "retired"):
        for old in set(data.get(section) or ()) & names.keys():
            after = _with_key(path, after, section, old, names[old])
    if after != before:
        yield Change(path, before, after, "names what moved")


def _of_the_tree(tree: Tree, plans: Plans, moves: Moves) -> Iterator[tuple[KeyPath, str, str]]:
    """Where the plans name a moved file beside their presets: key, plan file, new path."""
    layout = plans.layout
    files = list(plan_files(tree, layout.plans))
    said = settings_of(tree, files)
    if plans.base in moves and files:
        known = said.get(("base",))
        home = layout.tree_file if layout.tree_file in files else files[0]
        yield ("base",), known.path if known is not None else home, moves[plans.base]
    for file in files:
        yield from ((key, file, new) for key, new in _gates(tree.read(file), file, moves))
    for old, new in plans.references.items():
        if isinstance(new, str) and new in moves:
            yield ("references", old), said["references", old].path, moves[new]
    for field in _LISTS:
        for number, glob in enumerate(getattr(plans.wide, field)):
            if glob in moves and (field,) in said:
                yield (field, Index(number)), said[(field,)].path, moves[glob]
    for number, glob in enumerate(plans.rules.presets):
        if glob in moves and ("rules", "presets") in said:
            key = ("rules", "presets", Index(number))
            yield key, said["rules", "presets"].path, moves[glob]


def _gates(content: bytes, file: str, moves: Moves) -> Iterator[tuple[KeyPath, str]]:
    """The gate commands of a plan file that name a moved config."""
    for number, gate in enumerate(load(Document(file, content).text, file).get("gates", ())):
        words = [moves.get(word, word) for word in gate.split(" ")]
        if words != gate.split(" "):
            yield ("gates", Index(number)), " ".join(words)


def _with_key(file: str, content: bytes, section: str, old: str, new: str) -> bytes:
    """A plan file in which a section holds a preset under another name."""
    document = Document(file, content)
    data = load(document.text, file)
    root = document.root
    assert root is not None  # it names a preset
    holder = next(one for one in document.values.logical(root) if one.pykey == section).value
    entry = next(one for one in document.values.logical(holder.resolved()) if one.pykey == old)
    after = document.spliced([(entry.key.start, entry.key.end, spell(new))])
    wanted = {
        **data,
        section: {new if name == old else name: one for name, one in data[section].items()},
    }
    if load(Document(file, after).text, file) != wanted:
        hint = "rename it there by hand, without aliases, and run the command again"
        raise Refused(f"the preset {old} cannot be renamed here", document.place(entry.start), hint)
    return after


# Evidence.


def renamed_evidence(
    workspace: Workspace, moves: Moves, names: Mapping[str, str], plans: Plans, tree: Tree
) -> Iterator[Change]:
    """The records of applied presets that moved, or that a moved file is part of.

    `plans` and `tree` are as they will be. Undoing such a step would have to move the file back:
    the record says what is to be moved first.
    """
    for evidence in workspace.evidence.values():
        content = _renamed(workspace, evidence, moves, names, plans, tree)
        name = names.get(evidence.name, evidence.name)
        path = workspace.layout.evidence(name)
        why = f"evidence of {name}"
        if path != evidence.path:
            yield Change(evidence.path, evidence.content, None, why)
            yield Change(path, None, content, why)
        elif content != evidence.content:
            yield Change(path, evidence.content, content, why)


def _renamed(
    workspace: Workspace,
    evidence: Evidence,
    moves: Moves,
    names: Mapping[str, str],
    plans: Plans,
    tree: Tree,
) -> bytes:
    data: dict[str, Any] = json.loads(evidence.content)
    name, target = names.get(evidence.name, evidence.name), evidence.target
    data["preset"], data["to"] = name, moves.get(target, target)
    data["new"]["chain"] = [moves.get(path, path) for path in data["new"]["chain"]]
    there = workspace.tree.exists(target)
    if there and sha256(workspace.tree.read(target)) == evidence.digest:
        data["new"]["sha256"] = sha256(tree.read(data["to"]))  # else it stays edited by hand
    if evidence.plan == plan_digest(workspace.plans.presets[evidence.name]):
        data["plan_sha256"] = plan_digest(plans.presets[name])
    before = workspace.tree.read(target) if there else b""
    text_follows = there and tree.read(data["to"]) != before
    renamed = _still_moved(evidence, moves, before if text_follows else b"")
    if renamed:
        data["renamed"] = renamed
    else:
        data.pop("renamed", None)
    return indented(data).encode()


def _still_moved(evidence: Evidence, moves: Moves, text: bytes) -> dict[str, str]:
    """What moved since the step, by the path that the step knew; nothing once it is back.

    `text` is the preset's own, if it names what moves now.
    """
    moved = {old: moves.get(now, now) for old, now in evidence.renamed}
    known = set(dict(evidence.renamed).values())
    own = {evidence.target, *evidence.built_on, *(step.path for step in evidence.steps)}
    own |= {old for old in moves if posixpath.basename(old).encode() in text}
    moved.update((old, new) for old, new in moves.items() if old in own - known)
    return {old: now for old, now in moved.items() if old != now}
