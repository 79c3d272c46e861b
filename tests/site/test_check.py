"""The check of a built site notices each kind of fault, and passes what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.site.check import faults

START = '<h1 id="top">s</h1><a href="a/">a</a><a href="a/#part">p</a><img src="p.svg">'
SOUND = {
    "index.html": START,
    "a/index.html": '<h1 id="part">a</h1><a href="..">up</a><a href="../p.svg">picture</a>'
    '<a href="https://example.org/">away</a><link rel="stylesheet" href="../s.css">',
    "404.html": '<a href="/nowhere/">at any address</a>',
    "p.svg": "<svg/>",
    "s.css": "a { background: url(data:image/png;base64,AA) }",
}


def site(folder: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return faults(folder)


def test_a_sound_site_has_no_faults(tmp_path: Path) -> None:
    assert site(tmp_path, SOUND) == []


FAULTS = {
    '<a href="b/">': "index.html: b/ leads nowhere",
    '<a href="a/#nope">': "index.html: a/#nope leads to a page without this place",
    '<a href="#nope">': "index.html: #nope leads to a page without this place",
    '<img src="gone.png">': "index.html: gone.png is not there",
    '<script src="https://example.org/x.js">': (
        "index.html: https://example.org/x.js is loaded from elsewhere"
    ),
    '<link rel="stylesheet" href="//example.org/x.css">': (
        "index.html: //example.org/x.css is loaded from elsewhere"
    ),
    "<h1>second</h1>": "index.html: 2 titles of the first order, one is right",
}


@pytest.mark.parametrize("broken", FAULTS)
def test_a_fault_of_a_page_is_told(broken: str, tmp_path: Path) -> None:
    assert site(tmp_path, {**SOUND, "index.html": START + broken}) == [FAULTS[broken]]


def test_a_page_to_which_nothing_leads_is_told(tmp_path: Path) -> None:
    lost = {"b/index.html": "<h1>b</h1><a href='../c/'>c</a>", "c/index.html": "<h1>c</h1>"}
    assert site(tmp_path, SOUND | lost) == [
        "b/index.html: no way leads here from the start page",
        "c/index.html: no way leads here from the start page",
    ]


def test_a_style_sheet_that_asks_elsewhere_is_told(tmp_path: Path) -> None:
    style = {"s.css": "@font-face { src: url('https://example.org/f.woff2') }"}
    assert site(tmp_path, SOUND | style) == [
        "s.css: https://example.org/f.woff2 is loaded from elsewhere"
    ]
