"""`migrate explain`: which file set a value, in one config or in many, and what lost to it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NamedTuple

from migrate.commands.missing import NoSuchKey, whereabouts
from migrate.errors import InputError, raise_all
from migrate.locations import SUFFIXES, KeyPath, Place, parse_dotted
from migrate.resolve import Branch, Resolved, Route, RoutedSetting, Setting, Slot, routes
from migrate.workspace.config_names import (
    GIT,
    LEGACY,
    ConfigName,
    config_names,
    presets,
    resolved_side,
)
from migrate.workspace.view import View
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Entry, Node, Span
from migrate.yaml_text.find import find_node


class SettingText(NamedTuple):
    """What one file says of a key. `text` is its author's spelling, None for more than a scalar."""

    place: Place
    value: Any
    text: str | None
    comments: tuple[str, ...]
    active: bool
    of: KeyPath | None = None
    """The key around it, where a file replaced that one as a whole."""
    route: Route | None = None
    """By which files it came, where the file is reached in more than one way."""


class KeyExplanation(NamedTuple):
    """One key: its value, and who said what of it, in merge order. The active ones come last.

    A merged mapping has several; a key that is not in the resolved config has none.
    """

    key: KeyPath
    value: Any
    said: tuple[SettingText, ...]

    @property
    def active(self) -> bool:
        """Whether the resolved config has this key."""
        return any(one.active for one in self.said)


class Explanation(NamedTuple):
    """The answer for a key, a section, or everything."""

    config: str
    key: KeyPath
    chain: tuple[str, ...]
    settings: list[KeyExplanation]
    around: KeyExplanation | None = None
    """The section itself, where files disagreed about it as a whole."""
    routes: Mapping[str, RoutesTo] | None = MappingProxyType({})
    """The files that are reached in more than one way; None where there are too many ways."""


class RoutesTo(NamedTuple):
    """Every route to a file, in merge order, and those that count: one, where the dialect merges a
    file only once."""

    every: tuple[Route, ...]
    counting: tuple[Route, ...]


class ValueGroup(NamedTuple):
    """The configs in which a key has the same value, set in the same place.

    `explained` holds what any of them says of the key, `counts` for each of these settings in how
    many of the configs it stands: what lost may not be the same everywhere.
    """

    configs: tuple[str, ...]
    explained: KeyExplanation
    counts: tuple[int, ...]


class KeyGroups(NamedTuple):
    """One key over many configs: groups in the order of their first config, and who lacks it."""

    key: KeyPath
    groups: tuple[ValueGroup, ...]
    unset: tuple[str, ...]


class Explanations(NamedTuple):
    """The answer for many configs: their chains by path, and each key in order of appearance."""

    key: str | None
    chains: dict[str, tuple[str, ...]]
    keys: list[KeyGroups]
    faults: list[InputError]
    """What is wrong with the configs that cannot be explained."""


def explain_all(view: View, configs: Iterable[ConfigName], key: str | None = None) -> Explanations:
    """Explain a key, a section or everything in many configs; equal answers are one group.

    Raises InputError for what is not a key path, and for a key that none of the configs ever set.
    """
    chains: dict[str, tuple[str, ...]] = {}
    faults: list[InputError] = []
    missing: list[NoSuchKey] = []
    answers: dict[KeyPath, dict[Hashable, list[tuple[str, KeyExplanation]]]] = {}
    for name in configs:
        label = name.path or name.label
        try:
            resolved = resolved_side(view, name)
            chains[label] = resolved.paths
            found = explain(resolved, key)
        except NoSuchKey as error:
            missing.append(error)
            continue
        except InputError as error:
            faults.append(error)
            continue
        for one in (*([found.around] if found.around else ()), *found.settings):
            same = answers.setdefault(_by_type(one.key), {}).setdefault(_answer(one), [])
            same.append((label, one))
    if not answers:
        raise_all([*faults, *missing[:1]])
    keys = [_groups(same, chains) for same in answers.values()]
    return Explanations(key, chains, keys, faults)


_ASKED = 20
"""In so many configs a word is looked for that may be a key or a config."""


def configs_and_key(
    view: View, words: Sequence[str], key: str | None
) -> tuple[list[ConfigName], str | None]:
    """Which words name configs, and the key: the last word, where it is not a config.

    Raises InputError for words that name nothing, and for a last word that is both.
    """
    if key is not None or len(words) == 1:
        return config_names(view, words), key
    *rest, last = words
    names = config_names(view, rest)
    if _is_key(view, names, last):
        if (path := _config_too(view, last)) is not None:
            what = f"`{last}` is a key of what stands before it, and a config as well"
            hint = f"write --key {shlex.quote(last)}, or for the config {shlex.quote(path)}"
            raise InputError(what, None, hint)
        return names, last
    try:
        return config_names(view, words), None
    except InputError as error:
        if last.endswith(SUFFIXES) or last.startswith((LEGACY, GIT)) or set(last) & set("/*?"):
            raise
        if error.hint.startswith("did you mean") and not _is_near(view, names, last):
            raise
    return names, last


def _is_key(view: View, names: list[ConfigName], word: str) -> bool:
    """Whether one of these configs has a key that is spelled so."""
    for name in names[:_ASKED]:
        with suppress(InputError):
            explain(resolved_side(view, name), word)
            return True
    return False


def _is_near(view: View, names: list[ConfigName], word: str) -> bool:
    """Whether the first config has a key that is spelled almost so."""
    try:
        explain(resolved_side(view, names[0]), word)
    except NoSuchKey as missing:
        return bool(missing.near)
    except InputError:
        return False
    return True


def _config_too(view: View, word: str) -> str | None:
    """The path of the config, or the folder, that is called like a key; plans are read only if
    they may have such a preset."""
    path = view.path(word) if not word.startswith("..") else word
    if view.tree.exists(path):
        return f"./{path}"
    if os.path.isdir(word) or os.path.isdir(os.path.join(view.root, word)):
        with suppress(InputError):
            return f"{word}/" if config_names(view, [word]) else None
    as_key = re.compile(rb"[\s{,]['\"]?" + re.escape(os.fsencode(word)) + rb"['\"]?\s*:")
    if any(as_key.search(view.tree.read(one)) for one in view.plan_files()):
        return presets(view).get(word)
    return None


def _by_type(path: KeyPath) -> KeyPath:
    """A key path by which 1 and true are two keys."""
    return tuple(part if type(part) is str else (type(part), part) for part in path)


def _answer(one: KeyExplanation) -> Hashable:
    """What two configs share that get the same value of a key from the same place."""
    from migrate.parity.values import token  # one config alone needs none

    decisive = [said.place for said in one.said if said.active or not one.active]
    return one.active, token(one.value), tuple(decisive)


def _groups(
    answers: dict[Hashable, list[tuple[str, KeyExplanation]]], chains: Iterable[str]
) -> KeyGroups:
    groups = tuple(_group(same) for same in answers.values())
    having = {config for group in groups for config in group.configs}
    unset = tuple(config for config in chains if config not in having)
    return KeyGroups(groups[0].explained.key, groups, unset)


def _group(same: list[tuple[str, KeyExplanation]]) -> ValueGroup:
    """The answers as one, with every setting that lost in any of the configs."""
    configs = tuple(config for config, _ in same)
    first = same[0][1]
    counts: dict[tuple[Place, bool, KeyPath | None], int] = {}
    settings: dict[tuple[Place, bool, KeyPath | None], SettingText] = {}
    for _, one in same:
        for said in one.said:
            known = said.place, said.active, said.of
            settings.setdefault(known, said)
            counts[known] = counts.get(known, 0) + 1
    # The active ones come last, as in each of the answers.
    order = sorted(settings, key=lambda known: settings[known].active)
    explained = first._replace(said=tuple(settings[known] for known in order))
    return ValueGroup(configs, explained, tuple(counts[known] for known in order))


def explain(resolved: Resolved, key: str | None = None) -> Explanation:
    """Explain a key, a section and all in it, or everything.

    Raises InputError for what is not a key path, and for a key that no file of the chain ever set.
    """
    path = spelled(resolved, key) if key else ()
    if not path:
        everything = list(_leaves(resolved, ()))
        return Explanation(resolved.path, path, resolved.paths, everything)
    step = _step(resolved.branch, path)
    around = None
    if isinstance(step, Slot) and isinstance(step.value, Branch) and step.value.slots:
        settings = [*_leaves(resolved, path, step.value)]
        whole = _explained(resolved, path, step)
        around = whole if any(not one.active for one in whole.said) else None
    else:
        settings = [_leaf(resolved, path, step, key or "")]
    return Explanation(resolved.path, path, resolved.paths, settings, around)


def explain_routes(resolved: Resolved, key: str | None = None) -> Explanation:
    """The same, and by which route each setting came of a file that is reached in several ways.

    Raises InputError as `explain`.
    """
    known = routes(resolved)
    if known is None:
        return explain(resolved, key)._replace(routes=None)
    found = explain(known.resolved, key)
    told = {path: RoutesTo(known.by_file[path], known.counting[path]) for path in known.by_file}
    return _with_routes(found, told)


def _with_routes(found: Explanation, told: dict[str, RoutesTo]) -> Explanation:
    """Routes are kept where there is more than one."""

    def known(one: KeyExplanation) -> KeyExplanation:
        said = (s if s.place.path in told else s._replace(route=None) for s in one.said)
        return one._replace(said=tuple(said))

    around = known(found.around) if found.around is not None else None
    settings = [known(one) for one in found.settings]
    return found._replace(settings=settings, around=around, routes=told)


def _leaf(
    resolved: Resolved, path: KeyPath, step: Slot | KeyExplanation | None, key: str
) -> KeyExplanation:
    if isinstance(step, Slot):
        return _explained(resolved, path, step)
    lost = tuple(_buried(resolved, path))
    if step is not None:
        return KeyExplanation(path, step.value, (*lost, *step.said))
    if not lost:
        raise whereabouts(resolved, path, key)
    return KeyExplanation(path, None, lost)


def spelled(resolved: Resolved, key: str) -> KeyPath:
    """A key path as a person spells it; a part may name an integer key. Raises InputError."""
    try:
        path = parse_dotted(key)
    except ValueError:
        hint = 'write custom.augmentation.ops[0].name; a key with a dot in it is "a.b"'
        raise InputError(f"{key!r} is not a key path", None, hint) from None
    branch: Any = resolved.branch
    out: list[Any] = []
    for part in path:
        keys = branch.slots if isinstance(branch, Branch) else {}
        like = [known for known in keys if str(known) == str(part)]
        out.append(like[0] if part not in keys and len(like) == 1 else part)
        branch = keys[out[-1]].value if out[-1] in keys else None
    return tuple(out)


def _leaves(
    resolved: Resolved, path: KeyPath, section: Branch | None = None
) -> Iterator[KeyExplanation]:
    for key, slot in (section or resolved.branch).leaves(path):
        yield _explained(resolved, key, slot)


def _explained(resolved: Resolved, path: KeyPath, slot: Slot) -> KeyExplanation:
    lost = [_said(one, active=False) for one in slot.lost]
    active = [_said(one, active=True) for one in slot.settings]
    return KeyExplanation(path, slot.python, (*_buried(resolved, path), *lost, *active))


def _step(branch: Branch, path: KeyPath) -> Slot | KeyExplanation | None:
    """The slot at a path, or what stands inside a list that a slot holds."""
    found = branch.nearest(path)
    if found is None:
        return None
    slot, rest = found
    if not rest:
        return slot
    return None if isinstance(slot.value, Branch) else _inside(slot, path, rest)


def _inside(slot: Slot, path: KeyPath, rest: KeyPath) -> KeyExplanation | None:
    document, node = slot.winner.document, slot.winner.entry.value
    step = find_node(document, node, rest)
    if step is None:
        return None
    value = document.value(step.value if isinstance(step, Entry) else step)
    said = _noted(document, step, active=True)._replace(route=_route(slot.winner))
    return KeyExplanation(path, value, (said,))


def _buried(resolved: Resolved, path: KeyPath) -> Iterator[SettingText]:
    """What was said of a key inside mappings that were replaced as a whole, and by what."""
    for length in range(1, len(path)):
        slot = resolved.branch.find(path[:length])
        if slot is None:
            return
        if resolved.dialect.merge == "shallow":
            yield from _replaced(slot, path[:length], path[length:])
            return
        within = [(one, _within(one, path[length:])) for one in slot.lost]
        if any(said is not None for _, said in within):
            for one, said in within:
                if said is not None:
                    yield said
                elif one.entry.value.resolved().kind != MAPPING:  # a mapping would have merged
                    yield _said(one, active=False)._replace(of=path[:length])
            if not isinstance(slot.value, Branch):
                yield _said(slot.winner, active=False)._replace(of=path[:length])
            elif within[-1][1] is not None:  # the first mapping took the place of a list
                yield _said(slot.settings[0], active=False)._replace(of=path[:length])


def _replaced(slot: Slot, above: KeyPath, rest: KeyPath) -> Iterator[SettingText]:
    """The same where each file that says the key at the top replaces all that was said before."""
    lost = False
    for setting in slot.all_settings():
        said = _within(setting, rest)
        active = setting is slot.winner and said is not None
        if said is not None and not active:
            yield said
        elif lost and not active:
            yield _said(setting, active=False)._replace(of=above)
        lost = lost or said is not None


def _within(setting: Setting, rest: KeyPath) -> SettingText | None:
    step = find_node(setting.document, setting.entry.value, rest)
    if step is None:
        return None
    return _noted(setting.document, step, active=False)._replace(route=_route(setting))


def _said(setting: Setting, active: bool) -> SettingText:
    return _noted(setting.document, setting.entry, active)._replace(route=_route(setting))


def _route(setting: Setting) -> Route | None:
    return setting.route if isinstance(setting, RoutedSetting) else None


def _noted(document: Document, step: Node | Entry, active: bool) -> SettingText:
    node = step.value if isinstance(step, Entry) else step
    start = step.start if isinstance(step, Entry) else step.props
    text = document.text[node.start : node.end] if node.kind == SCALAR else None
    comments = tuple(document.text[start:end] for start, end in _comments(document, step, node))
    return SettingText(document.place(start), document.value(node), text, comments, active)


def _comments(document: Document, step: Node | Entry, node: Node) -> Iterator[Span]:
    """The comments above a key, on its line, and below it where they are its own."""
    document.attribute()
    entry = step if isinstance(step, Entry) else None
    if entry is not None and entry.lead is not None:
        yield from entry.lead.lines
    first = entry.key.end if entry is not None else node.props
    inner = node.kind in (MAPPING, SEQUENCE) and not node.flow
    beside = document.comments_between(first, document.line_end(first) + 1)
    if not inner:
        last = document.comments_between(node.end, document.line_end(node.end) + 1)
        beside = [*beside, *(one for one in last if one not in beside)]
    after = entry.after if entry is not None else []
    yield from (one for one in beside if one not in after)
    yield from after
