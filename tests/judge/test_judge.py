"""The trainer itself as judge: what it sees is what holds, whatever we read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.judge.tree import ASK, SHALLOW, SHOW, SOUND, P, asked, errors, rolled, teach, tree, whats
from tests.live.tree import ok
from tests.support import trees
from tests.support.cli import migrate

BY_COMMAND = 'command: "{python} -m teamlib.show {config}"'


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rolled(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "done", dirs_exist_ok=True))


def test_a_dialect_that_holds_passes(done: Path) -> None:
    assert asked(done) == (0, [])


def test_a_dialect_that_is_wrong_on_purpose_is_caught_key_by_key(done: Path) -> None:
    teach(done, SHALLOW)
    code, found = asked(done)
    found = errors(found)
    assert code == 1
    key = "t.wd: 0.5 by dialect extends, absent by the trainer"
    assert set(whats(found)) == {f"p: {key}", f"q: {key}"}
    places = {(one["path"], one["line"]) for one in found}
    assert places == {("configs/legacy/base.yaml", 2), ("configs/base.yaml", 2)}
    assert {one["hint"] for one in found} == {
        "declare in plans/tree.yaml how the trainer composes; docs/dialects.md has the fields"
    }


def test_only_the_chosen_presets_are_asked_for(done: Path) -> None:
    teach(done, SHALLOW)
    _, found = asked(done, "--preset", "q")
    assert {what.partition(":")[0] for what in whats(errors(found))} == {"q"}


def test_a_run_that_the_migration_changed_for_the_trainer_alone_is_told(done: Path) -> None:
    counts = SOUND.replace(
        "return merge(whole, own)", "return merge(merge(whole, own), {'n': len(bases)})"
    )
    teach(done, counts)
    code, found = asked(done, "--preset", "q")
    assert code == 1
    # The old q lists three files; the new one names its base by a text of 12 characters.
    assert "q: by the trainer, n: 3 -> 12: nothing allows it" in whats(found)


def test_what_the_profile_allows_is_allowed_to_the_trainer_too(done: Path) -> None:
    counts = SOUND.replace(
        "return merge(whole, own)", "return merge(merge(whole, own), {'n': len(bases)})"
    )
    teach(done, counts)
    profile = "version: 1\nallow: [{path: n, reason: a count of files}]\n"
    (done / "plans/parity.yaml").write_text(profile)
    _, found = asked(done)
    assert not [what for what in whats(found) if "by the trainer, n" in what]


def test_what_was_accepted_is_told_by_nobody(done: Path) -> None:
    edited = (done / P).read_text().replace("lr: 1", "lr: 2")
    (done / P).write_text(edited)
    assert asked(done) == (1, [])  # `parity` tells it
    ok(migrate(done, "accept", "--preset", "p", "--reason", "a better rate"))
    assert asked(done) == (0, [])


def test_keys_that_the_trainer_adds_can_be_named(done: Path) -> None:
    adds = SOUND.replace(
        "return merge(whole, own)", "return merge(merge(whole, own), {'run': {'id': path}})"
    )
    teach(done, adds)
    code, found = asked(done)
    assert code == 1
    assert "p: run.id: absent by dialect extends" in whats(found)[0]
    assert found[0]["hint"].endswith("`run.id`, name it in plans/tree.yaml: `trainer: ignore:`")
    teach(done, adds, f"{ASK}, ignore: [run]")
    assert asked(done) == (0, [])


def test_old_configs_are_asked_for_at_their_old_places(tmp_path: Path) -> None:
    by_root = SOUND.replace(
        "os.path.join(os.path.dirname(path), base)", 'os.path.normpath("configs/train/" + base)'
    )
    assert by_root != SOUND
    root = rolled(tmp_path)
    assert not (root / "configs/components").exists()
    teach(root, by_root)  # it would find nothing from the folder of frozen copies
    assert asked(root) == (0, [])


def test_a_preset_that_waits_is_asked_for_as_it_is_today(tmp_path: Path) -> None:
    root = tree(tmp_path)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, {"configs/components/z.yaml": b"z: {new: 1}\n"})  # only q has it
    assert asked(root, "--preset", "q") == (1, [])  # 1: it is not applied
    teach(root, SHALLOW)
    _, found = asked(root, "--preset", "q")
    assert whats(errors(found)) == ["q: t.wd: 0.5 by dialect extends, absent by the trainer"]


def test_after_the_rollout_the_presets_are_asked_for_alone(done: Path) -> None:
    ok(migrate(done, "finalize"))
    assert asked(done) == (0, [])
    teach(done, SHALLOW)
    code, found = asked(done)
    assert code == 1
    assert {one["path"] for one in errors(found)} == {"configs/base.yaml"}


@pytest.mark.parametrize(
    "show", [SHOW, SHOW.replace(b"json", b"yaml").replace(b"yaml.dumps", b"yaml.safe_dump")]
)
def test_a_command_that_prints_is_asked_the_same(done: Path, show: bytes) -> None:
    trees.write(done, {"teamlib/show.py": show})
    teach(done, SOUND, BY_COMMAND)
    assert asked(done) == (0, [])
    teach(done, SHALLOW)
    assert len(errors(asked(done)[1])) == 4


def test_an_answer_is_no_part_of_what_is_recalled(done: Path) -> None:
    ok(migrate(done, "verify"))
    teach(done, SHALLOW)
    assert migrate(done, "verify", "--trainer").code == 1
    ran = migrate(done, "verify")
    assert (ran.code, "trainer" in ran.out) == (0, False)
    assert migrate(done, "verify", "--trainer").code == 1


def test_it_runs_with_the_word_alone(done: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    teach(done, f"{SOUND}\nopen({str(trace)!r}, 'w').close()\n")
    for command in (
        ["verify"],
        ["status"],
        ["plan"],
        ["lint"],
        ["inspect", P],
        ["verify", "--run-gates"],
    ):
        migrate(done, *command)
        assert not trace.exists(), command
    ran = migrate(done, "verify", "--trainer")
    assert trace.exists()
    assert "asking the trainer, in a copy of the tree: teamlib.load:load in {python}\n" in ran.err


# inspect and init


def test_inspect_shows_the_values_of_the_trainer_and_where_the_dialect_does_not_hold(
    tmp_path: Path,
) -> None:
    root = tree(tmp_path, SHALLOW)
    ran = migrate(root, "inspect", P, "--trainer")
    assert ran.code == 1
    assert ran.out.endswith("""
by the trainer
{
  "t": {
    "lr": 1
  },
  "x": 1
}

dialect extends does not hold: the trainer sees 1 key differently
""")
    assert "configs/base.yaml:2:5: t.wd: 0.5 by dialect extends, absent by the trainer\n" in ran.err


def test_inspect_says_that_the_dialect_holds(tmp_path: Path) -> None:
    ran = migrate(tree(tmp_path), "inspect", P, "--trainer", "--only", "chain")
    assert ran.code == 0
    assert ran.out.endswith("dialect extends holds: the trainer sees the same\n")


def test_inspect_payload_is_what_the_trainer_sees(tmp_path: Path) -> None:
    root = tree(tmp_path, SHALLOW)
    ran = migrate(root, "inspect", P, "--trainer", "--only", "payload")
    assert (ran.code, json.loads(ran.out)) == (1, {"x": 1, "t": {"lr": 1}})


def test_inspect_as_json_has_both(tmp_path: Path) -> None:
    root = tree(tmp_path, SHALLOW)
    said = json.loads(migrate(root, "--output", "json", "inspect", P, "--trainer").out)
    assert said["resolved"] == {"x": 1, "t": {"wd": 0.5, "lr": 1}}
    assert said["trainer"] == {
        "resolved": {"x": 1, "t": {"lr": 1}},
        "failed": None,
        "differences": [{"key": "t.wd", "dialect": 0.5}],
    }


def test_what_neither_can_load_is_told_as_that(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / "configs/base.yaml").unlink()
    ran = migrate(root, "inspect", P, "configs/components/z.yaml", "--trainer", "--only", "chain")
    assert ran.code == 1
    assert "\nneither the trainer nor dialect extends loads it\n" in ran.out
    assert ran.out.endswith("\ndialect extends holds: the trainer sees the same\n")
    assert (
        "error: configs/train/p.yaml: neither the trainer nor dialect extends loads it" in ran.err
    )


def test_init_refuses_a_dialect_that_does_not_hold_and_writes_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path, SHALLOW)
    before = trees.read(root)
    ran = migrate(root, "init", "--trainer")
    assert ran.code == 1
    assert (
        "error: configs/base.yaml:2:5: t.wd: 0.5 by dialect extends, absent by the trainer"
        in ran.err
    )
    assert trees.read(root) == before


def test_init_goes_on_where_the_dialect_holds(tmp_path: Path) -> None:
    root = tree(tmp_path)
    ok(migrate(root, "init", "--trainer"))
    ok(migrate(root, "apply", "--all"))
    assert asked(root) == (0, [])


def test_a_plan_with_a_trainer_alone_leaves_the_dialect_to_be_recognised(tmp_path: Path) -> None:
    root = tree(tmp_path, SOUND.replace('"extends"', '"_BASE_"'))
    for path in ("p", "q"):
        file = root / f"configs/train/{path}.yaml"
        file.write_text(file.read_text().replace("extends:", "_BASE_:"))
    ran = migrate(root, "inspect", P, "--trainer", "--only", "chain")
    assert ran.code == 0, ran.err
    assert "dialect paddledetection holds" in ran.out


@pytest.mark.parametrize("verb", [["inspect", P], ["init"], ["verify"]])
def test_without_a_trainer_in_the_plans_it_says_what_to_write(
    tmp_path: Path, verb: list[str]
) -> None:
    root = tmp_path
    rolled(root)
    plan = root / "plans/tree.yaml"
    plan.write_text(plan.read_text().replace(f"trainer: {{{ASK}}}\n", ""))
    again = ["--force"] if verb == ["init"] else []
    ran = migrate(root, *verb, *again, "--trainer")
    assert ran.code == 3
    assert ran.err == (
        "error: plans/tree.yaml: no plan says how the trainer is asked\n"
        "hint: write `trainer: {loader: package.module:function}` into plans/tree.yaml;"
        " see docs/trainer.md\n"
    )


def test_old_configs_by_name_are_left_to_verify(done: Path) -> None:
    ran = migrate(done, "inspect", "legacy:p", "--trainer")
    assert ran.code == 3
    assert "the trainer reads the tree as it is, not legacy:p" in ran.err
