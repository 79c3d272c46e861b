"""Whether git keeps what a rollout records: that it ignores none of it, and converts no byte."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrate.changes import Change
from migrate.errors import Refused, raise_all
from migrate.locations import Place, parents
from migrate.rollout.legacy import ATTRIBUTES
from migrate.trees.git import GitError, ask
from migrate.trees.tree import Tree

_IGNORE = ".gitignore"
_CHECK_IGNORE = (
    "--no-literal-pathspecs",  # it refuses to work with them, and has none: paths are its input
    *("check-ignore", "-v", "--no-index", "-z", "--stdin"),
)
_CLONE = ".git/info/exclude"
"""The rules of this clone alone; git is asked with a folder of ours in the place of `.git`."""
_LOOKED_AT = 2000
"""So many files of the tree are asked about, to see which folders git looks into."""
KEEPS = "git keeps the bytes"
_LINES = b"""\
# Digests are taken of these bytes: git converts no line end here.
* -text
"""


def _git(root: str, *question: str, given: Iterable[str] = ()) -> str | None:
    """What git answers; None outside of a repository, and where git cannot say."""
    told = os.fsencode("".join(f"{one}\0" for one in given))
    try:
        answer = ask(root, *question, given=told, codes=(0, 1))
    except GitError:
        return None
    return None if answer is None else os.fsdecode(answer)


def _records(answer: str | None, width: int) -> Iterator[tuple[str, ...]]:
    """The fields of an answer to `-z`, so many a record."""
    fields = (answer or "").split("\0")[:-1]
    return zip(*[iter(fields)] * width, strict=False)


# What is ignored.


class _Rule(NamedTuple):
    """One line of a file that says what is ignored; `source` is relative to the repository."""

    source: str
    line: int
    pattern: str

    @property
    def in_tree(self) -> bool:
        """Whether the file belongs to the tree; others are of this clone or of this person."""
        own = posixpath.basename(self.source) == _IGNORE and not posixpath.isabs(self.source)
        return own and not self.source.startswith(".git/")


def refuse_ignored(root: str, tree: Tree, folders: Sequence[str], paths: Iterable[str]) -> None:
    """Raise Refused for every rule by which git ignores one of the paths, each below a folder.

    The hint is a command that takes the folders out of the rules. Outside of a repository
    nothing is refused.
    """
    prefix = _git(root, "rev-parse", "--show-prefix")
    ignored = _ignored(root, paths) if prefix is not None else {}
    if prefix is None or not ignored:
        return
    others = [path for path in tree.files() if _folder(path, folders) is None][:_LOOKED_AT]
    hidden = _ignored(root, others)
    top = prefix.rstrip("\n").rstrip("/")
    visible = [posixpath.join(top, path) for path in others if path not in hidden]
    open_folders = {folder for path in visible for folder in parents(path)}
    by_rule: dict[_Rule, list[str]] = {}
    for path, rule in ignored.items():
        by_rule.setdefault(rule, []).append(path)
    raise_all([_letter(rule, found, folders, top, open_folders) for rule, found in by_rule.items()])


def _ignored(root: str, paths: Iterable[str]) -> dict[str, _Rule]:
    """The rule that hides each path that git ignores, whether it is there or not."""
    answer = _git(root, *_CHECK_IGNORE, given=paths)
    return {
        path: _Rule(_CLONE if source.endswith(_CLONE[4:]) else source, int(line), pattern)
        for source, line, pattern, path in _records(answer, 4)
        if source and line.isdecimal() and not pattern.startswith("!")
    }


def hidden_by(root: str, paths: Iterable[str]) -> dict[str, Place]:
    """The paths that git ignores, each with the line that says so; none outside a repository."""
    return {path: Place(rule.source, rule.line) for path, rule in _ignored(root, paths).items()}


def _letter(
    rule: _Rule, paths: list[str], folders: Sequence[str], top: str, open_folders: set[str]
) -> Refused:
    source = rule.source if posixpath.isabs(rule.source) else _from_root(rule.source, top)
    # A .gitignore beats what stands outside of the tree, and what stands in a folder above it.
    file, home = (source, posixpath.dirname(rule.source)) if rule.in_tree else (_IGNORE, top)
    lines: dict[str, None] = {}
    for folder in dict.fromkeys(_folder(path, folders) or "" for path in paths):
        whole = posixpath.join(top, folder)
        lines.update(dict.fromkeys(_lines(whole, home, open_folders)))
    words = " ".join(shlex.quote(line) for line in ["", *lines])
    more = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
    what = f"`{rule.pattern}` hides {paths[0]}{more} from git: what git ignores is no record"
    hint = f"take them out of the rule: printf '%s\\n' {words} >> {shlex.quote(file)}"
    return Refused(what, Place(source, rule.line), hint)


def _from_root(path: str, top: str) -> str:
    return posixpath.relpath(path, top) if top else path


def _folder(path: str, folders: Sequence[str]) -> str | None:
    return next((one for one in folders if path.startswith(f"{one}/")), None)


def _lines(folder: str, home: str, open_folders: set[str]) -> Iterator[str]:
    """Lines of a .gitignore in the folder `home` that take a folder out of all rules before them.

    All paths are relative to the repository. Git does not look into a folder that is ignored: it
    has to be taken out first, and then all else in it is ignored again.
    """
    inner = posixpath.relpath(folder, home or ".")
    if inner == ".":
        yield from ("!*", "!**/")
        return
    for above in reversed(list(parents(inner))):
        whole = posixpath.normpath(posixpath.join(home, above))
        if whole not in open_folders:
            yield f"!/{_literal(above)}/"
            yield f"/{_literal(above)}/*"
    yield f"!/{_literal(inner)}/"
    yield f"!/{_literal(inner)}/**"


def _literal(path: str) -> str:
    return re.sub(r"([\\*?\[\]]| $)", r"\\\1", path)


# What is converted.


def keep_bytes(root: str, tree: Tree, paths: Mapping[str, Iterable[str]]) -> Iterator[Change]:
    """The .gitattributes of each folder, of whose paths git would convert one.

    One in the folder itself beats all others, and the one of the legacy tree goes with it.
    Outside of a repository there is none.
    """
    if _git(root, "rev-parse", "--show-prefix") is None:
        return
    for folder, inside in paths.items():
        path = f"{folder}/{posixpath.basename(ATTRIBUTES)}"
        before = tree.read(path) if tree.exists(path) else None
        answer = _git(root, "check-attr", "-z", "--stdin", "text", given=inside)
        converted = any(value != "unset" for _, _, value in _records(answer, 3))
        if converted and (before is None or not before.endswith(_LINES)):
            end = b"" if before is None or before.endswith(b"\n") or not before else b"\n"
            yield Change(path, before, (before or b"") + end + _LINES, KEEPS)
