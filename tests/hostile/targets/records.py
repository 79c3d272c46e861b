"""Configs, plans and what a rollout records: read back as if a stranger had written them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from migrate.disk import Disk
from migrate.journal import record
from migrate.layout import Layout
from migrate.locations import outside
from migrate.plan import load_plans, load_profile
from migrate.plan.edit import with_presets
from migrate.resolve import Resolver
from migrate.rollout.evidence import read_evidence, undo_edits
from migrate.rollout.legacy import MANIFEST, check_manifest, is_frozen, read_manifest
from migrate.rollout.legacy import manifest as write_manifest
from migrate.trees.tree import MemoryTree
from migrate.yaml_text import Document, load
from tests.hostile.roots import FILES
from tests.hostile.targets.target import Target, letters_only, of_cases, scratch
from tests.hostile.texts import EXTENDS

PLANS = Path(__file__).parents[3] / "plans"

P = "configs/train/p.yaml"
CONFIGS = {path: text.encode() for path, text in FILES.items()}
PRESET = ["q:", "  from: configs/train/q.yaml", "  to: configs/train/new/q.yaml"]
SAID = {"q": {"from": "configs/train/q.yaml", "to": "configs/train/new/q.yaml"}}


def config(content: bytes) -> None:
    """A config: what it says, its comments, and what its chain comes to."""
    with letters_only():
        document = Document(P, content)
        for start, end in document.comments:
            assert document.text[start:end].startswith("#")
        assert document.replaced([]) == content
    with letters_only():
        resolved = Resolver(MemoryTree({**CONFIGS, P: content})).resolve(P)
        assert resolved.paths[-1] == P
        assert isinstance(resolved.python, dict)


def plan(content: bytes) -> None:
    """A plan file: read, and with one preset more."""
    tree = MemoryTree({**CONFIGS, "plans/tree.yaml": content})
    with letters_only():
        load_plans(tree)
        after = with_presets("plans/tree.yaml", content, PRESET, SAID)
        assert load(after.decode(), "plans/tree.yaml")["presets"]["q"] == SAID["q"]


def parity(content: bytes) -> None:
    """A parity file."""
    with letters_only():
        load_profile(MemoryTree({"plans/parity.yaml": content}), "plans/parity.yaml")


def evidence(content: bytes) -> None:
    """The record of a step, and the old text of each file that it edited."""
    layout = Layout()
    with letters_only():
        read = read_evidence(MemoryTree({layout.evidence("p"): content}), "p", layout)
        assert read is not None
        for step in read.steps:
            assert not outside(step.path)
            assert isinstance(undo_edits(b"a: 1\nb: 2\n", step.edits), bytes)


def journal(content: bytes) -> None:
    """The journal of a landing that was interrupted."""
    root = _root()
    (root / record.JOURNAL).write_bytes(content)
    with letters_only():
        read = record.load(Disk(str(root)))
        assert read is None or not any(map(outside, read.paths()))


def manifest(content: bytes) -> None:
    """The digests of the legacy tree."""
    tree = MemoryTree({**CONFIGS, MANIFEST: content})
    with letters_only():
        below = [p for p in read_manifest(tree) if p == posixpath.normpath(p) and is_frozen(p)]
        read = dict.fromkeys(below, "0" * 64)
        again = MemoryTree({MANIFEST: write_manifest(read)})
        assert read_manifest(again) == read
    with letters_only():
        for fault in check_manifest(tree):
            with letters_only():
                raise fault


@cache
def _root() -> Path:
    root = scratch()
    (root / record.JOURNAL).parent.mkdir(parents=True)
    return root


def _configs() -> Iterable[bytes]:
    yield EXTENDS
    yield from CONFIGS.values()
    yield from of_cases("cases", "configs/**/*.yaml")


def _plans() -> Iterable[bytes]:
    yield from (path.read_bytes() for path in sorted(PLANS.glob("*.yaml")))
    yield from of_cases("cases", "plans/*.yaml")


def _evidence() -> Iterable[bytes]:
    digest = b"0" * 64
    yield (
        b'{"format_version": "1.0", "preset": "p", "from": "a.yaml", "to": "b.yaml",'
        b' "plan_sha256": "' + digest + b'", "new": {"sha256": "' + digest + b'",'
        b' "chain": ["configs/base.yaml", "b.yaml"]}, "legacy": {"chain": [{"path": "a.yaml",'
        b' "sha256": "' + digest + b'"}], "resolved": {"a": 1, "<float>": "nan"}}, "allowed": [],'
        b' "changes": [{"path": "run.sh", "before": "' + digest + b'", "after": "' + digest + b'",'
        b' "edits": [[0, 3, "old"]]}]}'
    )
    for path in sorted((PLANS / "evidence").glob("*.json")):
        name = path.stem.encode()
        yield path.read_bytes().replace(b'"preset": "' + name + b'"', b'"preset": "p"')


def _journals() -> Iterable[bytes]:
    yield (
        b'{"version": 1, "label": "a", "token": "0a", "entries": [{"path": "a.yaml",'
        b' "before": null, "after": "' + b"0" * 64 + b'", "mode": 420}], "made": ["configs"],'
        b' "left": [["plans", 493]], "state": "commit"}'
    )


def _manifests() -> Iterable[bytes]:
    yield b"0" * 64 + b"  train/p.yaml\n\\" + b"1" * 64 + b"  train/a\\nb.yaml\n"
    yield b"\\" + b"0" * 64 + b"  train/a\\\\nb.yaml\r\n" + b"1" * 64 + b"  a\xe2\x80\xa8b\x0c.yaml"


TARGETS = [
    Target("config", config, _configs),
    Target("plan", plan, _plans),
    Target("parity", parity, _plans),
    Target("evidence", evidence, _evidence),
    Target("journal", journal, _journals),
    Target("manifest", manifest, _manifests),
]
