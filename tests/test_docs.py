"""What the docs show is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from migrate.cli.main import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
READING = {"explain", "inspect", "diff", "status", "verify", "lint", "refs", "flatten", "plan"}


def shown() -> list[tuple[str, str, str]]:
    """Every `$ migrate ...` of a console block, with the output shown below it."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in block.split("$ ")[1:]:
                command, _, output = part.partition("\n")
                found.append((page.relative_to(ROOT).as_posix(), command, output))
    return found


EXAMPLES = [one for one in shown() if one[1].split()[:1] == ["migrate"]]


def verb(command: str) -> str:
    return next(word for word in shlex.split(command)[1:] if not word.startswith("-"))


@pytest.mark.parametrize(
    ("page", "command", "output"),
    [pytest.param(*one, id=f"{one[0]}: {one[1]}") for one in EXAMPLES if verb(one[1]) in READING],
)
def test_a_shown_command_prints_what_is_shown(
    page: str, command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--root", str(ROOT), "--color", "never", *shlex.split(command)[1:]])
    said = capsys.readouterr()
    assert matches(output, said.out + said.err), f"{page}: {command}\n{said.out}{said.err}"


def matches(shown_text: str, said: str) -> bool:
    """Whether an output is as shown; a line `...` stands for any number of lines."""
    pieces = [re.escape(piece.strip("\n")) for piece in re.split(r"(?m)^\.\.\.$", shown_text)]
    return re.fullmatch(r"(?:.*\n)?".join(pieces) + r"\n*", said, re.DOTALL) is not None


def test_the_docs_show_commands() -> None:
    assert len(EXAMPLES) >= 5


def test_every_verb_is_in_the_readme() -> None:
    from migrate.cli.main import VERBS

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in VERBS if f"`migrate {name}" not in text] == []


LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_catalogue_is_current() -> None:
    from tools.catalogue import PAGE, catalogue

    assert (ROOT / PAGE).read_text(encoding="utf-8") == catalogue(str(ROOT))
