"""How comments and keys look that are not in the new file: where they stood, why they went; and how
comments are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from migrate.flatten import Account, DroppedComment, RestatedKey
from migrate.locations import printable
from migrate.report.paint import columns


def dropped_lines(dropped: Iterable[DroppedComment], indent: str = "") -> Iterator[str]:
    """Each comment line by line, and below it the key and the reason."""
    for item in dropped:
        of = f"of {item.key}: " if item.key else ""
        first, *more = map(printable, item.lines)
        yield f"{indent}{item.place}: {first}"
        yield from (f"{indent}    {line}" for line in more)
        yield f"{indent}  {of}{item.reason}"


def dropped_data(dropped: Iterable[DroppedComment]) -> list[dict[str, Any]]:
    """The same for scripts: an object for each line."""
    return [
        {
            "file": item.place.path,
            "line": item.place.line + number,
            "text": line,
            "key": item.key,
            "reason": item.reason,
        }
        for item in dropped
        for number, line in enumerate(item.lines)
    ]


def account_data(account: Account) -> dict[str, Any]:
    """What became of all comments, for scripts: `kept` counts lines, `count` comments."""
    return {
        "kept": account.kept_lines,
        "dropped": dropped_data(account.dropped),
        "count": count_data(account),
    }


def count_data(account: Account) -> dict[str, int]:
    """How many comments were kept and dropped, for scripts."""
    return {"kept": account.kept, "dropped": len(account.dropped)}


def follows_lines(follows: Iterable[RestatedKey], indent: str) -> Iterator[str]:
    """A line for each key that is left to a parent."""
    rows = [
        (printable(one.key), f"of {one.place}", f"now follows {printable(one.parent)}")
        for one in follows
    ]
    yield from columns(rows, indent=indent)


def follows_data(follows: Iterable[RestatedKey]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [
        {"key": one.key, "file": one.place.path, "line": one.place.line, "parent": one.parent}
        for one in follows
    ]
