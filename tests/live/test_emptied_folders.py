"""What names a folder that a rollout leaves empty: held in code by the step that empties it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, findings, ok
from tests.support import trees
from tests.support.cli import Ran, migrate

FOLDER = "configs/components"


def planned(root: Path, files: dict[str, str]) -> Ran:
    """What `plan` says of both presets, whose components all go with the second."""
    trees.write(root, {**START, **{path: text.encode() for path, text in files.items()}})
    ok(migrate(root, "init"))
    return migrate(root, "plan")


CODE = {
    "Dockerfile": "FROM python\nCOPY configs/components/ /app/\n",
    "MANIFEST.in": "include a.py\nrecursive-include configs/components *.yaml\n",
    "tool.py": "\nfor one in Path('configs/components').glob('*.yaml'): print(one)\n",
    "deep/tool.py": "\nHERE = Path(__file__).parent.parent / 'configs' / 'components'\n",
    "run.sh": "\nls ./configs/components\n",
    ".github/workflows/ci.yml": "on: push\npaths: [configs/components]\n",
}


@pytest.mark.parametrize("path", CODE)
def test_code_that_names_it_holds_the_step(tmp_path: Path, path: str) -> None:
    ran = planned(tmp_path, {path: CODE[path]})
    assert ran.code == 3
    assert f"error: {path}:2:" in ran.err
    assert f"names {FOLDER}, which this step leaves empty: removed without a successor" in ran.err
    lines = ran.err[ran.err.index("references:\n") :]
    assert f"  {FOLDER}: {{ignore: " in lines
    plan = tmp_path / "plans/tree.yaml"
    plan.write_text(plan.read_text() + lines)
    ok(migrate(tmp_path, "apply", "--all"))
    assert findings(tmp_path)[0] == 0


def test_init_tells_it_beforehand(tmp_path: Path) -> None:
    trees.write(tmp_path, {**START, "a.sh": b"ls configs/components/\n"})
    said = ok(migrate(tmp_path, "init")).out
    assert f"a.sh:1:4  {FOLDER}  goes with q" in said


PROSE = {
    "CODEOWNERS": "/configs/components/ @team\n",
    "README.md": "See [all](configs/components/), in `configs/components`.\n",
    "a.py": "# configs/components holds them\n",
}


@pytest.mark.parametrize("path", PROSE)
def test_prose_that_names_it_is_told_and_warned_of(tmp_path: Path, path: str) -> None:
    ran = ok(planned(tmp_path, {path: PROSE[path]}))
    assert f"{path}:1:" in ran.out
    assert "(prose: removed without a successor)" in ran.out
    ok(migrate(tmp_path, "apply", "--all"))
    code, found = findings(tmp_path)
    assert code == 0
    assert {(one["path"], one["level"]) for one in found if one["rule"] == "references"} == {
        (path, "warning")
    }


ELSEWHERE = {
    "a.sh": "ls configs/components2 configs/train other/configs/components/ components\n",
    "b.sh": "ls configs/componentsx/a.yaml configs configs/ $X/my-configs/components\n",
    "c.py": "print('s3://b/configs/components/', 'configs/train')\n",
}


@pytest.mark.parametrize("path", ELSEWHERE)
def test_other_folders_hold_nothing(tmp_path: Path, path: str) -> None:
    ran = ok(planned(tmp_path, {path: ELSEWHERE[path]}))
    assert path not in ran.out


def test_a_folder_that_keeps_a_file_holds_nothing(tmp_path: Path) -> None:
    files = {"run.sh": "ls configs/components\n", f"{FOLDER}/README": "hello\n"}
    assert "run.sh" not in ok(planned(tmp_path, files)).out


def test_a_folder_whose_presets_move_away_is_followed_where_the_plan_says_so(
    tmp_path: Path,
) -> None:
    trees.write(tmp_path, {**START, "run.sh": b"ls configs/train/ configs/train\n"})
    ok(migrate(tmp_path, "init"))
    presets, tree = tmp_path / "plans/train.yaml", tmp_path / "plans/tree.yaml"
    presets.write_text(presets.read_text().replace("to: configs/train/", "to: configs/new/"))
    assert "run.sh:1:4: names configs/train, which this step leaves empty" in (
        migrate(tmp_path, "plan").err
    )
    tree.write_text(tree.read_text() + "references: {configs/train: configs/new}\n")
    ok(migrate(tmp_path, "apply", "--all"))
    assert trees.read(tmp_path)["run.sh"] == b"ls configs/new/ configs/new\n"


def test_refs_of_a_folder_tells_who_names_it(tmp_path: Path) -> None:
    files = {"Dockerfile": "COPY configs/components/ /app/\n", "a.sh": f"cat {FOLDER}/o.yaml\n"}
    trees.write(tmp_path, {**START, **{path: text.encode() for path, text in files.items()}})
    said = ok(migrate(tmp_path, "refs", FOLDER)).out
    assert said.startswith(f"{FOLDER}: 1 reference\n  Dockerfile:1:6 ")
    told = json.loads(migrate(tmp_path, "--output", "json", "refs", FOLDER).out)
    assert told["folders"] == [FOLDER]
    assert {one["target"] for one in told["references"]} == {
        FOLDER, f"{FOLDER}/o.yaml", f"{FOLDER}/z.yaml",
    }  # fmt: skip
    (tmp_path / "Dockerfile").unlink()
    assert not ok(migrate(tmp_path, "refs", FOLDER)).out.startswith(f"{FOLDER}:")
