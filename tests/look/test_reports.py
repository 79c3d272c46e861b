"""What the looking verbs print, word for word: one folder per case, run as a user would."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.cli import migrate

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_report_is_word_for_word(case: Path, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    shutil.copytree(case / "before", root)
    ran = migrate(root, *(case / "command.txt").read_text().split())
    said = f"{ran.out}{ran.err}[exit {ran.code}]\n"
    assert said == (case / "report.txt").read_text()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_looking_changes_nothing(case: Path, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    shutil.copytree(case / "before", root)
    migrate(root, *(case / "command.txt").read_text().split())
    assert contents(root) == contents(case / "before")


def contents(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
