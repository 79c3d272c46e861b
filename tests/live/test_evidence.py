"""The record of a step is held against the files it speaks of, byte by byte and value by value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import START, Q, findings, ok
from tests.support import trees
from tests.support.cli import migrate

FROZEN = "configs/legacy/components/o.yaml"
MANIFEST = "configs/legacy/MANIFEST.sha256"
RECORD = "plans/evidence/q.json"


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """Two presets, both made of one component, are applied."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


OTHER = {
    "of-another-preset": lambda data: data.update(preset="p"),
    "a-target-outside": lambda data: data.update(to="../q.yaml"),
    "a-source-outside": lambda data: data.update({"from": "../q.yaml"}),
    "a-step-outside": lambda data: data["changes"][0].update(path="../q.yaml"),
    "a-file-of-the-chain-outside": lambda data: data["legacy"]["chain"][0].update(path="../b.yaml"),
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_what_is_no_record_of_this_preset_in_this_tree_is_refused(
    done: Path, change: Callable[[Any], None]
) -> None:
    record = json.loads((done / RECORD).read_text())
    change(record)
    (done / RECORD).write_text(json.dumps(record))
    before = trees.read(done)
    for arguments in (["verify"], ["undo", "--preset", "q"]):
        ran = migrate(done, *arguments)
        assert ran.code == 3
        assert f"error: {RECORD}: is not a valid evidence file: " in ran.err
    assert trees.read(done) == before


def told(root: Path) -> list[tuple[str, str]]:
    code, found = findings(root)
    assert code == 1
    return [(one["rule"], one["path"]) for one in found]


def test_a_frozen_file_edited_together_with_the_manifest_is_not_what_was_recorded(
    done: Path,
) -> None:
    old = (done / FROZEN).read_bytes()
    new = b"# only a comment\n" + old
    (done / FROZEN).write_bytes(new)
    frozen, edited = (hashlib.sha256(text).hexdigest() for text in (old, new))
    manifest = (done / MANIFEST).read_text()
    assert frozen in manifest
    (done / MANIFEST).write_text(manifest.replace(frozen, edited))
    assert told(done) == [("evidence", FROZEN)] * 2


def test_a_record_and_its_preset_edited_alike_are_not_what_was_frozen(done: Path) -> None:
    record = json.loads((done / RECORD).read_text())
    record["legacy"]["resolved"]["t"]["lr"] = 7
    (done / RECORD).write_text(json.dumps(record))
    text = (done / Q).read_text()
    assert "lr: 1" in text
    (done / Q).write_text(text.replace("lr: 1", "lr: 7"))
    assert ("evidence", RECORD) in told(done)
