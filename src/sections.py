"""The sections of a config: which feed ms-swift, which are ours, and what ours may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from src.kinds import Spec

FLATTENED = ("model", "quantization", "data", "template", "tuner", "training", "rlhf")
"""Flattened into one argument set in this order, later ones winning."""

Schema = Mapping[str, Any]
"""A key to its kind, or to the schema of the mapping below it."""

OWNED: dict[str, dict[str, Spec]] = {
    "training": {
        "effective_batch_size": "positive",
        "save_delay_steps": "int|null",
        "save_delay_epochs": "float|null",
        "save_last_epoch": "bool",
    },
    "rlhf": {"llm_kd_weight": "float"},
}
"""Keys of the flattened sections that ms-swift does not know; the launcher reads them."""

CUSTOM: Schema = {
    "fusion_config": "str|null",
    "json_format": {"one_of": ["standard"]},
    "bbox_format": {"one_of": ["norm1000", "none"]},
    "object_order": {"one_of": ["tlbr", "random"]},
    "max_objects_per_image": "positive",
    "train_sample_limit": "positive|null",
    "val_sample_limit": "positive|null",
    "val_sample_with_replacement": "bool",
    "dump_conversation_text": "bool",
    "dump_conversation_path": "str|null",
    "token_metrics": {"enabled": "bool", "groups": "list[str]", "log_interval": "positive"},
    "assistant_prefix": {"enabled": "bool", "format": "str", "apply_to": "list[str]"},
    "use_summary": "bool",
    "summary_field": "str",
    "irrelevant_ratio": "fraction",
    "summary_sort": "str",
    "augmentation": {
        "enabled": "bool",
        "draw_once_per_prompt": "bool",
        "bypass_prob": "fraction",
        "seed": "int|null",
        "ops": "list",
    },
    "augmentation_curriculum": {"enabled": "bool", "phases": "list"},
    "grpo": {
        "match_iou": "fraction",
        "label_aliases": "dict",
        "min_objects": "int",
        "max_objects": "int",
        "hard_negative_ratio": "fraction",
        "count_tolerance": "int",
        "forbidden_words": "list[str]",
    },
    "distill": {
        "teacher_name": "str",
        "min_teacher_confidence": "fraction",
        "balance_verdicts": "bool",
    },
    "rationale_dropout": "fraction",
}

PROMPTS: Schema = {
    "profile": {"one_of": ["dense", "summary", "stage_b"]},
    "language": {"one_of": ["zh", "en"]},
    "system": "str",
    "user": "str",
    "categories": "list[str]",
    "separator": "str",
    "empty_answer": "str",
    "verdicts": "list[str]",
}

DEEPSPEED: Schema = {"enabled": "bool", "config": "str|null"}

FUSION_ENTRY: Schema = {
    "name": "str",
    "dataset": "str",
    "train_jsonl": "str",
    "val_jsonl": "str|null",
    "template": "str",
    "mode": {"one_of": ["dense", "summary", "verdict"]},
    "ratio": "float",
    "augmentation_enabled": "bool",
    "curriculum_enabled": "bool",
    "max_objects_per_image": "positive",
}

TOP_LEVEL = (*FLATTENED, "deepspeed", "global_max_length", "prompts", "custom")
