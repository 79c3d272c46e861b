"""What a command found when it last looked at this tree, if nothing of the tree has changed since.

Every file that was read then is read and hashed again, and whether other files are there is asked
again; no time stamp is believed. The record stands in `.migrate/` under the person's seal, names
the code that made it, and can be deleted at any moment.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import Any

from migrate.disk import Disk
from migrate.errors import MigrateError
from migrate.locations import PRIVATE
from migrate.trees.git import repository_config
from migrate.trees.recording import RecordingTree, combined_digest, contents, listing
from migrate.trees.tracked import tracked
from migrate.trees.tree import CachedTree, DiskTree, Tree
from migrate.workspace.code import code_digest
from migrate.workspace.seal import seal_of, sealed

FOLDER = f"{PRIVATE}/cache"


class Memory:
    """The record of one question about one root; `question` is all that the answer depends on,
    besides the tree."""

    def __init__(self, root: str, name: str, question: dict[str, Any]) -> None:
        self.root = root
        self.path = f"{FOLDER}/{name}.json"
        self.question = {**question, "code": code_digest()}

    def recall(self, tree: DiskTree) -> Any:
        """The answer, if it still holds; None if there is none."""
        record = self._record()
        return record["answer"] if record is not None and self._holds(record, tree) else None

    def _record(self) -> dict[str, Any] | None:
        with suppress(OSError, ValueError, RecursionError, MigrateError):
            whole = Disk(self.root).read(self.path)
            if whole is None:
                return None
            head, _, body = whole.decode("ascii").partition("\n")
            if not sealed(self.root, body, head):
                return None
            record: dict[str, Any] = json.loads(body)
            return record if record["question"] == self.question else None
        return None

    def _holds(self, record: dict[str, Any], below: DiskTree) -> bool:
        tree = CachedTree(below)
        seen = record["seen"]
        return (
            listing(tree) == seen["files"]
            and all(below.exists(path) is there for path, there in seen["asked"].items())
            and contents(below, seen["read"]) == seen["contents"]
            and _tracked(tree, seen["config_root"]) == seen["tracked"]
            and _remotes(self.root) == seen["remotes"]
        )

    def remember(self, tree: RecordingTree, config_root: str, answer: Any) -> None:
        """Keep an answer that was made from this tree alone; where it cannot be kept, nothing."""
        if tree.moved:
            return
        known = set(tree.files())
        asked = {path: there for path, there in tree.asked.items() if there is not (path in known)}
        asked |= {path: False for path, there in tree.asked.items() if not there}
        seen = {
            "files": listing(tree),
            "asked": asked,
            "read": sorted(tree.digests),
            "contents": combined_digest(tree.digests),
            "config_root": config_root,
            "tracked": _tracked(tree, config_root),
            "remotes": _remotes(self.root),
        }
        body = json.dumps({"question": self.question, "seen": seen, "answer": answer})
        with suppress(OSError, MigrateError):
            disk = Disk(self.root)
            disk.make_private()
            disk.make_folder(FOLDER)
            disk.record(self.path, f"{seal_of(self.root, body)}\n{body}".encode("ascii"))


def _tracked(tree: Tree, config_root: str) -> str:
    names = "\0".join(tracked(tree, config_root))
    return hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()


def _remotes(root: str) -> str:
    """The config of the repository as a digest: its remotes say which links lead here."""
    return hashlib.sha256(repository_config(root)).hexdigest()
