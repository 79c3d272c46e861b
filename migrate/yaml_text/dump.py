"""Values as YAML for reading; what the trainer's loader makes of it is the same again."""

from __future__ import annotations

from typing import Any

import yaml

from migrate.yaml_text.loaders import Opaque


class _Dumper(yaml.SafeDumper):
    """Block style, list items indented below their key, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _opaque(dumper: yaml.SafeDumper, value: Opaque) -> yaml.Node:
    node = dumper.represent_data(value.value)
    node.tag = value.tag
    return node


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    """A text of several lines as a block: where a block cannot hold it, PyYAML quotes it."""
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(Opaque, _opaque)
_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """A value as YAML, keys in the order they have."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text
