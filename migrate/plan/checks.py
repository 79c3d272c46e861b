"""What a schema cannot say of a plan: paths that stay inside, keys that can be read."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from migrate.canonical import restore
from migrate.errors import InputError
from migrate.locations import LEGACY, Index, KeyPath, parse_dotted
from migrate.plan.dialects import dialect_faults
from migrate.plan.patterns import parse_pattern
from migrate.plan.source import PlanSource
from migrate.plan.structs import DROP, AcceptedFile, PlanFile, Preset, ProfileFile, Trainer
from migrate.trees.tree import SKIPPED_FOLDERS

_ABSOLUTE = re.compile(r"/|~(/|\Z)|[A-Za-z]:[\\/]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME_LIMIT = 200
"""Bytes of a preset's name: it names a file with a suffix, and folders take 255."""


class PlanFault(NamedTuple):
    """Something found at a path of a plan file."""

    path: KeyPath
    what: str
    hint: str


Found = Iterator[PlanFault]


def as_errors(source: PlanSource, found: Iterable[PlanFault]) -> Iterator[InputError]:
    """Findings as letters, each with its place in the file."""
    for one in found:
        yield InputError(one.what, source.place(one.path), one.hint)


def path_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a relative path or glob: what and hint, None if nothing is."""
    if not text:
        return "is empty", "write a path"
    if _CONTROL.search(text):
        return "holds a control character", "take it out"
    if _ABSOLUTE.match(text):
        return "is absolute", "write it relative to the root"
    if "\\" in text:
        return "has a backslash", "write `/` between folders"
    if ".." in text.split("/"):
        return "leads up with `..`", "write it relative to the root"
    plain = posixpath.normpath(text)
    return None if plain == text else ("is not normalised", f"write `{plain}`")


def _path(at: KeyPath, text: str) -> Found:
    fault = path_fault(text)
    if fault is not None:
        yield PlanFault(at, f"the path `{text}` {fault[0]}", fault[1])


def _paths(at: KeyPath, texts: Iterable[str]) -> Found:
    for number, text in enumerate(texts):
        yield from _path((*at, Index(number)), text)


def _key(at: KeyPath, text: str, pattern: bool = False) -> Found:
    try:
        if not (parse_pattern if pattern else parse_dotted)(text):
            raise ValueError("is empty")
    except ValueError as error:
        reason = str(error) if pattern and "not a" not in str(error) else "is not a key path"
        yield PlanFault(at, f"`{text}` {reason}", "write keys with dots, such as `custom.grpo`")


def _patterns(at: KeyPath, texts: Iterable[str]) -> Found:
    for number, text in enumerate(texts):
        yield from _key((*at, Index(number)), text, pattern=True)


def check_plan(plan: PlanFile, folder: str) -> Found:
    """Everything that can be said of one plan file alone. `folder` holds the plans."""
    for name, preset in plan.presets.items():
        yield from _name(("presets", name), name)
        yield from _preset(("presets", name), preset)
        yield from _target(("presets", name, "to"), preset.to, folder, plan)
    for number, gate in enumerate(plan.gates):
        yield from _gate(("gates", Index(number)), gate)
    yield from _tree_wide(plan)


def _name(at: KeyPath, name: str) -> Found:
    bad = not name or _CONTROL.search(name) or name != name.strip() or name[0] in ".-"
    if bad or "/" in name or "\\" in name or len(name.encode()) > _NAME_LIMIT:
        hint = "a preset's name is a file name too: letters, digits, `_`, `-` and `.`"
        yield PlanFault(at, f"the preset name `{name}` names no file", hint)


def _preset(at: KeyPath, preset: Preset) -> Found:
    yield from _path((*at, "from"), preset.from_)
    yield from _paths((*at, "extends"), preset.extends)
    for component in preset.inline:
        here = (*at, "inline", component)
        yield from _path(here, component)
        if preset.inline[component] != "*":
            for number, key in enumerate(preset.inlined(component)):
                if key != "*":
                    yield from _key((*here, Index(number)), key)
    for key in preset.override:
        yield from _key((*at, "override", key), key)


def _target(at: KeyPath, to: str, folder: str, plan: PlanFile) -> Found:
    if path_fault(to) is not None:
        yield from _path(at, to)
    elif to == base_of(plan.base, plan.config_root):
        yield PlanFault(at, f"the target `{to}` is the base itself", "write to another file")
    else:
        for closed in (LEGACY, folder, *sorted(SKIPPED_FOLDERS)):
            if to == closed or to.startswith(f"{closed}/"):
                hint = "write to a folder of presets, such as `configs/train/`"
                yield PlanFault(at, f"the target `{to}` is under `{closed}/`", hint)


def base_of(base: str | None, config_root: str) -> str:
    """The base's path: as a plan says, else `base.yaml` in the config root."""
    return base or posixpath.normpath(posixpath.join(config_root, "base.yaml"))


def _gate(at: KeyPath, gate: str, noun: str = "gate command") -> Found:
    try:
        empty = not shlex.split(gate)
    except ValueError as error:
        yield PlanFault(
            at, f"this {noun} cannot be parsed: {str(error).lower()}", "close the quotes"
        )
        return
    if empty:
        yield PlanFault(at, f"this {noun} is empty", "write a command, or remove it")


def _tree_wide(plan: PlanFile) -> Found:
    for inner, what, hint in dialect_faults(plan.dialect):
        yield PlanFault(("dialect", *inner), what, hint)
    if plan.config_root != ".":
        yield from _path(("config_root",), plan.config_root)
    if plan.base is not None:
        yield from _path(("base",), plan.base)
    yield from _paths(("include",), plan.include)
    yield from _paths(("exclude",), plan.exclude)
    for old, new in plan.references.items():
        yield from _path(("references", old), old)
        if isinstance(new, str) and new != DROP:
            yield from _path(("references", old), new)
    for kept in plan.keep:
        yield from _path(("keep", kept), kept)
    yield from _rules(plan)
    if plan.trainer is not None:
        yield from _trainer(("trainer",), plan.trainer)


_LOADER = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def _trainer(at: KeyPath, trainer: Trainer) -> Found:
    loader, command, python = trainer.loader, trainer.command, trainer.python
    if (loader is None) is (command is None):
        hint = "write `loader: package.module:function`, or `command:`"
        yield PlanFault(at, "a trainer is asked by a loader or by a command", hint)
    if loader is not None and not _LOADER.fullmatch(loader):
        hint = "write `package.module:function`, such as `src.config:load`"
        yield PlanFault((*at, "loader"), f"`{loader}` names no function", hint)
    if command is not None:
        yield from _gate((*at, "command"), command, "command")
        if "{config}" not in command:
            hint = "write {config} where the path of the config goes"
            yield PlanFault((*at, "command"), "this command is the same for every config", hint)
    if python is not None and command is not None:
        hint = "begin the command with the interpreter, and take this out"
        yield PlanFault((*at, "python"), "`python` goes with `loader`", hint)
    if python is not None and (not python.strip() or _CONTROL.search(python)):
        hint = "write a path such as `.venv/bin/python`, or a name such as `python3`"
        yield PlanFault((*at, "python"), f"`{python}` is not an interpreter", hint)
    yield from _patterns((*at, "ignore"), trainer.ignore)


def _rules(plan: PlanFile) -> Found:
    rules = plan.rules
    yield from _patterns(("rules", "base_keys"), rules.base_keys)
    yield from _paths(("rules", "presets"), rules.presets)
    for field, keys in (("required", rules.required), ("length_findings", rules.length_findings)):
        for number, key in enumerate(keys):
            yield from _key(("rules", field, Index(number)), key)
    for field, one in (("length_knob", rules.length_knob), ("fusion_key", rules.fusion_key)):
        if one is not None:
            yield from _key(("rules", field), one)


def check_profile(profile: ProfileFile) -> Found:
    """Everything that can be said of a parity file: its patterns and conditions are readable."""
    for number, allow in enumerate(profile.allow):
        at = ("allow", Index(number))
        yield from _key((*at, "path"), allow.path, pattern=True)
        for key in allow.when:
            yield from _key((*at, "when", key), key)
    for number, item in enumerate(profile.forbid):
        at = ("forbid", Index(number))
        text = item if isinstance(item, str) else item.path
        yield from _key(at if isinstance(item, str) else (*at, "path"), text, pattern=True)


def check_accepted(file: AcceptedFile) -> Found:
    """Everything that can be said of a file of accepted differences alone."""
    for preset, entries in file.accepted.items():
        for key, one in entries.items():
            at = ("accepted", preset, key)
            yield from _key(at, key)
            sides = {"was": one.was, "now": one.now}
            there = {name: value for name, value in sides.items() if value is not msgspec.UNSET}
            if not there:
                hint = "say what it was and what it is now; a side without the key is left out"
                yield PlanFault(at, f"`{key}` has neither `was` nor `now`", hint)
            for name, value in there.items():
                yield from _value((*at, name), value)


def _value(at: KeyPath, value: object) -> Found:
    """A value that JSON lacks is spelled as the JSON of `inspect` spells it."""
    try:
        restore(value)
    except (ValueError, KeyError, TypeError) as error:
        hint = "spell it as `migrate inspect --only payload` does"
        yield PlanFault(at, f"`{at[-1]}` is not a valid value: {error}", hint)
