"""What the docs show is what the commands print."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from benchmarks.trees import rollout
from migrate.cli.main import cli, run
from tests.support.shown_commands import matches, played

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("[A-Z]*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```(?:bash|console)\n(.*?)```", re.DOTALL)
WRITING = {"apply": "frozen", "init": "old", "port": "merged"}
"""Verbs that write, and in which tree of `trees` they are run; all others run here."""


def shown() -> list[tuple[str, str, str]]:
    """Every `$ migrate ...` of a console block, with the output shown below it."""
    found = []
    for page in PAGES:
        if page.name not in (*WITH_FILES, *STORIES):
            name = page.relative_to(ROOT).as_posix()
            found += [(name, *one) for one in played(page)]
    return found


WITH_FILES = ("dialects.md",)
"""Pages that show the files of a tree, and then what commands do to it, one after another."""
STORIES = ("README.md", "team.md")
"""Pages played from the first command to the last by tests of their own."""
EXAMPLES = shown()


FILE = re.compile(r"```yaml\n# (\S+\.yaml)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("name", WITH_FILES)
def test_a_page_with_a_tree_of_its_own_shows_what_happens_to_it(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = ROOT / "docs" / name
    for path, text in FILE.findall(page.read_text(encoding="utf-8")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for command, output in played(page):
        words = shlex.split(command)
        if words[0] == "cat":
            assert (tmp_path / words[1]).read_text() == output, command
            continue
        run(["--root", str(tmp_path), "--color", "never", *words[1:]])
        said = capsys.readouterr()
        assert matches(output, said.out + said.err), f"{command}\n{said.out}{said.err}"


def verb(command: str) -> str:
    """The first word that is neither an option nor the value of one."""
    valued = {
        name
        for option in cli.params
        if option.metavar or option.type.name == "choice"
        for name in option.opts
    }
    words = shlex.split(command)
    return next(
        word
        for before, word in itertools.pairwise(words)
        if not word.startswith("-") and before not in valued
    )


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """This repository where no step is done: with the plans and the frozen files, and without; and
    where all are done and a merge brought back an edited fragment."""
    folder = tmp_path_factory.mktemp("trees")
    made = rollout(str(folder))
    frozen, old, merged = Path(made.pending), folder / "old", Path(made.applied)
    fragment = "components/training/sft_defaults.yaml"
    text = (merged / "configs/legacy" / fragment).read_text(encoding="utf-8")
    edited = text.replace("weight_decay: 0.05", "weight_decay: 7.0e-2  # run 88")
    (merged / "configs" / fragment).parent.mkdir(parents=True)
    (merged / "configs" / fragment).write_text(edited, encoding="utf-8")
    shutil.copytree(frozen, old)
    legacy = old / "configs/legacy"
    for path in (old / "configs/train").rglob("*.yaml"):
        if not (legacy / path.relative_to(old / "configs")).exists():
            path.unlink()  # written by hand after the rollout
    shutil.rmtree(legacy)
    shutil.rmtree(old / "plans")
    return {"frozen": frozen, "old": old, "merged": merged}


@pytest.mark.parametrize(
    ("page", "command", "output"),
    [pytest.param(*one, id=f"{one[0]}: {one[1]}") for one in EXAMPLES],
)
def test_a_shown_command_prints_what_is_shown(
    page: str,
    command: str,
    output: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if not command.startswith("migrate "):
        assert matches(output, script(command))
        return
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))  # a newcomer has nothing to recall
    root = ROOT
    if verb(command) in WRITING:
        root = request.getfixturevalue("trees")[WRITING[verb(command)]]
    run(["--root", str(root), "--color", "never", *shlex.split(command)[1:]])
    said = capsys.readouterr()
    assert matches(output, said.out + said.err), f"{page}: {command}\n{said.out}{said.err}"


def script(command: str) -> str:
    """What a script of this repository prints, with the Python that runs the tests as `python`."""
    words = [sys.executable if word == "python" else word for word in shlex.split(command)]
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).replace(sys.executable, "python")


def commands() -> list[tuple[str, str]]:
    """Every line of a code block that calls `migrate`, with its page."""
    found = []
    for page in PAGES:
        for block in CODE.findall(page.read_text(encoding="utf-8")):
            lines = (line.removeprefix("$ ").partition("#")[0] for line in block.splitlines())
            found += [(page.name, line.strip()) for line in lines if line.startswith("migrate ")]
    return found


@pytest.mark.parametrize(("page", "command"), commands())
def test_a_command_in_the_docs_is_one(page: str, command: str) -> None:
    words = shlex.split(command.partition("|")[0].partition(">")[0])[1:]
    known = cli.get_command(click.Context(cli), verb(command))
    assert known is not None, page
    options = {name for option in (*cli.params, *known.params) for name in option.opts}
    assert [word for word in words if word.startswith("-") and word not in options] == []


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_begins_with_a_sentence_about_itself(page: Path) -> None:
    text = re.sub(r"<!--.*?-->\s*", "", page.read_text(encoding="utf-8"))
    title, _, rest = text.partition("\n\n")
    assert re.fullmatch(r"# .+", title.strip())
    first = rest.strip().partition("\n\n")[0]
    assert re.match(r"[A-Z`*\[]", first), "prose, before any table, code or picture"
    assert len(first.split()) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_holds_both_sides_of_a_merge(page: Path) -> None:
    assert re.findall(r"(?m)^(?:<{7}|>{7}) .*", page.read_text(encoding="utf-8")) == []


ANCHOR = re.compile(r"\]\(((?!https?://)[^)#\s]*)#([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """What a forge makes of the headings: lower case, letters and digits, hyphens for spaces."""
    text = re.sub(r"(?ms)^(```+).*?^\1$", "", page.read_text(encoding="utf-8"))
    heads = re.findall(r"(?m)^#+ (.*)$", text)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_a_place_on_a_page_find_it(page: Path) -> None:
    links = ANCHOR.findall(page.read_text(encoding="utf-8"))
    places = [((page.parent / path).resolve() if path else page, name) for path, name in links]
    assert [name for at, name in places if name not in anchors(at)] == []


def test_the_picture_is_current() -> None:
    from tools.picture import PAGE, picture

    assert (ROOT / PAGE).read_text(encoding="utf-8") == picture()


def test_the_pictures_of_a_terminal_are_current(tmp_path: Path) -> None:
    from tools.screens import screens

    for path, picture in screens(tmp_path / "demo").items():
        assert (ROOT / path).read_text(encoding="utf-8") == picture, f"{path}: `make picture`"


def test_the_picture_of_the_report_is_current() -> None:
    from tools.report_picture import PAGE, drawing

    assert (ROOT / PAGE).read_text(encoding="utf-8") == drawing()


def test_the_catalogue_is_current() -> None:
    from tools.catalogue import PAGE, catalogue

    assert (ROOT / PAGE).read_text(encoding="utf-8") == catalogue(str(ROOT))


def test_the_architecture_page_lists_every_module_bottom_to_top() -> None:
    contract = re.search(r"(?ms)^layers = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text())
    assert contract is not None
    levels = [re.findall(r"\w+", layer) for layer in re.findall(r'"(.*)"', contract[1])[::-1]]
    rows = re.findall(r"(?m)^\| (`.*?) \|", (ROOT / "docs/architecture.md").read_text())
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(name for names in levels for name in names)
    heights = {name: height for height, names in enumerate(levels) for name in names}
    assert [heights[name] for name in listed] == sorted(heights.values())


def test_a_shown_revision_is_the_tag_of_this_version() -> None:
    version = re.search(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text())
    assert version is not None
    lines = [line for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()]
    naming = [line for line in lines if "rev: v" in line or "OWNER/config-migrate@" in line]
    shown = {tag for line in naming for tag in re.findall(r"\bv\d+\.\d+\.\d+\b", line)}
    assert shown == {f"v{version[1]}"}
