"""`--sarif` and `--md`: one run of `verify` or `lint` is printed and written as it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, P, ok
from tests.support import trees
from tests.support.cli import migrate
from tests.support.workflow import annotated


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    root = trees.write(tmp_path / "tree", START)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    (root / P).write_bytes((root / P).read_bytes().replace(b"lr: 1", b"lr: 7"))
    return root


@pytest.mark.parametrize("verb", ["verify", "lint"])
@pytest.mark.parametrize("output", ["text", "json", "github", "md", "sarif"])
def test_files_are_written_beside_whatever_is_printed(closed: Path, verb: str, output: str) -> None:
    log, sheet = closed.parent / "log.sarif", closed.parent / "sheet.md"
    alone = migrate(closed, verb, "--output", output)
    ran = migrate(closed, verb, "--output", output, "--sarif", str(log), "--md", str(sheet))
    assert (ran.code, ran.out) == (alone.code, alone.out)
    assert log.read_text(encoding="utf-8") == migrate(closed, verb, "--output", "sarif").out
    begin, _, text = sheet.read_text(encoding="utf-8").partition("\n")
    assert begin.startswith("<!--")
    assert text == migrate(closed, verb, "--output", "md").out


def test_an_input_error_is_written_too(closed: Path) -> None:
    (closed / "plans/train.yaml").write_bytes(b"version: 1\npresets: 7\n")
    log, sheet = closed.parent / "log.sarif", closed.parent / "sheet.md"
    ran = migrate(closed, "verify", "--sarif", str(log), "--md", str(sheet))
    assert ran.code == 3
    [result] = json.loads(log.read_text())["runs"][0]["results"]
    assert result["ruleId"] == "input"
    assert "nothing was checked" in sheet.read_text()


def test_files_in_the_tree_are_no_use_of_what_they_name(closed: Path) -> None:
    """A job of GitLab can keep a file only if it lies in the checkout."""
    (closed / P).write_bytes((closed / P).read_bytes().replace(b"lr: 7", b"lr: 1"))
    (closed / "run.sh").write_text("python train.py configs/components/o.yaml\n")
    words = ["verify", "--sarif", str(closed / "verify.sarif"), "--md", str(closed / "verify.md")]
    first = migrate(closed, *words)
    assert b"configs/components/o.yaml" in (closed / "verify.sarif").read_bytes()
    (closed / "run.sh").unlink()
    assert first.code == 1
    second = migrate(closed, *words)
    assert second.code == 0
    assert "names configs/components/o.yaml" not in second.out  # not even as a warning
    assert b"configs/components/o.yaml" not in (closed / "verify.sarif").read_bytes()


@pytest.mark.parametrize("option", ["--sarif", "--md"])
def test_another_file_is_never_written_over(closed: Path, option: str) -> None:
    for name, content in {
        "mine.md": b"# mine\n",
        "other.sarif": b'{"$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n'
        b'"runs": [{"tool": {"driver": {"name": "ruff"}}}]}',
    }.items():
        for folder in (closed, closed.parent):
            (folder / name).write_bytes(content)
            ran = migrate(closed, "verify", option, str(folder / name))
            assert ran.code == 3
            assert f"{name}: is there already, and is no report" in ran.err
            assert (folder / name).read_bytes() == content


def test_a_file_that_cannot_be_written_is_told_once(closed: Path) -> None:
    log, nowhere = closed.parent / "log.sarif", str(closed / P / "x.md")
    ran = migrate(closed, "verify", "--output", "github", "--sarif", str(log), "--md", nowhere)
    assert ran.code == 4
    assert ran.err.count("error: ") == 1
    titles = [one.fields["title"] for one in annotated(ran.out)]
    assert titles == ["migrate applied", "migrate parity", "migrate moved"]
    results = json.loads(log.read_text())["runs"][0]["results"]  # it says what was found
    assert "parity" in [one["ruleId"] for one in results]


def test_two_kinds_want_two_files(closed: Path) -> None:
    ran = migrate(closed, "verify", "--md", str(closed / "x"), "--sarif", str(closed / "./x"))
    assert ran.code == 2
    assert "--sarif and --md want two files" in ran.err
    assert not (closed / "x").exists()


def test_a_record_is_never_written_over(closed: Path) -> None:
    before = trees.read(closed)
    ran = migrate(closed, "verify", "--md", str(closed / "plans/train.yaml"))
    assert ran.code == 3
    assert trees.read(closed) == before
