"""Build the package, find the Pythons of this machine, run commands."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
VERSION = re.findall(r'(?m)^version = "(.+)"$', PROJECT)[0]
PYTHONS: list[str] = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PROJECT)
"""The Pythons that the package says it runs on, such as `3.10`."""
ADDRESS = "https://github.com/OWNER/config-migrate"
"""Where the docs say that git finds this repository."""
EPOCH = "1700000000"
"""Any SOURCE_DATE_EPOCH."""


@dataclass(frozen=True)
class Built:
    """The two files of a release."""

    sdist: Path
    wheel: Path


def run(
    words: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> str:
    """What a command prints; one that fails shows all that it said."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}"
    return done.stdout


def build(source: Path, folder: Path, *what: str) -> Built:
    """Build both files, or one, each from the tree itself and in an environment of its own."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    what = what or ("--sdist", "--wheel")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--installer",
        "uv",
        "-o",
        folder,
        *what,
        source,
    ]
    run(command, folder, environment)
    name = f"config_migrate-{VERSION}"
    return Built(folder / f"{name}.tar.gz", folder / f"{name}-py3-none-any.whl")


def metadata(wheel: Path) -> email.message.Message:
    """What a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_string(archive.read(name).decode())


def needed(wheel: Path) -> list[str]:
    """What a wheel asks for without any extra, each with its lower bound."""
    asked = metadata(wheel).get_all("Requires-Dist", [])
    return [one for one in asked if "extra ==" not in one]


def python(minor: str) -> Path | None:
    """A Python of this machine, from the path or from pyenv, that starts and is what it says."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [
        Path(sys.base_prefix) / "bin/python3",
        *map(Path, filter(None, [shutil.which(f"python{minor}")])),
        *sorted(pyenv.glob(f"versions/{minor}.*/bin/python")),
    ]
    return next((one for one in found if _version(one) == minor), None)


def _version(interpreter: Path) -> str:
    words = [str(interpreter), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def tool(name: str) -> Path:
    """A program that the extra `wheel` installs."""
    return Path(sys.executable).parent / name


def only(wheels: Path, settings: Path) -> Path:
    """Settings by which uv asks one folder and no index."""
    settings.write_text(f"no-index = true\nfind-links = ['{wheels}']\n", encoding="utf-8")
    return settings
