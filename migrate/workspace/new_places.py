"""From where to where configs are to move, and what stands in the way."""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Iterable, Iterator

from migrate.errors import InputError, MigrateError, MissingFile, Refused
from migrate.locations import SUFFIXES, parents
from migrate.plan.checks import path_fault
from migrate.rollout.rename import Moves
from migrate.trees.foreign import Foreign
from migrate.trees.globs import matches
from migrate.trees.tree import SKIPPED_FOLDERS
from migrate.workspace.config_names import locate
from migrate.workspace.git_record import hidden_by
from migrate.workspace.workspace import Workspace


def moves_of(workspace: Workspace, old: str, new: str) -> tuple[dict[str, str], tuple[str, str]]:
    """Old path to new path of each config; and the same of the folder, if it is one."""
    if not new:
        raise InputError("no new place is named", "''", "migrate mv OLD NEW")
    source, target = _source(workspace, old), workspace.path(new)
    is_folder = os.path.isdir(os.path.join(workspace.root, source))
    into = new.endswith("/") or os.path.isdir(os.path.join(workspace.root, target))
    if into and (not is_folder or os.path.isdir(os.path.join(workspace.root, target))):
        target = posixpath.join(target, posixpath.basename(source))
    target = posixpath.normpath(target)
    if not is_folder:
        if source.endswith(SUFFIXES) and not target.endswith(SUFFIXES):
            better = shlex.quote(new + posixpath.splitext(source)[1])
            hint = f"migrate mv {shlex.quote(old)} {better}"
            raise InputError("is no name of a config: it ends in .yaml", new, hint)
        return {source: target}, ("", "")
    if f"{target}/".startswith(f"{source}/"):
        raise InputError("is inside the folder that moves", new, "name a folder outside of it")
    inside = [path for path in workspace.tree.files() if path.startswith(f"{source}/")]
    others = [path for path in inside if not path.endswith(SUFFIXES)]
    if others:
        hint = "move that file first, or move the configs one by one"
        raise Refused("is not a config, and nobody knows what names it", others[0], hint)
    if not inside:
        raise MissingFile("holds no config", old, "name a config, or a folder of configs")
    moves = {path: target + path[len(source) :] for path in inside}
    return moves, (source, target)


def _source(workspace: Workspace, old: str) -> str:
    try:
        path = workspace.path(old)
    except InputError:
        if os.path.lexists(old):
            raise
        path = ""
    if path and path != "." and os.path.isdir(os.path.join(workspace.root, path)):
        return path
    return locate(workspace, old)


def in_the_way(
    workspace: Workspace, moves: Moves, exclude: Iterable[str]
) -> Iterator[MigrateError]:
    """What keeps a config from leaving its place, or from standing at the new one.

    `exclude` are globs of files that the plans leave out of sight.
    """
    foreign, globs = Foreign(workspace.tree), tuple(exclude)
    hidden = hidden_by(workspace.root, [*moves, *moves.values()])
    for old, new in moves.items():
        if foreign.why(old):
            yield Refused(f"would be moved, and {foreign.why(old)}", old, "move it where it is")
        elif fault := _fault_of(workspace, foreign, old, new):
            yield fault
        elif new in hidden and old not in hidden:
            yield Refused(f"would be hidden from git by {hidden[new]}", new, _ELSEWHERE)
        elif matches(new, globs) and not matches(old, globs):
            yield Refused("is excluded by the plans: no check would see it", new, _ELSEWHERE)


def _fault_of(workspace: Workspace, foreign: Foreign, old: str, new: str) -> MigrateError | None:
    """What is wrong with a new place by itself."""
    if old.casefold() == new.casefold():
        return _only_in_case(old, new)
    if os.path.lexists(os.path.join(workspace.root, new)) or workspace.tree.exists(new):
        return Refused("is there already", new, "choose another name, or move that away first")
    if fault := path_fault(new):
        return InputError(f"cannot be the path of a config: it {fault[0]}", new, fault[1])
    if foreign.why(new):
        return Refused(f"would be written, and it {foreign.why(new)}", new, _ELSEWHERE)
    if workspace.layout.is_record(new) or SKIPPED_FOLDERS.intersection(new.split("/")):
        return Refused("is where no config is looked for", new, _ELSEWHERE)
    above = next((one for one in parents(new) if workspace.tree.exists(one)), None)
    return Refused(f"lies below {above}, which is a file", new, _ELSEWHERE) if above else None


def _only_in_case(old: str, new: str) -> Refused:
    """Some disks take the two for one file: a third name stands between."""
    stem, suffix = posixpath.splitext(new)
    one, between, two = map(shlex.quote, (old, f"{stem}_{suffix}", new))
    hint = f"migrate mv {one} {between} && migrate mv {between} {two}"
    return Refused(f"differs from {old} only in case, if at all", new, hint)


_ELSEWHERE = "name a folder of configs"
