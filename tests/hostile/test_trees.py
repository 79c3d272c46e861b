"""Trees in which names, links, folders and records are not what they seem."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.roots import COMPONENT, FILES, PRESET, copied, rolled, shot, small, write

ANY = (0, 1, 3, 4)
DEEP = b"[" * 100_000 + b"]" * 100_000
EVIDENCE = "plans/evidence/p.json"


@pytest.fixture(scope="module")
def done(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished rollout."""
    return rolled(server, tmp_path_factory.mktemp("done"), applied=True)


@pytest.fixture(scope="module")
def begun(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with plans, nothing applied."""
    return rolled(server, tmp_path_factory.mktemp("begun"), applied=False)


# What stands where a config should.


def _outside(path: Path) -> None:
    beyond = path.parents[3] / "outside.yaml"
    beyond.write_text("secret: 1\n")
    path.symlink_to(beyond)


def _large(path: Path) -> None:
    path.touch()
    os.truncate(path, 100 << 20)


THINGS: dict[str, Callable[[Path], None]] = {
    "a link out of the root": _outside,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nowhere.yaml"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a FIFO": os.mkfifo,
    "a folder": os.mkdir,
    "100 megabytes": _large,
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("path", [PRESET, COMPONENT])
def test_what_is_no_file_is_refused_and_nothing_is_written(
    server: Server, tmp_path: Path, thing: str, path: str
) -> None:
    root = small(tmp_path / "tree")
    (root / path).unlink()
    THINGS[thing](root / path)
    before = shot(tmp_path)
    check(server.run(root, "inspect", PRESET), (3,))
    assert shot(tmp_path) == before
    ran = server.run(root, "init")
    check(ran, (0, 3))
    assert "secret" not in ran.out + ran.err
    after = shot(tmp_path)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("path", [PRESET, "plans/parity.yaml", EVIDENCE])
def test_verify_and_undo_survive_it_too(
    server: Server, done: Path, tmp_path: Path, thing: str, path: str
) -> None:
    root = copied(done, tmp_path)
    (root / path).unlink()
    THINGS[thing](root / path)
    before = shot(tmp_path)
    check(server.run(root, "verify"), (0, 1, 3, 4))
    ran = server.run(root, "undo", "--preset", "p")
    check(ran, ANY)
    if ran.code:
        assert shot(tmp_path) == before


@pytest.mark.parametrize("folder", ["configs/train", "configs/legacy", "plans", "plans/evidence"])
def test_nothing_is_written_through_a_folder_that_is_a_link(
    server: Server, done: Path, tmp_path: Path, folder: str
) -> None:
    root = copied(done, tmp_path)
    beyond = tmp_path / "beyond"
    (root / folder).rename(beyond)
    (root / folder).symlink_to(beyond)
    before = shot(beyond)
    for command in (["verify"], ["undo", "--preset", "q"], ["init", "--force"], ["apply", "--all"]):
        check(server.run(root, *command), ANY)
        assert shot(beyond) == before


def test_the_folder_of_the_lock_is_no_link(server: Server, begun: Path, tmp_path: Path) -> None:
    import shutil

    root = copied(begun, tmp_path)
    shutil.rmtree(root / ".migrate")
    (tmp_path / "beyond").mkdir()
    (root / ".migrate").symlink_to(tmp_path / "beyond")
    check(server.run(root, "apply", "--all"))
    assert list((tmp_path / "beyond").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_told(server: Server, tmp_path: Path) -> None:
    root = small(tmp_path / "tree")
    (root / "configs/closed").mkdir(mode=0)
    ran = server.run(root, "init")
    (root / "configs/closed").chmod(0o700)
    check(ran, (3,))
    assert "configs/closed: cannot be read" in ran.err


# Names.

NAMES = [
    b"configs/train/line\nfeed.yaml",
    b"configs/train/a space.yaml",
    b"configs/train/'quotes\".yaml",
    b"configs/train/\x1b[31mred.yaml",
    "configs/train/\x9b31m.yaml".encode(),
    "configs/train/\u202egnp.yaml".encode(),
    b"configs/train/-rf.yaml",
    b"configs/train/[a].yaml",
    b"configs/train/bytes-\xff\xfe.yaml",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_an_odd_name_is_shown_escaped(server: Server, tmp_path: Path, name: bytes) -> None:
    root = small(tmp_path / "tree")
    try:
        write(root, name, FILES[PRESET])
    except OSError:
        pytest.skip("this file system has no such names")
    for options in ([], ["--output", "json"]):
        check(server.run(root, *options, "inspect", os.fsdecode(name)), (0,))
        check(server.run(root, *options, "lint"), ANY)
    ran = server.run(root, "init")
    check(ran, (0, 3))
    if ran.code == 0:
        for command in (["plan"], ["--output", "json", "plan"], ["apply", "--all"], ["verify"]):
            check(server.run(root, *command), ANY)


def test_new_names_that_are_one_on_some_disks_are_refused(
    server: Server, begun: Path, tmp_path: Path
) -> None:
    root = copied(begun, tmp_path)
    plan = next(p for p in (root / "plans").glob("*.yaml") if p.name != "parity.yaml")
    plan.write_text(
        plan.read_text().replace("to: configs/train/q.yaml", "to: configs/train/P.yaml")
    )
    ran = server.run(root, "apply", "--all")
    check(ran)
    assert "only in case" in ran.err


# Shapes.


def test_a_row_of_thousands_of_files_is_refused(server: Server, tmp_path: Path) -> None:
    root = small(tmp_path / "tree")
    for number in range(1000):
        write(root, f"configs/train/c{number}.yaml", f"extends: c{number + 1}.yaml\n")
    write(root, "configs/train/c1000.yaml", "a: 1\n")
    ran = server.run(root, "inspect", "configs/train/c0.yaml")
    check(ran, (3,))
    assert "extends too many files in a row" in ran.err
    ran = server.run(root, "init")  # what is too long is left out, and told
    check(ran, (0,))
    assert "extends too many files in a row" in ran.out
    assert server.run(root, "--max-chain=100", "inspect", "configs/train/c920.yaml").code == 0


@pytest.mark.parametrize("verb", ["inspect", "explain", "flatten"])
def test_a_ladder_of_diamonds_is_no_explosion(server: Server, tmp_path: Path, verb: str) -> None:
    write(tmp_path, "configs/f0.yaml", "x: {y: 1}\n")
    for level in range(1, 30):
        for side in "ab":
            write(
                tmp_path,
                f"configs/f{level}{side}.yaml",
                f"extends: f{level - 1}.yaml\nx: {{y: 2}}\n",
            )
        write(
            tmp_path,
            f"configs/f{level}.yaml",
            f"extends: [f{level}a.yaml, f{level}b.yaml]\nx: {{y: 3}}\n",
        )
    check(server.run(tmp_path, verb, "configs/f29.yaml"), (0,))


def test_folders_may_nest_deeper_than_python_recurses(server: Server, tmp_path: Path) -> None:
    root = small(tmp_path / "tree")
    here = os.open(root, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    check(server.run(root, "init"), (0, 3))
    # What removes the folder of a test recurses.
    __import__("subprocess").run(["rm", "-rf", str(root)], check=True)


# Plans.


@pytest.mark.parametrize("field", ["to", "from", "extends"])
@pytest.mark.parametrize(
    "path",
    [
        "/tmp/x.yaml",
        "../x.yaml",
        "configs/../../x.yaml",
        "~/x.yaml",
        '"\\e[31m.yaml"',
        '"a\\0b"',
        '"\\ud800.yaml"',
        '"a\\\\b.yaml"',
    ],
)
def test_a_plan_names_no_path_outside(
    server: Server, begun: Path, tmp_path: Path, field: str, path: str
) -> None:
    fields = {"from": "train/p.yaml", "to": "configs/train/x.yaml", "extends": "[]"}
    fields[field] = f"[{path}]" if field == "extends" else path
    root = copied(begun, tmp_path)
    said = ", ".join(f"{name}: {value}" for name, value in fields.items())
    write(root, "plans/more.yaml", f"version: 1\npresets:\n  x: {{{said}}}\n")
    before = shot(tmp_path)
    check(server.run(root, "apply", "--all"), (3,))
    assert shot(tmp_path) == before


@pytest.mark.parametrize(
    "to",
    [
        ".git/hooks/x.yaml",
        ".GIT/x.yaml",
        "configs/.git/x.yaml",
        ".migrate/x.yaml",
        "configs/legacy/x.yaml",
        "plans/x.yaml",
    ],
)
def test_a_plan_writes_into_no_closed_folder(
    server: Server, begun: Path, tmp_path: Path, to: str
) -> None:
    root = copied(begun, tmp_path)
    inline = "inline: {components/b.yaml: [b]}"
    said = f"{{from: train/p.yaml, to: {to}, extends: [configs/base.yaml], {inline}}}"
    write(root, "plans/more.yaml", f"version: 1\npresets:\n  x: {said}\n")
    check(server.run(root, "apply", "--preset", "x"), (3, 4))
    assert not (root / to).exists()


FLOODS = {
    "unknown fields": b"version: 1\n" + b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "presets that are none": b"version: 1\npresets:\n"
    + b"".join(b"  p%d: 1\n" % n for n in range(10_000)),
    "one key again and again": b"version: 1\n" + b"gates: []\n" * 20_000,
    "nesting": b"version: 1\npresets: " + b"[" * 10_000,
    "aliases": b"version: 1\na: &a [" + b"x," * 9000 + b"]\nb: [" + b"*a," * 9000 + b"]\n",
    "globs": (
        "version: 1\ninclude: ['"
        + "**/*a" * 30
        + "b']\nexclude: ['"
        + "*a" * 40
        + "b']\nrules: {presets: ['"
        + "**/" * 60
        + "b']}\n"
    ).encode(),
    "key paths": ("version: 1\nrules: {required: ['" + ".".join("a" * 5000) + "']}\n").encode(),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_in_a_plan_is_soon_over(
    server: Server, begun: Path, tmp_path: Path, flood: str
) -> None:
    root = copied(begun, tmp_path)
    write(root, "plans/more.yaml", FLOODS[flood])
    before = shot(tmp_path)
    for command in (["plan"], ["verify"]):
        check(server.run(root, *command), (0, 1, 3))
    assert shot(tmp_path) == before


def test_patterns_of_a_parity_file_are_no_explosion(
    server: Server, begun: Path, tmp_path: Path
) -> None:
    root = copied(begun, tmp_path)
    pattern = ".".join(["**", "a"] * 40)
    deep = "{a: " * 60 + "1" + "}" * 60
    write(
        root,
        "plans/parity.yaml",
        f"version: 1\nforbid: ['{pattern}.b']\nallow: [{{path: '{pattern}.c', reason: r}}]\n",
    )
    write(root, "other.yaml", f"a: {deep}\n")
    check(server.run(root, "diff", PRESET, "other.yaml"), (1,))


# Records.


def _tampered(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def tamper(content: bytes) -> bytes:
        data = json.loads(content)
        change(data)
        return json.dumps(data).encode()

    return tamper


def _step(**fields: object) -> Callable[[bytes], bytes]:
    whole = {"path": "x", "before": None, "after": None, **fields}
    return _tampered(lambda data: data["changes"].append(whole))


def _lines(**fields: object) -> Callable[[bytes], bytes]:
    return _step(path="configs/base.yaml", before="a" * 64, after="b" * 64, **fields)


EVIL: dict[str, Callable[[bytes], bytes]] = {
    "deep": lambda _: DEEP,
    "a list": lambda _: b"[]",
    "nothing": lambda _: b"",
    "bytes": lambda _: b"\xff\xfe\0",
    "a number": lambda _: b"9" * 5000,
    "another preset": _tampered(lambda data: data.update(preset="q")),
    "a target outside": _tampered(lambda data: data.update(to="../../etc/passwd")),
    "a target that is not text": _tampered(lambda data: data.update(to=5)),
    "a target with an escape": _tampered(lambda data: data.update(to="configs/\x1b[31m\x9b.yaml")),
    "half a character": _tampered(lambda data: data.update({"from": "\ud800"})),
    "a config that is a list": _tampered(lambda data: data["legacy"].update(resolved=[])),
    "a date that is none": _tampered(
        lambda data: data["legacy"]["resolved"].update(x={"<date>": "never"})
    ),
    "a step upwards": _step(path="../x", before="a" * 64, edits=[]),
    "a step to an absolute path": _step(path="/tmp/x", before="a" * 64, edits=[]),
    "a step into .git": _step(path=".git/hooks/x", before="a" * 64, legacy="configs/base.yaml"),
    "a step from outside": _step(path="configs/x.yaml", before="a" * 64, legacy="/etc/passwd"),
    "an edit beyond all bounds": _step(path="configs/base.yaml", edits=[[0, 10**18, "x"]]),
    "lines that are none": _lines(lines="AAAA", wrote=[]),
    "lines in another order": _lines(
        lines="A" * 16, edits=[[0, 1, "x"]] * 2, wrote=[[0, "y"], [1, "y"]]
    ),
    "lines beyond the end": _lines(lines="A" * 8, edits=[[0, 1, "x"]], wrote=[[9**9, "y"]]),
    "an edit before the begin": _step(path="configs/base.yaml", edits=[[-5, -3, "\ud800"]]),
}


@pytest.mark.parametrize("what", EVIL)
def test_evidence_is_not_taken_for_what_it_says(
    server: Server, done: Path, tmp_path: Path, what: str
) -> None:
    root = copied(done, tmp_path)
    (root / ".git/hooks").mkdir(parents=True)
    write(root, EVIDENCE, EVIL[what]((root / EVIDENCE).read_bytes()))
    before = shot(tmp_path)
    check(server.run(root, "verify"), (0, 1, 3))
    check(server.run(root, "undo", "--preset", "p"))
    assert shot(tmp_path) == before


def _journal(**fields: object) -> bytes:
    whole = {"version": 1, "label": "x", "token": "abc", "entries": [], "made": [], "left": []}
    return json.dumps({**whole, "state": "commit", **fields}).encode()


def _entry(**fields: object) -> bytes:
    whole = {"path": "configs/base.yaml", "before": None, "after": "a" * 64, "mode": None}
    return _journal(entries=[{**whole, **fields}])


JOURNALS = {
    "deep": DEEP,
    "a list": b"[]",
    "nothing": b"",
    "bytes": b"\xff",
    "a path upwards": _entry(path="../x"),
    "an absolute path": _entry(path="/tmp/x"),
    "a path in .git": _entry(path=".git/config"),
    "a path that is not text": _entry(path=5),
    "half a character": _entry(path="\ud800"),
    "a token upwards": _journal(token="../../x"),
    "a folder upwards": _journal(made=["../x"], left=[["../y", 511]]),
    "a label that is a list": _journal(label=["\x1b[31m"]),
    "a mode that is a text": _entry(mode="x"),
    "an escape": _journal(
        label="\x1b[31m", entries=[{"path": "a\x9b", "before": "b", "after": "c", "mode": None}]
    ),
}


@pytest.mark.parametrize("what", JOURNALS)
def test_a_journal_that_came_with_the_tree_leads_nowhere(
    server: Server, done: Path, tmp_path: Path, what: str
) -> None:
    root = copied(done, tmp_path)
    write(root, ".migrate/journal", JOURNALS[what])
    before = shot(tmp_path)
    check(server.run(root, "status"))
    assert shot(tmp_path) == before


@pytest.mark.parametrize(
    "line", [b"  ../../../etc/passwd\n", b"  /etc/passwd\n", b"  a\0b\n", b"  \x1b[31m\xff\n"]
)
def test_a_manifest_reads_nothing_outside(
    server: Server, done: Path, tmp_path: Path, line: bytes
) -> None:
    root = copied(done, tmp_path)
    manifest = root / "configs/legacy/MANIFEST.sha256"
    manifest.write_bytes(manifest.read_bytes() + b"a" * 64 + line)
    check(server.run(root, "verify"), (1, 3))
