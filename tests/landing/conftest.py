"""The small rollout, run once, and copies of its moments."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.landing.rollout import Moments, roll_out


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    """The small rollout at each of its moments."""
    return roll_out(tmp_path_factory.mktemp("rollout"))


@pytest.fixture
def at(moments: Moments, tmp_path: Path) -> Callable[[int], Path]:
    """A copy of the tree after so many steps; -1: after all of them."""

    def copied(step: int) -> Path:
        root = tmp_path / "root"
        shutil.copytree(moments.folders[step], root)
        return root

    return copied
