"""What a machine without GPUs cannot do, switched off: the same for the old and the new side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from src.arguments import ArgumentSet

NO_GPU: dict[str, Any] = {
    "bf16": False,
    "torch_dtype": "float32",
    "attn_impl": None,
    "deepspeed": None,
    "report_to": [],
    "add_version": False,
    "check_model": False,  # asks a hub whether the weights are the latest
}
NO_VLLM: dict[str, Any] = {"use_vllm": False, "vllm_mode": None, "vllm_server_host": None}
TEXT_MODEL: dict[str, Any] = {
    "model_type": "qwen3",
    "template": "qwen3",
    "optimizer": None,  # parameter groups per tower: a text model has none
    "vit_lr": None,
    "aligner_lr": None,
    "dataloader_num_workers": 0,
    "dataloader_prefetch_factor": None,
    "dataloader_pin_memory": False,
    "dataset_num_proc": 1,
    "val_dataset": [],
}
THREE_STEPS: dict[str, Any] = {
    "max_steps": 3,
    "gradient_accumulation_steps": 1,
    "logging_steps": 1,
    "log_level": "warning",
    "eval_strategy": "no",
    "save_strategy": "no",
}


def without_gpu(arguments: ArgumentSet, model: str, dataset: str, output: str) -> ArgumentSet:
    """The same run without GPU, vLLM and deepspeed, on a model and data that are there."""
    changes = {
        **NO_GPU,
        "model": model,
        "dataset": [dataset],
        "val_dataset": [],
        "output_dir": output,
    }
    changes |= {"logging_dir": f"{output}/tb"}
    return replace(
        arguments, swift={**arguments.swift, **changes, **(NO_VLLM if arguments.rlhf else {})}
    )


def three_steps(arguments: ArgumentSet, model: str, dataset: str, output: str) -> ArgumentSet:
    """Three steps of an SFT run on a text model; rates, decay, rank and dropout stay."""
    small = without_gpu(arguments, model, dataset, output)
    owned = {**small.owned, "save_last_epoch": False}
    return replace(small, swift={**small.swift, **TEXT_MODEL, **THREE_STEPS}, owned=owned)
