"""`apply` tells each landing when it has landed, and where it stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.cli.context import Context
from migrate.disk import Disk
from tests.landing.rollout import FILES, MAIN, REPOSITORY, Moments
from tests.support import trees
from tests.support.cli import Ran
from tests.support.cli import migrate as run

At = Callable[[int], Path]


def stops_at_r(root: Path) -> None:
    """The third step is refused: the plan does not inline what it needs."""
    plan = root / "plans/train.yaml"
    text = plan.read_text()
    head, tail = text.split("  r:\n")
    tail = tail.replace("components/b.yaml: [b]", "components/b.yaml: []")
    plan.write_text(
        f"{head}  r:\n{tail.replace('components/b.yaml: [b]', 'components/b.yaml: []')}"
    )


@pytest.fixture
def stopping(at: At) -> Path:
    root = at(0)
    stops_at_r(root)
    return root


def test_each_landing_is_told_when_it_has_landed(
    at: At, moments: Moments, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = at(0)
    said: list[str] = []

    def noted(context: Context, text: str) -> None:
        if text.startswith("applied "):
            done = len(said) + 1
            assert trees.read(root) == moments.states[done]
            said.append(text.split(":", maxsplit=1)[0])

    monkeypatch.setattr(Context, "say", noted)
    assert run(root, "apply", "--all").code == 0
    assert said == ["applied p", "applied q", "applied r"]


def test_where_it_is_refused_the_counts_and_the_next_command_are_told(
    stopping: Path, moments: Moments
) -> None:
    ran = run(stopping, "apply", "--all")
    assert ran.code == 3
    assert [line.split(":")[0] for line in ran.out.splitlines()] == [
        *("applied p", "applied q", "stopped at r")
    ]
    assert ran.out.endswith("stopped at r: 2 steps landed, 1 pending; next: migrate apply --all\n")
    assert "r: the active b comes from" in ran.err
    (stopping / "plans/train.yaml").write_bytes(moments.states[0]["plans/train.yaml"])
    assert run(stopping, "apply", "--all").code == 0
    assert trees.read(stopping) == moments.states[-1]


def test_the_next_command_names_what_is_pending_and_the_same_options(stopping: Path) -> None:
    names = ["--preset", "p", "--preset", "r"]
    ran = run(stopping, "apply", *names, "--likely", "--run-gates")
    assert ran.code == 3
    assert ran.out.splitlines()[-1] == (
        "stopped at r: 1 step landed, 1 pending; "
        "next: migrate apply --preset r --likely --run-gates"
    )


def asked(root: Path, *arguments: str) -> tuple[Ran, Any]:
    ran = run(root, "--output", "json", "apply", *arguments)
    return ran, json.loads(ran.out)


def test_json_is_one_object_also_where_it_stops(stopping: Path) -> None:
    ran, data = asked(stopping, "--all")
    assert (ran.code, data["landed"], data["pending"]) == (3, ["p", "q"], ["r"])
    assert [step["preset"] for step in data["applied"]] == ["p", "q"]
    assert (data["stopped_at"], data["error"]["exit_code"]) == ("r", 3)
    (fault,) = data["error"]["faults"]
    assert (fault["path"], fault["line"]) == ("plans/train.yaml", 16)
    assert "the active b comes from" in fault["what"]
    assert ran.err.startswith("error: plans/train.yaml:16:3: r: the active b")


def test_json_of_a_whole_run_has_no_error(at: At) -> None:
    _, data = asked(at(0), "--all")
    assert (data["landed"], data["pending"]) == (["p", "q", "r"], [])
    assert (data["stopped_at"], data["error"]) == (None, None)


def test_a_refused_dry_run_claims_nothing_but_what_would_be(stopping: Path) -> None:
    before = trees.read(stopping)
    ran = run(stopping, "apply", "--all", "--dry-run")
    last = "stopped at r: 2 steps would land, 1 pending; next: migrate apply --all"
    assert (ran.code, ran.out.splitlines()[-1]) == (3, last)
    _, data = asked(stopping, "--all", "--dry-run")
    assert (data["landed"], data["pending"], data["stopped_at"]) == ([], ["p", "q", "r"], "r")
    assert trees.read(stopping) == before


def test_a_gate_that_fails_stops_at_its_preset(at: At) -> None:
    root = at(0)
    plan = root / "plans/train.yaml"
    (root / "gate.py").write_text("import sys\nsys.exit(sys.argv[1].endswith('q.yaml'))\n")
    plan.write_text(f"{plan.read_text()}gates: ['{{python}} gate.py {{config}}']\n")
    ran = run(root, "apply", "--all", "--run-gates")
    assert (ran.code, ran.out.splitlines()[-1]) == (
        3,
        "stopped at q: 1 step landed, 2 pending; next: migrate apply --all --run-gates",
    )


def test_an_edit_in_between_stops_it_with_the_counts(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, say = at(0), Context.say

    def edits(context: Context, text: str) -> None:
        say(context, text)
        if text.startswith("applied p"):
            (root / "configs/train/q.yaml").write_bytes(b"mine: 1\n")

    monkeypatch.setattr(Context, "say", edits)
    ran = run(root, "apply", "--all")
    assert ran.code == 4
    assert "stopped at q: 1 step landed, 2 pending; next: migrate apply --all" in ran.out
    assert (root / "configs/train/q.yaml").read_bytes() == b"mine: 1\n"


@pytest.mark.parametrize("moment", ["between", "completing"])
@pytest.mark.parametrize("output", ["text", "json"])
def test_ctrl_c_is_told_with_the_counts(
    at: At, moments: Moments, monkeypatch: pytest.MonkeyPatch, moment: str, output: str
) -> None:
    root, place, done = at(0), Disk.place, 0

    def interrupts(*arguments: Any) -> None:
        nonlocal done
        place(*arguments)
        done += 1
        if done == 4:  # the commit point is passed
            os.kill(os.getpid(), signal.SIGINT)

    def between(*_: object) -> None:
        raise KeyboardInterrupt

    if moment == "completing":
        monkeypatch.setattr(Disk, "place", interrupts)
    else:
        monkeypatch.setattr("migrate.cli.applying.ApplyPrinter.landed", between)
    ran = run(root, "--output", output, "apply", "--all")
    assert ran.code == 130
    where = "stopped at q: 1 step landed, 2 pending"
    assert ran.err.strip() == f"interrupted; nothing is half done; {where}"
    if output == "json":
        data = json.loads(ran.out)
        assert (data["landed"], data["pending"]) == (["p"], ["q", "r"])
        assert (data["stopped_at"], data["error"]["exit_code"]) == ("q", 130)
    else:
        assert f"{where}; next: migrate apply --all\n" in ran.out
    assert trees.read(root) == moments.states[1]


def test_a_reader_that_goes_away_stops_no_rollout(at: At, moments: Moments) -> None:
    root = at(0)
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "--root", str(root), "apply", "--all"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    process.wait(60)
    assert trees.read(root) == moments.states[-1]


def test_what_is_printed_arrives_while_the_rest_is_at_work(tmp_path: Path) -> None:
    root = trees.write(tmp_path, FILES)
    assert run(root, "init").code == 0
    hang = f"""
import sys, time
from migrate.cli import applying
landed = applying.ApplyPrinter.landed
def slow(self, steps):
    landed(self, steps)
    time.sleep(60)
applying.ApplyPrinter.landed = slow
{MAIN}
"""
    process = subprocess.Popen(
        [sys.executable, "-c", hang, "--root", str(root), "apply", "--all"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        assert process.stdout.readline().startswith("applied p: ")
        assert (root / "plans/evidence/p.json").exists()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    where = "stopped at q: 1 step landed, 2 pending"
    assert err.strip() == f"interrupted; nothing is half done; {where}"
