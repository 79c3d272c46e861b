"""What `plan` says of references is what `apply` does, to the number."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.landing.rollout import LAUNCH
from tests.support import trees
from tests.support.cli import migrate

TREE = {
    "configs/base.yaml": b"z: 1\n",
    "configs/components/b.yaml": b"b: 2\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH,
    "configs/train/q.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH + b"a: 2\n",
    # A config that is relinked and names the file once more, one that only names it.
    "configs/mine/w.yaml": b"extends: ../train/p.yaml\nrun: t.py configs/train/p.yaml\n",
    "configs/mine/n.yaml": b"extends: ../base.yaml\n"
    b"runs: [configs/train/p.yaml x, configs/train/q.yaml x]\n",
    "Jenkinsfile": b"a 'configs/train/p.yaml'\nsh \"t.py ${env.WORKSPACE}/configs/train/p.yaml\"\n",
    "run.sh": b"t.py $HERE/configs/train/p.yaml configs/train/p.yaml\nt.py configs/train/$N.yaml\n",
    "docs/a.md": b"`configs/train/p.yaml`, `configs/train/q.yaml`\n\n`configs/components/b.yaml`\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.write(tmp_path, TREE)
    assert migrate(tmp_path, "init", "--presets", "configs/train/**").code == 0
    plan = tmp_path / "plans/train.yaml"
    plan.write_text(plan.read_text().replace("to: configs/train/", "to: configs/new/"))
    return tmp_path


@pytest.mark.parametrize("options", [[], ["--likely"]], ids=["certain", "likely"])
def test_the_references_that_plan_counts_are_those_that_apply_rewrites(
    root: Path, options: list[str]
) -> None:
    steps = json.loads(migrate(root, "--output", "json", "plan", *options).out)["steps"]
    text = migrate(root, "plan", "-v", *options).out
    told = [int(number) for number in re.findall(r"references: (\d+) rewritten", text)]
    assert len(told) == len(steps) == 2
    for step, number in zip(steps, told, strict=True):
        before = trees.read(root)
        ran = migrate(root, "--output", "json", "apply", "--preset", step["preset"], *options)
        assert ran.code == 0, ran.err
        after = trees.read(root)
        (landed,) = json.loads(ran.out)["applied"]
        assert landed["references"] == step["references"]
        rewritten = [one for one in step["references"] if one["rewritten"]]
        assert len(rewritten) == number > 0
        for path in TREE.keys() & after.keys() - {"configs/train/p.yaml", "configs/train/q.yaml"}:
            here = [one for one in rewritten if one["file"] == path]
            assert _texts(after[path], step["to"]) - _texts(before[path], step["to"]) == len(here)
    assert migrate(root, "verify").code == 0


def _texts(content: bytes, target: str) -> int:
    """How often a text names a file by its whole path."""
    return content.decode().count(target)


def test_likely_references_are_left_and_counted_apart_in_one_file(root: Path) -> None:
    text = migrate(root, "plan", "--preset", "p").out
    assert "    Jenkinsfile:1:4: configs/train/p.yaml -> configs/new/p.yaml" in text
    assert re.search(r"    Jenkinsfile:2:\d+: .*configs/train/p.yaml \(likely: ", text)
    certain = (root / "Jenkinsfile").read_text().splitlines()
    assert migrate(root, "apply", "--preset", "p").code == 0
    assert (root / "Jenkinsfile").read_text().splitlines() == ["a 'configs/new/p.yaml'", certain[1]]


def test_a_config_that_follows_in_its_links_follows_in_its_values(root: Path) -> None:
    start = trees.read(root)
    ran = migrate(root, "apply", "--preset", "p")
    assert ran.code == 0, ran.err
    wanted = b"extends: ../new/p.yaml\nrun: t.py configs/new/p.yaml\n"
    assert (root / "configs/mine/w.yaml").read_bytes() == wanted
    wanted = b"extends: ../base.yaml\nruns: [configs/new/p.yaml x, configs/train/q.yaml x]\n"
    assert (root / "configs/mine/n.yaml").read_bytes() == wanted
    assert migrate(root, "undo", "--preset", "p").code == 0
    assert trees.read(root) == start


def test_values_follow_several_presets_in_one_run(root: Path) -> None:
    ran = migrate(root, "apply", "--all")
    assert ran.code == 0, ran.err
    wanted = b"extends: ../base.yaml\nruns: [configs/new/p.yaml x, configs/new/q.yaml x]\n"
    assert (root / "configs/mine/n.yaml").read_bytes() == wanted
    assert migrate(root, "verify").code == 0


# A plan that is refused.


def refused_at_q(root: Path) -> None:
    """A script that the last step would leave dangling."""
    (root / "go.sh").write_text("cat configs/components/b.yaml\n")


def test_a_refused_plan_claims_nothing(root: Path) -> None:
    refused_at_q(root)
    assert migrate(root, "apply", "--preset", "p").code == 0
    ran = migrate(root, "plan")
    assert ran.code == 3
    assert ran.out == "stopped at q: 0 steps shown, 1 pending\n"
    assert ran.err.startswith("error: go.sh:1:5: names configs/components/b.yaml")


def test_a_plan_that_is_refused_later_shows_what_holds_and_what_waits(root: Path) -> None:
    refused_at_q(root)
    for verb in (["plan"], ["apply", "--all", "--dry-run"]):
        text = migrate(root, *verb)
        last = text.out.splitlines()[-1]
        assert (text.code, last.split(";")[0].split(":")[0]) == (3, "stopped at q")
        data = json.loads(migrate(root, "--output", "json", *verb).out)
        shown = data["steps" if verb == ["plan"] else "applied"]
        assert [step["preset"] for step in shown] == ["p"]
        assert (data["pending"], data["stopped_at"]) == (["p", "q"], "q")
        assert data["error"]["exit_code"] == 3
        assert data["error"]["faults"][0]["path"] == "go.sh"


def test_a_plan_that_holds_has_no_error(root: Path) -> None:
    data = json.loads(migrate(root, "--output", "json", "plan").out)
    assert (data["pending"], data["stopped_at"], data["error"]) == (["p", "q"], None, None)
