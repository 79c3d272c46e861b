"""The look at a whole tree that an editor's diagnostics come from."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.trees import rollout
from migrate.limits import DEFAULT
from migrate.lsp.check import answers, finding_of
from tests.support import reader, trees
from tests.support.cli import migrate

ROOT = Path(__file__).resolve().parent.parent.parent


def look(root: Path, texts: dict[str, str] | None = None, gate: bool = True) -> dict[str, Any]:
    question = {"root": str(root), "plans": "plans", "dialect": None, "limits": [*DEFAULT]}
    found: dict[str, Any] = {}
    for answer in answers({**question, "texts": texts or {}, "gate": gate}):
        found |= answer
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return rollout(str(tmp_path_factory.mktemp("rollout")))


@pytest.fixture
def applied(made: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.applied, tmp_path / "tree", symlinks=True))


def places(found: dict[str, Any], rule: str) -> list[str]:
    read = map(finding_of, found["findings"])
    return [str(one.place) for one in read if one.rule == rule]


def test_links_are_those_that_an_independent_reader_finds(applied: Path) -> None:
    found = look(applied, gate=False)["links"]
    expected: dict[str, list[str]] = {}
    for path, content in trees.read(applied).items():
        if path.endswith(".yaml") and path.startswith("configs/"):
            named = reader.load(content).get("extends") or []
            names = [named] if isinstance(named, str) else named
            if names:
                home = Path(path).parent
                expected[path] = [posixpath.normpath(str(home / one)) for one in names]
    assert {path: found[path] for path in found if path.startswith("configs/")} == expected


def test_an_edited_value_is_a_finding_of_the_gate_at_its_line(applied: Path) -> None:
    path = "configs/train/grpo/dense_2048.yaml"
    assert places(look(applied), "parity") == []
    text = (applied / path).read_text()
    line = text[: text.index("learning_rate: 2.0e-6")].count("\n") + 1
    edited = text.replace("learning_rate: 2.0e-6", "learning_rate: 3.0e-6")
    assert f"{path}:{line}:3" in places(look(applied, {path: edited}), "parity")
    assert places(look(applied, {path: edited}, gate=False), "parity") == []
    (applied / path).write_text(edited)
    assert f"{path}:{line}:3" in places(look(applied), "parity")


def test_the_findings_are_those_of_verify_and_lint(applied: Path) -> None:
    path = applied / "configs/train/grpo/dense_2048.yaml"
    path.write_text(path.read_text().replace("learning_rate: 2.0e-6", "learning_rate: 1e-6"))
    found = {(one.rule, one.what) for one in map(finding_of, look(applied)["findings"])}
    for verb in ("verify", "lint"):
        said = json.loads(migrate(applied, "--output", "json", verb).out)["findings"]
        assert said
        asked = [one for one in said if one["rule"] != "gates"]  # of those nothing is run
        assert {(one["rule"], one["what"]) for one in asked} <= found


def test_a_preset_that_waits_for_its_step_is_no_fault(made: Any) -> None:
    found = [*map(finding_of, look(Path(made.pending))["findings"])]
    waiting = [one for one in found if one.rule == "applied"]
    assert len(waiting) == 16
    assert {one.level for one in waiting} == {"note"}


def test_a_tree_without_plans_is_linted_and_broken_plans_are_told(tmp_path: Path) -> None:
    trees.write(tmp_path, {"configs/train/a.yaml": b"extends: gone.yaml\n"})
    assert places(look(tmp_path), "resolves") == ["configs/train/a.yaml:1:10"]
    trees.write(tmp_path, {"plans/p.yaml": b"version: 1\npresets: {p: {}}\n"})
    assert places(look(tmp_path), "plan") == ["plans/p.yaml:2:11"] * 2


def test_a_look_writes_nothing_and_runs_nothing(
    applied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["migrate.references.scan"], "REMEMBERED_FROM", 0)
    mark = applied / "ran"
    plan = applied / "plans/grpo.yaml"
    text = re.sub(r"(?m)^gates:.*\n", "", plan.read_text())
    plan.write_text(f"{text}gates: [touch {mark}]\n")
    (applied / ".migrate").mkdir(exist_ok=True)
    before = sorted(one.relative_to(applied) for one in applied.rglob("*"))
    content = trees.read(applied)
    assert not places(look(applied), "plan")
    assert sorted(one.relative_to(applied) for one in applied.rglob("*")) == before
    assert trees.read(applied) == content
    assert not mark.exists()
