"""One root in an editor: how its configs resolve now, and the last text of each that did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from migrate.changes import Change
from migrate.dialect import EXTENDS, Dialect
from migrate.errors import InputError, MigrateError
from migrate.limits import DEFAULT, Limits
from migrate.locations import LEGACY, SUFFIXES, outside
from migrate.lsp.family import Family
from migrate.lsp.open_tree import OpenTree, ParsedFiles
from migrate.plan import Plans
from migrate.resolve import Resolved, Resolver
from migrate.trees.tree import Overlay, Tree
from migrate.workspace.view import View
from migrate.workspace.workspace import Workspace
from migrate.yaml_text import LOADERS, Document

KEPT_RESOLVED = 64
"""Of so many configs the last answer is kept, for a chain that is broken while somebody types."""


OPEN_BYTES = 1024 * 1024
"""A larger file takes seconds to parse; `--max-file-bytes` raises the limit here, too."""


class Options(NamedTuple):
    """What stands before the verb: how every root is read."""

    plans: str = "plans"
    dialect: str | None = None
    limits: Limits = DEFAULT


class ConfigState(NamedTuple):
    """One config as an editor has it.

    `document` is its text, None where that does not parse; `resolved` is what it comes to, or came
    to when its chain was sound last; `problem` says what is wrong now.
    """

    path: str
    text: str
    document: Document | None
    resolved: Resolved | None
    problem: MigrateError | None


class ConfigFolder:
    """One root. Every question is answered for the tree as it is when it is asked."""

    def __init__(self, root: str, options: Options) -> None:
        self.root = root
        self.options = options
        self.limits = _quick(options.limits)
        self.tree = OpenTree(root, self.limits)
        self.family = Family()
        self.fusion: frozenset[str] = frozenset()
        """The files of the dataset layer, as far as they are known by now."""
        self.texts: dict[str, str] = {}
        """The texts of open files, whether they parse or not."""
        self._untried: set[str] = set()
        self._faults: dict[str, MigrateError] = {}
        self._parsed = ParsedFiles()
        self._sound: dict[str, Resolved] = {}
        self._plans_read: list[bytes] | None = None
        self._plans: Plans | None = None
        self._dialect = EXTENDS

    # What an editor tells.

    def set_text(self, path: str, text: str) -> None:
        """A file was opened, or its text edited."""
        self.texts[path] = text.removeprefix("\ufeff")
        self._untried.add(path)

    def close(self, path: str) -> None:
        """A file was closed: what stands on disk counts again."""
        self.texts.pop(path, None)
        self._untried.discard(path)
        self._faults.pop(path, None)
        self.tree.open.pop(path, None)
        self.tree.forget(path)

    def changed_on_disk(self, paths: Iterable[str], listed: bool) -> None:
        """Files were written by others; `listed` says that some came or went."""
        for path in paths:
            self.tree.forget(path)
        if listed:
            self.tree.forget_list()

    # What there is.

    def is_config(self, path: str) -> bool:
        """Whether a file may be a config, or a plan."""
        return path.endswith(SUFFIXES) and not outside(path)

    @property
    def view(self) -> View:
        """The root as the looking verbs see it, with the open texts in it."""
        view = View(self.root, self.options.plans, self.limits, self.options.dialect)
        view.tree = self.tree
        return view

    def is_plan(self, path: str) -> bool:
        """Whether a file is one of the plans."""
        folder = self.view.layout.plans
        return path.startswith(f"{folder}/") and "/" not in path.removeprefix(f"{folder}/")

    def concerns(self, path: str) -> bool:
        """Whether a YAML file is any business of ours: there are many others in a repository.

        A plan, a frozen file, whatever stands below the folder of the configs, and what extends or
        is extended.
        """
        if self.is_plan(path) or path.startswith(f"{LEGACY}/"):
            return True
        plans = self.plans
        if plans.presets and plans.config_root != "." and path.startswith(f"{plans.config_root}/"):
            return True
        if self.family.bases(path) or self.family.heirs(path):
            return True
        words = "|".join(map(re.escape, self._dialect.keys))
        return re.search(rf"(?m)^[\"']?(?:{words})[\"']?[ \t]*:", self.text_now(path)) is not None

    def is_fusion(self, path: str) -> bool:
        """Whether a file is of the dataset layer, whose lists merge by the names of entries."""
        return path in self.fusion or not self.fusion.isdisjoint(self.family.below(path))

    @property
    def dialect(self) -> Dialect:
        """How the tree composes files; while the plans have faults, what it was before."""
        self._read_plans()
        return self._dialect

    @property
    def plans(self) -> Plans:
        """The plans; none where there are none, or while they have faults."""
        self._read_plans()
        return self._plans or Plans({}, folder=self.view.layout.plans)

    def _read_plans(self) -> None:
        """Read the plans anew if one of their files is another."""
        view = self.view
        read = [self.content(path) for path in view.plan_files()]
        if read == self._plans_read:
            return
        self._plans_read = read
        workspace = Workspace(self.root, self.options.plans, self.limits, self.options.dialect)
        workspace.tree = self.tree
        with suppress(MigrateError):
            self._dialect = workspace.dialect
        if read:
            with suppress(MigrateError):
                self._plans = workspace.plans

    def content(self, path: str) -> bytes:
        """The bytes of a file; none of one that cannot be read."""
        self._try_texts()
        try:
            return self.tree.read(path)
        except MigrateError:
            return b""

    def text_now(self, path: str) -> str:
        """The text of a file as an editor has it, else as it stands on disk; line ends as `\\n`."""
        text = self.texts.get(path)
        return (self.on_disk(path) if text is None else text).replace("\r\n", "\n")

    def on_disk(self, path: str) -> str:
        """The text of a file on disk; "" for none, and what is no text as signs that say so."""
        try:
            return self.tree.disk.read(path).decode("utf-8", "replace").removeprefix("\ufeff")
        except MigrateError:
            return ""

    # How configs resolve.

    def resolver(self, tree: Tree | None = None) -> Resolver:
        """Resolves configs of the tree as it is now; parsed files are shared."""
        dialect = self.dialect
        self._try_texts()
        return Resolver(tree or self.tree, dialect, self._parsed)

    def _try_texts(self) -> None:
        """Let each edited text count if it parses; else the last one that did goes on counting."""
        while self._untried:
            path = self._untried.pop()
            content = self.texts[path].encode("utf-8", "replace")
            try:
                self._parse(path, content)
            except (MigrateError, RecursionError) as error:
                self._faults[path] = _as_letter(error, path)
                continue
            self._faults.pop(path, None)
            self.tree.open[path] = content

    def _parse(self, path: str, content: bytes) -> None:
        overlay = Overlay(self.tree, [Change(path, None, content, "")])
        limits = self.limits
        if len(content) > limits.file_bytes:
            size = f"{len(content):,} bytes, the limit is {limits.file_bytes:,}"
            raise InputError(f"is too large: {size}", path, "--max-file-bytes raises the limit")
        keys, loader = self._dialect.keys, LOADERS[self._dialect.loader]
        self._parsed[path, content] = Document(path, overlay.read(path), keys, loader, limits)

    def look(self, path: str, resolver: Resolver | None = None) -> ConfigState:
        """One config as it is now."""
        resolver = resolver or self.resolver()
        problem = self._faults.get(path)
        document = None
        if problem is None:
            try:
                document = resolver.document(path)
            except (MigrateError, RecursionError) as error:
                problem = _as_letter(error, path)
        resolved = self._sound.get(path)
        try:
            resolved = resolver.resolve(path)
        except (MigrateError, RecursionError) as error:
            problem = problem or _as_letter(error, path)
        if resolved is not None:
            self.family.note(path, (base.path for base in resolved.bases))
            self._keep(path, resolved)
        return ConfigState(path, self.text_now(path), document, resolved, problem)

    def _keep(self, path: str, resolved: Resolved) -> None:
        self._sound.pop(path, None)
        self._sound[path] = resolved
        if len(self._sound) > KEPT_RESOLVED:
            del self._sound[next(iter(self._sound))]

    def resolved_as(self, path: str, text: str) -> Resolved | None:
        """What a config would come to with another text; None where that cannot be said."""
        change = Change(path, None, text.encode("utf-8", "replace"), "")
        self._try_texts()
        try:
            return Resolver(Overlay(self.tree, [change]), self.dialect).resolve(path)
        except (MigrateError, RecursionError):
            return None


def _quick(limits: Limits) -> Limits:
    """The limits of what is parsed while somebody waits, unless other ones were asked for."""
    if limits.file_bytes != DEFAULT.file_bytes:
        return limits
    return limits._replace(file_bytes=OPEN_BYTES)


def _as_letter(error: BaseException, path: str) -> MigrateError:
    """What is wrong, as a letter with a place."""
    if isinstance(error, MigrateError):
        return error.faults()[0]
    return InputError("nests too deeply to be read", path, "write it with fewer levels")
