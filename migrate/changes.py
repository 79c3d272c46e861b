"""A change is data: what a file was, what it becomes, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


def sha256(content: bytes) -> str:
    """The hex digest by which contents are compared and recorded."""
    import hashlib  # OpenSSL takes a while, and verbs that look need none

    return hashlib.sha256(content).hexdigest()


class Change(NamedTuple):
    """One file: `before` and `after` are its bytes, None where it does not exist."""

    path: str
    before: bytes | None
    after: bytes | None
    why: str = ""

    @property
    def kind(self) -> str:
        """`create`, `delete` or `modify`."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "modify"

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.path, self.after, self.before, f"take back: {self.why}")

    def diff(self, context: int = 3) -> Iterator[str]:
        """Unified diff lines without line ends; undecodable bytes show as escapes."""
        import difflib  # only for diffs

        old = _lines(self.before)
        new = _lines(self.after)
        names = (
            f"a/{self.path}" if self.before is not None else "/dev/null",
            f"b/{self.path}" if self.after is not None else "/dev/null",
        )
        yield from difflib.unified_diff(old, new, *names, lineterm="", n=context)


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "backslashreplace")
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    elif lines:
        lines[-1] += "  (no final newline)"
    return lines


class ChangeSet:
    """Changes that belong together, at most one per path, in path order; never changed itself."""

    __slots__ = ("changes",)

    def __init__(self, changes: tuple[Change, ...] = ()) -> None:
        self.changes = changes

    @classmethod
    def of(cls, changes: Iterable[Change]) -> ChangeSet:
        """Keep what really changes something. Raises ValueError for a path named twice."""
        kept: dict[str, Change] = {}
        for change in changes:
            if change.path in kept:
                raise ValueError(f"two changes for {change.path}")
            if change.before != change.after:
                kept[change.path] = change
        return cls(tuple(kept[path] for path in sorted(kept)))

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    @property
    def deleted(self) -> tuple[str, ...]:
        """The paths that will be gone."""
        return tuple(change.path for change in self.changes if change.after is None)

    def inverse(self) -> ChangeSet:
        """The change set that takes this one back."""
        return ChangeSet(tuple(change.inverse() for change in self.changes))
