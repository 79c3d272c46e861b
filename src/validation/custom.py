"""The custom section: our own keys, the augmentation operations, the phases of the curriculum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.errors import nearest
from migrate.locations import Index, KeyPath, dotted
from migrate.resolve import shown
from src.augmentation import OPERATIONS
from src.kinds import Kind
from src.sections import CUSTOM
from src.validation.findings import Config, Finding
from src.validation.schema import check_mapping, unknown

OPS: KeyPath = ("custom", "augmentation", "ops")
PHASES: KeyPath = ("custom", "augmentation_curriculum", "phases")
PHASE = {"until_percent": "float", "bypass_prob": "fraction", "ops": "dict"}


def check(config: Config) -> Iterator[Finding]:
    """Unknown keys and wrong types, operations that do not exist, phases that do not fit."""
    yield from check_mapping(config, ("custom",), config.section("custom"), CUSTOM)
    operations = config.get(*OPS)
    if isinstance(operations, list):
        yield from _operations(config, operations)
    phases = config.get(*PHASES)
    if isinstance(phases, list):
        yield from _phases(config, phases, _usable(config, operations))
    yield from _boxes(config)


def _usable(config: Config, operations: Any) -> set[str]:
    """What a phase may name: the listed operations; all, while that list cannot be relied on."""
    active = config.get("custom", "augmentation_curriculum", "enabled")
    if not active or not isinstance(operations, list):
        return set(OPERATIONS)
    names = {str(op.get("name")) for op in operations if isinstance(op, dict)}
    return set(OPERATIONS) if names - set(OPERATIONS) else names


def _operations(config: Config, operations: list[Any]) -> Iterator[Finding]:
    for number, operation in enumerate(operations):
        path = (*OPS, Index(number))
        if not isinstance(operation, dict) or not isinstance(operation.get("name"), str):
            yield config.finding(
                path, f"{dotted(path)} is {shown(operation)}, without a name", "write `- name: ...`"
            )
        elif operation["name"] not in OPERATIONS:
            hint = nearest(operation["name"], OPERATIONS) or f"known: {', '.join(OPERATIONS)}"
            what = f"{dotted(path)} is {operation['name']!r}, which is no operation"
            yield config.finding((*path, "name"), what, hint)
        else:
            yield from _operation(config, path, operation)
            if OPERATIONS[operation["name"]].last and number + 1 < len(operations):
                what = f"{operation['name']} is followed by other operations"
                yield config.finding(
                    path, what, "move it to the end: it fixes the size of the image"
                )


def _operation(config: Config, path: KeyPath, operation: dict[Any, Any]) -> Iterator[Finding]:
    known = OPERATIONS[operation["name"]]
    params = operation.get("params", {})
    yield from (
        unknown(config, (*path, key), ("name", "params"))
        for key in operation
        if key not in ("name", "params")
    )
    yield from check_mapping(config, (*path, "params"), params, known.params)
    for key in known.required:
        if isinstance(params, dict) and key not in params:
            what = f"{operation['name']} lacks its parameter {key}"
            yield config.finding(
                (*path, "params"), what, f"{key} is {Kind.read(known.required[key]).spelled()}"
            )


def _phases(config: Config, phases: list[Any], names: set[str]) -> Iterator[Finding]:
    before = 0.0
    for number, phase in enumerate(phases):
        path = (*PHASES, Index(number))
        yield from check_mapping(config, path, phase, PHASE)
        until = phase.get("until_percent") if isinstance(phase, dict) else None
        if not isinstance(until, (int, float)) or not before < until <= 100:
            what = f"{dotted((*path, 'until_percent'))} is {shown(until)}, after {before:g}"
            yield config.finding(
                (*path, "until_percent"), what, "percents rise from phase to phase, up to 100"
            )
        else:
            before = until
        yield from _phase_operations(config, path, phase, names)
    if phases and before != 100:
        yield config.finding(
            (*PHASES, Index(len(phases) - 1)), "the last phase ends before 100 percent", "write 100"
        )


def _phase_operations(
    config: Config, path: KeyPath, phase: Any, names: set[str]
) -> Iterator[Finding]:
    operations = phase.get("ops") if isinstance(phase, dict) else None
    for name, params in (operations if isinstance(operations, dict) else {}).items():
        here = (*path, "ops", name)
        if name not in names:
            hint = nearest(str(name), names) or f"the list {dotted(OPS)} has to hold it too"
            yield config.finding(here, f"{dotted(here)} is not among the operations", hint)
        else:
            yield from check_mapping(config, here, params, OPERATIONS[name].params)


def _boxes(config: Config) -> Iterator[Finding]:
    ours, template = config.get("custom", "bbox_format"), config.get("template", "norm_bbox")
    if ours is not None and template is not None and ours != template:
        place, _ = config.locate(("template", "norm_bbox"))
        what = f"custom.bbox_format contradicts template.norm_bbox, which is {shown(template)}"
        yield config.finding(("custom", "bbox_format"), what, f"say the same as {place}")
