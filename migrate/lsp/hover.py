"""What a key comes to: its value, who set it, what lost; of an extended file, its chain."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from migrate.commands.explain import KeyExplanation, SettingText, explain
from migrate.dialect import FUSION
from migrate.errors import InputError
from migrate.loading.fusion import resolve_fusion
from migrate.locations import KeyPath, dotted
from migrate.lsp.files import base_of, files_of
from migrate.lsp.folder import ConfigFolder, ConfigState
from migrate.lsp.outline import key_line
from migrate.lsp.spot import BASE, COMPOSING, Spot, spot_at
from migrate.lsp.words import block, code, counted
from migrate.resolve import Branch, Resolved, Resolver, Slot, shown
from migrate.yaml_text import SCALAR, Node
from migrate.yaml_text.find import find_node

LOSERS = 12
"""So many settings that lost are listed."""
SECONDS = 0.05
"""So long it is asked of the configs below whether they inherit a key."""


class Hover(NamedTuple):
    """Markdown, and the stretch of the text that it speaks of."""

    text: str
    start: int
    end: int


def hover(folder: ConfigFolder, path: str, offset: int) -> Hover | None:
    """What to say of what stands at an offset; None where there is nothing to say."""
    resolver = folder.resolver()
    look = folder.look(path, resolver)
    if look.resolved is None or folder.is_plan(path):
        return None
    if look.document is None:
        return _of_broken(folder, resolver, look, offset)
    spot = spot_at(look.document, offset)
    if spot is None:
        return None
    text = _of_spot(folder, resolver, look, spot)
    return Hover(text, spot.start, spot.end) if text else None


def _of_broken(
    folder: ConfigFolder, resolver: Resolver, look: ConfigState, offset: int
) -> Hover | None:
    """The key of a line in a text that does not parse, by the last one that did."""
    before = look.text[:offset]
    lines = look.text.split("\n")
    found = key_line(lines, before.count("\n"))
    if found is None or look.resolved is None:
        return None
    text = of_key(folder, resolver, look.resolved, found.path)
    start = before.rfind("\n") + 1
    return Hover(text, start + found.start, start + found.end) if text else None


def _of_spot(folder: ConfigFolder, resolver: Resolver, look: ConfigState, spot: Spot) -> str:
    if look.document is None or look.resolved is None:
        return ""
    if spot.what == COMPOSING:
        return chain_text(look.resolved)
    if spot.what == BASE and spot.node is not None:
        base = base_of(resolver, look.document, spot.node)
        return of_base(folder, resolver, base) if base else ""
    if spot.node is not None and (files := files_of(folder, look.document, spot.node)):
        return f"the file {code(files[0])}"
    if folder.is_fusion(look.path) and spot.path[0] in FUSION.list_merge:
        return of_entry(folder, look.path, spot.path)
    return of_key(folder, resolver, look.resolved, spot.path)


def of_entry(folder: ConfigFolder, path: str, key: KeyPath) -> str:
    """An entry of the dataset layer, or a key of one: what it comes to, and who spoke last."""
    if len(key) < 2:
        return ""
    try:
        fusion = resolve_fusion(folder.tree, path)
        document = folder.resolver().document(path)
    except InputError:
        return ""
    item = find_node(document, document.root, key[:2]) if document.root is not None else None
    said = document.value(item) if isinstance(item, Node) else None
    name = said.get("name") if isinstance(said, dict) else None
    entry = next((one for one in fusion.entries.get(key[0], ()) if one["name"] == name), None)
    if not isinstance(name, str) or entry is None:
        return ""
    if len(key) == 2 or key[2] not in entry:
        place = fusion.places.get((key[0], name))
        return f"{code(name)} of {code(key[0])}, last said in {code(str(place))}"
    place = fusion.places.get((key[0], name, str(key[2])))
    value = shown(entry[key[2]], 400)
    return block(f"{key[2]}: {value}", "yaml") + f"\n\n{code(name)}, set in {code(str(place))}"


# A file that is extended.


def of_base(folder: ConfigFolder, resolver: Resolver, path: str) -> str:
    """The chain of a file that is extended, and who else extends it."""
    look = folder.look(path, resolver)
    if look.resolved is None:
        problem = str(look.problem) if look.problem is not None else "cannot be read"
        return block(problem)
    heirs = folder.family.heirs(path)
    said = [chain_text(look.resolved)]
    if len(heirs) > 1:
        said.append(f"extended by {counted(len(heirs), 'config')}")
    return "\n\n".join(said)


def chain_text(resolved: Resolved) -> str:
    """The files of a chain in merge order, the last one wins."""
    width = len(str(len(resolved.paths)))
    lines = [f"{number:{width}}  {path}" for number, path in enumerate(resolved.paths, 1)]
    if len(lines) == 1:
        return f"{code(resolved.path)} extends no other file"
    return f"{counted(len(lines), 'file')}, in merge order\n\n" + block("\n".join(lines))


# A key.


def of_key(folder: ConfigFolder, resolver: Resolver, resolved: Resolved, path: KeyPath) -> str:
    """What is said of a key; "" for one that no file of the chain sets."""
    try:
        found = explain(resolved, dotted(path))
    except InputError:
        return ""
    slot = resolved.branch.find(found.key)
    if slot is not None and isinstance(slot.value, Branch) and slot.value.slots:
        said = _section(resolved, found.key, slot, slot.value)
    else:
        said = _leaf(found.settings[0])
    below = _below(folder, resolver, resolved.path, found.key)
    return "\n\n".join([*said, *([below] if below else [])])


def _leaf(one: KeyExplanation) -> Iterator[str]:
    if not one.active:
        yield f"{code(dotted(one.key))} is not set in the end"
        yield block("\n".join(_columns(one.said)))
        return
    winner = one.said[-1]
    comments = "".join(f"{line}\n" for line in winner.comments)
    yield block(f"{comments}{dotted(one.key)}: {_value(winner)}", "yaml")
    yield f"set in {code(str(winner.place))}"
    lost = one.said[:-1]
    if lost:
        yield "instead of\n\n" + block("\n".join(_columns(reversed(lost))))


def _value(said: SettingText) -> str:
    """A value as its author spelled it; a list or mapping as data."""
    text = said.text if said.text is not None else shown(said.value, 400)
    first, _, rest = text.partition("\n")
    return f"{first}\n{textwrap.indent(textwrap.dedent(rest), '  ')}" if rest else first


def _columns(settings: Iterable[SettingText]) -> Iterator[str]:
    """Each setting as its value and its place, the one that would win next first."""
    rows = [(_short(one), str(one.place)) for one in settings]
    width = max((len(value) for value, _ in rows), default=0)
    for value, place in rows[:LOSERS]:
        yield f"{value:{width}}  {place}"
    if len(rows) > LOSERS:
        yield f"... {len(rows) - LOSERS} more"


def _short(said: SettingText) -> str:
    text = shown(said.value, 40) if said.text is None or "\n" in said.text else said.text
    return (text if len(text) <= 40 else text[:37] + "...") + (" (the section)" if said.of else "")


def _section(resolved: Resolved, path: KeyPath, slot: Slot, branch: Branch) -> Iterator[str]:
    """How many keys of a section come from which file."""
    counts: dict[str, int] = dict.fromkeys(reversed(resolved.paths), 0)
    for _, leaf in branch.leaves():
        counts[leaf.winner.document.path] = counts.get(leaf.winner.document.path, 0) + 1
    rows = [(str(count), file) for file, count in counts.items() if count]
    width = max((len(count) for count, _ in rows), default=0)
    total = sum(counts.values())
    yield f"{code(dotted(path))} has {counted(total, 'key')}"
    yield block("\n".join(f"{count:>{width}}  {file}" for count, file in rows))


# Who inherits it.


class Heirs(NamedTuple):
    """Of the configs below a file: how many take a key from it, and where others set it."""

    asked: int
    inherit: int
    overriding: list[str]


def _below(folder: ConfigFolder, resolver: Resolver, path: str, key: KeyPath) -> str:
    below = folder.family.below(path)
    if not below:
        return ""
    heirs = _ask(resolver, path, key, below)
    if heirs.asked < len(below):
        return f"extended by {counted(len(below), 'config')} in all"
    text = (
        f"inherited by {heirs.inherit} of {counted(len(below), 'config')} that build on this file"
    )
    if heirs.overriding:
        shown_places = sorted(set(heirs.overriding))[:LOSERS]
        text += "; set again in\n\n" + block("\n".join(shown_places))
    return text


def _ask(resolver: Resolver, path: str, key: KeyPath, below: list[str]) -> Heirs:
    """Resolve the configs below, for as long as nobody would notice."""
    until = time.monotonic() + SECONDS
    asked, inherit, overriding = 0, 0, []
    for one in below:
        if time.monotonic() > until:
            break
        asked += 1
        try:
            slot: Any = resolver.resolve(one).branch.find(key)
        except (InputError, RecursionError):
            continue
        if slot is None:
            continue
        files = [setting.document.path for setting in slot.settings]
        if path in files:
            inherit += 1
        if files[-1] != path:
            overriding.append(_said_again(slot))
    return Heirs(asked, inherit, overriding)


def _said_again(slot: Slot) -> str:
    node = slot.winner.entry.value
    text = slot.winner.document.text[node.start : node.end] if node.kind == SCALAR else ""
    return f"{slot.winner.place}  {text if len(text) < 40 else ''}".rstrip()
