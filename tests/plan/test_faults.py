"""Every fault of every plan file is told at once, with the line and column of what is wrong."""

from __future__ import annotations

import pytest

from migrate.errors import MigrateError
from migrate.plan import load_plans
from migrate.trees.tree import MemoryTree

HEAD = "version: 1\npresets:\n  p:\n    from: a.yaml\n"
GOOD = HEAD + "    to: configs/a.yaml\n"


def told(**files: str) -> list[str]:
    """The faults of these plan files, as they are printed, with their hints."""
    contents = {f"plans/{name}.yaml": text.encode() for name, text in files.items()}
    with pytest.raises(MigrateError) as caught:
        load_plans(MemoryTree(contents))
    assert caught.value.exit_code == 3
    return [fault.render().removeprefix("error: plans/") for fault in caught.value.faults()]


def sound(**files: str) -> bool:
    """Whether these plan files load."""
    return bool(load_plans(MemoryTree({f"plans/{n}.yaml": t.encode() for n, t in files.items()})))


def test_a_sound_plan_has_no_fault() -> None:
    assert sound(a=GOOD)


ONE_FAULT = {
    "unknown field": (
        "version: 1\npreset: {}\n",
        "a.yaml:2:1: unknown field `preset`\nhint: did you mean presets or rules?",
    ),
    "unknown field in a preset": (
        GOOD + "    inlines: {}\n",
        "a.yaml:6:5: unknown field `inlines`\nhint: did you mean inline or pins?",
    ),
    "unknown field unlike any": (
        GOOD + "    zzz: {}\n",
        (
            "a.yaml:6:5: unknown field `zzz`\n"
            "hint: the fields here are extends, from, headers, inline, order, override, pins, to"
        ),
    ),
    "duplicate key": (
        "version: 1\ngates: []\ngates: [x]\n",
        "a.yaml:3:1: `gates` is given twice\nhint: the first one is in line 2; keep one of them",
    ),
    "one preset twice in one file": (
        GOOD + "  p: {from: b.yaml, to: configs/b.yaml}\n",
        "a.yaml:6:3: `p` is given twice\nhint: the first one is in line 3; keep one of them",
    ),
    "missing field": (
        HEAD,
        "a.yaml:3:3: `presets.p` has no `to`\nhint: add `to:`",
    ),
    "missing version": (
        "presets: {}\n",
        "a.yaml:1:1: has no `version`\nhint: begin with `version: 1`",
    ),
    "unknown version": (
        "version: 2\nnews: 3\n",
        (
            "a.yaml:1:1: `version` is 2, which this migrate does not know\n"
            "hint: it reads version 1; a newer migrate may read this file"
        ),
    ),
    "version of another type": (
        "version: true\n",
        (
            "a.yaml:1:1: `version` is true, which this migrate does not know\n"
            "hint: it reads version 1; a newer migrate may read this file"
        ),
    ),
    "empty file": ("# nothing\n", "a.yaml:1:1: is empty\nhint: begin with `version: 1`"),
    "not a list": (
        GOOD + "    extends: configs/base.yaml\n",
        'a.yaml:6:5: `presets.p.extends` is "configs/base.yaml"\nhint: write a list',
    ),
    "not a text in a list": (
        "version: 1\norder: [model, [x], data]\n",
        "a.yaml:2:16: `order[1]` is a list\nhint: write a text",
    ),
    "neither a list nor a star": (
        GOOD + "    inline: {c.yaml: all}\n",
        'a.yaml:6:14: `presets.p.inline."c.yaml"` is "all"\nhint: write a list or "*"',
    ),
    "nothing where a mapping is": (
        "version: 1\nreferences:\n  # configs/a.yaml: drop\n",
        "a.yaml:2:1: `references` is null\nhint: write a mapping, or remove it",
    ),
    "a number that is no whole number": (
        "version: 1\nrules: {max_files: 4.0}\n",
        "a.yaml:2:9: `rules.max_files` is 4.0\nhint: write a whole number of 1 or more",
    ),
    "a truth where a number is": (
        "version: 1\nrules: {max_files: yes}\n",
        "a.yaml:2:9: `rules.max_files` is true\nhint: write a whole number of 1 or more",
    ),
    "too small": (
        "version: 1\nrules: {max_files: 0}\n",
        "a.yaml:2:9: `rules.max_files` is 0\nhint: write a whole number of 1 or more",
    ),
    "a date": (
        "version: 1\ndialect: 2026-01-12\n",
        "a.yaml:2:1: `dialect` is the date 2026-01-12\nhint: write a text or a mapping",
    ),
    "no choice": (
        "version: 1\nheaders: maybe\n",
        'a.yaml:2:1: `headers` is "maybe"\nhint: write "drop" or "keep" or "top"',
    ),
    "no reason": (
        'version: 1\nkeep: {a.yaml: " "}\n',
        'a.yaml:2:8: `keep."a.yaml"` is " "\nhint: write a text that is not empty',
    ),
    "an ignore without a reason": (
        'version: 1\nreferences: {a.yaml: {ignore: ""}}\n',
        'a.yaml:2:23: `references."a.yaml".ignore` is ""\nhint: write a text that is not empty',
    ),
    "an override without a reason": (
        GOOD + "    override: {a: {value: 1}}\n",
        "a.yaml:6:16: `presets.p.override.a` has no `reason`\nhint: add `reason:`",
    ),
    "a key that is not text": (
        GOOD + "  3: {from: a.yaml, to: configs/b.yaml}\n",
        "a.yaml:6:3: the key 3 is not text\nhint: put it in quotes",
    ),
    "a key path that cannot be read": (
        GOOD + "    inline: {c.yaml: [a, b..c]}\n",
        "a.yaml:6:26: `b..c` is not a key path\nhint: write keys with dots, such as `custom.grpo`",
    ),
    "a gate with an open quote": (
        'version: 1\ngates: ["echo \'a"]\n',
        (
            "a.yaml:2:9: this gate command cannot be parsed: no closing quotation\n"
            "hint: close the quotes"
        ),
    ),
    "a trainer that nothing asks": (
        "version: 1\ntrainer: {timeout: 3}\n",
        (
            "a.yaml:2:1: a trainer is asked by a loader or by a command\n"
            "hint: write `loader: package.module:function`, or `command:`"
        ),
    ),
    "a loader that names no function": (
        "version: 1\ntrainer: {loader: src/load.py}\n",
        (
            "a.yaml:2:11: `src/load.py` names no function\n"
            "hint: write `package.module:function`, such as `src.config:load`"
        ),
    ),
    "a command for no config": (
        'version: 1\ntrainer: {command: "train --show"}\n',
        (
            "a.yaml:2:11: this command is the same for every config\n"
            "hint: write {config} where the path of the config goes"
        ),
    ),
    "an interpreter of a command": (
        "version: 1\ntrainer: {command: 'show {config}', python: python3}\n",
        (
            "a.yaml:2:37: `python` goes with `loader`\n"
            "hint: begin the command with the interpreter, and take this out"
        ),
    ),
    "an interpreter without a name": (
        'version: 1\ntrainer: {loader: "a:b", python: " "}\n',
        (
            "a.yaml:2:26: ` ` is not an interpreter\n"
            "hint: write a path such as `.venv/bin/python`, or a name such as `python3`"
        ),
    ),
    "a key that the trainer adds and that is none": (
        'version: 1\ntrainer: {loader: "a:b", ignore: [a, b..c]}\n',
        "a.yaml:2:38: `b..c` is not a key path\nhint: write keys with dots, such as `custom.grpo`",
    ),
    "a trainer without any time": (
        'version: 1\ntrainer: {loader: "a:b", timeout: 0}\n',
        "a.yaml:2:26: `trainer.timeout` is 0\nhint: write a whole number of 1 or more",
    ),
    "a preset named like a path": (
        "version: 1\npresets:\n  ../evil: {from: a.yaml, to: configs/a.yaml}\n",
        (
            "a.yaml:3:3: the preset name `../evil` names no file\n"
            "hint: a preset's name is a file name too: letters, digits, `_`, `-` and `.`"
        ),
    ),
}


@pytest.mark.parametrize("case", ONE_FAULT)
def test_one_fault_is_one_letter_with_its_place(case: str) -> None:
    text, letter = ONE_FAULT[case]
    assert told(a=text) == [letter]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/configs/a.yaml", "is absolute"),
        ("~/a.yaml", "is absolute"),
        ("C:/a.yaml", "is absolute"),
        ("../a.yaml", "leads up with `..`"),
        ("configs/x/../a.yaml", "leads up with `..`"),
        ("./a.yaml", "is not normalised"),
        ("configs//a.yaml", "is not normalised"),
        ("configs/", "is not normalised"),
        ("configs\\a.yaml", "has a backslash"),
        ("", "is empty"),
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        HEAD + "    to: '%s'\n",
        "version: 1\npresets: {p: {to: configs/a.yaml, from: '%s'}}\n",
        GOOD + "    extends: ['%s']\n",
        GOOD + "    inline: {'%s': []}\n",
        "version: 1\nreferences: {'%s': drop}\n",
        "version: 1\nreferences: {a.yaml: '%s'}\n",
        "version: 1\nkeep: {'%s': because}\n",
        "version: 1\ninclude: ['%s']\n",
        "version: 1\nexclude: ['%s']\n",
        "version: 1\nbase: '%s'\n",
        "version: 1\nrules: {presets: ['%s']}\n",
    ],
)
def test_no_path_leads_out_of_the_tree(where: str, path: str, what: str) -> None:
    (letter,) = told(a=where % path)
    assert f": the path `{path}` {what}\nhint: " in letter


@pytest.mark.parametrize(
    "to",
    ["configs/base.yaml", "configs/legacy/a.yaml", "plans/x.yaml", ".git/config", ".migrate/x"],
)
def test_no_target_is_where_nobody_may_write(to: str) -> None:
    (letter,) = told(a=f"{HEAD}    to: {to}\n")
    assert letter.startswith(f"a.yaml:5:5: the target `{to}` is ")


@pytest.mark.parametrize("to", ["configs/legacy_a.yaml", "plansets/a.yaml", "a.yaml", ".ci/a.yaml"])
def test_targets_beside_those_are_fine(to: str) -> None:
    assert sound(a=f"{HEAD}    to: {to}\n")


def test_a_base_of_another_name_is_no_target_either() -> None:
    text = GOOD + "base: configs/a.yaml\n"
    assert "is the base itself" in told(a=text)[0]
    assert sound(a=f"{HEAD}    to: configs/base.yaml\nbase: configs/b.yaml\n")


def test_a_preset_in_two_plans_is_told_with_both_places() -> None:
    again = "version: 1\npresets:\n  q: {from: q.yaml, to: configs/q.yaml}\n"
    again += "  p: {from: b.yaml, to: configs/b.yaml}\n"
    assert told(a=GOOD, b=again) == [
        (
            "b.yaml:4:3: the preset `p` is planned twice\n"
            "hint: the first time in plans/a.yaml:3:3; remove one of them"
        )
    ]


def test_two_presets_with_one_target_are_told_with_both_places() -> None:
    again = "version: 1\npresets:\n  q: {from: q.yaml, to: configs/a.yaml}\n"
    assert told(a=GOOD, b=again) == [
        (
            "b.yaml:3:21: `q` and `p` have one target, configs/a.yaml\n"
            "hint: the other one is in plans/a.yaml:5:5; give each a file of its own"
        )
    ]


@pytest.mark.parametrize(
    ("one", "two", "key"),
    [
        ("dialect: extends", "dialect: mmf", "dialect"),
        ('trainer: {loader: "a:b"}', 'trainer: {loader: "a:c"}', "trainer"),
        ("config_root: a", "config_root: b", "config_root"),
        ("include: [a]", "include: []", "include"),
        ("rules: {max_files: 4}", "rules: {max_files: 5}", "max_files"),
        ("references: {a.yaml: drop}", "references: {a.yaml: b.yaml}", "a.yaml"),
        ("keep: {a.yaml: one}", "keep: {a.yaml: two}", "a.yaml"),
    ],
)
def test_two_files_that_disagree_on_the_tree_are_told(one: str, two: str, key: str) -> None:
    (letter,) = told(a=f"version: 1\n{one}\n", b=f"version: 1\n{two}\n")
    assert f": `{key}` is not what plans/a.yaml says\nhint: see plans/a.yaml:2:" in letter


def test_two_files_that_agree_are_no_fault() -> None:
    text = "version: 1\ndialect: extends\nrules: {max_files: 5}\nkeep: {a.yaml: one}\n"
    assert sound(a=text, b=text)


MANY = """\
version: 1
presets:
  one:
    from: ../x.yaml
    to: /configs/a.yaml
    extends: [3, ../up.yaml]
    inlines: {}
  two: {to: configs/a.yaml}
  three: {from: a.yaml, to: configs/c.yaml, headers: maybe, extends: [configs/c.yaml]}
rules: {max_files: x, base_keys: [a..b]}
"""


def test_all_faults_of_all_files_are_told_at_once_in_order() -> None:
    other = "version: 1\npresets:\n  three: {from: a.yaml, to: configs/d.yaml}\n"
    parity = 'version: 1\nallow: [{path: a}, {path: "b*", reason: r}]\nforbid: [a..b]\n'
    faults = told(a=MANY, b=other, parity=parity, c="a: [\n", d="- 1\n")
    heads = [letter.split("\n")[0] for letter in faults]
    # What is no YAML, or no mapping, is told in the words of the reading code.
    assert [head.split(": ")[0] for head in heads[11:13]] == ["c.yaml:2:1", "d.yaml:1:1"]
    assert heads[:11] + heads[13:] == [
        "a.yaml:4:5: the path `../x.yaml` leads up with `..`",
        "a.yaml:5:5: the path `/configs/a.yaml` is absolute",
        "a.yaml:6:15: `presets.one.extends[0]` is 3",
        "a.yaml:6:18: the path `../up.yaml` leads up with `..`",
        "a.yaml:7:5: unknown field `inlines`",
        "a.yaml:8:3: `presets.two` has no `from`",
        'a.yaml:9:45: `presets.three.headers` is "maybe"',
        "a.yaml:9:61: the preset `three` extends itself",
        'a.yaml:10:9: `rules.max_files` is "x"',
        "a.yaml:10:35: `a..b` is not a key path",
        "b.yaml:3:3: the preset `three` is planned twice",
        "parity.yaml:2:9: `allow[0]` has no `reason`",
        "parity.yaml:2:21: `b*` has a `*` inside a name; `*` stands for a whole level",
        "parity.yaml:3:10: `a..b` is not a key path",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "allow: [{path: a, reason: ''}]",
        "allow: [{path: '', reason: r}]",
        "allow: [{path: a, reason: r, when: {b: [1]}}]",
        "allow: [{path: a, reason: r, when: {b: 2026-01-01}}]",
        "allow: [{path: a, reason: r, when: {b..c: 1}}]",
        "allow: [{path: 'a[*]', reason: r}]",
        "allow: [{path: a, reason: r, because: x}]",
        "forbid: [3]",
        "forbid: [{reason: r}]",
        "forbid: model",
        "allowed: []",
    ],
)
def test_what_is_wrong_with_a_parity_file_is_told(text: str) -> None:
    (letter,) = told(a=GOOD, parity=f"version: 1\n{text}\n")
    assert letter.startswith("parity.yaml:2:")


def test_hostile_texts_are_printed_harmlessly() -> None:
    (letter,) = told(a='version: 1\n"\\e[31m": 1\n')
    assert "\x1b" not in letter
    assert "\\x1b[31m" in letter
