"""The legacy tree: the frozen copy of everything the old presets were made of, and its manifest."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from migrate.changes import Change, sha256
from migrate.errors import MigrateError, MissingFile, Refused, TreeMoved
from migrate.layout import Layout
from migrate.locations import LEGACY, Place
from migrate.trees.tree import Tree

NO_TEXT = re.compile("[\ud800-\udfff]")
"""What stands in a file name for bytes that are not UTF-8."""

MANIFEST = f"{LEGACY}/MANIFEST.sha256"
ATTRIBUTES = f"{LEGACY}/.gitattributes"
"""By this file git keeps the bytes of the others; it goes with them, and is none of them."""


def is_frozen(path: str) -> bool:
    """Whether a path is that of a frozen copy."""
    return path.startswith(f"{LEGACY}/") and path != MANIFEST


def common_root(paths: Iterable[str]) -> str:
    """The folder that the legacy tree mirrors: `configs`, or whatever holds all frozen files."""
    folders = [posixpath.dirname(path) for path in paths]
    if all(folder == "configs" or folder.startswith("configs/") for folder in folders):
        return "configs"
    if "" in folders:
        return "."
    return posixpath.commonpath(folders) or "."


def freeze(tree: Tree, paths: Iterable[str], layout: Layout, force: bool = False) -> list[Change]:
    """The changes that make the legacy tree. Raises Refused if another one is there."""
    changes: list[Change] = []
    digests: dict[str, str] = {}
    for path in paths:
        if NO_TEXT.search(path):
            hint = "rename it: plans and evidence are UTF-8"
            raise Refused("has a name that is not UTF-8", path, hint)
        content = tree.read(path)
        target = layout.frozen(path)
        digests[target] = sha256(content)
        changes.append(_create(tree, target, content, f"frozen copy of {path}", force))
    why = "digests of the frozen files"
    changes.append(_create(tree, MANIFEST, manifest(digests), why, force))
    if force:
        new = {ATTRIBUTES, *(change.path for change in changes)}
        old = [p for p in tree.files() if p.startswith(f"{LEGACY}/") and p not in new]
        changes += [Change(path, tree.read(path), None, "no longer frozen") for path in old]
    return changes


def _create(tree: Tree, path: str, content: bytes, why: str, force: bool) -> Change:
    before = tree.read(path) if tree.exists(path) else None
    if before not in (None, content) and not force:
        hint = f"remove {LEGACY}, or pass --force to freeze again"
        raise Refused("is in the way of the legacy tree", path, hint)
    return Change(path, before, content, why)


def refreeze(tree: Tree, texts: Mapping[str, bytes | None]) -> list[Change]:
    """The changes that put other texts into the legacy tree, by their frozen paths, and into the
    manifest; None takes a copy out. Raises MissingFile without a manifest."""
    digests = read_manifest(tree)
    changes: list[Change] = []
    for path, content in texts.items():
        before = tree.read(path) if tree.exists(path) else None
        digests.pop(path, None)
        if content is not None:
            digests[path] = sha256(content)
        changes.append(Change(path, before, content, "the record of what was consumed"))
    after = manifest(digests)
    changes.append(Change(MANIFEST, tree.read(MANIFEST), after, "digests of the frozen files"))
    return changes


_ESCAPE = re.compile(r"\\([nr\\])")
_MEANS = {"n": "\n", "r": "\r", "\\": "\\"}


def manifest(digests: Mapping[str, str]) -> bytes:
    """The manifest of frozen files: digest by frozen path."""
    rows = sorted((posixpath.relpath(path, LEGACY), digest) for path, digest in digests.items())
    text = "".join(manifest_line(digest, path) for path, digest in rows)
    return text.encode("utf-8", "surrogateescape")


def manifest_line(digest: str, path: str) -> str:
    """One line as `sha256sum` writes it, odd names escaped its way."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == path else chr(92)}{digest}  {escaped}\n"


def read_manifest(tree: Tree) -> dict[str, str]:
    """Digest by frozen path. Raises MissingFile without a manifest, an error for a broken line."""
    digests: dict[str, str] = {}
    text = tree.read(MANIFEST).decode("utf-8", "surrogateescape")
    # CRLF is how git may have checked it out; other ends of lines may stand in a name.
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, 1):
        digest, separator, path = line.partition("  ")
        if not separator or len(digest.lstrip("\\")) != 64:
            hint = "restore the manifest from version control"
            raise MigrateError("is not a line of a manifest", Place(MANIFEST, number, 1), hint)
        if digest.startswith("\\"):
            path = _ESCAPE.sub(lambda escape: _MEANS[escape[1]], path)
        digests[posixpath.join(LEGACY, path)] = digest.lstrip("\\")
    return digests


class LineEnds(TreeMoved):
    """Frozen files that git checked out with other line ends; but for these they are whole."""


def only_line_ends(content: bytes, digest: str) -> bool:
    """Whether a content is the recorded one, with CRLF where that had LF."""
    return b"\r\n" in content and sha256(content.replace(b"\r\n", b"\n")) == digest


def check_manifest(tree: Tree) -> list[MigrateError]:
    """What is wrong with the frozen files: missing, edited, or not in the manifest.

    However many git checked out with other line ends, these are one fault.
    """
    faults: list[MigrateError] = []
    converted: list[str] = []
    digests = read_manifest(tree)
    for path, digest in digests.items():
        try:
            content = tree.read(path)
        except MissingFile:
            faults.append(TreeMoved("is in the manifest and missing", path, _RESTORE))
            continue
        found = sha256(content)
        if found != digest and only_line_ends(content, digest):
            converted.append(path)
        elif found != digest:
            what = f"was edited: its digest is {found[:12]}, frozen was {digest[:12]}"
            faults.append(TreeMoved(what, path, _RESTORE))
    known = {*digests, MANIFEST, ATTRIBUTES}
    for path in tree.files():
        if path.startswith(f"{LEGACY}/") and path not in known:
            what = "stands in the legacy tree and is not in the manifest"
            faults.append(TreeMoved(what, path, "move it elsewhere"))
    if converted:
        what = f"git put CRLF line ends into frozen files, {len(converted)} in all (core.autocrlf)"
        faults.append(LineEnds(what, f"{LEGACY}/", _CHECK_OUT))
    return faults


_CHECK_OUT = (
    f"echo '* -text' >> {ATTRIBUTES}; git ls-files -z {LEGACY} | xargs -0 rm;"
    f" git checkout -- {LEGACY}; then commit {ATTRIBUTES}"
)
"""The attributes first, or git converts what it checks out again."""
_RESTORE = "restore it from version control; the legacy tree is frozen"
