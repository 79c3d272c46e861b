"""Leave a half-done rollout of this repository's configs to play in: `make demo KEEP=DIR`."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from migrate.cli.main import run
from migrate.commands.rehearse import before_the_rollout
from migrate.errors import InputError, MigrateError
from migrate.workspace.scratch import empty_folder, lay, listed
from migrate.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("configs/", "docs/training/", "scripts/", "src/")
"""What a repository that trains has; the engine, its tests and its manual stay out."""
DONE = (
    "debug",
    "smoke_debug",
    "grpo_dense",
    "smoke_grpo_dense",
    "grpo_dense_lowaug",
    "sft_dense_1024",
    "smoke_sft_dense",
    "sft_dense_2048",
)
"""The steps that are taken, in an order that the plans allow."""
EDITED = "configs/components/training/grpo.yaml"
OLD, NEW = (
    b"max_grad_norm: 0.5",
    b"max_grad_norm: 0.3         # spikes of the reward still came through",
)
ADA, BEN = "Ada", "Ben"
BEFORE = "before"
"""The branch on which nobody has begun."""
TRY = {
    "git log --oneline": "a commit for each step so far",
    "migrate status": "where each preset stands",
    "migrate verify --so-far": "closed: three presets lack the edit",
    "migrate port": "carries it over",
    "git commit -qam 'Clip earlier, too'": "a commit for each step",
    "migrate plan --preset stage_b_distill": "the next step; nothing is written",
    "migrate apply --preset stage_b_distill": "takes it",
    "migrate undo --preset stage_b_distill": "takes it back, byte for byte",
    "migrate report -o report.html": "all of it on one page",
    "git switch -q before && migrate init": "the same tree on the first day",
}
"""What to try in the demo, one after another, and what it shows."""


def demo(folder: Path) -> str:
    """Make the demo in a new or empty folder; what to say about it.

    Raises InputError for a folder that holds something or lies in this repository.
    """
    empty_folder(str(folder))
    if folder.resolve().is_relative_to(ROOT):
        raise InputError("lies in this repository", str(folder), "name a folder outside of it")
    if shutil.which("git") is None:
        raise InputError("cannot be made without git", str(folder), "install git")
    folder.mkdir(parents=True, exist_ok=True)
    _old_tree(folder)
    _git(folder, "init", "-q", "-b", "main")
    for name, value in (("user.name", ADA), ("user.email", _address(ADA))):
        _git(folder, "config", name, value)  # so that whoever plays can commit
    _commit(folder, "Configs as they grew in two years", BEN)
    _git(folder, "branch", BEFORE)
    _migrate(folder, "init")
    _commit(folder, "Freeze the old configs, draft the plans")
    for plan in sorted((ROOT / "plans").glob("*.yaml")):
        shutil.copyfile(plan, folder / "plans" / plan.name)
    _git(folder, "rm", "-q", "plans/presets.yaml")
    _commit(folder, "Plans: shorter names, and what became of the old bases")
    for name in DONE:
        _migrate(folder, "apply", "--preset", name)
        _commit(folder, f"Migrate {name}")
    text = (folder / EDITED).read_bytes()
    (folder / EDITED).write_bytes(text.replace(OLD, NEW))
    _commit(folder, "Clip GRPO earlier", BEN)
    return _next(folder)


def _old_tree(folder: Path) -> None:
    """This repository's configs as they were before the rollout, and what names them."""
    workspace = Workspace(str(ROOT))
    changes = list(before_the_rollout(workspace))
    frozen = {change.path for change in changes if change.after is not None}
    for path in listed(str(ROOT)):
        if path.startswith(PARTS) and not workspace.layout.is_record(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, folder / path)
    lay(str(folder), changes)
    for config in (folder / "configs/train").rglob("*.yaml"):
        if config.relative_to(folder).as_posix() not in frozen:
            config.unlink()  # written by hand after the rollout


def _migrate(folder: Path, *words: str) -> None:
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        code = run(["--root", str(folder), "-q", *words])
    if code:
        raise SystemExit(code)


def _commit(folder: Path, message: str, who: str = ADA) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", message, "--author", f"{who} <{_address(who)}>")


def _address(who: str) -> str:
    return f"{who.lower()}@example.org"


def _git(folder: Path, *words: str) -> None:
    """Run git as if nobody had set it up: no hooks, no signatures, no one's name."""
    apart = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *words], cwd=folder, env={**kept, **apart}, check=True)


def _next(folder: Path) -> str:
    """What stands in the folder, how to get there, and what to try, in this order."""
    presets = len(Workspace(str(folder)).plans.presets)
    way = [f"cd {shlex.quote(str(folder))}"]
    if shutil.which("migrate") is None:
        way.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    width = max(map(len, TRY))
    return "\n".join(
        [
            f"{folder}: a rollout, half done.",
            f"{len(DONE)} of {presets} presets are migrated; Ben edited a fragment since. Try:",
            "",
            *(f"  {line}" for line in way),
            *(f"  {command:{width}}  # {what}" for command, what in TRY.items()),
            "",
            "It is a repository of its own: commit, break and undo what you like.",
        ]
    )


def main() -> int:
    """Make the demo in the folder that the command line names."""
    try:
        print(demo(Path(sys.argv[1]).expanduser()))
    except MigrateError as error:
        print(error.render(), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
