"""Long work shows how far it is, on a terminal only, in one line that is gone at the end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrate.report.paint import seen
from tests.look.trees import write
from tests.support.cli import migrate
from tests.support.terminal import Terminal, left

LONG = "实验_with_a_name_that_is_longer_than_any_terminal_should_have_to_be"
TREE = {
    "configs/base.yaml": "seed: 1\n",
    "configs/components/b.yaml": "t: {lr: 1}\n",
    **{
        f"configs/train/{name}.yaml": (
            f"extends: [../base.yaml, ../components/b.yaml]\na: {name}\n"
        )
        for name in (LONG, "q")
    },
}
LABELS = {
    "init": "trying the plans",
    "plan": "planning",
    "apply": "applying",
    "verify": "verifying",
    "report": "looking",
    "rehearse": "rehearsing",
    "lint": "looking",
    "table": "looking",
}
OPTIONS = {"apply": ["--all"], "verify": ["--so-far"]}
BAR = re.compile(r"\r([a-z ]+ \[[# ]{20}\] \d+/\d+ [^\r]*)")


def run(root: Path, *arguments: str, columns: int = 80) -> tuple[list[str], str]:
    """Every picture of the bar, and what is left on the screen at the end."""
    plain = {"PAGER": "cat"}
    _, screen = Terminal(root, arguments, columns, environment=plain).end()
    return BAR.findall(screen), left(screen)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("verb", LABELS)
def test_progress_is_one_line_and_gone_at_the_end(tmp_path: Path, verb: str, columns: int) -> None:
    root = write(tmp_path, TREE)
    if verb != "init":
        assert migrate(root, "init").code == 0
    if verb in {"verify", "report"}:
        assert migrate(root, "apply", "--all").code == 0
    options = OPTIONS.get(verb, ()) if verb != "report" else ["-o", str(root / "page.html")]
    bars, screen = run(root, verb, *options, columns=columns)
    assert bars
    assert all(bar.startswith(f"{LABELS[verb]} [") for bar in bars)
    assert all(seen(bar.rstrip()) < columns for bar in bars)
    assert screen.strip()
    assert "[#" not in screen


def test_a_letter_does_not_stand_behind_a_bar(tmp_path: Path) -> None:
    root = write(tmp_path, TREE)
    assert migrate(root, "init").code == 0
    write(root, {"run.py": "open('configs/components/b.yaml')\n"})  # holds the last step
    bars, screen = run(root, "rehearse")
    assert bars
    assert screen.startswith("error: run.py:1:7: names configs/components/b.yaml, ")


@pytest.mark.parametrize("quiet", [["-q"], []], ids=["quiet", "piped"])
def test_who_does_not_look_sees_none(tmp_path: Path, quiet: list[str]) -> None:
    root = write(tmp_path, TREE)
    if quiet:
        bars, _ = run(root, *quiet, "init")
        assert bars == []
    else:
        assert "[" not in migrate(root, "init").err
