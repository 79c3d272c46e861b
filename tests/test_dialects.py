"""Each dialect composes as the loader that its declaration names; what it cannot say is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.canonical import plain
from migrate.changes import Change
from migrate.dialect import EXTENDS, Dialect
from migrate.dialect.named import declared, named
from migrate.dialect.recognise import recognise
from migrate.dialect.shipped import DIALECTS
from migrate.discovery.discover import Discoverer, Scope
from migrate.errors import InputError, MigrateError, Refused
from migrate.flatten import Onto, flatten
from migrate.loading.trainer import PlainLoader
from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree, Overlay
from migrate.workspace.view import View
from migrate.yaml_text import LOADERS, load, same
from tests.support.cli import migrate
from tests.support.trees import write

BASE = "a: {x: 1, y: 2}\nlr: 1e-4\nk:\n  u: 1\n  v:\n    w: 2\n"


def files_of(files: dict[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in files.items()})


def seen(dialect: Dialect, files: dict[str, str], path: str = "p.yaml") -> dict[Any, Any]:
    """What the trainer sees, by the resolver and by the judge, who must agree."""
    tree = files_of(files)
    resolved = Resolver(tree, dialect).resolve(path).python
    assert same(resolved, PlainLoader(tree, dialect).load(path))
    return resolved


def laid(dialect: Dialect, files: dict[str, str], parent: str | None = None) -> str:
    """`p.yaml` as one file on top of a parent, which must mean what it meant."""
    tree, path = files_of(files), "p.yaml"
    resolver = Resolver(tree, dialect)
    onto = Onto()
    if parent is not None:
        above = resolver.resolve(parent)
        links = (dialect.link(parent, path),)
        onto = Onto((above,), links, frozenset(above.paths), (parent,))
    content = flatten(resolver, resolver.resolve(path), onto).content
    after = Overlay(tree, [Change(path, None, content, "")])
    assert same(PlainLoader(after, dialect).load(path), resolver.resolve(path).python)
    return content.decode()


def refusal(dialect: Dialect, files: dict[str, str]) -> MigrateError:
    """The error of the resolver; the judge must refuse the same config."""
    tree = files_of(files)
    with pytest.raises(InputError):
        PlainLoader(tree, dialect).load("p.yaml")
    with pytest.raises(InputError) as caught:
        _ = Resolver(tree, dialect).resolve("p.yaml").python
    return caught.value


# Which bases, from where, in which order.


def test_a_later_base_wins_and_an_earlier_one_where_the_dialect_says_so() -> None:
    files = {"b.yaml": "n: 1\n", "c.yaml": "n: 2\n"}
    later = {**files, "p.yaml": "_BASE_: [b.yaml, c.yaml]\n"}
    earlier = {**files, "p.yaml": "_base_: [b.yaml, c.yaml]\n"}
    assert seen(DIALECTS["paddledetection"], later) == {"n": 2}
    assert seen(DIALECTS["paddleseg"], earlier) == {"n": 1}


def test_bases_are_looked_for_in_the_order_of_the_folders() -> None:
    dialect = DIALECTS["fairchem"]
    files = {"x/b.yml": "n: file\n", "b.yml": "n: root\n", "x/p.yaml": "includes: [b.yml]\n"}
    assert seen(dialect, files, "x/p.yaml") == {"n": "root"}
    del files["b.yml"]
    assert seen(dialect, files, "x/p.yaml") == {"n": "file"}


def test_mmf_looks_below_its_own_folder_then_beside_the_file_and_nowhere_else() -> None:
    dialect, includer = DIALECTS["mmf"], {"x/p.yaml": "includes: [b.yaml]\n"}
    files = {**includer, "b.yaml": "n: root\n", "x/b.yaml": "n: file\n"}
    assert seen(dialect, files, "x/p.yaml") == {"n": "file"}
    assert seen(dialect, {**files, "mmf/b.yaml": "n: mmf\n"}, "x/p.yaml") == {"n": "mmf"}
    with pytest.raises(InputError, match="does not exist"):
        Resolver(files_of({**includer, "b.yaml": ""}), dialect).resolve("x/p.yaml")


def test_frozen_files_name_frozen_bases() -> None:
    dialect = DIALECTS["hcp-diffusion"]
    files = {
        "b.yaml": "n: live\n",
        "configs/legacy/b.yaml": "n: frozen\n",
        "configs/legacy/p.yaml": "_base_: [b.yaml]\n",
    }
    assert seen(dialect, files, "configs/legacy/p.yaml") == {"n": "frozen"}


def test_a_linear_dialect_lays_file_upon_file() -> None:
    files = {
        "a.yml": "k: {a: 1}\n",
        "b.yml": "k: 5\n",
        "q.yml": "{key}: [b.yml]\nk: {{c: 3}}\n",
        "p.yaml": "{key}: [a.yml, q.yml]\n",
    }

    def said_by(key: str) -> dict[str, str]:
        return {p: text.format(key=key) if "{key}" in text else text for p, text in files.items()}

    assert seen(DIALECTS["d-fine"], said_by("__include__")) == {"k": {"c": 3}}
    # `merge_config(base_cfg, all_base_cfg)` of an empty `all_base_cfg` goes to the global config.
    assert seen(DIALECTS["paddledetection"], said_by("_BASE_")) == {"k": {"c": 3}}
    assert seen(EXTENDS, said_by("extends")) == {"k": {"a": 1, "c": 3}}


def test_what_leaves_the_root_is_a_broken_chain() -> None:
    for base in ("~/b.yaml", "../b.yaml", "none.yaml"):
        tree = files_of({"p.yaml": f"_BASE_: {base}\n"})
        with pytest.raises(InputError, match=r"outside the root|does not exist"):
            Resolver(tree, DIALECTS["detectron2"]).resolve("p.yaml")


# What replaces what.


def test_detectron2_refuses_a_mapping_over_a_scalar() -> None:
    files = {"b.yaml": BASE, "p.yaml": "_BASE_: b.yaml\nlr: {a: 1}\n"}
    assert "`lr` is a mapping here and a scalar in b.yaml:2:1" in str(
        refusal(DIALECTS["detectron2"], files)
    )


def test_a_merge_that_reaches_an_alias_is_refused_where_the_loader_merges_in_place() -> None:
    files = {"b.yaml": "t: &t {a: 1}\nu: *t\n", "p.yaml": "__include__: [b.yaml]\nt: {c: 1}\n"}
    with pytest.raises(Refused, match="aliases share"):
        Resolver(files_of(files), DIALECTS["d-fine"]).resolve("p.yaml")
    # The judge does as that loader does: the other place changes too.
    judged = PlainLoader(files_of(files), DIALECTS["d-fine"]).load("p.yaml")
    assert judged == {"t": {"a": 1, "c": 1}, "u": {"a": 1, "c": 1}}


def test_omegaconf_keeps_lists_and_mappings_apart_and_lets_a_mandatory_value_pass() -> None:
    nemo = DIALECTS["nemo-rl"]
    clash = {"b.yaml": BASE, "p.yaml": "defaults: b.yaml\nk: [1]\n"}
    assert "`k` is a list here and a mapping" in str(refusal(nemo, clash))
    assert seen(nemo, {"b.yaml": "n: 1\n", "p.yaml": "defaults: b.yaml\nn: ???\n"}) == {"n": 1}
    late = {"b.yaml": "n: ${m}\n", "p.yaml": "defaults: b.yaml\nn: {a: 1}\n"}
    assert "interpolation" in str(refusal(nemo, late))
    # OmegaConf puts what `${m}` stands for in its place, although `???` says nothing.
    late = {"b.yaml": "m: {a: 1}\nn: ${m}\n", "p.yaml": "defaults: b.yaml\nn: ???\n"}
    assert "interpolation" in str(refusal(nemo, late))


def test_fairchem_refuses_bases_that_set_the_same_key() -> None:
    files = {"b.yml": "n: 1\n", "c.yml": "n: 2\n", "p.yaml": "includes: [b.yml, c.yml]\n"}
    assert "`n` is set by two bases" in str(refusal(DIALECTS["fairchem"], files))


def test_a_composing_key_below_the_top_level_is_refused() -> None:
    files = {"b.yaml": BASE, "p.yaml": "D:\n  _BASE_CONFIG_: b.yaml\n"}
    assert str(refusal(DIALECTS["openpcdet"], files)).startswith(
        "p.yaml:2:3: `_BASE_CONFIG_` below"
    )


def test_a_base_of_a_base_is_refused_where_the_loader_reads_one_level() -> None:
    files = {
        "tools/a.yaml": "n: 1\n",
        "tools/b.yaml": "_BASE_CONFIG_: a.yaml\n",
        "p.yaml": "_BASE_CONFIG_: b.yaml\nm: 1\n",
    }
    error = refusal(DIALECTS["openpcdet"], files)
    assert str(error) == "p.yaml:1:16: extends tools/b.yaml, which extends another file"
    assert seen(DIALECTS["openpcdet"], {**files, "p.yaml": "_BASE_CONFIG_: a.yaml\n"}) == {"n": 1}
    judge = PlainLoader(files_of(files), DIALECTS["openpcdet"])
    assert judge.load("tools/b.yaml") == {"n": 1}
    with pytest.raises(Refused, match="is a base and extends another file"):
        judge.load("p.yaml")  # whatever was loaded before


def test_a_path_where_the_loader_wants_a_list_is_refused() -> None:
    refusal(DIALECTS["paddledetection"], {"b.yaml": BASE, "p.yaml": "_BASE_: b.yaml\n"})


# Delete markers.


def test_override_replaces_a_top_level_mapping_and_is_data_below() -> None:
    nemo = DIALECTS["nemo-rl"]
    top = {"b.yaml": BASE, "p.yaml": "defaults: b.yaml\nk:\n  _override_: true\n  n: 3\n"}
    below = {"b.yaml": BASE, "p.yaml": "defaults: b.yaml\nk:\n  v: {_override_: true}\n"}
    assert seen(nemo, top)["k"] == {"n": 3}
    assert seen(nemo, below)["k"] == {"u": 1, "v": {"w": 2, "_override_": True}}


def test_inherited_false_replaces_anywhere_and_stays_where_there_is_nothing_to_replace() -> None:
    text = "_base_: b.yaml\nk:\n  v: {_inherited_: false, q: 1}\nnew: {_inherited_: false}\n"
    got = seen(DIALECTS["paddleseg"], {"b.yaml": BASE, "p.yaml": text})
    assert got["k"] == {"u": 1, "v": {"q": 1}}
    assert got["new"] == {"_inherited_": False}


def test_delete_counts_below_the_root_and_is_spent_even_where_it_says_no() -> None:
    dialect = DIALECTS["mmengine"]
    text = "_base_: b.yaml\n_delete_: true\nk:\n  _delete_: {}\n  v: {{_delete_: true, q: 1}}\n"
    no = seen(dialect, {"b.yaml": BASE, "p.yaml": text.format("false")})
    assert no["k"] == {"u": 1, "v": {"q": 1}}
    assert (no["_delete_"], no["lr"]) == (True, "1e-4")
    yes = seen(dialect, {"b.yaml": BASE, "p.yaml": text.format("true")})
    assert yes["k"] == {"v": {"_delete_": True, "q": 1}}
    new = seen(dialect, {"b.yaml": BASE, "p.yaml": "_base_: b.yaml\nm: {_delete_: true}\n"})
    assert new["m"] == {"_delete_": True}


@pytest.mark.parametrize("line", ["n: '{{_base_.lr}}'\n", "n: 1 # {{ fileDirname }}\n", "__m: 1\n"])
def test_what_mmengine_does_to_the_text_is_refused(line: str) -> None:
    error = refusal(DIALECTS["mmengine"], {"p.yaml": line})
    assert "rewrites before it reads the file" in str(error)


def test_a_marker_that_aliases_share_is_refused_where_the_loader_takes_it_out() -> None:
    text = "_base_: b.yaml\nk: &k {_delete_: true, n: 1}\nm: *k\n"
    with pytest.raises(Refused, match=r"p\.yaml:2:1: `_delete_` stands in a mapping that aliases"):
        Resolver(files_of({"b.yaml": BASE, "p.yaml": text}), DIALECTS["mmengine"]).resolve("p.yaml")


def test_dashes_take_a_key_out_at_the_end() -> None:
    files = {"b.yaml": BASE, "c.yaml": "_base_: [b.yaml]\nlr: ---\n"}
    dialect = DIALECTS["hcp-diffusion"]
    assert "lr" not in seen(dialect, {**files, "p.yaml": "_base_: [c.yaml]\n"})
    assert seen(dialect, {**files, "p.yaml": "_base_: [c.yaml]\nlr: 1\n"})["lr"] == 1


def test_dashes_count_where_nothing_is_below_and_are_refused_in_a_list() -> None:
    dialect, alone = DIALECTS["hcp-diffusion"], {"p.yaml": "a: 1\nk: {n: ---, m: 2}\n"}
    assert seen(dialect, alone) == {"a": 1, "k": {"m": 2}}
    assert laid(dialect, alone) == alone["p.yaml"]
    assert "`---` inside" in str(refusal(dialect, {"p.yaml": "a: [1, {b: ---}]\n"}))


@pytest.mark.parametrize(
    ("name", "middle", "top", "written"),
    [
        (
            "nemo-rl",
            "defaults: b.yaml\nk:\n  _override_: true\n  n: 3\n",
            "defaults: c.yaml\n",
            "_override_: true\n  n: 3",
        ),
        (
            "paddleseg",
            "_base_: b.yaml\nk:\n  v: {_inherited_: false}\n",
            "_base_: c.yaml\n",
            "  v:\n    _inherited_: false",
        ),
        ("hcp-diffusion", "_base_: [b.yaml]\nlr: ---\n", "_base_: [c.yaml]\n", "lr: ---"),
    ],
)
def test_a_delete_marker_makes_an_overlay_possible(
    name: str, middle: str, top: str, written: str
) -> None:
    files = {"b.yaml": BASE, "c.yaml": middle, "p.yaml": top}
    assert written in laid(DIALECTS[name], files, "b.yaml")
    assert "b.yaml" not in laid(DIALECTS[name], files)


def test_without_a_marker_such_an_overlay_is_refused() -> None:
    files = {"b.yaml": BASE, "p.yaml": "n: 1\n"}
    with pytest.raises(MigrateError, match="sets a to"):
        laid(EXTENDS, files, "b.yaml")


# Loaders.


@pytest.mark.parametrize(
    ("loader", "text", "value"),
    [
        ("safe", "v: 1e-8\n", "1e-8"),
        ("omegaconf", "v: 1e-8\n", 1e-8),
        ("omegaconf", "v: 2026-01-12\n", "2026-01-12"),
        ("yaml-1.2", "v: no\n", "no"),
        ("yaml-1.2", "v: 010\n", 10),
        ("yaml-1.2", "v: 0o17\n", 15),
        ("yaml-1.2", "v: 1:30\n", "1:30"),
        ("safe", "v: 1:30\n", 90),
    ],
)
def test_values_are_what_the_loader_makes_of_them(loader: str, text: str, value: object) -> None:
    dialect = declared({"loader": loader})
    assert same(seen(dialect, {"p.yaml": text}), {"v": value})
    assert same(load(text, "p.yaml", LOADERS[loader]), {"v": value})


@pytest.mark.parametrize("loader", ["safe-unique", "omegaconf", "yaml-1.2"])
def test_a_repeated_key_is_an_error_where_the_loader_says_so(loader: str) -> None:
    error = refusal(declared({"loader": loader}), {"p.yaml": "a: 1\nb: {c: 1, c: 2}\n"})
    assert "given twice" in str(error)
    assert seen(EXTENDS, {"p.yaml": "a: 1\na: 2\n"}) == {"a": 2}


def test_a_loader_that_constructs_each_key_to_compare_it_cannot_read_merge_keys() -> None:
    files = {"p.yaml": "a: &a {n: 1}\nb:\n  <<: *a\n"}
    assert str(refusal(DIALECTS["fairchem"], files)).startswith("p.yaml:3:3: the merge key <<")
    assert seen(DIALECTS["mmf"], files)["b"] == {"n": 1}


def test_an_alias_goes_where_a_repeated_key_moves_it_before_its_anchor() -> None:
    # The last `m` counts, at the place of the first: before `w`, whose anchor it names.
    files = {"b.yaml": "v:\n  m: 1\n  w: &a\n    q: 1\n  m:\n    r: *a\n"}
    text = laid(EXTENDS, {**files, "p.yaml": "extends: b.yaml\nn: 1\n"})
    assert yaml.safe_load(text)["v"] == {"m": {"r": {"q": 1}}, "w": {"q": 1}}


def test_unknown_tags_stay_as_text_and_are_never_merged_into() -> None:
    files = {
        "b.yaml": "t: !Tag {a: 1}  # kept\n",
        "p.yaml": "_BASE_: [b.yaml]\nu: !Other [1]\n",
    }
    text = laid(DIALECTS["paddledetection"], files)
    assert text == "t: !Tag {a: 1}  # kept\nu: !Other [1]\n"
    over = {**files, "p.yaml": "_BASE_: [b.yaml]\nt: {b: 2}\n"}
    assert seen(DIALECTS["paddledetection"], over) == {"t": {"b": 2}}


CALLS = [
    "!!python/object/apply:os.system ['touch {0}']",
    "!!python/object/apply:subprocess.check_output {{args: [['touch', '{0}']]}}",
    "!!python/object/new:os.system ['touch {0}']",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch {0}']",
    "!!python/object/apply:eval [\"__import__('os').system('touch {0}')\"]",
    "[1, {{x: !!python/object/apply:os.system ['touch {0}']}}]",
]


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("call", CALLS)
def test_what_python_would_be_asked_to_run_is_text(tmp_path: Path, kind: str, call: str) -> None:
    pwned = tmp_path / "pwned"
    dialect = declared({"loader": kind})
    files = {"b.yaml": f"a: {call.format(pwned)}  # kept\nk: 1\n", "p.yaml": "extends: b.yaml\n"}
    shown = plain(seen(dialect, files))
    assert "python/object" in json.dumps(shown)
    assert laid(dialect, files) == files["b.yaml"]
    assert seen(dialect, {**files, "p.yaml": "extends: b.yaml\na: {n: 1}\n"})["a"] == {"n": 1}
    assert not pwned.exists()


def test_a_tag_of_python_is_shown_as_its_author_wrote_it_and_nothing_merges_into_it() -> None:
    files = {
        "b.yaml": "a: !!python/tuple [1, 1e-4]\nm: !!python/object:x.Y {n: 1}\n"
        "f: !!python/name:os.x\n",
        "p.yaml": "extends: b.yaml\nm: {k: 2}\n",
    }
    assert plain(seen(EXTENDS, files)) == {
        "a": {"<tag>": "!!python/tuple", "value": [1, "1e-4"]},
        "m": {"k": 2},
        "f": {"<tag>": "!!python/name:os.x", "value": ""},
    }
    assert plain(seen(EXTENDS, files, "b.yaml"))["m"] == {
        "<tag>": "!!python/object:x.Y",
        "value": {"n": 1},
    }


@pytest.mark.parametrize("key", ["!!python/name:os.x ", "? !!python/tuple [1]\n", "!x y"])
def test_a_tagged_value_as_a_key_is_refused(key: str) -> None:
    dialect = declared({"loader": "safe-tags"})
    assert "key" in str(refusal(dialect, {"p.yaml": f"{key}: 1\n"}))


def test_a_rollout_moves_what_python_would_run_and_runs_nothing(tmp_path: Path) -> None:
    call = f"!!python/object/apply:os.system ['touch {tmp_path}/pwned']"
    files = {
        "configs/base.yaml": "x: 1\n",
        "configs/components/o.yaml": f"t: {call}  # why\nu: !!python/tuple [1, 2]\n",
        "configs/train/p.yaml": "extends: [../base.yaml, ../components/o.yaml]\n",
    }
    write(tmp_path / "tree", {path: text.encode() for path, text in files.items()})
    for verb in (["init"], ["apply", "--all"], ["verify", "--cross-check"], ["lint"], ["rehearse"]):
        ran = migrate(tmp_path / "tree", *verb)
        assert ran.code == 0, (verb, ran.out, ran.err)
        assert "Traceback" not in ran.err
    text = (tmp_path / "tree/configs/train/p.yaml").read_text()
    assert text == f"extends: ../base.yaml\n\nt: {call}  # why\nu: !!python/tuple [1, 2]\n"
    assert migrate(tmp_path / "tree", "explain", "configs/train/p.yaml", "t").code == 0
    assert not (tmp_path / "pwned").exists()


PLACED = {"relative_keys": ["data.root"], "relative_tags": ["!path"], "loader": "safe-tags"}


@pytest.mark.parametrize(
    "line",
    [
        "data: {root: ./d}\n",
        "data: {root: [/abs, d]}\n",
        "data: {root: {train: d}}\n",
        "w: !path w.bin\n",
        "w: [1, {v: !path w.bin}]\n",
        "u: &u !path w.bin\nw: [*u]\n",
    ],
)
def test_a_value_that_depends_on_the_place_of_its_file_is_not_moved(line: str) -> None:
    dialect = declared(PLACED)
    with pytest.raises(MigrateError, match=r"is a path relative to c/b\.yaml, and the new"):
        laid(dialect, {"c/b.yaml": line, "p.yaml": "extends: c/b.yaml\n"})
    assert laid(dialect, {"b.yaml": line, "p.yaml": "extends: b.yaml\n"}) == line


@pytest.mark.parametrize("value", ["/data", "~/data", "s3://bucket/data", "3", "null", "''"])
def test_a_value_that_means_the_same_everywhere_moves(value: str) -> None:
    line = f"data: {{root: {value}}}\n"
    files = {"c/b.yaml": line, "p.yaml": "extends: c/b.yaml\n"}
    assert laid(declared(PLACED), files) == line


@pytest.mark.parametrize("base", ["", "extends: b.yaml\n"])
def test_flatten_to_another_folder_refuses_what_depends_on_the_place(
    tmp_path: Path, base: str
) -> None:
    plan = "version: 1\ndialect: {relative_keys: [data.root]}\n"
    texts = {"plans/t.yaml": plan, "b.yaml": "n: 1\n", "p.yaml": f"{base}data:\n  root: ./d\n"}
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    ran = migrate(tmp_path, "flatten", "p.yaml", "-o", "c/p.yaml")
    line = texts["p.yaml"].count("\n")
    assert ran.code == 3
    assert f"p.yaml:{line}:3: data.root is a path relative to p.yaml, and the new" in ran.err
    assert not (tmp_path / "c").exists()
    assert migrate(tmp_path, "flatten", "p.yaml", "-o", "q.yaml").code == 0
    assert "root: ./d" in (tmp_path / "q.yaml").read_text()


# Naming, declaring, recognising.


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(InputError, match="no dialect is called `detectron`") as caught:
        named("detectron")
    assert "detectron2" in caught.value.hint


def test_what_a_loader_leaves_or_sets_itself_is_in_no_comparison() -> None:
    answer = {"__include__": ["b.yml"], "filename": "p", "n": 1}
    kept = {name: set(dialect.compared(answer)) for name, dialect in DIALECTS.items()}
    assert kept.pop("d-fine") == {"filename", "n"}
    assert kept.pop("paddledetection") == {"__include__", "n"}
    assert set(map(frozenset, kept.values())) == {frozenset(answer)}
    own = declared({"keys": ["base"], "keeps_key": True, "ignore_keys": ["time"]})
    assert own.compared({"base": "b", "time": 1, "n": 1}) == {"n": 1}


def test_every_declaration_names_its_source() -> None:
    assert all(dialect.source and dialect.keys for dialect in DIALECTS.values())
    assert list(DIALECTS) == [dialect.name for dialect in DIALECTS.values()]


def test_an_include_is_one_of_lm_eval_only_in_a_tree_of_its_tasks() -> None:
    files = {"t/_common_yaml": "a: {x: 1}\ntask_list: [q]\n", "t/p.yaml": "include: _common_yaml\n"}
    assert recognise(files_of(files)).dialect is EXTENDS
    files["t/_common_yaml"] += "doc_to_text: '{{q}}'\n"
    assert recognise(files_of(files)).dialect.name == "lm-eval"
    said = {**files, "t/p.yaml": "include: _common_yaml\na: {y: 2}\nf: !function u.f\n"}
    values = plain(seen(DIALECTS["lm-eval"], said, "t/p.yaml"))
    function = {"<tag>": "!function", "value": "u.f"}
    assert values == {"a": {"y": 2}, "doc_to_text": "{{q}}", "f": function}
    assert recognise(files_of({"b.yaml": "", ".ci.yml": "include: b.yaml\n"})).remarks == []


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"b.yaml": "", "p.yaml": "extends: b.yaml\n"}, "extends"),
        ({"b.yaml": "", "p.yaml": "_BASE_: b.yaml\n"}, "detectron2"),
        ({"b.yaml": "", "p.yaml": "_BASE_: [\n  'b.yaml',\n]\n"}, "paddledetection"),
        ({"b.yaml": "", "p.yaml": "__include__:\n  # why\n  - b.yaml\n"}, "d-fine"),
        ({"b.yaml": "", "p.yaml": 'defaults: "b.yaml" # c\n'}, "nemo-rl"),
        ({"b.yaml": "", "p.yaml": "_base_: b.yaml\n"}, "paddleseg"),
        ({"x/b.yaml": "", "x/p.yaml": "_base_:\n- x/b.yaml\n"}, "hcp-diffusion"),
        ({"b.yaml": "", "p.yaml": "_base_: b.yaml\nk: {_delete_: true}\n"}, "mmengine"),
        ({"b.yaml": "", "p.yaml": "includes:\n- b.yaml\n"}, "fairchem"),
        ({"b.yaml": "", "p.yaml": "includes:\n- b.yaml\nn: ${m}\n"}, "mmf"),
        ({"b.yaml": "", "p.yaml": "D:\n  _BASE_CONFIG_: b.yaml\n"}, "openpcdet"),
        ({"p.yaml": "defaults:\n- model: x\n- _self_\n"}, "extends"),
        ({"p.yaml": "_BASE_: gone.yaml\n"}, "extends"),
        ({}, "extends"),
    ],
)
def test_a_tree_is_recognised_by_the_bases_that_are_there(files: dict[str, str], name: str) -> None:
    assert recognise(files_of(files)).dialect.name == name


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"p.yaml": "defaults:\n- model: x\n- _self_\n"}, "defaults"),
        ({"b.yaml": "", "p.yaml": "defaults:\n- b\n"}, "defaults"),
        ({"c/b.yaml": "", "c/p.yaml": "_base_: [cfgs/b.yaml]\n"}, "_base_"),
        ({"p.yaml": "D:\n  _BASE_CONFIG_: cfgs/b.yaml\n"}, "_BASE_CONFIG_"),
        ({"b.yaml": "", "p.yaml": "inherit_from: b.yaml\n"}, "inherit_from"),
        ({"b.yaml": "", "p.yaml": "BASE: ['b.yaml']\n", "q.yaml": "extends: b.yaml\n"}, "BASE"),
    ],
)
def test_a_key_that_composes_elsewhere_is_told_and_not_passed_over(
    files: dict[str, str], key: str
) -> None:
    found = recognise(files_of(files))
    assert (found.dialect, found.unread) == (EXTENDS, ((key, 1),))
    assert found.remarks[-1].startswith(f"1 config has `{key}:`, which dialect extends does not")


@pytest.mark.parametrize(
    "text",
    ["extends: gone.yaml\n", "defaults: {a: 1}\n", "defaults: [1, 2]\n", "k:\n  BASE: b.yaml\n"],
)
def test_what_composes_nothing_is_not_told(text: str) -> None:
    assert recognise(files_of({"b.yaml": "", "p.yaml": text})).remarks == []


def view(root: Path, name: str | None = None) -> tuple[View, list[str]]:
    told: list[str] = []
    made = View(str(root), dialect_name=name)
    made.tell = told.append
    return made, told


def test_option_then_plan_then_recognition_choose_the_dialect(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("n: 1\n")
    (tmp_path / "p.yaml").write_text("_BASE_: b.yaml\n")
    recognised, told = view(tmp_path)
    assert recognised.dialect.name == "detectron2"
    assert told == ["dialect detectron2: 1 config composes by `_BASE_:`; --dialect chooses another"]
    (tmp_path / "plans").mkdir()
    for presets in ("presets: {}\n", "rules: {}\npresets:\n  p: {}\n"):
        (tmp_path / "plans" / "tree.yaml").write_text(f"version: 1\n{presets}")
        planned, told = view(tmp_path)
        assert (planned.dialect, told) == (EXTENDS, [])
    (tmp_path / "plans" / "tree.yaml").write_text("version: 1\nrules: {}\n")
    before_init, _ = view(tmp_path)
    assert before_init.dialect.name == "detectron2"
    text = "version: 1\ndialect: {like: detectron2, name: ours, delete: {key: _delete_}}\n"
    (tmp_path / "plans" / "tree.yaml").write_text(text)
    own = view(tmp_path)[0].dialect
    assert (own.name, own.keys, own.delete and own.delete.key) == ("ours", ("_BASE_",), "_delete_")
    assert view(tmp_path, "d-fine")[0].dialect is DIALECTS["d-fine"]


def test_a_plan_that_names_no_dialect_we_ship_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "tree.yaml").write_text("version: 1\ndialect: detectron\n")
    with pytest.raises(InputError, match=r"plans/tree\.yaml:2:1: no dialect is called"):
        _ = view(tmp_path)[0].dialect


# What cannot be loaded does not stop the others.


def discovered(files: dict[str, str], *presets: str) -> dict[str, str]:
    resolver = Resolver(files_of(files), DIALECTS["detectron2"])
    return Discoverer(resolver, Scope(presets=presets)).discover().left_alone


GOOD = {
    "b.yaml": "n: 1\n",
    "_c.yaml": "_BASE_: b.yaml\n",
    "p.yaml": "_BASE_: _c.yaml\n",
}


def test_a_config_that_cannot_be_loaded_is_left_alone_with_the_reason() -> None:
    left = discovered({**GOOD, "q.yaml": "_BASE_: b.yaml\nv: !env HOME\n"})
    assert left == {"q.yaml": "cannot be loaded: q.yaml:2:4: unknown tag !env"}


def test_a_config_that_is_not_yaml_is_left_alone_and_its_bases_stay() -> None:
    resolver = Resolver(
        files_of({**GOOD, "q.yaml": "_BASE_: _c.yaml\nv: [1\n"}), DIALECTS["detectron2"]
    )
    found = Discoverer(resolver, Scope()).discover()
    assert found.left_alone["q.yaml"].startswith("cannot be loaded: q.yaml:3:1: not valid YAML")
    assert found.outside_users["_c.yaml"] == "q.yaml still extends it"


def test_a_chosen_config_that_cannot_be_loaded_is_an_error() -> None:
    with pytest.raises(InputError, match="unknown tag"):
        discovered({**GOOD, "q.yaml": "_BASE_: b.yaml\nv: !env HOME\n"}, "q.yaml")


def test_a_missing_base_does_not_stop_the_good_configs() -> None:
    left = discovered({**GOOD, "q.yaml": "_BASE_: gone.yaml\n"})
    assert left == {
        "q.yaml": "cannot be loaded: q.yaml:1:9: extends gone.yaml, which does not exist"
    }


def test_a_config_that_extends_itself_does_not_stop_the_good_ones_either() -> None:
    left = discovered({**GOOD, "q.yaml": "_BASE_: q.yaml\n"})
    assert left == {"q.yaml": "cannot be loaded: q.yaml:1:9: extends itself"}
