"""The hooks of the docs, as pre-commit runs them in a foreign repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import trees
from tests.wheel.foreign import COSINE, SGD, TREE
from tests.wheel.machine import ROOT, run, tool

pytestmark = pytest.mark.wheel

PAGE = ROOT / "docs/inspection.md"


def declared() -> str:
    """The `.pre-commit-config.yaml` that the page shows."""
    page = PAGE.read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(repos:\n.*?)```", page, re.DOTALL)
    assert block is not None
    return block[1]


@pytest.fixture
def birds(newcomer: dict[str, str], tmp_path: Path) -> Path:
    """A foreign repository with the hooks; its rollout waits for its steps."""
    folder = tmp_path / "birds"
    trees.write(folder, {path: text.encode() for path, text in TREE.items()})
    (folder / ".pre-commit-config.yaml").write_text(declared())
    run(["git", "init", "-q", "-b", "main"], folder)
    migrate(folder, "init")
    with (folder / "plans/tree.yaml").open("a") as plan:
        plan.write(f"references:\n  {SGD}: configs/train/resnet50.yaml\n  {COSINE}: drop\n")
    run(["git", "add", "-A"], folder)
    return folder


def migrate(folder: Path, *words: str) -> None:
    """A verb of this clone: what is tested here is that of the hooks."""
    run([tool("migrate"), *words], folder)


def hooks(folder: Path, newcomer: dict[str, str], *words: str) -> tuple[int, str]:
    """What `pre-commit run` makes of what git has staged, and says."""
    done = subprocess.run(
        [str(tool("pre-commit")), "run", "--all-files", "--color", "never", *words],
        cwd=folder,
        env=newcomer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    return done.returncode, done.stdout


def test_the_hooks_let_through_what_holds_and_stop_what_does_not(
    birds: Path, newcomer: dict[str, str]
) -> None:
    code, said = hooks(birds, newcomer)
    assert code == 1
    assert "resnet50" in said, said  # the rollout waits, and that is what closes the gate
    assert "Traceback" not in said
    migrate(birds, "apply", "--all", "--likely")
    run(["git", "add", "-A"], birds)
    assert hooks(birds, newcomer, "migrate-verify") == (0, f"{'migrate verify':.<73}Passed\n")
    preset = birds / "configs/train/tiny.yaml"
    preset.write_text(preset.read_text().replace("size: 32", "size: 64"))
    run(["git", "add", "-A"], birds)
    code, said = hooks(birds, newcomer, "migrate-verify")
    assert (code, "data.size" in said) == (1, True)


def test_the_hooks_of_a_rollout_that_lasts_are_those_that_the_page_says(
    birds: Path, newcomer: dict[str, str]
) -> None:
    settings = birds / ".pre-commit-config.yaml"
    settings.write_text(
        declared().replace("- id: migrate-verify", "- id: migrate-verify\n        args: [--so-far]")
    )
    run(["git", "add", "-A"], birds)
    code, said = hooks(birds, newcomer, "migrate-verify")
    assert (code, said.splitlines()[-1]) == (0, f"{'migrate verify':.<73}Passed")
    assert "`args: [--so-far]`" in PAGE.read_text(encoding="utf-8")
