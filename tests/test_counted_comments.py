"""Comments are counted as people count them: one of four lines is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.yaml_text import Document
from tests.look.trees import write
from tests.support.cli import migrate

COUNTED = {
    "a: 1  # one\nb: 2  # two\n": [1, 1],
    "# of three\n# lines, the\n# same column\na: 1\n": [3],
    "# one\n\n# another\na: 1\n": [1, 1],
    "a: 1  # begins here\n      # and goes on\nb: 2\n": [2],
    "a: 1  # of a\n# of b\nb: 2\n": [1, 1],
    "a:\n  - 1  # one\n  - 2  # two\n": [1, 1],
    "a:\n  # deeper\n# and the next key's\nb: 1\n": [1, 1],
    "# ----\n#\n# ----\na: 1\n": [3],
    "a: '# none'\n": [],
    "# with a tab \t\r\n# and the file's own line ends\r\na: 1\r\n": [2],
}


@pytest.mark.parametrize(("text", "lines"), COUNTED.items())
def test_lines_that_adjoin_in_one_column_are_one_comment(text: str, lines: list[int]) -> None:
    assert [len(one) for one in Document("x.yaml", text.encode()).whole_comments] == lines


PART = """\
# why it is so,
# in two lines
lr: 1  # swept
# a word about
# the seed
seed: 1
"""


def test_each_is_listed_once_with_all_its_lines_and_counted_once(tmp_path: Path) -> None:
    root = write(tmp_path, {"part.yaml": PART, "p.yaml": "extends: part.yaml\nlr: 2  # mine\n"})
    ran = migrate(root, "flatten", "p.yaml", "-o", "flat.yaml")
    assert ran.out == "wrote flat.yaml; 2 comments kept, 2 dropped\n"
    assert ran.err == (
        "2 comments dropped:\n"
        "  part.yaml:1:1: # why it is so,\n"
        "      # in two lines\n"
        "    of lr: lr is overridden in p.yaml:2:1\n"
        "  part.yaml:3:8: # swept\n"
        "    of lr: lr is overridden in p.yaml:2:1\n"
    )


def test_scripts_get_lines_as_ever_and_the_count_beside_them(tmp_path: Path) -> None:
    root = write(tmp_path, {"part.yaml": PART, "p.yaml": "extends: part.yaml\nlr: 2  # mine\n"})
    told = json.loads(migrate(root, "--output", "json", "flatten", "p.yaml", "-o", "f.yaml").out)
    assert told["comments"] == {"kept": 3, "dropped": 3, "count": {"kept": 2, "dropped": 2}}
    assert [(one["line"], one["text"]) for one in told["dropped_comments"]] == [
        (1, "# why it is so,"),
        (2, "# in two lines"),
        (3, "# swept"),
    ]


def test_a_comment_that_is_kept_in_part_counts_on_both_sides(tmp_path: Path) -> None:
    texts = {
        "a.yaml": "t:\n  gone:\n  # of gone\n  # about k\n  k: 1\n",
        "p.yaml": "extends: a.yaml\nt:\n  gone: 1\n",
    }
    ran = migrate(write(tmp_path, texts), "flatten", "p.yaml", "-o", "flat.yaml")
    assert ran.out == "wrote flat.yaml; 1 comment kept, 0 dropped\n"
    texts["a.yaml"] = "t:\n  gone:\n  # - one\n  # about k\n  k: 1\n"
    ran = migrate(write(tmp_path, texts), "flatten", "p.yaml", "-o", "other.yaml")
    assert ran.out == "wrote other.yaml; 1 comment kept, 1 dropped\n"
    assert "a.yaml:3:3: # - one\n" in ran.err
