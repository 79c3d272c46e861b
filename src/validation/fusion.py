"""The fusion config: named, there, and resolving to entries that the dataset layer understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.errors import InputError, MissingFile, nearest
from migrate.locations import Place
from migrate.resolve import shown
from src.fusion import Fusion, resolve_fusion
from src.kinds import Kind
from src.sections import FUSION_ENTRY
from src.validation.findings import Config, Finding
from src.validation.schema import kind_hint, required

KEY = ("custom", "fusion_config")
NEEDED = ("dataset", "train_jsonl", "template", "ratio")


def check(config: Config) -> Iterator[Finding]:
    """A fusion config that is missing or does not resolve, and faults inside it."""
    yield from required(config, KEY, "every preset names its dataset layer")
    path = config.get(*KEY)
    if not isinstance(path, str):
        return
    try:
        fusion = resolve_fusion(config.tree, path)
    except MissingFile as error:
        if error.place == Place(path):
            known = [
                known
                for known in config.tree.files()
                if "fusion" in known and known.endswith((".yaml", ".yml"))
            ]
            hint = nearest(path, known) or "the path is relative to the root"
            yield config.finding(
                KEY, f"custom.fusion_config names {path}, which does not exist", hint
            )
        else:
            yield config.finding(KEY, f"custom.fusion_config does not resolve: {error}", error.hint)
    except InputError as error:
        yield config.finding(KEY, f"custom.fusion_config does not resolve: {error}", error.hint)
    else:
        yield from (
            Finding(fault.place or Place(path), fault.what, fault.hint) for fault in fusion.faults
        )
        yield from _entries(fusion, path)


def _entries(fusion: Fusion, path: str) -> Iterator[Finding]:
    for name, entry in fusion.entries():
        yield from _entry(fusion, name, entry)
    if not any(entry.get("ratio", 1.0) for _, entry in fusion.entries()):
        yield Finding(
            Place(path, 1, 1), "no entry has a ratio above 0", "nothing would be trained on"
        )


def _entry(fusion: Fusion, name: str, entry: dict[Any, Any]) -> Iterator[Finding]:
    label = f"{name} entry {entry['name']}"
    whole = fusion.places[name, entry["name"]]
    for key in NEEDED:
        if key not in entry:
            yield Finding(whole, f"{label} lacks {key}", "say it in the base of the fusion configs")
    for key, value in entry.items():
        place = fusion.places.get((name, entry["name"], str(key)), whole)
        if key not in FUSION_ENTRY:
            yield Finding(
                place, f"{label} holds {key}, which is not known", nearest(str(key), FUSION_ENTRY)
            )
        elif not (kind := Kind.read(FUSION_ENTRY[key])).accepts(value):
            what = f"{label}: {key} is {shown(value)}, but must be {kind.spelled()}"
            yield Finding(place, what, kind_hint(value, kind))
