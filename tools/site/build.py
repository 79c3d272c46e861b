"""Build the site into site/ and check it; with --version, put it beside the other versions."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.site.check import faults
from tools.site.stage import MissingTargets, stage

ROOT = Path(__file__).resolve().parent.parent.parent
BRANCH = "gh-pages"
QUIET = {"NO_MKDOCS_2_WARNING": "true", "DISABLE_MKDOCS_2_WARNING": "true"}
"""Material tells of another program on each run; that is no fault of these pages."""


def run(root: Path, program: str, *words: str, **variables: str) -> int:
    """Run a program of this environment in the repository; show its complaints, return its code."""
    ours = Path(sys.executable).parent  # mike looks for mkdocs on the path
    path = os.pathsep.join([str(ours), os.environ.get("PATH", "")])
    environment = {**os.environ, **QUIET, "PATH": path, **variables}
    command = [str(ours / program), *words]
    # Not its own --quiet: what mkdocs does not say, --strict does not count.
    done = subprocess.run(
        command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("INFO ")]
    print("\n".join(told).strip(), file=sys.stderr, end="\n" if told else "")
    return done.returncode


def build(root: Path) -> int:
    """Write site/. Returns 1, and has said why, where a page or a link is not right."""
    try:
        stage(root, root / "build/docs")
    except MissingTargets as error:
        print(f"error: links that lead nowhere\n{error}", file=sys.stderr)
        return 1
    if run(root, "mkdocs", "build", "--strict", "--clean"):
        return 1
    found = faults(root / "site")
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


def deploy(root: Path, version: str, more: list[str]) -> int:
    """Commit the site as a version, which is `latest` from now on, to the branch of the site."""
    words = ("deploy", "--update-aliases", "--alias-type", "copy", "--branch", BRANCH)
    code = run(root, "mike", *words, *more, version, "latest", DOCS_VERSIONS="mike")
    known = ["git", "cat-file", "-e", f"{BRANCH}:index.html"]
    if (
        code
        or not subprocess.run(known, cwd=root, stderr=subprocess.DEVNULL, check=False).returncode
    ):
        return code
    return run(root, "mike", "set-default", "--branch", BRANCH, *more, "latest")


def main() -> int:
    """Build, check, and put the version beside the others, if one is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", help="such as 0.1; commits to the branch " + BRANCH)
    parser.add_argument("--push", action="store_true", help="push that branch, too")
    options = parser.parse_args()
    code = build(ROOT)
    if code == 0 and options.version:
        code = deploy(ROOT, options.version, ["--push"] if options.push else [])
    if code == 0:
        print(f"branch {BRANCH}: {options.version}, latest" if options.version else "site/")
    return code


if __name__ == "__main__":
    sys.exit(main())
