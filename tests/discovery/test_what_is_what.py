"""What discovery takes for a preset, for a fragment, and for neither, with the reason it gives."""

from __future__ import annotations

import pytest

from migrate.discovery.discover import Discoverer, Discovery, Scope, require_presets
from migrate.errors import InputError, MigrateError
from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree

START = {
    "configs/base.yaml": "x: 1\n",
    "configs/components/o.yaml": "t: {lr: 1}\n",
    "configs/train/p.yaml": "extends: [../base.yaml, ../components/o.yaml]\n",
}
ON_BOTH = "extends: [../base.yaml, ../components/o.yaml]\n"
RUNS = {
    "configs/train/a.yaml": "extends: common.yaml\nrun: a\n",
    "configs/train/b.yaml": "extends: common.yaml\nrun: b\n",
}
COMMON = {**START, **RUNS, "configs/train/common.yaml": ON_BOTH + "z: 1\n"}


def discover(files: dict[str, str], **scope: tuple[str, ...]) -> Discovery:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return Discoverer(Resolver(tree), Scope(**scope)).discover()  # type: ignore[arg-type]


def presets(found: Discovery) -> list[str]:
    return [preset.path.removeprefix("configs/train/") for preset in found.presets]


# A fragment, by the tree's own measure.


def test_an_extended_file_that_lacks_what_every_run_below_it_sets_is_a_fragment() -> None:
    found = discover(COMMON)
    assert presets(found) == ["a.yaml", "b.yaml", "p.yaml"]
    assert found.retired == {
        "configs/components/o.yaml": "is a component",
        "configs/train/common.yaml": "sets no run, which every config below it sets",
    }


def test_a_null_counts_as_not_set() -> None:
    found = discover({**COMMON, "configs/train/common.yaml": ON_BOTH + "run: null\n"})
    assert "configs/train/common.yaml" in found.retired


def test_a_key_that_one_run_lacks_is_no_measure() -> None:
    found = discover({**COMMON, "configs/train/b.yaml": "extends: common.yaml\nq: 1\n"})
    assert "common.yaml" in presets(found)


def test_one_variant_says_nothing_about_what_it_extends() -> None:
    found = discover({**START, "configs/train/q.yaml": "extends: p.yaml\nm: 1\n"})
    assert presets(found) == ["p.yaml", "q.yaml"]
    assert found.presets[1].parent == "configs/train/p.yaml"
    why = "sets no m, which what extends it sets; that is too little to go by"
    assert found.extended == {"configs/train/p.yaml": why}


def test_a_preset_of_which_nothing_is_missing_is_in_no_doubt() -> None:
    found = discover({**START, "configs/train/q.yaml": "extends: p.yaml\nt: {lr: 2}\n"})
    assert presets(found) == ["p.yaml", "q.yaml"]
    assert found.extended == {}


def test_what_few_runs_of_the_tree_set_is_no_measure() -> None:
    """Variants of one preset that share a key, in a tree whose other runs do without it."""
    others = {f"configs/train/o{n}.yaml": f"{ON_BOTH}run: {n}\nn{n}: 1\n" for n in range(5)}
    variants = {f"configs/train/v{n}.yaml": f"extends: o0.yaml\nquantise: {n}\n" for n in range(2)}
    found = discover({**START, **others, **variants})
    assert "o0.yaml" in presets(found)


def test_a_file_is_no_fragment_where_as_many_runs_beside_it_set_no_more() -> None:
    beside = {f"configs/train/s{n}.yaml": ON_BOTH + "z: 2\n" for n in range(2)}
    found = discover({**COMMON, **beside, "configs/train/p.yaml": ON_BOTH + "run: p\n"})
    assert "common.yaml" in presets(found)


def test_no_list_of_settings_decides() -> None:
    """What one trainer calls launch settings, all given: still a fragment of these runs."""
    launch = (
        "model: {model: m}\ntraining: {run_name: r, output_dir: o, logging_dir: l,"
        " num_train_epochs: 1, learning_rate: 1, vit_lr: 1, aligner_lr: 1}\n"
    )
    found = discover({**COMMON, "configs/train/common.yaml": ON_BOTH + launch})
    assert "configs/train/common.yaml" in found.retired


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("configs/train/dense_base.yaml", "its name says that it is a base"),
        ("configs/train/base_dense.yaml", "its name says that it is a base"),
        ("configs/train/_dense.yaml", "its name says that it is a base"),
        ("configs/train/_base_/dense.yaml", "it lies in _base_/"),
        ("configs/train/include/dense.yaml", "it lies in include/"),
    ],
)
def test_a_name_or_a_folder_may_say_so(path: str, why: str) -> None:
    link = path.removeprefix("configs/train/")
    up = "../" * (path.count("/") - 1)
    text = f"extends: [{up}base.yaml, {up}components/o.yaml]\n"
    found = discover({**START, path: text, "configs/train/q.yaml": f"extends: {link}\n"})
    assert found.retired[path] == why
    assert presets(found) == ["p.yaml", "q.yaml"]


# A preset, whatever the rule says.

NAMED = {
    **START,
    "configs/train/s_base.yaml": ON_BOTH + "z: 1\n",
    "configs/train/a.yaml": "extends: s_base.yaml\nrun: a\n",
    "configs/train/b.yaml": "extends: s_base.yaml\nrun: b\n",
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "n:\n\tpython t.py \\\n\t  --config configs/train/s_base.yaml\n"),
        ("run.sh", "torchrun t.py configs/train/s_base.yaml\n"),
        ("run.sh", "CONFIG=configs/train/s_base.yaml\n./go.sh $CONFIG\n"),
        (".github/workflows/n.yml", "run: python t.py -c configs/train/s_base.yaml\n"),
        ("README.md", "```\n$ python t.py configs/train/s_base.yaml\n```\n"),
        ("README.md", "Start `swift rlhf --config configs/train/s_base.yaml`.\n"),
        ("t.py", "import argparse\np.add_argument('--config', default='train/s_base.yaml')\n"),
    ],
)
def test_a_file_that_a_command_runs_is_a_preset_even_if_its_name_says_base(
    path: str, text: str
) -> None:
    found = discover({**NAMED, path: text})
    assert "s_base.yaml" in presets(found)
    assert found.extended["configs/train/s_base.yaml"].startswith(path)
    assert [preset.parent for preset in found.presets if preset.path.endswith("/a.yaml")] == [
        "configs/train/s_base.yaml"
    ]


def test_a_word_in_a_document_does_not_make_a_preset_of_what_is_called_a_base() -> None:
    found = discover({**NAMED, "README.md": "They share configs/train/s_base.yaml.\n"})
    assert "configs/train/s_base.yaml" in found.retired


def test_a_word_in_a_document_is_enough_where_only_the_keys_speak_against_it() -> None:
    found = discover({**COMMON, "README.md": "`configs/train/common.yaml` is our main run\n"})
    assert "common.yaml" in presets(found)
    assert found.extended["configs/train/common.yaml"] == "README.md:1:2 names it"


def test_a_component_that_a_command_runs_stays() -> None:
    found = discover({**START, "run.sh": "python t.py --config configs/components/o.yaml\n"})
    assert found.outside_users == {"configs/components/o.yaml": "run.sh:1:22 runs it"}


@pytest.mark.parametrize("glob", ["configs/train/s_base.yaml", "configs/train/s*.yaml"])
def test_what_presets_names_is_a_preset(glob: str) -> None:
    found = discover(NAMED, presets=(glob,))
    assert presets(found) == ["s_base.yaml"]
    assert found.outside_users == {
        "configs/components/o.yaml": "configs/train/p.yaml still extends it"
    }
    assert found.extended == {"configs/train/s_base.yaml": "--presets names it"}


def test_a_component_that_presets_names_itself_is_a_preset() -> None:
    files = {**START, "configs/components/k.yaml": "extends: o.yaml\nk: 1\n"}
    found = discover(files, presets=("configs/components/k.yaml",))
    assert [preset.path for preset in found.presets] == ["configs/components/k.yaml"]


# Shallow already.


def test_a_tree_of_chains_that_are_two_files_long_is_shallow() -> None:
    files = {f"t/{n}.yaml": f"extends: _t.yaml\ntask: {n}\n" for n in range(9)}
    found = discover({**files, "t/_t.yaml": "k: 1\n"})
    assert (found.presets, found.shallow) == ([], True)
    assert set(found.left_alone.values()) == {"is shallow already"}
    assert require_presets(found, Scope()) is found


def test_a_few_chains_of_three_files_do_not_make_a_shallow_tree_deep() -> None:
    files = {f"t/{n}.yaml": f"extends: _t.yaml\ntask: {n}\n" for n in range(9)}
    deep = {"t/d.yaml": "extends: _m.yaml\ntask: d\n", "t/_m.yaml": "extends: _t.yaml\n"}
    found = discover({**files, **deep, "t/_t.yaml": "k: 1\n"})
    assert (found.presets, found.shallow) == ([], True)
    assert found.left_alone["t/d.yaml"] == "merges 3 files; --presets 't/d.yaml' migrates it"
    named = discover({**files, **deep, "t/_t.yaml": "k: 1\n"}, presets=("t/d.yaml",))
    assert [preset.path for preset in named.presets] == ["t/d.yaml"]
    assert named.outside_users["t/_t.yaml"] == "t/0.yaml still extends it"


def test_a_variant_of_a_shallow_preset_is_shallow() -> None:
    files = {
        "t/_t.yaml": "k: 1\n",
        "t/a.yaml": "extends: _t.yaml\ntask: a\n",
        "t/b.yaml": "extends: _t.yaml\ntask: b\n",
        "t/c.yaml": "extends: a.yaml\nshots: 5\n",
    }
    found = discover(files)
    assert found.left_alone == dict.fromkeys(
        ["t/a.yaml", "t/b.yaml", "t/c.yaml"], "is shallow already"
    )


def test_a_chain_of_more_files_than_a_preset_may_merge_is_deep() -> None:
    files = {f"t/c{n}.yaml": f"extends: c{n - 1}.yaml\nk{n}: 1\n" for n in range(1, 6)}
    found = discover({**files, "t/c0.yaml": "k0: 1\n"})
    assert [preset.path for preset in found.presets] == ["t/c4.yaml", "t/c5.yaml"]
    assert found.retired == {}


def test_a_shallow_preset_in_the_middle_of_a_chain_keeps_what_it_extends() -> None:
    files = {
        **{f"t/d{n}.yaml": f"extends: [_u.yaml, _m.yaml]\ntask: {n}\n" for n in range(2)},
        "t/_m.yaml": "extends: _t.yaml\nm: 1\n",
        "t/_t.yaml": "k: 1\n",
        "t/_u.yaml": "u: 1\n",
        "t/s.yaml": "extends: _t.yaml\ntask: s\n",
    }
    found = discover(files)
    assert found.outside_users == {"t/_t.yaml": "t/s.yaml still extends it"}
    assert sorted(found.retired) == ["t/_m.yaml", "t/_u.yaml"]


# One file that cannot be read.

BROKEN = {
    **START,
    "configs/components/bad.yaml": "a: [1\n",
    "configs/train/b.yaml": "extends: [../components/o.yaml, ../components/bad.yaml]\n",
    "configs/train/d.yaml": "extends:\n  - ../components/gone.yaml\n",
    "configs/train/c.yaml": "extends: c.yaml\n",
}


def test_a_broken_file_stops_only_the_presets_that_need_it() -> None:
    found = discover(BROKEN)
    assert presets(found) == ["p.yaml"]
    left = {path.removeprefix("configs/train/"): why for path, why in found.left_alone.items()}
    assert left["b.yaml"].startswith("cannot be loaded: configs/components/bad.yaml:2:1: not valid")
    assert left["d.yaml"].startswith("cannot be loaded: configs/train/d.yaml:2:5: extends configs/")
    assert left["c.yaml"] == "cannot be loaded: configs/train/c.yaml:1:10: extends itself"
    assert found.outside_users == {
        "configs/components/o.yaml": "configs/train/b.yaml still extends it"
    }


def test_what_cannot_be_loaded_is_excluded_from_the_rollout() -> None:
    assert discover(BROKEN, exclude=("x/**",)).excluded == (
        "x/**",
        "configs/train/b.yaml",
        "configs/train/c.yaml",
        "configs/train/d.yaml",
    )


def test_a_broken_preset_that_is_named_is_an_error() -> None:
    with pytest.raises(InputError, match="not valid YAML"):
        discover(BROKEN, presets=("configs/train/b.yaml", "configs/train/p.yaml"))


def test_where_nothing_is_left_every_fault_is_told() -> None:
    files = {path: text for path, text in BROKEN.items() if path != "configs/train/p.yaml"}
    with pytest.raises(MigrateError) as caught:
        discover(files)
    assert len(caught.value.faults()) == 3


# Who else needs a file.


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ON_BOTH, "configs/train/old.yaml still extends it"),
        (ON_BOTH + "v: [1\n", "configs/train/old.yaml still extends it"),
        ("# configs/components/o.yaml\nextends: gone.yaml\nv: [1\n", "configs/train/old.yaml "),
        ("extends: ../base.yaml\nteacher: ../components/o.yaml\n", "a value of configs/train/old"),
    ],
)
def test_an_excluded_config_is_not_forgotten(text: str, why: str) -> None:
    files = {**START, "configs/train/old.yaml": text}
    found = discover(files, exclude=("configs/train/old.yaml",))
    assert presets(found) == ["p.yaml"]
    assert found.outside_users["configs/components/o.yaml"].startswith(why)
    assert found.retired == {}


def test_an_excluded_config_is_no_measure_of_what_a_run_sets() -> None:
    hidden = {f"x/{n}.yaml": "extends: ../configs/base.yaml\n" for n in range(9)}
    found = discover({**COMMON, **hidden}, exclude=("x/**",))
    assert "configs/train/common.yaml" in found.retired


# Fragments without a suffix, and heirs.


def test_a_chain_goes_on_through_files_without_a_suffix() -> None:
    found = discover(
        {
            "t/low_yaml": "a: 1\n",
            "t/_mid_yaml": "extends: low_yaml\nb: 1\n",
            "t/p.yaml": "extends: _mid_yaml\nc: 1\n",
        }
    )
    assert found.frozen == ["t/_mid_yaml", "t/low_yaml", "t/p.yaml"]
    assert found.retired["t/low_yaml"] == "its name has no YAML suffix"


def test_only_a_preset_that_says_the_same_is_proposed_as_heir() -> None:
    assert discover(NAMED).heirs == {}
    same = {**NAMED, "configs/train/b.yaml": "extends: s_base.yaml\n"}
    assert discover(same).heirs == {"configs/train/s_base.yaml": "configs/train/b.yaml"}
    typed = {**NAMED, "configs/train/b.yaml": "extends: s_base.yaml\nz: 1.0\n"}
    assert discover(typed).heirs == {}


def test_a_tree_may_stand_at_the_root_itself() -> None:
    files = {"_a.yaml": "k: 1\n", "b.yaml": "extends: [_a.yaml, _c.yaml]\n", "_c.yaml": "c: 1\n"}
    found = discover(files)
    assert (found.config_root, sorted(found.retired)) == (".", ["_a.yaml", "_c.yaml"])
