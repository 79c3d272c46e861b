"""Where a dialect does not hold, the declaration that would is found and told, and then it holds.

Each tree is read by a loader written for it, of the kinds that are out there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from migrate.dialect import EXTENDS
from migrate.trainer.fitting import SAMPLE, Answered, Fitting
from migrate.trees.tree import MemoryTree
from tests.judge.tree import FILES, SHALLOW, SOUND, P, Q, asked, plan
from tests.live.tree import ok
from tests.support import trees
from tests.support.cli import migrate

ORDER = SOUND.replace("whole = merge(whole, load(", "whole = merge(load(").replace(
    "base)))", "base)), whole)"
)
FROM_ROOT = SOUND.replace("os.path.join(os.path.dirname(path), base)", "base")
INHERITS = FROM_ROOT.replace('"extends"', '"inherit_from"')
UNDERNEATH = f"""{SOUND}
_sound = load


def load(path):
    below = yaml.safe_load(open("configs/defaults.yaml"))
    return merge(below, _sound(path))
"""
FLOATS = SOUND.replace(
    "import yaml\n",
    """import yaml, re
yaml.SafeLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[0-9]+e-[0-9]+\\Z"), list("0123456789"))
""",
)
DEFAULT_LAST = """
import yaml


def load(path):
    own = yaml.safe_load(open(path)) or {}
    base = own.get("inherit_from")
    below = load(base) if base else yaml.safe_load(open("configs/defaults.yaml"))
    update(below, own)
    return below


def update(below, over):
    for key, value in over.items():
        if key not in below:
            below[key] = dict()
        if isinstance(value, dict):
            update(below[key], value)
        else:
            below[key] = value
"""
"""As NICE-SLAM and its heirs compose: one base, and a file of defaults under the last."""
NOT_TAKEN = f"""{SOUND}
_sound = load


def load(path):
    own = yaml.safe_load(open(path))
    return {{key: value for key, value in _sound(path).items() if key != "x" or "x" in own}}
"""
MORE = {
    **FILES,
    "configs/base.yaml": b"x: 1\nm: 5\nt: {wd: 0.5}\n",
    "configs/components/o.yaml": b"t: {lr: 1e-4}\nm: 0\n",
    "configs/components/z.yaml": b"z: 1\nm: 2\n",
    "configs/defaults.yaml": b"seed: 7\nt: {eps: 0.1}\n",
}
ROOTED = {
    path: re.sub(rb"\.\./", b"configs/", text) if path in (P, Q) else text
    for path, text in MORE.items()
}
NAMED = {path: text.replace(b"extends:", b"inherit_from:") for path, text in ROOTED.items()}


ONE_BASE = {
    "configs/defaults.yaml": b"seed: 7\nt: {eps: 0.1, lr: 3}\n",
    "configs/train/base.yaml": b"t: {lr: 1}\nm: 0\n",
    P: b"inherit_from: configs/train/base.yaml\nt: {wd: 0.5}\n",
    Q: b"inherit_from: configs/train/p.yaml\nm: 2\n",
}


KINDS = {
    "one base, from the root, on defaults; the key stays": (
        ONE_BASE,
        DEFAULT_LAST,
        (
            "{keys: [inherit_from], base_dirs: [root], implicit_base: configs/defaults.yaml,"
            " keeps_key: true}"
        ),
    ),
    "shallow": (MORE, SHALLOW, "{merge: shallow}"),
    "the first base wins": (MORE, ORDER, "{order: earlier}"),
    "paths from the root": (ROOTED, FROM_ROOT, "{base_dirs: [root]}"),
    "another key, from the root": (
        NAMED,
        INHERITS,
        "{keys: [inherit_from], base_dirs: [root]}",
    ),
    "a file that is always underneath": (
        MORE,
        UNDERNEATH,
        "{implicit_base: configs/defaults.yaml}",
    ),
    "floats of YAML 1.2": (MORE, FLOATS, "{loader: safe-floats}"),
    "a key that is not inherited": (MORE, NOT_TAKEN, "{not_inherited: [x]}"),
    "shallow, and the first base wins": (
        MORE,
        ORDER.replace("merge(whole[key], value) if both else value", "value"),
        "{order: earlier, merge: shallow}",
    ),
}


def declared(err: str) -> list[str]:
    return re.findall(r"`dialect: (.*?)`", err.partition("\n\n")[0])


@pytest.mark.parametrize("kind", KINDS)
def test_what_would_hold_is_told_and_holds(tmp_path: Path, kind: str) -> None:
    files, loader, wanted = KINDS[kind]
    trees.write(tmp_path, {**files, "plans/tree.yaml": plan(), "teamlib/load.py": loader.encode()})
    ran = migrate(tmp_path, "--dialect", "extends", "inspect", P, Q, "--trainer")
    assert ran.code == 1, ran.out
    told = declared(ran.err)
    assert wanted in told, ran.err
    for text in told:
        trees.write(tmp_path, {"plans/tree.yaml": plan() + f"dialect: {text}\n".encode()})
        ran = migrate(tmp_path, "inspect", P, Q, "--trainer", "--only", "chain")
        assert ran.code == 0, ran.err


@pytest.mark.parametrize("kind", ["shallow", "a file that is always underneath"])
def test_from_a_refusal_of_init_to_a_rollout_that_the_trainer_agrees_with(
    tmp_path: Path, kind: str
) -> None:
    files, loader, wanted = KINDS[kind]
    before = plan() + b"rules: {required: []}\n"
    trees.write(tmp_path, {**files, "plans/tree.yaml": before, "teamlib/load.py": loader.encode()})
    ran = migrate(tmp_path, "--dialect", "extends", "init", "--trainer")
    assert ran.code == 1
    assert not (tmp_path / "configs/legacy").exists()
    assert wanted in declared(ran.err)
    trees.write(tmp_path, {"plans/tree.yaml": before + f"dialect: {wanted}\n".encode()})
    ok(migrate(tmp_path, "init", "--trainer"))
    ok(migrate(tmp_path, "apply", "--all"))
    assert asked(tmp_path) == (0, [])


def test_verify_tells_what_would_fit_beside_what_differs(tmp_path: Path) -> None:
    trees.write(tmp_path, {**MORE, "plans/tree.yaml": plan(), "teamlib/load.py": SOUND.encode()})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, {"teamlib/load.py": FLOATS.encode()})
    code, found = asked(tmp_path)
    assert code == 1
    last = found[-1]
    assert (last["level"], last["path"]) == ("note", None)
    assert "`dialect: {loader: safe-floats}`" in last["what"]


def late(last: dict[Any, Any]) -> list[str]:
    """What fits a dozen configs that any merge reads alike, and one more that comes last."""
    files = {"c/b.yaml": b"t: {wd: 1}\n", "c/z.yaml": b"below: b.yaml\nt: {lr: 2}\n"}
    files |= {f"c/a{number}.yaml": b"below: b.yaml\n" for number in range(SAMPLE)}
    alike: list[Answered] = [(path, {"t": {"wd": 1}}) for path in files if "/a" in path]
    search = Fitting(MemoryTree(files), EXTENDS, ())
    return search.fitting(alike, lambda: [*alike, ("c/z.yaml", last)])


def test_what_is_told_holds_for_every_config_and_not_for_those_first_looked_at_alone() -> None:
    assert late({"t": {"wd": 1, "lr": 2}}) == ["{keys: [below]}"]
    assert late({"t": {"lr": 2}}) == ["{keys: [below], merge: shallow}"]


def test_where_nothing_fits_nothing_is_told() -> None:
    assert late({"t": {"lr": 2}, "seed": 7}) == []
