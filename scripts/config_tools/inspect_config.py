"""Look at training configs by the commands that teams know: a thin front on `migrate`.

python scripts/config_tools/inspect_config.py inspect --config X [--format json|yaml]
python scripts/config_tools/inspect_config.py diff --left A --right B --profile parity

Exits 0, or 1 on forbidden diffs; input that can be fixed exits 3, as `migrate` does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from migrate.cli.main import run  # noqa: E402 - found by the line above


def arguments(argv: list[str] | None = None) -> list[str]:
    """What `migrate` is called with."""
    parser = argparse.ArgumentParser(description="Inspect and compare resolved configs.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    inspect = verbs.add_parser("inspect", help="print the resolved config")
    inspect.add_argument("--config", required=True, help="a path or a preset's name")
    inspect.add_argument("--format", choices=["json", "yaml"], default="json")
    diff = verbs.add_parser("diff", help="compare two configs; exit 1 on forbidden diffs")
    diff.add_argument("--left", required=True, help="a path, a preset or legacy:NAME")
    diff.add_argument("--right", required=True, help="the same")
    diff.add_argument("--profile", help="a parity profile; `parity` is the one of the plans")
    given = parser.parse_args(argv)
    if given.verb == "inspect":
        return ["inspect", given.config, "--only", "payload", "--format", given.format]
    profile = [] if given.profile is None else ["--profile", given.profile]
    return ["diff", given.left, given.right, *profile]


if __name__ == "__main__":
    sys.exit(run(arguments()))
