"""Plan files to `Plans`, the only way to get one; every fault of every file at once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from migrate.errors import InputError, MigrateError, MissingFile, raise_all
from migrate.layout import DEFAULT, Layout
from migrate.locations import SUFFIXES, Index, KeyPath, Place
from migrate.plan.accepted import NOTHING_ACCEPTED, read_accepted
from migrate.plan.checks import as_errors, check_plan, check_profile
from migrate.plan.faults import ReadableFile, sound
from migrate.plan.plans import PlannedPreset, Plans
from migrate.plan.profile import NOTHING_ALLOWED, Allowance, Forbidden, Profile
from migrate.plan.source import PlanSource, read_source
from migrate.plan.structs import PlanFile, ProfileFile, TreeWide
from migrate.trees.tree import Tree
from migrate.yaml_text import same

EACH_BY_ITSELF = ("references", "keep", "rules")
"""Tree-wide mappings whose entries may come from several files."""


def load_plans(tree: Tree, folder: str = DEFAULT.plans) -> Plans:
    """Read every plan file directly in a folder, its `parity.yaml` and its `accepted.yaml`.

    Raises InputError, or `Faults` with all faults of all files; MissingFile for a folder
    without plans.
    """
    folder = posixpath.normpath(folder)
    faults: list[MigrateError] = []
    paths = list(plan_files(tree, folder))
    if not paths:
        raise MissingFile("holds no plan", Place(f"{folder}/"), "`migrate init` writes plans")
    read = [_read_plan(tree, path, folder, faults) for path in paths]
    files = [file for file in read if file is not None]
    profile = NOTHING_ALLOWED
    own = Layout(folder).profile
    if tree.exists(own):
        profile = _read_profile(tree, own, faults)
    accepted = NOTHING_ACCEPTED
    if tree.exists(Layout(folder).accepted):
        accepted = read_accepted(tree, Layout(folder).accepted, faults)
    presets = _presets(files, faults)
    plans = Plans(presets, _tree_wide(files, faults), profile, folder, accepted)
    try:
        plans.in_order()
    except InputError as error:
        faults.append(error)
    raise_all(sorted(faults, key=_where))
    return plans


def load_profile(tree: Tree, path: str) -> Profile:
    """Read one parity file. Raises InputError, or `Faults` with all its faults."""
    faults: list[MigrateError] = []
    profile = _read_profile(tree, path, faults)
    raise_all(sorted(faults, key=_where))
    return profile


def plan_files(tree: Tree, folder: str = DEFAULT.plans) -> Iterator[str]:
    """The plan files directly in a folder, sorted; what is hidden, the parity file and that of
    accepted differences are none."""
    others = (Layout(folder).profile, Layout(folder).accepted)
    for path in tree.files():
        inside, name = posixpath.split(path)
        visible = inside == folder and not name.startswith(".")
        if visible and name.endswith(SUFFIXES) and path not in others:
            yield path


def _where(fault: MigrateError) -> tuple[str, int, int]:
    place = fault.place or Place("")
    return place.path, place.line, place.column


def _read_plan(
    tree: Tree, path: str, folder: str, faults: list[MigrateError]
) -> ReadableFile[PlanFile] | None:
    source = read_source(tree, path, faults)
    file = sound(source, PlanFile, faults) if source else None
    if file is not None:
        faults.extend(as_errors(file.source, check_plan(file.value, folder)))
    return file


def _read_profile(tree: Tree, path: str, faults: list[MigrateError]) -> Profile:
    source = read_source(tree, path, faults)
    file = sound(source, ProfileFile, faults) if source else None
    if file is None:
        return NOTHING_ALLOWED
    faults.extend(as_errors(file.source, check_profile(file.value)))
    return Profile(
        tuple(_allowances(file.source, file.value)), tuple(_forbidden(file.source, file.value))
    )


def _allowances(source: PlanSource, file: ProfileFile) -> Iterator[Allowance]:
    for number, allow in enumerate(file.allow):
        place = source.place(("allow", Index(number)))
        yield Allowance(allow.path, allow.reason, allow.when, place)


def _forbidden(source: PlanSource, file: ProfileFile) -> Iterator[Forbidden]:
    for number, item in enumerate(file.forbid):
        place = source.place(("forbid", Index(number)))
        if isinstance(item, str):
            yield Forbidden(item, "", place)
        else:
            yield Forbidden(item.path, item.reason, place)


def _presets(
    files: Iterable[ReadableFile[PlanFile]], faults: list[MigrateError]
) -> dict[str, PlannedPreset]:
    """Every preset by name; names and targets belong to one preset each."""
    found: dict[str, PlannedPreset] = {}
    targets: dict[str, PlannedPreset] = {}
    for file in files:
        for planned in _planned(file.source, file.value):
            before = found.setdefault(planned.name, planned)
            if before is not planned:
                what = f"the preset `{planned.name}` is planned twice"
                hint = f"the first time in {before.place}; remove one of them"
                faults.append(InputError(what, planned.place, hint))
                continue
            before = targets.setdefault(planned.preset.to, planned)
            if before is not planned:
                what = f"`{planned.name}` and `{before.name}` have one target, {planned.preset.to}"
                hint = f"the other one is in {before.place_of('to')}; give each a file of its own"
                faults.append(InputError(what, planned.place_of("to"), hint))
    return found


def _planned(source: PlanSource, plan: PlanFile) -> Iterator[PlannedPreset]:
    for name, preset in plan.presets.items():
        order = plan.order if preset.order is None else preset.order
        headers, pins = preset.headers or plan.headers, preset.pins or plan.pins
        yield PlannedPreset(name, preset, source, order, headers, plan.gates, pins)


def _tree_wide(files: Iterable[ReadableFile[PlanFile]], faults: list[MigrateError]) -> TreeWide:
    """What the files say of the whole tree, put together; two that disagree are at fault."""
    said: dict[KeyPath, tuple[Any, PlanSource]] = {}
    for file in files:
        for path, value in _settings(file.raw):
            before, other = said.setdefault(path, (value, file.source))
            if other is not file.source and not same(before, value):
                what = f"`{path[-1]}` is not what {other.path} says"
                hint = f"see {other.place(path)}; it holds for the whole tree, so say it once"
                faults.append(InputError(what, file.source.place(path), hint))
    merged: dict[str, Any] = {}
    for path, (value, _) in said.items():
        if len(path) == 1:
            merged[path[0]] = value
        else:
            merged.setdefault(path[0], {})[path[1]] = value
    return msgspec.convert(merged, TreeWide)


def settings_of(tree: Tree, paths: Iterable[str]) -> dict[KeyPath, PlanSource]:
    """What sound plan files say of the whole tree, and which of them says it first.

    Of `references`, `keep` and `rules` each entry by itself: `("keep", "old.yaml")`.
    """
    said: dict[KeyPath, PlanSource] = {}
    for path in paths:
        source = read_source(tree, path, [])
        if source is not None:
            for key, _ in _settings(source.raw):
                said.setdefault(key, source)
    return said


def _settings(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """What one file says of the whole tree."""
    for field in TreeWide.__struct_encode_fields__:
        if field in raw and field not in EACH_BY_ITSELF:
            yield (field,), raw[field]
        elif field in raw:
            for key, value in raw[field].items():
                yield (field, key), value
