"""The launcher's loader where ms-swift is: it knows by name whatever the launcher would hand on."""

from __future__ import annotations

import dataclasses
from typing import Any

from src.arguments import argument_set
from src.sft import load_config


def load(path: str) -> dict[Any, Any]:
    """The resolved config. Raises ValueError for an argument that ms-swift does not have."""
    from swift.llm.argument import RLHFArguments, TrainArguments  # type: ignore[import-not-found]

    config = load_config(path)
    arguments = argument_set(config)
    kind = RLHFArguments if arguments.rlhf else TrainArguments
    unknown = sorted(arguments.swift.keys() - {field.name for field in dataclasses.fields(kind)})
    if unknown:
        raise ValueError(f"ms-swift has no {', '.join(unknown)}")
    return config
