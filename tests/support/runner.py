"""Run a composite action as a runner of GitHub Actions does, from its own `action.yml`.

Only what GitHub documents: inputs and their defaults, `env` and `if` of a step, `shell: bash`, the
files behind GITHUB_OUTPUT and GITHUB_STEP_SUMMARY, outputs. An expression of a kind that is not
known here is an error, so that no step is run otherwise than there.
https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Outputs = dict[str, str]
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
CONDITION = re.compile(r"(?P<value>[\w.-]+) (?P<sign>[!=]=) '(?P<text>[^']*)'")
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What `shell: bash` stands for."""
KEYS = {"name", "id", "if", "shell", "env", "run", "uses", "with"}


@dataclass
class Ran:
    """What a run of an action left behind."""

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: Outputs = field(default_factory=dict)
    used: list[tuple[str, Outputs]] = field(default_factory=list)
    """The other actions that it called, with their inputs; none of them is run here."""


class Runner:
    """One job: a folder for temporary files, a checkout, and the environment that there is."""

    system = "Linux"

    def __init__(self, temporary: Path, workspace: Path, given: Mapping[str, Outputs] = {}) -> None:
        self.temporary = temporary
        self.workspace = workspace
        self.given = given
        """Outputs of steps that are not run, because a test has done their work."""

    def run(self, action: Path, inputs: Mapping[str, str] = {}) -> Ran:
        """Run the steps until one fails."""
        data: dict[str, Any] = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        unknown = set(inputs) - set(data["inputs"])
        assert not unknown, f"no inputs of the action: {unknown}"
        values = {name: str(one.get("default", "")) for name, one in data["inputs"].items()}
        names = {f"inputs.{name}": value for name, value in {**values, **inputs}.items()}
        ran = Ran()
        for step in data["runs"]["steps"]:
            if ran.code == 0:
                self._step(action, step, names, ran)
        ran.outputs = {name: filled(one["value"], names) for name, one in data["outputs"].items()}
        return ran

    def _step(self, action: Path, step: dict[str, Any], names: Outputs, ran: Ran) -> None:
        assert set(step) <= KEYS, step
        outputs: Outputs = {}
        if "if" in step and not holds(step["if"], names):
            pass
        elif "uses" in step:
            given = {name: filled(value, names) for name, value in step["with"].items()}
            ran.used.append((step["uses"], given))
        elif step.get("id") in self.given:
            outputs = self.given[step["id"]]
        else:
            outputs = self._run(action, step, names, ran)
        names.update({f"steps.{step.get('id')}.outputs.{key}": one for key, one in outputs.items()})

    def _run(self, action: Path, step: dict[str, Any], names: Outputs, ran: Ran) -> Outputs:
        assert step["shell"] == "bash"
        files = {name: self.temporary / name.lower() for name in ("OUTPUT", "STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            [*BASH, str(script)],
            cwd=self.workspace,
            env={
                **self._variables(action),
                **{f"GITHUB_{name}": str(path) for name, path in files.items()},
                **{name: filled(value, names) for name, value in step.get("env", {}).items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        ran.code = done.returncode
        ran.log += done.stdout.decode()
        ran.summary += files["STEP_SUMMARY"].read_text(encoding="utf-8")
        return parsed(files["OUTPUT"].read_text(encoding="utf-8"))

    def _variables(self, action: Path) -> dict[str, str]:
        """No token, as in a pull request from a fork no step gets one that may write."""
        kept = ("PATH", "HOME", "LANG", "XDG_STATE_HOME", "PIP_CONFIG_FILE", "PIP_INDEX_URL")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": self.system,
            "RUNNER_TEMP": str(self.temporary),
        }


def filled(text: object, names: Outputs) -> str:
    """A text with its expressions replaced; an output that nobody set is empty."""
    return EXPRESSION.sub(lambda found: _value(found[1], names), str(text))


def holds(condition: str, names: Outputs) -> bool:
    """Whether an `if` lets its step run."""
    found = CONDITION.fullmatch(condition)
    assert found, f"no condition that is known here: {condition}"
    return (_value(found["value"], names) == found["text"]) == (found["sign"] == "==")


def _value(name: str, names: Outputs) -> str:
    name, _, default = name.partition(" || ")
    if default:
        return _value(name, names) or default.strip("'")
    assert name in names or re.fullmatch(r"steps\.\w+\.outputs\.[\w-]+", name), name
    return names.get(name, "")


def parsed(text: str) -> Outputs:
    """What GITHUB_OUTPUT holds: lines `name=value`; a value of many lines is not used here."""
    lines = [line.split("=", 1) for line in text.splitlines()]
    assert all(len(pair) == 2 and "<<" not in pair[0] for pair in lines), text
    return {pair[0]: pair[1] for pair in lines}
