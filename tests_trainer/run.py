"""Train once, in a process of its own: `python -m tests_trainer.run ARGUMENTS.json LOSSES.json`."""

from __future__ import annotations

import json
import sys

from src.arguments import ArgumentSet
from src.sft import train


def main(source: str, target: str) -> None:
    """Read an argument set, train as the launcher does, write what the trainer logged."""
    import torch  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with open(source, encoding="utf-8") as file:
        data = json.load(file)
    result = train(ArgumentSet(data["command"] == "rlhf", data["arguments"], data["owned"]))
    with open(target, "w", encoding="utf-8") as file:
        json.dump(result["log_history"], file)


if __name__ == "__main__":
    main(*sys.argv[1:])
