"""`migrate inspect`: the chain of a config, or of many, and what the trainer sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from migrate.errors import InputError
from migrate.locations import join
from migrate.workers import HERE, PORTIONS, Workers, each_chunk
from migrate.workspace.config_names import ConfigName, side
from migrate.workspace.view import View

if TYPE_CHECKING:
    from migrate.loading.fusion import Fusion
    from migrate.resolve import Resolved

FUSION_KEY = ("custom", "fusion_config")


class Inspection(NamedTuple):
    """A config's chain in merge order, what the trainer sees, and its dataset layer if wanted."""

    path: str
    chain: tuple[str, ...]
    resolved: dict[Any, Any]
    fusion: Fusion | None = None


def inspect(view: View, config: ConfigName, with_fusion: bool = False) -> Inspection:
    """What the trainer's own loader makes of a config, or a record holds of it.

    Raises InputError for what that loader cannot load, and for what could not be written again.
    """
    loaded = None
    if config.path is not None and not with_fusion:
        loaded = _loaded(view, config.path)
    if isinstance(loaded, Inspection):
        return loaded
    found = side(view, config)  # what is wrong is said with its place, if it can be
    if loaded is not None:
        raise loaded
    fusion = None
    if with_fusion:
        if found.resolved is None:
            hint = "the legacy tree is gone; inspect the preset itself"
            raise InputError("only the record is left of this config", found.path, hint)
        fusion = _fusion(view, found.resolved)
    return Inspection(found.path, found.chain, found.python, fusion)


def inspect_all(
    view: View,
    configs: Sequence[ConfigName | InputError],
    with_fusion: bool = False,
    workers: Workers = HERE,
) -> Iterator[Inspection | InputError]:
    """Resolve many configs in their order, here or wherever the workers are.

    For one that cannot be resolved, or that is not a config, what is wrong with it.
    """
    work = partial(_inspect_each, view, with_fusion)
    if workers.pool is None:
        return each_chunk(work, configs, len(configs), None)
    _ = view.dialect  # what is to be said of it is said here, once
    return each_chunk(work, configs, PORTIONS * workers.number, workers.pool)


def _inspect_each(
    view: View, with_fusion: bool, configs: list[ConfigName | InputError]
) -> list[Inspection | InputError]:
    found: list[Inspection | InputError] = []
    for config in configs:
        try:
            if isinstance(config, InputError):
                raise config
            found.append(inspect(view, config, with_fusion))
        except InputError as error:
            found.append(error)
    return found


def _loaded(view: View, path: str) -> Inspection | InputError | None:
    """A config by its values alone, or why it cannot be loaded; None where they do not say all."""
    try:
        values, chain = view.loader.load(path), view.loader.chain(path)
        plainly_resolvable = all(map(view.loader.plainly_resolvable, chain))
    except InputError as error:
        return error
    return Inspection(path, chain, values) if plainly_resolvable else None


def _fusion(view: View, resolved: Resolved) -> Fusion:
    """The dataset layer that a config names; a fusion config is its own."""
    from migrate.dialect import FUSION
    from migrate.loading.fusion import resolve_fusion

    if any(key in resolved.python for key in FUSION.list_merge):
        return resolve_fusion(view.tree, resolved.path)
    slot = resolved.branch.find(FUSION_KEY)
    name = slot.python if slot is not None else None
    if slot is None or not isinstance(name, str):
        hint = "set custom.fusion_config, or name a fusion config itself"
        raise InputError("names no fusion config", resolved.path, hint)
    path = join("", name)
    if not view.tree.exists(path):
        from migrate.errors import nearest
        from migrate.workspace.config_names import alike

        hint = nearest(path, alike(view, path), 1) or "the path is relative to the root"
        raise InputError(f"names {path}, which does not exist", slot.winner.place, hint)
    return resolve_fusion(view.tree, path)
