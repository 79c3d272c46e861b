"""Gate commands of a plan: no shell, a time limit, and only with the user's word."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

from migrate.findings import NOTE, Finding
from migrate.locations import Place
from migrate.plan import PlannedPreset

SECONDS = 300
_LAST_BYTES = 4096


def run_gates(folder: str, presets: Iterable[PlannedPreset]) -> list[Finding]:
    """Run the gates of these presets in a folder; one finding for each that does not exit 0."""
    findings: list[Finding] = []
    for planned in presets:
        for gate in planned.gates:
            finding = _run(folder, planned, gate)
            findings += [finding] if finding is not None else []
    return findings


def _filled(word: str, planned: PlannedPreset) -> str:
    """A word of a gate with its placeholders filled; `{python}` is the one that runs us."""
    return word.replace("{config}", planned.preset.to).replace("{python}", sys.executable)


def _run(folder: str, planned: PlannedPreset, gate: str) -> Finding | None:
    import tempfile  # only a gate that runs needs it

    words = [_filled(word, planned) for word in shlex.split(gate)]
    place = Place(planned.preset.to)
    try:
        with tempfile.TemporaryFile() as said:
            code = _exit_code(words, folder, said)
            last = _last_line(said)
    except subprocess.TimeoutExpired:
        return Finding("gates", f"`{gate}` took more than {SECONDS} s", place, "make it faster")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Finding("gates", f"`{gate}` cannot be run: {reason}", place, "correct `gates:`")
    if code == 0:
        return None
    what = f"`{gate}` exited {code}" + (f": {last}" if last else "")
    return Finding("gates", what, place, "run it by hand")


def _exit_code(words: list[str], folder: str, said: IO[bytes]) -> int:
    """Run one command, and end all that it started when its time is up or we are interrupted."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(SECONDS)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(said: IO[bytes]) -> str:
    said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_BYTES))
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def not_run(presets: Iterable[PlannedPreset]) -> list[Finding]:
    """What to say where gates are planned and nobody gave the word to run them."""
    gates = sorted({gate for planned in presets for gate in planned.gates})
    hint = "--run-gates runs them: they are commands from a plan file, so read them first"
    return [Finding("gates", f"not run: `{gate}`", None, hint, NOTE) for gate in gates]
