"""Check a site that was built: links, anchors, pictures, what is asked from elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LOADS = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}
"""Elements for which a browser asks by itself, and the attribute that says what for."""
START, LOST = "index.html", "404.html"
"""The start page; and the page of what is not there, which is shown at any address."""


class Page(NamedTuple):
    """What a page of HTML holds: the names of its places, its links, and what it loads."""

    ids: set[str]
    links: list[str]
    loads: list[str]
    heads: int


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page(set(), [], [], 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.page.ids.update(name for name in (given.get("id"), given.get("name")) if name)
        if tag == "a" and given.get("href"):
            self.page.links.append(given["href"] or "")
        if tag in LOADS and given.get("rel") not in {"canonical", "next", "prev"}:
            self.page.loads.extend(filter(None, [given.get(LOADS[tag])]))
        if tag == "h1":
            self.page = self.page._replace(heads=self.page.heads + 1)


def read(text: str) -> Page:
    """Read a page of HTML."""
    reader = _Reader()
    reader.feed(text)
    return reader.page


def faults(site: Path) -> list[str]:
    """What is wrong with a site: one line each, with its page."""
    pages = {
        path.relative_to(site).as_posix(): read(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if path.name != LOST
    }
    found = [fault for name, page in pages.items() for fault in _of_page(site, pages, name, page)]
    found += [f"{name}: no way leads here from the start page" for name in _islands(pages)]
    return found + list(_of_styles(site))


def _of_page(site: Path, pages: dict[str, Page], name: str, page: Page) -> Iterator[str]:
    if page.heads != 1:
        yield f"{name}: {page.heads} titles of the first order, one is right"
    for load in page.loads:
        if _outside(load):
            yield f"{name}: {load} is loaded from elsewhere"
        elif not (site / target(name, load)[0]).is_file():
            yield f"{name}: {load} is not there"
    for link in page.links:
        if not _outside(link):
            yield from _of_link(site, pages, name, link)


def _of_link(site: Path, pages: dict[str, Page], name: str, link: str) -> Iterator[str]:
    path, anchor = target(name, link)
    if not (site / path).is_file():
        yield f"{name}: {link} leads nowhere"
    elif anchor and path in pages and anchor not in pages[path].ids:
        yield f"{name}: {link} leads to a page without this place"


def target(name: str, link: str) -> tuple[str, str]:
    """The file that a link of a page means, and the place in it."""
    parts = urlsplit(link)
    if not parts.path:
        return name, unquote(parts.fragment)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
    if parts.path.endswith(("/", ".")) or path == ".":
        path = posixpath.normpath(posixpath.join(path, START))
    return path, unquote(parts.fragment)


def _outside(link: str) -> bool:
    parts = urlsplit(link)
    return bool(parts.scheme or parts.netloc)


def _islands(pages: dict[str, Page]) -> list[str]:
    """The pages to which no way of links leads from the start page."""
    seen, way = {START}, [START]
    while way:
        name = way.pop()
        for link in () if name not in pages else pages[name].links:
            path = "" if _outside(link) else target(name, link)[0]
            if path in pages and path not in seen:
                seen.add(path)
                way.append(path)
    return [name for name in pages if name not in seen]


def _of_styles(site: Path) -> Iterator[str]:
    """Style sheets that ask for something from elsewhere."""
    for path in sorted(site.rglob("*.css")):
        for found in re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)", path.read_text("utf-8")):
            yield f"{path.relative_to(site).as_posix()}: {found} is loaded from elsewhere"
