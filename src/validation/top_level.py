"""The top-level sections: known ones only, each a mapping, one length in tokens."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.locations import dotted
from migrate.resolve import shown
from src.kinds import Kind
from src.sections import TOP_LEVEL
from src.validation.findings import Config, Finding
from src.validation.schema import check_kind, unknown


def check(config: Config) -> Iterator[Finding]:
    """Unknown sections, sections that are no mapping, a length that is none."""
    for name, value in config.resolved.python.items():
        if name not in TOP_LEVEL:
            yield unknown(config, (name,), TOP_LEVEL)
        elif name == "global_max_length":
            yield from check_kind(config, (name,), value, Kind.read("positive"))
        elif not isinstance(value, dict):
            what = f"{dotted((name,))} is {shown(value)}, not a mapping"
            yield config.finding((name,), what, "write its keys below it, or delete the section")
