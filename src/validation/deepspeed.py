"""The deepspeed section: its file exists and is a JSON mapping, even while it is switched off."""

from __future__ import annotations

import json
from collections.abc import Iterator

from migrate.errors import InputError, nearest
from src.sections import DEEPSPEED
from src.validation.findings import Config, Finding
from src.validation.schema import check_mapping, required

SHIPPED = ("zero0", "zero1", "zero2", "zero3", "zero2_offload", "zero3_offload")
"""Names of the configs that come with ms-swift."""


def check(config: Config) -> Iterator[Finding]:
    """Unknown keys, a switch without a file, a file that cannot be used."""
    section = config.section("deepspeed")
    yield from check_mapping(config, ("deepspeed",), section, DEEPSPEED)
    if section.get("enabled"):
        yield from required(config, ("deepspeed", "config"), "name a file below configs/deepspeed/")
    path = section.get("config")
    if isinstance(path, str) and path not in SHIPPED:
        yield from _file(config, path)


def _file(config: Config, path: str) -> Iterator[Finding]:
    key = ("deepspeed", "config")
    if not config.tree.exists(path):
        known = [
            known
            for known in config.tree.files()
            if "deepspeed" in known and known.endswith(".json")
        ]
        hint = nearest(path, known) or "the path is relative to the root"
        yield config.finding(key, f"deepspeed.config names {path}, which does not exist", hint)
        return
    try:
        usable = isinstance(json.loads(config.tree.read(path)), dict)
    except (InputError, ValueError):
        usable = False
    if not usable:
        yield config.finding(
            key, f"deepspeed.config names {path}, which is no JSON mapping", "correct that file"
        )
