"""The independent reader of other frameworks' trees: their loaders' rules in a few lines each.

Written for the tests from those loaders' sources, which `migrate/dialect/shipped.py` names; it
shares no code with the engine.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests.support.reader import Files, merge, resolve

Config = dict[Any, Any]
LEGACY = "configs/legacy/"


class _Reads(yaml.SafeLoader):
    """Unknown tags stay, as the pair of the tag and what it holds; `1e-3` is OmegaConf's float."""


def _tagged(loader: Any, suffix: str, node: yaml.Node) -> Any:
    kinds = {yaml.MappingNode: "mapping", yaml.SequenceNode: "sequence", yaml.ScalarNode: "scalar"}
    made = getattr(loader, f"construct_{kinds[type(node)]}")
    value = made(node) if isinstance(node, yaml.ScalarNode) else made(node, deep=True)
    return (suffix, value)


_Reads.add_multi_constructor("!", _tagged)


class _Omega(_Reads):
    """The same with OmegaConf's numbers."""


_Omega.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read(files: Files, path: str, name: str) -> Config:
    """A config as the loader of the dialect `name` sees it."""
    if name == "extends":
        return resolve(files, path)
    return _LOADERS[name](files, path)


def _row(key: str) -> Callable[[Files, str], Config]:
    """Every file of the chain laid upon one mapping, bases first."""

    def files_of(files: Files, path: str) -> Iterator[Config]:
        own = _own(files, path)
        for base in own.pop(key, []):
            yield from files_of(files, _beside(path, base))
        yield own

    def load(files: Files, path: str) -> Config:
        merged: Config = {}
        for file in files_of(files, path):
            merged = merge(merged, file)
        return merged

    return load


def _detectron2(files: Files, path: str) -> Config:
    own = _own(files, path)
    base = own.pop("_BASE_", None)
    return merge(_detectron2(files, _beside(path, base)) if base else {}, own)


def _paddleseg(files: Files, path: str) -> Config:
    own = _own(files, path)
    bases = own.pop("_base_", [])
    for base in [bases] if isinstance(bases, str) else bases:
        own = _unless_inherited(_paddleseg(files, _beside(path, base)), own)
    return own


def _unless_inherited(base: Config, own: Config) -> Config:
    if own.get("_inherited_", True) is False:
        return {key: value for key, value in own.items() if key != "_inherited_"}
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and key in merged
        merged[key] = _unless_inherited(merged[key], value) if both else value
    return merged


def _mmengine(files: Files, path: str) -> Config:
    own = _own(files, path)
    bases = own.pop("_base_", [])
    below: Config = {}
    for base in [bases] if isinstance(bases, str) else bases:
        below.update(_mmengine(files, _beside(path, base)))
    return _unless_deleted(below, own)


def _unless_deleted(base: Config, own: Config) -> Config:
    merged = dict(base)
    for key, value in own.items():
        deep = isinstance(value, dict) and key in merged
        if deep and not value.pop("_delete_", False):
            merged[key] = _unless_deleted(merged[key], value)
        else:
            merged[key] = value
    return merged


def _nemo_rl(files: Files, path: str) -> Config:
    own = _own(files, path, _Omega)
    named = own.pop("defaults", None)
    below: Config = {}
    for base in [named] if isinstance(named, str) else named or []:
        below = merge(below, _nemo_rl(files, _beside(path, base)))
    for key, value in own.items() if named else ():
        if isinstance(value, dict) and value.get("_override_", False):
            del value["_override_"]
            below.pop(key, None)
    return merge(below, own)


def _including(*folders: str, omega: bool) -> Callable[[Files, str], Config]:
    """The first of the folders that has the file, then the includer's own."""

    def load(files: Files, path: str) -> Config:
        own = _own(files, path, _Omega if omega else _Reads)
        below: Config = {}
        for name in own.pop("includes", []):
            places = [posixpath.normpath(f"{_root(path)}{folder}{name}") for folder in folders]
            found = next((place for place in places if place in files), _beside(path, name))
            below = merge(below, load(files, found))
        return merge(below, own)

    return load


def _hcp_diffusion(files: Files, path: str) -> Config:
    whole = _hcp_unfinished(files, path)
    return {key: _without_dashes(item) for key, item in whole.items() if item != "---"}


def _hcp_unfinished(files: Files, path: str) -> Config:
    own = _own(files, path, _Omega)
    for base in own.pop("_base_", []):
        own = merge(_hcp_unfinished(files, f"{_root(path)}{base}"), own)
    return own


def _without_dashes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_dashes(item) for key, item in value.items() if item != "---"}


def _openpcdet(files: Files, path: str) -> Config:
    own = _own(files, path)
    base = own.pop("_BASE_CONFIG_", None)
    return merge(_own(files, f"{_root(path)}tools/{base}") if base else {}, own)


def _own(files: Files, path: str, loader: type[yaml.SafeLoader] = _Reads) -> Config:
    return dict(yaml.load(files[path], loader) or {})  # noqa: S506


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _root(path: str) -> str:
    """Frozen files name frozen files: the legacy tree holds what stood below the root."""
    return LEGACY if path.startswith(LEGACY) else ""


_LOADERS: dict[str, Callable[[Files, str], Config]] = {
    "paddledetection": _row("_BASE_"),
    "d-fine": _row("__include__"),
    "detectron2": _detectron2,
    "paddleseg": _paddleseg,
    "nemo-rl": _nemo_rl,
    "fairchem": _including("", omega=False),
    "mmf": _including("mmf/", omega=True),
    "hcp-diffusion": _hcp_diffusion,
    "openpcdet": _openpcdet,
    "mmengine": _mmengine,
}
