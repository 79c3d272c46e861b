"""A trainer is a stranger's program: whatever it does, it is told, bounded, and leaves no trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from migrate.trainer import session
from tests.judge.tree import ASK, SHOW, SOUND, P, Q, asked, rolled, teach, whats
from tests.support import trees
from tests.support.cli import migrate

LOAD = "def load(path):\n"
OF_Q = "    if path.endswith('q.yaml'):\n        "


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rolled(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "done"))


def before(text: str) -> str:
    """The sound loader, which does something else first each time it is called from outside."""
    return f"{SOUND}\n_sound = load\n\n\n{LOAD}{text}\n    return _sound(path)\n"


HARMLESS = {
    "megabytes": before(
        "    import sys\n    print('x' * 5_000_000)\n    sys.stderr.write('y' * 5_000_000)"
    ),
    "bytes that are no text": before("    import os\n    os.write(1, bytes(range(256)) * 99)"),
    "what looks like an answer": before('    print(\'{"values": {}, "moved": false}\')'),
    "all files closed": before("    import os\n    os.closerange(0, 256)"),
    "other functions in place of ours": before(
        "    import builtins, json, os\n    json.dumps = builtins.repr = None\n    os.getcwd = None"
    ),
    "its own arguments": before("    import sys\n    assert sys.argv[1:] == [], sys.argv"),
    "standard input": before("    import sys\n    assert sys.stdin.read() == ''"),
    "a thread that stays": before(
        "    import threading, time\n    threading.Thread(target=time.sleep, args=(60,)).start()"
    ),
    "an exit handler that waits": before(
        "    import atexit, time\n    atexit.register(time.sleep, 60)"
    ),
    "a file in its tree": before("    open('written.txt', 'w').close()"),
    "what it answered, later": SOUND + "\n_sound, shared = load, {}\n\n\ndef load(path):\n"
    "    shared.clear()\n    shared.update(_sound(path))\n    return shared\n",
}
"""What it does, and the answers are as good as ever."""


@pytest.mark.parametrize("what", HARMLESS)
def test_it_does_no_harm(done: Path, what: str) -> None:
    teach(done, HARMLESS[what])
    assert asked(done) == (0, [])


TOLD = {
    "raises": (
        OF_Q + "raise ValueError('no such\\n optimizer')",
        "q: the trainer fails: ValueError: no such optimizer (teamlib/load.py:",
    ),
    "exits": (OF_Q + "raise SystemExit(1)", "q: the trainer fails: SystemExit: 1"),
    "raises what cannot be printed": (
        OF_Q + "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})",
        "q: the trainer fails: Odd",
    ),
    "recurses": (OF_Q + "return load(path)", "q: the trainer fails: RecursionError"),
    "returns none": (OF_Q + "return None", "q: the trainer returns NoneType, not a mapping"),
    "returns a list": (OF_Q + "return [1]", "q: the trainer returns list, not a mapping"),
    "holds itself": (
        OF_Q + "a = {}\n        a['a'] = a\n        return a",
        "q: the trainer answers with too many values, or with values without end",
    ),
    "has keys of no YAML": (
        OF_Q + "return {('a', 1): 2}",
        "q: the trainer answers with a key of type tuple: ('a', 1)",
    ),
    "wants too much memory": (OF_Q + "b'x' * (1 << 40)", "q: the trainer fails: MemoryError"),
}
"""What it does for one config, and what is said of that one; the other is judged as ever."""


@pytest.mark.parametrize("what", TOLD)
def test_what_it_does_for_one_config_is_told_of_that_one(done: Path, what: str) -> None:
    text, said = TOLD[what]
    teach(done, before(text))
    code, found = asked(done)
    assert code == 1
    assert len(found) == 2  # the old q and the new one
    assert all(one["what"].startswith(said) for one in found), whats(found)
    assert {one["path"] for one in found} == {"configs/legacy/train/q.yaml", Q}


def test_an_object_is_told_with_its_key_and_type_and_can_be_left_out(done: Path) -> None:
    adds = "import fractions\n    return {**_sound(path), 'run': {'dtype': fractions.Fraction(1)}}"
    teach(done, before(f"    {adds}"))
    code, found = asked(done)
    assert code == 1
    kind = "an object of type fractions.Fraction by the trainer"
    assert f"p: run.dtype: absent by dialect extends, {kind}" in whats(found)
    teach(done, before(f"    {adds}"), f"{ASK}, ignore: ['*.dtype']")
    assert asked(done) == (0, [])


def test_a_trainer_that_hangs_is_ended_and_the_config_named(done: Path) -> None:
    teach(done, before(OF_Q + "import time\n        time.sleep(60)"), f"{ASK}, timeout: 1")
    start = time.monotonic()
    code, found = asked(done)
    assert time.monotonic() - start < 20
    assert code == 1
    told = "the trainer takes more than 1 s, when it is asked for this config"
    assert whats(found) == [told, told]  # q is the last, in the old tree and in the new one
    assert {one["path"] for one in found} == {Q}


def test_where_it_ends_the_process_the_config_is_named_and_what_was_not_asked(done: Path) -> None:
    teach(done, before("    import os\n    if path.endswith('p.yaml'):\n        os._exit(7)"))
    code, found = asked(done)
    assert code == 1
    what = "the trainer ends its process, exit 7, when it is asked for this config"
    assert set(whats(found)) == {f"{what}; 1 more were not asked"}
    assert {one["path"] for one in found} == {P}


def test_memory_ends_where_the_plan_says(done: Path) -> None:
    teach(done, before(OF_Q + "bytearray(1 << 30)"))
    assert asked(done) == (0, [])
    plan = done / "plans/tree.yaml"
    plan.write_text(plan.read_text().replace(ASK, f"{ASK}, memory: 700"))
    _, found = asked(done)
    assert len(found) == 2
    assert all(what.startswith("q: the trainer fails: MemoryError") for what in whats(found))


def test_one_that_removes_its_folder_is_refused(done: Path) -> None:
    teach(done, before("    import os, shutil\n    shutil.rmtree(os.getcwd())"))
    refused(done, "the trainer removes or closes folders of the copy that it is asked in")


def test_one_that_crashes_is_told_with_its_signal(done: Path) -> None:
    teach(done, before(OF_Q + "import os\n        os.kill(os.getpid(), 11)"))
    _, found = asked(done)
    what = "the trainer ends its process, signal 11, when it is asked for this config"
    assert set(whats(found)) == {what}


def test_a_child_that_stays_is_ended_with_it(done: Path, tmp_path: Path) -> None:
    begun, late = tmp_path / "begun", tmp_path / "late"
    stays = f"open({str(begun)!r}, 'w')\n        time.sleep(3)\n        open({str(late)!r}, 'w')"
    teach(done, before(f"    import os, time\n    if not os.fork():\n        {stays}"))
    assert asked(done) == (0, [])
    assert begun.exists()
    time.sleep(3.5)
    assert not late.exists()


def test_one_that_changes_the_folder_is_put_back_and_told(done: Path) -> None:
    leaves = "import os\n        found = _sound(path)\n        os.chdir('/')\n        return found"
    teach(done, before(f"    if path.endswith(('p.yaml', 'q.yaml')):\n        {leaves}"))
    code, found = asked(done)
    assert code == 0
    assert {one["level"] for one in found} == {"note"}
    assert set(whats(found)) == {
        f"{name}: the trainer leaves the folder that it is asked in" for name in "pq"
    }


def test_one_that_keeps_what_it_loaded_is_told_what_else_to_do(done: Path) -> None:
    keeps = f"{SOUND}\n_sound, kept = load, {{}}\n\n\n{LOAD}"
    keeps += "    kept.update(_sound(path))\n    return dict(kept)\n"
    teach(done, keeps)
    code, found = asked(done)
    assert code == 1
    (first, *_) = found
    assert (
        "gives another answer when it is asked again: what it did before matters" in first["what"]
    )
    assert first["hint"] == "ask it by `command:`, which starts a process for each config"
    trees.write(done, {"teamlib/show.py": SHOW})
    teach(done, keeps, 'command: "{python} -m teamlib.show {config}"')
    assert asked(done) == (0, [])


def test_one_that_writes_a_config_of_its_copy_is_refused(done: Path) -> None:
    teach(done, before("    open('configs/base.yaml', 'a').write('y: 2\\n')"))
    refused(
        done,
        "configs/base.yaml: is written by the trainer when it is asked, so that no answer holds",
    )


def test_one_that_writes_into_the_tree_itself_is_refused(done: Path) -> None:
    base = str(done / "configs/base.yaml")
    teach(done, before(f"    open({base!r}, 'a').write('y: 2\\n')"))
    ran = migrate(done, "verify", "--trainer")
    assert ran.code == 3
    assert "error: configs/base.yaml: changed while the trainer was asked\n" in ran.err


def test_what_else_it_leaves_in_the_tree_is_told(done: Path) -> None:
    teach(done, before(f"    open({str(done / 'left.txt')!r}, 'a').close()"))
    ran = migrate(done, "verify", "--trainer")
    assert ran.code == 0
    assert "warning: left.txt: changed while the trainer was asked\n" in ran.out


EXITS = ": exit 1 before any answer"
PYTHON = 'loader: teamlib.load:load, python: "{}"'
NOT_STARTED = {
    "hangs": ("import time\ntime.sleep(60)\n", f"{ASK}, timeout: 1", "gives no answer in 1 s"),
    "exits": (
        "print('out of\\nlicenses')\nraise SystemExit(1)\n",
        ASK,
        EXITS,
    ),
    "ends": ("import os\nos._exit(9)\n", ASK, ": exit 9 before any answer"),
    "is broken": ("def load(:\n", ASK, EXITS),
    "is not a function": ("load = 3\n", ASK, EXITS),
    "is not there": ("", ASK, EXITS),
    "has another python": (
        SOUND,
        ASK.replace("{python}", "env/bin/python"),
        "env/bin/python is not an interpreter",
    ),
    "has no python": (
        SOUND,
        ASK.replace("{python}", "python-of-theirs"),
        "python-of-theirs is not found on PATH",
    ),
    "has what is no program": (
        SOUND,
        ASK.replace("{python}", "./configs/base.yaml"),
        "permission denied",
    ),
    "is no command": (SOUND, "command: 'no-such-program {config}'", EXITS),
}


@pytest.mark.parametrize("what", NOT_STARTED)
def test_one_that_does_not_start_is_a_letter(done: Path, what: str) -> None:
    loader, ask, said = NOT_STARTED[what]
    teach(done, loader, ask)
    refused(done, said)


def test_the_last_lines_of_one_that_does_not_start_are_shown(done: Path) -> None:
    teach(
        done,
        "print('of', 5)\nimport sys\nprint('warmed up', file=sys.stderr)\nimport teamlib.cuda\n",
    )
    err = refused(done, EXITS)
    assert "\nwarmed up\n" in err
    assert '/teamlib/load.py", line 4, in <module>\n' in err
    assert "\nModuleNotFoundError: No module named 'teamlib.cuda'\n" in err


def refused(root: Path, said: str) -> str:
    tree = trees.read(root)
    ran = migrate(root, "verify", "--trainer")
    assert (ran.code, ran.out) == (3, "")
    assert said in ran.err
    assert trees.read(root) == tree
    return ran.err


NEITHER = "prints neither JSON nor YAML: "
COMMANDS = {
    "garbage": ("print('[[ {')", f"p: the trainer {NEITHER}"),
    "no mapping": ("print('[1]')", "p: the trainer prints list, not a mapping"),
    "an exit": (
        "import sys\nprint('x\\nbad value', file=sys.stderr)\nsys.exit(4)",
        "p: the trainer exits 4: bad value",
    ),
    "bytes": (
        "import os\nos.write(1, b'\\xff\\xfe\\0')",
        f"p: the trainer {NEITHER}",
    ),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_what_a_command_does_is_told_of_each_config(done: Path, what: str) -> None:
    text, said = COMMANDS[what]
    trees.write(done, {"teamlib/show.py": text.encode()})
    teach(done, SOUND, 'command: "{python} teamlib/show.py {config}"')
    code, found = asked(done)
    assert code == 1
    assert [one["level"] for one in found] == ["error"] * 4
    assert whats(found)[0].startswith(said)


def test_what_leads_into_the_tree_leads_into_the_copy(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A team whose package stands in `lib/` names it in PYTHONPATH, or installs it there."""
    shutil.move(done / "teamlib", done / "lib/inner")
    at_home = before(
        "    import os\n    assert __file__ == os.path.abspath('lib/inner/load.py'), __file__"
    )
    trees.write(done, {"lib/inner/load.py": at_home.encode()})
    plan = done / "plans/tree.yaml"
    plan.write_text(plan.read_text().replace("teamlib", "inner"))
    monkeypatch.setenv("PYTHONPATH", f"{done}/lib{os.pathsep}{done}/nowhere")
    assert asked(done) == (0, [])


def test_code_that_git_ignores_goes_along(done: Path) -> None:
    """As a `_version.py` that a build writes beside the code."""
    subprocess.run(["git", "init", "-q"], cwd=done, check=True)
    made = b"VERSION = 1\n"
    trees.write(done, {".gitignore": b"_version.py\ndata\n", "teamlib/_version.py": made})
    teach(done, f"from teamlib._version import VERSION\n{SOUND}")
    assert asked(done) == (0, [])


def test_a_config_that_git_ignores_is_asked_for_with_what_it_is_made_of(done: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=done, check=True)
    mine = {"configs/mine/b.yaml": b"y: 2\n", "configs/mine/a.yaml": b"extends: b.yaml\n"}
    trees.write(done, {".gitignore": b"mine\n", **mine})
    ran = migrate(done, "inspect", "configs/mine/a.yaml", "--trainer", "--only", "payload")
    assert (ran.code, json.loads(ran.out)) == (0, {"y": 2})


def test_what_it_left_in_its_copy_for_the_new_configs_is_not_there_for_the_old(done: Path) -> None:
    """A loader that keeps what it resolved in files beside the configs, by their paths."""
    keeps = """import json, os
    kept = path + '.kept'
    if not os.path.exists(kept):
        with open(kept, 'w') as file:
            json.dump(_sound(path), file)
    with open(kept) as file:
        return json.load(file)"""
    teach(done, before(f"    {keeps}"))
    trees.write(done, {P: (done / P).read_bytes().replace(b"lr: 1", b"lr: 2")})
    _, found = asked(done)
    assert found == []  # a difference that `parity` tells; no old config has the new value


def test_a_tree_full_of_data_is_not_copied(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_BYTES", 1 << 20)
    (done / "data.bin").write_bytes(os.urandom(1 << 20))
    err = refused(done, "data.bin: is the largest file of a tree of more than 1 MiB")
    assert err.endswith("hint: let git ignore what no loader reads, such as data and checkpoints\n")
    subprocess.run(["git", "init", "-q"], cwd=done, check=True)
    trees.write(done, {".gitignore": b"data.bin\n"})
    assert asked(done) == (0, [])
