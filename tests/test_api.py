"""The Python API does what its page says, the same as the command line, and reads what is there."""

from __future__ import annotations

import doctest
import json
from functools import partial
from pathlib import Path

import pytest
import yaml

from migrate import api
from migrate.api import ABSENT, ConfigTree, Faults, InputError, Refused, TreeMoved
from migrate.disk import Disk
from migrate.journal import locked
from tests.live.tree import START, P, Q
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import resolve

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with plans, of which no step is taken."""
    trees.write(tmp_path, START)
    assert migrate(tmp_path, "init").code == 0
    return tmp_path


def test_the_page_of_the_api_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(
        str(ROOT / "docs/api.md"),
        module_relative=False,
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
    )
    assert (found.failed, found.attempted > 10) == (0, True)


def test_all_that_is_public_has_a_docstring() -> None:
    public = [getattr(api, name) for name in api.__all__ if isinstance(getattr(api, name), type)]
    methods = [one for name, one in vars(ConfigTree).items() if not name.startswith("_")]
    assert [one for one in (*public, *methods) if not one.__doc__] == []


def test_values_and_chain_are_those_of_an_independent_reader(root: Path) -> None:
    found = ConfigTree(root).resolve(Q)
    assert found.values == resolve(trees.read(root), Q)
    assert found.chain == (
        "configs/base.yaml",
        "configs/components/o.yaml",
        "configs/components/z.yaml",
        Q,
    )


def test_paths_are_relative_to_the_root_wherever_one_stands(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = root / "configs" / "configs" / "train"
    other.mkdir(parents=True)
    (other / "p.yaml").write_text("another: config\n")
    monkeypatch.chdir(root / "configs")
    assert ConfigTree(root).resolve(P).values == {"x": 1, "t": {"lr": 1, "wd": 0.0}}


def test_a_rollout(root: Path) -> None:
    tree = ConfigTree(root)
    steps = tree.plan()
    assert [step.preset for step in steps] == ["p", "q"]
    assert not tree.verify().is_open
    before = {path: tree.resolve(path).values for path in (P, Q)}
    planned = {change.path: change.after for step in steps for change in step.changes}

    assert [step.preset for step in tree.apply(["p"])] == ["p"]
    assert [step.preset for step in tree.apply()] == ["q"]

    assert tree.plan() == []
    assert tree.verify().is_open
    assert tree.verify().forbidden == {"p": 0, "q": 0}
    for path in (P, Q):
        assert (root / path).read_bytes() == planned[path]
        assert yaml.safe_load(tree.flatten(path)) == before[path]
        assert tree.resolve(path).values == before[path]


def test_an_edit_between_two_calls_is_seen(root: Path) -> None:
    tree = ConfigTree(root)
    tree.apply()
    (root / P).write_text((root / P).read_text().replace("lr: 1", "lr: 2"))
    assert tree.resolve(P).values["t"]["lr"] == 2
    [difference] = tree.diff("legacy:p", "p")
    assert (difference.key, difference.old, difference.new) == ("t.lr", 1, 2)
    assert not difference.allowed
    assert tree.verify().forbidden["p"] == 1


def test_a_key_of_one_side_alone(root: Path) -> None:
    found = {one.key: (one.old, one.new) for one in ConfigTree(root).diff(P, Q)}
    assert found == {"z": (ABSENT, 1), "m": (ABSENT, 1)}


def test_origins_are_those_of_the_command_line(root: Path) -> None:
    told = json.loads(migrate(root, "--output", "json", "explain", P, "t.lr").out)
    [origins] = ConfigTree(root).explain(P, "t.lr")
    assert origins.key == "t.lr"
    assert [str(one.place) for one in origins.settings] == ["configs/components/o.yaml:1:5"]
    assert "configs/components/o.yaml" in json.dumps(told)


def test_what_is_wrong_is_raised_and_nothing_is_printed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = ConfigTree(root)
    with pytest.raises(InputError, match="no such config"):
        tree.resolve("configs/train/pp.yaml")
    with pytest.raises(InputError, match="learning_rat"):
        tree.explain(P, "learning_rat")
    with pytest.raises(InputError, match="not a folder"):
        ConfigTree(root / "nowhere")
    with pytest.raises(InputError):
        tree.apply(["nobody"])
    (root / "run.py").write_text('open("configs/components/o.yaml")\n')
    with pytest.raises(Faults, match=r"run\.py") as refused:
        tree.apply()
    assert all(isinstance(one, Refused) for one in refused.value.faults())
    assert capsys.readouterr() == ("", "")


def test_another_process_that_writes_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.journal.locked", partial(locked, wait_seconds=0))
    with locked(Disk(str(root))), pytest.raises(TreeMoved):
        ConfigTree(root).apply()
