"""A release happens only where the tag, the version and the changelog say the same."""

from __future__ import annotations

import pytest

from tools.release import NotReleasable, main, notes

PROJECT = '[project]\nname = "x"\nversion = "1.2.3"\n'
CHANGELOG = """# Changelog

## Unreleased

- later

## 1.2.3 (2026-12-01)

What is new.

### Looking

- a thing

## 1.2.2 (2026-11-01)

- an old thing
"""


def test_the_notes_are_the_section_of_the_tag() -> None:
    assert notes("v1.2.3", PROJECT, CHANGELOG) == "What is new.\n\n### Looking\n\n- a thing\n"


def test_the_last_section_ends_with_the_file() -> None:
    project = PROJECT.replace("1.2.3", "1.2.2")
    assert notes("v1.2.2", project, CHANGELOG) == "- an old thing\n"


@pytest.mark.parametrize(
    ("tag", "project", "changelog", "said"),
    [
        ("1.2.3", PROJECT, CHANGELOG, "the tag '1.2.3' is none of a release"),
        ("v1.2.3-rc1", PROJECT, CHANGELOG, "is none of a release"),
        ("v1.2.4", PROJECT, CHANGELOG, "the version is 1.2.3, the tag says 1.2.4"),
        ("v1.2.3", "[project]\n", CHANGELOG, "the version is nothing"),
        ("v1.2.3", PROJECT, "# Changelog\n\n## Unreleased: 1.2.3\n\n- a\n", "no section for 1.2.3"),
        ("v1.2.3", PROJECT, "## 1.2.3 (soon)\n\n- a\n", "no section for 1.2.3"),
        (
            "v1.2.3",
            PROJECT,
            "## 1.2.3 (2026-12-01)\n\n## 1.2.2 (2026-11-01)\n- a\n",
            "nothing in it",
        ),
    ],
)
def test_what_does_not_agree_is_no_release(
    tag: str, project: str, changelog: str, said: str
) -> None:
    with pytest.raises(NotReleasable, match="hint: ") as caught:
        notes(tag, project, changelog)
    assert said in str(caught.value)


def test_this_repository_is_checked_by_its_own_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v99.0.0"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "pyproject.toml: the version is " in told.err
    assert main([]) == 2
