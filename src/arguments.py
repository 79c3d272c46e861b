"""Map a resolved config to the one flat set of arguments that ms-swift takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrate.errors import InputError
from src.sections import FLATTENED, OWNED
from src.swift_table import SwiftTable, recorded

LENGTH_LIMITS = ("max_model_len", "max_length", "vllm_max_model_len")
"""What `global_max_length`, in tokens, feeds: model, template and vLLM."""


@dataclass(frozen=True)
class ArgumentSet:
    """`swift` goes to ms-swift; `owned` are the keys that only this launcher reads."""

    rlhf: bool
    swift: dict[str, Any]
    owned: dict[str, Any]

    def text(self) -> str:
        """Canonical JSON: keys sorted, two spaces, non-ASCII kept."""
        command = "rlhf" if self.rlhf else "sft"
        data = {"command": command, "arguments": self.swift, "owned": self.owned}
        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def argument_set(
    config: Mapping[Any, Any], world_size: int = 1, table: SwiftTable | None = None
) -> ArgumentSet:
    """The arguments of a resolved config on `world_size` processes. Raises InputError."""
    rlhf = bool(section(config, "rlhf").get("rlhf_type"))
    known = (table or recorded()).fields(rlhf)
    flat: dict[str, Any] = {}
    for name in FLATTENED:
        if name != "rlhf" or rlhf:  # without a type ms-swift would never read the section
            flat.update(section(config, name))
    owned = {key: flat.pop(key) for keys in OWNED.values() for key in keys if key in flat}
    flat.update({key: value for key, value in length_limits(config).items() if key in known})
    if config.get("global_max_length") is not None and flat.get("truncation_strategy") is None:
        # What is too long is dropped: `delete` is how 3.12 spells its template's `raise`.
        flat["truncation_strategy"] = "delete"
    flat["deepspeed"] = deepspeed_config(config)
    steps = accumulation_steps(owned.get("effective_batch_size"), flat, world_size)
    if steps is not None:
        flat["gradient_accumulation_steps"] = steps
    return ArgumentSet(rlhf, flat, owned)


def section(config: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    """A section of a config, empty where it is missing. Raises InputError for no mapping."""
    value = config.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise InputError(
            f"the section {name} is not a mapping", hint="scripts/validate_sft_config.py says where"
        )
    return value or {}


def length_limits(config: Mapping[Any, Any]) -> dict[str, int]:
    """Every length limit of ms-swift that follows `global_max_length`, in tokens."""
    length = config.get("global_max_length")
    return {} if length is None else dict.fromkeys(LENGTH_LIMITS, length)


def deepspeed_config(config: Mapping[Any, Any]) -> str | None:
    """The deepspeed file of a config, None where deepspeed is off."""
    settings = section(config, "deepspeed")
    return settings.get("config") if settings.get("enabled") else None


def accumulation_steps(effective: Any, flat: Mapping[str, Any], world_size: int) -> int | None:
    """How many batches make one step, rounded up; None where nobody asked. Raises InputError."""
    if effective is None:
        return None
    per_step = flat.get("per_device_train_batch_size", 1) * world_size
    if (
        not isinstance(effective, int)
        or not isinstance(per_step, int)
        or min(effective, per_step) < 1
    ):
        hint = "training.effective_batch_size and .per_device_train_batch_size are integers above 0"
        raise InputError(f"no accumulation makes {effective!r} of {per_step!r} a step", hint=hint)
    return -(-effective // per_step)
