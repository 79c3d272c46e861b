"""Write `docs/schema/ms-swift-3.12.1.json` from the dataclasses of the ms-swift that is installed.

Needs the extra `trainer`. `--check` writes nothing and exits 1 where the recorded table differs.
"""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from src.swift_live import live
from src.swift_table import RECORDED, VERSION


def main(argv: list[str]) -> int:
    """Write or check the table. Exit code 3 for another version of ms-swift."""
    table = live()
    if table.version != VERSION:
        sys.stderr.write(
            f"error: ms-swift {table.version} is installed, the table is for {VERSION}\n"
        )
        return 3
    text = table.text()
    path = os.path.relpath(RECORDED)
    if "--check" in argv:
        with open(path, encoding="utf-8") as file:
            same = file.read() == text
        print(f"{path} is {'what' if same else 'not what'} ms-swift {VERSION} says")
        return 0 if same else 1
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print(
        f"{path}: {len(table.sft)} arguments of TrainArguments, {len(table.rlhf)} of RLHFArguments"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
