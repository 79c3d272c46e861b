"""Write the generated pages of docs/reference/."""

from __future__ import annotations

from pathlib import Path

from tools.reference import commands, python_api, schemas

ROOT = Path(__file__).resolve().parent.parent.parent


def pages() -> dict[str, str]:
    """Every generated page, by its path."""
    return {commands.PAGE: commands.page(), python_api.PAGE: python_api.page(), **schemas.pages()}


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
