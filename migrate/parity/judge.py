"""What a parity profile makes of the differences: allowed, or forbidden and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from migrate.locations import KeyPath
from migrate.parity.differences import (
    Difference,
    OrderChange,
    differences,
    equal,
    identical,
    order_changes,
)
from migrate.parity.values import children, find
from migrate.plan import Allowance, Forbidden, Profile, covers

_ALWAYS = Forbidden(
    "global_max_length", "the length of what was trained is never changed by moving it"
)


class Verdict(NamedTuple):
    """What a profile makes of the differences, each of them on exactly one of the two lists."""

    allowed: tuple[tuple[Difference, Allowance], ...] = ()
    forbidden: tuple[tuple[Difference, str], ...] = ()
    order: tuple[OrderChange, ...] = ()

    @property
    def parity(self) -> bool:
        """Whether nothing is forbidden."""
        return not self.forbidden


def judge(old: Any, new: Any, profile: Profile) -> Verdict:
    """Compare two resolved configs by a profile: what it does not allow is forbidden."""
    if identical(old, new):
        return Verdict()
    if identical(old, new, in_order=False):
        return Verdict(order=tuple(order_changes(old, new, same=True)))
    allowed: list[tuple[Difference, Allowance]] = []
    forbidden: list[tuple[Difference, str]] = []
    holding = [allowance for allowance in profile.allow if _holds(allowance, old, new)]
    for difference in differences(old, new):
        why = _forbidden(difference, profile)
        allowance = next((a for a in holding if covers(a.pattern, difference.path)), None)
        if why is None and allowance is not None:
            allowed.append((difference, allowance))
        else:
            forbidden.append((difference, why or _denied(difference, profile)))
    return Verdict(tuple(allowed), tuple(forbidden), tuple(order_changes(old, new)))


def _forbidden(difference: Difference, profile: Profile) -> str | None:
    """Why a forbidden pattern covers this difference, or anything inside what differs."""
    inside = {difference.path, *_below(difference.path, difference.old)}
    inside.update(_below(difference.path, difference.new))
    for rule in (_ALWAYS, *profile.forbid):
        if any(covers(rule.pattern, path) for path in inside):
            return f"{_RULED}`{rule.path}`" + (f": {rule.reason}" if rule.reason else "")
    return None


_RULED = "forbidden by "


def is_ruled(why: str) -> bool:
    """Whether a difference is forbidden by name, and not only because nothing allows it."""
    return why.startswith(_RULED)


def _below(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    for step, inner in children(value):
        yield (*path, step)
        yield from _below((*path, step), inner)


def _denied(difference: Difference, profile: Profile) -> str:
    """Why nothing excuses this difference; names the allowance whose condition does not hold."""
    for allowance in profile.allow:
        if covers(allowance.pattern, difference.path):
            keys = ", ".join(f"`{key}`" for key in allowance.when)
            return (
                f"`{allowance.path}` does not allow it: {keys} is not as `when` asks on both sides"
            )
    return "nothing allows it"


def _holds(allowance: Allowance, old: Any, new: Any) -> bool:
    return all(
        equal(find(side, path), value)
        for path, value in allowance.conditions
        for side in (old, new)
    )
