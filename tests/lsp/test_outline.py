"""The key of a line by indentation: what PyYAML says of the same text, for texts that parse."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from migrate.locations import dotted
from migrate.lsp.outline import key_line, section_at

TEXT = """\
# a: comment
model:
  name: x  # note: this
  "quoted key": 1
  'it''s': 2

  deep:
      odd: 1
data:
- name: a
  size: 1
-   name: b
    parts:
    - left: 1
    # between
    - right: 2
      more: 3
  # below
url: http://host:80/x
a b: 1
last:
"""


def marks(node: yaml.Node, path: str = "") -> dict[int, str]:
    """Each key's line and path, by PyYAML's own marks."""
    found: dict[int, str] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value if key.value.isidentifier() else f'"{key.value}"'
            here = f"{path}.{name}" if path else name
            found[key.start_mark.line] = here
            found |= marks(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            found |= marks(item, f"{path}[{number}]")
    return found


def test_each_key_of_a_text_is_found_where_the_parser_finds_it() -> None:
    node = yaml.compose(TEXT, yaml.SafeLoader)
    assert node is not None
    lines = TEXT.split("\n")
    found: dict[int, Any] = {n: key_line(lines, n) for n in range(len(lines))}
    assert {n: dotted(one.path) for n, one in found.items() if one} == marks(node)
    assert [TEXT.split("\n")[2][found[2].start : found[2].end]] == ["name"]


@pytest.mark.parametrize(
    ("column", "section"),
    [(0, ()), (2, ("model",)), (4, ("model", "deep")), (6, ("model", "deep"))],
)
def test_an_empty_line_is_in_the_section_that_its_column_says(
    column: int, section: tuple[str, ...]
) -> None:
    lines = ["model:", "  deep:", "      odd: 1", " " * column]
    assert section_at(lines, 3, column) == section


def test_what_is_no_key_is_none() -> None:
    lines = ["- a", "# k: v", "", "[1, 2]: x", "plain text", "k:v", "{a: 1}"]
    assert [key_line(lines, n) for n in range(len(lines) + 1)] == [None] * (len(lines) + 1)
