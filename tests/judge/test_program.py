"""The program that runs in the trainer's interpreter spells values as we do, wherever it runs."""

from __future__ import annotations

import ast
import enum
import json
import pathlib
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.canonical import plain, restore
from migrate.trainer import program
from migrate.yaml_text import same
from tests.judge.tree import tree
from tests.test_canonical import KEYS, SCALARS

VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SOURCE = Path(program.__file__).read_text(encoding="utf-8")


def spelled(value: Any) -> Any:
    return program.Spelling(100, 500_000).plain(value)


@given(VALUES)
def test_it_spells_a_value_as_we_do(value: Any) -> None:
    assert json.dumps(spelled(value)) == json.dumps(plain(value))
    assert same(restore(json.loads(json.dumps(spelled(value)))), value)


class Level(enum.IntEnum):
    LOW = 1


class Number(float):
    """As ruamel.yaml has them."""


class Settings(dict[Any, Any]):
    """As EasyDict and yacs have them."""


def scalar_of(library: str, value: Any) -> Any:
    """A scalar as numpy has them."""
    kind = type("float32", (), {"__module__": library, "ndim": 0, "item": lambda self: value})
    return kind()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((1, (2,)), [1, [2]]),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (Number(0.5), 0.5),
        (Settings(a=Settings(b=1)), {"a": {"b": 1}}),
        (scalar_of("numpy", 3), 3),
        ({scalar_of("numpy", 3): 1}, {"<int>3": 1}),
        ({1, 2}, {"<tag>": "object set", "value": None}),
        (Level.LOW, {"<tag>": f"object {__name__}.Level", "value": None}),
        (1j, {"<tag>": "object complex", "value": None}),
        (range, {"<tag>": "object type", "value": None}),
        (scalar_of("elsewhere", 3), {"<tag>": "object elsewhere.float32", "value": None}),
    ],
)
def test_what_libraries_make_of_yaml_is_read_and_the_rest_is_named(value: Any, said: Any) -> None:
    assert spelled(value) == said


def test_omegaconf_is_read_as_it_stands_interpolations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def to_container(value: Any, resolve: bool) -> Any:
        asked.append(resolve)
        return value.content

    whole = types.ModuleType("omegaconf")
    vars(whole)["OmegaConf"] = types.SimpleNamespace(to_container=to_container)
    monkeypatch.setitem(sys.modules, "omegaconf", whole)
    content = {"lr": "${base.lr}"}
    kind = type("DictConfig", (), {"__module__": "omegaconf.dictconfig", "content": content})
    assert spelled({"a": kind()}) == {"a": {"lr": "${base.lr}"}}
    assert asked == [False]


def test_a_key_of_no_yaml_and_too_many_values_are_no_answer() -> None:
    with pytest.raises(program.NotReadableError, match="a key of type frozenset"):
        spelled({frozenset(): 1})
    with pytest.raises(program.NotReadableError, match="too many values"):
        program.Spelling(100, 3).plain([1, 2, 3])
    with pytest.raises(program.NotReadableError, match="without end"):
        program.Spelling(2, 9).plain([[[1]]])


def test_it_is_written_in_python_3_8_and_needs_nothing_of_ours() -> None:
    parsed = ast.parse(SOURCE, feature_version=(3, 8))
    names = [node.module or "" for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)]
    names += [
        alias.name
        for node in ast.walk(parsed)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert {name.partition(".")[0] for name in names} - {"resource"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_it_runs_in_each_python_that_is_here(tmp_path: Path, version: str) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], check=False).returncode:
        pytest.skip(f"no Python {version} here")
    loader = "def load(path):\n    with open(path) as file:\n        return {3: file.read()}\n"
    root = tree(tmp_path / "root", loader)
    folder = tmp_path / "alone"
    folder.mkdir()
    question = {
        "root": str(root),
        "live": str(root),
        "loader": "teamlib.load:load",
        "command": None,
        "configs": ["configs/base.yaml", "configs/none.yaml"],
        "answers": str(folder / "answers"),
        "memory": 1 << 34,
        "depth": 100,
        "values": 1000,
    }
    (folder / "program.py").write_text(SOURCE, encoding="utf-8")
    (folder / "question.json").write_text(json.dumps(question))
    command = [python, "-B", str(folder / "program.py"), str(folder / "question.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    started, first, second, again = map(json.loads, (folder / "answers").read_text().splitlines())
    assert started == {"started": True}
    text = (root / "configs/base.yaml").read_text()
    assert first == again == {"values": {"<int>3": text}, "moved": False}
    assert second["failed"].startswith("fails: FileNotFoundError: ")
    assert not list(root.rglob("__pycache__"))
