"""`migrate refs`: who points at these files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.errors import InputError, nearest, raise_all
from migrate.locations import SUFFIXES
from migrate.references import Reference, Renames, scan
from migrate.rollout.legacy import common_root
from migrate.trees.globs import is_glob
from migrate.workers import HERE, Workers
from migrate.workspace.config_names import config_paths, configs_in, presets
from migrate.workspace.view import View


@dataclass(frozen=True)
class RefsResult:
    """The files that were asked for, and every place that names one of them."""

    targets: tuple[str, ...]
    references: tuple[Reference, ...]
    folders: tuple[str, ...] = ()
    """The folders that were asked for and that somebody names as such."""
    implicit: tuple[str, ...] = ()
    """The targets that the loader puts under every config that names no base: nobody names them,
    and they are in use all the same."""

    def of(self, target: str) -> list[Reference]:
        """The references to one file."""
        return [one for one in self.references if target == one.target or target in one.also]


def refs(
    view: View, paths: Sequence[str], workers: Workers = HERE, exclude: Sequence[str] = ()
) -> RefsResult:
    """Who names these files (a folder: itself and all configs in it, a glob); without, all.

    `exclude` are globs of files out of sight, such as those of the plans.
    Raises InputError for a path that is not there, was never frozen, and that nothing names.
    """
    live = configs_in(view, ".")
    targets = _targets(view, paths, live) if paths else live
    if not targets:
        return RefsResult((), ())
    implicit = tuple(filter(view.dialect.is_implicit, targets))
    root = common_root(_below_configs(live) or targets)
    asked = [view.path(given) for given in paths]
    folders = [one for one in asked if any(path.startswith(f"{one}/") for path in targets)]
    renames = Renames.looking_for([*targets, *folders], root, view.dialect.keys, view.layout)
    store = view.scans("refs")
    references = tuple(scan(view.tree, renames, exclude=exclude, workers=workers, store=store))
    named = {one.target for one in references}
    known_folders = tuple(one for one in folders if one in named)
    found = RefsResult(tuple(targets), references, known_folders, implicit)
    raise_all([_unknown(path, live) for path in targets if _is_unknown(view, found, path)])
    return found


def _is_unknown(view: View, found: RefsResult, path: str) -> bool:
    there = view.tree.exists(path) or view.tree.exists(view.layout.frozen(path))
    return not there and not found.of(path)


def _unknown(path: str, live: list[str]) -> InputError:
    hint = nearest(path, live) or "name a config, or a folder of configs"
    return InputError("is not there, and nothing names it", path, hint)


def _below_configs(live: list[str]) -> list[str]:
    return [path for path in live if path.startswith("configs/")]


def _targets(view: View, paths: Sequence[str], live: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for given in paths:
        if is_glob(given) or ("/" not in given and given in presets(view)):
            found.update(dict.fromkeys(config_paths(view, [given])))
            continue
        path = view.path(given)
        _nameable(path)
        # A file that is gone may still be named: that is when one asks.
        named = configs_in(view, path) or ([path] if path.endswith(SUFFIXES) else [])
        if not named:
            hint = nearest(path, live) or "name a config, or a folder of configs"
            raise InputError("is not a config", path, hint)
        found.update(dict.fromkeys(named))
    return list(found)


def _nameable(path: str) -> None:
    try:
        path.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        what = "has a name that is not UTF-8, so that no text can name it"
        raise InputError(what, path, "rename the file") from None
