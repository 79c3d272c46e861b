"""The documentation site as a reader has it, and what stops its build: `make test-docs`."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.visit import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "site"
BUILDER = ROOT / ".venv-docs/bin/python"
WIDTHS = (360, 800, 1400)
PAGES = sorted(
    path.parent.relative_to(SITE).as_posix() for path in SITE.rglob("index.html") if SITE.is_dir()
)
"""Each page of the site that was built; of files that are shown, all look alike, so a few do."""
SHOWN = [page for page in PAGES if page.startswith("source/")]
READ = [page for page in PAGES if page not in SHOWN] + SHOWN[:3]
DARK = [".", "team", "json", "catalogue", "performance", "reference/commands", *SHOWN[:1]]
"""One of each kind, which is enough to see its colours."""


class Quiet(SimpleHTTPRequestHandler):
    """A plain server of files, without a log."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the site is served, as `python -m http.server` does."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class SiteVisit(Visit):
    """A reader of the site."""

    def __init__(self, browser: Browser, address: str, width: int = 1400, **options: Any) -> None:
        super().__init__(browser, width, **options)
        self.address = address

    def open(self, page: str) -> int:
        """Go to a page; its status."""
        answer = self.page.goto(f"{self.address}{page}/" if page != "." else self.address)
        return answer.status if answer else 0


def test_the_site_was_built() -> None:
    assert len(READ) > 40, "make docs"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_answers_is_quiet_and_asks_nobody_else(
    browser: Browser, address: str, scheme: str
) -> None:
    visit = SiteVisit(browser, address, color_scheme=scheme)
    assert {page: visit.open(page) for page in PAGES} == dict.fromkeys(PAGES, 200)
    assert visit.said == []
    assert [one for one in visit.asked if not one.startswith((address, "data:"))] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(browser: Browser, address: str, width: int) -> None:
    visit = SiteVisit(browser, address, width)
    wide = {}
    for page in READ:
        visit.open(page)
        wide[page] = visit.page.evaluate("document.documentElement.scrollWidth")
    assert {page: at for page, at in wide.items() if at > width} == {}


@pytest.mark.parametrize(("scheme", "pages"), [("light", READ), ("dark", DARK)])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str, pages: list[str]) -> None:
    visit = SiteVisit(browser, address, color_scheme=scheme)
    found = {}
    for page in pages:
        visit.open(page)
        found[page] = visit.faults()
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_search_finds_a_word_and_its_place(browser: Browser, address: str) -> None:
    visit = SiteVisit(browser, address)
    visit.open(".")
    visit.page.keyboard.press("s")
    visit.page.keyboard.type("extends", delay=20)
    first = visit.page.locator(".md-search-result__link").first
    first.wait_for(state="visible")
    assert visit.page.locator(".md-search-result mark").first.inner_text().startswith("extends")
    first.click()
    visit.page.wait_for_url(re.compile("h=extends"))
    assert "extends" in visit.page.locator("article").inner_text()
    assert visit.said == []


def test_the_four_groups_are_one_step_away(browser: Browser, address: str) -> None:
    visit = SiteVisit(browser, address)
    visit.open(".")
    tabs = visit.page.locator(".md-tabs__link").all_inner_texts()
    assert [tab.strip() for tab in tabs] == ["Start", "Guides", "Reference", "Explanation"]


def test_on_paper_there_is_the_text_alone(browser: Browser, address: str) -> None:
    visit = SiteVisit(browser, address)
    visit.open("quickstart")
    visit.page.emulate_media(media="print")
    assert visit.page.locator("article h1").is_visible()
    for around in (".md-header", ".md-tabs", ".md-sidebar--primary", ".md-footer__inner"):
        assert not visit.page.locator(around).first.is_visible(), around


BREAKAGES = {
    "a page without a place in the navigation": ("docs/lost.md", "# Lost\n", "lost.md"),
    "a link to a page that is not there": ("docs/quickstart.md", "[a](gone.md)\n", "gone.md"),
    "a link to a file that is not there": (
        "README.md",
        "[a](configs/no.yaml)\n",
        "configs/no.yaml",
    ),
    "a link to a place that is not there": ("docs/team.md", "[a](parity.md#no)\n", "parity.md#no"),
    "a picture that is not there": ("docs/report.md", "![a](pictures/no.png)\n", "pictures/no.png"),
    "a picture of another host": (
        "docs/report.md",
        "![a](https://example.org/a.png)\n",
        "is loaded from elsewhere",
    ),
    "a page of the navigation that is gone": ("docs/team.md", None, "team.md"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, to be broken."""
    folder = tmp_path_factory.mktemp("copy") / "repository"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, told.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BUILDER, "-m", "tools.site.build"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_what_is_not_broken_is_built(copy: Path) -> None:
    done = built(copy)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (0, "site/\n", "")


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_fault_stops_the_build_and_is_named(breakage: str, copy: Path) -> None:
    path, text, named = BREAKAGES[breakage]
    page = copy / path
    before = page.read_text(encoding="utf-8") if page.exists() else None
    if text is None:
        page.unlink()
    else:
        page.write_text(f"{before or ''}\n{text}", encoding="utf-8")
    try:
        done = built(copy)
    finally:
        page.unlink(missing_ok=True)
        if before is not None:
            page.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
