"""What is accepted opens the gate for that value of that preset, and for nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrate.locations import Index, dotted, parse_dotted
from migrate.verification.acceptances import to_accept
from migrate.workspace.scratch import scratch_copy
from tests.live.tree import START, P, Q, findings, ok, states
from tests.support import trees
from tests.support.cli import Ran, migrate, unfollowed

ROOT = Path(__file__).parents[2]
FILE = "plans/accepted.yaml"
PASTE = re.compile(r"(?m)^    migrate (accept .*)$")
OVER = "configs/train/over.yaml"
DEEP = "configs/train/deep.yaml"


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Path]:
    """This repository as it stands."""
    with scratch_copy(str(ROOT), [], str(tmp_path / "copy")):
        yield tmp_path / "copy"


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A rollout whose gate is open: two presets, an overlay on one of them, and one on that."""
    more = {OVER: b"extends: p.yaml\nm: 2\n", DEEP: b"extends: over.yaml\nm: 3\n"}
    more["run.sh"] = f"train {P} {OVER}\n".encode()  # what runs is a preset, whoever extends it
    trees.write(tmp_path, {**START, **more})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    assert findings(tmp_path) == (0, [])
    return tmp_path


def tune(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert text.count(old) == 1, text
    (root / path).write_text(text.replace(old, new))


def gate(root: Path) -> list[tuple[str, str]]:
    """The preset and the level of each finding of parity and of what is unused."""
    _, found = findings(root)
    told = [one for one in found if one["level"] != "note"]
    return [(one["what"].partition(":")[0], one["level"]) for one in told]


def accept(root: Path, *words: str, reason: str = "because") -> Ran:
    return migrate(root, "accept", *words, "--reason", reason)


def test_one_value_of_one_preset_and_nothing_else(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    assert gate(done) == [("q", "error")]
    said = ok(accept(done, "--preset", "q", "--key", "t.lr")).out
    assert "q  t.lr  1 -> 7" in said
    assert gate(done) == []
    tune(done, Q, "lr: 7", "lr: 8")
    assert gate(done) == [("q", "error")]
    assert "accepted is 1 -> 7" in migrate(done, "verify").out
    tune(done, Q, "lr: 8", "lr: 7")
    tune(done, P, "lr: 1", "lr: 7")
    assert ("p", "error") in gate(done)
    assert ("q", "error") not in gate(done)


def test_the_command_that_verify_prints_opens_the_gate(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    (text,) = PASTE.findall(migrate(done, "verify").out)
    told = json.loads(migrate(done, "--output", "json", "verify").out)["findings"]
    (command,) = [one["command"] for one in told if one["level"] == "error"]
    assert command == f"migrate {text}"
    ok(migrate(done, *shlex.split(text.replace("...", "the lower one underfits"))))
    assert gate(done) == []
    entry = yaml.safe_load((done / FILE).read_text())["accepted"]["q"]["t.lr"]
    assert entry == {"was": 1, "now": 7, "reason": "the lower one underfits"}


def test_an_overlay_inherits_what_its_parent_accepted(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    assert gate(done) == [("p", "error"), ("over", "error"), ("deep", "error")]
    hints = [one["hint"] for one in findings(done)[1] if one["level"] == "error"]
    told = [hint for hint in hints if "(for p, whose file sets it, is enough)" in hint]
    assert told == hints[1:]
    ok(accept(done, "--preset", "p"))
    assert gate(done) == []
    assert list(yaml.safe_load((done / FILE).read_text())["accepted"]) == ["p"]
    said = ok(accept(done, "--preset", "deep")).out
    assert "nothing to do: 1 difference is accepted already" in said


def test_a_key_that_went_from_the_parent_is_inherited_too(done: Path) -> None:
    text = (done / P).read_text()
    assert "wd: 0.0" in text
    (done / P).write_text(re.sub(r"(, )?wd: 0\.0", "", text))
    assert ("over", "error") in gate(done)
    ok(accept(done, "--preset", "p"))
    assert gate(done) == []
    assert "now" not in yaml.safe_load((done / FILE).read_text())["accepted"]["p"]["t.wd"]


def test_what_an_overlay_sets_itself_is_its_own(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    ok(accept(done, "--preset", "p"))
    (done / OVER).write_text((done / OVER).read_text() + "t: {lr: 8}\n")
    assert gate(done) == [("over", "error"), ("deep", "error")]
    (done / OVER).write_text((done / OVER).read_text().replace("8", "7"))
    assert gate(done) == [("over", "error"), ("deep", "error")]
    ok(accept(done, "--preset", "over"))
    assert gate(done) == []


def test_an_overlay_that_is_migrated_later_inherits_it_too(tmp_path: Path) -> None:
    more = {OVER: b"extends: [p.yaml, ../components/y.yaml]\n", "run.sh": f"train {P}\n".encode()}
    more["configs/components/y.yaml"] = b"k: 1\n"
    trees.write(tmp_path, {**START, **more})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    tune(tmp_path, P, "lr: 1", "lr: 7")
    ok(accept(tmp_path))
    ok(migrate(tmp_path, "apply", "--all"))
    assert "extends: p.yaml" in (tmp_path / OVER).read_text()
    assert gate(tmp_path) == []


def test_a_value_from_below_the_parent_is_inherited_through_it(done: Path) -> None:
    trees.write(done, {"configs/more.yaml": b"x: 2\n"})
    tune(done, P, "extends: ../base.yaml", "extends: [../base.yaml, ../more.yaml]")
    parity = [name for name, _ in gate(done) if name in ("p", "over", "deep")]
    assert parity == ["p", "over", "deep"]
    ok(accept(done, "--preset", "p", "--key", "x"))
    assert {"p", "over", "deep"}.isdisjoint(name for name, _ in gate(done))


def test_without_names_all_that_differs_is_accepted_where_it_is_set(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    tune(done, DEEP, "m: 3", "m: 3.0")
    tune(done, Q, "m: 1", "n: 1")
    assert len(gate(done)) == 6
    said = json.loads(ok(migrate(done, "--output", "json", "accept", "--reason", "x")).out)
    rows = {(one["preset"], one["key"]): one for one in said["accepted"]}
    assert set(rows) == {("p", "t.lr"), ("deep", "m"), ("q", "m"), ("q", "n")}
    assert (rows["deep", "m"]["was"], rows["deep", "m"]["now"]) == (3, 3.0)
    assert type(rows["deep", "m"]["now"]) is float
    assert "now" not in rows["q", "m"]
    assert "was" not in rows["q", "n"]
    assert gate(done) == []


def test_null_is_not_absent_and_a_text_is_no_number(done: Path) -> None:
    tune(done, Q, "m: 1", "m: null")
    ok(accept(done, "--preset", "q"))
    tune(done, Q, "m: null", "# m is gone")
    assert ("q", "error") in gate(done)
    ok(accept(done, "--preset", "q"))
    tune(done, Q, "# m is gone", "m: null")
    assert gate(done) == [("q", "error")]
    tune(done, Q, "m: null", "m: 1e-4")
    ok(accept(done, "--preset", "q"))
    tune(done, Q, "m: 1e-4", "m: 1.0e-4")
    assert gate(done) == [("q", "error")]
    tune(done, Q, "m: 1.0e-4", 'm: "1e-4"')
    assert gate(done) == []


def test_what_the_profile_forbids_by_name_needs_a_word(done: Path) -> None:
    with open(done / "plans/parity.yaml", "a") as file:
        file.write("\nforbid: [t]\n")
    tune(done, Q, "lr: 1", "lr: 7")
    tune(done, Q, "m: 1", "m: 2")
    before = trees.read(done)
    ran = accept(done, "--preset", "q", "--key", "t.lr")
    assert ran.code == 3
    assert "q: t.lr is forbidden by `t`" in ran.err
    assert trees.read(done) == before
    said = ok(accept(done, "--preset", "q")).out
    assert "not accepted, because the parity profile forbids them by name:" in said
    assert gate(done) == [("q", "error")]
    (command,) = PASTE.findall(migrate(done, "verify").out)
    assert "--even-forbidden" in command
    assert command in said
    ok(migrate(done, *shlex.split(command)))
    assert gate(done) == []
    assert "even_forbidden: true" in (done / FILE).read_text()
    tune(done, FILE, "      even_forbidden: true\n", "")
    assert gate(done) == [("q", "error")]


def test_what_nothing_needs_is_told_and_taken_out(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ok(accept(done, "--preset", "q"))
    tune(done, Q, "lr: 7", "lr: 1")
    (one,) = findings(done)[1][:1]
    assert (one["rule"], one["level"], one["path"]) == ("unused-acceptance", "warning", FILE)
    assert migrate(done, "verify", "--strict").code == 1
    listed = ok(migrate(done, "accept", "--list")).out
    (command,) = PASTE.findall(listed)
    assert one["command"] == f"migrate {command}"
    rows = json.loads(ok(migrate(done, "--output", "json", "accept", "--list")).out)["accepted"]
    assert [(row["key"], row["used"]) for row in rows] == [("t.lr", False)]
    ok(migrate(done, *shlex.split(command)))
    assert findings(done) == (0, [])
    assert "nothing is accepted" in migrate(done, "accept", "--list").out


def test_what_cannot_be_compared_is_not_called_unused(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ok(accept(done))
    (done / Q).write_text("a: [\n")
    assert "unused-acceptance" not in {one["rule"] for one in findings(done)[1]}
    rows = json.loads(ok(migrate(done, "--output", "json", "accept", "--list")).out)["accepted"]
    assert [row["used"] for row in rows] == [True]
    (done / Q).unlink()
    assert "unused-acceptance" not in {one["rule"] for one in findings(done)[1]}


def test_an_acceptance_of_a_preset_that_is_not_applied_is_told(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ok(accept(done))
    tune(done, FILE, "  q:\n", "  ../q:\n")
    (one,) = [one for one in findings(done)[1] if one["rule"] == "unused-acceptance"]
    assert "but no plan contains ../q" in one["what"]
    tune(done, FILE, "  ../q:\n", "  q:\n")
    tune(done, Q, "lr: 7", "lr: 1")
    ok(migrate(done, "undo", "--preset", "q"))
    (one,) = [one for one in findings(done)[1] if one["rule"] == "unused-acceptance"]
    assert "but q is not applied" in one["what"]


def test_a_dry_run_shows_the_diff_and_writes_nothing(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    before = trees.read(done)
    said = ok(accept(done, "--dry-run")).out
    assert trees.read(done) == before
    assert "+      now: 7\n" in said
    ok(accept(done))
    added = [line[1:] for line in said.splitlines() if re.match(r"\+[^+]", line)]
    assert (done / FILE).read_text().splitlines() == added


BAD = {
    "an-unknown-preset": (("--preset", "qq"), 3, "no preset is called `qq`"),
    "a-key-that-does-not-differ": (("--key", "t.wd"), 3, "t.wd does not differ in"),
    "a-misspelt-key": (("--preset", "q", "--key", "t.lrr"), 3, "did you mean t.lr?"),
    "one-good-and-one-bad-key": (("--key", "t.lr", "--key", "t.none"), 3, "t.none does not differ"),
    "no-key": (("--key", 'a."'), 3, "is not a key pattern"),
    "a-star-in-a-name": (("--key", "t.l*"), 3, "is not a key pattern"),
    "a-list-of-keys": (("--list", "--key", "t.lr"), 2, "--list goes with --preset alone"),
    "nothing-to-take-back": (("--remove",), 2, "--remove goes with"),
    "a-preset-to-take-back": (("--remove", "--preset", "p"), 3, "no difference of `p` is accepted"),
    "a-key-to-take-back": (("--remove", "--key", "t.lr"), 3, "nothing is accepted at t.lr"),
    "a-stranger-retired": (("--retired", "pq"), 3, "no preset is called `pq`"),
    "a-file-still-there": (("--retired", "p"), 3, "still exists, so p is not retired"),
    "not-retired": (("--remove", "--retired", "p"), 3, "`p` is not recorded as retired"),
}


@pytest.mark.parametrize(("words", "code", "told"), BAD.values(), ids=BAD)
def test_bad_input_is_a_letter_and_changes_nothing(
    done: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    before = trees.read(done)
    ran = accept(done, *words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert trees.read(done) == before


@pytest.mark.parametrize("reason", ["", " \t"])
def test_an_empty_reason_is_none(done: Path, reason: str) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ran = accept(done, reason=reason)
    assert (ran.code, ran.out) == (3, "")
    assert "the reason is empty" in ran.err
    assert migrate(done, "accept").code == 2
    assert not (done / FILE).exists()


def test_a_preset_that_waits_differs_from_no_record(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    ran = accept(tmp_path, "--preset", "q")
    assert ran.code == 3
    assert "q is not applied yet: there is no record to differ from" in ran.err
    assert "nothing to do" in ok(accept(tmp_path)).out


def test_what_is_allowed_already_needs_no_acceptance(done: Path) -> None:
    (done / "plans/parity.yaml").write_text(
        "version: 1\nallow: [{path: t.lr, reason: tuned at will}]\n"
    )
    tune(done, Q, "lr: 1", "lr: 7")
    ran = accept(done, "--key", "t.lr")
    assert ran.code == 3
    assert "plans/parity.yaml:2:9: t.lr differs in q and is allowed already" in ran.err


def test_a_better_reason_takes_the_place_of_the_first(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ok(accept(done))
    assert "nothing to do: 1 difference is accepted already" in ok(accept(done)).out
    ok(accept(done, "--key", "t.lr", reason="run 88 says so"))
    assert "reason: run 88 says so" in (done / FILE).read_text()


def test_plans_in_another_folder_have_their_own_file_and_commands(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    plans = ("--plans", "ops/my plans")
    ok(migrate(tmp_path, *plans, "init"))
    ok(migrate(tmp_path, *plans, "apply", "--all"))
    tune(tmp_path, Q, "lr: 1", "lr: 7")
    text = migrate(tmp_path, *plans, "verify").out
    (line,) = [line.strip() for line in text.splitlines() if line.startswith("    migrate ")]
    ok(migrate(tmp_path, *shlex.split(line)[1:]))
    assert (tmp_path / "ops/my plans/accepted.yaml").exists()
    assert migrate(tmp_path, *plans, "verify").code == 0


def test_a_preset_of_ours_is_tuned(ours: Path) -> None:
    """Its two overlays: one inherits the value, the other has its own."""
    dense, lowaug = (f"configs/train/grpo/dense_2048{more}.yaml" for more in ("", "_lowaug"))
    tune(ours, dense, "learning_rate: 2.0e-6", "learning_rate: 3.0e-6")
    assert gate(ours) == [("grpo_dense", "error"), ("smoke_grpo_dense", "error")]
    words = ("--preset", "grpo_dense", "--key", "training.learning_rate")
    ok(accept(ours, *words, reason="underfits: run 88"))
    assert (
        (ours / FILE)
        .read_text()
        .endswith(
            "accepted:\n  grpo_dense:\n    training.learning_rate:\n      was: 2.0e-6\n"
            '      now: 3.0e-6\n      reason: "underfits: run 88"\n'
        )
    )
    assert gate(ours) == []
    tune(ours, dense, "learning_rate: 3.0e-6", "learning_rate: 3.1e-6")
    assert gate(ours) == [("grpo_dense", "error"), ("smoke_grpo_dense", "error")]
    tune(ours, dense, "learning_rate: 3.1e-6", "learning_rate: 3.0e-6")
    tune(ours, lowaug, "learning_rate: 5.0e-7", "learning_rate: 3.0e-6")
    assert gate(ours) == [("grpo_dense_lowaug", "error")]


def test_an_override_for_an_edit_by_hand_is_told_the_way_out(done: Path) -> None:
    """What a plan overrides its step writes; an edit that stands already is accepted."""
    tune(done, Q, "lr: 1", "lr: 7")
    plan = done / "plans/train.yaml"
    text = plan.read_text()
    entry = f"    to: {Q}\n"
    override = f"{entry}    override: {{t.lr: {{value: 7, reason: r}}}}\n"
    plan.write_text(text.replace(entry, override))
    (one,) = [one for one in findings(done)[1] if one["rule"] == "applied" and one["path"] != Q]
    assert one["hint"].startswith(f"undo that change of the plan: {Q} was edited by hand")
    plan.write_text(text)
    ok(accept(done, "--preset", "q"))
    assert findings(done)[0] == 0


# Keys of every kind.

ODD = b"""\
extends: [../base.yaml, ../components/o.yaml]
"a.b": {"it's": 1, 'say "x"': 1, "two words": 1, "$HOME `ls` !": 1}
3: {true: 1, null: 1, 1.5: 1, "3": 1, 2026-01-12: 1}
"*": {"a*b": 1, "#": 1, "\\n": 1, "": 1, "\xc3\xa9": 1}
list: [{v: 1}, [1, 1], 1]
empty: {}
none: null
"""


def test_every_key_is_pasted_as_it_stands(tmp_path: Path) -> None:
    trees.write(tmp_path, {**START, Q: ODD})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    text = (tmp_path / Q).read_text()
    head, _, body = text.partition('"a.b"')
    changed = re.sub(r"\b1([,}\]])", r"2\1", body).replace("{}", "[]").replace("none: null", "")
    (tmp_path / Q).write_text(f'{head}"a.b"{changed}')
    ran = unfollowed(tmp_path, "verify", "--preset", "q")
    commands = PASTE.findall(ran.out)
    assert len(commands) == 20
    while commands:
        ok(unfollowed(tmp_path, *shlex.split(commands[0])))
        left = PASTE.findall(unfollowed(tmp_path, "verify", "--preset", "q").out)
        assert left == commands[1:]
        commands = left
    listed = json.loads(ok(migrate(tmp_path, "--output", "json", "accept", "--list")).out)
    assert len(listed["accepted"]) == 20
    assert all(one["used"] for one in listed["accepted"])
    ok(unfollowed(tmp_path, "accept", "--remove", "--preset", "q"))
    assert len(PASTE.findall(unfollowed(tmp_path, "verify", "--preset", "q").out)) == 20


parts = st.one_of(
    st.text(min_size=0, max_size=8), st.integers(), st.booleans(), st.none(), st.dates(),
    st.integers(0, 99).map(Index), st.floats(allow_nan=False),
)  # fmt: skip


@given(st.text(min_size=1, max_size=8), st.lists(parts, max_size=4))
def test_a_shell_and_the_key_parser_read_a_command_back(name: str, path: list[Any]) -> None:
    key = ("top", *path)
    words = shlex.split(to_accept(name, dotted(key)))
    assert words[:4] == ["migrate", "accept", "--preset", name]
    assert parse_dotted(words[words.index("--key") + 1]) == key
    assert "\n" not in words[words.index("--key") + 1]


# Lists.

OPS = b"extends: [../base.yaml, ../components/o.yaml]\nops:\n"
ITEMS = ["  - {name: a, p: 1}\n", "  - {name: b, p: 1}\n", "  - {name: c, p: 1}\n"]


@pytest.fixture
def ops(tmp_path: Path) -> Path:
    trees.write(tmp_path, {**START, Q: OPS + "".join(ITEMS).encode()})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


def entries(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / FILE).read_text())["accepted"]["q"]
    return found


def test_a_value_in_an_item_is_accepted_by_itself(ops: Path) -> None:
    tune(ops, Q, ITEMS[1], "  - {name: b, p: 2}\n")
    ok(accept(ops, "--key", "ops[1].p"))
    assert entries(ops) == {"ops[1].p": {"was": 1, "now": 2, "reason": "because"}}
    assert gate(ops) == []
    tune(ops, Q, ITEMS[2], "  - {name: c, p: 3}\n")
    assert gate(ops) == [("q", "error")]


def test_where_items_moved_the_list_is_accepted_as_a_whole(ops: Path) -> None:
    tune(ops, Q, ITEMS[0], "")
    tune(ops, Q, ITEMS[2], "  - {name: c, p: 3}\n")
    commands = PASTE.findall(migrate(ops, "verify").out)
    assert {shlex.split(one)[4] for one in commands} == {"ops", "ops[1].p"}
    ok(accept(ops, "--preset", "q"))
    assert gate(ops) == []
    assert entries(ops)["ops"]["now"] == [{"name": "b", "p": 1}, {"name": "c", "p": 3}]
    tune(ops, Q, ITEMS[1], "  - {name: b, p: 2}\n")
    assert ("q", "error") in gate(ops)


def test_a_position_that_means_another_item_excuses_nothing(ops: Path) -> None:
    tune(ops, Q, ITEMS[1], "  - {name: b, p: 2}\n")
    ok(accept(ops, "--key", "ops[1].p"))
    tune(ops, Q, "ops:\n", "ops:\n  - {name: z, p: 1}\n")
    found = migrate(ops, "verify").out
    assert "ops[2].p: 1 -> 2" in found
    assert "ops[0]" in found


# Presets that went.


def test_a_preset_that_went_is_missed_until_it_is_retired(done: Path) -> None:
    (done / Q).unlink()
    (one,) = [one for one in findings(done)[1] if one["level"] == "error"]
    assert (one["rule"], one["path"]) == ("applied", Q)
    ok(migrate(done, *shlex.split(one["command"])[1:]))
    assert findings(done) == (0, [])
    assert "retired:\n  q: ..." in (done / FILE).read_text()
    assert states(done)["q"] == "retired"
    rehearsed = json.loads(ok(migrate(done, "--output", "json", "rehearse")).out)["presets"]
    results = {one["preset"]: one["result"] for one in rehearsed}
    assert results == {"p": "same", "over": "same", "deep": "same", "q": "retired"}
    assert "q  ..." in migrate(done, "accept", "--list").out
    trees.write(done, {Q: b"extends: ../base.yaml\nt: {lr: 1, wd: 0.0}\nz: 1\nm: 1\n"})
    (one,) = [one for one in findings(done)[1] if one["level"] == "warning"]
    assert "says that q is retired, but configs/train/q.yaml exists" in one["what"]
    ok(migrate(done, *shlex.split(one["command"])[1:]))
    assert [one for one in findings(done)[1] if one["level"] != "note"] == []


def test_a_plan_entry_that_vanishes_is_missed_as_long_as_its_evidence_stays(done: Path) -> None:
    plan = done / "plans/train.yaml"
    text = plan.read_text()
    entry = re.search(r"(?m)^  q:\n(?:    .*\n)+", text)
    assert entry is not None
    plan.write_text(text.replace(entry[0], ""))
    (one,) = [one for one in findings(done)[1] if one["level"] == "error"]
    assert "is the evidence of q, which no plan has any more" in one["what"]
    assert one["command"] is None  # its file is there, and runs
    (done / Q).unlink()
    (one,) = [one for one in findings(done)[1] if one["level"] == "error"]
    ok(migrate(done, *shlex.split(one["command"])[1:]))
    assert findings(done)[0] == 0


# The remembered verdict.


def test_no_stale_verdict_says_that_the_gate_is_open(done: Path) -> None:
    tune(done, Q, "lr: 1", "lr: 7")
    ok(accept(done))
    assert migrate(done, "verify").code == 0
    text = (done / FILE).read_text()
    for other in (text.replace("now: 7", "now: 8"), text.replace("  q:", "  p:"), "version: 1\n"):
        (done / FILE).write_text(other)
        assert migrate(done, "verify").code == 1
        (done / FILE).write_text(text)
        assert migrate(done, "verify").code == 0
    (done / FILE).unlink()
    assert migrate(done, "verify").code == 1


def test_several_processes_and_the_second_reader_say_the_same(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    ok(accept(done, "--preset", "p"))
    one = migrate(done, "verify", "--fresh")
    two = migrate(done, "verify", "--fresh", "--jobs", "2")
    assert (two.code, two.out) == (0, one.out)
    assert migrate(done, "verify", "--cross-check").code == 0


def test_a_file_with_faults_is_a_letter(done: Path) -> None:
    (done / FILE).write_text("version: 1\naccepted:\n  q: {t.lr: {was: 1}}\n")
    ran = migrate(done, "verify")
    assert ran.code == 3
    assert f'{FILE}:3:7: `accepted.q."t.lr"` has no `reason`' in ran.err


def differs(root: Path, *sides: str) -> tuple[int, dict[str, list[tuple[str, str | None]]]]:
    """The exit code of `diff`, and of each group the keys with the place of the rule."""
    ran = migrate(root, "--output", "json", "diff", *sides)
    data = json.loads(ran.out)
    return ran.code, {
        group: [(one["key"], one["rule_place"]) for one in data[group]]
        for group in ("forbidden", "allowed", "accepted")
    }


def test_diff_of_a_preset_and_its_record_knows_what_was_accepted(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    assert differs(done, "legacy:p", "p") == (
        1,
        {"forbidden": [("t.lr", None)], "allowed": [], "accepted": []},
    )
    ok(accept(done, "--preset", "p", "--key", "t.lr", reason="the lower one underfits"))
    known = {"forbidden": [], "allowed": [], "accepted": [("t.lr", f"{FILE}:5:5")]}
    assert differs(done, "legacy:p", "p") == (0, known)
    assert differs(done, "configs/legacy/train/p.yaml", P) == (0, known)
    assert differs(done, "legacy:over", "over") == (0, known), (
        "it inherits what its parent accepted"
    )
    text = migrate(done, "diff", "legacy:p", "p").out
    assert f"    by t.lr: the lower one underfits  {FILE}:5:5\n" in text
    assert text.endswith("\n0 allowed, 1 accepted, 0 forbidden by plans/parity.yaml\n")
    tune(done, P, "lr: 7", "lr: 8")
    assert differs(done, "legacy:p", "p")[0] == 1, "another value was not accepted"


def test_diff_of_two_others_or_by_another_profile_knows_no_acceptance(done: Path) -> None:
    tune(done, P, "lr: 1", "lr: 7")
    ok(accept(done, "--preset", "p", "--key", "t.lr"))
    _, groups = differs(done, "legacy:q", "p")
    assert groups["accepted"] == []
    assert ("t.lr", None) in groups["forbidden"]
    assert differs(done, "legacy:p", "p", "--profile", "plans/parity.yaml")[0] == 1
