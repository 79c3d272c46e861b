"""The step of the action that installs: its letters here, its work in `make check-actions`."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import unfollowed as migrate
from tests.support.runner import Ran, Runner
from tests.support.workflow import annotated

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = trees.write(tmp_path / "check out", START)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    return root


def run(checkout: Path, action: Path = ROOT, **inputs: str) -> Ran:
    temporary = checkout.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    return Runner(temporary, checkout).run(action, inputs)


def with_python(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str | None) -> None:
    """A PATH with what the step needs of a system, and with this as its python3."""
    folder.mkdir()
    for name in ("bash", "mktemp"):
        (folder / name).symlink_to(shutil.which(name) or name)
    if script is not None:
        (folder / "python3").write_text(script)
        (folder / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


BAD = {
    "none": (None, "there is no python3 here; set the input python-version"),
    "old": ("#!/bin/sh\nexit 1\n", "python3 is older than 3.10; set the input python-version"),
    "no venv": ('#!/bin/sh\ntest "$1" != -m\n', "install its module venv, or set the input"),
}


@pytest.mark.parametrize(("script", "said"), BAD.values(), ids=BAD)
def test_a_python_that_will_not_do_is_a_letter(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, said: str
) -> None:
    with_python(monkeypatch, checkout.parent / "bin", script)
    ran = run(checkout)
    assert ran.code == 3
    [error] = annotated(ran.log)
    assert said in error.text
    assert ran.outputs == {"verdict": "unknown", "exit-code": "", "sarif": "", "report": ""}


def test_another_system_is_a_letter(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runner, "system", "Windows")
    ran = run(checkout)
    assert ran.code == 3
    [error] = annotated(ran.log)
    assert error.text == "migrate runs on Linux and macOS; choose such a runner"


@pytest.mark.parametrize("version", ["-r evil.txt", "1.0; touch pwned", "git+https://x", "1\n2"])
def test_what_is_no_version_is_not_given_to_pip(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    with_python(monkeypatch, checkout.parent / "bin", "#!/bin/sh\nexit 0\n")
    ran = run(checkout, version=version)
    assert ran.code == 3
    [error] = annotated(ran.log)
    assert error.text.startswith("the input version is no version")
    assert not list(checkout.parent.rglob("pwned"))


@pytest.mark.action
def test_the_action_from_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a copy as a runner makes it: the files of the repository, and no repository."""
    action = checkout.parent / "the action"
    for name in ("migrate", ".github"):
        shutil.copytree(ROOT / name, action / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("action.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, action / name)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    ran = run(checkout, action)
    assert ran.code == 0, ran.log
    assert ran.outputs["verdict"] == "open"
    driver = json.loads(Path(ran.outputs["sarif"]).read_text())["runs"][0]["tool"]["driver"]
    project = (ROOT / "pyproject.toml").read_text()
    assert driver["version"] == re.findall(r'(?m)^version = "(.*)"$', project)[0]
    installed = [*checkout.parent.glob("temporary/migrate-*/venv/bin/migrate")]
    assert len(installed) == 1
    assert os.path.realpath(sys.prefix) not in str(installed[0])


@pytest.mark.action
def test_a_release_that_the_index_does_not_have(checkout: Path) -> None:
    ran = run(checkout, version="99.99.99")
    assert ran.code == 3
    assert annotated(ran.log)[-1].text == "pip could not install config-migrate 99.99.99"
