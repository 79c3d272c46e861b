"""Random texts in which configs are named, or nearly."""

from __future__ import annotations

from hypothesis import strategies as st

TARGETS = {
    "configs/debug.yaml": None,
    "configs/train/dense.yaml": "configs/train/wide.yaml",
    "configs/train/dense-2.yaml": None,
    "configs/train/sft/dense.yaml": None,
    "configs/变/密.yaml": None,
    "configs/train/sft": None,
}
PARTS = (
    *("configs", "train", "sft", "dense", "dense-2", "debug", "变", "密", "tr", "ain", "other"),
    *("/", "/", "/", "\\", "./", "../", ".yaml", ".yml", ".", "-", "=", ": ", ", ", " ", "\n"),
    *("{X}", "${X}", "$X", "%s", "*", "**", "?", "[ds]", "<x>", '"', "'", '" + "', "' '"),
    *("--config", "config=", "preset", "CFG=", "config_path=", "config_name=", "X = ", "f'"),
    *(
        "os.path.join(",
        "Path(",
        ")",
        '", "',
        "# ",
        "- ",
        "run ",
        "cd ",
        "sft/",
        "extends: [",
        "]",
        "(",
        "`",
    ),
)
FILES = (
    "a.py",
    "configs/train/i.sh",
    "configs/j.md",
    "b.sh",
    "c.md",
    "configs/d.yaml",
    "e/f.yml",
    "g.ipynb",
    "h.txt",
)


def content_of(path: str, parts: list[str]) -> bytes:
    """The parts one behind another; in a notebook, as the source of a cell."""
    text = "".join(parts)
    if path.endswith(".ipynb"):
        source = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        text = f'{{"cells": [{{"cell_type": "code", "source": "{source}"}}]}}'
    return text.encode()


texts = st.lists(st.sampled_from(PARTS), min_size=2, max_size=24)
trees = st.dictionaries(st.sampled_from(FILES), texts, min_size=1).map(
    lambda found: {path: content_of(path, parts) for path, parts in found.items()}
)
"""Trees of a few such files."""
