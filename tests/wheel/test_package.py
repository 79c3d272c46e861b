"""What is in the package, and that it comes out the same again: `make test-wheel`."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.wheel.machine import PROJECT, PYTHONS, ROOT, VERSION, Built, build, metadata, needed, run

pytestmark = pytest.mark.wheel

BESIDE = {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml", "PKG-INFO", ".gitignore"}
"""What a source package holds besides the package; the last two come from the build."""


def packaged(clone: Path) -> set[str]:
    """The files of the package, as git knows them."""
    listed = run(["git", "ls-files", "migrate"], clone)
    return set(listed.splitlines())


def test_the_wheel_holds_the_package_and_nothing_else(clone: Path, built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    info = f"config_migrate-{VERSION}.dist-info/"
    assert {name for name in names if not name.startswith(info)} == packaged(clone)
    assert {"migrate/py.typed", "migrate/report/assets/page.css", "migrate/cli/bash.py"} < set(
        names
    )
    assert {name.removeprefix(info) for name in names if name.startswith(info)} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_wheel_holds_the_bytes_of_the_repository(clone: Path, built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        for name in packaged(clone):
            assert archive.read(name) == (clone / name).read_bytes(), name
        licence = archive.read(f"config_migrate-{VERSION}.dist-info/licenses/LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()


def test_the_source_package_holds_the_package_and_what_builds_it(clone: Path, built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        inner = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert inner == packaged(clone) | BESIDE


def test_the_wheel_says_what_the_project_says(built: Built) -> None:
    said = metadata(built.wheel)
    assert (said["Name"], said["Version"]) == ("config-migrate", VERSION)
    assert (said["License-Expression"], said["License-File"]) == ("Apache-2.0", "LICENSE")
    assert said["Requires-Python"] == f">={PYTHONS[0]}"
    declared = re.findall(r"(?ms)^dependencies = \[(.*?)^\]", PROJECT)[0]
    asked = [Requirement(one) for one in needed(built.wheel)]
    assert asked == [Requirement(one) for one in re.findall(r'"(.+?)"', declared)]
    assert said.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
    with zipfile.ZipFile(built.wheel) as archive:
        points = configparser.ConfigParser()
        points.read_string(
            archive.read(f"config_migrate-{VERSION}.dist-info/entry_points.txt").decode()
        )
    assert dict(points["console_scripts"]) == {"migrate": "migrate.__main__:main"}


def test_an_index_shows_the_readme_as_a_page(built: Built) -> None:
    from readme_renderer.markdown import render  # the one that PyPI uses

    text = str(metadata(built.wheel).get_payload())
    page = render(text)
    assert page is not None
    assert page.count("<pre") == text.count("```") // 2
    assert page.count("<h2") == len(re.findall(r"(?m)^## ", text))
    assert page.count("<table") == 1
    assert "```" not in page


def test_an_index_would_take_both_files(built: Built) -> None:
    checked = [sys.executable, "-m", "twine", "--no-color", "check", "--strict"]
    said = run([*checked, built.sdist, built.wheel], ROOT)
    assert said.count("PASSED") == 2


def test_the_source_package_gives_the_same_wheel(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    again = build(tmp_path / f"config_migrate-{VERSION}", tmp_path, "--wheel")
    assert again.wheel.read_bytes() == built.wheel.read_bytes()


def test_two_builds_give_the_same_bytes(clone: Path, built: Built, tmp_path: Path) -> None:
    """Wherever they run: another folder, another day, another umask, another language."""
    other = tmp_path / "somewhere else"
    shutil.copytree(clone, other)
    for path in other.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (1, 1))
            path.chmod(0o600)
    (tmp_path / "out").mkdir()
    words = f"""
import os, sys
os.umask(0o077)
os.environ.update(LC_ALL="C", TZ="Asia/Tokyo")
from pathlib import Path
from tests.wheel.machine import build
build(Path({str(other)!r}), Path({str(tmp_path / "out")!r}))
"""
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True)
    for name in (built.sdist.name, built.wheel.name):
        again = (tmp_path / "out" / name).read_bytes()
        assert again == built.sdist.with_name(name).read_bytes(), name


def test_what_lies_about_in_a_work_tree_is_not_packaged(
    clone: Path, built: Built, tmp_path: Path
) -> None:
    other = tmp_path / "used"
    shutil.copytree(clone, other)
    for name in ("migrate/__pycache__/x.cpython-311.pyc", ".migrate/key", "dist/old.whl", "b/c"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes(b"x")
    again = build(other, tmp_path)
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()
