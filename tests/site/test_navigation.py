"""Every page has its place in the navigation; known before the site is built."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.site.stage import FRONT, placed

ROOT = Path(__file__).resolve().parent.parent.parent
GROUPS = ["Start", "Guides", "Reference", "Explanation"]


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml; what its own tags stand for does not matter here."""


Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def settings() -> Any:
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)  # noqa: S506


def named(entries: Any) -> Iterator[str]:
    """The pages of the navigation."""
    for entry in entries:
        for value in entry.values():
            yield from named(value) if isinstance(value, list) else (value,)


def pages() -> set[str]:
    """Where each page of docs/ and of the root stands in the site."""
    docs = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.*"))
    pages = {placed(path) for path in (*docs, *FRONT)}
    return {page for page in pages if page.endswith(".md")}


def test_there_are_four_groups() -> None:
    assert [next(iter(entry)) for entry in settings()["nav"]] == GROUPS


def test_every_page_stands_in_the_navigation_once() -> None:
    listed = list(named(settings()["nav"]))
    assert len(listed) == len(set(listed))
    outside = settings()["not_in_nav"].split()
    wanted = {
        page
        for page in pages()
        if page in listed or not any(fnmatch.fnmatch(f"/{page}", one) for one in outside)
    }
    assert set(listed) == wanted, "pages and the `nav:` of mkdocs.yml differ"


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs/decisions/000-index.md").read_text(encoding="utf-8")
    names = {path.name for path in (ROOT / "docs/decisions").glob("*.md")}
    assert [name for name in sorted(names - {"000-index.md"}) if f"]({name})" not in index] == []
