"""The arguments of the ms-swift that is installed, read from its dataclasses."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Literal, Union

from src.kinds import Spec
from src.swift_table import SwiftTable

_PLAIN = {bool: "bool", int: "int", float: "float", str: "str", dict: "dict", type(None): "null"}


def live() -> SwiftTable:
    """Read the table from ms-swift; takes about 10 seconds. Raises ImportError without it."""
    from swift.llm.argument import RLHFArguments, TrainArguments  # type: ignore[import-not-found]

    names = known_names()
    return SwiftTable(
        version("ms-swift"), _fields(TrainArguments, names), _fields(RLHFArguments, names)
    )


def known_names() -> dict[str, list[Any]]:
    """Arguments that ms-swift declares as text but looks up in a registry, with what is in it."""
    from swift.llm import MODEL_MAPPING, TEMPLATE_MAPPING  # type: ignore[import-not-found]
    from swift.llm.argument.base_args.base_args import get_supported_tuners  # type: ignore[import-not-found]
    from swift.plugin import optimizers_map  # type: ignore[import-not-found]
    from transformers.trainer_utils import IntervalStrategy, SchedulerType  # type: ignore[import-not-found]

    return {
        "eval_strategy": [*sorted(member.value for member in IntervalStrategy), None],
        "lr_scheduler_type": sorted(member.value for member in SchedulerType),
        "model_type": [*sorted(MODEL_MAPPING), None],
        "optimizer": [*sorted(optimizers_map), None],
        "template": [*sorted(TEMPLATE_MAPPING), None],
        "train_type": sorted(get_supported_tuners()),
    }


def _fields(cls: Any, names: Mapping[str, list[Any]]) -> dict[str, Spec]:
    hints = typing.get_type_hints(cls)
    specs: dict[str, Spec] = {}
    for field in sorted(dataclasses.fields(cls), key=lambda field: field.name):
        if field.init:
            spec = (
                {"one_of": names[field.name]} if field.name in names else spec_of(hints[field.name])
            )
            specs[field.name] = _with_default(spec, field.default)
    return specs


def _with_default(spec: Spec, default: Any) -> Spec:
    """Saying the default is fine, even where the annotation forgot it (`List[float] = None`)."""
    if default is not None:
        return spec
    if isinstance(spec, str):
        return spec if "null" in spec.split("|") else f"{spec}|null"
    return {"one_of": [*(choice for choice in spec["one_of"] if choice is not None), None]}


def spec_of(hint: Any) -> Spec:
    """How the table spells an annotation; alternatives that no YAML can say are left out."""
    choices: list[Any] = []
    names: list[str] = []
    for option in _options(hint):
        if typing.get_origin(option) is Literal:
            choices += typing.get_args(option)
        elif isinstance(option, type) and issubclass(option, enum.Enum):
            choices += [member.value for member in option]
        else:
            names += _name(option)
    if choices:
        # `Union[SaveStrategy, str]` takes only the texts that are members.
        return {"one_of": choices + ([None] if "null" in names and None not in choices else [])}
    return "|".join(dict.fromkeys(names))


def _options(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


def _name(option: Any) -> list[str]:
    if option in _PLAIN:
        return [_PLAIN[option]]
    origin = typing.get_origin(option)
    if origin is list:
        (item,) = typing.get_args(option)
        return [f"list[{_PLAIN.get(item, 'str')}]"]
    return ["dict"] if origin is dict else []
