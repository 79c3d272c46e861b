"""`verify` and `lint` where code is looked at: annotations, and a job's summary."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import Place
from migrate.report.annotations import MOST, github_lines
from migrate.report.gate_markdown import findings_markdown
from tests.live.tree import START, P, Q, ok
from tests.support import trees
from tests.support.cli import migrate
from tests.support.workflow import annotated

COMMENT = 65_536
"""Characters that a comment of GitHub may have; a job's summary may have 16 times as many."""


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A rollout whose gate two edits have shut, one of them a value with signs of Markdown."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    for path, value in ((P, b"7"), (Q, b"'</details>|`<b>@you`'")):
        content = (tmp_path / path).read_bytes()
        assert b"lr: 1" in content
        (tmp_path / path).write_bytes(content.replace(b"lr: 1", b"lr: " + value))
    return tmp_path


def found(root: Path, *verb: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(migrate(root, "--output", "json", *verb).out)[
        "findings"
    ]
    return findings


def test_every_finding_of_the_gate_is_an_annotation_at_its_place(closed: Path) -> None:
    ran = migrate(closed, "--output", "github", "verify")
    names = {"error": "error", "warning": "warning", "note": "notice"}
    expected = [
        (names[one["level"]], one["path"], one["line"], f"migrate {one['rule']}")
        for one in found(closed, "verify")
    ]
    told = [
        (one.level, one.fields.get("file"), int(one.fields.get("line", 0)) or None,
         one.fields["title"])
        for one in annotated(ran.out)
    ]  # fmt: skip
    assert told == expected
    assert [path for level, path, _, _ in told if level == "error"] == [P, Q]
    assert ran.code == 1


def test_an_annotation_says_what_to_do_with_the_command(closed: Path) -> None:
    ran = migrate(closed, "--output", "github", "verify")
    first = next(one for one in annotated(ran.out) if one.level == "error")
    [what, hint] = first.text.split("\n")
    assert what.startswith("p: t.lr: 1 -> 7")
    assert re.search(r": migrate accept --preset p --key t\.lr --reason \S", hint)


@pytest.mark.parametrize("output", ["text", "json", "github", "md", "sarif"])
def test_the_exit_code_is_the_same_however_it_is_told(closed: Path, output: str) -> None:
    assert migrate(closed, "--output", output, "verify").code == 1
    assert migrate(closed, "verify", "--output", output).code == 1
    trees.write(closed, {"plans/train.yaml": b"version: 1\npresets: 7\n"})
    assert migrate(closed, "--output", output, "verify").code == 3


def test_the_option_means_the_same_behind_the_verb(closed: Path) -> None:
    for output in ("github", "md", "sarif"):
        before = migrate(closed, "--output", output, "verify").out
        assert migrate(closed, "verify", "--output", output).out == before != ""


FAULTS: dict[str, tuple[dict[str, bytes], str, int | None]] = {
    "a plan": ({"plans/train.yaml": b"version: 1\npresets:\n  p: {to: 7}\n"},
               "plans/train.yaml", 3),
    "no YAML": ({"plans/parity.yaml": b"allow: [\n"}, "plans/parity.yaml", 2),
    "evidence": ({"plans/evidence/p.json": b"{"}, "plans/evidence/p.json", None),
}  # fmt: skip


@pytest.mark.parametrize(("files", "path", "line"), FAULTS.values(), ids=FAULTS)
def test_an_input_error_is_an_annotation_too(
    closed: Path, files: dict[str, bytes], path: str, line: int | None
) -> None:
    trees.write(closed, files)
    ran = migrate(closed, "--output", "github", "verify")
    first = annotated(ran.out)[0]
    assert ran.code == 3
    assert (first.level, first.fields["file"]) == ("error", path)
    assert line is None or int(first.fields["line"]) == line
    assert first.fields["title"] == "migrate input"
    assert "error: " in ran.err  # the letter, as ever
    summary = migrate(closed, "--output", "md", "verify").out
    assert summary.startswith("## migrate verify: nothing was checked\n")
    assert path in summary


def test_input_errors_of_lint_are_annotations_too(closed: Path) -> None:
    trees.write(closed, {"plans/train.yaml": b"version: 1\npresets: 7\n"})
    [one] = annotated(migrate(closed, "lint", "--output", "github").out)
    assert one.fields["file"] == "plans/train.yaml"


def test_other_verbs_have_no_such_output(closed: Path) -> None:
    ran = migrate(closed, "--output", "github", "status")
    assert ran.code == 2
    assert "--output github is for lint and verify" in ran.err
    assert not annotated(ran.out)


def test_paths_are_those_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "jobs" / "train"
    trees.write(inner, {**START, "plans/x.yaml": b"version: 1\npresets: 7\n"})
    [one] = annotated(migrate(inner, "--output", "github", "verify").out)
    assert one.fields["file"] == "jobs/train/plans/x.yaml"
    assert "`jobs/train/plans/x.yaml:2:1`" in migrate(inner, "--output", "md", "verify").out


def many(count: int, rule: str, level: str = ERROR) -> list[Finding]:
    return [
        Finding(rule, f"{rule} {number}", Place(f"{rule}.yaml", number + 1), level=level)
        for number in range(count)
    ]


def test_as_many_as_github_shows_and_the_rest_is_counted_and_in_the_log() -> None:
    given = [*many(30, "parity"), *many(2, "references"), *many(4, "rules", WARNING)]
    given += many(11, "gates", NOTE)
    output = "\n".join(github_lines(given))
    shown = annotated(output)
    by_level = {level: [one for one in shown if one.level == level] for level in
                ("error", "warning", "notice")}  # fmt: skip
    assert {level: len(told) for level, told in by_level.items()} == {
        "error": MOST,
        "warning": 4,
        "notice": MOST,
    }
    titles = [one.fields["title"] for one in by_level["error"]]
    assert "migrate references" in titles  # no rule is hidden behind another
    assert titles[-1] == "migrate: 23 more errors"
    assert by_level["error"][-1].text.startswith("parity 22, references 1\n")
    for finding in given:
        assert any(one.text == finding.what for one in shown) != (
            f"{finding.level}: {finding.place}: {finding.what}\n" in output
        )


def test_ten_of_a_kind_are_all_shown() -> None:
    assert len(annotated("\n".join(github_lines(many(MOST, "parity"))))) == MOST
    assert not any("more" in line for line in github_lines(many(MOST, "parity")))


EVIL = [
    "::error file=a::b", "x\n::add-mask::y", "##[error]z", "  ::stop-commands::q",
    "::endgroup::", "a\r::error::b",
]  # fmt: skip


@pytest.mark.parametrize("text", EVIL)
def test_nothing_in_a_finding_is_a_command_of_its_own(text: str) -> None:
    given = [Finding(text, text, Place(text, 1), text) for _ in range(MOST + 5)]
    told = annotated("\n".join(github_lines(given)))
    assert len(told) == MOST
    assert all(one.text.startswith(text.replace("\r", "\\x0d")) for one in told[:-1])
    assert {one.fields["file"] for one in told[:-1]} == {text}


def test_the_summary_says_the_verdict_first_then_the_checks_then_folded_findings(
    closed: Path,
) -> None:
    text = migrate(closed, "--output", "md", "verify").out
    lines = text.splitlines()
    assert lines[0] == "## migrate verify: the gate is closed: 2 findings"
    assert "| parity | 2 errors |" in lines
    assert "| manifest | ok |" in lines
    folded = text.partition("<details><summary>parity: 2 errors</summary>")[2]
    assert f"- `{P}:3:5` " in folded.partition("</details>\n")[0]
    assert text.count("<details>") == text.count("\n</details>\n")


def test_values_in_the_summary_are_code(closed: Path) -> None:
    text = migrate(closed, "--output", "md", "verify").out
    [line] = [line for line in text.splitlines() if "@you" in line and line.startswith("- ")]
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)  # CommonMark 6.1: a run closes a run
    assert outside == "-  <br>hint: <br>"
    assert "</details>|`<b>@you`" in line  # as it stands: outside of a table no bar is escaped


def test_the_summary_fits_into_a_comment_and_says_what_is_left_out() -> None:
    given = [one for rule in ("parity", "references", "rules") for one in many(2000, rule)]
    given += [Finding("gates", "值" * 3000, level=NOTE)]
    text = findings_markdown("migrate verify", ["the gate is closed"], {"parity": 2000}, given)
    assert len(text.encode()) <= COMMENT
    shown = len(re.findall(r"^- `parity\.yaml", text, re.MULTILINE))
    assert f"\n- and {2000 - shown} more\n" in text
    assert "references: 2000 errors: left out" in text
    assert text.count("<details>") == text.count("</details>")
