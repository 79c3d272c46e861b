"""The page about libraries, `pyproject.toml` and the imports say the same."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/decisions/001-libraries.md"
EXTRAS = {"distributed", "lsprotocol", "pygls"}
"""What an extra brings; the page tells of those below its tables."""


def told() -> dict[str, set[str]]:
    """Each library of the first table, with the rooms that import it."""
    table = PAGE.read_text(encoding="utf-8").partition("For development:")[0]
    rows = re.findall(r"(?m)^\| ([\w.]+) \| (`[^|]*`) \|", table)
    return {name: set(re.findall(r"`(\w+)`", rooms)) for name, rooms in rows}


def imported() -> dict[str, set[str]]:
    """Each library that the package imports, with the rooms that do; as parsed from the code."""
    # `ruamel` is shared by several distributions; the one that is asked for is meant.
    names = {name: found[0] for name, found in packages_distributions().items()}
    names["ruamel"] = "ruamel.yaml"
    found: dict[str, set[str]] = {}
    for path in (ROOT / "migrate").rglob("*.py"):
        room = path.relative_to(ROOT / "migrate").parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_bytes())):
            modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules.append(node.module)
            for top in {module.partition(".")[0] for module in modules}:
                if top not in sys.stdlib_module_names and top != "migrate":
                    found.setdefault(names.get(top, top), set()).add(room)
    return found


def declared() -> set[str]:
    """What the package says that it needs, extras aside."""
    wanted = [one for one in requires("config-migrate") or () if "extra ==" not in one]
    return {normalised(re.split(r"[<>=\[ ]", one)[0]) for one in wanted}


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_library_is_imported_where_the_page_says() -> None:
    found = {name: rooms for name, rooms in imported().items() if name not in EXTRAS}
    assert found == told()


def test_what_is_installed_with_the_package_is_what_the_page_explains() -> None:
    assert declared() == set(map(normalised, told()))


@pytest.mark.parametrize("library", sorted(told()))
def test_a_user_gets_the_library_that_we_test(library: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    assert f"\n{normalised(library)}==" in lock
