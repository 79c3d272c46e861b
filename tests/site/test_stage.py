"""The pages of the site are those of docs/, of the root, and the files that they name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.site.stage import FRONT, MissingTargets, stage


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository with one page of each kind."""
    folder = tmp_path / "root"
    texts = {name: f"# {name}\n" for name in FRONT} | {
        "README.md": "# r\n\n[quick](docs/quick.md) [plans](plans/) ![p](docs/pictures/p.svg)\n",
        "docs/quick.md": "# q\n\n[base](../configs/base.yaml#L3) [up](../README.md)\n",
        "docs/s/x.json": "{}\n",
        "docs/pictures/p.svg": "<svg/>",
        "docs/deep/note.md": "# n\n\n[quick](../quick.md#q), `[x](gone.md)`\n",
        "configs/base.yaml": "a: '```'\n",
        "plans/a.yaml": "version: 1\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def staged(root: Path) -> Path:
    folder = root.parent / "pages"
    stage(root, folder)
    return folder


def test_pages_stand_where_links_look_for_them(root: Path) -> None:
    pages = staged(root)
    assert (
        (pages / "readme.md")
        .read_text()
        .endswith("[quick](quick.md) [plans](source/plans.md) ![p](pictures/p.svg)\n")
    )
    assert "[base](source/configs/base.yaml.md#L3) [up](readme.md)" in (
        (pages / "quick.md").read_text()
    )
    assert (pages / "deep/note.md").read_text() == (root / "docs/deep/note.md").read_text()
    assert (pages / "s/x.json").read_text() == "{}\n"


def test_a_file_outside_of_docs_is_shown_on_a_page_of_its_own(root: Path) -> None:
    page = (staged(root) / "source/configs/base.yaml.md").read_text()
    assert page.startswith("---\nsearch: {exclude: true}\n---\n# configs/base.yaml\n")
    assert page.endswith("````yaml\na: '```'\n````\n")


def test_a_hidden_file_is_shown_too(root: Path) -> None:
    (root / ".ci").mkdir()
    (root / ".ci/.x.yaml").write_text("a: 1\n")
    (root / "docs/quick.md").write_text("# q\n\n[ci](../.ci/.x.yaml)\n")
    pages = staged(root)
    assert (pages / "quick.md").read_text() == "# q\n\n[ci](source/dot-ci/dot-x.yaml.md)\n"
    assert "a: 1" in (pages / "source/dot-ci/dot-x.yaml.md").read_text()


def test_a_folder_is_the_list_of_its_files(root: Path) -> None:
    pages = staged(root)
    assert "- [a.yaml](plans/a.yaml.md)\n" in (pages / "source/plans.md").read_text()
    assert "version: 1" in (pages / "source/plans/a.yaml.md").read_text()


def test_a_notebook_becomes_prose_and_code(root: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Curve\n", "of rates"]},
        {"cell_type": "code", "source": "print(1)"},
    ]
    (root / "docs/n.ipynb").write_text(json.dumps({"cells": cells}))
    assert (staged(root) / "n.md").read_text() == (
        "# Curve\nof rates\n\n```python\nprint(1)\n```\n"
    )


def test_every_link_that_leads_nowhere_is_told_with_its_line(root: Path) -> None:
    (root / "docs/quick.md").write_text("# q\n\n[a](gone.md)\n[b](../../outside.md)\n")
    (root.parent / "outside.md").write_text("# o\n")
    with pytest.raises(MissingTargets) as caught:
        staged(root)
    assert str(caught.value).splitlines() == [
        "docs/quick.md:3: gone.md is not there",
        "docs/quick.md:4: ../../outside.md is not there",
    ]


def test_a_page_that_is_gone_does_not_stay(root: Path) -> None:
    staged(root)
    (root / "docs/deep/note.md").unlink()
    assert not (staged(root) / "deep/note.md").exists()
