"""Every key of the flattened sections is an argument of ms-swift, with a value of its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.errors import nearest
from migrate.locations import dotted
from migrate.resolve import shown
from src.kinds import Kind
from src.sections import FLATTENED, OWNED
from src.validation.findings import Config, Finding
from src.validation.launch import REQUIRED
from src.validation.schema import check_kind

REGISTERED = ("model_type", "optimizer", "template", "train_type")
PLUGINS = ("custom_register_path", "external_plugins")
"""Arguments whose names come from a registry, and the settings whose files may add to it."""


ELSEWHERE = (*REQUIRED, ("rlhf", "rlhf_type"))
"""Where null is a finding of `launch` or `rlhf`, which say more about it."""


def check(config: Config) -> Iterator[Finding]:
    """Unknown arguments, wrong types, and sections that contradict one another."""
    said: dict[Any, tuple[str, Any]] = {}
    for section in FLATTENED:
        for key, value in config.section(section).items():
            yield from _argument(config, section, key, value)
            if key in said and said[key][1] != value:
                yield _contradiction(config, section, key, *said[key])
            said[key] = section, value


def _argument(config: Config, section: str, key: Any, value: Any) -> Iterator[Finding]:
    path = (section, key)
    owned = OWNED.get(section, {})
    # A section `rlhf` without its type is a finding of its own; its keys are still worth a look.
    rlhf = config.rlhf or section == "rlhf"
    kind = Kind.read(owned[key]) if key in owned else config.table.kind(key, rlhf)
    if key in REGISTERED and any(config.get("data", name) for name in PLUGINS):
        kind = Kind.read("str|null")
    if kind is None:
        yield _no_argument(config, section, key, rlhf)
    elif value is not None or path not in ELSEWHERE:
        yield from check_kind(config, path, value, kind)


def _no_argument(config: Config, section: str, key: Any, rlhf: bool) -> Finding:
    what = f"{dotted((section, key))} is no argument of ms-swift {config.table.version}"
    if config.table.kind(key, rlhf=True) is not None:
        return config.finding(
            (section, key), what, "it is one of RLHF runs only: set rlhf.rlhf_type"
        )
    known = [*config.table.fields(rlhf), *OWNED.get(section, {})]
    return config.finding(
        (section, key), what, nearest(str(key), known) or "delete it, or correct its name"
    )


def _contradiction(config: Config, section: str, key: Any, other: str, value: Any) -> Finding:
    place, _ = config.locate((other, key))
    what = f"{dotted((section, key))} contradicts {dotted((other, key))}, which is {shown(value)}"
    return config.finding((section, key), what, f"{section} wins; say the same at {place}")
