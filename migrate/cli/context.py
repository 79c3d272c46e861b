"""What every verb shares: the root, how to print, and the lock for those that write."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from migrate.cli.output import UnwritableError
from migrate.cli.progress import Bar, columns
from migrate.layout import DEFAULT as DEFAULT_LAYOUT
from migrate.layout import Layout
from migrate.limits import DEFAULT, Limits
from migrate.workspace.access import refuse_interrupted, settle, writing

if TYPE_CHECKING:
    from migrate.changes import ChangeSet
    from migrate.cli.pager import Pager
    from migrate.disk import Disk
    from migrate.report.paint import Paint
    from migrate.workspace.view import View
    from migrate.workspace.workspace import Workspace

FORMAT = "1.0"


class HasChanges(Protocol):
    """The result of a verb that writes: among other things, what is to be changed."""

    @property
    def changes(self) -> ChangeSet: ...


R = TypeVar("R", bound=HasChanges)


class Context:
    """The options that stand before the verb."""

    def __init__(
        self,
        root: str | None,
        plans: str,
        dialect: str | None,
        output: str,
        color: str,
        verbose: int,
        quiet: bool,
        pages: bool = False,
        **limits: int | None,
    ) -> None:
        self.root_option = root
        self.layout = Layout.of(plans)
        self.plans = self.layout.plans
        self.dialect = dialect
        self.output = output
        self.color = color
        self.verbose = verbose
        self.quiet = quiet
        self.pages = pages and output == "text"
        """Whether long output is read in a pager, if there is one."""
        self.unread = False
        """Whether the person left the pager before the end: nobody reads what is still printed."""
        self.files: dict[str, str] = {}
        """Where a verb also writes its findings: the kind, one of `ANNOTATED`, to the file."""
        self._bar = Bar()
        self._pager: Pager | None = None
        self._wide = 0
        self._limits = {name: value for name, value in limits.items() if value is not None}

    @cached_property
    def root(self) -> str:
        """The root: as given, else the nearest folder upwards with plans, else with `.git`."""
        from migrate.workspace.roots import find_root

        if self.root_option is None:
            return find_root(os.getcwd(), self.plans)
        if not os.path.isdir(self.root_option):
            from migrate.errors import InputError

            raise InputError("the root is not a folder", self.root_option, "correct --root")
        return os.path.abspath(self.root_option)

    @cached_property
    def limits(self) -> Limits:
        """How much is read of a tree: the defaults, but for the flags that were given."""
        given = {name.removeprefix("max_"): value for name, value in self._limits.items()}
        # A chain may hold at least what one of its files may.
        given.setdefault("chain_nodes", max(DEFAULT.chain_nodes, given.get("nodes", 0)))
        return DEFAULT._replace(**given)

    @property
    def options(self) -> dict[str, Any]:
        """All that stands before the verb and that an answer may depend on."""
        return {"plans": self.plans, "dialect": self.dialect, "limits": self.limits}

    @cached_property
    def view(self) -> View:
        """The tree without its plans: for the verbs that look at configs."""
        from migrate.workspace.view import View

        view = View(self.root, self.plans, self.limits, self.dialect)
        view.tell = self.tell
        return view

    @cached_property
    def workspace(self) -> Workspace:
        """The tree and its plans."""
        from migrate.workspace.workspace import Workspace

        workspace = Workspace(self.root, self.plans, self.limits, self.dialect)
        workspace.tell = self.tell
        return workspace

    @cached_property
    def paint(self) -> Paint:
        """Colours, if standard output is to have them."""
        from migrate.report.paint import Paint

        return Paint(self._coloured(sys.stdout))

    def _coloured(self, stream: Any) -> bool:
        if self.color != "auto":
            return self.color == "always"
        return stream.isatty() and "NO_COLOR" not in os.environ

    @property
    def as_json(self) -> bool:
        """Whether the result is wanted as JSON."""
        return self.output == "json"

    def say(self, text: str) -> None:
        """Print a result, unless it is empty."""
        if text:
            from migrate.locations import printable_block, printable_painted

            self._bar.erase()

            # Whatever prints a name escapes it; this is for what forgot to.
            shown = printable_painted(text) if self.paint.enabled else printable_block(text)
            with self._paged():
                click.echo(shown, color=True)

    @property
    def columns(self) -> int:
        """How many cells the terminal is wide that shows results; 0 where none does."""
        return self._wide or columns(sys.stdout)

    @property
    def room(self) -> int:
        """How many cells a table may take; 0 for as many as it needs, as with `-v`."""
        return 0 if self.verbose else self.columns

    @contextmanager
    def _paged(self) -> Iterator[None]:
        """Where what is printed goes to the pager. Who leaves it early is no error."""
        if self.pages and self._pager is None and sys.stdout.isatty():
            self._start_pager()
        if self._pager is None:
            yield
            return
        try:
            yield
        except UnwritableError as error:
            if not error.broken_pipe:
                raise
        self.unread = not self._pager.flush() or self.unread

    def _start_pager(self) -> None:
        from migrate.cli.pager import Pager, pager_command

        self.pages = False
        command = pager_command(os.environ)
        if not command:
            return
        # What the terminal is like is asked while standard output is the terminal.
        _ = self.paint
        self._wide = self.columns
        try:
            self._pager = Pager(command)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.tell(f"the pager `{command}` cannot be started: {reason.lower()}")

    def close(self) -> None:
        """Wait for the pager, if there is one, until it was read."""
        if self._pager is not None:
            pager, self._pager = self._pager, None
            pager.close()

    def origin_form(self, chosen: str | None) -> str:
        """How origins are told: as chosen, else beside the lines where a terminal shows them."""
        from migrate.cli.options import COLUMN, COMMENTS

        return chosen or (COLUMN if sys.stdout.isatty() else COMMENTS)

    def say_lines(self, lines: Iterable[str], commands: bool = False) -> None:
        """Print what people read, folded to their terminal; a file or a pipe gets whole lines.

        `commands` says that they name commands of ours, to be given as they have to be.
        """
        from migrate.report.paint import UnfoldedLine

        if commands:
            addressed = self.layout.addressed
            lines = (line if isinstance(line, UnfoldedLine) else addressed(line) for line in lines)
        limit = self.columns
        if limit:
            from migrate.report.fold import folded

            lines = folded(lines, limit)
        self.say("\n".join(lines))

    def tell(self, text: str) -> None:
        """Print a remark for people on standard error."""
        if not self.quiet:
            from migrate.locations import printable_block

            click.echo(printable_block(text), err=True)

    def tell_unfollowed(self) -> None:
        """Tell what configs seem to build on and do not: at the end, when all of them are read."""
        from migrate.errors import MigrateError

        views = [self.__dict__[name] for name in ("view", "workspace") if name in self.__dict__]
        try:
            lines = [line for view in views for line in view.unfollowed()]
        except MigrateError:
            return  # plans with faults: the verb says so
        for line in dict.fromkeys(lines):
            self.tell(line)

    def give(self, data: dict[str, Any]) -> None:
        """Print a result as one JSON object."""
        import json

        from migrate.locations import printable_json

        if self.layout != DEFAULT_LAYOUT:
            data = self._addressed(data)
        whole = {"format_version": FORMAT, **data}
        click.echo(printable_json(json.dumps(whole, indent=2, ensure_ascii=False)))

    def _addressed(self, data: Any) -> Any:
        """The same data, its hints with commands that work for this folder of plans."""
        if isinstance(data, dict):
            return {
                key: self.layout.addressed(value)
                if key in ("hint", "command") and isinstance(value, str)
                else self._addressed(value)
                for key, value in data.items()
            }
        return [self._addressed(item) for item in data] if isinstance(data, list) else data

    def bytes_out(self, content: bytes, for_people: bool = False) -> None:
        """Write bytes to standard output as they are; in a pager what is also for people."""
        with self._paged() if for_people else nullcontext():
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()

    def writing(self) -> AbstractContextManager[Disk]:
        """The lock and the disk, for a verb that writes; recovers what was interrupted first."""
        return writing(self.root, _tell_recovered)

    def land(
        self,
        decide: Callable[[], R],
        label: str | Callable[[R], str],
        dry_run: bool = False,
        prove: Callable[[R], None] | None = None,
    ) -> R:
        """Decide what to change and land it, all or nothing; a dry run only decides.

        `decide` runs under the lock, so that what it read is what is changed. `label` names the
        landing in the journal; `prove` looks at what was written, and what it raises takes the
        landing back. Raises TreeMoved if another process writes, or if a dry run meets an
        interrupted landing.
        """
        if dry_run:
            self.refuse_interrupted()
            return decide()
        from migrate.journal import land

        with self.writing() as disk:
            result = decide()
            proof = None if prove is None else partial(prove, result)
            named = label if isinstance(label, str) else label(result)
            land(result.changes, disk, named, proof=proof)
        return result

    @contextmanager
    def progress(
        self, label: str, paged: bool = False
    ) -> Iterator[Callable[[str, int, int], None]]:
        """A progress bar on standard error, on a terminal only; call it with (name, done, all).

        `paged` says that the results are often read in a pager, over which no bar may be drawn.
        """
        shown = sys.stderr.isatty() and not self.quiet and not (paged and _piped())

        def report(name: str, done: int, total: int) -> None:
            if shown and self._pager is None:
                self._bar.draw(label, name, done, total)

        try:
            yield report
        finally:
            self._bar.erase()

    def recover(self) -> None:
        """Finish or drop what was interrupted, before a verb that only reads."""
        settle(self.root, _tell_recovered)

    def refuse_interrupted(self) -> None:
        """For a verb that may not even recover. Raises TreeMoved if something was interrupted."""
        refuse_interrupted(self.root)


def _tell_recovered(line: str) -> None:
    click.echo(line, err=True)


def _piped() -> bool:
    return stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)


pass_context = click.make_pass_decorator(Context)
