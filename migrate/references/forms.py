"""The forms in which a path can be written, and how another path is written alike."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from migrate.references.tokens import ANCHOR

SHOWN = 5
"""How many matching files a note lists."""

Respell = Callable[[str], str | None]
"""Another root-relative path in the same form; None where the form cannot say it."""


class Form(NamedTuple):
    """What a written path names, how sure that is, and how it was written."""

    target: str
    certainty: str
    respell: Respell
    reason: str = ""


def without(suffix: str, dot: str = "") -> Respell:
    """The path without its suffix, which must be the same one."""

    def respell(new: str) -> str | None:
        return dot + new.removesuffix(suffix) if new.endswith(suffix) else None

    return respell


def dotted(path: str, dot: str) -> str:
    """With `./` in front where it stood, unless the path goes up."""
    return path if path.startswith("../") else dot + path


def slashed(respell: Respell) -> Respell:
    """With the slash by which documents mean the root."""

    def slashed(new: str) -> str | None:
        text = respell(new)
        return text and "/" + text

    return slashed


def keep_start(word: str, suffix: str) -> Respell:
    """As many of the written folders as also lead to the new path."""
    segments = word[1:].split("/")

    def respell(new: str) -> str | None:
        if not new.endswith(suffix):
            return None
        for count in range(len(segments) - 1, 0, -1):
            kept = "/".join(segments[:count])
            folder = posixpath.normpath(kept)
            if folder == "." or new.startswith(folder + "/"):
                below = new if folder == "." else new[len(folder) + 1 :]
                return f"{ANCHOR}{kept}/{below}".removesuffix(suffix)
        return None

    return respell


def bare(path: str, suffix: str) -> str:
    """A path without a suffix that the pattern does not have."""
    return path.removesuffix(suffix) if suffix else path


def listed(paths: list[str]) -> str:
    """The first few paths, and how many more."""
    if not paths:
        return "no file"
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more
