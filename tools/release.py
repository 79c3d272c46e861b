"""Check that a tag, the version and the changelog say the same, and print the release's notes.

    python tools/release.py v0.1.0 > notes.md

It needs nothing but Python, and runs before anything is built.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAG = re.compile(r"v(\d+\.\d+\.\d+)")
VERSION = re.compile(r'^version = "(.*)"$', re.MULTILINE)
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)


class NotReleasable(Exception):
    """The tag, the version and the changelog do not agree; the text says where and what to do."""


def notes(tag: str, project: str, changelog: str) -> str:
    """The changelog's section for a tag, without its heading. Raises NotReleasable."""
    found = TAG.fullmatch(tag)
    if found is None:
        raise NotReleasable(f"the tag {tag!r} is none of a release\nhint: v1.2.3 is one")
    version = VERSION.search(project)
    if version is None or version[1] != found[1]:
        said = version[1] if version else "nothing"
        raise NotReleasable(
            f"pyproject.toml: the version is {said}, the tag says {found[1]}\n"
            "hint: change the version and tag that commit"
        )
    sections = HEADING.split(changelog)[1:]
    texts = dict(zip(sections[::2], sections[1::2], strict=True))
    text = re.split(r"^## ", texts.get(found[1], ""), maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not text:
        raise NotReleasable(
            f"CHANGELOG.md: there is no section for {found[1]}, or nothing in it\n"
            f"hint: `## {found[1]} (2026-01-31)`, with the day of the release"
        )
    return f"{text}\n"


def main(arguments: list[str]) -> int:
    """Print the notes for the tag; 1 with a letter where something does not agree."""
    if len(arguments) != 1:
        print("usage: python tools/release.py TAG", file=sys.stderr)
        return 2
    files = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "CHANGELOG.md")
    ]
    try:
        print(notes(arguments[0], *files), end="")
    except NotReleasable as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
