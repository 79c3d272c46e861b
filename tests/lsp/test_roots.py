"""Which root a file belongs to, and how files are named to editors."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.lsp.folder import Options
from migrate.lsp.roots import Roots, file_of, uri_of
from tests.support import trees


def located(roots: Roots, file: Path) -> tuple[str, str] | None:
    found = roots.locate(uri_of(str(file)))
    return (found.folder.root, found.path) if found is not None else None


@pytest.mark.parametrize("name", ["a.yaml", "ä b#?%41.yaml", "键😀.yaml", "a\udcff.yaml"])
def test_a_uri_and_its_file_name_each_other(name: str) -> None:
    path = f"/x/{name}"
    assert file_of(uri_of(path)) == path
    assert uri_of(path).isascii()


def test_other_spellings_of_a_uri_and_what_is_no_file() -> None:
    assert file_of("file:///a%20b/c%3A.yaml") == "/a b/c:.yaml"
    assert file_of("file://localhost/a/../b.yaml") == "/b.yaml"
    for uri in ("untitled:a.yaml", "git:/a.yaml", "file://host/a.yaml", "file:a", "http://[", ""):
        assert file_of(uri) is None
    assert file_of("file:///a%00.yaml") is None


def test_a_file_belongs_to_the_nearest_root_above_it(tmp_path: Path) -> None:
    files = ["one/plans/p.yaml", "one/configs/a.yaml", "two/.git/HEAD", "two/x/b.yaml"]
    trees.write(tmp_path, dict.fromkeys(files, b""))
    roots = Roots(Options())
    for window in ("one", "two"):
        roots.open_window(str(tmp_path / window))
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert located(roots, tmp_path / "one/configs/a.yaml") == (one, "configs/a.yaml")
    assert located(roots, tmp_path / "two/x/b.yaml") == (two, "x/b.yaml")
    assert located(roots, tmp_path / "three/c.yaml") is None
    assert located(roots, tmp_path / "two/x/b.json") is None
    roots.close_window(two)
    assert located(roots, tmp_path / "two/x/b.yaml") is None


def test_a_window_is_the_root_of_a_tree_that_nothing_marks(tmp_path: Path) -> None:
    trees.write(tmp_path, {"w/x/a.yaml": b""})
    roots = Roots(Options())
    roots.open_window(str(tmp_path / "w"))
    assert located(roots, tmp_path / "w/x/a.yaml") == (str(tmp_path / "w"), "x/a.yaml")


def test_a_root_that_is_named_is_the_only_one(tmp_path: Path) -> None:
    trees.write(tmp_path, {"in/a.yaml": b"", "out/b.yaml": b"", "in/plans/p.yaml": b""})
    roots = Roots(Options(), str(tmp_path / "in"))
    assert located(roots, tmp_path / "in/a.yaml") == (str(tmp_path / "in"), "a.yaml")
    assert located(roots, tmp_path / "out/b.yaml") is None


def test_a_file_that_is_named_by_way_of_a_link_is_the_same_file(tmp_path: Path) -> None:
    trees.write(tmp_path, {"in/a.yaml": b""})
    (tmp_path / "link").symlink_to(tmp_path / "in")
    roots = Roots(Options(), str(tmp_path / "in"))
    uri = uri_of(str(tmp_path / "link/a.yaml"))
    found = roots.locate(uri)
    assert found is not None
    assert found.path == "a.yaml"
    assert roots.uri(found.folder, "a.yaml") == uri
