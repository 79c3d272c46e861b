"""`migrate explain --from`: which configs get a value from this file or line, and to what others
lost it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from migrate.commands.table import plans_of
from migrate.errors import InputError, raise_all
from migrate.locations import KeyPath, Place, dotted, overlap, parse_dotted
from migrate.resolve import Branch, Resolved, Setting, Slot, read_branch
from migrate.workspace.config_names import ConfigName, config_names, locate, resolved_side
from migrate.workspace.runnable import runnable, those_that_run
from migrate.workspace.view import View
from migrate.yaml_text import MAPPING, SCALAR, Document


class OverriddenBy(NamedTuple):
    """The configs that get a key from the same other place; None where they have no such key."""

    place: Place | None
    configs: tuple[str, ...]


class KeyUsage(NamedTuple):
    """One key that the file says: which configs get its value, and what it lost to in others."""

    key: KeyPath
    place: Place
    value: Any
    text: str | None
    """Its author's spelling, None for more than a scalar."""
    active: tuple[str, ...]
    lost: tuple[OverriddenBy, ...]


class SourceUsage(NamedTuple):
    """The answer: `built` are the configs with the file in their chains, `others` those without."""

    file: str
    line: int | None
    built: tuple[str, ...]
    others: tuple[str, ...]
    keys: tuple[KeyUsage, ...]
    faults: tuple[InputError, ...]
    """What is wrong with the configs that cannot be resolved."""


def explain_from(
    view: View, given: str, configs: Sequence[str] = (), key: str | None = None
) -> SourceUsage:
    """Ask of the named configs, or of every preset, what they get from `FILE` or `FILE:LINE`.

    Raises InputError for what is no config, for a line that sets nothing and for a key that the
    file does not set.
    """
    path, line = _file_and_line(view, given)
    document = view.resolver.document(path)
    asked = _asked(document, line, key)
    built: list[Resolved] = []
    others: list[str] = []
    faults: list[InputError] = []
    answers = [_Answer(*one) for one in asked]
    for name in _configs(view, configs, path):
        label = name.path or name.label
        try:
            resolved = resolved_side(view, name)
        except InputError as error:
            faults.append(error)
            continue
        if path not in resolved.paths:
            others.append(label)
            continue
        built.append(resolved)
        for answer in answers:
            answer.take(label, resolved)
    if faults and not (built or others):
        raise_all(faults)
    keys = tuple(answer.told() for answer in answers)
    return SourceUsage(
        path, line, tuple(one.path for one in built), tuple(others), keys, tuple(faults)
    )


def _file_and_line(view: View, given: str) -> tuple[str, int | None]:
    """A file, and a line of it where one is named as `explain` prints places."""
    place = re.fullmatch(r"(.+?):(\d+)(?::\d+)?", given)
    if place is None or view.tree.exists(view.path(given)):
        return locate(view, given), None
    return locate(view, place[1]), int(place[2])


def _configs(view: View, given: Sequence[str], asked: str) -> list[ConfigName]:
    """The configs that are asked; where none is named, of a frozen copy the old presets."""
    plans = plans_of(view)
    runs = runnable(plans, view.loader, view.layout)
    if given:
        return those_that_run(config_names(view, given), runs)
    if plans is not None and view.layout.is_record(asked):
        old = {plans.legacy_path(one.preset.from_): one.name for one in plans.presets.values()}
        runs = {path: name for path, name in old.items() if view.tree.exists(path)}
    if not runs:
        hint = "name configs, globs or folders behind it"
        raise InputError("there is no preset to ask", view.root, hint)
    return [ConfigName(path, path, alone=False) for path in runs]


# What the file says.


def _asked(document: Document, line: int | None, key: str | None) -> list[tuple[KeyPath, Setting]]:
    said = [*_leaves(document)]
    if line is not None:
        said = _on_line(document, said, line)
    if key is not None:
        said = _within(document, said, key)
    return said


def _leaves(document: Document) -> Iterator[tuple[KeyPath, Setting]]:
    own = read_branch(document, document.entries, document.root)
    return ((path, slot.winner) for path, slot in own.leaves())


def _on_line(
    document: Document, said: list[tuple[KeyPath, Setting]], line: int
) -> list[tuple[KeyPath, Setting]]:
    """The keys whose text is on a line; of a line that begins a section, all in it."""
    found = [one for one in said if line in _lines(document, one[1])]
    if found:
        return found
    for node in document.nodes():
        for entry in node.entries if node.kind == MAPPING else ():
            if document.line(entry.start) == line:
                inside = range(entry.start, entry.end)
                found += [one for one in said if one[1].entry.start in inside]
    if not found:
        raise _nothing_there(document, said, line)
    return found


def _lines(document: Document, setting: Setting) -> range:
    entry = setting.entry
    return range(document.line(entry.start), document.line(max(entry.start, entry.end - 1)) + 1)


def _nothing_there(
    document: Document, said: list[tuple[KeyPath, Setting]], line: int
) -> InputError:
    near = sorted(said, key=lambda one: abs(document.line(one[1].entry.start) - line))[:1]
    hint = "; ".join(
        f"line {document.line(one.entry.start)} sets `{dotted(path)}`" for path, one in near
    )
    return InputError("sets nothing there", Place(document.path, line), hint)


def _within(
    document: Document, said: list[tuple[KeyPath, Setting]], key: str
) -> list[tuple[KeyPath, Setting]]:
    try:
        asked = parse_dotted(key)
    except ValueError:
        raise InputError(f"{key!r} is not a key path", None, "write training.lr") from None
    found = [one for one in said if overlap(one[0], asked)]
    if not found:
        hint = f"`migrate explain --from {shlex.quote(document.path)}` tells what it sets"
        raise InputError(f"does not set `{key}`", document.path, hint)
    return found


# Who gets it.


class _Answer:
    """One key in the making."""

    def __init__(self, key: KeyPath, setting: Setting) -> None:
        self.key = key
        self.setting = setting
        self.active: list[str] = []
        self.lost: dict[Place | None, list[str]] = {}

    def take(self, config: str, resolved: Resolved) -> None:
        """Note whether a config that is built on the file gets the value."""
        nearest = resolved.branch.nearest(self.key)
        if nearest is None:
            self.lost.setdefault(None, []).append(config)
            return
        slot, rest = nearest
        filled = isinstance(slot.value, Branch) and slot.value.slots  # an empty mapping, by others
        if not rest and not filled and slot.winner.entry is self.setting.entry:
            self.active.append(config)
            return
        place = slot.winner.place if not rest else self._replaced(slot)
        self.lost.setdefault(place, []).append(config)

    def _replaced(self, slot: Slot) -> Place | None:
        """What took the place of the section around the key, None if the file still contributes to
        it: then the key was taken out."""
        document = self.setting.document
        if any(one.document is document for one in slot.settings):
            return None
        said = slot.all_settings()
        last = max((n for n, one in enumerate(said) if one.document is document), default=-1)
        others = (one for one in said[last + 1 :] if one.entry.value.resolved().kind != MAPPING)
        return next(others, slot.settings[0]).place

    def told(self) -> KeyUsage:
        """The answer."""
        document, entry = self.setting.document, self.setting.entry
        node = entry.value
        text = document.text[node.start : node.end] if node.kind == SCALAR else None
        lost = tuple(OverriddenBy(place, tuple(configs)) for place, configs in self.lost.items())
        value = document.value(node)
        return KeyUsage(self.key, self.setting.place, value, text, tuple(self.active), lost)
