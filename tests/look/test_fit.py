"""Tables that people see fit their terminal; what goes into a pipe is whole."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migrate.commands.status import Row, Status
from migrate.report.fit import fitted, middle, shortened
from migrate.report.paint import Paint, seen
from migrate.report.status import status_lines
from tests.look.trees import write
from tests.support.cli import migrate
from tests.support.terminal import shown

PLAIN = Paint(False)
ROWS = [
    Row("debug", "configs/debug.yaml", "applied", "", 13, 2),
    Row(
        "grpo_dense",
        "configs/train/grpo/dense_2048.yaml",
        "behind",
        "lacks training.learning_rate and 2 more",
        16,
        2,
    ),
    Row("sft", "configs/train/sft/summary_1024.yaml", "pending", "", 9, 9),
    Row("gone", "configs/train/gone.yaml", "missing", "the target is gone", 9, 0),
]


def table(rows: list[Row], limit: int = 0) -> list[str]:
    return list(status_lines(Status(rows, False), PLAIN, limit))


def test_the_counts_come_first_and_a_pipe_gets_whole_lines() -> None:
    path = "configs/train/grpo/dense_2048.yaml"
    assert table(ROWS) == [
        "4 presets: 1 applied, 1 pending, 1 behind, 1 missing",
        "preset      state    files    target",
        "debug       applied  13 -> 2  configs/debug.yaml",
        f"grpo_dense  behind   16 -> 2  {path}   lacks training.learning_rate and 2 more",
        "sft         pending   9       configs/train/sft/summary_1024.yaml",
        "gone        missing   9 -> ?  configs/train/gone.yaml              the target is gone",
    ]


def test_long_names_are_shortened_and_targets_left_out_where_they_do_not_fit() -> None:
    names = [f"configs_recipes_llm_grpo_{size}b_async_single_controller" for size in (8, 32)]
    rows = [Row(name, f"{name}.yaml", "pending", "", 5, 5) for name in names]
    assert table(rows, 60) == [
        "2 presets: 2 pending",
        "preset                                        state    files",
        "configs_recip...o_8b_async_single_controller  pending  5",
        "configs_recip..._32b_async_single_controller  pending  5",
    ]
    assert table(rows)[3] == f"{names[1]}  pending  5      {names[1]}.yaml"


def test_the_cut_moves_where_the_ends_are_alike() -> None:
    texts = ["train/one/and/the/same/end.yaml", "train/two/and/the/same/end.yaml"]
    assert [middle(text, 21) for text in texts] == ["train/...ame/end.yaml"] * 2
    assert shortened(texts, 21) == ["train/one.../end.yaml", "train/two.../end.yaml"]


@given(st.text("ab/_断́", max_size=60), st.integers(12, 80))
def test_a_shortened_text_fits_and_one_that_fits_is_whole(text: str, limit: int) -> None:
    short = middle(text, limit)
    assert seen(short) <= limit
    assert seen(text) > limit or short == text


@given(
    st.lists(st.tuples(*[st.text("ab/断", min_size=1, max_size=70)] * 2), min_size=1, max_size=5),
    st.integers(60, 120),
)
def test_a_table_fits_from_60_columns_on(texts: list[tuple[str, str]], limit: int) -> None:
    rows = [("preset", "state", "target"), *((name, "applied", to) for name, to in texts)]
    lines = fitted(rows, limit, shrink=(0, 2), spare=(2,))
    assert max(map(seen, lines)) <= limit
    assert fitted(rows, 0, shrink=(0, 2), spare=(2,))[0].split() == ["preset", "state", "target"]


NAME = "数据增强密集奖励长上下文实验"
TREE = {
    "configs/base.yaml": "seed: 1\n",
    "configs/components/优化器.yaml": "t: {lr: 1}\n",
    **{
        f"configs/train/{name}.yaml": (
            f"extends: [../base.yaml, ../components/优化器.yaml]\na: {name}\n"
        )
        for name in (NAME, "q")
    },
}


def test_a_terminal_is_never_overrun_and_chinese_characters_take_two_cells(tmp_path: Path) -> None:
    root = write(tmp_path, TREE)
    assert migrate(root, "init").code == 0
    assert shown(root, "status", columns=60).splitlines() == [
        "2 presets: 2 pending",
        "preset                        state    files",
        "q                             pending  3",
        f"{NAME}  pending  3",
    ]
    assert shown(root, "status", columns=80).splitlines() == [
        "2 presets: 2 pending",
        "preset                        state    files  target",
        "q                             pending  3      configs/train/q.yaml",
        f"{NAME}  pending  3      configs/tr...奖励长上下文实验.yaml",
    ]
    whole = f"{NAME}  pending  3      configs/train/{NAME}.yaml\n"
    assert whole in migrate(root, "status").out
    for asked in (["-v", "status"], ["status", "-v"]):
        assert whole.rsplit(maxsplit=1)[-1] in shown(root, *asked, columns=80)


def test_init_lists_presets_and_paths_as_far_as_they_fit(tmp_path: Path) -> None:
    root = write(tmp_path, TREE)
    lines = shown(root, "init", columns=70).splitlines()
    assert lines[:3] == [
        "found 2 presets to migrate",
        "  q                             configs/train/q.yaml",
        f"  {NAME}  configs/tra...集奖励长上下文实验.yaml",
    ]
    piped = write(tmp_path / "again", TREE)
    told = migrate(piped, "init").out
    assert f"  {NAME}  configs/train/{NAME}.yaml  on configs/base.yaml\n" in told


def test_of_many_plan_files_the_first_are_named(tmp_path: Path) -> None:
    presets = {
        f"configs/t{number:02}/p.yaml": "extends: [../base.yaml, ../components/优化器.yaml]\n"
        for number in range(14)
    }
    said = migrate(write(tmp_path, {**TREE, **presets}), "init").out
    assert "wrote plans/parity.yaml, plans/t00.yaml, plans/t01.yaml and 14 more files\n" in said
