"""How `inspect` and `explain` look."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from migrate.canonical import canonical, plain
from migrate.locations import dotted, printable, printable_block, printable_json
from migrate.report.paint import Paint, columns, plural, start, width

if TYPE_CHECKING:
    from migrate.commands.explain import (
        Explanation,
        Explanations,
        KeyExplanation,
        KeyGroups,
        RoutesTo,
        SettingText,
        ValueGroup,
    )
    from migrate.commands.inspect import Inspection

VALUE_WIDTH = 60


def one_line(value: Any, limit: int = VALUE_WIDTH) -> str:
    """A value as JSON on one line, shortened in the middle beyond `limit` characters (0: never)."""
    return shortened(printable(json.dumps(plain(value), ensure_ascii=False)), limit)


def shortened(text: str, limit: int) -> str:
    """A text cut in the middle to at most `limit` terminal cells (0: never)."""
    if not limit or width(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{start(text, half)} ... {start(text[::-1], half)[::-1]}"


# inspect


def payload(found: Inspection, kind: str = "json") -> str:
    """What the trainer sees, with the dataset layer beside it if that was asked for."""
    return spelled(_payload(found), kind)


def _payload(found: Inspection) -> Any:
    if found.fusion is None:
        return found.resolved
    return {"fusion": found.fusion.python, "resolved": found.resolved}


def spelled(value: Any, kind: str) -> str:
    """A value as canonical JSON, or as YAML."""
    if kind == "yaml":
        from migrate.yaml_text.dump import dump

        return printable_block(dump(value))
    return printable_json(canonical(value))


def chain_lines(chain: tuple[str, ...], title: str, paint: Paint) -> Iterator[str]:
    """A chain, numbered in merge order."""
    count = f"{plural(len(chain), 'file')}, in merge order" if chain else "from the evidence alone"
    yield f"{paint(title, 'bold')} {paint(f'({count})', 'dim')}"
    digits = len(str(len(chain)))
    for number, path in enumerate(chain, 1):
        last = number == len(chain)
        number_text = paint(f"{number:{digits + 2}}", "dim")
        yield f"{number_text}  {paint(printable(path), 'cyan') if last else printable(path)}"


def inspect_lines(found: Inspection, only: str | None, kind: str, paint: Paint) -> Iterator[str]:
    """The chain, then the payload."""
    if only != "payload":
        yield from chain_lines(found.chain, "chain", paint)
        if found.fusion is not None:
            yield ""
            yield from chain_lines(found.fusion.chain, "fusion chain", paint)
    if only is None:
        yield f"\n{paint('resolved', 'bold')}"
        yield payload(found, kind).rstrip("\n")


def named_lines(found: Inspection, only: str | None, kind: str, paint: Paint) -> Iterator[str]:
    """One of several configs: its name, then the same as of one alone."""
    yield paint(printable(found.path), "bold")
    yield from inspect_lines(found, only, kind, paint)
    yield ""


def payloads(shown: Sequence[Inspection], kind: str = "json") -> str:
    """What the trainer sees of several configs, by their paths."""
    values = {found.path: _payload(found) for found in shown}
    return spelled(values, kind)


def inspect_data(found: Inspection, only: str | None) -> dict[str, Any]:
    """The same for scripts."""
    data: dict[str, Any] = {"config": found.path}
    if only != "payload":
        data["chain"] = list(found.chain)
    if only != "chain":
        data["resolved"] = plain(found.resolved)
    if found.fusion is not None:
        from migrate.report.gate import finding_data

        data["fusion"] = {"config": found.fusion.path, "chain": list(found.fusion.chain)}
        data["fusion"]["resolved"] = plain(found.fusion.python)
        data["fusion"]["findings"] = [finding_data(one) for one in found.fusion.findings]
    return data


# explain


def explain_lines(found: Explanation, paint: Paint, full: bool = False) -> Iterator[str]:
    """Each key with its value, then who said what of it in merge order; the arrow is the winner."""
    limit = 0 if full else VALUE_WIDTH
    blocks = [found.around] if found.around is not None else []
    for number, block in enumerate((*blocks, *found.settings)):
        if number:
            yield ""
        yield from _block(block, paint, limit, found.routes)
    if found.routes is None:
        yield paint("files are reached in so many ways that these are not told apart", "dim")
    if found.key and len(found.settings) == 1:
        yield from _items(found.settings[0].value, paint, limit)
    if not found.settings:
        yield paint("nothing is set", "dim")


def _items(value: Any, paint: Paint, limit: int) -> Iterator[str]:
    """The items of a list that was shortened, a line each."""
    if isinstance(value, list) and one_line(value, limit) != one_line(value, 0):
        numbers = [f"[{number}]" for number in range(len(value))]
        most = max(map(len, numbers))
        for number, item in zip(numbers, value, strict=True):
            yield f"      {paint(f'{number:>{most}}', 'dim')}  {one_line(item, limit)}"


def _block(
    one: KeyExplanation, paint: Paint, limit: int, routes: Mapping[str, RoutesTo] | None = None
) -> Iterator[str]:
    key = paint(dotted(one.key), "bold")
    if one.active:
        yield f"{key} = {paint(one_line(one.value, limit), 'green')}"
    else:
        yield f"{key} {paint('is not set: what set it was replaced as a whole', 'yellow')}"
    rows = [[_mark(said, one), str(said.place), _saying(said, limit)] for said in one.said]
    lines = columns(rows, indent="  ")
    for line, said in zip(lines, one.said, strict=True):
        styles = ("dim",) if _mark(said, one) == "" else ()
        came = "".join(f"\n         {paint(text, 'dim')}" for text in _ways(said, routes or {}))
        yield paint(line, *styles) + _comments(said, line, paint, limit) + came


def _ways(said: SettingText, routes: Mapping[str, RoutesTo]) -> Iterator[str]:
    """The route by which a setting came; of the active one also those that do not count."""
    if said.route is None:
        return
    yield f"by {_route(said.route)}"
    known = routes[said.place.path]
    for other in known.every if said.active else ():
        if other not in known.counting:
            yield f"not by {_route(other)}: merged before, and a file counts once"


def _route(files: Sequence[str]) -> str:
    return " -> ".join(map(printable, files))


def _mark(said: SettingText, one: KeyExplanation) -> str:
    """An arrow for the one that counts; a plus for what it was merged with."""
    if not said.active:
        return ""
    return "->" if said is one.said[-1] else "+"


def _saying(said: SettingText, limit: int) -> str:
    text = shortened(printable(said.text), limit) if said.text else one_line(said.value, limit)
    return text if said.of is None else f"{dotted(said.of)}: {text}"


def _comments(said: SettingText, line: str, paint: Paint, limit: int) -> str:
    """The comments of a key behind its line; more than one go below it."""
    if not said.comments:
        return ""
    texts = [printable(text) for text in said.comments]
    if len(texts) == 1 and width(line) + width(texts[0]) < 2 * (limit or VALUE_WIDTH):
        return "  " + paint(texts[0], "cyan")
    return "".join(f"\n         {paint(text, 'cyan')}" for text in texts)


def explain_data(found: Explanation) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "config": found.config,
        "key": dotted(found.key) if found.key else None,
        "chain": list(found.chain),
        "around": _explained_data(found.around) if found.around is not None else None,
        "settings": [_explained_data(one) for one in found.settings],
        "routes": _routes_data(found.routes),
    }


def _routes_data(routes: Mapping[str, RoutesTo] | None) -> dict[str, Any] | None:
    if routes is None:
        return None
    return {
        path: [{"files": list(one), "counts": one in known.counting} for one in known.every]
        for path, known in routes.items()
    }


def _explained_data(one: KeyExplanation) -> dict[str, Any]:
    said = [_said_data(said) for said in one.said]
    return {
        "key": dotted(one.key),
        "active": one.active,
        "value": plain(one.value),
        "origin": said[-1] if one.active else None,
        "merged": [said for said in said[:-1] if said["active"]],
        "overridden": [said for said in said if not said["active"]],
    }


def _said_data(said: SettingText) -> dict[str, Any]:
    return {
        "path": said.place.path,
        "line": said.place.line,
        "column": said.place.column,
        "value": plain(said.value),
        "text": said.text,
        "comments": list(said.comments),
        "replaces": dotted(said.of) if said.of is not None else None,
        "route": list(said.route) if said.route is not None else None,
        "active": said.active,
    }


# explain, of many configs

SHOWN_CONFIGS = 6


def explain_all_lines(found: Explanations, paint: Paint, full: bool = False) -> Iterator[str]:
    """Each key with the values it has, each with who set it and in which of the configs."""
    limit, most = (0, 0) if full else (VALUE_WIDTH, SHOWN_CONFIGS)
    for number, key in enumerate(found.keys):
        if number:
            yield ""
        for group in key.groups:
            yield from _group_block(group, len(found.chains), paint, limit)
            if len(group.configs) < len(found.chains):
                yield _names(group.configs, paint, most)
        if key.unset:
            count = _share(key.unset, len(found.chains))
            yield f"{paint(dotted(key.key), 'bold')} is not set {count}"
            yield _names(key.unset, paint, most)
    if not found.keys:
        yield paint("nothing is set", "dim")


def _group_block(group: ValueGroup, total: int, paint: Paint, limit: int) -> Iterator[str]:
    head, *lines = _block(group.explained, paint, limit)
    yield f"{head}  {paint(_share(group.configs, total), 'dim')}"
    for line, times in zip(lines, group.counts, strict=True):
        some = f"  in {times} of these" if times < len(group.configs) else ""
        yield line + paint(some, "dim")


def _share(configs: Sequence[str], total: int) -> str:
    if len(configs) < total:
        return f"in {len(configs)} of {plural(total, 'config')}"
    return f"in all {total} configs" if total > 1 else "in the only config"


def _names(configs: Sequence[str], paint: Paint, most: int) -> str:
    shown = ", ".join(map(printable, configs[:most] if most else configs))
    more = len(configs) - most if most else 0
    return paint(f"      of {shown}" + (f" and {more} more" if more > 0 else ""), "dim")


def explain_all_data(found: Explanations) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "key": found.key,
        "configs": [
            {"config": config, "chain": list(chain)} for config, chain in found.chains.items()
        ],
        "keys": [_key_data(key) for key in found.keys],
    }


def _key_data(key: KeyGroups) -> dict[str, Any]:
    groups = []
    for group in key.groups:
        data = _explained_data(group.explained)
        del data["key"]
        groups.append({"configs": list(group.configs), **data})
    return {"key": dotted(key.key), "groups": groups, "unset": list(key.unset)}
