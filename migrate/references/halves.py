"""A config named in two halves: its folder as `config_path`, its name as `config_name`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from migrate.locations import SUFFIXES, join
from migrate.references.found import NameMatch
from migrate.references.names import Names, NameSpan
from migrate.references.reference import LIKELY
from migrate.references.source import SourceText
from migrate.references.spelling import SpelledString
from migrate.references.tokens import stem

BESIDE = 400
"""Characters within which the other half stands."""

_VALUE = r"[\"']?[\s=:,]+[\"']?([\w./\-]+)"
_NAME = re.compile(rf"config[-_]name{_VALUE}")
_PATH = re.compile(rf"config[-_](?:path|dir){_VALUE}")
_ONE_CALL = re.compile(r"(?:[^\n]|[\\,(\[{][ \t]*\r?\n|\n(?=[\s\-]*\Z))*")
"""What may stand between the halves: lines that go on, or the next key on a line of its own."""

_INITIALIZED = re.compile(r"\binitialize(?:_config_dir)?\(\s*(?:\w+=[^,\n]*,\s*)*\Z")
"""Hydra's: the folder holds for every `compose` that follows."""

_REASON = "named as {} of the folder {}"


def in_halves(source: SourceText, names: Names, prose: bool) -> Iterator[NameMatch]:
    """Names such as `config_path="configs/train", config_name="p"` or `--config-path X`.

    The folder is relative to the file or to the root, so that it is likely at most.
    """
    text = source.text
    for match in _NAME.finditer(text):
        if stem(match[1]) not in names.stems:
            continue
        start, end = max(0, match.start() - BESIDE), match.end() + BESIDE
        before = list(_PATH.finditer(text, start, match.start()))[-1:]
        behind = list(_PATH.finditer(text, match.end(), end))[:1]
        folders = [
            *(one for one in before if _together(text, one, match.start())),
            *(one for one in behind if _ONE_CALL.fullmatch(text, match.end(), one.start())),
        ]
        for folder in folders[:1]:
            target = _target(source.path, folder[1], match[1], names)
            if target:
                yield _found(match, target, folder[1], prose)


def _together(text: str, path: re.Match[str], name: int) -> bool:
    """Whether a folder in front of a name is its other half."""
    started = _INITIALIZED.search(text, max(0, path.start() - 40), path.start()) is not None
    return started or _ONE_CALL.fullmatch(text, path.end(), name) is not None


def _target(file: str, folder: str, name: str, names: Names) -> str | None:
    for base in (join(file, folder), posixpath.normpath(folder), f"{names.root}/{folder}"):
        for suffix in ("", *SUFFIXES):
            path = posixpath.normpath(f"{base}/{name}{suffix}")
            if path in names.targets:
                return path
    return None


def _found(match: re.Match[str], target: str, folder: str, prose: bool) -> NameMatch:
    name = match[1]
    suffix = "" if target.endswith(name) else posixpath.splitext(target)[1]
    below = target.removesuffix(suffix).removesuffix(name)

    def respell(new: str) -> str | None:
        fits = new.startswith(below) and new.endswith(suffix)
        return new[len(below) :].removesuffix(suffix) if fits else None

    named = NameSpan(0, len(name), target, LIKELY, respell, _REASON.format(name, folder))
    return NameMatch(SpelledString.plain(name, match.start(1)), named, prose)
