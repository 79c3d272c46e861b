"""Count how much of its authors' shape a flattened file keeps, by a reader of its own.

A pair is two entries of one mapping with no blank line between them that both survive from one
file; it is kept where they follow one another in the new file, again with no blank line between. A
header is true where it stands above an entry of its own file that was the file's first, or where
all that survives of the file stands together below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from migrate.resolve import Resolved, Resolver

Path = tuple[str, ...]
Together = tuple[Path, Path]


class Shape(NamedTuple):
    """What was counted; shapes of several files add up."""

    pairs: int = 0
    pairs_kept: int = 0
    headers: int = 0
    headers_true: int = 0
    parted: tuple[str, ...] = ()
    """What is not as it should be, for a person who looks."""

    def plus(self, other: Shape) -> Shape:
        """Both together."""
        return Shape(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))  # type: ignore[operator]


class _File(NamedTuple):
    """One text: its entries by path with the lines of their keys, what follows what, its header."""

    entries: dict[Path, Any]
    lines: dict[Path, int]
    together: list[Together]
    header: list[str]
    texts: list[str]

    @property
    def first(self) -> Path:
        """The first entry of the root."""
        return next(iter(self.entries), ())


COUNTS = ("neighbours", "headers")
"""What is counted, as the columns of a table."""


def counted(shapes: Iterable[Shape]) -> tuple[str, str]:
    """The cells of these columns: pairs that are still neighbours, headers that speak the truth."""
    total = Shape()
    for one in shapes:
        total = total.plus(one._replace(parted=()))
    share = f" ({total.pairs_kept / total.pairs:.2%})" if total.pairs else ""
    return f"{total.pairs_kept}/{total.pairs}{share}", f"{total.headers_true}/{total.headers}"


def shape_of(resolver: Resolver, resolved: Resolved, content: bytes) -> Shape:
    """Count for a config that was flattened to `content`."""
    texts = {path: resolver.tree.read(path).decode() for path in resolved.paths}
    return shape(texts, content.decode(), resolver.dialect.keys)


def shape(texts: Mapping[str, str], result: str, layers: Iterable[str] = ()) -> Shape:
    """Count for one result; `texts` are the chain's files in merge order, the config itself last.

    `layers` are the keys that compose files.
    """
    files = {name: _read(text, layers) for name, text in texts.items()}
    made = _read(result, layers)
    winners = _winners(files)
    return _neighbours(files, made, winners).plus(_headers(files, made, winners))


def parted(texts: Mapping[str, str], loaded: Any, layers: Iterable[str] = ()) -> list[Together]:
    """The pairs that do not follow one another in the loader's order, as `loaded` has it."""
    files = {name: _read(text, layers) for name, text in texts.items()}
    winners = _winners(files)
    pairs = (pair for name, file in files.items() for pair in _surviving(name, file, winners))
    return [(a, b) for a, b in pairs if not _follow(_at(loaded, a[:-1]), a[-1], b[-1])]


def _at(loaded: Any, path: Path) -> list[str]:
    """The keys of a mapping in their order, as texts."""
    for part in path:
        loaded = next(value for key, value in loaded.items() if _spells(part, key))
    return list(loaded)


def _follow(keys: list[Any], first: str, then: str) -> bool:
    at = next(number for number, key in enumerate(keys) if _spells(first, key))
    return at + 1 < len(keys) and _spells(then, keys[at + 1])


def _spells(text: str, key: Any) -> bool:
    return bool(text == key or yaml.safe_load(text) == key)


# Reading.


def _read(text: str, layers: Iterable[str]) -> _File:
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    lines = text.split("\n")
    read = _File({}, {}, [], _header(lines, tuple(layers)), lines)
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if isinstance(root, yaml.MappingNode):
        _entries(root, (), read, frozenset(layers))
    return read


def _entries(node: Any, path: Path, read: _File, layers: frozenset[str]) -> None:
    above: Path = ()
    for key, value in node.value:
        here = (*path, str(key.value))
        if key.tag == "tag:yaml.org,2002:merge" or (not path and key.value in layers):
            above = ()
            continue
        line = key.start_mark.line
        block = not node.flow_style
        if above and block and here not in read.entries and _joined(read.texts, line):
            read.together.append((above, here))
        above = here if block else ()
        read.entries[here] = value
        read.lines[here] = line
        if _merges(value) and value.start_mark.index > key.start_mark.index:
            _entries(value, here, read, layers)


def _joined(lines: list[str], line: int) -> bool:
    """Whether no blank line stands above a key and the comments above it."""
    above = line - 1
    while above >= 0 and lines[above].lstrip().startswith("#"):
        above -= 1
    return above >= 0 and bool(lines[above].strip())


def _header(lines: list[str], layers: tuple[str, ...]) -> list[str]:
    """The comment lines above the first key of a file that a blank line sets off from it."""
    found: list[str] = []
    run: list[str] = []
    for line in lines:
        text = line.strip()
        if text.startswith("#"):
            run.append(text)
        elif not text or text == "---" or line.startswith(layers):
            found, run = found + run, []
        elif not (found or run) or not line.startswith((" ", "-")):
            break
    return found


def _winners(files: Mapping[str, _File]) -> dict[Path, set[str]]:
    """Which files each entry of the merged whole is made of; of a scalar or list the last one."""
    found: dict[Path, set[str]] = {}
    for name, file in files.items():
        for path, value in file.entries.items():
            merges = _merges(value)
            if not merges or not all(_is_mapping(path, files, one) for one in found.get(path, ())):
                for gone in [known for known in found if known[: len(path)] == path]:
                    del found[gone]
            if merges and path in found:
                found[path].add(name)
            else:
                found[path] = {name}
    return found


def _is_mapping(path: Path, files: Mapping[str, _File], name: str) -> bool:
    return _merges(files[name].entries[path])


def _merges(value: Any) -> bool:
    """Whether others merge with a value: a mapping that is no object of somebody's tag."""
    return isinstance(value, yaml.MappingNode) and value.tag == "tag:yaml.org,2002:map"


# Counting.


def _neighbours(files: Mapping[str, _File], made: _File, winners: Mapping[Path, set[str]]) -> Shape:
    kept = set(made.together)
    pairs = [
        (name, pair)
        for name, file in files.items()
        for pair in _surviving(name, file, winners)
        if all(path in made.entries for path in pair)
    ]
    lost = [f"{name}: {'.'.join(a)} | {b[-1]}" for name, (a, b) in pairs if (a, b) not in kept]
    return Shape(len(pairs), len(pairs) - len(lost), parted=tuple(lost))


def _surviving(name: str, file: _File, winners: Mapping[Path, set[str]]) -> Iterator[Together]:
    """The pairs of which nobody else set anything."""
    for pair in file.together:
        if all(winners.get(path) == {name} for path in pair):
            yield pair


def _headers(files: Mapping[str, _File], made: _File, winners: Mapping[Path, set[str]]) -> Shape:
    *above, own = files
    stands = true = 0
    misleading: list[str] = []
    known = {tuple(files[own].header)}
    for name in above:
        header = files[name].header
        if tuple(header) in known or not (below := _below(made, header)):
            continue
        known.add(tuple(header))
        stands += 1
        sharing = [one for one in above if files[one].header == header]
        if any(_speaks_true(one, files[one], made, below, winners) for one in sharing):
            true += 1
        else:
            misleading.append(f"{name}: header above {'.'.join(below)}")
    return Shape(headers=stands, headers_true=true, parted=tuple(misleading))


def _below(made: _File, header: list[str]) -> Path:
    """The entry under which a header stands; () where it stands nowhere."""
    lines = [(line, text) for line, raw in enumerate(made.texts) if (text := raw.strip())]
    for start in range(len(lines) - len(header) + 1 if header else 0):
        if [text for _, text in lines[start : start + len(header)]] == header:
            end = lines[start + len(header) - 1][0]
            return next((path for path, at in made.lines.items() if at > end), ())
    return ()


def _speaks_true(
    name: str, file: _File, made: _File, below: Path, winners: Mapping[Path, set[str]]
) -> bool:
    if name not in winners.get(below, ()):
        return False
    return below == file.first or _stands_together(name, made, below, winners)


def _stands_together(name: str, made: _File, below: Path, winners: Mapping[Path, set[str]]) -> bool:
    """Whether the entries of a file, from one on, are siblings that follow one another."""
    own = list(_topmost(path for path in made.entries if winners.get(path) == {name}))
    siblings = [path for path in made.entries if path[:-1] == below[:-1]]
    if below not in siblings:
        return False
    start = siblings.index(below)
    return bool(own) and own == siblings[start : start + len(own)]


def _topmost(paths: Iterable[Path]) -> Iterator[Path]:
    last: Path | None = None
    for path in paths:
        if last is None or path[: len(last)] != last:
            yield path
            last = path
