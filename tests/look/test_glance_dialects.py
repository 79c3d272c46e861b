"""By the rules of every dialect: a glance lets nothing pass, and the judge knows the same files."""

from __future__ import annotations

import random

import pytest

from migrate.dialect import Dialect
from migrate.dialect.shipped import DIALECTS
from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.plan import Plans, Rules
from migrate.plan.structs import TreeWide
from migrate.resolve import Resolved, Resolver
from migrate.rules import Layers, check_rules
from migrate.rules.glance import Glances, passed
from migrate.trees.tree import MemoryTree

RULES = Rules(
    required=("training.lr",),
    length_knob="knob",
    length_findings=("t.max",),
    fusion_key="c.fusion",
    max_files=4,
    max_open=3,
    max_overlays=2,
    overlay_keys=4,
)
LINES = """\
training: { lr: null }
training: { lr: 1, sub: { r: 2 } }
training: [1, { lr: 2 }]
training: null
training: 5
training: ???
training: { lr: ??? }
training: ${t}
training: '---'
training: { lr: '---' }
training: { lr: 1, lr: 2 }
training: { _override_: true, lr: 3 }
training: { _delete_: true, lr: 1 }
training: { _delete_: false, lr: 2 }
training: { _inherited_: false, lr: 1 }
training: { <<: { lr: null } }
_inherited_: false
_delete_: true
s: &s { lr: 1 }
s: &s { lr: 1 }\\ntraining: *s
s: &s { lr: 1 }\\ntraining: { <<: *s, wd: 2 }
<<: { training: { lr: 9 } }
t: { max: 4 }
t: { max: null }
t: { <<: [{ max: 1 }, { max: null }] }
t: { a: { b: { max: 1 } } }
c: { fusion: configs/f.yaml }
c: { fusion: ./configs//f.yaml }
c: { fusion: no.yaml }
c: { fusion: null }
c: ['---']
1: 2
x: 1\\nx: 2
tag: !foo 1
b: !!binary aGk=
inherit: x.yaml
z: { extends: x }
z: { _BASE_CONFIG_: x }
k: '{{ x }}'
__k: 1
n: .nan\
""".splitlines()
"""What dialects read differently: nulls, markers, clashes, aliases, tags, keys given twice."""


class Grown:
    """A few configs of one dialect, each on some of those before it, by the throw of dice."""

    def __init__(self, dialect: Dialect, seed: int) -> None:
        self.dialect, self.dice = dialect, random.Random(seed)
        self.base = "tools/base.yaml" if "tools" in dialect.base_dirs else "configs/base.yaml"
        self.paths = [f"configs/train/{name}.yaml" for name in "abcde"]
        files = {"configs/f.yaml": "targets: []\n", self.base: self._said(0, 2)}
        for number, path in enumerate(self.paths):
            earlier = [self.base, *self.paths[:number]]
            named = self.dice.choices(earlier, k=self.dice.choice((0, 1, 1, 1, 2, 3)))
            files[path] = self._names(path, named) + self._said(0, 3)
        self.tree = MemoryTree({path: text.encode() for path, text in files.items()})

    def _said(self, few: int, many: int) -> str:
        lines = self.dice.sample(LINES, self.dice.randint(few, many))
        return "".join(line.replace("\\n", "\n") + "\n" for line in lines)

    def _names(self, path: str, named: list[str]) -> str:
        links = [self.dialect.link(one, path) for one in named]
        if not links:
            return ""
        alone = self.dialect.form == "path" or (self.dialect.form == "any" and len(links) == 1)
        return f"{self.dialect.keys[0]}: {links[0] if alone else links}\n"

    def resolved(self, path: str) -> Resolved | None:
        """One of them as the resolver has it; None where it or the judge refuses it."""
        try:
            found = Resolver(self.tree, self.dialect).resolve(path)
            _ = found.python, PlainLoader(self.tree, self.dialect).load(path)
        except MigrateError:
            return None
        return found


def grown(name: str, seeds: int = 30) -> list[Grown]:
    return [Grown(DIALECTS[name], seed) for seed in range(seeds)]


@pytest.mark.parametrize("name", DIALECTS)
def test_the_judge_finds_the_chain_that_the_resolver_finds(name: str) -> None:
    lengths = set()
    for one in grown(name):
        loader = PlainLoader(one.tree, one.dialect)
        for path in one.paths:
            resolved = one.resolved(path)
            if resolved is not None:
                assert loader.chain(path) == resolved.paths
                assert loader.bases(path) == [base.path for base in resolved.bases]
                lengths.add(len(resolved.paths))
    assert lengths >= ({1, 2} if DIALECTS[name].nested else {1, 2, 3})


@pytest.mark.parametrize("name", DIALECTS)
def test_what_a_glance_lets_pass_the_rules_let_pass_too(name: str) -> None:
    quiet = 0
    for one in grown(name):
        plans = Plans({}, TreeWide(rules=RULES, base=one.base))
        looking = Glances(RULES, one.base, PlainLoader(one.tree, one.dialect))
        seen = passed(Layers(plans, Resolver(one.tree, one.dialect)), looking, {})
        every = list(check_rules(plans, Resolver(one.tree, one.dialect)))
        assert list(check_rules(plans, Resolver(one.tree, one.dialect), seen=seen)) == every
        quiet += len(seen)
    assert quiet > 10
