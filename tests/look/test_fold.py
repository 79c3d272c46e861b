"""What a narrow terminal shows: lines that fit, with the rest further in."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migrate.report.fold import folded
from migrate.report.paint import seen
from tests.look.trees import write
from tests.support.cli import migrate
from tests.support.terminal import shown

ROW = "  ->  configs/train/a_rather_long_name.yaml:65:3  error  \x1b[36m# seven copies help\x1b[0m"


def fold(line: str, limit: int) -> list[str]:
    return list(folded([line], limit))


def test_what_fits_stays_as_it_is() -> None:
    assert fold(ROW, seen(ROW)) == [ROW]


def test_a_pipe_is_never_folded() -> None:
    assert fold(ROW, 0) == [ROW]


def test_a_line_is_broken_between_columns_first() -> None:
    assert fold(ROW, 60) == [
        "  ->  configs/train/a_rather_long_name.yaml:65:3  error",
        "          \x1b[36m# seven copies help\x1b[0m",
    ]


def test_the_text_of_a_comment_lines_up() -> None:
    line = "         # one two three four five six seven"
    assert fold(line, 36) == ["         # one two three four five", "           six seven"]


def test_a_path_is_never_broken() -> None:
    path = "configs/" + "x" * 60 + ".yaml:1:1:"
    assert fold(f"error: {path} is missing", 40) == ["error:", f"    {path}", "    is missing"]


def test_chinese_characters_take_two_cells() -> None:
    assert fold("断路器 " * 5 + "x", 28) == ["断路器 " * 3 + "断路器", "    断路器 x"]


@given(
    st.lists(st.text("ab#-+ 断", max_size=12), max_size=12).map(" ".join),
    st.integers(30, 80),
)
def test_folding_loses_nothing_but_spaces_and_what_can_fit_fits(line: str, limit: int) -> None:
    lines = fold(line, limit)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")
    if len(lines) > 1:
        longest = max(map(seen, line.split()))
        assert max(seen(one.strip()) for one in lines) <= max(limit, longest)


def test_the_command_folds_to_its_terminal_and_not_to_a_pipe(tmp_path: Path) -> None:
    root = write(tmp_path, {"configs/train/a.yaml": "a: no\n"})
    piped = migrate(root, "lint").out
    terminal = shown(root, "lint", columns=50)
    assert max(map(seen, piped.splitlines())) > 50 >= max(map(seen, terminal.splitlines()))


def test_a_diff_keeps_its_lines_on_any_terminal(tmp_path: Path) -> None:
    line = "lr: 1  # a word about the rate that is longer than any terminal of sixty columns is"
    root = write(tmp_path, {"configs/train/a.yaml": f"{line}\n"})
    said = shown(root, "set", "lr=2", "configs/train/a.yaml", "--dry-run", columns=60)
    assert f"\n-{line}\n" in said
    assert f"\n+{line.replace('1', '2', 1)}\n" in said
