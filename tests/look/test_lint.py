"""`migrate lint`: exit codes, and outputs that their readers accept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import Place
from migrate.report.annotations import github_lines
from migrate.report.sarif import Run, sarif
from tests.look.trees import BASE, PRESET, write
from tests.support.cli import migrate

OVER = "configs/train/o.yaml"
TREE = {"configs/base.yaml": BASE, "configs/train/sft.yaml": PRESET}
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(
        tmp_path, {**TREE, OVER: "extends: sft.yaml\ntraining: { a: 1e-5, vit_lr: null }\n"}
    )


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema of SARIF 2.1.0, as OASIS publishes it."""
    return json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text())


def test_sarif_is_what_its_schema_accepts_and_names_every_finding(root: Path, schema: Any) -> None:
    ran = migrate(root, "lint", "--output", "sarif")
    log = json.loads(ran.out)
    jsonschema.Draft4Validator(schema).validate(log)
    results = log["runs"][0]["results"]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [(one["level"], rules[one["ruleIndex"]]["id"]) for one in results] == [
        ("warning", "yaml-versions"),
        ("error", "required"),
        ("warning", "hiding-null"),
    ]
    region = results[0]["locations"][0]["physicalLocation"]
    assert region["artifactLocation"]["uri"] == OVER
    assert region["region"] == {"startLine": 2, "startColumn": 16}
    assert ran.code == 1


def test_an_empty_log_is_sarif_too(root: Path, schema: Any) -> None:
    (root / OVER).unlink()
    ran = migrate(root, "lint", "--output", "sarif")
    jsonschema.Draft4Validator(schema).validate(json.loads(ran.out))
    assert ran.code == 0


def test_findings_without_a_place_or_line_are_sarif(schema: Any) -> None:
    whole, line = Place("a b.yaml"), Place("a.yaml", 3)
    found = [Finding("a", "x"), Finding("b", "y", whole), Finding("c", "z", line, level=NOTE)]
    log = sarif(found, {}, Run("lint", "1.0", 1, True, about="plans"))
    jsonschema.Draft4Validator(schema).validate(log)
    physical = [one["locations"][0]["physicalLocation"] for one in log["runs"][0]["results"]]
    assert physical[:2] == [{"artifactLocation": {"uri": uri}} for uri in ("plans", "a%20b.yaml")]


def test_github_annotations_name_file_line_and_column(root: Path) -> None:
    lines = migrate(root, "lint", "--output", "github").out.splitlines()
    assert lines[1] == (
        f"::error file={OVER},line=2,col=22,title=migrate required::"
        f"`training.vit_lr` is null%0A{OVER} runs with it; give it a value"
    )
    assert [line.split()[0] for line in lines[:3]] == ["::warning", "::error", "::warning"]
    assert lines[3:] == ["2 configs: 1 error, 2 warnings"]


ESCAPES = [
    (Finding("r", "50%\nx: a, b"), "::error title=migrate r::50%25%0Ax: a, b"),
    (Finding("r", "w", Place("a:b,c%.yaml", 1), level=WARNING),
     "::warning file=a%3Ab%2Cc%25.yaml,line=1,title=migrate r::w"),
    (Finding("r", "n", Place("a.yaml"), level=NOTE), "::notice file=a.yaml,title=migrate r::n"),
]  # fmt: skip


@pytest.mark.parametrize(("finding", "line"), ESCAPES)
def test_workflow_commands_escape_what_would_end_them(finding: Finding, line: str) -> None:
    assert list(github_lines([finding])) == [line]


def test_warnings_fail_with_strict_alone(root: Path) -> None:
    write(root, {OVER: "extends: sft.yaml\na: 1e-5\n"})
    assert migrate(root, "lint").code == 0
    assert migrate(root, "lint", "--strict").code == 1


def test_one_config_can_be_named(root: Path) -> None:
    assert migrate(root, "lint", "configs/train/sft.yaml").code == 0
    assert migrate(root, "lint", OVER).code == 1
    assert migrate(root, "lint", "configs/train/oo.yaml").code == 3


def test_a_named_file_that_is_no_preset_is_read_but_no_layer_rule_speaks_of_it(root: Path) -> None:
    write(root, {"x.yaml": "a: 010\n"})
    found = json.loads(migrate(root, "lint", "x.yaml", "--output", "json").out)["findings"]
    assert [(one["rule"], one["path"], one["line"]) for one in found] == [
        ("yaml-versions", "x.yaml", 1)
    ]


def test_a_config_that_cannot_be_read_is_one_finding_and_the_others_are_checked(root: Path) -> None:
    write(root, {"configs/train/bad.yaml": "a: [\n", OVER: "extends: gone.yaml\n"})
    found = json.loads(migrate(root, "lint", "--output", "json").out)["findings"]
    assert [(one["rule"], one["path"]) for one in found] == [
        ("resolves", "configs/train/bad.yaml"),
        ("resolves", OVER),
    ]
    named = json.loads(migrate(root, "lint", OVER, "--output", "json").out)["findings"]
    assert [one["path"] for one in named] == [OVER]


def test_thresholds_come_from_the_plans(root: Path) -> None:
    (root / OVER).unlink()
    write(root, {"plans/p.yaml": "version: 1\nrules: { max_files: 1 }\n"})
    found = json.loads(migrate(root, "lint", "--output", "json").out)
    assert [one["rule"] for one in found["findings"]] == ["max-files"]
    assert found["counts"] == {ERROR: 1, WARNING: 0, NOTE: 0}


def test_the_hooks_for_pre_commit_call_verbs_that_exist() -> None:
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["migrate-verify", "migrate-lint"]
    for hook in hooks:
        command, verb = hook["entry"].split()
        assert (command, hook["language"], hook["pass_filenames"]) == ("migrate", "python", False)
        assert migrate(REPOSITORY, verb, "--help").code == 0
