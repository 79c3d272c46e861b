"""What the trainer's loader makes of a node: PyYAML's own types, order and merge keys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from migrate.errors import InputError, Refused
from migrate.limits import NUMBER_CHARS
from migrate.locations import Place, shortened
from migrate.yaml_text.bounds import SCALAR_CHARS, check_number
from migrate.yaml_text.loaders import PYTHON, SAFE, UNMADE, Loader, Opaque, short_tag
from migrate.yaml_text.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node

_PREFIX = "tag:yaml.org,2002:"
_MERGE = _PREFIX + "merge"
_VALUE = _PREFIX + "value"
_STR = _PREFIX + "str"
_SCALAR_TAGS = frozenset(
    _PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp", "binary")
)


_PYYAML = yaml.constructor.SafeConstructor()
"""What the trainer has installed, asked about merge keys."""


def scalar_tag(node: Node, loader: Loader = SAFE) -> str:
    """The tag by which a scalar's value is made."""
    if node.tag is not None and node.tag != "!":
        return node.tag
    return loader.tag(node.value) if node.plain[0] else _STR


class Values:
    """Makes the values of one document's nodes, as `loader` would make them of the whole text."""

    def __init__(self, path: str, text: str, loader: Loader = SAFE) -> None:
        self.path = path
        self.text = text
        self.loader = loader
        self._shared: dict[int, Any] = {}

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        offset = node.props
        line_start = self.text.rfind("\n", 0, offset) + 1
        return Place(self.path, self.text.count("\n", 0, offset) + 1, offset - line_start + 1)

    def construct(self, node: Node) -> Any:
        """The Python value. Nodes that aliases share are made once.

        Raises InputError for what PyYAML cannot construct, Refused for tags it does not know.
        """
        if node.kind == SCALAR:
            return self._construct_scalar(node)
        if node.kind == ALIAS:
            return self.construct(node.target)
        if node.anchor is None:
            return self._collection(node)
        if id(node) not in self._shared:
            self._shared[id(node)] = self._collection(node)
        return self._shared[id(node)]

    def _construct_scalar(self, node: Node) -> Any:
        if node.tag is None and node.plain[0] and len(node.value) <= NUMBER_CHARS:
            try:  # most of them
                return self.loader.plain(node.value)
            except (yaml.YAMLError, *UNMADE):
                pass  # what is wrong is said below
        tag = scalar_tag(node, self.loader)
        if tag not in _SCALAR_TAGS and node.tag is not None:
            return self._opaque(node, node.value)
        check_number(node.value, tag, lambda: self.place(node))
        try:
            return self.loader.construct(node.value, tag)
        except yaml.YAMLError as error:
            text = shortened(node.value, SCALAR_CHARS)
            what = f"the plain scalar {text} cannot be loaded by PyYAML"
            raise InputError(what, self.place(node), f'quote it: "{text}"') from error
        except UNMADE as error:
            what = f"the scalar {shortened(node.value, SCALAR_CHARS)} cannot be loaded by PyYAML"
            raise InputError(what, self.place(node), "correct the value, or quote it") from error

    def _collection(self, node: Node) -> Any:
        value: Any
        if node.kind == MAPPING:
            value = {entry.pykey: self.construct(entry.value) for entry in self.logical(node)}
        else:
            value = [self.construct(item) for item in node.items]
        if node.tag in (None, "!", _PREFIX + "map", _PREFIX + "seq"):
            return value
        return self._opaque(node, value)

    def _opaque(self, node: Node, value: Any) -> Opaque:
        tag = node.tag or ""
        if tag.startswith(PYTHON) or (self.loader.opaque and not tag.startswith(_PREFIX)):
            return Opaque(short_tag(tag), value)
        hint = "delete the tag, or choose a dialect that keeps unknown tags"
        raise Refused(f"unknown tag {node.tag_text(self.text).strip()}", self.place(node), hint)

    def logical(self, mapping: Node) -> list[Entry]:
        """The entries a loader sees: merge keys expanded, in its order, repeats included.

        Merged entries come first. Which of two wins differs between releases of PyYAML, so the
        installed one is asked.
        """
        merges = False
        for entry in mapping.entries:
            if is_merge(entry.key):
                merges = True
            elif entry.pykey is None:
                entry.pykey = self.key(entry.key)
        if not merges:
            return mapping.entries
        if self.loader.yaml_1_2:
            brought = [one for entry in mapping.entries for one in self.brought(entry)]
            return brought + [entry for entry in mapping.entries if not is_merge(entry.key)]
        node = self._stand_in(mapping, {})
        _PYYAML.flatten_mapping(node)
        return [entry for _, entry in node.value]

    def brought(self, entry: Entry) -> list[Entry]:
        """What a merge key brings, before others win over it; nothing for any other key."""
        if not is_merge(entry.key):
            return []
        return [one for mapping in reversed(self._sources(entry)) for one in self.logical(mapping)]

    def _stand_in(self, mapping: Node, made: dict[int, yaml.MappingNode]) -> yaml.MappingNode:
        """A mapping as PyYAML's own node, with our entries as the values of its keys.

        The texts of keys must be the very objects of its parser: one release goes by them.
        """
        if id(mapping) not in made:
            made[id(mapping)] = node = yaml.MappingNode(_PREFIX + "map", [])
            for entry in mapping.entries:
                if is_merge(entry.key):
                    nodes = [self._stand_in(one, made) for one in self._sources(entry)]
                    one = entry.value.resolved().kind == MAPPING
                    value = nodes[0] if one else yaml.SequenceNode(_PREFIX + "seq", nodes)
                    node.value.append((yaml.ScalarNode(_MERGE, "<<"), value))
                else:
                    if entry.pykey is None:
                        entry.pykey = self.key(entry.key)
                    text = entry.key.resolved().value
                    node.value.append((yaml.ScalarNode(_STR, text), entry))
        return made[id(mapping)]

    def _sources(self, entry: Entry) -> list[Node]:
        """The mappings that a merge key names. Raises InputError for anything else."""
        if not self.loader.merge_keys:
            what = "the merge key << is an error to the loader, which looks for repeated keys"
            raise InputError(what, self.place(entry.key), "write out what it brings")
        node = entry.value.resolved()
        if node.kind == MAPPING:
            return [node]
        items = [item.resolved() for item in node.items] if node.kind != SCALAR else []
        if node.kind == SCALAR or any(item.kind != MAPPING for item in items):
            what = (
                "merge key << needs a mapping or a list of mappings, but this is a "
                f"{noun(entry.value)}"
            )
            raise InputError(
                what, self.place(entry.value), "write *name to merge an anchored mapping"
            )
        return items

    def key(self, node: Node) -> Hashable:
        """A mapping key's value. Raises Refused for a collection as a key."""
        target = node.resolved()
        if target.kind != SCALAR:
            hint = "use a string, number or boolean as the key"
            raise Refused("a list or mapping cannot be a key", self.place(node), hint)
        if scalar_tag(target, self.loader) == _VALUE:
            return "="
        key = self._construct_scalar(target)
        if isinstance(key, Opaque):
            hint = "delete the tag, or use a plain key"
            raise Refused("a tagged value cannot be a key", self.place(node), hint)
        return key  # type: ignore[no-any-return]


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same to a trainer.

    Types count (1, 1.0, True and "1" are four values), so do the sign of zero, key types and list
    order; mapping order does not; a not-a-number equals itself.
    """
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is str:
        return bool(left == right)
    if isinstance(left, dict):
        return _same_mapping(left, right)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Opaque):
        return left.tag == right.tag and same(left.value, right.value)
    return repr(left) == repr(right) if isinstance(left, float) else bool(left == right)


def _same_mapping(left: dict[Any, Any], right: dict[Any, Any]) -> bool:
    if len(left) != len(right):
        return False
    if all(map(_is_text, left)):  # a text equals texts alone
        return all(key in right and same(value, right[key]) for key, value in left.items())
    types = {key: type(key) for key in right}
    return all(
        types.get(key) is type(key) and same(value, right[key]) for key, value in left.items()
    )


def _is_text(key: Hashable) -> bool:
    return type(key) is str


def noun(node: Node) -> str:
    """What people call a node."""
    kind = node.resolved().kind
    return "list" if kind == SEQUENCE else kind


def is_merge(key: Node) -> bool:
    """Whether a key is YAML 1.1's merge key `<<`."""
    return key.kind == SCALAR and key.value == "<<" and scalar_tag(key) == _MERGE
