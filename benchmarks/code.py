"""Trees with much code around a rollout: real modules; notebooks, documents, scripts of them."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sysconfig
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.rows import Pair, listing, timed
from benchmarks.trees import Rollout, migrate, needed, program

NAMING = 100
"""One file in so many names configs."""

LONG = 100_000
"""Characters of a module that is long for one that people edit: it names nothing."""

PYTHON = (
    'CONFIG = "configs/train/grpo/dense_2048.yaml"',
    'OLD = "configs/train/grpo/dense_base.yaml"  # has an heir',
    'import os\nPATH = os.path.join("configs", "train", "sft", "dense_base.yaml")',
    'from pathlib import Path\nPATH = Path("configs") / "train" / "sft" / "dense_1024.yaml"',
    'def path(kind):\n    return f"configs/train/{kind}/dense_2048.yaml"',
    'import glob\nALL = glob.glob("configs/train/**/*.yaml", recursive=True)',
    'RUN = ["python", "-m", "src.sft", "--config", "configs/train/grpo/dense_base.yaml"]',
    '"""As configs/components/training/sft_defaults.yaml has it."""',
    "# configs/train/grpo/dense_base.yaml was the first of them",
    (
        'import hydra\n\n\n@hydra.main("../configs/train/sft", config_name="dense_2048")\n'
        "def main(config):\n    return config"
    ),
)
SHELL = (
    "python -m src.sft --config configs/train/sft/dense_2048.yaml",
    "CONFIGS=configs/train\npython -m src.sft --config $CONFIGS/grpo/dense_base.yaml",
    "for kind in sft grpo; do python -m src.sft --config configs/train/$kind/dense_2048.yaml; done",
    'python -m src.sft --config "$(pwd)/configs/train/sft/dense_base.yaml"  # an older one',
)
DOCUMENT = (
    "See [the preset](/configs/train/grpo/dense_2048.yaml).",
    "Start with `python -m src.sft --config configs/train/sft/dense_base.yaml`.",
    "What `configs/components/tuner/dora_full.yaml` said is in each preset now.",
)
NOTEBOOK = (
    "!python -m src.sft --config configs/train/grpo/dense_base.yaml",
    "%run src/sft.py --config configs/train/sft/dense_2048.yaml",
    'config = "configs/train/sft/dense_1024.yaml"',
)


@dataclass(frozen=True)
class CodeTree:
    """A rollout with code around it, before and after; what a command must parse and read."""

    pending: str
    applied: str
    configs: list[str]
    """Each content once."""
    files: list[str]


def code_tree(rollout: Rollout, folder: str, count: int) -> CodeTree:
    """So many files of code around a rollout; the same for the same installed packages."""
    pending, applied = os.path.join(folder, "pending"), os.path.join(folder, "applied")
    shutil.copytree(rollout.pending, pending)
    for number, (path, text) in enumerate(islice(_texts(), count)):
        target = os.path.join(pending, "code", f"part{number // 100:03}", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    for command in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *command], cwd=pending, check=True)
    shutil.copytree(pending, applied)
    subprocess.run(
        migrate("-q", "apply", "--all"), cwd=applied, check=True, stdout=subprocess.DEVNULL
    )
    return CodeTree(
        pending, applied, needed(pending, rollout.presets), sorted(_everything(pending))
    )


def pairs(tree: CodeTree, scratch: str) -> list[Pair]:
    """The verbs that look for references, against parsing the configs and reading every file."""
    lists = os.path.join(scratch, f"code-{len(tree.files)}")
    configs, files = listing(f"{lists}.configs", tree.configs), listing(f"{lists}.all", tree.files)
    what = f"C-parse {len(tree.configs)}, read {len(tree.files):,} files"
    floor = timed(what, program("child_read.py", configs, files), tree.pending, scratch)
    copy, kept = os.path.join(scratch, "code-apply"), os.path.join(scratch, "code-kept")

    def anew() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree.pending, copy)

    anew()
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(tree.pending, kept)
    os.mkdir(os.path.join(kept, ".migrate"))  # what was found is kept there
    size = f"{len(tree.files):,} files with code"

    def verb(words: str, root: str, aim: float | None, again: str = "") -> Pair:
        task = timed(f"{words}{again}, {size}", migrate(*words.split()), root, scratch)
        return Pair(task, floor, aim)

    landing = timed(f"apply --all, {size}", migrate("apply", "--all"), copy, scratch, anew)
    return [
        verb("plan", tree.pending, 4),
        Pair(landing, floor, 6, "wall"),
        verb("verify --fresh", tree.applied, 3),
        verb("refs", tree.pending, 2),
        verb("plan", kept, None, " again"),
        verb("refs", kept, None, " again"),
    ]


def _everything(root: str) -> Iterator[str]:
    for where, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", ".migrate")]
        yield from (os.path.relpath(os.path.join(where, name), root) for name in names)


def _texts() -> Iterator[tuple[str, str]]:
    """Path and text of one file after another: of twenty, sixteen are modules as they are."""
    for number, (name, text) in enumerate(cycle(_modules())):
        which, turn = number % 20, number // NAMING
        names = number % NAMING == turn % 20 and len(text) < LONG and _is_python(text)
        named = turn if names else None
        stem = f"{number:05}_{name}"
        if which == 0:
            yield f"{stem}.ipynb", _notebook(text, named)
        elif which == 1:
            yield f"{stem}.md", _document(text, "```", named)
        elif which == 2:
            yield f"{stem}.rst", _document(text, "::", named)
        elif which == 3:
            yield f"{stem}.sh", _script(text, named)
        else:
            yield f"{stem}.py", text if named is None else f"{text}\n\n{_one(PYTHON, named)}\n"


def _modules() -> list[tuple[str, str]]:
    """Name and text of every module of Python's library and of what is installed, by path."""
    found: list[tuple[str, str]] = []
    for folder in dict.fromkeys(sysconfig.get_paths()[one] for one in ("stdlib", "purelib")):
        for where, folders, names in os.walk(folder):
            folders[:] = sorted(
                one for one in folders if one not in ("site-packages", "__pycache__", "migrate")
            )
            for name in sorted(names):
                if name.endswith(".py"):
                    with open(os.path.join(where, name), "rb") as file:
                        found.append(
                            (name.removesuffix(".py"), file.read().decode("utf-8", "replace"))
                        )
    return found


def _is_python(text: str) -> bool:
    """Whether a module parses: in one that does not, a name would hold the rollout."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _one(lines: tuple[str, ...], number: int) -> str:
    return lines[number % len(lines)]


def _notebook(text: str, named: int | None) -> str:
    """A notebook with the module's paragraphs as cells."""
    cells = re.split(r"\n{3,}", text)
    if named is not None:
        cells.append(_one(NOTEBOOK, named))
    data: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    book = {"cells": data, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _document(text: str, fence: str, named: int | None) -> str:
    """The module's comments and texts as paragraphs, its first lines as an example."""
    told = re.findall(r'"""(.*?)"""', text, re.DOTALL) + re.findall(
        r"^\s*# (.*)", text, re.MULTILINE
    )
    example = "\n".join("    " + line for line in text.splitlines()[:40])
    lines = ["# A module", *told, fence, "", example, "", fence if fence != "::" else ""]
    return "\n\n".join([*lines, *([] if named is None else [_one(DOCUMENT, named)])]) + "\n"


def _script(text: str, named: int | None) -> str:
    """A script with the module's comments, which runs things."""
    told = re.findall(r"^\s*# .*", text, re.MULTILINE)[:60]
    runs = [f'python -m tool.part{n} --input "$DATA/{n}" --debug' for n in range(30)]
    named_lines = [] if named is None else [_one(SHELL, named)]
    return "\n".join(["#!/usr/bin/env bash", "set -e", *told, *runs, *named_lines]) + "\n"
