"""Whatever file stands beside the configs, `refs` and `plan` answer soon and without a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.odd_files import FILES, A, P
from tests.hostile.roots import copied, write

TREE = {
    "configs/base.yaml": "trainer: {seed: 1}\n",
    A: "a: {x: 1}\n",
    P: "extends: [../base.yaml, ../components/a.yaml]\nrun_name: p\n",
}


@pytest.fixture(scope="module")
def planned(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configs, with plans."""
    root = tmp_path_factory.mktemp("planned") / "tree"
    for path, text in TREE.items():
        write(root, path, text)
    check(server.run(root, "init"), (0,))
    return root


@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_is_answered(server: Server, planned: Path, tmp_path: Path, name: str) -> None:
    root = copied(planned, tmp_path)
    path, content = FILES[name]
    write(root, path, content)
    for command in (["refs", A, P], ["plan"]):
        check(server.run(root, *command), (0, 1, 3))


HOLDING = [
    "class-in-python", "holes", "json-deep", "utf-16", "no-text", "nul", "notebook-key-twice",
    "notebook-key-null", "notebook-half-character", "notebook-deep", "notebook-deep-code",
    "notebook-unfinished", "python-brackets", "python-not", "python-attributes", "python-constants",
    "python-constants-long", "python-unfinished", "python-strings-wide", "python-half-character",
    "python-python-2", "python-too-large", "encoding-latin-1", "encoding-nul", "encoding-utf-16",
    "encoding-cookie-rot13", "encoding-returns", "yaml-deep", "yaml-keys",
]  # fmt: skip


@pytest.mark.parametrize("name", HOLDING)
def test_what_an_odd_file_names_plainly_is_not_deleted(
    server: Server, planned: Path, tmp_path: Path, name: str
) -> None:
    root = copied(planned, tmp_path)
    path, content = FILES[name]
    write(root, path, content)
    ran = server.run(root, "apply", "--all")
    check(ran, (3,))
    assert f"{path}:" in ran.err
    assert f"{A}, which this step deletes" in ran.err
    assert (root / A).exists()


def test_the_way_out_that_is_told_works(server: Server, planned: Path, tmp_path: Path) -> None:
    root = copied(planned, tmp_path)
    write(root, "old.py", f"print 'x'\nopen('{A}')\n")
    said = f"references:\n  {A}:\n    ignore: nobody runs it\n"
    plan = next((root / "plans").glob("tree.yaml"))
    plan.write_text(plan.read_text() + said)
    check(server.run(root, "apply", "--all"), (0,))
    assert not (root / A).exists()
