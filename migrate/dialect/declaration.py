"""How one ecosystem composes configs: by which keys, from where, and what replaces what."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from migrate.locations import LEGACY, join, relative

Named = TypeVar("Named", bound=Hashable)
Form = Literal["any", "path", "list"]
Order = Literal["later", "earlier"]
MappingOver = Literal["replace", "error", "omegaconf"]
Where = Literal["top", "any"]
Merge = Literal["deep", "shallow"]
Revisit = Literal["each", "once", "error"]

FILE, ROOT, CWD, PREFIX = "file", "root", "cwd", "prefix"
"""Words of `base_dirs`; any other entry is a folder, relative to the root."""


class Delete(NamedTuple):
    """How a config of this dialect takes back what its bases said.

    With `key`, a mapping that holds `key: is_` replaces the bases' mapping instead of merging into
    it: mappings at the root's keys (`top`) or anywhere. With `value`, a key of this value is gone.
    `over_only` says that the marker is taken out only where there is a mapping to replace, `root`
    that the root mapping may hold it, `spent` that one which says no goes too where it was read.
    """

    key: str | None = None
    is_: bool = True
    where: Where = "any"
    over_only: bool = True
    root: bool = True
    spent: bool = False
    value: str | None = None

    def marks(self, said: Any) -> bool:
        """Whether the marker's value means it: the loaders ask for truth, not for a boolean."""
        return bool(said) is self.is_

    @property
    def line(self) -> str:
        """The marker as a line of YAML."""
        return f"{self.key}: {str(self.is_).lower()}"


class Dialect(NamedTuple):
    """How configs name the files they build on, and how these are merged.

    `source` names the code that was read. `keys` are the top-level composing keys; `rejected` are
    keys of other tools that look like one and are refused, with the hint. What the fields cannot
    say is refused by the loader of the declaration, never approximated.
    """

    name: str = "extends"
    source: str = "the trainer: PyYAML's safe_load and a deep merge"
    keys: tuple[str, ...] = ("extends",)
    rejected: tuple[tuple[str, str], ...] = (("inherit", "write `extends:` instead"),)
    form: Form = "any"
    """Whether a composing key holds a path, a list of paths, or either."""
    base_dirs: tuple[str, ...] = (FILE,)
    """Where a base is looked for, in this order: `file`, `root`, `cwd` (the root), or a folder; by
    `prefix` a path that begins with a dot is beside the file, and any other below the root."""
    home: bool = False
    """Whether a path that begins with `~` leads to the home folder."""
    order: Order = "later"
    """Which of several bases wins."""
    merge: Merge = "deep"
    """Whether a mapping over a mapping merges, or takes its place like anything else."""
    not_inherited: tuple[str, ...] = ()
    """Top-level keys that a config does not take from what it builds on."""
    revisit: Revisit = "each"
    """What a file that is reached again in one chain does: it is merged again, or the first time
    only, or it is an error."""
    implicit_base: str = ""
    """The file, relative to the root, that the loader puts under each that names no base."""
    mapping_over_other: MappingOver = "replace"
    """What a mapping does to a scalar or list. `omegaconf`: lists and mappings never replace each
    other, and a mandatory value `???` replaces nothing."""
    delete: Delete | None = None
    loader: str = "safe"
    """A kind of `yaml_text.loaders`."""
    linear: bool = False
    """All files of a chain are laid onto one mapping, one by one, instead of base by base."""
    in_place: bool = False
    """The loader changes mappings in place, so that a merge reaches every alias of a mapping."""
    disjoint: bool = False
    """Bases that set the same key are an error."""
    nested: bool = False
    """A composing key below the top level composes too, and one in a base does not: refused."""
    keeps_key: bool = False
    """The loader leaves the top file's composing key in what it hands on."""
    ignore_keys: tuple[str, ...] = ()
    """Top-level keys that the loader sets itself, whatever the files say."""
    list_merge: tuple[str, ...] = ()
    """Top-level lists merged by their entries' `name`."""
    relative_keys: tuple[str, ...] = ()
    """Dotted keys whose values are paths relative to their file."""
    relative_tags: tuple[str, ...] = ()
    """Tags, such as `!path`, whose values are paths relative to their file."""
    refuses: tuple[tuple[str, str], ...] = ()
    """What a loader does to the text of a file and we do not: a regular expression, and a hint."""
    signs: tuple[str, ...] = ()
    """Words in the files of a tree that tell this dialect from others with the same keys."""
    by_sign_alone: bool = False
    """Its keys are anybody's: a tree without such a word is not taken for one of this dialect."""
    declared: str = ""
    """For a declaration of a plan, its text as a flow mapping."""

    def compared(self, answer: Mapping[Any, Any]) -> dict[Any, Any]:
        """A resolved config for a comparison: without what the loader leaves or sets itself."""
        ignored = (*self.ignore_keys, *(self.keys if self.keeps_key else ()))
        return {key: value for key, value in answer.items() if key not in ignored}

    @property
    def plain(self) -> bool:
        """Whether bases merge as the default dialect merges them."""
        special = self.linear or self.in_place or self.disjoint or self.delete is not None
        special = special or bool(self.not_inherited or self.implicit_base)
        rules = (self.order, self.merge, self.revisit, self.mapping_over_other)
        return not special and rules == ("later", "deep", "each", "replace")

    @property
    def spelled(self) -> str:
        """How a plan names this dialect: by name, or written out."""
        return self.declared or self.name

    @property
    def by_file(self) -> bool:
        """Whether all bases are looked for beside the file that names them."""
        return self.base_dirs == (FILE,)

    @property
    def from_root(self) -> bool:
        """Whether a path may be read from the root: a frozen copy then mirrors the whole root."""
        return not self.by_file or bool(self.implicit_base)

    def implicit(self, source: str) -> str | None:
        """The file that the loader puts under `source` if that names no base; None for no such."""
        if not self.implicit_base:
            return None
        path = posixpath.normpath(posixpath.join(_root(source), self.implicit_base))
        return path if path != source else None

    def is_implicit(self, path: str) -> bool:
        """Whether a file, or the one that it is the frozen copy of, is the implicit base."""
        inner = path.removeprefix(f"{LEGACY}/")
        return bool(self.implicit_base) and inner == posixpath.normpath(self.implicit_base)

    def each_once(self, chains: Iterable[Sequence[Named]]) -> tuple[Named, ...]:
        """The files of a config's bases, each once, where it counts, in merge order.

        `chains` are those of the bases in the order of their list. A file that is reached twice
        counts where it is merged last, or where it is merged at all.
        """
        in_order = list(chains) if self.order == "later" else list(chains)[::-1]
        files = [file for chain in in_order for file in chain]
        if self.revisit == "once" and self.order == "later":
            return tuple(dict.fromkeys(files))
        return tuple(reversed(dict.fromkeys(reversed(files))))

    def candidates(self, source: str, text: str) -> list[str]:
        """The root-relative paths that `text` may mean in the file `source`, in order.

        In the legacy tree the root is the legacy tree: it holds what stood below the root.
        """
        if self.by_file:
            return [join(source, text)]
        return [
            join(source, text)
            if folder == FILE or (folder == PREFIX and text.startswith("."))
            else posixpath.normpath(posixpath.join(_root(source), _folder(folder), text))
            for folder in self.base_dirs
        ]

    def find(self, source: str, text: str, exists: Callable[[str], bool]) -> str:
        """The base that `text` names; the first candidate where none exists."""
        found = self.candidates(source, text)
        return found[0] if len(found) == 1 else next(filter(exists, found), found[0])

    def link(self, path: str, source: str) -> str:
        """How the file `source` names the base `path`; both relative to the root."""
        for folder in self.base_dirs:
            if folder == FILE:
                return relative(path, source)
            if folder == PREFIX and path.startswith("."):
                beside = relative(path, source)
                return beside if beside.startswith(".") else f"./{beside}"
            inner = posixpath.relpath(path, _folder(folder) or ".")
            if not inner.startswith("../"):
                return inner
        return posixpath.relpath(path, _folder(self.base_dirs[0]) or ".")

    def leads(self, source: str, text: str, path: str, exists: Callable[[str], bool]) -> bool:
        """Whether `text`, written in the file `source`, names the base `path`."""
        return self.find(source, text, exists) == path


def _folder(word: str) -> str:
    return "" if word in (ROOT, CWD, PREFIX) else word


def _root(source: str) -> str:
    return LEGACY if source.startswith(f"{LEGACY}/") else ""


EXTENDS = Dialect()
FUSION = Dialect(name="fusion", list_merge=("targets", "sources"))
