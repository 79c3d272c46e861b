"""Check a training config without any model: `--config X [--base-config B] [--root DIR] [--live]`.

Exit codes: 0 nothing found, 1 findings, 2 wrong command line, 3 the config cannot be read.
"""

from __future__ import annotations

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from migrate.errors import DONE, FOUND, INPUT, MigrateError
from migrate.trees.tree import DiskTree
from src.names import find_config, find_root
from src.swift_table import SwiftTable, recorded
from src.validation import Config, validate


def main(argv: list[str]) -> int:
    """Print each finding with its place and a hint."""
    options = parser().parse_args(argv)
    try:
        path = os.path.abspath(find_config(options.config, options.root or "."))
        root = os.path.abspath(options.root or find_root(path))
        base = options.base_config and below(root, find_config(options.base_config, root))
        config = Config.load(DiskTree(root), below(root, path), base or "", table(options.live))
    except MigrateError as error:
        sys.stderr.write(error.render() + "\n")
        return error.exit_code
    except ImportError as error:
        sys.stderr.write(
            f"error: --live needs ms-swift: {error}\nhint: install the extra `trainer`\n"
        )
        return INPUT
    return report(config)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="validate_sft_config.py", description="Check a training config."
    )
    made.add_argument(
        "--config", required=True, metavar="X", help="a path, or a name such as grpo/dense_2048"
    )
    made.add_argument("--base-config", metavar="B", help="lay the config over this one first")
    made.add_argument(
        "--root", metavar="DIR", help="what paths are relative to; else the folder above configs/"
    )
    made.add_argument(
        "--live", action="store_true", help="ask the ms-swift that is installed, about 10 s"
    )
    return made


def table(ask_swift: bool) -> SwiftTable:
    """The arguments of ms-swift, recorded or asked for. Raises ImportError."""
    if not ask_swift:
        return recorded()
    from src.swift_live import live

    return live()


def below(root: str, path: str) -> str:
    """A path as the tree names it: relative to the root, with forward slashes."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def report(config: Config) -> int:
    """Print what is found. Exit code 0 or 1."""
    findings = validate(config)
    for finding in findings:
        print(finding.render())
    if findings:
        print(f"{config.resolved.path}: {len(findings)} finding{'s' if len(findings) > 1 else ''}")
        return FOUND
    files = len(config.resolved.chain)
    chain = f"{files} file{'s' if files > 1 else ''}"
    print(f"{config.resolved.path}: ok ({chain}, ms-swift {config.table.version})")
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
