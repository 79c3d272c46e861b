"""Find the config that a name such as `grpo/dense_2048` means, and the folder it belongs to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from migrate.errors import DONE, USAGE, MigrateError, MissingFile, nearest

PLACES = ("", "configs", os.path.join("configs", "train"))
"""Where a name is looked for, below the root, in this order."""


def find_root(path: str) -> str:
    """The folder that a config's paths are relative to: the nearest above that holds `configs/`.

    Without one it is the working directory, or the config's own folder where that lies elsewhere.
    """
    folder = os.path.dirname(os.path.abspath(path))
    own, here = folder, os.getcwd()
    while not os.path.isdir(os.path.join(folder, "configs")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return here if own.startswith(os.path.join(here, "")) else own
        folder = parent
    return folder


def find_config(name: str, root: str = ".") -> str:
    """The path of the config that a person means by a path or a name. Raises MissingFile.

    A name is a path below `configs/` or `configs/train/`, with or without `.yaml`; its folders may
    be joined by underscores, as in `sft_dense_1024`. Else it is a preset of the plans.
    """
    for place in PLACES:
        for ending in ("", ".yaml", ".yml"):
            path = os.path.join(place, name + ending)
            if os.path.isfile(os.path.join(root, path)):
                return os.path.normpath(os.path.join(root, path))
    shorts = dict(presets(root))
    plans = planned(root)
    known = {**plans, **{short.replace("/", "_"): path for short, path in shorts.items()}}
    if name in known:
        return known[name]
    hint = nearest(name, [*plans, *shorts]) or "name a file below configs/"
    raise MissingFile(f"no config is called {name!r}", hint=hint)


def planned(root: str) -> dict[str, str]:
    """The presets of the plans by name; empty where there are no plans to read."""
    from migrate.workspace import config_names as sides
    from migrate.workspace import view  # a path needs no plans

    top = os.path.abspath(root)
    found = sides.presets(view.View(top))
    return {name: os.path.normpath(os.path.join(root, path)) for name, path in found.items()}


def presets(root: str) -> Iterator[tuple[str, str]]:
    """The runnable configs with their shortest names, in sorted order: `(name, path)`."""
    top = os.path.join(root, "configs")
    for folder in ("", "train", "smoke"):
        for directory, _, files in sorted(os.walk(os.path.join(top, folder))):
            for file in sorted(files):
                path = os.path.join(directory, file)
                if file.endswith((".yaml", ".yml")) and (folder or directory.rstrip(os.sep) == top):
                    short = os.path.relpath(
                        path, os.path.join(top, "train") if folder == "train" else top
                    )
                    yield os.path.splitext(short)[0].replace(os.sep, "/"), os.path.normpath(path)
            if not folder:
                break


def main(argv: Sequence[str]) -> int:
    """Print the path that a name means. Exit code 3 where there is none."""
    if len(argv) != 1:
        sys.stderr.write("error: one name is needed\nhint: python -m src.names grpo/dense_2048\n")
        return USAGE
    try:
        sys.stdout.write(find_config(argv[0]) + "\n")
    except MigrateError as error:
        sys.stderr.write(error.render() + "\n")
        return error.exit_code
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
