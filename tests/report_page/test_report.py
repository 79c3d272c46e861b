"""`migrate report`: what the page says is what other readers find in the files."""

from __future__ import annotations

import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import EDIT, START, ok
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import load, resolve

ROOT = Path(__file__).resolve().parent.parent.parent
VOID = {"meta", "link", "input", "br", "wbr"}


class Page(HTMLParser):
    """A page as a browser without scripts has it: elements, texts, and whether all are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def having(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """The attributes of the elements of a kind with these attributes."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(ok(migrate(ROOT, "report")).out)


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok(migrate(ROOT, "--output", "json", "report")).out)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = trees.write(tmp_path / "tree", START)
    ok(migrate(root, "init"))
    return root


def page_of(root: Path, *arguments: str) -> Page:
    return Page(ok(migrate(root, "report", *arguments)).out)


# What it says.


def test_each_origin_is_a_line_of_the_old_file_that_says_the_key(data: dict[str, Any]) -> None:
    checked = 0
    for preset in data["presets"]:
        new = (ROOT / preset["target"]).read_text(encoding="utf-8").splitlines()
        for key in preset["keys"]:
            word = re.split(r"[.\]]", key["key"])[-1].strip('"')
            assert word in new[key["line"] - 1]
            for said in (key["origin"], *key["lost"]):
                old = (ROOT / said["path"]).read_text(encoding="utf-8").splitlines()
                assert word in old[said["line"] - 1]
                checked += 1
    assert checked > 1000


def test_the_origin_is_where_the_value_comes_from(data: dict[str, Any]) -> None:
    files = trees.read(ROOT / "configs")
    checked = 0
    for preset in data["presets"]:
        resolved = resolve(files, posixpath.relpath(preset["target"], "configs"))
        for key in preset["keys"]:
            if not re.fullmatch(r"[\w.]+", key["key"]) or key["was"] is not None:
                continue
            own = load(files[posixpath.relpath(key["origin"]["path"], "configs")])
            parts = key["key"].split(".")
            assert value_at(own, parts) == value_at(resolved, parts)
            for said in key["lost"]:
                lost = load(files[posixpath.relpath(said["path"], "configs")])
                assert value_at(lost, parts) == said["value"]
            checked += 1
    assert checked > 1000


def value_at(config: Any, parts: list[str]) -> Any:
    for part in parts:
        config = config[part]
    return config


def test_who_extends_whom_is_what_the_files_say(data: dict[str, Any]) -> None:
    for moment, folder in (("before", "configs/legacy"), ("after", "configs")):
        for path, below in data[moment]["files"].items():
            content = (ROOT / folder / posixpath.relpath(path, "configs")).read_bytes()
            named = load(content).get("extends", [])
            names = [named] if isinstance(named, str) else named
            folder_of = posixpath.dirname(path)
            assert below == [posixpath.normpath(posixpath.join(folder_of, one)) for one in names]
    assert len(data["before"]["files"]) > 2 * len(data["after"]["files"])


@pytest.mark.parametrize("applied", [False, True], ids=["to come", "applied"])
def test_an_old_file_that_stays_is_no_fragment_that_went(tmp_path: Path, applied: bool) -> None:
    runs = b"train --config configs/train/p.yaml\ntrain --config configs/components/z.yaml\n"
    root = trees.write(tmp_path, {**START, "run.sh": runs})
    ok(migrate(root, "init"))
    if applied:
        ok(migrate(root, "apply", "--all"))
    before = json.loads(ok(migrate(root, "--output", "json", "report")).out)["before"]
    shown, told = page_of(root), ok(migrate(root, "report", "--format", "md")).out
    ok(migrate(root, "apply", "--all"))
    there = {path for path in before["files"] if (root / path).is_file()}
    assert there.difference(before["presets"], ["configs/base.yaml"]) == set(before["staying"])
    assert before["staying"] == ["configs/components/z.yaml"]
    assert len(shown.having("g", **{"class": "staying"})) == 1
    assert shown.texts["small"] == [" 1 old file stays"]
    assert "- 1 old file stays" in told.splitlines()


def test_comments_are_counted_as_the_rehearsal_counts_them(data: dict[str, Any]) -> None:
    rows = json.loads(ok(migrate(ROOT, "--output", "json", "rehearse")).out)["presets"]
    counted = {
        one["name"]: (one["comments"]["kept"], len(one["comments"]["dropped"]))
        for one in data["presets"]
    }
    assert counted == {
        row["preset"]: (row["comments_kept"], row["comments_dropped"]) for row in rows
    }


def test_every_preset_and_every_line_of_it_is_on_the_page(page: Page, data: dict[str, Any]) -> None:
    links = {one["href"] for one in page.having("a")}
    for number, preset in enumerate(data["presets"]):
        assert f"#preset-{number}" in links
        assert len(page.having("details", id=f"preset-{number}")) == 1
        for line in (ROOT / preset["target"]).read_text(encoding="utf-8").splitlines():
            assert not line or line in page.texts["code"]


def test_the_picture_has_a_box_for_each_file_and_a_line_for_each_link(
    page: Page, data: dict[str, Any]
) -> None:
    boxes = [one for _, one in page.elements if "data-box" in one]
    lines = [one for _, one in page.elements if "data-from" in one]
    graphs = [data["before"]["files"], data["after"]["files"]]
    assert len(boxes) == sum(map(len, graphs))
    assert len(lines) == sum(len(below) for graph in graphs for below in graph.values())
    assert all("aria-labelledby" in one for one in page.having("svg", role="img"))


def test_two_runs_give_the_same_bytes() -> None:
    assert migrate(ROOT, "report").out == migrate(ROOT, "report").out


def test_a_step_to_come_is_shown_as_plan_makes_it(root: Path) -> None:
    shown = json.loads(ok(migrate(root, "--output", "json", "report")).out)
    steps = json.loads(ok(migrate(root, "--output", "json", "plan")).out)["steps"]
    for preset, step in zip(shown["presets"], steps, strict=True):
        assert preset["state"] == "pending"
        assert preset["chain_after"] == step["chain_after"]
        assert preset["comments"] == step["comments"]
    gone = {file["path"] for one in shown["presets"] for file in one["files"]}
    assert gone == {"configs/components/o.yaml", "configs/components/z.yaml"}
    assert not (root / "report.html").exists()


def test_it_tells_what_is_behind_and_what_was_accepted(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, EDIT)
    said = page_of(root).texts
    assert "Behind: edits that came later" in said["h3"]
    assert any("t.wd" in text for text in said["code"])
    target = root / "configs/train/p.yaml"
    target.write_text(target.read_text().replace("lr: 1", "lr: 7"))
    ok(migrate(root, "accept", "--preset", "p", "--key", "t.lr", "--reason", "run <88> was better"))
    shown = json.loads(ok(migrate(root, "--output", "json", "report")).out)
    was = {key["key"]: key["was"] for key in shown["presets"][0]["keys"]}
    assert was["t.lr"]["value"] == 1
    assert was["t.wd"]["value"] == 0.05
    said = page_of(root).texts
    assert "Accepted: differences that are intended" in said["h3"]
    assert any("run <88> was better" in text for text in said["li"])
    assert " not as it was" in said["b"]


def test_a_step_that_is_refused_is_told_beside_the_others(root: Path) -> None:
    plan = next(path for path in (root / "plans").glob("*.yaml") if b"  q:" in path.read_bytes())
    plan.write_text(plan.read_text().replace("components/z.yaml: [z]", "components/z.yaml: [y]"))
    ran = migrate(root, "report")
    assert ran.code == 0
    assert "its step is refused" in ran.out
    assert "the active z comes from" in ran.out
    assert "closed" in ran.out


def test_what_cannot_be_read_is_told_and_the_rest_is_shown(root: Path) -> None:
    trees.write(root, {"configs/components/z.yaml": b"a: ["})
    ran = migrate(root, "--output", "json", "report")
    assert ran.code == 3
    assert ran.err.count("configs/components/z.yaml:1:5") == 1
    p, q = json.loads(ran.out)["presets"]
    assert p["chain_after"] == ["configs/base.yaml", "configs/train/p.yaml"]
    assert q["chain_after"] == []
    assert "its step is refused: configs/components/z.yaml:1:5" in q["problem"]
    trees.write(root, {"configs/components/o.yaml": b"a: ["})
    ran = migrate(root, "report")
    assert ran.code == 3
    assert "its step is not reached: that of p is refused" in ran.out


def test_after_finalize_the_record_alone_is_drawn(root: Path) -> None:
    for command in (["apply", "--all"], ["finalize"]):
        ok(migrate(root, *command))
    shown = json.loads(ok(migrate(root, "--output", "json", "report")).out)
    assert shown["before"]["merged"]
    assert shown["before"]["files"][P_OLD] == ["configs/base.yaml", "configs/components/o.yaml"]
    assert [one["comments"] for one in shown["presets"]] == [None, None]
    assert "not known without the legacy tree" in migrate(root, "report").out


P_OLD = "configs/train/p.yaml"


def test_one_preset_alone(root: Path) -> None:
    shown = json.loads(ok(migrate(root, "--output", "json", "report", "--preset", "q")).out)
    assert [one["name"] for one in shown["presets"]] == ["q"]
    assert shown["before"]["presets"] == ["configs/train/q.yaml"]


# Configs are strangers' files.

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`"


def hostile_tree(root: Path) -> Path:
    """Names, values and comments that would be markup, steer a reading direction, fill a page."""
    spelled = json.dumps(HOSTILE)
    long = "x" * 200_000
    files = dict(START)
    files["configs/components/o.yaml"] = (
        f"# {HOSTILE} \u202e \u2066\nt: {{lr: 1, wd: {spelled}}}\n{spelled}: 1  # <b>\n"
        f'r: "\\u202e\\x1b[31m\\0"\nlong: {long}\n'
    ).encode()
    files["configs/train/p.yaml"] = (
        f"# \u202e\nextends: [../base.yaml, ../components/o.yaml]\nt: {{wd: {spelled}}}\nr: שלום\n"
    ).encode()
    files["configs/train/<img src=x onerror=alert(3)>.yaml"] = (
        b"extends: [../base.yaml, ../components/o.yaml]\nlong: 2\n"
    )
    trees.write(root, files)
    ok(migrate(root, "init"))
    return root


@pytest.mark.parametrize("applied", [False, True])
def test_nothing_in_a_config_is_markup(tmp_path: Path, applied: bool) -> None:
    root = hostile_tree(tmp_path / "tree")
    if applied:
        ok(migrate(root, "apply", "--all"))
    text = ok(migrate(root, "report")).out
    page = Page(text)
    assert len(page.having("script")) == 1
    assert page.having("img") == []
    assert [one for _, one in page.elements if any(key.startswith("on") for key in one)] == []
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) == []
    assert any(HOSTILE in said for said in page.texts["code"])
    assert "שלום" in text
    assert "x" * 1000 not in text
    assert len(text) < 300_000


def test_nothing_in_a_config_is_markdown(tmp_path: Path) -> None:
    root = hostile_tree(tmp_path / "tree")
    text = ok(migrate(root, "report", "--format", "md")).out
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    assert set(re.findall(r"<[^>]*>", outside)) <= {
        "<!-- migrate report -->",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
    }


def test_a_bar_is_shown_as_it_is_outside_of_tables(tmp_path: Path) -> None:
    files = {
        "configs/components/o.yaml": b"t:\n  lr: 1  # fast | slow\n  wd: 0.0\n",
        P_OLD: START[P_OLD] + b"t: {lr: 2}\n",
    }
    root = trees.write(tmp_path, {**START, **files})
    ok(migrate(root, "init"))
    assert "`# fast | slow`" in ok(migrate(root, "report", "--format", "md")).out


def test_the_page_may_load_and_run_nothing_but_itself(page: Page) -> None:
    policy = next(iter(page.having("meta", **{"http-equiv": "Content-Security-Policy"})))
    said = policy["content"] or ""
    assert said.startswith("default-src 'none'")
    assert "unsafe" not in said
    assert [one for _, one in page.elements if one.get("src")] == []
    assert [one for _, one in page.elements if "style" in one] == []
    assert all((one["href"] or "").startswith("#") for one in page.having("a"))


# Markdown.


def test_markdown_fits_into_a_comment_and_says_the_same(data: dict[str, Any]) -> None:
    text = ok(migrate(ROOT, "report", "--format", "md", "--since", "HEAD")).out
    assert len(text.encode()) < 60_000
    assert "16 of 16 presets migrated" in text
    for preset in data["presets"]:
        assert f"| `{preset['name']}` | {preset['state']} |" in text
    assert "since HEAD" in text


def test_markdown_that_is_too_long_says_what_it_leaves_out(tmp_path: Path) -> None:
    files = {"configs/base.yaml": b"x: 1\n", "configs/components/o.yaml": b"y: 1\n"}
    for number in range(900):
        name = f"configs/train/{'a' * 40}{number:03}.yaml"
        files[name] = b"extends: [../base.yaml, ../components/o.yaml]\n"
    root = trees.write(tmp_path / "tree", files)
    ok(migrate(root, "init"))
    text = ok(migrate(root, "report", "--format", "md")).out
    assert len(text.encode()) < 60_000
    left = re.search(r"and (\d+) more presets", text)
    assert left is not None
    assert text.count("| pending |") + int(left[1]) == 900


# Where it is written.


def test_a_report_in_the_tree_is_no_part_of_it(root: Path) -> None:
    ok(migrate(root, "report", "-o", str(root / "report.html")))
    ok(migrate(root, "report", "--format", "md", "-o", str(root / "report.md")))
    assert "report." not in migrate(root, "refs", "configs/components/o.yaml").out
    before = trees.read(root)
    ok(migrate(root, "apply", "--all"))
    ok(migrate(root, "verify"))
    after = trees.read(root)
    for name in ("report.html", "report.md"):
        assert after[name] == before[name]
    ok(migrate(root, "report", "-o", str(root / "report.html")))
    assert (root / "report.html").read_bytes() != before["report.html"]


def test_a_report_outside_of_the_tree(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere.html"
    before = trees.read(root)
    assert f"wrote {out}" in ok(migrate(root, "report", "-o", str(out))).out
    assert out.read_text(encoding="utf-8") == migrate(root, "report").out
    ok(migrate(root, "report", "-o", str(out)))
    assert [one.name for one in tmp_path.iterdir()] == ["tree", "elsewhere.html"] or sorted(
        one.name for one in tmp_path.iterdir()
    ) == ["elsewhere.html", "tree"]
    assert trees.read(root) == before


@pytest.mark.parametrize("inside", [True, False])
def test_no_other_file_is_written_over(root: Path, tmp_path: Path, inside: bool) -> None:
    folder = root if inside else tmp_path
    out = folder / "notes.html"
    out.write_text("mine\n")
    ran = migrate(root, "report", "-o", str(out))
    assert ran.code == 3
    assert "is there already, and is no report" in ran.err
    assert out.read_text() == "mine\n"


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("plans/report.html", "is among the records of the rollout"),
        ("configs", "is a folder"),
        ("configs/base.yaml", "is there already, and is no report"),
    ],
)
def test_what_is_no_place_for_a_report(root: Path, out: str, why: str) -> None:
    before = trees.read(root)
    ran = migrate(root, "report", "-o", str(root / out))
    assert ran.code == 3
    assert why in ran.err
    assert trees.read(root) == before


def test_a_place_that_cannot_be_written_is_a_letter(root: Path, tmp_path: Path) -> None:
    ran = migrate(root, "report", "-o", str(tmp_path / "none/report.html"))
    assert ran.code == 3
    assert "cannot be written: no such file or directory" in ran.err


def test_a_device_is_no_place_for_a_report(root: Path) -> None:
    ran = migrate(root, "report", "-o", "/dev/null")
    assert ran.code == 3
    assert "without -o it is printed" in ran.err


def test_hints_name_the_folder_of_the_plans(tmp_path: Path) -> None:
    root = trees.write(tmp_path / "tree", START)
    for command in (["init"], ["apply", "--preset", "p"]):
        ok(migrate(root, "--plans", "rollout/own", *command))
    (root / "configs/train/p.yaml").write_text("x: 2\n")
    said = ok(migrate(root, "--plans", "rollout/own", "report")).out
    assert "migrate --plans rollout/own accept" in said
    assert re.findall(r"migrate (?:accept|undo|apply|port|plan)\b", said) == []


def test_completion_offers_presets_and_revisions(root: Path) -> None:
    from click.shell_completion import ShellComplete

    from migrate.cli.main import cli

    shell = ShellComplete(cli, {}, "migrate", "_MIGRATE_COMPLETE")
    given = ["--root", str(root), "report", "--preset"]
    assert [one.value for one in shell.get_completions(given, "")] == ["p", "q"]


def test_json_beside_a_file_says_where_it_is(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    said = json.loads(ok(migrate(root, "--output", "json", "report", "-o", str(out))).out)
    assert (said["file"], said["bytes"]) == (str(out), out.stat().st_size)


def test_a_tree_without_plans_is_told(tmp_path: Path) -> None:
    ran = migrate(trees.write(tmp_path / "tree", START), "report")
    assert ran.code == 3
    assert "migrate init" in ran.err
