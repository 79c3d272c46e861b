"""The page of `migrate report` in a real browser: `make test-browser`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from tests.browser.visit import Visit
from tests.report_page.test_report import HOSTILE, hostile_tree
from tests.support.cli import migrate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTHS = (320, 800, 1400)
KINDS = ("plain", "packed")


def write(root: Path, path: Path) -> Path:
    ran = migrate(root, "report", "--since", "HEAD", "-o", str(path))
    if ran.code:  # a tree without git
        ran = migrate(root, "report", "-o", str(path))
    assert ran.code == 0, ran.err
    return path


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """This repository's page, and the same as it is where there are too many presets."""
    folder = tmp_path_factory.mktemp("pages")
    found = {"plain": write(ROOT, folder / "plain.html")}
    with mock.patch.multiple("migrate.report.page", INLINE=0, BLOCK=100_000):
        found["packed"] = write(ROOT, folder / "packed.html")
    with mock.patch("migrate.report.page_table.MOST_COLUMNS", 3):
        found["grouped"] = write(ROOT, folder / "grouped.html")
    return found


class PageVisit(Visit):
    """The page, opened from a disk."""

    def __init__(self, browser: Browser, path: Path, width: int = 1400, **options: Any) -> None:
        super().__init__(browser, width, **options)
        self.address = path.as_uri()
        self.page.goto(self.address)

    def quiet(self) -> None:
        """Nothing was said, and nothing but the page itself was asked for."""
        assert self.said == []
        assert [one for one in self.asked if one.partition("#")[0] != self.address] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_quiet_and_nothing_sticks_out(
    browser: Browser, pages: dict[str, Path], width: int, scheme: str
) -> None:
    visit = PageVisit(browser, pages["plain"], width, color_scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    visit.quiet()


@pytest.mark.parametrize("kind", KINDS)
def test_every_preset_is_reached_by_its_link(
    browser: Browser, pages: dict[str, Path], kind: str
) -> None:
    visit = PageVisit(browser, pages[kind])
    links = visit.page.locator("table.rollout a")
    assert links.count() == 16
    for number in range(16):
        links.nth(number).press("Enter")
        preset = visit.page.locator(f"#preset-{number}")
        preset.locator("table.file").wait_for(state="visible")
        name = links.nth(number).inner_text()
        assert preset.locator("h3").inner_text() == name
        assert visit.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    visit.quiet()


def test_what_is_packed_is_what_is_plain(browser: Browser, pages: dict[str, Path]) -> None:
    texts = []
    for kind in KINDS:
        visit = PageVisit(browser, pages[kind])
        for number in range(16):
            visit.page.evaluate(f"location.hash = 'preset-{number}'")
            visit.page.locator(f"#preset-{number} table.file").wait_for(state="visible")
        texts.append(visit.page.locator("details.preset").all_text_contents())
    assert texts[0] == texts[1]


def test_what_lost_opens_beside_its_line(browser: Browser, pages: dict[str, Path]) -> None:
    visit = PageVisit(browser, Path(pages["plain"]))
    visit.page.goto(f"{visit.address}#preset-1")
    row = visit.page.locator("#preset-1 table.file tr", has_text="  learning_rate: 2.0e-6")
    row.locator("summary").click()
    shown = row.locator("ul").inner_text()
    assert "components/training/sft_defaults.yaml:35 2.0e-4" in shown
    assert "components/training/grpo.yaml:6 4.0e-6" in shown


def visible_rows(visit: Visit) -> list[str]:
    texts: list[str] = visit.page.locator("#keys tbody tr:visible th").all_inner_texts()
    return texts


@pytest.mark.parametrize("kind", ["plain", "grouped"])
def test_the_filter_shows_the_keys_that_hold_a_word(
    browser: Browser, pages: dict[str, Path], kind: str
) -> None:
    visit = PageVisit(browser, pages[kind])
    every = visible_rows(visit)
    visit.page.fill("#filter", "Learning_Rate")
    kept = visible_rows(visit)
    assert "training.learning_rate" in kept
    assert 0 < len(kept) < len(every)
    assert visit.page.inner_text("#filtered").split()[0] == str(len(kept))
    visit.page.fill("#filter", "no such word anywhere")
    assert visible_rows(visit) == []
    visit.page.fill("#filter", "")
    assert visible_rows(visit) == every


def test_the_filter_shows_the_columns_of_presets(browser: Browser, pages: dict[str, Path]) -> None:
    visit = PageVisit(browser, pages["plain"])
    visit.page.fill("#filter", "stage_b")
    heads = visit.page.locator("#keys thead th:visible").all_inner_texts()
    assert heads == ["key", "stage_b_distill"]


def test_a_box_lights_up_what_it_is_built_on(browser: Browser, pages: dict[str, Path]) -> None:
    visit = PageVisit(browser, pages["plain"])
    figure = visit.page.locator("figure").nth(1)
    figure.locator("g.preset", has_text="smoke/grpo_dense").hover()
    lit = figure.locator("g.lit text").all_text_contents()
    assert sorted(lit) == ["configs/base", "grpo/dense_2048", "smoke/grpo_dense"]


def test_on_paper_all_is_open(browser: Browser, pages: dict[str, Path]) -> None:
    visit = PageVisit(browser, pages["plain"])
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.locator("details:not([open])").count() == 0


@pytest.mark.parametrize("kind", ["plain", "packed", "grouped"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, pages: dict[str, Path], kind: str, scheme: str
) -> None:
    visit = PageVisit(browser, pages[kind], color_scheme=scheme)
    visit.page.evaluate("location.hash = 'preset-1'")
    visit.page.locator("#preset-1 table.file").wait_for(state="visible")
    assert visit.faults() == []


def test_what_a_config_says_does_nothing(browser: Browser, tmp_path: Path) -> None:
    root = hostile_tree(tmp_path / "tree")
    with mock.patch.multiple("migrate.report.page", INLINE=0, BLOCK=1000):
        visit = PageVisit(browser, write(root, tmp_path / "page.html"))
    for number in range(visit.page.locator("details.preset").count()):
        visit.page.evaluate(f"location.hash = 'preset-{number}'")
        visit.page.locator(f"#preset-{number} table.file").wait_for(state="visible")
    assert visit.page.locator("img").count() == 0
    assert any(HOSTILE in said for said in visit.page.locator("code").all_text_contents())
    visit.quiet()
