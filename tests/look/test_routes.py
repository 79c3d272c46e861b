"""By which route a value came where a file is reached in more than one way.

The judge is the same tree unrolled: each visit is a file of its own there, so that no file is
reached twice, and the file that wins tells the route.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from migrate.commands.explain import Explanation, explain, explain_routes
from migrate.dialect import EXTENDS, Dialect
from migrate.dialect.named import declared
from migrate.dialect.shipped import DIALECTS
from migrate.errors import MigrateError
from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree
from tests.look.trees import write
from tests.support.cli import migrate
from tests.test_declared_dialects import KINDS, text_of
from tests.test_origins import leaves, resolved_marks

TOP = "p.yaml"


class Tree(NamedTuple):
    """Bodies of files, and which files each extends, in order."""

    bodies: dict[str, str]
    below: dict[str, list[str]]

    def files(self, key: str) -> dict[str, bytes]:
        """As files; each begins with one line that says what it extends."""
        return {
            path: f"{key}: [{', '.join(self.below[path])}]\n{body}".encode()
            for path, body in self.bodies.items()
        }


def random_tree(random: Random) -> Tree:
    """Few files that extend one another often, so that many are reached twice."""
    names = [f"f{number}.yaml" for number in range(random.randint(3, 5))] + [TOP]
    below: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        below[name] = random.sample(names[:number], min(number, random.randint(1, 3)))
    return Tree({name: text_of(random) for name in names}, below)


def unrolled(tree: Tree, once: bool) -> tuple[Tree, dict[str, tuple[str, ...]]]:
    """Each visit as a file of its own, with its route; `once` leaves out all but the first."""
    made = Tree({}, {})
    routes: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()

    def visit(path: str, route: tuple[str, ...]) -> str:
        name = TOP if path == TOP else f"v{len(routes)}.yaml"
        routes[name] = route
        seen.add(path)
        made.below[name] = [
            visit(base, (*route, base)) for base in tree.below[path] if not (once and base in seen)
        ]
        made.bodies[name] = tree.bodies[path]
        return name

    visit(TOP, (TOP,))
    return made, routes


def dialects() -> dict[str, Dialect]:
    """Those in which a file may be reached twice."""
    found = {"extends": EXTENDS, **DIALECTS}
    found |= {f"declared {name}": declared(kind.said) for name, kind in KINDS.items()}
    return {
        name: dialect
        for name, dialect in found.items()
        if dialect.form != "path" and dialect.revisit != "error" and not dialect.implicit_base
        and not dialect.disjoint and not dialect.nested and len(dialect.keys) == 1
    }  # fmt: skip


def said(found: Explanation, routes: Mapping[str, tuple[str, ...]] | None) -> list[Any]:
    """Everything that is said of each key: route, line, whether it counts."""
    rows: list[Any] = []
    for one in found.settings:
        for setting in one.said:
            place = setting.place
            route = setting.route if routes is None else routes[place.path]
            rows.append((one.key, route, place.line, setting.active, setting.of))
    return rows


def reached(tree: Tree) -> dict[str, int]:
    counts: dict[str, int] = {}
    _, routes = unrolled(tree, once=False)
    for route in routes.values():
        counts[route[-1]] = counts.get(route[-1], 0) + 1
    return counts


@pytest.mark.parametrize("name", dialects())
def test_routes_are_those_of_the_tree_unrolled(name: str) -> None:
    dialect, compared = dialects()[name], 0
    for seed in range(60):
        tree = random_tree(Random(f"{name} {seed}"))
        flat, routes = unrolled(tree, dialect.revisit == "once")
        key = dialect.keys[0]
        counts = reached(tree)
        try:
            found = explain_routes(Resolver(MemoryTree(tree.files(key)), dialect).resolve(TOP))
            judge = explain(Resolver(MemoryTree(flat.files(key)), dialect).resolve(TOP))
        except MigrateError:
            continue
        several = {path for path, count in counts.items() if count > 1}
        assert set(found.routes or {}) == several
        if not several:
            continue
        expected = [
            (key, route if route[-1] in several else None, *rest)
            for key, route, *rest in said(judge, routes)
        ]
        assert [tuple(row) for row in said(found, None)] == [tuple(row) for row in expected], seed
        compared += any(row[1] for row in expected)
    assert compared > 5


def test_the_route_of_each_winner_is_that_of_pyyaml_in_the_tree_unrolled() -> None:
    """The same with a reader that shares no code."""
    compared = 0
    for seed in range(60):
        tree = random_tree(Random(f"plain {seed}"))
        found = explain_routes(Resolver(MemoryTree(tree.files("extends"))).resolve(TOP))
        flat, routes = unrolled(tree, once=False)
        marks = dict(leaves(resolved_marks(flat.files("extends"), TOP)))
        assert {one.key for one in found.settings} == marks.keys()
        for one in found.settings:
            winner = one.said[-1]
            file, line = marks[one.key]
            assert winner.place.line == line
            assert winner.route in (None, routes[file])
            compared += winner.route is not None
    assert compared > 100


# What people see.

A, B, C = "configs/a.yaml", "configs/b.yaml", "configs/c.yaml"
DIAMOND = {
    "configs/base.yaml": "k: 1\nl: 1\n",
    A: "extends: base.yaml\nk: 2\n",
    B: "extends: base.yaml\n",
    C: "extends: [a.yaml, b.yaml]\nm: 1\n",
}


def test_the_route_stands_below_what_was_reached_in_several_ways(tmp_path: Path) -> None:
    write(tmp_path, DIAMOND)
    assert migrate(tmp_path, "explain", C, "k").out == (
        "k = 1\n"
        "      configs/base.yaml:1:1  1\n"
        f"         by {C} -> {A} -> configs/base.yaml\n"
        f"      {A}:2:1     2\n"
        "  ->  configs/base.yaml:1:1  1\n"
        f"         by {C} -> {B} -> configs/base.yaml\n"
    )


def test_where_a_file_counts_once_it_says_by_which_visit(tmp_path: Path) -> None:
    plan = "version: 1\npresets: {}\ndialect: {keys: [extends], revisit: once}\n"
    write(tmp_path, {**DIAMOND, "plans/tree.yaml": plan})
    assert migrate(tmp_path, "explain", C, "l").out == (
        "l = 1\n"
        "  ->  configs/base.yaml:2:1  1\n"
        f"         by {C} -> {A} -> configs/base.yaml\n"
        f"         not by {C} -> {B} -> configs/base.yaml: merged before, and a file counts once\n"
    )
    data = json.loads(migrate(tmp_path, "--output", "json", "explain", C, "l").out)
    assert data["settings"][0]["origin"]["route"] == [C, A, "configs/base.yaml"]
    assert data["routes"] == {
        "configs/base.yaml": [
            {"files": [C, A, "configs/base.yaml"], "counts": True},
            {"files": [C, B, "configs/base.yaml"], "counts": False},
        ]
    }


def test_a_chain_without_a_diamond_has_no_routes(tmp_path: Path) -> None:
    write(tmp_path, DIAMOND)
    assert " by " not in migrate(tmp_path, "explain", A, "k").out
    data = json.loads(migrate(tmp_path, "--output", "json", "explain", A).out)
    assert data["routes"] == {}
    assert all(one["origin"]["route"] is None for one in data["settings"])
    # In a chain with one, what is reached in one way needs none.
    [own] = json.loads(migrate(tmp_path, "--output", "json", "explain", C, "m").out)["settings"]
    assert own["origin"]["route"] is None


def test_what_stood_in_a_replaced_section_and_in_a_list_has_its_route_too(tmp_path: Path) -> None:
    files = {
        "configs/base.yaml": "s: {x: 1}\nl: [{n: 1}]\n",
        A: "extends: base.yaml\ns: 0\n",
        B: "extends: base.yaml\n",
        C: "extends: [b.yaml, a.yaml]\n",
    }
    write(tmp_path, files)
    replaced = migrate(tmp_path, "explain", C, "s.x").out
    assert f"by {C} -> {B} -> configs/base.yaml" in replaced
    assert f"by {C} -> {A} -> configs/base.yaml" in replaced
    assert f"by {C} -> {A} -> configs/base.yaml" in migrate(tmp_path, "explain", C, "l[0].n").out


def test_too_many_ways_are_not_told_apart_and_it_says_so(tmp_path: Path) -> None:
    files = {"f0.yaml": "k: 1\n"}
    for number in range(1, 15):
        below = f"[f{number - 1}.yaml, g{number - 1}.yaml]" if number > 1 else "[f0.yaml]"
        files[f"f{number}.yaml"] = f"extends: {below}\n"
        files[f"g{number}.yaml"] = f"extends: {below}\n"
    write(tmp_path, files)
    ran = migrate(tmp_path, "explain", "f14.yaml", "k")
    assert ran.code == 0
    assert "so many ways" in ran.out
    assert (
        json.loads(migrate(tmp_path, "--output", "json", "explain", "f14.yaml").out)["routes"]
        is None
    )
