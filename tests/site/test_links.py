"""Links of Markdown are found, and nothing else is."""

from __future__ import annotations

import pytest

from tools.site.links import retarget, unescape_cells

LEFT = [
    "no link",
    "`[a](b.md)` in a span",
    "``a ` [a](b.md)`` in a long span",
    "[away](https://example.org/b.md)",
    "[mail](mailto:a@example.org)",
    "[here](#place)",
    "[two words](a b.md)",
    "```\n[a](b.md)\n```\n",
    "~~~text\n```\n[a](b.md)\n~~~\n",
    "````\n```\n[a](b.md)\n````\n",
]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_link_to_a_file_stays(text: str) -> None:
    assert retarget(text, lambda _, target: f"<{target}>") == text


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("[a](b.md)", "[a](<b.md>)"),
        ("[a](b.md#c), ![d](e.svg)", "[a](<b.md>#c), ![d](<e.svg>)"),
        ('[a](b.md "title")', '[a](<b.md> "title")'),
        ("[`a`](b.md) and `[c](d.md)`", "[`a`](<b.md>) and `[c](d.md)`"),
        ("```\n```\n[a](b.md)\n", "```\n```\n[a](<b.md>)\n"),
        ("[a\nb](c/)", "[a\nb](<c/>)"),
    ],
)
def test_a_link_gets_its_target(text: str, other: str) -> None:
    assert retarget(text, lambda _, target: f"<{target}>") == other


def test_the_line_of_a_link_is_told() -> None:
    assert retarget("one\n\n[a](b.md)\n", lambda line, target: f"{line}-{target}").endswith(
        "[a](3-b.md)\n"
    )


def test_a_bar_in_the_code_of_a_table_is_a_bar() -> None:
    text = "| `a \\| b` | c \\| d |\n`a \\| b`\n```\n| `a \\| b` |\n```\n"
    assert unescape_cells(text) == text.replace("\\|", "|", 1)
