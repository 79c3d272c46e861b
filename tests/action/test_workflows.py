"""The workflows of this repository: what can be known of them without any other tool.

`make check-actions` asks actionlint, zizmor, shellcheck and the schemas, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
FILES = [ACTION, *WORKFLOWS]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
PAGES = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
USES = re.compile(r"^\s*(?:- )?uses: (?P<action>\S+)(?P<comment>.*)$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION = re.compile(r" # v\d+\.\d+\.\d+")


def by_name(path: Path) -> str:
    return path.name


def read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    data = read(path)
    found: dict[str, dict[str, Any]] = data["jobs"] if "jobs" in data else {"": data["runs"]}
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(path).values():
        yield from job.get("steps", ())


def used(path: Path) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    return [(found["action"], found["comment"]) for found in USES.finditer(text)]


@pytest.mark.parametrize("path", FILES, ids=by_name)
def test_every_action_is_pinned_by_its_commit_with_its_version(path: Path) -> None:
    others = [one for one in used(path) if not one[0].startswith("./")]
    assert [one for one in others if not PINNED.fullmatch(one[0])] == []
    assert [one for one in others if not VERSION.fullmatch(one[1])] == []
    calls = [job["uses"] for job in jobs(path).values() if "uses" in job]
    calls += [step["uses"] for step in steps(path) if "uses" in step]
    assert sorted(calls) == sorted(action for action, _ in used(path))  # none is overlooked


def test_one_action_has_one_pin_everywhere() -> None:
    """In the docs as well: Dependabot does not look there."""
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in [*FILES, *PAGES]:
        for action, comment in used(path):
            if PINNED.fullmatch(action):
                name, _, commit = action.partition("@")
                pins.setdefault(name, set()).add((commit, comment.strip()))
    assert len(pins) >= 8
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", FILES, ids=by_name)
def test_no_script_holds_an_expression(path: Path) -> None:
    scripts = [step["run"] for step in steps(path) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_a_job_has_what_it_needs_and_no_more(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for name, job in jobs(path).items():
        assert job["permissions"], name
        assert "uses" in job or job["timeout-minutes"] <= 120, name


def test_who_may_write_or_is_known_by_name() -> None:
    granted = {
        (path.name, name, right)
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for right, level in job["permissions"].items()
        if level == "write"
    }
    assert granted == {
        ("release.yml", "publish", "id-token"),
        ("release.yml", "publish", "attestations"),
        ("release.yml", "release", "contents"),
        ("release.yml", "pages", "pages"),
        ("release.yml", "pages", "id-token"),
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_no_secret_and_no_credentials_that_stay(path: Path) -> None:
    assert "secrets." not in path.read_text(encoding="utf-8")
    checkouts = [one for one in steps(path) if one.get("uses", "").startswith("actions/checkout@")]
    assert [one for one in checkouts if one["with"]["persist-credentials"] is not False] == []


def test_nothing_runs_a_strangers_code_with_our_rights() -> None:
    on: Any = True  # what YAML 1.1 makes of the key
    triggers = {trigger for path in WORKFLOWS for trigger in read(path)[on]}
    assert triggers == {
        "push",
        "pull_request",
        "schedule",
        "workflow_call",
        "workflow_dispatch",
    }


def made(path: Path) -> Iterator[str]:
    """Every target that a workflow makes, those of its matrices too."""
    for job in jobs(path).values():
        yield from job.get("strategy", {}).get("matrix", {}).get("target", ())
    for step in steps(path):
        for words in re.findall(r"\bmake +([^;&|>\n]+)", step.get("run", "")):
            yield from (word for word in words.split() if re.fullmatch(r"[a-z][a-z-]*", word))


@pytest.mark.parametrize("path", WORKFLOWS, ids=by_name)
def test_every_target_is_in_the_makefile(path: Path) -> None:
    known = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text()))
    targets = set(made(path))
    assert targets
    assert targets - known == set()


def test_a_form_names_commands_and_files_that_there_are() -> None:
    from migrate.cli.main import VERBS

    assert FORMS
    for path in FORMS:
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"`migrate ([a-z]\w*)", text)
        assert set(named) <= set(VERBS)
        assert [
            name for name in re.findall(r"\b[A-Z]+\.md", text) if not (ROOT / name).exists()
        ] == []


@pytest.mark.parametrize("path", FILES, ids=by_name)
def test_every_file_that_a_step_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/.])(?:\./)?((?:\.github|tools|scripts|tests)/[\w./-]+\w)", text)
    named += [action for action, _ in used(path) if action.startswith("./")]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_ci_runs_on_every_python_that_is_promised() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    promised = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert (
        jobs(ROOT / ".github/workflows/ci.yml")["check"]["strategy"]["matrix"]["python"] == promised
    )


PIN = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)


def test_the_action_installs_what_the_tests_test() -> None:
    """Its lock is a part of ours; `make lock` makes both."""
    ours = set(PIN.findall((ROOT / "requirements.lock").read_text()))
    its = set(PIN.findall((ROOT / ".github/action/requirements.lock").read_text()))
    assert its - ours == set()
    names = {pin.partition("==")[0] for pin in its}
    assert {"click", "msgspec", "pyyaml", "hatchling"} <= names
    assert not {"pytest", "mypy", "ruff"} & names
