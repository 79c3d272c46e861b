"""The trainer's loader itself: plain PyYAML and a deep merge. Parity trusts nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from migrate.dialect import EXTENDS, Delete, Dialect
from migrate.errors import InputError, MigrateError, Refused
from migrate.limits import BASES, CHAIN_FILES
from migrate.trees.tree import Tree
from migrate.yaml_text import LOADERS, chain_too_large, decode, load, values_at_most

Mapping = dict[Any, Any]


_ODD = re.compile(rb"(?m)^%|(?:^|[\s\[\]{},:-])!")
"""A directive or a tag, or what looks like one."""


class PlainLoader:
    """Loads configs of one tree the way the trainer does; shares no code with `resolve`."""

    def __init__(
        self, tree: Tree, dialect: Dialect = EXTENDS, loaded: dict[bytes, Any] | None = None
    ) -> None:
        self.tree = tree
        self.dialect = dialect
        self._kind = LOADERS[dialect.loader]
        self._merge = merger(dialect)
        self._loaded: dict[bytes, Any] = {} if loaded is None else loaded
        self._whole: dict[str, Mapping] = {}
        self._resolved: dict[str, Mapping] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._contents: dict[str, bytes] = {}
        self._plainly_resolvable: dict[str, bool] = {}
        self._entered = 0
        self._below: dict[str, frozenset[str]] = {}
        """Of each config that was composed, the files it is made of."""
        self._weighed: set[str] = set()
        self._weight = 0

    def load(self, path: str) -> Mapping:
        """The resolved config: bases in list order, each with its own bases first, then the file.

        The result is shared, so read it only. Raises InputError for what the trainer cannot load.
        """
        if path not in self._resolved:
            try:
                self._resolved[path] = finished(self.dialect, self._compose(path, 0))
            except MigrateError as error:
                # Who keeps the letter must not keep what was loaded, by way of the frames.
                raise error.with_traceback(None) from None
        return self._resolved[path]

    def named(self, path: str) -> list[str]:
        """What the composing keys of one file say. Raises InputError as `load`."""
        return self._said(path, self._file(path))

    def own(self, path: str) -> Mapping:
        """What one file says itself, its composing keys included. Raises InputError."""
        return self._file(path)

    def bases(self, path: str) -> list[str]:
        """The files that one file extends, in its order. Raises InputError."""
        return self._bases(path, self._file(path))

    def below(self, path: str) -> list[str]:
        """The same, or what the loader puts under a file that names none. Raises InputError."""
        return self._under(path, self._file(path))

    def chain(self, path: str) -> tuple[str, ...]:
        """Every file of a config that `load` has read, by precedence, the config itself last."""
        if path not in self._chains:
            bases = self.below(path)
            in_order = bases if self.dialect.order == "later" else bases[::-1]
            merged = [known for base in in_order for known in self.chain(base)]
            first = self.dialect.revisit == "once" and in_order is bases
            # A file that is reached twice counts where it comes last, or where it is merged at all.
            kept = dict.fromkeys(merged) if first else reversed(dict.fromkeys(reversed(merged)))
            self._chains[path] = (*kept, path)
        return self._chains[path]

    def forget(self, path: str) -> None:
        """Keep nothing of a file that is not needed any more."""
        for known in (
            self._whole,
            self._resolved,
            self._chains,
            self._plainly_resolvable,
            self._below,
        ):
            known.pop(path, None)
        self._loaded.pop(self._contents.pop(path, b""), None)

    def plainly_resolvable(self, path: str) -> bool:
        """Whether `resolve` is sure to read a file just so: what it refuses, for it could not write
        that again, shows in the text."""
        if path not in self._plainly_resolvable:
            own, content = self._file(path), self._contents[path]
            odd = any(key in own for key, _ in self.dialect.rejected)
            odd = odd or _ODD.search(content) is not None
            # Where a merge changes mappings in place, an alias makes more of it than its text says.
            self._plainly_resolvable[path] = not odd and not (
                self.dialect.in_place and b"*" in content
            )
        return self._plainly_resolvable[path]

    def _compose(self, path: str, depth: int, seen: set[str] | None = None) -> Mapping:
        self._enter(path, depth)
        if (
            self.dialect.nested
            and depth
            and any(key in self._file(path) for key in self.dialect.keys)
        ):
            raise Refused("is a base and extends another file", path, "write that one out")
        if self.dialect.linear:
            merged: Mapping = {}
            *below, own = self._in_a_row(path, depth, set())
            for file in below:
                merged = self._merge(merged, self._without_own_keys(file))
            return self._merge(merged, own)
        if self.dialect.in_place or self.dialect.revisit == "once":
            # What is changed in place is nobody else's; what a file adds depends on who came first.
            return self._fold(path, depth, seen if seen is not None else set())
        if path in self._whole:
            self._weigh(path, self._below[path])
        else:
            self._whole[path] = self._fold(path, depth, set())
        return self._whole[path]

    def _enter(self, path: str, depth: int) -> None:
        """Refuse chains without end: too long a row, or the same files over and over."""
        if depth == 0:
            self._entered = self._weight = 0
            self._weighed = set()
        self._entered += 1
        if depth > self.tree.limits.chain:
            raise InputError("extends too many files in a row", path, "look for a cycle")
        if self._entered > CHAIN_FILES:
            what = f"merges more than {CHAIN_FILES:,} files, each counted every time it is extended"
            raise Refused(what, path, "extend each file once")

    def _weigh(self, path: str, files: Iterable[str]) -> None:
        """Count the values of files that are new in this chain. Raises Refused for too many."""
        limits = self.tree.limits
        new = [file for file in files if file not in self._weighed]
        self._weighed.update(new)
        self._weight += sum(self._values(file) for file in new)
        if self._weight > limits.chain_nodes:
            self._weight = sum(self._values(file, exactly=True) for file in self._weighed)
        if self._weight > limits.chain_nodes:
            for known in self._weighed:  # the next chain may be as large
                self.forget(known)
            raise chain_too_large(path, new[-1], limits)

    def _values(self, path: str, exactly: bool = False) -> int:
        text = decode(path, self._contents[path])
        return values_at_most(text, path, self.tree.limits, exactly)

    def _fold(self, path: str, depth: int, seen: set[str]) -> Mapping:
        own = self._file(path)
        self._weigh(path, [path])
        data = {key: value for key, value in own.items() if key not in self.dialect.keys}
        named = self._under(path, own)
        bases = self._composed(named, depth, path, seen)
        self._below[path] = frozenset((path,)).union(*(self._below[base] for base in named))
        if self.dialect.order == "earlier":
            for base in bases:
                data = self._merge(base, data)
            return data
        below: Mapping = {}
        for base in bases:
            if self.dialect.disjoint:
                _refuse_common(below, base, path, self.dialect.merge == "deep")
            below = self._merge(below, base)
        if named or len(data) < len(own):
            _override(self.dialect, below, data)
        return self._merge(below, data)

    def _composed(self, named: list[str], depth: int, path: str, seen: set[str]) -> list[Mapping]:
        """The bases of a file as they are merged into it. Raises InputError for one too many."""
        bases: list[Mapping] = []
        reached: set[str] = set()
        for base in named:
            if self.dialect.revisit == "once" and base in seen:
                continue
            bases.append(self._without_own_keys(self._compose(base, depth + 1, seen)))
            if self.dialect.revisit == "error" and reached & self._below[base]:
                raise InputError(f"reaches a file twice, by {base}", path, _FAILS)
            reached |= self._below[base]
        seen.add(path)  # not before: what extends itself must not look as if it were done
        return bases

    def _without_own_keys(self, base: Mapping) -> Mapping:
        """What a base hands on: some keys are a file's own."""
        if not any(key in base for key in self.dialect.not_inherited):
            return base
        return {key: value for key, value in base.items() if key not in self.dialect.not_inherited}

    def _in_a_row(self, path: str, depth: int, seen: set[str]) -> Iterator[Mapping]:
        self._enter(path, depth)
        own = self._file(path)
        self._weigh(path, [path])
        for base in self._under(path, own):
            once = self.dialect.revisit == "once" or self.dialect.is_implicit(base)
            if not (once and base in seen):
                yield from self._in_a_row(base, depth + 1, seen)
        seen.add(path)
        yield {key: value for key, value in own.items() if key not in self.dialect.keys}

    def _under(self, path: str, own: Mapping) -> list[str]:
        """The files that a file is laid over: those that it names, else what the loader adds."""
        named = self._bases(path, own)
        implicit = self.dialect.implicit(path)
        if named and self.dialect.is_implicit(path):
            raise Refused("is put under others and extends another file", path, "write that out")
        return named if named or implicit is None else [implicit]

    def _bases(self, path: str, own: Mapping) -> list[str]:
        return [self.dialect.find(path, said, self.tree.exists) for said in self._said(path, own)]

    def _said(self, path: str, own: Mapping) -> list[str]:
        return [name for key in self.dialect.keys for name in self._listed(path, own.get(key))]

    def _listed(self, path: str, value: Any) -> list[str]:
        if value is None:
            return []
        if self.dialect.form != "any" and isinstance(value, str) is (self.dialect.form == "list"):
            raise InputError(f"composes by {value!r}", path, "the loader does not read that")
        named = value if isinstance(value, list) else [value]
        if not all(isinstance(name, str) and name and "\0" not in name for name in named):
            raise InputError(
                "the composing key holds something that is not a path",
                path,
                "write a path, or a list of paths",
            )
        if len(named) > BASES:
            raise Refused(f"names more than {BASES:,} files", path, "extend fewer files")
        return named

    def _file(self, path: str) -> Mapping:
        content = self._contents.get(path)
        if content is None:
            content = self._contents[path] = self.tree.read(path)
        if content not in self._loaded:
            text = decode(path, content)
            self._loaded[content] = load(text, path, self._kind, self.tree.limits) or {}
        for pattern, hint in self.dialect.refuses:
            if re.search(pattern, decode(path, content)):
                raise Refused("holds what its loader rewrites before it reads the file", path, hint)
        own = self._loaded[content]
        if not isinstance(own, dict):
            raise InputError("the root of a config must be a mapping", path, "give the values keys")
        if self.dialect.nested and any(_composes(self.dialect, item) for item in own.values()):
            raise Refused("composes below the top level", path, "write that mapping out")
        return copy.deepcopy(own) if self.dialect.in_place else own


def merger(dialect: Dialect) -> Callable[[Mapping, Mapping], Mapping]:
    """How a loader merges a mapping over another. Raises InputError where it would fail."""
    if dialect.merge == "shallow":
        return lambda base, over: {**base, **over}
    if dialect.in_place:
        return lambda base, over: _merge_in_place(base, over, dialect.mapping_over_other == "error")
    delete = dialect.delete
    if delete is not None and delete.key is not None and delete.where == "any":
        return lambda base, over: _merge_marked(base, over, dialect, delete)
    if dialect.mapping_over_other == "replace":
        return deep_merge
    return lambda base, over: _merge_strictly(base, over, dialect.mapping_over_other)


def merge_over(dialect: Dialect, bases: Iterable[Mapping], own: Mapping) -> Mapping:
    """One file's data over what it builds on; none is changed. Raises as `merger`.

    Several bases are laid below it one after another.
    """
    data = copy.deepcopy(own) if dialect.in_place else dict(own)
    for below in bases:
        base = copy.deepcopy(below) if dialect.in_place else dict(below)
        _override(dialect, base, data)
        data = merger(dialect)(base, data)
    return finished(dialect, data)


def finished(dialect: Dialect, whole: Mapping) -> Mapping:
    """A merged config as the trainer sees it: without the keys that a value takes out."""
    gone = dialect.delete.value if dialect.delete is not None else None
    return whole if gone is None else _without(whole, gone)


def deep_merge(base: Mapping, over: Mapping) -> Mapping:
    """Mapping onto mapping merges, anything else replaces; neither argument is changed."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = deep_merge(merged[key], value) if both else value
    return merged


def _merge_in_place(base: Mapping, over: Mapping, strict: bool) -> Mapping:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge_in_place(base[key], value, strict)
        elif strict and isinstance(value, dict) and key in base:
            raise InputError(f"`{key}` is a mapping over something else", None, _FAILS)
        else:
            base[key] = value
    return base


def _merge_strictly(base: Mapping, over: Mapping, rule: str) -> Mapping:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge_strictly(old, value, rule)
        elif key not in base:
            merged[key] = value
        elif rule == "omegaconf":
            merged[key] = _over_other(key, old, value)
        elif rule == "error":
            if isinstance(value, dict):
                raise InputError(f"`{key}` is a mapping over something else", None, _FAILS)
            merged[key] = value
    return merged


def _over_other(key: Any, old: Any, value: Any) -> Any:
    """OmegaConf's rules for what is not a mapping over a mapping."""
    if {type(old), type(value)} == {dict, list}:
        raise InputError(f"`{key}` is a list and a mapping", None, _FAILS)
    mandatory = isinstance(value, str) and value == "???"
    if (isinstance(value, dict) or mandatory) and isinstance(old, str) and "${" in old:
        raise Refused(f"`{key}` is merged into an interpolation", None, "write it out there")
    return old if mandatory else value


def _merge_marked(base: Mapping, over: Mapping, dialect: Dialect, delete: Delete) -> Mapping:
    """With a marker that takes the base's mapping away, wherever it stands."""
    if delete.root and _is_marked(over, delete):
        return _unmarked(over, delete)
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and key in base:
            old = base[key]
            if _is_marked(value, delete):
                merged[key] = _unmarked(value, delete)
            elif isinstance(old, dict):
                said = _unmarked(value, delete) if delete.spent else value
                merged[key] = _merge_marked(old, said, dialect, delete)
            elif dialect.mapping_over_other == "error":
                raise InputError(f"`{key}` is a mapping over something else", None, _FAILS)
            else:
                merged[key] = value
        else:
            merged[key] = value
    return merged


def _is_marked(value: Mapping, delete: Delete) -> bool:
    return delete.key in value and delete.marks(value[delete.key])


def _unmarked(value: Mapping, delete: Delete) -> Mapping:
    return {key: item for key, item in value.items() if key != delete.key}


def _override(dialect: Dialect, below: Mapping, data: Mapping) -> None:
    """With a marker in a top-level mapping: the base's goes, and so does the marker."""
    delete = dialect.delete
    if delete is None or delete.key is None or delete.where != "top":
        return
    for key, value in list(data.items()):
        if isinstance(value, dict) and _is_marked(value, delete):
            below.pop(key, None)
            data[key] = _unmarked(value, delete)


def _refuse_common(below: Mapping, base: Mapping, path: str, deep: bool) -> None:
    for key, value in base.items():
        if deep and isinstance(value, dict) and isinstance(below.get(key), dict):
            _refuse_common(below[key], value, path, deep)
        elif key in below:
            raise InputError(f"two bases set `{key}`", path, _FAILS)


def _without(value: Any, gone: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, gone) for key, item in value.items() if item != gone}
    if isinstance(value, list) and gone in _scalars(value):
        raise Refused(f"`{gone}` inside a list is not supported", None, "write the list out")
    return value


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _scalars(item)
    else:
        yield value


def _composes(dialect: Dialect, value: Any) -> bool:
    if isinstance(value, list):
        return any(_composes(dialect, item) for item in value)
    if not isinstance(value, dict):
        return False
    return any(key in value for key in dialect.keys) or any(
        _composes(dialect, item) for item in value.values()
    )


_FAILS = "the dialect's own loader fails there too"
