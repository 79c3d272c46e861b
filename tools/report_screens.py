"""Write docs/pictures/report-*.png: the page of `migrate report` in a browser, light and dark."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.demo import demo
from tools.picture import ROOT

WIDE, HIGH = 1200, 900
SCHEMES = ("light", "dark")
SAME = ("--disable-gpu", "--disable-lcd-text", "--force-color-profile=srgb")
"""So that a picture taken again is the same, as far as fonts are."""


def path(scheme: str) -> str:
    """Where a picture stands."""
    return f"docs/pictures/report-{scheme}.png"


def main() -> None:
    """Write the pictures, of the half-done rollout of `make demo`."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        demo(Path(folder) / "demo")
        command = [sys.executable, "-m", "migrate", "report", "-o", str(page)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            command, cwd=Path(folder) / "demo", env=environment, check=True, capture_output=True
        )
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("MIGRATE_CHROMIUM"), args=["--no-sandbox", *SAME]
        )
        for scheme in SCHEMES:
            view = {"width": WIDE, "height": HIGH}
            tab = chromium.new_page(viewport=view, color_scheme=scheme, reduced_motion="reduce")
            tab.goto(page.as_uri())
            tab.screenshot(path=ROOT / path(scheme))
        chromium.close()


if __name__ == "__main__":
    main()
