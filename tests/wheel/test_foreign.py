"""The wheel in an empty environment, in a foreign repository, as a user would run it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import trees
from tests.wheel.foreign import COSINE, PRESETS, SGD, TREE
from tests.wheel.machine import PYTHONS, ROOT, VERSION, Built, needed, python, run, tool

pytestmark = pytest.mark.wheel

LEFT_OUT = {"distributed", "lsprotocol", "pygls", "migrate"}
"""What only extras bring, and the package itself."""
OLDEST, NEWEST = "lowest-direct", "highest"


@dataclass(frozen=True)
class User:
    """A repository, and the environment of somebody who has installed the wheel."""

    repository: Path
    venv: Path
    home: Path

    def says(self, *words: str | Path, code: int = 0) -> str:
        """What a command prints there; nothing of this process's environment gets to it."""
        environment = {
            "PATH": f"{self.venv / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
        }
        done = subprocess.run(
            [str(self.venv / "bin" / words[0]), *map(str, words[1:])],
            cwd=self.repository,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        said = done.stdout + done.stderr
        assert (done.returncode, "Traceback" in said) == (code, False), f"{words}\n{said}"
        return said

    def trained(self) -> dict[str, object]:
        """What the repository's own loader makes of each preset."""
        return {
            name: json.loads(
                self.says("python", "train.py", "--config", f"configs/train/{name}.yaml")
            )
            for name in PRESETS
        }

    def commit(self) -> None:
        """Commit all there is."""
        git = ["git", "-c", "user.name=Eve", "-c", "user.email=eve@example.org"]
        run([*git, "add", "-A"], self.repository)
        run([*git, "commit", "-qm", "A step"], self.repository)


@pytest.fixture(
    scope="module", params=[(one, which) for one in PYTHONS for which in (NEWEST, OLDEST)]
)
def venv(
    request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An environment that holds the wheel and what it asks for, nothing else."""
    minor, resolution = request.param
    interpreter = python(minor)
    if interpreter is None:
        pytest.skip(f"there is no Python {minor} on this machine")
    folder: Path = tmp_path_factory.mktemp("environment") / "venv"
    uv = tool("uv")
    run([uv, "venv", "-q", "--python", interpreter, folder], ROOT)
    install: list[str | Path] = [uv, "pip", "install", "-q", "--python", folder / "bin/python"]
    run([*install, "--resolution", resolution, built.wheel, *needed(built.wheel)], folder)
    return folder


@pytest.fixture
def user(venv: Path, tmp_path: Path) -> User:
    """Somebody in a repository of their own."""
    repository = tmp_path / "birds"
    trees.write(repository, {path: text.encode() for path, text in TREE.items()})
    run(["git", "init", "-q", "-b", "main"], repository)
    (tmp_path / "home").mkdir()
    somebody = User(repository, venv, tmp_path / "home")
    somebody.commit()
    return somebody


def test_it_is_the_installed_package_that_runs(user: User) -> None:
    where = Path(user.says("python", "-c", "import migrate; print(migrate.__file__)").strip())
    assert where.is_relative_to(user.venv)
    assert user.says("migrate", "--version") == f"migrate, version {VERSION}\n"
    assert user.says("python", "-m", "migrate", "--version").endswith(f"version {VERSION}\n")
    assert "config_migrate" in user.says("python", "-c", _FILES)
    assert str(ROOT) not in user.says("python", "-c", "import sys; print(sys.path)")


_FILES = "import importlib.metadata as m; print(*m.files('config-migrate'), sep='\\n')"


def test_each_name_that_the_package_imports_is_there(user: User) -> None:
    """Also where a verb imports it only when it is used; what an extra brings is left out."""
    found = user.says("python", "-c", _IMPORTS)
    assert "libcst" in found
    assert "nbformat" in found


_IMPORTS = f"""
import ast, importlib, pathlib, migrate
for path in sorted(pathlib.Path(migrate.__file__).parent.rglob("*.py")):
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            wanted = [(one.name, None) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            wanted = [(node.module, one.name) for one in node.names]
        else:
            continue
        for module, name in wanted:
            if module.partition(".")[0] in {sorted(LEFT_OUT)!r}:
                continue
            made = importlib.import_module(module)
            if name and not hasattr(made, name):
                importlib.import_module(module + "." + name)
            print(module, name)
"""


def test_the_whole_rollout(user: User) -> None:
    meant, before = user.trained(), trees.read(user.repository)
    # Looking needs no plan.
    assert "(8 files" in user.says("migrate", "inspect", "configs/train/resnet50_adamw.yaml")
    assert "sgd.yaml:3:3" in user.says(
        "migrate", "explain", "configs/train/resnet50_adamw.yaml", "optim.lr"
    )
    # Code names fragments that will go: init asks, and a person answers.
    asked = user.says("migrate", "init")
    assert "found 3 presets to migrate" in asked
    column = TREE["scripts/sweep.sh"].splitlines()[3].index(SGD) + 1
    assert f"scripts/sweep.sh:4:{column}  {SGD}" in asked
    with (user.repository / "plans/tree.yaml").open("a") as plan:
        plan.write(f"references:\n  {SGD}: configs/train/resnet50.yaml\n  {COSINE}: drop\n")
    user.commit()
    # Nothing is written by a preview.
    user.says("migrate", "plan", "--diff")
    user.says("migrate", "plan", "--exit-code", code=1)
    assert _changed(user) == ""
    landed = user.says("migrate", "apply", "--all", "--likely")
    assert landed.count("parity holds") == len(PRESETS)
    assert user.trained() == meant
    assert not (user.repository / "configs/components").exists()
    assert "configs/train/resnet50.yaml\n" in _text(user, "scripts/sweep.sh")
    # ruamel.yaml and deepdiff give a second opinion.
    # libcst took the entry out, and its comment.
    assert _text(user, "check.py") == 'CONFIGS = [\n    "configs/train/resnet50.yaml",\n]\n'
    assert "the gate is open" in user.says("migrate", "verify", "--cross-check")
    user.commit()
    # Back and forth again.
    applied = trees.read(user.repository)
    user.says("migrate", "undo", "--preset", "tiny")
    assert "birds.yaml" in user.says("migrate", "inspect", "configs/train/tiny.yaml")
    assert user.trained() == meant
    user.says("migrate", "apply", "--preset", "tiny")
    assert trees.read(user.repository) == applied
    # One page, with its style sheet and its script, which lie in the wheel.
    user.says("migrate", "report", "-o", user.home / "page.html")
    page = (user.home / "page.html").read_text()
    for asset in ("page.css", "page.js"):
        first = (ROOT / "migrate/report/assets" / asset).read_text().splitlines()[0]
        assert first in page, asset
    user.says("migrate", "finalize")
    assert not (user.repository / "configs/legacy").exists()
    user.commit()
    user.says("migrate", "verify")
    assert user.trained() == meant
    assert set(before) - set(trees.read(user.repository)) == {
        path for path in TREE if path.startswith("configs/components/")
    }


def test_what_needs_a_library_of_its_own_finds_it(user: User) -> None:
    """Libraries are imported by the verb that needs them, so that each is asked once."""
    user.says("migrate", "mv", "configs/train/resnet50_adamw.yaml", "configs/train/adamw.yaml")
    assert "'configs/train/adamw.yaml'" in _text(user, "look.ipynb")
    user.says("migrate", "mv", "configs/train/resnet50.yaml", "configs/train/paper.yaml")
    assert 'default="configs/train/paper.yaml"' in _text(user, "train.py")
    said = user.says(
        "migrate", "diff", "configs/train/tiny.yaml", "configs/train/paper.yaml", code=1
    )
    assert "data.size" in said
    user.says("migrate", "set", "epochs=2", "configs/train/tiny.yaml")
    assert "epochs: 2\n" in _text(user, "configs/train/tiny.yaml")
    assert json.loads(user.says("migrate", "schema", "plan"))["$defs"]
    found = user.says("migrate", "lint", "--output", "sarif", code=1)
    assert json.loads(found)["version"] == "2.1.0"
    # jsonschema collects the faults of a plan that msgspec refuses.
    user.says("migrate", "init")
    plan = user.repository / "plans/tree.yaml"
    plan.write_text("version: 1\nexclude: 3\nrules: {max_files: many}\n")
    assert user.says("migrate", "status", code=3).count("error: plans/tree.yaml:") == 2


def test_the_shell_completes_the_verbs(user: User) -> None:
    script = 'eval "$(_MIGRATE_COMPLETE=bash_source migrate)"; complete -p migrate'
    home = {"PATH": f"{user.venv / 'bin'}:/usr/bin:/bin", "HOME": str(user.home)}
    assert "migrate" in run(["bash", "-c", script], user.repository, home)


def test_other_programs_see_its_types(user: User) -> None:
    marker = "import importlib.resources as r; print((r.files('migrate') / 'py.typed').is_file())"
    assert user.says("python", "-c", marker) == "True\n"
    assert user.says("python", "-c", "from migrate.api import ConfigTree") == ""


def _text(user: User, path: str) -> str:
    return (user.repository / path).read_text(encoding="utf-8")


def _changed(user: User) -> str:
    return run(["git", "status", "--short"], user.repository)
