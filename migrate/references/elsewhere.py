"""Which words of a text are another machine's, another revision's, or part of a URL."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from migrate.references.reference import Span

COMMAND = 1000
"""Characters in front of a word that may say what the command does with it."""

_URL = re.compile(r"\w://\S*\Z")
_NAMED = re.compile(r"\w@[\w.\-]+::?[\"']?\Z|\bgit:[\w./~^@{}\-]+:\Z")
"""Another machine with its user, and a revision as our own verbs name it."""
_REVISION = re.compile(
    r"\bgit (?:-C \S+ )?(?:show|diff|difftool|cat-file|ls-tree|archive|grep|rev-parse)\b[^\n;|&]*"
    r"[\w~^@}]:[\"']?\Z"
)
_COPIED = re.compile(
    r"\b(?:scp|rsync|sftp|rclone"
    r"|(?:docker|podman|kubectl|oc|gcloud compute)\b[^\n;|&]*? (?:cp|scp))\b"
    r"(?:[^\n]|\\\r?\n)*[\w.\-}\])*\"']::?[\"']?\Z"
)
"""A command that copies between machines, up to `host:`."""
_FETCHED = re.compile(
    r"\b(?:(?:hf|huggingface-cli) download\s+\S+\s[^\n;|&]*"
    r"|dvc (?:get|import)\s+\S+\s[^\n;|&]*|(?:hf|huggingface-cli) upload\s+\S+\s+\S+\s+)\Z"
)
"""A command that names files of another repository."""
_HINTS = ("sh", "hf ", "huggingface", "dvc ")
_COPIES = re.compile(r"scp|rsync|sftp|rclone|cp ")

_STARTS = (
    r"(?:(?:^|[\n;&|(`\"'{!@\[,]|\$ |: |- )\s*"
    r"|\b(?:sudo|nohup|exec|then|do|else|time|xargs|RUN)\s+)"
)
_SHELLS = r"(?:/usr/bin/)?(?:ssh|autossh|mosh|pdsh|pssh|parallel-ssh|clush)"
_SHELL = re.compile(
    rf"{_STARTS}(?:sshpass (?:-\S+ +)+)?(?:{_SHELLS}|(?:gcloud|az|oci)\s[\w\s\-]{{1,40}}\sssh)"
    r"(?=[\"']?[\s,])"
)
"""A command that runs others on another machine."""
_HERE_DOCUMENT = re.compile(
    rf"{_STARTS}{_SHELLS}\s(?:[^\n;|&]|\\\n){{0,400}}?<<-?[ \t]*([\"']?)(\w+)\1[^\n]*\n"
)


def is_elsewhere(text: str, at: int, word: str, ahead: str) -> bool:
    """Whether the word at an offset is no file of this tree; `ahead` is in front of the text."""
    before = text[max(0, at - 64) : at]
    if word.startswith("//") or ("://" in before and _URL.search(before)):
        return True
    start = max(0, at - COMMAND)
    ahead = ahead if at < COMMAND else ""
    if before.rstrip("\"'").endswith(":") and _after_colon(before, ahead + text[start:at]):
        return True
    if all(text.find(one, start, at) < 0 and one not in ahead for one in _HINTS):
        return False  # what most words come to
    command = ahead + text[start:at]
    return _FETCHED.search(command) is not None or _on_another_host(command)


def _after_colon(before: str, command: str) -> bool:
    """Whether what ends with a colon names another machine or a revision."""
    return (
        _NAMED.search(before) is not None
        or ("git" in command and _REVISION.search(command) is not None)
        or (_COPIES.search(command) is not None and _COPIED.search(command) is not None)
    )


def _on_another_host(command: str) -> bool:
    """Whether what comes next is read by a command that another machine runs."""
    shells = list(_SHELL.finditer(command))
    return bool(shells) and _goes_on(command, shells[-1])


def _goes_on(command: str, shell: re.Match[str]) -> bool:
    """Whether the words of a command go on to the end of a text.

    A `;` between quotes belongs to the other machine; what `$(` begins, and files that are
    redirected, to this one.
    """
    first, position = shell.group()[0], shell.end()
    inside = first if first in "\"'`" else ""
    if inside and command.startswith(inside, position):  # an entry of a list
        inside, position = "", position + 1
    quote = ""
    while mark := _MARK.search(command, position):
        letter, position = mark.group(), mark.end()
        if quote == "'" or (quote and letter in _SEPARATORS) or letter == quote:
            quote = "" if letter == quote else quote
        elif letter in ("$(", "`") and letter != inside:  # what this machine runs first
            position = command.find(letter[-1].replace("(", ")"), position) + 1
            if not position:
                return False
        elif letter in _SEPARATORS or letter == inside:
            return False
        elif letter in "\"'":
            # Behind a word, it ends what the command stands in: `bash -c "nohup ssh host a"`.
            if command[position - 2] not in _BEFORE_QUOTE:
                return False
            quote = letter
    return bool(quote) or _REDIRECTED.search(command) is None


_BEFORE_QUOTE = frozenset(" \t\n=,[({")
_SEPARATORS = frozenset(";|\n)&")
_MARK = re.compile(r"\\(?:[\s\S]|\Z)|[\"'`;|\n)]|(?<!>)&(?!>)|\$\(")
_REDIRECTED = re.compile(r"[<>]\s*[\"']?\Z")


class RemoteInput:
    """The stretches of a script that another machine reads as its input (`ssh host <<EOF`)."""

    def __init__(self, text: str) -> None:
        self.stretches = list(_here_documents(text)) if "<<" in text else []

    def __contains__(self, offset: int) -> bool:
        number = bisect_right(self.stretches, offset, key=lambda one: one[0])
        return number > 0 and offset < self.stretches[number - 1][1]


def _here_documents(text: str) -> Iterator[Span]:
    """From each `<<WORD` of such a command to the line that ends it; one without is none."""
    ends: dict[str, list[int]] = {}
    for line in _LONE_WORD.finditer(text):
        ends.setdefault(line[1], []).append(line.start())
    position = 0
    while match := _HERE_DOCUMENT.search(text, position):
        position = match.end()
        known = ends.get(match[2], [])
        number = bisect_left(known, position)
        if number < len(known):
            yield position, known[number]
            position = known[number]


_LONE_WORD = re.compile(r"^[ \t]*(\w+)[ \t]*\r?$", re.MULTILINE)


_REMOTE = re.compile(r"(?:\w+://)?(?:[^@/\s]+@)?([\w.\-]+)(?::\d+)?[:/](.+?)(?:\.git)?/?")


def repository_of(remote: str) -> str:
    """The host and path of a repository, as they stand in links to it; "" for a local one."""
    match = _REMOTE.fullmatch(remote)
    return f"{match[1]}/{match[2].lstrip('/')}".lower() if match else ""
