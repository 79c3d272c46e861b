"""Start a training from one config: `python -m src.sft --config X [--dry-run]`.

`extends` is resolved, the sections become the one argument set of ms-swift, and SFT runs, or RLHF
where `rlhf.rlhf_type` is set. `--dry-run` prints the argument set as JSON and needs no ms-swift.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from migrate.errors import DONE, INPUT, USAGE, InputError, MigrateError, raise_all
from migrate.resolve import Resolver
from migrate.trees.tree import DiskTree
from src.arguments import ArgumentSet, argument_set, section
from src.fusion import datasets, resolve_fusion
from src.names import find_config, find_root


def main(argv: list[str]) -> int:
    """Print or run. Exit code 2 for a wrong command line, 3 for a config or machine to correct."""
    options = parser().parse_args(argv)
    try:
        world_size = read_world_size(options.world_size or os.environ.get("WORLD_SIZE", "1"))
        path = os.path.abspath(find_config(options.config))
        root = find_root(path)
        config = load_config(path)
        arguments = argument_set(config, world_size)
        if options.dry_run:
            sys.stdout.write(arguments.text())
            return DONE
        os.chdir(root)  # every path in a config is relative to the root
        sys.stderr.write(left_to_plugins(arguments, config))
        train(with_datasets(arguments, config, root))
    except MigrateError as error:
        sys.stderr.write(error.render() + "\n")
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name not in ("swift", "torch", "transformers"):
            raise
        hint = "hint: install the extra `trainer`, or add --dry-run"
        sys.stderr.write(f"error: {error.name} is not installed\n{hint}\n")
        return INPUT
    return DONE


def load_config(path: str) -> dict[Any, Any]:
    """The resolved config of a file. Raises InputError for one that cannot be trained."""
    path = os.path.abspath(path)
    root = find_root(path)
    return Resolver(DiskTree(root)).resolve(os.path.relpath(path, root).replace(os.sep, "/")).python


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m src.sft", description="Start a training from one config."
    )
    made.add_argument(
        "--config", required=True, metavar="X", help="a path, or a name such as grpo/dense_2048"
    )
    made.add_argument(
        "--dry-run", action="store_true", help="print the argument set, start nothing"
    )
    made.add_argument(
        "--world-size",
        metavar="N",
        help="with --dry-run: as if on N processes (else WORLD_SIZE, or 1)",
    )
    return made


def read_world_size(text: str) -> int:
    """The number of processes. Raises a usage error for anything but an integer above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise WrongUsage(
            f"{text!r} is no number of processes",
            hint="WORLD_SIZE and --world-size are integers above 0",
        )
    return int(text)


class WrongUsage(MigrateError):
    """A command line that means nothing."""

    exit_code = USAGE


def with_datasets(arguments: ArgumentSet, config: dict[Any, Any], root: str) -> ArgumentSet:
    """The same arguments with the datasets of the fusion config in place of the placeholders.

    Raises InputError for a fusion config with faults, or one whose files are not there.
    """
    path = section(config, "custom").get("fusion_config")
    if path is None:
        return arguments
    fusion = resolve_fusion(DiskTree(root), path)
    raise_all(fusion.faults)
    train_files, val_files = datasets(fusion, count_rows)
    for name in (*train_files, *val_files):
        if not os.path.isfile(name.partition("#")[0]):
            raise InputError(
                f"{path} names {name}, which does not exist", hint="fetch the data first"
            )
    return replace(
        arguments, swift={**arguments.swift, "dataset": train_files, "val_dataset": val_files}
    )


def left_to_plugins(arguments: ArgumentSet, config: dict[Any, Any]) -> str:
    """A note of what nobody reads here: not ms-swift, not this launcher, and no plugin is named."""
    if arguments.swift.get("external_plugins") or arguments.swift.get("custom_register_path"):
        return ""
    keys = [f"custom.{key}" for key in section(config, "custom") if key != "fusion_config"]
    keys += ["prompts"] if section(config, "prompts") else []
    if not keys:
        return ""
    hint = "name the plugin that reads them in data.custom_register_path"
    return f"note: without effect here: {', '.join(keys)}\nhint: {hint}\n"


def count_rows(path: str) -> int:
    """The lines of a JSONL file that hold something. Raises InputError."""
    try:
        with open(path, "rb") as file:
            return sum(1 for line in file if line.strip())
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", path, "fetch the data first"
        ) from None


def train(arguments: ArgumentSet) -> Any:
    """Hand the arguments to ms-swift and train; returns what its own entry point returns."""
    from swift.llm import (  # type: ignore[import-not-found]
        RLHFArguments,
        TrainArguments,
        rlhf_main,
        sft_main,
    )
    from swift.plugin import extra_callbacks  # type: ignore[import-not-found]

    from src.callbacks import SaveSchedule

    extra_callbacks[:] = [SaveSchedule.from_settings(arguments.owned)]
    if arguments.rlhf:
        return rlhf_main(RLHFArguments(**arguments.swift))
    return sft_main(TrainArguments(**arguments.swift))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
