"""The trees that are measured: this repository's rollout in a scratch copy, and synthetic ones."""

from __future__ import annotations

import os
import posixpath
import random
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from benchmarks.measure import interpreter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FRAGMENTS = 200


def migrate(*arguments: str) -> list[str]:
    """The command line of the tool, as the installed script runs it."""
    return [interpreter(), "-c", "from migrate.__main__ import main; main()", *arguments]


def program(name: str, *arguments: str) -> list[str]:
    """The command line of a child program of the benchmarks."""
    return [interpreter(), os.path.join(ROOT, "benchmarks", name), *arguments]


@dataclass(frozen=True)
class Rollout:
    """A tree before and after its rollout, its presets, and the deepest of them."""

    pending: str
    applied: str
    presets: list[str]
    deepest: str


def rollout(folder: str) -> Rollout:
    """Copy this repository's configs, take them back to before the rollout, and run it once."""
    pending, applied = os.path.join(folder, "pending"), os.path.join(folder, "applied")
    _legacy(pending)
    if not os.path.isdir(os.path.join(pending, "plans")):
        subprocess.run(migrate("-q", "init"), cwd=pending, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(pending, applied)
    subprocess.run(
        migrate("-q", "apply", "--all"), cwd=applied, check=True, stdout=subprocess.DEVNULL
    )
    presets = [posixpath.join("configs", path) for path in planned(pending, "from")]
    deepest = max(presets, key=lambda path: (len(chain(pending, path)), path))
    return Rollout(pending, applied, presets, deepest)


def _legacy(folder: str) -> None:
    """The tree as it was before the rollout: from the frozen copy if there is one."""
    for name in ("configs", "plans", "src", "scripts"):
        if os.path.isdir(os.path.join(ROOT, name)):
            shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name))
    frozen = os.path.join(folder, "configs", "legacy")
    if os.path.isdir(frozen):
        shutil.rmtree(os.path.join(folder, "plans", "evidence"), ignore_errors=True)
        known = {os.path.relpath(path, frozen) for path in _files(frozen)} - {"MANIFEST.sha256"}
        for path in known:
            target = os.path.join(folder, "configs", path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(os.path.join(frozen, path), target)
        for path in planned(folder, "to"):
            target = os.path.join(folder, path)
            if os.path.relpath(path, "configs") not in known and os.path.exists(target):
                os.unlink(target)


def _files(folder: str) -> Iterable[str]:
    for where, _, names in os.walk(folder):
        yield from (os.path.join(where, name) for name in names)


def files_below(root: str, *folders: str) -> Iterable[str]:
    """Every file of some folders of a tree, by its path in the tree."""
    for folder in folders:
        for path in _files(os.path.join(root, folder)):
            yield os.path.relpath(path, root)


def planned(root: str, word: str) -> list[str]:
    """What the plans say behind `from` or `to`, for every preset."""
    found: list[str] = []
    for path in sorted(_files(os.path.join(root, "plans"))):
        if path.endswith(".yaml"):
            with open(path, "rb") as file:
                presets = yaml.load(file.read(), Loader=yaml.CSafeLoader).get("presets") or {}
            found += [preset[word] for preset in presets.values()]
    return found


def bases(path: str) -> list[str]:
    """What a config extends, by a plain loader."""
    with open(path, "rb") as file:
        named = (yaml.load(file.read(), Loader=yaml.CSafeLoader) or {}).get("extends") or []
    return [named] if isinstance(named, str) else list(named)


def chain(root: str, path: str) -> list[str]:
    """Every file of a config's chain once."""
    found: dict[str, None] = {}
    for base in bases(os.path.join(root, path)):
        inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), base))
        found.update(dict.fromkeys(chain(root, inner)))
    return [*found, path]


def unique(root: str, paths: Iterable[str]) -> list[str]:
    """One path for each content: the frozen copy of a file needs no second parse."""
    contents: dict[bytes, str] = {}
    for path in sorted(set(paths)):
        with open(os.path.join(root, path), "rb") as file:
            contents.setdefault(file.read(), path)
    return sorted(contents.values())


def needed(root: str, presets: Iterable[str]) -> list[str]:
    """The unique files that a command on these presets must read: their chains, and plans."""
    paths = [known for preset in presets for known in chain(root, preset)]
    plans = os.path.join(root, "plans")
    paths += [
        os.path.relpath(path, root)
        for path in _files(plans)
        if path.endswith(".yaml") and os.path.dirname(path) == plans
    ]
    return unique(root, paths)


def absolute(root: str, paths: Iterable[str]) -> list[str]:
    """Paths of a tree for whoever stands elsewhere."""
    return [os.path.join(os.path.abspath(root), path) for path in paths]


def revisions(tree: Rollout, folder: str) -> str:
    """A repository of git with the tree before its rollout, and after it; the folder."""
    shutil.copytree(tree.pending, folder)
    _git(folder, "init", "-q")
    _commit(folder, "before")
    for name in os.listdir(folder):
        if name != ".git":
            shutil.rmtree(os.path.join(folder, name))
    shutil.copytree(tree.applied, folder, dirs_exist_ok=True)
    _commit(folder, "after")
    return folder


def _commit(folder: str, message: str) -> None:
    _git(folder, "add", "-A")
    _git(folder, "-c", "user.name=bench", "-c", "user.email=bench", "commit", "-q", "-m", message)


def _git(folder: str, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


# Synthetic trees.


@dataclass(frozen=True)
class Synthetic:
    """A tree of presets that share fragments."""

    root: str
    presets: list[str]
    files: list[str]


def synthetic(folder: str, count: int) -> Synthetic:
    """`count` presets, each extending a base and 6 of 200 fragments; the same tree every time."""
    dice = random.Random(7)
    fragments = [f"configs/components/{n % 10}/f{n:03}.yaml" for n in range(FRAGMENTS)]
    texts = {path: _fragment(number, dice) for number, path in enumerate(fragments)}
    texts["configs/base.yaml"] = "template: chat  # what every run shares\ndtype: bfloat16\n"
    presets = [f"configs/train/{n // 100:03}/p{n:05}.yaml" for n in range(count)]
    for number, path in enumerate(presets):
        texts[path] = _preset(number, dice.sample(fragments, 6), dice)
    for path, text in texts.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    return Synthetic(folder, presets, list(texts))


def _fragment(number: int, dice: random.Random) -> str:
    section = ("training", "model", "custom", "data", "tuner")[number % 5]
    lines = [f"# Fragment {number}: what {section} needs", f"{section}:"]
    lines += [
        f"  option_{key}: {dice.choice(_VALUES)}  # measured in run {number}"
        for key in dice.sample(range(40), 8)
    ]
    lines += [f"  part_{number % 7}:", "    enabled: true", f"    weight: {number / 100}"]
    lines += ["    names:", "      - alpha", f"      - beta_{number}"]
    return "\n".join(lines) + "\n"


_VALUES = (
    "1.0e-6",
    "true",
    "8",
    "'text'",
    "null",
    "[1, 2, 3]",
    "{ prob: 0.25 }",
    "2.0e-4",
    "warm up",
)


def _preset(number: int, fragments: list[str], dice: random.Random) -> str:
    lines = [f"# Preset {number}", "extends:", "  - ../../base.yaml"]
    lines += [f"  - ../../{path.removeprefix('configs/')}" for path in fragments]
    lines += ["training:", f"  run_name: run_{number:05}  # as the tracker shows it"]
    lines += [
        f"  output_dir: output/run_{number:05}",
        f"  learning_rate: {dice.choice(_VALUES[:1])}",
    ]
    lines += ["  # the one knob of this run", f"  option_{dice.randrange(40)}: {number}"]
    lines += ["custom:", f"  seed: {number}"]
    return "\n".join(lines) + "\n"
