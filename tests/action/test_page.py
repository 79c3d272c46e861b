"""docs/ci.md: its workflow fits the action, and what it shows is what a job shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.tree import START, P, ok
from tests.support import trees
from tests.support.cli import unfollowed as migrate
from tests.support.runner import Runner
from tests.support.workflow import annotated

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def ours(data: Any) -> Iterator[dict[str, Any]]:
    """What is given to our action anywhere in a block."""
    if isinstance(data, dict):
        if str(data.get("uses", "")).startswith("OWNER/"):
            yield data["with"]
        if "with" in data and "uses" not in data:
            yield data["with"]
        for value in data.values():
            yield from ours(value)
    elif isinstance(data, list):
        for value in data:
            yield from ours(value)


def test_what_the_page_gives_the_action_takes() -> None:
    given = [one for block in blocks("yaml") for one in ours(yaml.safe_load(block))]
    assert len(given) >= 2
    assert [name for one in given for name in one if name not in ACTION["inputs"]] == []
    outputs = re.findall(r"steps\.gate\.outputs\.([\w-]+)", PAGE)
    assert len(outputs) >= 3
    assert [name for name in outputs if name not in ACTION["outputs"]] == []


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_the_page_tells_of_each(kind: str) -> None:
    section = PAGE.partition(f"### {kind.capitalize()}\n")[2].partition("\n#")[0]
    assert re.findall(r"(?m)^\| `([\w-]+)` \|", section) == list(ACTION[kind])


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository in which someone changed a learning rate."""
    root = tmp_path_factory.mktemp("tree")
    for name in ("configs", "plans", "src", "scripts", "docs"):
        shutil.copytree(ROOT / name, root / name, symlinks=True)
    preset = root / "configs/train/grpo/dense_2048.yaml"
    before = preset.read_text(encoding="utf-8")
    after = before.replace("learning_rate: 2.0e-6", "learning_rate: 3.0e-6")
    assert after != before
    preset.write_text(after, encoding="utf-8")
    return root


def test_the_annotation_is_what_a_job_shows(changed: Path) -> None:
    [shown] = blocks("text")
    ran = migrate(changed, "verify", "--output", "github")
    told = [f"{one.fields['title']}\n{one.text}\n" for one in annotated(ran.out)]
    assert shown in told


def test_the_summary_is_what_a_job_shows(changed: Path) -> None:
    shown = blocks("markdown")[0]
    told = migrate(changed, "verify", "--output", "md").out
    assert told.startswith(shown.removesuffix("...\n"))


def test_what_a_pull_request_changes_is_what_a_job_shows(changed: Path, tmp_path: Path) -> None:
    """In a pull request merged into its base, fetched as deep as the page says."""
    origin = tmp_path / "origin"
    shutil.copytree(ROOT / "configs", origin / "configs")
    shutil.copytree(ROOT / "plans", origin / "plans")
    git(origin, "init", "-q", "-b", "main")
    commit(origin)
    git(origin, "switch", "-qc", "faster")
    shutil.copytree(changed / "configs", origin / "configs", dirs_exist_ok=True)
    commit(origin)
    git(origin, "switch", "-q", "main")
    git(origin, *NAMED, "merge", "-q", "--no-ff", "-m", "Merge", "faster")
    [block] = [one for one in blocks("yaml") if "since:" in one]
    [checkout, action] = yaml.safe_load(block)["steps"]
    depth = f"--depth={checkout['with']['fetch-depth']}"
    git(tmp_path, "clone", "-q", depth, origin.as_uri(), "checkout")
    (tmp_path / "temporary").mkdir()
    given = {"install": {"python": sys.executable}}
    runner = Runner(tmp_path / "temporary", tmp_path / "checkout", given)
    ran = runner.run(ROOT, action["with"])
    [shown] = [one for one in blocks("markdown") if "migrate diff" in one]
    told = re.sub(r"(since HEAD\^1) \([0-9a-f]+\)", r"\1", ran.summary)
    assert told.partition("\n## migrate diff")[1:] == ("\n## migrate diff", shown[15:])


NAMED = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, *NAMED, "commit", "-qm", "A step")


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)


def test_gitlab_gets_the_fields_that_it_wants(tmp_path: Path) -> None:
    """As https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format has it."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not here")
    root = trees.write(tmp_path / "tree", START)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    (root / P).write_bytes((root / P).read_bytes().replace(b"lr: 1", b"lr: 7"))
    [job] = [yaml.safe_load(one)["configs"] for one in blocks("yaml") if ".gitlab-ci" in one]
    [words] = [one for one in job["script"] if one.startswith("migrate ")]
    files = [str(root / word) if "." in word else word for word in words.split()[1:]]
    assert migrate(root, *files).code == 1
    subprocess.run(["bash", "-ec", job["after_script"][-1]], cwd=root, check=True)
    report = job["artifacts"]["reports"]["codequality"]
    found = json.loads((root / report).read_text(encoding="utf-8"))
    severities = {"info", "minor", "major", "critical", "blocker"}
    for one in found:
        assert one["description"]
        assert one["severity"] in severities
        assert (root / one["location"]["path"]).exists()
        assert one["location"]["lines"]["begin"] >= 1
    assert len({one["fingerprint"] for one in found}) == len(found) > 1
    assert ("parity", P) in [(one["check_name"], one["location"]["path"]) for one in found]
