"""`apply` as it goes: each landing when it has landed, and where it stopped."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrate.cli.output import UnwritableError
from migrate.commands.apply import ApplyResult
from migrate.report.applied import applied_data, end_lines, landed_lines, stopped_line

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.workspace.steps import Step


class ApplyPrinter:
    """Tells one run of `apply`. `flags` are the options that the same command would have again."""

    def __init__(self, context: Context, everything: bool, flags: Sequence[str]) -> None:
        self.context = context
        self.everything = everything
        self.flags = flags
        self.result = ApplyResult()
        self.unwritten: UnwritableError | None = None

    def landed(self, steps: Sequence[Step]) -> None:
        """Print the steps of a landing. JSON is one object, given at the end."""
        if not self.context.as_json:
            self._say(landed_lines(steps, self.result.dry_run, self.context.paint))

    @contextmanager
    def to_the_end(self) -> Iterator[ApplyResult]:
        """What is printed when the run is over, or when anything stops it."""
        try:
            yield self.result
        except BaseException as error:
            self._stopped(error)
            raise
        if self.context.as_json:
            self.context.give(applied_data(self.result))
        else:
            self._say(end_lines(self.result, self.context.paint))
        if self.unwritten is not None:
            raise self.unwritten

    def _say(self, lines: Iterable[str]) -> None:
        """Print, if that can be. Nobody who listens is no reason to stop between two landings."""
        if self.unwritten is None:
            try:
                self.context.say("\n".join(lines))
            except UnwritableError as error:
                self.unwritten = error

    def _stopped(self, error: BaseException) -> None:
        result = self.result
        if not result.steps and not result.waiting:
            return  # nothing was begun: the letter says it all
        line = stopped_line(result)
        if isinstance(error, KeyboardInterrupt):
            error.args = (line,)
        if self.context.as_json:
            self.context.give(applied_data(result, error))
            return
        self._say([f"{line}; next: {self.context.layout.addressed(self._again())}"])

    def _again(self) -> str:
        """The command that goes on."""
        names = [f"--preset {shlex.quote(name)}" for name in self.result.waiting]
        chosen = ["--all"] if self.everything or not names else names
        return " ".join(["migrate apply", *chosen, *self.flags])
