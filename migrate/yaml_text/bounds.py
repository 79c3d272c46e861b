"""Whether a text can be read in bounded time and memory, and letters about texts that cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml

from migrate.errors import InputError, Refused
from migrate.limits import NUMBER_CHARS, SECOND_OPINION_CHARS, Limits
from migrate.locations import Place, shortened
from migrate.yaml_text.loaders import C_LOADER, SAFE

SCALAR_CHARS = 40
"""So much of a scalar is shown in a letter."""

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

_SOUND: set[tuple[int, int, Limits]] = set()
"""Texts that were seen to keep within the limits, by hash and length."""


_VALUES: dict[tuple[int, int], int] = {}
"""How many values texts grow to, by hash and length."""


def found_sound(text: str, limits: Limits, values: int) -> None:
    """Remember that a text keeps within the limits, and how many values it grows to."""
    _SOUND.add((hash(text), len(text), limits))
    _VALUES[hash(text), len(text)] = values


def check_limits(text: str, path: str, limits: Limits) -> None:
    """Raise Refused for a text that a loader could not make in bounded time and memory.

    A node that holds itself has no end either. Looks at nothing else: what is wrong with the text,
    its loader says.
    """
    if (hash(text), len(text), limits) in _SOUND or surely_within(text, limits):
        return
    try:
        _look_through(text, path, limits)
    except yaml.YAMLError as error:
        if len(text) > SECOND_OPINION_CHARS:
            raise syntax_error(error, path, text) from None


def values_at_most(text: str, path: str, limits: Limits, exactly: bool = False) -> int:
    """How many values a text grows to; unless `exactly`, what it cannot exceed."""
    if not exactly and "*" not in text:
        return 3 * len(text) + 3
    if (hash(text), len(text)) not in _VALUES:
        try:
            _look_through(text, path, limits)
        except yaml.YAMLError:  # what only pure PyYAML reads is short
            return 3 * len(text) + 3
    return _VALUES[hash(text), len(text)]


def _look_through(text: str, path: str, limits: Limits) -> None:
    parser = C_LOADER(text)
    try:
        place = partial(_event_place, path, text)
        _VALUES[hash(text), len(text)] = _count(parser.get_event, place, limits)
    finally:
        parser.dispose()


def _event_place(path: str, text: str, event: Any) -> Place:
    return at(path, text, event.start_mark.index)


_INDENT = re.compile(r"(?m)^[ \t]*(?:[-?:][ \t]+)*")
_BRACKETS = re.compile(r"[\[\]{}]")
_OTHER_BREAKS = ("\x85", "\u2028", "\u2029")
"""Line breaks to libyaml, besides the line feed and a lone carriage return."""


def surely_within(text: str, limits: Limits) -> bool:
    """Whether a look at the text alone shows that it keeps within the limits; most do.

    Without aliases a character makes three values at most: a lone `?` is a mapping, its key and
    its value. A block begins right of the block around it, but for a list at the column of its
    key.
    """
    if "*" in text or 3 * len(text) + 3 > limits.nodes:
        return False
    if text.count("\r") != text.count("\r\n") or any(map(text.__contains__, _OTHER_BREAKS)):
        return False
    if len(text) > NUMBER_CHARS and re.search(rf"\S{{{NUMBER_CHARS + 1}}}", text):
        return False
    columns = max(map(len, _INDENT.findall(text)), default=0)
    flow = limits.depth - 2 * (columns + 1)
    return text.count("[") + text.count("{") <= flow or _flow_levels(text) <= flow


def _flow_levels(text: str) -> int:
    """So many flow collections at most lie in one another.

    A line whose brackets are balanced leaves the depth as it was: where it begins within a flow
    collection all of them count, elsewhere those in front of the first that counts are text, and
    what closes that one closes all. In quotes and comments brackets do not count, so of a line with
    one of these each bracket may be one more level.
    """
    lasting = passing = 0
    for line in text.split("\n"):
        brackets = _BRACKETS.findall(line)
        if not brackets:
            continue
        depth = deepest = 0
        for bracket in brackets:
            depth += 1 if bracket in "[{" else -1
            deepest = max(deepest, depth)
            if depth < 0:
                break
        if depth or any(sign in line for sign in "\"'#"):
            lasting += line.count("[") + line.count("{")
        else:
            passing = max(passing, deepest)
    return lasting + passing


def _count(following: Callable[[], Any], place: Callable[[Any], Place], limits: Limits) -> int:
    """Run through the events; count levels, and values with aliases written out."""
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    while not isinstance(event := following(), yaml.StreamEndEvent):
        anchor, size = getattr(event, "anchor", None), 1
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((anchor, 1))
            if len(open_) > limits.depth + 1:
                raise too_deep(place(event), limits)
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_.pop()
        elif isinstance(event, yaml.AliasEvent):
            if any(event.anchor == around for around, _ in open_):
                raise holds_itself(str(event.anchor), place(event))
            anchor, size = None, sizes.get(str(anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            tag = SAFE.tag(event.value) if event.implicit[0] else event.tag
            check_number(event.value, tag, partial(place, event))
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        open_[-1] = (open_[-1][0], open_[-1][1] + size)
        if open_[-1][1] > limits.nodes:
            raise too_many(place(event), limits)
    return open_[-1][1]


def check_number(text: str, tag: str | None, place: Callable[[], Place]) -> None:
    """Raise InputError for a number so long that reading it alone takes seconds."""
    if len(text) > NUMBER_CHARS and tag in _NUMBERS:
        what = f"the number {shortened(text, SCALAR_CHARS)} has {len(text):,} characters"
        raise InputError(
            f"{what}; the limit is {NUMBER_CHARS:,}", place(), "quote it, or shorten it"
        )


def holds_itself(anchor: str, place: Place) -> Refused:
    """A letter about a node that an alias puts into itself."""
    hint = "write out the value that is meant; a config cannot contain itself"
    return Refused(f"alias *{anchor} lies inside the node that it names", place, hint)


def too_deep(place: Place, limits: Limits) -> Refused:
    """A letter about a collection below too many others."""
    hint = "flatten the value; --max-depth raises the limit"
    return Refused(f"nests deeper than {limits.depth} levels", place, hint)


def too_many(place: Place, limits: Limits) -> Refused:
    """A letter about the value that is one too many."""
    what = f"expands to more than {limits.nodes:,} values once its aliases are written out"
    hint = "use fewer aliases, or split the file; --max-nodes raises the limit"
    return Refused(what, place, hint)


def chain_too_large(path: str, last: str, limits: Limits) -> Refused:
    """A letter about a config whose files are too much together."""
    what = f"is made of files that hold more than {limits.chain_nodes:,} values together"
    hint = f"{last} is one too many; extend fewer or smaller files, or --max-chain-nodes"
    return Refused(what, path, hint)


def at(path: str, text: str, offset: int) -> Place:
    """The place of an offset; lines end at line feeds only (libyaml also counts U+2028)."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(path, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def syntax_error(error: yaml.YAMLError, path: str, text: str) -> InputError:
    """PyYAML's complaint as a letter with its place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = at(path, text, mark.index) if mark else Place(path)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    hint = (
        "put spaces in place of the tab"
        if "'\\t'" in problem
        else "correct the file; the trainer cannot load it either"
    )
    return InputError(f"not valid YAML: {problem}", place, hint)
