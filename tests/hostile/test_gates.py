"""Gate commands come from a plan file, which anyone may have written: they need the word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import Ran, Server
from tests.hostile.roots import copied, rolled, write

PLAN = "plans/train.yaml"


@pytest.fixture(scope="module")
def done(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished rollout."""
    return rolled(server, tmp_path_factory.mktemp("gates"), applied=True)


class Place:
    """A copy of the tree with gates in its plan, and a home folder for the person."""

    def __init__(self, server: Server, done: Path, folder: Path, *gates: str) -> None:
        self.server, self.root, self.home = server, copied(done, folder), folder / "state"
        self.gates(*gates)

    def gates(self, *gates: str) -> None:
        """Plan these gates instead of those there are."""
        plan = next(p for p in (self.root / "plans").glob("*.yaml") if p.name != "parity.yaml")
        text = plan.read_text().split("\ngates:")[0].rstrip()
        plan.write_text(f"{text}\ngates: {json.dumps(list(gates))}\n")

    def run(self, *arguments: str) -> Ran:
        """One command, in this person's name."""
        return self.server.run(self.root, *arguments, env={"XDG_STATE_HOME": str(self.home)})

    @property
    def ran(self) -> bool:
        """Whether the gate ran."""
        return (self.root / "pwned").exists()


@pytest.fixture
def place(server: Server, done: Path, tmp_path: Path) -> Place:
    """The tree with a gate that leaves a trace."""
    return Place(server, done, tmp_path, "touch pwned")


@pytest.mark.parametrize(
    "command",
    [["plan"], ["verify"], ["status"], ["apply", "--all"], ["undo", "--preset", "q"], ["finalize"]],
    ids=lambda command: command[0],
)
def test_a_gate_never_runs_without_the_word(place: Place, command: list[str]) -> None:
    check(place.run(*command), (0, 1, 3))
    assert not place.ran


def test_a_gate_of_a_pending_preset_never_runs_without_the_word(
    server: Server, tmp_path: Path
) -> None:
    pending = rolled(server, tmp_path / "pending", applied=False)
    place = Place(server, pending, tmp_path / "copy", f"touch {tmp_path}/pwned")
    assert place.run("apply", "--all").code == 0
    assert not (tmp_path / "pwned").exists()


def test_a_gate_runs_with_the_word(place: Place) -> None:
    assert place.run("verify", "--run-gates").code == 0
    assert place.ran


def test_a_gate_goes_through_no_shell(place: Place) -> None:
    place.gates("true ; touch pwned", "true `touch pwned` $(touch pwned) > pwned && touch pwned")
    assert place.run("verify", "--run-gates").code == 0
    assert not place.ran


def test_a_gate_of_a_pending_preset_runs_in_a_copy(server: Server, tmp_path: Path) -> None:
    pending = rolled(server, tmp_path / "pending", applied=False)
    place = Place(server, pending, tmp_path / "copy", "touch pwned")
    assert place.run("apply", "--all", "--run-gates").code == 0
    assert not place.ran


def test_a_copy_for_gates_writes_through_no_link(server: Server, tmp_path: Path) -> None:
    pending = rolled(server, tmp_path / "pending", applied=False)
    place = Place(server, pending, tmp_path / "copy", "true")
    target = place.root / "configs/train/p.yaml"
    real = place.root / "configs/real.yaml"
    text = target.read_bytes()
    real.write_bytes(text)
    target.unlink()
    target.symlink_to(real)
    check(place.run("apply", "--preset", "p", "--dry-run", "--run-gates"), (0, 3, 4))
    assert real.read_bytes() == text


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("no-such-program {config}", "cannot be run"),
        ("sh -c 'echo bad; exit 3'", "exited 3: bad"),
        ("a\0b", "cannot be run"),
        ("printf '\\033[31mred\\233' {config} missing", ""),
    ],
)
def test_a_gate_that_fails_is_told(place: Place, gate: str, said: str) -> None:
    place.gates(gate)
    ran = place.run("verify", "--run-gates")
    check(ran, (0, 1, 3))
    assert said in ran.out


def test_plan_shows_every_gate_without_running_it(place: Place) -> None:
    place.gates("touch pwned \x1b[31m {config}")
    shown = place.run("plan")
    check(shown, (0,))
    assert "touch pwned \\x1b[31m {config}" in shown.out
    data = json.loads(place.run("--output", "json", "plan").out)
    assert data["gates"] == ["touch pwned \x1b[31m {config}"]
    assert not place.ran


def test_trust_is_for_exactly_these_commands(place: Place) -> None:
    assert place.run("verify", "--run-gates", "--trust").code == 0
    (place.root / "pwned").unlink()
    assert place.run("verify").code == 0
    assert place.ran, "trusted gates run without being asked"
    (place.root / "pwned").unlink()
    place.gates("touch pwned", "true")
    assert place.run("verify").code == 0
    assert not place.ran


def test_trust_that_came_with_the_tree_is_worth_nothing(place: Place) -> None:
    assert place.run("verify", "--run-gates", "--trust").code == 0
    (place.root / "pwned").unlink()
    (place.home / "migrate" / "trust.key").write_bytes(b"k" * 32)
    assert place.run("verify").code == 0
    assert not place.ran


@pytest.mark.parametrize("record", [b"[]", b'{"trust": true}', b"[" * 100_000, b"\xff", b""])
def test_a_broken_record_of_trust_is_none(place: Place, record: bytes) -> None:
    write(place.root, ".migrate/trust.json", record)
    check(place.run("verify"), (0,))
    assert not place.ran


def test_trust_needs_the_word_too(place: Place) -> None:
    assert place.run("verify", "--trust").code == 2


def test_a_gate_that_never_ends_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess
    import time

    from migrate.verification import gate_commands as gates

    monkeypatch.setattr(gates, "SECONDS", 0.3)
    with open(tmp_path / "said", "wb") as said, pytest.raises(subprocess.TimeoutExpired):
        gates._exit_code(["sh", "-c", "(sleep 1; touch late) & sleep 60"], str(tmp_path), said)
    time.sleep(1.2)
    assert not (tmp_path / "late").exists()
