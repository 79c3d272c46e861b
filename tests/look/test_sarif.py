"""SARIF: accepted by its schema, each rule explained, a finding known again after lines moved."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from migrate.findings import Finding
from migrate.locations import Place
from migrate.plan import Rules
from migrate.report.rule_help import groups, rule_help
from migrate.report.sarif import Run, sarif
from tests.live.tree import START, P, ok
from tests.support import trees
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text())
KNOWN = rule_help()


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A rollout whose gate is shut by a value, a stray config and a script."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    content = (tmp_path / P).read_bytes()
    (tmp_path / P).write_bytes(content.replace(b"lr: 1", b"lr: 7").replace(b"wd: 0.0", b"wd: 7"))
    stray = {"run.sh": b"cat configs/components/o.yaml\ncat configs/components/o.yaml\n"}
    trees.write(tmp_path, {"configs/train/late.yaml": b"extends: ../components/o.yaml\n", **stray})
    return tmp_path


def run_of(root: Path, *arguments: str) -> dict[str, Any]:
    """The one run of a log that the schema accepts."""
    log = json.loads(migrate(root, "--output", "sarif", *arguments).out)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    [run] = log["runs"]
    assert isinstance(run, dict)
    return run


def places(run: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    found = []
    for one in run["results"]:
        [location] = one["locations"]
        physical = location["physicalLocation"]
        line = physical.get("region", {}).get("startLine")
        found.append((one["ruleId"], physical["artifactLocation"]["uri"], line))
    return found


def test_every_finding_of_the_gate_is_a_result_at_its_place(closed: Path) -> None:
    findings = json.loads(migrate(closed, "--output", "json", "verify").out)["findings"]
    run = run_of(closed, "verify")
    assert places(run) == [(one["rule"], one["path"] or "plans", one["line"]) for one in findings]
    assert {"parity", "references", "retired"} <= {one["rule"] for one in findings}
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_an_input_error_is_a_result_of_a_run_that_failed(closed: Path) -> None:
    trees.write(closed, {"plans/train.yaml": b"version: 1\npresets: 7\nrules: 8\n"})
    run = run_of(closed, "verify")
    assert places(run) == [("input", "plans/train.yaml", 2), ("input", "plans/train.yaml", 3)]
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 3}]


def test_runs_of_verify_and_lint_are_told_apart(closed: Path) -> None:
    ids = {run_of(closed, verb)["automationDetails"]["id"] for verb in ("verify", "lint")}
    assert ids == {"migrate-verify/", "migrate-lint/"}


def prints(run: dict[str, Any]) -> list[str]:
    return [one["partialFingerprints"]["migrateFinding/v1"] for one in run["results"]]


def test_findings_are_known_again_when_their_lines_move_and_from_each_other(closed: Path) -> None:
    before = run_of(closed, "verify")
    for path in (P, "run.sh", "configs/train/late.yaml"):
        target = closed / path
        target.write_bytes(b"# one more line\n\n" + target.read_bytes())
    after = run_of(closed, "verify")
    assert prints(after) == prints(before)
    assert places(after) != places(before)
    assert len(set(prints(before))) == len(before["results"]) > 3


def test_another_value_is_another_finding(closed: Path) -> None:
    before = run_of(closed, "verify")
    content = (closed / P).read_bytes()
    (closed / P).write_bytes(content.replace(b"lr: 7", b"lr: 8"))
    changed = set(prints(before)) ^ set(prints(run_of(closed, "verify")))
    assert len(changed) == 2


def rules_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = run["tool"]["driver"]["rules"]
    return rules


def test_every_rule_says_what_it_asks_and_what_to_do(closed: Path) -> None:
    rules = rules_of(run_of(closed, "verify"))
    assert [one["id"] for one in rules] == sorted(KNOWN)
    for one in rules:
        assert one["shortDescription"]["text"].endswith(".")
        assert one["help"]["text"].endswith(".")
        assert one["help"]["markdown"].startswith(one["shortDescription"]["text"] + "\n\n")


def named() -> set[str]:
    """Every rule that some code makes a finding of, where it is written down."""
    nodes = [
        node
        for path in (REPOSITORY / "migrate").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    calls = [node for node in nodes if isinstance(node, ast.Call) and _makes_finding(node.func)]
    names = [node.args[0] for node in calls if node.args]
    names += [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("RULE", "UNUSED")
    ]
    return {str(one.value) for one in names if isinstance(one, ast.Constant)}


def _makes_finding(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr == "of":
        function = function.value
    return isinstance(function, ast.Name) and function.id == "Finding"


def test_every_rule_of_the_code_is_explained_once() -> None:
    # Those of the dataset layer are findings of `inspect --fusion` alone.
    told = {name for name in named() if not re.match(r"fusion-(list|name|unknown)\Z", name)}
    assert len(told) > 25
    assert told - set(KNOWN) == set()
    assert sorted(name for names in groups().values() for name in names) == sorted(KNOWN)


def test_the_help_names_only_fields_that_there_are() -> None:
    fields = {name for one in KNOWN.values() for name in re.findall(r"`rules: (\w+):`", one.remedy)}
    assert len(fields) > 5
    assert fields <= set(Rules.__struct_fields__)


def anchors(page: str) -> set[str]:
    """The anchors of the headings, as GitHub and MkDocs make them of names like these."""
    return {line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")}


def test_the_page_of_rules_is_current_and_has_an_anchor_for_each() -> None:
    from tools.rules_page import PAGE, rules_page

    page = (REPOSITORY / PAGE).read_text(encoding="utf-8")
    assert page == rules_page()
    assert anchors(page) == set(KNOWN)
    assert all(re.fullmatch("[a-z-]+", name) for name in KNOWN)


def built(folder: Path, urls: str) -> Path:
    """A wheel of this repository with these URLs, unpacked."""
    source = folder / "source"
    left = shutil.ignore_patterns(".*", "__pycache__", "configs", "node_modules", "tests*")
    shutil.copytree(REPOSITORY, source, ignore=left)
    text = (source / "pyproject.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^\[project\.urls\]\n.*?(?=^\[|\Z)", "", text)
    (source / "pyproject.toml").write_text(text + urls, encoding="utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=100)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


URLS = (
    '\n[project.urls]\nSource = "https://example.org/s"\nDocumentation = "https://example.org/d/"\n'
)


@pytest.mark.parametrize("urls", ["", URLS], ids=["without", "with"])
def test_rules_lead_to_the_documentation_that_the_build_names(
    closed: Path, tmp_path_factory: pytest.TempPathFactory, urls: str
) -> None:
    installed = built(tmp_path_factory.mktemp("build"), urls)
    command = [sys.executable, "-m", "migrate", "--root", str(closed), "--output", "sarif", "lint"]
    ran = subprocess.run(
        command,
        cwd=closed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    [run] = json.loads(ran.stdout)["runs"]
    driver = run["tool"]["driver"]
    if not urls:
        assert "informationUri" not in driver
        assert not any("helpUri" in one for one in driver["rules"])
        return
    assert driver["informationUri"] == "https://example.org/d"
    page = anchors((REPOSITORY / "docs/rules.md").read_text(encoding="utf-8"))
    for one in driver["rules"]:
        address, _, anchor = one["helpUri"].partition("#")
        assert address == "https://example.org/d/rules/"
        assert anchor == one["id"]
        assert anchor in page


def test_a_place_within_the_sentence_is_no_part_of_the_fingerprint() -> None:
    rooms = [
        Finding("edits", f"q is behind: x in configs/o.yaml:{n}:3", Place(P, n)) for n in (1, 9)
    ]
    run = Run("verify", "1.0", 1, checked=True)
    first, other = (sarif([one], KNOWN, run)["runs"][0] for one in rooms)
    assert prints(first) == prints(other)
