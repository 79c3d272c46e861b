"""What can go wrong, in the user's words: what, where, what to do; one exit code each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from migrate.locations import Place, printable, shortened

DONE, FOUND, USAGE, INPUT, MOVED, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130


_MISSPELT, _COMPARED = 300, 5000
_LETTER = 4000
"""Characters of one part of a letter: nobody would read more."""


class MigrateError(Exception):
    """Expected trouble: one sentence of what, a place, a hint of what to do."""

    exit_code = INPUT

    def __init__(self, what: str, place: Place | str | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = Place(place) if isinstance(place, str) else place
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """How an error travels between processes."""
        return type(self), (self.what, self.place, self.hint)

    def __str__(self) -> str:
        where = f"{shortened(str(self.place), _LETTER)}: " if self.place else ""
        return f"{where}{shortened(printable(self.what), _LETTER)}"

    def render(self) -> str:
        """The message as it is printed: one line of what, one of what to do."""
        text = f"error: {self}"
        return f"{text}\nhint: {shortened(printable(self.hint), _LETTER)}" if self.hint else text

    def faults(self) -> Sequence[MigrateError]:
        """Each fault by itself; one, unless several were collected."""
        return (self,)


class InputError(MigrateError):
    """Something in a config, a plan or an argument that its author can fix."""


class MissingFile(InputError):
    """A file that something names does not exist."""


class BrokenChain(InputError):
    """A chain that cannot be followed: missing, in a cycle, or outside the root."""


class Refused(InputError):
    """A step that would lose or change something; nothing was changed."""


class DialectFails(MigrateError):
    """The trainer itself does not make of a config what the dialect makes of it."""

    exit_code = FOUND


class TreeMoved(MigrateError):
    """The tree is not what it was: edited since, locked, or interrupted by someone else."""

    exit_code = MOVED


class Faults(MigrateError):
    """Every fault of a file at once. The exit code is the gravest of them."""

    def __init__(self, faults: Iterable[MigrateError]) -> None:
        self.collected = tuple(faults)
        super().__init__(self.collected[0].what, self.collected[0].place)
        self.exit_code = max(fault.exit_code for fault in self.collected)

    def __reduce__(self) -> tuple[object, ...]:
        return Faults, (self.collected,)

    def render(self) -> str:
        return "\n".join(fault.render() for fault in self.collected)

    def faults(self) -> Sequence[MigrateError]:
        return self.collected


def raise_all(faults: Sequence[MigrateError]) -> None:
    """Raise what was collected, if anything was: one error by itself, several as `Faults`.

    A fault that was met more than once, as one of a file that many presets extend, is told once.
    """
    told = list({repr((type(one), one.__reduce__())): one for one in faults}.values())
    if len(told) == 1:
        raise told[0]
    if told:
        raise Faults(told)


def _same_file(name: str, other: str) -> bool:
    """Whether two paths may mean one file; a folder and a suffix in common are not enough."""
    import difflib
    from posixpath import basename, splitext

    stems = [splitext(basename(path))[0] for path in (name, other)]
    return bool(difflib.get_close_matches(stems[0], stems[1:], cutoff=0.5))


def nearest(name: str, known: Iterable[str], count: int = 3) -> str:
    """A hint that lists the names nearest to a misspelt one; "" when none is near."""
    found = near_names(name, known, count)
    return "did you mean " + " or ".join(found) + "?" if found else ""


def near_names(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The names nearest to a misspelt one.

    Comparing takes quadratic time, so nothing is near a name that nobody would misspell.
    """
    import difflib  # only for a wrong name

    if len(name) > _MISSPELT:
        return []
    known = itertools.islice((one for one in known if len(one) <= _MISSPELT), _COMPARED)
    found = difflib.get_close_matches(name, list(known), n=count, cutoff=0.5)
    return [one for one in found if _same_file(name, one)]
