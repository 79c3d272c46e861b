"""Gate commands of a plan: no shell, a time limit, and only with the user's word."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterable

from migrate.changes import sha256
from migrate.commands.workspace import Workspace
from migrate.findings import NOTE, Finding
from migrate.locations import Place
from migrate.plan import Planned

SECONDS = 300
TRUST = ".migrate/trust.json"


def gates_digest(presets: Iterable[Planned]) -> str:
    """The digest of all gate commands; trust is given to exactly these."""
    return sha256(json.dumps(sorted({g for p in presets for g in p.gates})).encode())


def trusted(workspace: Workspace) -> bool:
    """Whether the person at this machine said `trust: true` for the gates as they are now."""
    path = os.path.join(workspace.root, TRUST)
    try:
        with open(path, encoding="utf-8") as file:
            said = json.load(file)
    except (OSError, ValueError):
        return False
    digest = gates_digest(workspace.plans.presets.values())
    return isinstance(said, dict) and said.get("trust") is True and said.get("gates") == digest


def run_gates(folder: str, presets: Iterable[Planned]) -> list[Finding]:
    """Run the gates of these presets in a folder; one finding for each that does not exit 0."""
    findings: list[Finding] = []
    for planned in presets:
        for gate in planned.gates:
            finding = _run(folder, planned, gate)
            findings += [finding] if finding is not None else []
    return findings


def _run(folder: str, planned: Planned, gate: str) -> Finding | None:
    words = [word.replace("{config}", planned.preset.to) for word in shlex.split(gate)]
    place = Place(planned.preset.to)
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return Finding("gates", f"`{gate}` took more than {SECONDS} s", place, "make it faster")
    except OSError as error:
        reason = error.strerror or str(error)
        return Finding("gates", f"`{gate}` cannot be run: {reason}", place, "correct `gates:`")
    if done.returncode == 0:
        return None
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    last = f": {said[-1]}" if said else ""
    return Finding("gates", f"`{gate}` exited {done.returncode}{last}", place, "run it by hand")


def not_run(presets: Iterable[Planned]) -> list[Finding]:
    """What to say where gates are planned and nobody gave the word to run them."""
    gates = sorted({gate for planned in presets for gate in planned.gates})
    hint = "--run-gates runs them: they are commands from a plan file, so read them first"
    return [Finding("gates", f"not run: `{gate}`", None, hint, NOTE) for gate in gates]
