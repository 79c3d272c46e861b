"""The generated pages say what the commands, the schemas and the API say today."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from migrate import api, errors
from migrate.cli.main import LOOK, VERBS
from tests.support.cli import migrate
from tools.reference.__main__ import pages
from tools.reference.commands import CODES, FINDS, NO_JSON, examples

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(pages()))
def test_a_generated_page_is_current(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text == pages()[path], "`make reference` writes it"


def section(verb: str) -> str:
    found = re.search(rf"(?ms)^### {verb}\n(.*?)(?=^##|\Z)", COMMANDS)
    assert found, verb
    return found[1]


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_has_all_that_help_prints(verb: str) -> None:
    shown = migrate(ROOT, verb, "--help").out
    below = shown.partition("\nOptions:\n")[2]
    options = re.findall(r"(?m)^  (-[\w-]+(?:, --[\w-]+)?)", below)
    assert options[-1] == "-h, --help"
    table = re.findall(r"(?m)^\| `(-[\w-]+(?:, --[\w-]+)?)", section(verb))
    assert table == options[:-1]
    words = re.sub(r"[`\\]", "", " ".join(section(verb).split()))
    for line in re.findall(r"(?m)^    (migrate .*)$", shown):
        assert line in words


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - NO_JSON))
def test_a_verb_leads_to_its_json(verb: str) -> None:
    assert f"(../json.md#{verb})" in section(verb)
    assert f"\n## {verb}\n" in (ROOT / "docs/json.md").read_text(encoding="utf-8")


def test_the_codes_are_all_that_there_are() -> None:
    codes = {value for name, value in vars(errors).items() if name.isupper() and name.isalpha()}
    assert codes | {141} == set(CODES)


def test_each_verb_that_can_end_with_1_says_when() -> None:
    ends = set()
    for verb in VERBS:
        paths = [ROOT / f"migrate/cli/{verb}.py", ROOT / f"migrate/cli/{verb}_.py"]
        text = next(path for path in paths if path.exists()).read_text(encoding="utf-8")
        ends |= {verb} if re.search(r"\bFOUND\b|by_trainer", text) else set()
    assert ends == set(FINDS)


SERVERS = {"lsp"}
"""They wait for an editor; tests of their own drive them."""
SHOWN = [line for verb, line in examples() if VERBS[verb][0] == LOOK and verb not in SERVERS]


@pytest.mark.parametrize("line", SHOWN)
def test_an_example_of_a_verb_that_looks_does_it(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ROOT
    if " -o " in line:
        root = tmp_path
        shutil.copytree(ROOT / "configs", root / "configs", symlinks=True)
        (root / "flat").mkdir()
        for name in re.findall(
            r"flat/\S+\.yaml", line
        ):  # a config in one file, as people have them
            text = (root / "configs/base.yaml").read_text(encoding="utf-8")
            (root / name).write_text(f"{text}\nrun_name: big\n", encoding="utf-8")
    monkeypatch.chdir(root)
    line = line.partition(" > ")[0].replace("main", "HEAD").replace("--jobs 4", "--jobs 2")
    assert migrate(root, *shlex.split(line)[1:]).code in {errors.DONE, errors.FOUND}


@pytest.mark.parametrize("kind", ["plan", "parity", "accepted"])
def test_every_field_of_a_file_is_told(kind: str) -> None:
    page = (ROOT / f"docs/reference/{kind}-file.md").read_text(encoding="utf-8")
    schema = json.loads((ROOT / f"docs/schema/{kind}.json").read_text(encoding="utf-8"))
    rows = re.findall(r"(?m)^\| `(\w+)` \|.*\| (.*) \|$", page)
    fields = [field for one in schema["$defs"].values() for field in one["properties"]]
    assert sorted(name for name, _ in rows) == sorted(fields)
    assert [name for name, meaning in rows if not meaning.strip()] == []


def test_every_public_name_is_told() -> None:
    page = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(?m)^## (\w+)$", page)) == sorted(api.__all__)
    methods = [name for name in vars(api.ConfigTree) if not name.startswith("_")]
    assert re.findall(r"(?m)^### ConfigTree\.(\w+)$", page) == methods
