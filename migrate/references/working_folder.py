"""A config named from the folder that a script has entered: `cd configs/train && run p.yaml`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.locations import outside, relative
from migrate.references.comments import Comments
from migrate.references.elsewhere import is_elsewhere
from migrate.references.found import NameMatch
from migrate.references.names import Names, NameSpan
from migrate.references.reference import CERTAIN, LIKELY
from migrate.references.source import SourceText
from migrate.references.spelling import SpelledString
from migrate.references.tokens import LONGEST

_CD = re.compile(
    r"(?:^|[\n;&|({`\"'!@]|\\n|\b(?:then|do|else|RUN)\b|: |- )[ \t]*(cd|pushd|popd)(?![\w(])"
    r"[ \t]*(?:--[ \t]+)?([\"']?)([^\s;&|)\"'`]*)\2"
    r"|\b(?:(?:os|contextlib|monkeypatch)\.chdir|setwd|cd)\(\s*[\"']([\w./\-]+)[\"']"
)
_SET_TO = (
    r"[\"']?[ \t]*[=:,][ \t]*[\"']?(?:\$\{workspaceFolder\}/|\$PROJECT_DIR\$/)?([\w.\-][\w./\-]*)"
)
_OPTION = re.compile(
    # Each alternative begins with its letter, which `re` asks for first; no word goes on there.
    rf"w(?<!\w.)ork(?:ing[-_]dir(?:ectory)?|dir){_SET_TO}|c(?<!\w.)(?:hdir|wd){_SET_TO}"
    rf"|W(?<!\w.)orkingDirectory{_SET_TO}"
    r"|-(?<=\s.)(?:C|-directory|-chdir)[ =]([\w.\-][\w./\-]*)"
    r"|d(?<!\w.)ir(?:\([\"']|: [\"']?)([\w.\-][\w./\-]*)"
)
"""A setting of one step or command; the name may stand before it or behind."""
_BESIDE = 400
_PLAIN = re.compile(r"[\w./\-]+")
_ONE_LINE = re.compile(r"(?:^|/)(?:GNU)?[Mm]akefile[^/]*\Z|\.mk\Z|Dockerfile[^/]*\Z")
"""Files of which each line begins in the first folder again."""

_REASON = "relative to {}, which the file enters"


class _Stay(NamedTuple):
    """The stretch of a text during which a script is in a folder; `sure` is what a `cd` says."""

    start: int
    end: int
    folder: str
    sure: bool = False


def in_folders(source: SourceText, names: Names, prose: bool, script: bool) -> Iterator[NameMatch]:
    """Names relative to a folder that the file enters, likely at most: nobody runs it here.

    Where a script says `cd`, such a name holds the step that deletes what it names.
    """
    text = source.text
    entered = any(word in text for word in ("cd ", "cd\t", "pushd", "chdir(", "cd(", "setwd("))
    is_set = any(word in text for word in ("dir", "Dir", "cwd", "-C"))
    if not entered and not is_set:
        return
    comments = Comments(source.path, text)
    stays = [*(_entered(source, comments) if entered else ()), *(_set(text) if is_set else ())]
    for stay in stays:
        if outside(stay.folder) or stay.folder not in names.folders:
            continue
        for match in _paths(names.stems).finditer(text, stay.start, stay.end):
            target = posixpath.normpath(posixpath.join(stay.folder, match.group()))
            at, word = match.start(), match.group()
            if target in names.targets and not is_elsewhere(text, at, word, ""):
                comment = script and _is_comment(comments, at)
                found = _found(match, target, stay.folder, prose or comment)
                yield found._replace(holds=script and stay.sure)


@lru_cache(maxsize=8)
def _paths(stems: frozenset[str]) -> re.Pattern[str]:
    """Words that end like a target."""
    named = "|".join(map(re.escape, sorted(stems)))
    return re.compile(rf"(?<![\w./\-$}}@:])(?:[\w.\-]*/)*(?:{named})(?:\.ya?ml|/)?(?![\w/\-]|\.\w)")


def _found(match: re.Match[str], target: str, folder: str, prose: bool) -> NameMatch:
    word = match.group()
    slash = "/" if word.endswith("/") else ""

    def respell(new: str) -> str:
        return relative(new, f"{folder}/x") + slash

    named, reason = NameSpan(0, len(word), target, CERTAIN, respell), _REASON.format(folder)
    spelled = SpelledString.plain(word, match.start())
    return NameMatch(spelled, named, prose, cap=LIKELY, cap_reason=reason)


def _is_comment(comments: Comments, at: int) -> bool:
    """Whether a place is in a comment, as far back as a line is read for that."""
    first = max(0, at - _BESIDE)
    start = max(comments.text.rfind("\n", first, at) + 1, first)
    parts = comments.parts(start, at + 1)
    return any(comment and one <= at < end for (one, end), comment in parts)


def _entered(source: SourceText, comments: Comments) -> Iterator[_Stay]:
    """Where `cd` and the like lead, as far as that can be read."""
    text, folder, before = source.text, "", ""
    moves = [one for one in _CD.finditer(text) if not _is_comment(comments, one.end() - 1)]
    for number, match in enumerate(moves):
        end = moves[number + 1].start() if number + 1 < len(moves) else len(text)
        line_end = text.find("\n", match.end())
        if _ONE_LINE.search(source.path):
            folder, end = "", min(end, line_end if line_end >= 0 else end)
        back = match[1] == "popd" or match[3] == "-"
        folder, before = (before if back else _led(folder, match, source.path)), folder
        closing = text.find(")", match.end(), end) if match.group().startswith("(") else -1
        if closing >= 0:
            yield _Stay(match.end(), closing, folder, sure=True)
            folder = before
            yield _Stay(closing, end, folder, sure=True)
        else:
            yield _Stay(match.end(), end, folder, sure=True)


def _led(folder: str, match: re.Match[str], path: str) -> str:
    """The folder after a `cd`; one outside of the tree where it is not known."""
    to = match[3] if match[4] is None else match[4]
    if re.search(r"dirname|BASH_SOURCE|0%/", to):
        return posixpath.dirname(path)
    if not _PLAIN.fullmatch(to) or to.startswith("/"):
        return ".."
    led = posixpath.normpath(posixpath.join(folder, to))
    return led if len(led) < LONGEST else ".."


def _set(text: str) -> Iterator[_Stay]:
    options = list(_OPTION.finditer(text))
    for number, match in enumerate(options):
        start = options[number - 1].end() if number else 0
        end = options[number + 1].start() if number + 1 < len(options) else len(text)
        folder = posixpath.normpath(match[match.lastindex or 0])
        yield _Stay(max(start, match.start() - _BESIDE), match.start(), folder)
        yield _Stay(match.end(), min(end, match.end() + _BESIDE), folder)
