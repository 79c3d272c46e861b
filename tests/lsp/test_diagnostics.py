"""What is wrong where: letters and findings at the text as it stands now."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.findings import NOTE, WARNING, Finding
from migrate.locations import Place
from migrate.lsp.diagnostics import CheckResult, diagnostics, elsewhere, moved_line
from tests.lsp.editor import Editor

BASE = "k: 1\n"
TOP = "extends: base.yaml\nown: 2\n"


def told(
    editor: Editor, findings: list[Finding] | None = None, then: dict[str, str] | None = None
) -> list[tuple[str, str, str, str]]:
    """Path, marked text, rule and first line of the message of each diagnostic."""
    checked = CheckResult(findings or [], then or {})
    found = diagnostics(editor.folder, checked)
    for path in checked.by_path.keys() - found.keys():
        found[path] = elsewhere(editor.folder, path, checked)
    return [
        (path, editor.folder.text_now(path)[one.start : one.end], one.rule, one.message)
        for path, listed in sorted(found.items())
        for one in listed
    ]


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    made = Editor(tmp_path, {"base.yaml": BASE, "top.yaml": TOP})
    made.folder.set_text("top.yaml", TOP)
    return made


def test_a_sound_text_has_none_and_a_fault_goes_once_it_is_mended(editor: Editor) -> None:
    assert told(editor) == []
    editor.folder.set_text("top.yaml", TOP + "x: 'a\n")
    [(path, _, rule, message)] = told(editor)
    assert (path, rule) == ("top.yaml", "resolves")
    assert "not valid YAML" in message
    editor.folder.set_text("top.yaml", TOP)
    assert told(editor) == []


def test_a_missing_base_is_told_at_its_name(editor: Editor) -> None:
    editor.folder.set_text("top.yaml", "own: 2\nextends: bas.yaml  # note\n")
    [(_, marked, _, message)] = told(editor)
    assert marked == "bas.yaml"
    assert message == "extends bas.yaml, which does not exist\ndid you mean base.yaml?"


def test_a_broken_base_is_told_in_its_own_file_and_where_it_is_extended(editor: Editor) -> None:
    (editor.root / "base.yaml").write_text("k: 1\nx: [\n")
    found = told(editor)
    assert [(path, rule) for path, _, rule, _ in found] == [
        ("base.yaml", "resolves"),
        ("top.yaml", "resolves"),
    ]
    assert "base.yaml:3" in found[1][3]
    assert found[1][1] == "base.yaml"


def test_faults_of_a_plan_are_told_at_their_fields(tmp_path: Path) -> None:
    plan = "version: 1\npresets:\n  p:\n    from: p.yaml\n    too: configs/p.yaml\n"
    editor = Editor(tmp_path, {"plans/p.yaml": "version: 1\npresets: {}\n"})
    editor.folder.set_text("plans/p.yaml", plan)
    found = told(editor)
    assert [(marked, rule) for _, marked, rule, _ in found] == [
        ("p:", "plan"),
        ("too: configs/p.yaml", "plan"),
    ]
    assert "unknown field `too`" in found[1][3]


def test_findings_of_a_look_have_their_rule_level_and_command(editor: Editor) -> None:
    finding = Finding(
        "parity", "own: 1 -> 2", Place("top.yaml", 2, 1), "take it back", WARNING, "go"
    )
    found = diagnostics(editor.folder, CheckResult([finding], {"top.yaml": TOP}))
    [one] = found["top.yaml"]
    assert (one.rule, one.level) == ("parity", WARNING)
    assert one.message == "own: 1 -> 2\ntake it back\ngo"


def test_a_finding_moves_with_its_line_and_goes_with_it(editor: Editor) -> None:
    finding = Finding("restated", "own", Place("top.yaml", 2, 1), "", NOTE)
    editor.folder.set_text("top.yaml", "# new\n\n" + TOP)
    assert [marked for _, marked, *_ in told(editor, [finding], {"top.yaml": TOP})] == ["own: 2"]
    editor.folder.set_text("top.yaml", TOP.replace("own: 2", "own: 3"))
    assert told(editor, [finding], {"top.yaml": TOP}) == []
    assert told(editor, [finding]) == []  # the text on disk is what was looked at


@pytest.mark.parametrize(
    ("now", "places"),
    [
        ("abc", [1, 2, 3]),
        ("xabc", [2, 3, 4]),
        ("axxbc", [1, 4, 5]),
        ("aXc", [1, None, 3]),
        ("ac", [1, None, 2]),
        ("", [None, None, None]),
    ],
)
def test_where_lines_stand_after_an_edit(now: str, places: list[int | None]) -> None:
    assert [moved_line(list("abc"), list(now), line) for line in (1, 2, 3)] == places


def test_places_beyond_the_text_are_at_its_end_and_those_in_no_file_nowhere(
    editor: Editor,
) -> None:
    findings = [
        Finding("a", "far", Place("base.yaml", 99, 99)),
        Finding("b", "none", None),
        Finding("c", "folder", Place("plans/")),
        Finding("d", "whole", Place("base.yaml")),
    ]
    assert [(rule, marked) for _, marked, rule, _ in told(editor, findings)] == [
        ("d", "k: 1"),
        ("a", ""),
    ]
