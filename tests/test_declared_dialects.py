"""A declared dialect composes as a loader of its kind, written here: on trees made at random.

Each loader is a few lines of PyYAML that share nothing with the engine. What it makes of a config
is what `inspect` shows, what the judge loads, and what a flattened file loads to again.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import yaml

from migrate.canonical import plain
from migrate.changes import Change
from migrate.dialect import Dialect
from migrate.dialect.named import declared
from migrate.errors import InputError, MigrateError, Refused
from migrate.flatten import Onto, flatten
from migrate.loading.trainer import PlainLoader
from migrate.resolve import Resolved, Resolver
from migrate.trees.tree import MemoryTree, Overlay
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import merge, spelled

Files = Mapping[str, str]
Load = Callable[[Files, str], dict[Any, Any]]
TREES = int(os.environ.get("DECLARED_TREES", "200"))
"""So many random trees for each loader; a hundred take a second."""


def read(files: Files, path: str) -> dict[Any, Any]:
    return dict(yaml.load(files[path], Loader=yaml.CSafeLoader) or {})


def beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


# The loaders.


def shallow(files: Files, path: str) -> dict[Any, Any]:
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("include", None)):
        merged.update(shallow(files, beside(path, name)))
    return {**merged, **own}


def shallow_with_a_key_of_ones_own(files: Files, path: str) -> dict[Any, Any]:
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("include", None)):
        merged.update(shallow_with_a_key_of_ones_own(files, beside(path, name)))
    merged.pop("a", None)
    merged.update(own)
    return merged


def deep_without(files: Files, path: str) -> dict[Any, Any]:
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("extends", None)):
        base = deep_without(files, beside(path, name))
        merged = merge(merged, {key: base[key] for key in base if key not in ("b", "c")})
    return merge(merged, own)


def once(files: Files, path: str, seen: set[str] | None = None) -> dict[Any, Any]:
    seen = set() if seen is None else seen
    if path in seen:
        return {}
    seen.add(path)
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("extends", None)):
        merged = merge(merged, once(files, beside(path, name), seen))
    return merge(merged, own)


def earlier_once(files: Files, path: str, seen: set[str] | None = None) -> dict[Any, Any]:
    seen = set() if seen is None else seen
    if path in seen:
        return {}
    seen.add(path)
    own = read(files, path)
    for name in listed(own.pop("extends", None)):
        own = merge(earlier_once(files, beside(path, name), seen), own)
    return own


def shallow_once(files: Files, path: str, seen: set[str] | None = None) -> dict[Any, Any]:
    seen = set() if seen is None else seen
    seen.add(path)
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("include", None)):
        base = beside(path, name)
        if base not in seen:
            merged |= shallow_once(files, base, seen)
    return merged | own


DEFAULT = "lib/default.yaml"


def on_a_default(files: Files, path: str) -> dict[Any, Any]:
    """As NICE-SLAM and its heirs load: `load_config(path, default_path)`."""
    own = read(files, path)
    if own.get("inherit_from") is not None:
        below = on_a_default(files, beside(path, own["inherit_from"]))
    else:
        below = read(files, DEFAULT)
    own.pop("inherit_from", None)
    return merge(below, own)


def on_a_default_shallow(files: Files, path: str) -> dict[Any, Any]:
    own = read(files, path)
    names = listed(own.pop("extends", None))
    merged: dict[Any, Any] = {} if names or path == DEFAULT else read(files, DEFAULT)
    for name in names:
        merged.update(on_a_default_shallow(files, beside(path, name)))
    merged.update(own)
    return merged


def by_prefix(files: Files, path: str) -> dict[Any, Any]:
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("extends", None)):
        base = beside(path, name) if name.startswith(".") else posixpath.normpath(name)
        merged = merge(merged, by_prefix(files, base))
    return merge(merged, own)


def two_keys(files: Files, path: str) -> dict[Any, Any]:
    """The bases of `parent` first, then those of `mixins`, whatever stands first in the file."""
    own = read(files, path)
    merged: dict[Any, Any] = {}
    for name in [*listed(own.pop("parent", None)), *listed(own.pop("mixins", None))]:
        merged = merge(merged, two_keys(files, beside(path, name)))
    return merge(merged, own)


def in_a_row(files: Files, path: str, whole: dict[Any, Any] | None = None) -> dict[Any, Any]:
    """Every file is laid onto one mapping as soon as it is read to its end."""
    whole = {} if whole is None else whole
    own = read(files, path)
    for name in listed(own.pop("include", None)):
        in_a_row(files, beside(path, name), whole)
    merged = merge(whole, own)
    whole.clear()
    whole.update(merged)
    return whole


FLOAT = re.compile(
    r"""^(?:
     [-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
    |\.[0-9_]+(?:[eE][-+][0-9]+)?
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class FloatLoader(yaml.SafeLoader):
    """As trainers teach it."""


FloatLoader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+0123456789."))


def with_floats(files: Files, path: str) -> dict[Any, Any]:
    own = dict(yaml.load(files[path], Loader=FloatLoader) or {})  # noqa: S506 - a SafeLoader
    merged: dict[Any, Any] = {}
    for name in listed(own.pop("extends", None)):
        merged = merge(merged, with_floats(files, beside(path, name)))
    return merge(merged, own)


class Kind(NamedTuple):
    """A declaration as a plan has it, the loader of that kind, and how its files name bases."""

    said: dict[str, Any]
    load: Load
    keys: tuple[str, ...] = ("extends",)
    most: int = 3
    root: bool = False


KINDS = {
    "shallow": Kind({"keys": ["include"], "merge": "shallow"}, shallow, ("include",)),
    "shallow, own key": Kind(
        {"keys": ["include"], "merge": "shallow", "not_inherited": ["a"]},
        shallow_with_a_key_of_ones_own,
        ("include",),
    ),
    "deep, own keys": Kind({"not_inherited": ["b", "c"]}, deep_without),
    "once": Kind({"revisit": "once"}, once),
    "earlier, once": Kind({"revisit": "once", "order": "earlier"}, earlier_once),
    "shallow, once": Kind(
        {"keys": ["include"], "merge": "shallow", "revisit": "once"}, shallow_once, ("include",)
    ),
    "implicit base": Kind(
        {"keys": ["inherit_from"], "form": "path", "implicit_base": DEFAULT},
        on_a_default,
        ("inherit_from",),
        most=1,
    ),
    "implicit base, shallow": Kind(
        {"merge": "shallow", "implicit_base": DEFAULT}, on_a_default_shallow
    ),
    "prefix": Kind({"base_dirs": ["prefix"]}, by_prefix, root=True),
    "two keys": Kind({"keys": ["parent", "mixins"]}, two_keys, ("mixins", "parent")),
    "in a row": Kind({"keys": ["include"], "linear": True}, in_a_row, ("include",)),
    "floats": Kind({"loader": "safe-floats"}, with_floats),
}

KEYS = ("a", "b", "c", "d", "7", "off")
VALUES = (
    *(
        "1",
        "1.0",
        "1e-4",
        "-.5e3",
        "2E5",
        "1_0e1",
        "null",
        "no",
        "text",
        "'1'",
        "[1, {x: 2}]",
        "{}",
    ),
    *("{x: 1}", "{x: {y: 1}}", "{y: 2, x: {z: 3}}", "{x: {y: {w: 1}}, y: 3}", "[]", "2026-01-12"),
)


def text_of(random: Random, depth: int = 0) -> str:
    """Some keys with values, in block style or not, some with comments."""
    lines: list[str] = []
    for key in random.sample(KEYS, random.randint(0 if depth == 0 else 1, 4)):
        if random.random() < 0.2:
            lines.append(f"# about {key}")
        if depth < 2 and random.random() < 0.35:
            lines.append(f"{key}:")
            lines += [f"  {line}" for line in text_of(random, depth + 1).splitlines()]
        else:
            lines.append(f"{key}: {random.choice(VALUES)}{'  # why' * (random.random() < 0.2)}")
    return "".join(f"{line}\n" for line in lines)


def tree_of(random: Random, kind: Kind) -> dict[str, str]:
    """Files in three folders, of which each builds on some of those before it."""
    files = {DEFAULT: text_of(random)}
    for number in range(random.randint(2, 6)):
        path = f"{random.choice(('', 'lib/', 'a/b/'))}f{number}{random.choice(('.yaml', '_yaml'))}"
        head = ""
        for key in kind.keys:
            chosen = random.sample([*files], random.randint(0, min(kind.most, len(files))))
            names = [name_of(random, kind, known, path) for known in chosen]
            if kind.most == 1:
                head += f"{key}: {names[0]}\n" if names else ""
            elif names:
                head += f"{key}: [{', '.join(names)}]\n"
        body = text_of(random)
        files[path] = body + head if random.random() < 0.2 else head + body
    return files


def name_of(random: Random, kind: Kind, path: str, source: str) -> str:
    near = posixpath.relpath(path, posixpath.dirname(source) or ".")
    if not kind.root:
        return near
    return path if random.random() < 0.5 else near if near.startswith(".") else f"./{near}"


def values(tree: Any, dialect: Dialect, path: str) -> Any:
    """What the resolver makes of a config, and the judge too."""
    resolved = Resolver(tree, dialect).resolve(path)
    loaded = PlainLoader(tree, dialect)
    assert spelled(resolved.python) == spelled(loaded.load(path))
    assert resolved.paths == loaded.chain(path)
    return spelled(resolved.python)


def written_on(resolver: Resolver, resolved: Resolved, onto: Onto) -> bytes | None:
    """A config as one file on some parents; None where that is refused."""
    try:
        return flatten(resolver, resolved, onto).content
    except MigrateError as error:
        if not all(isinstance(one, Refused) for one in error.faults()):
            raise
        return None


@pytest.mark.parametrize("name", KINDS)
def test_a_declared_dialect_says_what_a_loader_of_its_kind_makes(name: str) -> None:
    kind, written, refused = KINDS[name], 0, 0
    dialect = declared(kind.said)
    for seed in range(TREES):
        random = Random(f"{name} {seed}")
        files = tree_of(random, kind)
        tree = MemoryTree({path: text.encode() for path, text in files.items()})
        path = [*files][-1]
        assert values(tree, dialect, path) == spelled(kind.load(files, path)), (seed, files)
        # One file of it says the same, on nothing, and on some of what it is built on.
        resolver = Resolver(tree, dialect)
        resolved = resolver.resolve(path)
        parents = random.sample(resolved.paths[:-1], min(len(resolved.paths) - 1, kind.most))
        for chosen in ([], parents[: random.randint(0, len(parents))]):
            above = tuple(map(resolver.resolve, chosen))
            links = tuple(dialect.link(one, path) for one in chosen)
            kept = frozenset(known for one in above for known in one.paths)
            flat = written_on(resolver, resolved, Onto(above, links, kept, tuple(chosen)))
            if flat is None:
                refused += 1
                assert chosen or dialect.implicit_base, (seed, files)
                continue
            written += 1
            after = {**files, path: flat.decode()}
            assert spelled(kind.load(after, path)) == spelled(kind.load(files, path)), (seed, files)
            laid = Overlay(tree, [Change(path, None, flat, "")])
            assert values(laid, dialect, path) == spelled(kind.load(files, path))
            assert chosen or Resolver(laid, dialect).resolve(path).bases == ()
    assert written > TREES
    assert refused < TREES


def error_of(said: dict[str, Any], files: Files, path: str = "p.yaml") -> str:
    """What the resolver says; the judge refuses the same config."""
    tree, dialect = MemoryTree({p: t.encode() for p, t in files.items()}), declared(said)
    with pytest.raises(InputError):
        PlainLoader(tree, dialect).load(path)
    with pytest.raises(InputError) as caught:
        Resolver(tree, dialect).resolve(path)
    return str(caught.value)


def test_a_file_reached_twice_is_an_error_where_the_loader_says_so() -> None:
    files = {"a.yaml": "n: 1\n", "b.yaml": "extends: a.yaml\n"}
    twice = {**files, "p.yaml": "extends: [a.yaml, b.yaml]\n"}
    said = error_of({"name": "strict", "revisit": "error"}, twice)
    assert said == "p.yaml:1:19: reaches a.yaml twice, by b.yaml the second time"
    same = {**files, "p.yaml": "extends: [a.yaml, a.yaml]\n"}
    assert "reaches a.yaml twice" in error_of({"revisit": "error"}, same)
    fine = {**files, "p.yaml": "extends: [b.yaml]\n"}
    tree = MemoryTree({path: text.encode() for path, text in fine.items()})
    assert values(tree, declared({"revisit": "error"}), "p.yaml") == spelled({"n": 1})


@pytest.mark.parametrize("revisit", ["each", "once", "error"])
def test_a_file_that_extends_itself_is_refused_whatever_is_reached_twice(revisit: str) -> None:
    files = {"p.yaml": "extends: q.yaml\n", "q.yaml": "extends: p.yaml\n"}
    assert "extends itself" in error_of({"revisit": revisit}, files)


def test_an_implicit_base_that_is_not_there_or_extends_another_is_refused() -> None:
    said = {"name": "ours", "implicit_base": "d.yaml"}
    gone = error_of(said, {"p.yaml": "n: 1\n"})
    assert gone == "p.yaml: dialect ours puts d.yaml under it, which does not exist"
    files = {"p.yaml": "n: 1\n", "d.yaml": "extends: e.yaml\n", "e.yaml": "n: 2\n"}
    assert "d.yaml:1:10: extends e.yaml, and the loader puts it under others" in error_of(
        said, files
    )


def test_what_a_loader_rewrites_is_refused_with_the_hint_of_the_declaration() -> None:
    said = {"name": "ours", "refuses": {r"\$ENV\{": "write the value out"}}
    tree = MemoryTree({"p.yaml": b"n: 1\nhome: $ENV{HOME}\n"})
    with pytest.raises(Refused) as caught:
        Resolver(tree, declared(said)).resolve("p.yaml")
    assert (
        str(caught.value)
        == "p.yaml:2:7: holds `$ENV{`, which ours rewrites before it reads the file"
    )
    assert caught.value.hint == "write the value out"
    with pytest.raises(Refused):
        PlainLoader(tree, declared(said)).load("p.yaml")


# A rollout of each kind, by the commands.

FOLDED = {
    "configs/default.yaml": "# for every run\nsync: true\nm: {iters: 60, lr: 0.1}\nc: {h: 480}\n",
    "configs/_low_yaml": "{low}# the lowest\na: {x: 1, y: 2}\nm: {bound: 9}\nids: [1]\n",
    "configs/_mid.yaml": "{mid}# between\nb: {u: 1e-4}  # small\na: {z: 3}\n",
    "configs/_side.yaml": "{side}a: {x: 7}\nlr: 1.0e-3\n",
    "configs/p.yaml": "{p}n: 1\nids: [2]\nc: {w: 640}\n",
    "configs/q.yaml": "{q}n: 2\na: {x: 5}\n",
}
NAMES = {"low": [], "mid": ["_low_yaml"], "side": ["_low_yaml"], "q": ["_mid.yaml"]}


def folded(kind: Kind) -> dict[str, str]:
    """A tree of that kind: two presets, of which one builds on a file by two ways if it may."""
    both = ["_mid.yaml", "_side.yaml"] if kind.most > 1 else ["_mid.yaml"]
    heads = {}
    for file, names in {**NAMES, "p": both}.items():
        spelled_names = [f"configs/{name}" if kind.root else name for name in names]
        value = "".join(spelled_names) if kind.most == 1 else f"[{', '.join(spelled_names)}]"
        heads[file] = f"{kind.keys[-1]}: {value}\n" if names else ""
    return {
        path: re.sub(r"\{(low|mid|side|p|q)\}", lambda at: heads[at[1]], text)
        for path, text in FOLDED.items()
    }


@pytest.mark.parametrize("name", KINDS)
def test_a_tree_of_each_kind_is_rolled_out_verified_and_undone(name: str, tmp_path: Path) -> None:
    kind, presets = KINDS[name], ["configs/p.yaml", "configs/q.yaml"]
    said = {
        key: "configs/default.yaml" if value == DEFAULT else value
        for key, value in kind.said.items()
    }
    files = {**folded(kind), DEFAULT: folded(kind)["configs/default.yaml"]}
    before = {path: spelled(kind.load(files, path)) for path in presets}
    start = {path: text.encode() for path, text in files.items() if path != DEFAULT}
    start["plans/tree.yaml"] = (
        b"version: 1\ndialect: " + json.dumps({"name": "ours", **said}).encode()
    )
    trees.write(tmp_path, start)
    for verb in (["init"], ["plan"], ["apply", "--all"], ["verify"]):
        ran = migrate(tmp_path, *verb)
        assert ran.code == 0, ran.out + ran.err
    now = {path: text.decode() for path, text in trees.read(tmp_path).items()}
    now[DEFAULT] = files[DEFAULT]
    assert {path: spelled(kind.load(now, path)) for path in presets} == before
    gone = {"configs/_low_yaml", "configs/_mid.yaml", "configs/_side.yaml"} & now.keys()
    stays = {"configs/_low_yaml", "configs/_side.yaml"}  # which nothing extends
    assert gone == (stays if kind.most == 1 else set())
    assert "configs/default.yaml" in now
    for path in presets:
        shown = json.loads(migrate(tmp_path, "inspect", "--only", "payload", path).out)
        assert shown == plain(Resolver(MemoryTree(start), declared(said)).resolve(path).python)
    rows = json.loads(migrate(tmp_path, "--output", "json", "status").out)["presets"]
    for row in reversed(rows):
        ran = migrate(tmp_path, "undo", "--preset", row["name"])
        assert ran.code == 0, ran.out + ran.err
    back = trees.read(tmp_path)
    configs = [path for path in start if path.startswith("configs/")]
    assert {path: back[path] for path in configs} == {path: start[path] for path in configs}


SLAM = {
    "plans/tree.yaml": b"version: 1\ndialect: {name: slam, implicit_base: configs/default.yaml}\n",
    "configs/default.yaml": b"sync: strict\n",
    "configs/_b.yaml": b"n: 1\n",
    "configs/p.yaml": b"extends: _b.yaml\n",
    "configs/q.yaml": b"m: 2\n",
    "configs/r.yaml": b"sync: loose\n",
}


def test_setting_a_value_of_the_implicit_base_shows_whom_it_reaches(tmp_path: Path) -> None:
    trees.write(tmp_path, SLAM)
    ran = migrate(tmp_path, "set", "sync=never", "configs/default.yaml")
    assert ran.code == 0, ran.err
    changed = [name for name in ("_b", "p", "q", "r") if f"configs/{name}.yaml " in ran.out]
    assert changed == ["_b", "p", "q"]


def test_the_implicit_base_is_not_moved_away_from_under_the_others(tmp_path: Path) -> None:
    trees.write(tmp_path, SLAM)
    ran = migrate(tmp_path, "mv", "configs/default.yaml", "configs/basis.yaml")
    error, hint = ran.err.splitlines()
    assert ran.code == 3
    assert error == "error: configs/default.yaml: is what dialect slam puts under the others"
    assert hint.startswith("hint: move it by hand, with `implicit_base: configs/basis.yaml` in")
    assert trees.read(tmp_path)["configs/default.yaml"] == SLAM["configs/default.yaml"]


def test_refs_says_that_the_implicit_base_is_in_use_though_nobody_names_it(tmp_path: Path) -> None:
    trees.write(tmp_path, SLAM)
    told = (
        "configs/default.yaml: 0 references\n"
        "  the loader puts it under every config that names no base\n"
    )
    assert migrate(tmp_path, "refs", "configs/default.yaml").out.startswith(told)
    assert told in migrate(tmp_path, "refs").out
    data = json.loads(migrate(tmp_path, "--output", "json", "refs", "configs").out)
    assert data["implicit"] == ["configs/default.yaml"]
    assert "the loader" not in migrate(tmp_path, "refs", "configs/p.yaml").out
