"""What git ignores or converts is no record: `init` says so, and each way out works."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support import trees
from tests.support.cli import migrate

SMALL = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/o.yaml": b"t: {lr: 1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n",
    "src/train.py": b"pass\n",
}


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=root, capture_output=True, check=True, text=True
    )
    return done.stdout


@pytest.fixture(autouse=True)
def _no_config_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global.config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    trees.write(root, SMALL)
    git(root, "init", "-q")
    return root


RULES = {
    "white list": {".gitignore": "*\n!src/**\n"},
    "white list, no final newline": {".gitignore": "/*\n!/src"},
    "white list with folders": {".gitignore": "*\n!*/\n!*.py\n!configs/train/**\n"},
    "the folder": {".gitignore": "# ours\nplans/\n"},
    "both folders": {".gitignore": "plans\nlegacy\n"},
    "all configs": {".gitignore": "configs/\n"},
    "evidence": {".gitignore": "*.json\n"},
    "manifest": {".gitignore": "*.sha256\n"},
    "some copies": {".gitignore": "configs/**/components/\n!/configs/components/\n"},
    "nested": {"configs/.gitignore": "*\n!train\n!components\n!*.yaml\n"},
    "nested, in the folder itself": {"plans/.gitignore": "*\n"},
    "nested and above": {"configs/.gitignore": "legacy\n", ".gitignore": "plans\n"},
    "this clone": {".git/info/exclude": "# mine\nplans/\nlegacy/\n"},
    "this person": {"../global.ignore": "*.json\nplans\n"},
    "a path with a star": {".gitignore": "pl*s/*.yaml\n"},
    "spaces": {".gitignore": "plans/  \n"},
    "taken out and in again": {".gitignore": "plans/\n!plans/\nplans/*.yaml\n"},
}


@pytest.mark.parametrize("style", RULES)
def test_a_rule_that_hides_the_record_is_named_and_the_hint_followed_literally_works(
    style: str, root: Path
) -> None:
    trees.write(root, {path: text.encode() for path, text in RULES[style].items()})
    ignore = str(root.parent / "global.ignore")
    git(root, "config", "--global", "core.excludesFile", ignore)
    before = trees.read(root)
    refused = migrate(root, "init")
    assert (refused.code, trees.read(root)) == (3, before)
    for path, line, pattern in re.findall(r"error: (\S+):(\d+): `(.*?)` hides", refused.err):
        rules = (root / path).read_text().splitlines()
        assert rules[int(line) - 1].strip() == pattern
    visible = git(root, "ls-files", "-co", "--exclude-standard").splitlines()
    commands = re.findall(r"(?m)^hint: take them out of the rule: (.*)$", refused.err)
    assert commands
    for command in commands:
        subprocess.run(command, shell=True, cwd=root, check=True)  # noqa: S602 - our own hint
    ran = migrate(root, "init")
    assert ran.code == 0, ran.err
    assert migrate(root, "apply", "--all").code == 0
    git(root, "add", "-A")
    tracked = set(git(root, "ls-files").splitlines())
    written = {path for path in trees.read(root) if path.startswith(("plans/", "configs/legacy/"))}
    assert {path for path in written if path[-1] != "/"} <= tracked
    # Nothing else came into sight, but for what is needed to look there.
    gone = {"configs/components/o.yaml"}
    rest = {path for path in tracked if not path.startswith(("plans/", "configs/legacy/"))}
    assert rest - set(visible) <= {".gitignore", "configs/train/p.yaml"}
    assert set(visible) - rest - written <= gone


def test_a_rule_above_the_root_is_named_from_the_root(root: Path) -> None:
    (root / "configs").rename(root / "part")
    trees.write(root / "sub", SMALL)
    (root / ".gitignore").write_text("plans/\n")
    refused = migrate(root / "sub", "init")
    assert refused.err.startswith("error: ../.gitignore:1: `plans/` hides plans/")
    command = refused.err.split("rule: ")[1]
    subprocess.run(command, shell=True, cwd=root / "sub", check=True)  # noqa: S602
    assert migrate(root / "sub", "init").code == 0


def test_outside_of_a_repository_nothing_is_asked(tmp_path: Path) -> None:
    trees.write(tmp_path, {**SMALL, ".gitignore": b"*\n"})
    ran = migrate(tmp_path, "init")
    assert (ran.code, ".gitattributes" in ran.out) == (0, False)


def test_a_rehearsal_asks_nothing_of_git(root: Path) -> None:
    (root / ".gitignore").write_text("/try/\n")
    assert migrate(root, "rehearse", "--keep", str(root / "try")).code == 0


# Bytes.


@pytest.mark.parametrize("attributes", [None, "* text=auto eol=lf\n", "*.yaml text eol=crlf\n"])
def test_a_clone_that_converts_line_ends_has_the_bytes_that_were_recorded(
    attributes: str | None, root: Path, tmp_path: Path
) -> None:
    if attributes is not None:
        (root / ".gitattributes").write_text(attributes)
    crlf = SMALL["configs/train/p.yaml"].replace(b"\n", b"\r\n")
    (root / "configs/train/q.yaml").write_bytes(crlf)
    ran = migrate(root, "init")
    assert "configs/legacy/.gitattributes, plans/.gitattributes" in ran.out
    assert migrate(root, "init", "--force").out.startswith("nothing to do")
    assert migrate(root, "apply", "--all").code == 0
    assert migrate(root, "verify", "--strict").code == 0
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    git(root, "clone", "-q", "-c", "core.autocrlf=true", ".", str(tmp_path / "clone"))
    for path, content in trees.read(root).items():
        if path.startswith(("plans/", "configs/legacy/")) and path[-1] != "/":
            assert (tmp_path / "clone" / path).read_bytes() == content
    assert migrate(tmp_path / "clone", "verify").code == 0
    assert migrate(root, "finalize").code == 0
    assert not (root / "configs/legacy").exists()


def test_attributes_that_hold_already_are_left_alone(root: Path) -> None:
    (root / ".gitattributes").write_text("configs/** -text\nplans/** -text\n")
    ran = migrate(root, "init")
    assert (ran.code, ".gitattributes" in ran.out) == (0, False)


def test_attributes_of_people_stay(root: Path) -> None:
    own = b"# ours\n*.yaml diff=yaml"
    trees.write(root, {"plans/.gitattributes": own})
    assert migrate(root, "init").code == 0
    assert (root / "plans/.gitattributes").read_bytes().startswith(own + b"\n")


def test_line_ends_that_git_put_in_are_one_finding_and_its_hint_opens_the_gate(
    root: Path, tmp_path: Path
) -> None:
    trees.write(root, {"configs/train/q.yaml": SMALL["configs/train/p.yaml"]})
    assert migrate(root, "init").code == 0
    assert migrate(root, "apply", "--all").code == 0
    for folder in ("plans", "configs/legacy"):  # as before `init` wrote them
        (root / folder / ".gitattributes").unlink()
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    git(root, "clone", "-q", "-c", "core.autocrlf=true", ".", str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    told = json.loads(migrate(clone, "--output", "json", "verify").out)["findings"]
    assert [one["what"] for one in told] == [
        "git put CRLF line ends into frozen files, 4 in all (core.autocrlf)"
    ]
    command, _, rest = told[0]["hint"].rpartition("; then commit ")
    assert rest == "configs/legacy/.gitattributes"
    subprocess.run(command, shell=True, cwd=clone, check=True)  # noqa: S602 - our own hint
    assert migrate(clone, "verify").code == 0
    git(clone, "add", rest)
    git(clone, "commit", "-qm", "keep bytes")
    git(clone, "clone", "-q", "-c", "core.autocrlf=true", ".", str(tmp_path / "another"))
    assert migrate(tmp_path / "another", "verify").code == 0


def test_an_edit_of_a_frozen_file_with_crlf_is_an_edit(root: Path) -> None:
    assert migrate(root, "init").code == 0
    frozen = root / "configs/legacy/components/o.yaml"
    frozen.write_bytes(b"t: {lr: 2}\r\n")
    assert "o.yaml: was edited: its digest is" in migrate(root, "verify").out
