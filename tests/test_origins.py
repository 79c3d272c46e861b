"""Where each line of a flattened file came from: the same as `explain` and as PyYAML's own marks.

And the comments that say so change no value, wherever they stand.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from migrate.commands.explain import explain
from migrate.dialect import EXTENDS, Dialect
from migrate.dialect.named import declared
from migrate.dialect.shipped import DIALECTS
from migrate.errors import InputError, MigrateError
from migrate.flatten import FlatText, Onto, flatten, parsed, with_comments
from migrate.resolve import Resolved, Resolver
from migrate.trees.tree import MemoryTree
from migrate.yaml_text import LOADERS, load, same
from tests.support import reader
from tests.support.generated import BASE, PRESET
from tests.support.generated import trees as generated
from tests.test_declared_dialects import KINDS, text_of, tree_of

Files = Mapping[str, bytes]
At = tuple[str, int]


def flat(
    files: Files, path: str = PRESET, dialect: Dialect = EXTENDS, onto: Onto | None = None
) -> tuple[Resolver, Resolved, FlatText]:
    resolver = Resolver(MemoryTree(files), dialect)
    resolved = resolver.resolve(path)
    return resolver, resolved, flatten(resolver, resolved, onto or Onto(), with_origins=True)


def linked(files: Files) -> tuple[Resolver, Resolved, FlatText]:
    """The same; what cannot be loaded, or is refused, is passed over."""
    try:
        return flat(files)
    except InputError:
        assume(False)
        raise


def commented(resolver: Resolver, resolved: Resolved, written: FlatText) -> bytes:
    return with_comments(parsed(resolver, resolved.path, written.content), written.origins)


def places(written: FlatText) -> dict[int, list[At]]:
    return {one.line: [(at.path, at.line) for at in one.places] for one in written.origins}


# What PyYAML says of a file: which line each key stands on.


class Marked(NamedTuple):
    """A value and where its key stands; a mapping holds others."""

    at: At
    inside: dict[Any, Marked] | None


def keys_of(path: str, content: bytes) -> dict[Any, Marked]:
    """The keys of a file by PyYAML's marks; merge keys are no part of it."""
    root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.CSafeLoader)
    return _keys(path, root) if isinstance(root, yaml.MappingNode) else {}


def _keys(path: str, node: yaml.MappingNode) -> dict[Any, Marked]:
    found = {}
    for key, value in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        inside = _keys(path, value) if isinstance(value, yaml.MappingNode) else None
        name = yaml.CSafeLoader("").construct_object(key, deep=True)
        found[name] = Marked((path, key.start_mark.line + 1), inside)
    return found


def resolved_marks(files: Files, path: str) -> dict[Any, Marked]:
    """A config with all it extends, each value where it was set: bases first, the file last."""
    own = keys_of(path, files[path])
    names = (reader.load(files[path]) or {}).get("extends")
    own.pop("extends", None)
    merged: dict[Any, Marked] = {}
    for name in [names] if isinstance(names, str) else names or []:
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        merged = _merged(merged, resolved_marks(files, base))
    return _merged(merged, own)


def _merged(base: dict[Any, Marked], over: dict[Any, Marked]) -> dict[Any, Marked]:
    out = dict(base)
    for key, new in over.items():
        old = out.get(key)
        if old is not None and old.inside is not None and new.inside is not None:
            out[key] = Marked(new.at, _merged(old.inside, new.inside))
        else:
            out[key] = new
    return out


Path = tuple[Any, ...]


def leaves(marked: dict[Any, Marked], above: Path = ()) -> Iterator[tuple[Path, At]]:
    for key, one in marked.items():
        if one.inside:
            yield from leaves(one.inside, (*above, key))
        else:
            yield (*above, key), one.at


def lines_of(content: bytes) -> dict[Path, int]:
    return {path: line for path, (_, line) in leaves(keys_of("", content))}


@given(generated())
def test_every_key_came_from_where_pyyaml_finds_it_set(files: dict[str, bytes]) -> None:
    _, _, written = flat(files)
    told, lines = places(written), lines_of(written.content)
    expected = dict(leaves(resolved_marks(files, PRESET)))
    assert expected.keys() == lines.keys()
    for key, at in expected.items():
        assert at in told[lines[key]], key


@given(generated(links=True))
def test_every_key_came_from_where_explain_says_and_the_winner_is_first(
    files: dict[str, bytes],
) -> None:
    _, resolved, written = linked(files)
    agrees(resolved, written)


def agrees(resolved: Resolved, written: FlatText) -> None:
    """The origins say what `explain` says, of every key that has a line of its own."""
    told, lines = places(written), lines_of(written.content)
    alone = [*lines.values()]
    for one in explain(resolved).settings:
        line = lines.get(one.key)
        if line is None:
            continue  # brought by a merge key, or in a file that stays
        winner = one.said[-1].place
        assert (winner.path, winner.line) in told[line], one.key
        if alone.count(line) == 1 and _first_on_its_line(written, line, one.key):
            assert told[line][0] == (winner.path, winner.line), one.key


def _first_on_its_line(written: FlatText, line: int, key: Path) -> bool:
    """Whether no mapping around a key stands on its line too, as in `a: {b: 1}`."""
    root = keys_of("", written.content)
    for part in key[:-1]:
        if root[part].at[1] == line:
            return False
        root = root[part].inside or {}
    return True


@given(generated())
def test_of_a_merged_section_every_file_is_named_that_pyyaml_finds(
    files: dict[str, bytes],
) -> None:
    _, resolved, written = flat(files)
    told = places(written)
    sections = {key: one.at[1] for key, one in keys_of("", written.content).items() if one.inside}
    for key, line in sections.items():
        slot = resolved.branch.slots[key]
        contributing = [
            keys_of(one.document.path, files[one.document.path])[key].at for one in slot.settings
        ]
        assert told[line][: len(set(contributing))] == [*dict.fromkeys(reversed(contributing))][
            :1
        ] + [at for at in dict.fromkeys(contributing) if at != contributing[-1]]


@given(generated(links=True))
def test_a_comment_came_from_the_line_that_holds_it(files: dict[str, bytes]) -> None:
    _, _, written = linked(files)
    told = places(written)
    for number, line in enumerate(written.content.decode("utf-8-sig").splitlines(), 1):
        if line.lstrip().startswith("# ") and "no comment" not in line:
            [(path, where)] = told[number]
            source = files[path].decode("utf-8-sig").splitlines()[where - 1]
            assert source.endswith(line.strip())


# Comments that say it.


@given(generated(links=True))
def test_comments_change_no_value_and_no_order(files: dict[str, bytes]) -> None:
    resolver, resolved, written = linked(files)
    harmless(written.content, commented(resolver, resolved, written))


def harmless(before: bytes, after: bytes) -> None:
    """The same values by PyYAML, and but for what was put behind lines the same bytes."""
    assert reader.spelled(reader.load(after), True) == reader.spelled(reader.load(before), True)
    old, new = before.split(b"\n"), after.split(b"\n")
    assert len(old) == len(new)
    for line, longer in zip(old, new, strict=True):
        ended, changed = line.removesuffix(b"\r"), longer.removesuffix(b"\r")
        assert line.endswith(b"\r") == longer.endswith(b"\r")
        assert changed == ended or changed.startswith(ended + b"  # from ")


@given(generated(with_base=True))
def test_on_a_base_only_what_is_in_the_file_has_an_origin(files: dict[str, bytes]) -> None:
    resolver = Resolver(MemoryTree(files))
    onto = Onto((resolver.resolve(BASE),), ("../base.yaml",), frozenset({BASE}), (BASE,))
    try:
        resolver, resolved, written = flat(files, onto=onto)
    except MigrateError:
        return  # a mapping over the base's scalar cannot be taken back
    agrees(resolved, written)
    assert all(path != BASE for told in places(written).values() for path, _ in told)
    harmless(written.content, commented(resolver, resolved, written))


TEXTS = (
    'k1: "two\n  lines # no comment"\n',
    "k2: 'one\n\n  two'   # behind\n",
    "k3: plain over\n  two # behind\n",
    "k3b: plain\n  over\n  three\n",
    'k4: [1,\n  2, # why\n  {a: "x\n   y"}\n  ]\n',
    "k5: {a: 1,\n  b: [x,\n  y]}\n",
    "k6: |\n  # not a comment\n\n  text\n",
    "k7: >-   # folded\n  folded # no\n  text\n",
    "k8: &n {x: 1}\nk9: *n\nk9b: [*n, *n]\n",
    "k8c: &m\n  x: 1\n  y: [1]\nk9c: *m\nk9d:\n  - *m\n",
    "k10: !!str 1\n",
    "? k11\n: v\n",
    "k12: 1\t# a tab\n",
    "数据:   值 带 空格\n",
    "k14:   # empty\n",
    "k15: # a list\n  - a\n  -\n    b: 1\n  - - x\n    - y\n",
    "k15b:\n- |\n  # text\n- >\n  more\n\n",
    "k16: '#'\nk17: 'a''b'\nk18: a#b\n",
    "k19: |+\n  keep\n\n\n",
    "k20: |2-\n    deeper\n  text\n",
    'k21: "a\\\n  b"\n',
    "k22: {a: 1, b: {c: 2}}\n",
    "k22: {b: {c: 3}, d: 4}\n",
    "k23: &x  # an anchor\n  y: 1\n",
    "k24: [\n  a\n  ,\n  b c\n  d\n]\n",
    "k25: http://x#y\n",
    "k27: !!map {}\n",
    "k28: {\n  # alone\n  a: 1 # behind\n\n  }\n",
    "s:\n  a: 1\n  b: |\n   # text\n  c: [1,\n      2]\n",
    's:\n    b: "x\n      y"\n    c: 3\n    d: {e: f}\n',
)


@st.composite
def rough(draw: st.DrawFn) -> dict[str, bytes]:
    """A preset on two fragments, made of texts over lines, flow, anchors, tabs, odd comments."""
    random = Random(draw(st.integers(0, 2**32 - 1)))
    files = {}
    for path in ("configs/components/a.yaml", "configs/components/b.yaml", PRESET):
        chosen = random.sample(TEXTS, random.randint(1, 8))
        text = "".join(chosen)
        if path == PRESET and random.random() < 0.9:
            text = "extends: [../components/a.yaml, ../components/b.yaml]\n" + text
        if random.random() < 0.2:
            text = f"---  # {path}\n" + text
        if random.random() < 0.1:
            text = "%YAML 1.1\n---\n" + text.removeprefix("---")
        if random.random() < 0.2:
            text = text.rstrip("\n")
        if random.random() < 0.3:
            text = text.replace("\n", "\r\n")
        files[path] = ("\ufeff" * (random.random() < 0.1) + text).encode()
    return files


@given(rough())
def test_whatever_is_written_comments_change_no_value(files: dict[str, bytes]) -> None:
    resolver, resolved, written = linked(files)
    content = commented(resolver, resolved, written)
    harmless(written.content, content)
    agrees(resolved, written)
    # Wherever the next line is no part of a text, the key's line has its comment.
    shown = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    for key, line in lines_of(written.content).items():
        if key[0] in ("k10", "k16", "k17", "k18", "k6", "k7", "k14", "k19", "k20", "k22", "数据"):
            assert "# from configs/" in shown[line - 1]


def test_a_comment_that_is_there_stays_before_the_new_one() -> None:
    files = {PRESET: b"a: 1  # why\nb: |\n  # text\n  x\n# alone\nc: 'x\n  y'  # end\n"}
    resolver, resolved, written = flat(files)
    assert commented(resolver, resolved, written).decode() == (
        f"a: 1  # why  # from {PRESET}:1\n"
        f"b: |  # from {PRESET}:2\n"
        "  # text\n  x\n"
        "# alone\n"
        "c: 'x\n"
        f"  y'  # end  # from {PRESET}:7\n"
    )


def test_a_merged_section_names_the_one_that_counts_first() -> None:
    files = {
        "configs/components/a.yaml": b"t:\n  x: 1\n",
        "configs/components/b.yaml": b"\nt: {y: 2}\n",
        PRESET: b"extends: [../components/a.yaml, ../components/b.yaml]\n\nt:\n  z: 3\n",
    }
    resolver, resolved, written = flat(files)
    assert commented(resolver, resolved, written).decode() == (
        f"t:  # from {PRESET}:3 + configs/components/a.yaml:1 + configs/components/b.yaml:2\n"
        "  x: 1  # from configs/components/a.yaml:2\n"
        "  y: 2  # from configs/components/b.yaml:2\n"
        f"  z: 3  # from {PRESET}:4\n"
    )


def test_what_an_alias_stood_for_came_from_the_lines_of_its_anchor() -> None:
    fragment = "configs/components/a.yaml"
    files = {
        fragment: b"a: &x\n  - same\n  - same\nb:\n  - same\nc: *x\n",
        PRESET: b"extends: ../components/a.yaml\na: 0\n",
    }
    _, _, written = flat(files)
    lines = written.content.decode().splitlines()
    at = lines.index("c:") + 1
    told = places(written)
    assert [told[at], told[at + 1], told[at + 2]] == [
        [(fragment, 6)],
        [(fragment, 2)],
        [(fragment, 3)],
    ]


# Every dialect.


def dialects() -> dict[str, tuple[Dialect, list[dict[str, str]]]]:
    """Each dialect, shipped or declared, with random trees of it."""
    found = {}
    for name, kind in KINDS.items():
        seeds = [Random(f"{name} {seed}") for seed in range(30)]
        found[f"declared-{name}"] = declared(kind.said), [tree_of(one, kind) for one in seeds]
    for name, dialect in DIALECTS.items():
        seeds = [Random(f"{name} {seed}") for seed in range(30)]
        found[name] = dialect, [shipped_tree(one, dialect) for one in seeds]
    return found


def shipped_tree(random: Random, dialect: Dialect) -> dict[str, str]:
    """Files side by side; a path is the same from the root and from the file."""
    files: dict[str, str] = {}
    for number in range(random.randint(2, 4)):
        key = dialect.keys[0]
        some = random.sample([*files], random.randint(0, min(2, len(files))))
        head = f"{key}: [{', '.join(some)}]\n" if some else ""
        if some and dialect.form == "path":
            head = f"{key}: {some[0]}\n"
        files[f"f{number}.yaml"] = head + text_of(random)
    return files


ALL = dialects()


@pytest.mark.parametrize("name", ALL)
def test_it_holds_in_every_dialect(name: str) -> None:
    dialect, trees = ALL[name]
    written_at_all = 0
    for files in trees:
        path = [*files][-1]
        content = {name: text.encode() for name, text in files.items()}
        try:
            resolver, resolved, written = flat(content, path, dialect)
        except MigrateError:
            continue
        after = commented(resolver, resolved, written)
        loader = LOADERS[dialect.loader]
        before = load(written.content.decode(), path, loader)
        assert same(load(after.decode(), path, loader), before)
        agrees(resolved, written)
        written_at_all += bool(written.keys)
    assert written_at_all > 5
