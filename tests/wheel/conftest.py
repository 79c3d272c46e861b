"""The package as others get it: built from a copy of this repository, once for all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.workspace.scratch import listed
from tests.wheel.machine import ADDRESS, ROOT, VERSION, Built, build, only, run, tool


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of this repository holds, with the tag that a release sets."""
    folder = tmp_path_factory.mktemp("clone")
    for path in listed(str(ROOT)):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "Release"],
        ["tag", f"v{VERSION}"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def built(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The two files of a release."""
    return build(clone, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheelhouse(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one folder: our wheel, and all that installing it or building it takes."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    download = [sys.executable, "-m", "pip", "-q", "download", "-d", str(folder)]
    run([*download, "--only-binary", ":all:", f"{built.wheel}[lsp]", "hatchling", "pip"], folder)
    assert (folder / built.wheel.name).is_file()
    return folder


@pytest.fixture
def newcomer(clone: Path, wheelhouse: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody with uv and pipx. Whoever asks an index gets a folder of wheels,
    in which ours is the one of this clone, and at the address git finds this clone."""
    (tmp_path / "home").mkdir()
    return {
        "HOME": str(tmp_path / "home"),
        "PATH": f"{tool('uv').parent}:/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(wheelhouse),
        "PIP_NO_INDEX": "1",
        "PIPX_DEFAULT_BACKEND": "pip",  # as where there is no uv
        "PIPX_DEFAULT_PYTHON": sys.executable,
        "UV_CONFIG_FILE": str(only(wheelhouse, tmp_path / "uv.toml")),
        "UV_NO_GITHUB_FAST_PATH": "1",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
