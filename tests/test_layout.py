"""`--plans DIR`: a rollout whose plans stand elsewhere is the same rollout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.errors import InputError
from migrate.layout import Layout
from tests.landing.rollout import FILES
from tests.support import trees
from tests.support.cli import Ran, migrate

FOLDERS = ["rollout", "ops/rollout", "configs/plans", "my plans", "[a]*", "-x", ".hidden", "计划"]
SPELLED = {"rollout/": "rollout", "./rollout": "rollout", "ops//rollout/.": "ops/rollout"}

TREE = {
    **FILES,
    # A folder of that name is somebody's own, and so is a config in it.
    "plans/mine.yaml": b"extends: ../configs/train/p.yaml\nw: 1\n",
    "docs/runs.md": b"`configs/train/p.yaml`, `configs/components/b.yaml`\n",
    "docs/schema/plan.json": b"{}\n",
}
LIFE = [
    ["init", "--presets", "configs/train/**"],
    ["plan"],
    ["apply", "--dry-run", "--all"],
    ["apply", "--preset", "p"],
    ["status"],
    ["apply", "--all"],
    ["verify"],
    ["lint"],
    ["refs"],
    ["inspect", "q"],
    ["diff", "legacy:p", "p"],
    ["undo", "--preset", "r"],
    ["apply", "--all"],
    ["verify", "--fresh"],
    ["rehearse"],
    ["finalize"],
    ["status"],
    ["verify"],
]


def lived(root: Path, plans: str | None, tree: trees.Tree = TREE) -> list[Ran]:
    """The whole life of a rollout."""
    trees.write(root, tree)
    options = ["--plans", plans] if plans is not None else []
    return [migrate(root, *options, *command) for command in LIFE]


def without_mine(tree: trees.Tree) -> trees.Tree:
    return {path: body for path, body in tree.items() if path != "plans/mine.yaml"}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[trees.Tree, list[Ran]]:
    """The same life in the folder that everybody uses."""
    root = tmp_path_factory.mktemp("usual")
    ran = lived(root, None, without_mine(TREE))
    assert [one.code for one in ran] == [0] * len(LIFE), [one.err for one in ran]
    return trees.read(root), ran


@pytest.mark.parametrize("given", [*FOLDERS, *SPELLED])
def test_a_rollout_lives_the_same_life_in_any_folder(
    tmp_path: Path, usual: tuple[trees.Tree, list[Ran]], given: str
) -> None:
    folder = SPELLED.get(given, given)
    known, expected = usual
    ran = lived(tmp_path, given, without_mine(TREE))
    assert [one.code for one in ran] == [0] * len(LIFE), [one.err for one in ran]
    moved = {_moved(path, folder): body for path, body in known.items()}
    after = trees.read(tmp_path)
    assert {p: b for p, b in after.items() if not p.startswith(f"{folder}/")} == {
        p: b for p, b in moved.items() if not p.startswith(f"{folder}/")
    }
    assert after.keys() - {"ops/"} == moved.keys()
    assert not (tmp_path / "plans").exists()
    for number, one in enumerate(ran):
        assert "plans/" not in (one.out + one.err).replace(f"{folder}/", ""), LIFE[number]
        assert one.err == expected[number].err


def _moved(path: str, folder: str) -> str:
    return f"{folder}/{path.removeprefix('plans/')}" if path.startswith("plans/") else path


def test_a_folder_called_plans_is_then_one_like_any_other(tmp_path: Path) -> None:
    ran = lived(tmp_path, "rollout")
    assert [one.code for one in ran] == [0] * len(LIFE), [one.err for one in ran]
    assert (tmp_path / "plans/mine.yaml").read_bytes() == TREE["plans/mine.yaml"]
    assert list((tmp_path / "plans").iterdir()) == [tmp_path / "plans/mine.yaml"]
    ran_refs = migrate(tmp_path, "--plans", "rollout", "refs", "configs/train/p.yaml")
    assert "plans/mine.yaml:1:10" in ran_refs.out


def test_commands_in_hints_name_the_folder(tmp_path: Path) -> None:
    trees.write(tmp_path, FILES)
    given = ["--plans", "my plans"]
    assert "`migrate --plans 'my plans' init`" in migrate(tmp_path, *given, "plan").err
    assert "`migrate --plans 'my plans' plan`" in migrate(tmp_path, *given, "init").out
    assert migrate(tmp_path, *given, "apply", "--all").code == 0
    refused = migrate(tmp_path, *given, "undo", "--preset", "p").err
    assert "undo first: migrate --plans 'my plans' undo --preset q && migrate --plans" in refused
    (tmp_path / "configs/train/r.yaml").unlink()
    found = json.loads(migrate(tmp_path, *given, "--output", "json", "verify").out)["findings"]
    named = [one["hint"] for one in found if "migrate" in (one["hint"] or "")]
    assert all("migrate --plans 'my plans' " in hint for hint in named)


def test_the_editor_finds_the_schema_from_a_nested_folder(tmp_path: Path) -> None:
    schema = Path(__file__).parents[1] / "docs/schema/plan.json"
    trees.write(tmp_path, {**TREE, "docs/schema/plan.json": schema.read_bytes()})
    ran = migrate(tmp_path, "--plans", "ops/rollout", "init", "--presets", "configs/train/**")
    assert ran.code == 0, ran.err
    first = (tmp_path / "ops/rollout/train.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../docs/schema/plan.json"


@pytest.mark.parametrize(
    "folder",
    [
        *("", ".", "./", "..", "../x", "/tmp/x", "a/../..", "a\0b", "configs", "configs/."),
        *("configs/legacy", "configs/legacy/plans", ".migrate", ".git/plans", "node_modules/x"),
    ],
)
def test_a_folder_that_cannot_be_it_is_refused_with_one_that_can(
    tmp_path: Path, folder: str
) -> None:
    trees.write(tmp_path, FILES)
    before = trees.read(tmp_path)
    ran = migrate(tmp_path, "--plans", folder, "init")
    assert (ran.code, ran.err.count("\n")) == (3, 2), ran.err
    assert "cannot be the folder of the plans" in ran.err
    assert "--plans: name a folder below the root, such as `rollout`" in ran.err
    assert trees.read(tmp_path) == before
    with pytest.raises(InputError):
        Layout.of(folder)


@pytest.mark.parametrize("folder", ["configs/only", "train.sh", "train.sh/plans"])
def test_a_folder_that_holds_something_else_stays_as_it_is(tmp_path: Path, folder: str) -> None:
    own = b"extends: ../train/p.yaml\n"
    trees.write(tmp_path, {**FILES, "configs/only/w.yaml": own})
    before = trees.read(tmp_path)
    for command in (["init"], ["init", "--force"], ["plan"], ["verify"]):
        ran = migrate(tmp_path, "--plans", folder, *command)
        assert ran.code in (3, 4), (command, ran.err)
        assert ran.err.startswith("error: ")
        assert trees.read(tmp_path) == before
