"""Config texts that would hang or crash a careless reader, given to every reading verb."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.roots import COMPONENT, PRESET, copied, rolled, shot, write
from tests.hostile.texts import EXTENDS, READ, REFUSED

VERBS = {
    "inspect": ["inspect", PRESET],
    "init": ["init"],
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_text_is_refused_soon_and_nothing_changes(
    server: Server, tmp_path: Path, name: str, verb: str
) -> None:
    text, said = REFUSED[name]
    plain = text.startswith((b"extends", b"\xef", b"\xff", b"---", b"a\0"))
    write(tmp_path, COMPONENT, "b: 1\n")
    write(tmp_path, PRESET, text if plain else EXTENDS + text)
    before = shot(tmp_path)
    ran = server.run(tmp_path, *VERBS[verb])
    check(ran, (3,) if verb == "inspect" else (0, 3))
    if verb == "inspect" or "found no preset" not in ran.err:
        assert said in ran.err
    if ran.code:
        assert shot(tmp_path) == before
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", READ)
def test_an_odd_text_is_read_and_shown_without_raw_escapes(
    server: Server, tmp_path: Path, name: str
) -> None:
    write(tmp_path, COMPONENT, "b: 1\n")
    write(tmp_path, PRESET, READ[name])
    for command in (["inspect", PRESET], ["--output", "json", "explain", PRESET]):
        check(server.run(tmp_path, *command), (0,))
    assert not (tmp_path / "pwned").exists()


def test_a_hostile_target_does_not_take_the_gate_down(server: Server, tmp_path: Path) -> None:
    done = rolled(server, tmp_path / "done", applied=True)
    for name in (
        "alias-bomb-merge-keys",
        "nesting-flow",
        "integer-sexagesimal",
        "nul",
        "utf-16",
        "integer-empty",
    ):
        root = copied(done, tmp_path / name)
        write(root, PRESET, REFUSED[name][0])
        before = shot(root)
        for command in (["verify"], ["status"], ["undo", "--preset", "p"]):
            check(server.run(root, *command), (0, 1, 3, 4))
        assert shot(root) == before


@pytest.mark.parametrize("name", ["integer-empty", "time-that-is-none", "float-of-a-line"])
def test_the_second_reader_tells_what_it_cannot_make(
    server: Server, tmp_path: Path, name: str
) -> None:
    root = rolled(server, tmp_path, applied=True)
    write(root, PRESET, REFUSED[name][0])
    check(server.run(root, "verify", "--cross-check", memory=4 << 30), (1,))


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("--max-depth=150", b"a: " + b"[" * 120 + b"]" * 120 + b"\n", "nests deeper than 100"),
        ("--max-nodes=600000", b"a: [" + b"1," * 510_000 + b"]\n", "expands to more than"),
        ("--max-file-bytes=9000000", b"#" * 8_500_000 + b"\na: 1\n", "is too large"),
    ],
)
def test_a_flag_raises_each_limit(
    server: Server, tmp_path: Path, flag: str, text: bytes, said: str
) -> None:
    write(tmp_path, PRESET, text)
    refused = server.run(tmp_path, "inspect", PRESET)
    check(refused, (3,))
    assert said in refused.err
    assert flag.split("=", maxsplit=1)[0] in refused.err
    assert server.run(tmp_path, flag, "inspect", PRESET, "--only", "chain").code == 0


def test_a_diff_of_an_edited_target_obeys_no_escape(server: Server, tmp_path: Path) -> None:
    root = rolled(server, tmp_path, applied=True)
    target = root / "configs/train/p.yaml"
    target.write_bytes(target.read_bytes() + b"# \x1b[2J \r\xe2\x80\xa8\n")
    done = server.run(root, "apply", "--all")
    assert done.code == 4
    assert "\\x1b[2J" in done.err
    assert not set(done.err) & set("\x1b\r\u2028")


def test_a_target_that_holds_itself_closes_the_gate_with_its_place(
    server: Server, tmp_path: Path
) -> None:
    root = copied(rolled(server, tmp_path / "done", applied=True), tmp_path)
    write(root, "configs/base.yaml", "itself: &i { again: *i }\n")
    write(root, PRESET, "extends: [../base.yaml]\nitself: &i { again: *i }\n")
    ran = server.run(root, "verify")
    check(ran, (1,))
    assert f"{PRESET}:2:21: alias *i lies inside the node that it names" in ran.out


def chain(root: Path, files: int, keys: int, in_a_row: bool = True) -> None:
    """Legal files that extend one another, or that one preset extends, each with as many keys."""
    for number in range(files):
        extends = f"extends: c{number - 1}.yaml\n" if number and in_a_row else ""
        lines = "".join(f"k{number}_{key}: {key}\n" for key in range(keys))
        write(root, f"configs/components/c{number}.yaml", extends + lines)
    named = range(files - 1, files) if in_a_row else range(files)
    bases = ", ".join(f"../components/c{number}.yaml" for number in named)
    write(root, PRESET, f"extends: [{bases}]\na: 1\n")


@pytest.mark.parametrize("verb", [["inspect", PRESET], ["explain", PRESET], ["init"]])
def test_files_that_are_legal_one_by_one_are_refused_together(
    server: Server, tmp_path: Path, verb: list[str]
) -> None:
    chain(tmp_path, 12, 30_000, in_a_row=verb[0] != "init")
    before = shot(tmp_path)
    ran = server.run(tmp_path, *verb)
    check(ran, (3,))
    assert f"{PRESET}: is made of files that hold more than 500,000 values together" in ran.err
    assert "--max-chain-nodes" in ran.err
    assert shot(tmp_path) == before


def test_the_limit_of_a_chain_is_exact_and_its_flag_moves_it(
    server: Server, tmp_path: Path
) -> None:
    """Each key counts with its value; each mapping counts, and the composing key too."""
    chain(tmp_path, 3, 10)
    values = 3 * 21 + 2 * 2 + 6
    command = ["inspect", PRESET, "--only", "chain"]
    assert server.run(tmp_path, f"--max-chain-nodes={values}", *command).code == 0
    ran = server.run(tmp_path, f"--max-chain-nodes={values - 1}", *command)
    check(ran, (3,))
    assert f"that hold more than {values - 1} values together" in ran.err


def test_a_file_reached_twice_counts_once(server: Server, tmp_path: Path) -> None:
    write(
        tmp_path,
        "configs/components/b.yaml",
        "b: 1\n" * 1 + "".join(f"k{n}: 1\n" for n in range(99)),
    )
    for name in "cd":
        write(tmp_path, f"configs/components/{name}.yaml", "extends: b.yaml\n")
    write(tmp_path, PRESET, "extends: [../components/c.yaml, ../components/d.yaml]\n")
    assert server.run(tmp_path, "--max-chain-nodes=220", "inspect", PRESET).code == 0
