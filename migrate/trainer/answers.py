"""What the trainer said of each config, read from the file that it was written to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from migrate.canonical import restore
from migrate.errors import MigrateError
from migrate.limits import Limits
from migrate.yaml_text import LOADERS, decode, load

STARTED = b'{"started": true}\n'
"""The first line, where a loader was imported."""


AGAIN = "the trainer gives another answer when it is asked again: what it did before matters"
AGAIN_HINT = "ask it by `command:`, which starts a process for each config"
"""What is said of `Answers.forgetful`."""


class Answer(NamedTuple):
    """The trainer's values of one config; or None, and how it failed."""

    values: dict[Any, Any] | None
    failed: str = ""
    moved: bool = False
    """Whether it changed the working directory."""


class Answers:
    """The answers to one question; each is read again when it is asked for, and none is kept.

    `unasked` are the configs that it never came to; `forgetful` is the first config, where that
    got another answer at the end; `changed` are files of the tree that were written meanwhile.
    """

    def __init__(self, file: str, configs: Sequence[str], loader: str, limits: Limits) -> None:
        self._file = file
        self._loader = loader
        self._limits = limits
        self.changed: list[str] = []
        self.stopped = ""
        """Why it did not come to the first of `unasked`."""
        self._at: dict[str, int] = {}
        self.started, number, first, again = False, 0, b"", b""
        for at, line in self._lines():
            self.started = True
            if line == STARTED:
                continue
            if number < len(configs):
                self._at[configs[number]] = at
            first, again = first or line, line
            number += 1
        self.unasked = list(configs[number:])
        self.forgetful = configs[0] if number > len(configs) and again != first else None

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Whole lines with where they begin; the last may be cut off."""
        at = 0
        with open(self._file, "rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield at, line
                at += len(line)

    def of(self, config: str) -> Answer:
        """What it said of a config that it was asked for and that is not `unasked`."""
        with open(self._file, "rb") as file:
            file.seek(self._at[config])
            line = file.readline()
        try:
            said = json.loads(line)
            if "failed" in said:
                return Answer(None, str(said["failed"]))
            if "printed" in said:
                return self._printed(config, base64.b64decode(said["printed"]))
            return Answer(restore(said["values"]), moved=bool(said["moved"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            # Only a trainer that writes into the file itself comes to this.
            return Answer(None, f"gives an answer that cannot be read: {type(error).__name__}")

    def values(self, configs: Iterable[str]) -> Iterator[tuple[str, dict[Any, Any]]]:
        """The values of those that have any, one after another."""
        for config in configs:
            if config in self._at and (values := self.of(config).values) is not None:
                yield config, values

    def _printed(self, config: str, printed: bytes) -> Answer:
        """What a command printed: JSON, or YAML as the dialect's loader reads it."""
        try:
            found = json.loads(printed)
        except (ValueError, RecursionError):
            try:
                text = decode(config, printed)
                found = load(text, config, LOADERS[self._loader], self._limits)
            except MigrateError as error:
                return Answer(None, f"prints neither JSON nor YAML: {error.what}")
        if not isinstance(found, dict):
            return Answer(None, f"prints {type(found).__name__}, not a mapping")
        return Answer(found)
