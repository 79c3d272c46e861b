"""What is worth knowing though no fault: values read two ways, restated values, misspellings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from migrate.findings import NOTE, WARNING, Finding
from migrate.locations import KeyPath, Place, dotted
from migrate.plan import Plans
from migrate.resolve import Resolver, Slot, read_branch, shown
from migrate.rules.presets import Layers, first_place, said
from migrate.rules.spelling import near, outliers
from migrate.yaml_text import SCALAR, Document, Node, is_merge, same

Style = Callable[[Layers], Iterator[Finding]]
"""Looks at all presets of the tree."""

GROWN = 0.75
"""The part of `overlay_keys` from which on an overlay is said to have grown."""


def check_style(plans: Plans, resolver: Resolver, only: Iterable[str] = ()) -> Iterator[Finding]:
    """What is worth knowing about the presets: notes, some of them warnings."""
    return style_findings(Layers(plans, resolver, only))


def style_findings(layers: Layers) -> Iterator[Finding]:
    """The same of presets that were looked at already."""
    for style in STYLES.values():
        yield from style(layers)


def documents(layers: Layers) -> list[Document]:
    """Every file of the chains of the chosen configs, once, in path order."""
    configs = [*layers.chosen, *layers.others]
    found = {known.path: known for resolved in configs for known in resolved.chain}
    return [found[path] for path in sorted(found)]


# YAML 1.2's core schema, https://yaml.org/spec/1.2.2/#103-core-schema

_CORE: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"(?:null|Null|NULL|~|)\Z"), lambda _: None),
    (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), lambda text: text[0] in "tT"),
    (re.compile(r"[-+]?[0-9]+\Z"), int),
    (re.compile(r"0o[0-7]+\Z"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]+\Z"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(?:nan|NaN|NAN)\Z"), lambda _: float("nan")),
)


def core_value(text: str) -> object:
    """What YAML 1.2 makes of a plain scalar."""
    for pattern, make in _CORE:
        if pattern.match(text):
            return make(text)
    return text


def _versions(layers: Layers) -> Iterator[Finding]:
    """A plain scalar that YAML 1.1, which the trainer reads, and YAML 1.2 take for two values."""
    for document in documents(layers):
        for node in sorted(document.nodes(), key=lambda node: node.start):
            if node.kind == SCALAR and node.plain[0] and node.tag is None and not is_merge(node):
                yield from _read_apart(document, node)


def _read_apart(document: Document, node: Node) -> Iterator[Finding]:
    ours, other = document.value(node), core_value(node.value)
    if not same(ours, other):
        what = f"`{node.value}` is {_typed(ours)} here, and {_typed(other)} in YAML 1.2"
        hint = f'write "{node.value}" if a text is meant, else the value in full'
        place = document.place(node.start)
        yield Finding("yaml-versions", what, place, hint, WARNING)


def _typed(value: object) -> str:
    return f"the {_KINDS.get(type(value), type(value).__name__)} {shown(value)}"


_KINDS = {str: "text", int: "integer", float: "number", bool: "boolean"}


def _duplicates(layers: Layers) -> Iterator[Finding]:
    """A key given twice in one mapping: the first one is never read."""
    for document in documents(layers):
        for lost, won in document.duplicates:
            what = f"`{document.value(won.key)}` is given twice"
            hint = f"line {document.line(lost.start)} is not read; keep one of them"
            place = document.place(won.start)
            yield Finding("duplicate-key", what, place, hint, WARNING)


def _restated(layers: Layers) -> Iterator[Finding]:
    """An override that says what its parent says anyway."""
    for resolved in layers.chosen:
        for path, slot in resolved.branch.leaves():
            if slot.winner.document is not resolved.document:
                continue
            others = [one for one in slot.lost if one.document is not resolved.document]
            if others and same(said(others[-1]), slot.python):
                what = f"`{dotted(path)}` restates {shown(slot.python)}"
                hint = f"as {others[-1].place} says; delete it, unless it is to stay pinned"
                yield Finding("restated", what, slot.winner.place, hint, NOTE)


def _grown(layers: Layers) -> Iterator[Finding]:
    """An overlay that comes near the size at which it is one no more."""
    limit = layers.rules.overlay_keys
    for resolved in layers.chosen:
        document = resolved.document
        own = read_branch(document, document.entries, document.root)
        count = sum(1 for _ in own.leaves())
        if layers.families[resolved.path].parents and GROWN * limit < count <= limit:
            what = f"has grown to {count} keys, an overlay sets at most {limit}"
            hint = "see whether it is a preset of its own by now"
            yield Finding("overlay-grown", what, first_place(resolved), hint, NOTE)


def _spelling(layers: Layers) -> Iterator[Finding]:
    """A key that other presets spell differently."""
    users: dict[KeyPath, dict[str, Slot]] = {}
    for preset, resolved in layers.presets.items():
        for path, slot in resolved.branch.leaves():
            for length in range(1, len(path) + 1):
                above = resolved.branch.find(path[:length]) or slot
                users.setdefault(path[:length], {})[preset] = above
    told: set[tuple[KeyPath, Place]] = set()
    for rare, usual in outliers({path: set(found) for path, found in users.items()}):
        for preset, slot in users[rare].items():
            place = slot.winner.place
            if (not layers.only or preset in layers.only) and (rare, place) not in told:
                told.add((rare, place))
                other = next(iter(users[usual].values())).winner.place
                what = f"`{dotted(rare)}` is spelled `{usual[-1]}` in {near(len(users[usual]))}"
                hint = f"as in {other}; spell it one way, unless both are meant"
                yield Finding("spelling", what, place, hint, WARNING)


STYLES: dict[str, Style] = {
    "yaml-versions": _versions,
    "duplicate-key": _duplicates,
    "restated": _restated,
    "overlay-grown": _grown,
    "spelling": _spelling,
}
"""Every style check, in the order in which they are reported."""
