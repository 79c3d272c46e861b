"""Follow the hints that commands print, where a hint is a command: it must lead somewhere.

`note` is told of every command that the tests run; `follow` tries each kind of hint once, on a copy
of the tree as it was when the hint was printed.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from migrate.cli.main import VERBS

_VERB = rf"migrate(?: --plans (?:'[^']*'|\S+))? (?:{'|'.join(VERBS)})\b"
_QUOTED = re.compile(rf"`({_VERB}[^`]*)`")
_WORD = r"(?:'[^']*'|\"[^\"]*\"|(?! && )[^;,`()'\"])"
_BARE = re.compile(rf"{_VERB}{_WORD}*(?: && {_VERB}{_WORD}*)*")
_LOOKS = frozenset(
    [
        "plan",
        "verify",
        "status",
        "inspect",
        "explain",
        "diff",
        "table",
        "flatten",
        "lint",
        "refs",
        "schema",
    ],
)
"""Verbs that show something: following them changes nothing, so the trouble may still be there."""
_NAME = re.compile(r"[\w@~./-]*[/.][\w@~./-]+(?::\d+)*|--preset \S+|\d+|'[^']*'|`[^`]*`")


class Ran(Protocol):
    """What one command did."""

    @property
    def code(self) -> int: ...
    @property
    def out(self) -> str: ...
    @property
    def err(self) -> str: ...


Run = Callable[..., Ran]


class Hint(NamedTuple):
    """What was wrong, and what to do about it, as a command printed it."""

    what: str
    text: str

    @property
    def kind(self) -> tuple[str, str]:
        """What hints have in common that differ in names alone."""
        return _NAME.sub("_", self.what)[:120], re.sub(_NAME, _keep_verb, self.text)

    @property
    def ways(self) -> list[list[list[str]]]:
        """Each way out: commands to run one after another."""
        bare = _BARE.findall(_QUOTED.sub("", self.text))
        found = [*_QUOTED.findall(self.text), *bare]
        return [[shlex.split(one)[1:] for one in way.split(" && ")] for way in found]


def _keep_verb(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("`migrate") else "_"


class Met(NamedTuple):
    """A hint, the command that printed it, and the tree at that moment."""

    hint: Hint
    arguments: tuple[str, ...]
    root: Path
    copy: Path


def hints(ran: Ran) -> Iterator[Hint]:
    """Every hint that a command printed, as text or as JSON."""
    for stream in (ran.out, ran.err):
        what = ""
        lines = stream.splitlines()
        for line, below in zip_longest(lines, lines[1:], fillvalue=""):
            if line.lstrip().startswith("hint: "):
                command = f" {below.strip()}" if re.match(r"\s+migrate ", below) else ""
                yield Hint(what, line.lstrip().removeprefix("hint: ") + command)
            else:
                what = line.strip()
    if ran.out.startswith("{"):
        with suppress(ValueError):
            yield from _in_json(json.loads(ran.out))


def _in_json(data: Any) -> Iterator[Hint]:
    if isinstance(data, dict):
        if isinstance(data.get("hint"), str):
            yield Hint(str(data.get("what", "")), data["hint"])
        data = list(data.values())
    for item in data if isinstance(data, list) else ():
        yield from _in_json(item)


class Follower:
    """Notes hints, each kind once, and follows them."""

    def __init__(self) -> None:
        self.known: set[tuple[str, str]] = set()
        self.waiting: list[Met] = []

    def note(self, root: Path, arguments: tuple[str, ...], ran: Ran) -> None:
        """Remember the hints of a command that are commands, with the tree as it is now."""
        for hint in hints(ran):
            if hint.kind in self.known or not hint.ways:
                continue
            self.known.add(hint.kind)
            copy = Path(tempfile.mkdtemp(prefix="hint-"))
            try:
                shutil.copytree(root, copy, symlinks=True, dirs_exist_ok=True)
            except (OSError, shutil.Error):  # a FIFO, or what may not be read
                shutil.rmtree(copy, ignore_errors=True)
                continue
            self.waiting.append(Met(hint, arguments, root, copy))

    def follow(self, run: Run) -> list[str]:
        """Follow all that wait; one text for each that leads nowhere."""
        met, self.waiting = self.waiting, []
        found: list[str] = []
        for one in met:
            found += (
                f"`migrate {shlex.join(one.arguments)}` said: {one.hint.what}\n"
                f"hint: {one.hint.text}\n{why}"
                for way in one.hint.ways
                if (why := _dead_end(one, way, run))
            )
            shutil.rmtree(one.copy, ignore_errors=True)
        return found


def _dead_end(met: Met, way: list[list[str]], run: Run) -> str:
    """Why a way leads nowhere; "" for one that leads on."""
    with tempfile.TemporaryDirectory(prefix="hint-") as folder:
        root = Path(folder) / "root"
        shutil.copytree(met.copy, root, symlinks=True)
        for command in way:
            ran = run(root, *command)
            said = f"`migrate {shlex.join(command)}` exits {ran.code}: {ran.err or ran.out}"
            if ran.code in (2, 70):
                return said
            if ran.code not in (0, 1):
                again = any(other.kind == met.hint.kind for other in hints(ran))
                return said if again or met.hint.what in ran.err else ""
            if "shallow already" in ran.out:
                return ""  # it says why there is nothing to do
        known = {*_LOOKS, _verb(met.arguments)}  # another form of a verb takes its place
        if all(_verb(command) in known for command in way):
            return ""
        arguments = [one.replace(str(met.root), str(root)) for one in met.arguments]
        ran = run(root, *arguments)
        if any(other == met.hint for other in hints(ran)):
            done = " && ".join(f"migrate {shlex.join(command)}" for command in way)
            return f"`{done}` is done, and the same is said again"
    return ""


def _verb(command: Sequence[str]) -> str:
    return next((word for word in command if word in VERBS), "")
