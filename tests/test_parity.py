"""The judge sees every difference a trainer could see, and allows only what the profile says."""

from __future__ import annotations

import datetime
import math
import pickle
import subprocess
import sys
from typing import Any

import pytest
from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from migrate.locations import Index, parse_dotted
from migrate.parity import (
    ABSENT,
    Difference,
    Verdict,
    concerns,
    differences,
    equal,
    find,
    judge,
    names_key,
    order_changes,
)
from migrate.parity import lists as lists_module
from migrate.plan import Allowance, Forbidden, Profile
from migrate.plan.patterns import parse_pattern
from migrate.yaml_text import Opaque, same

NAN = float("nan")


def told(old: Any, new: Any) -> list[tuple[tuple[Any, ...], str]]:
    return [(difference.path, difference.kind) for difference in differences(old, new)]


# What counts as a difference.

FOUR_VALUES = [1, 1.0, True, "1", None, "", [], {}, 0, 0.0, -0.0, False, "null", [1], {1: 1}, NAN]
FOUR_VALUES += [
    b"1",
    math.inf,
    -math.inf,
    2**53 + 1,
    float(2**53),
    Opaque("!a", 1),
    Opaque("!b", 1),
]
FOUR_VALUES += [datetime.date(2026, 1, 1), datetime.datetime(2026, 1, 1), "2026-01-01"]
FOUR_VALUES += [{"1": 1}, {True: 1}, {1.0: 1}, {None: 1}, {"a": None}, {"__x": 1}, {"__x": 2}]


@pytest.mark.parametrize("left", range(len(FOUR_VALUES)))
def test_values_of_two_kinds_are_never_the_same(left: int) -> None:
    for right, value in enumerate(FOUR_VALUES):
        assert bool(differences({"k": FOUR_VALUES[left]}, {"k": value})) == (left != right)


def test_a_not_a_number_equals_another_one() -> None:
    assert not differences({"a": float("nan"), NAN: 1}, {"a": float("nan"), float("nan"): 1})


def test_the_same_moment_in_another_zone_is_another_value() -> None:
    east = datetime.timezone(datetime.timedelta(hours=8))
    old = datetime.datetime(2026, 1, 1, 8, tzinfo=east)
    new = datetime.datetime(2026, 1, 1, 0, tzinfo=datetime.timezone.utc)
    assert old == new
    assert told([old], [new]) == [((Index(0),), "value")]


def test_absent_null_and_empty_are_three_things() -> None:
    assert told({}, {"a": None}) == [(("a",), "added")]
    assert told({"a": {}}, {}) == [(("a",), "removed")]
    assert told({"a": None}, {"a": {}}) == [(("a",), "type")]
    assert told({"a": None}, {"a": []}) == [(("a",), "type")]


def test_key_types_count() -> None:
    assert told({1: "a"}, {True: "a"}) == [((1,), "removed"), ((True,), "added")]
    assert [type(difference.path[0]) for difference in differences({1: 0}, {1.0: 0})] == [
        int,
        float,
    ]


def test_a_mapping_of_one_side_is_told_leaf_by_leaf() -> None:
    assert told({}, {"a": {"b": 1, "c": {"d": {}}}}) == [
        (("a", "b"), "added"),
        (("a", "c", "d"), "added"),
    ]


def test_mapping_order_is_no_difference_but_reported() -> None:
    old, new = {"a": 1, "b": {"x": 1, "y": 2, "gone": 0}}, {"b": {"y": 2, "x": 1}, "a": 1}
    assert told(old, new) == [(("b", "gone"), "removed")]
    changes = [(change.path, change.old, change.new) for change in order_changes(old, new)]
    assert changes == [((), ("a", "b"), ("b", "a")), (("b",), ("x", "y"), ("y", "x"))]


def test_order_inside_list_items_is_reported_too() -> None:
    old, new = {"l": [{"a": 1, "b": 2}]}, {"l": [{"z": 0}, {"b": 2, "a": 1}]}
    assert [change.path for change in order_changes(old, new)] == [("l", Index(1))]


def test_a_key_between_two_others_changes_no_order() -> None:
    assert not order_changes({"a": 1, "b": 2}, {"a": 1, "new": 0, "b": 2})


def test_tagged_values_differ_by_tag_and_by_value() -> None:
    assert not differences(Opaque("!n", {"a": 1}), Opaque("!n", {"a": 1}))
    assert told({"k": Opaque("!n", {"a": 1})}, {"k": Opaque("!n", {"a": 1.0})}) == [
        (("k", "a"), "type")
    ]
    assert told({"k": Opaque("!n", 1)}, {"k": Opaque("!m", 1)}) == [(("k",), "value")]


# Lists, item by item.


def test_an_insertion_in_the_middle_is_one_insertion() -> None:
    assert told([1, 2, 3, 4], [1, 2, 9, 3, 4]) == [((Index(2),), "added")]
    assert told([{"p": 1}, {"p": 2}], [{"p": 0}, {"p": 1}, {"p": 2}]) == [((Index(0),), "added")]


def test_a_removed_item_has_its_old_position() -> None:
    old, new = list("abcde"), list("bce")
    assert told(old, new) == [((Index(0),), "removed"), ((Index(3),), "removed")]


def test_a_changed_item_is_one_change() -> None:
    assert told([1, 2, 3], [1, 5, 3]) == [((Index(1),), "value")]
    assert told([[1, 2], 3], [[1, 4], 3]) == [((Index(0), Index(1)), "value")]


def test_items_with_a_name_are_matched_by_it() -> None:
    old = [{"name": "flip", "p": 0.5}, {"name": "blur", "p": 0.1}]
    new = [{"name": "crop", "p": 1.0}, {"name": "flip", "p": 0.25}, {"name": "blur", "p": 0.2}]
    assert told(old, new) == [
        ((Index(0),), "added"),
        ((Index(1), "p"), "value"),
        ((Index(2), "p"), "value"),
    ]


def test_list_order_counts() -> None:
    named = [{"name": "a"}, {"name": "b"}]
    assert sorted(kind for _, kind in told(named, named[::-1])) == ["added", "removed"]
    assert told([1, 2, 3], [3, 1, 2])


def test_a_position_is_no_integer_key() -> None:
    (difference,) = differences({"a": [1]}, {"a": [2]})
    assert difference.path == ("a", Index(0))
    assert difference.path != ("a", 0)


def test_very_long_lists_are_compared_position_by_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists_module, "ALIGNED_ITEMS", 3)
    assert told([1, 2], [0, 1, 5]) == [
        ((Index(0),), "value"),
        ((Index(1),), "value"),
        ((Index(2),), "added"),
    ]


# Properties, on generated values.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, -0.0, 1.0, 0.5, NAN, math.inf, float("-nan")])
    | st.sampled_from(["", "a", "1", "null"])
    | st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 1, 2))
)
KEYS = st.sampled_from(["a", "b", "name", "__x", "1", 1, True, 1.0, None, "a.b"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
CONFIGS = st.dictionaries(KEYS, VALUES, max_size=4)


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@given(CONFIGS)
def test_a_value_is_the_same_as_its_copy_whatever_the_order_of_keys(value: Any) -> None:
    copy = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
    assert not differences(value, copy)
    assert not order_changes(value, copy)
    assert not differences(value, reordered(value))


@given(CONFIGS, CONFIGS)
def test_no_difference_means_the_same_as_the_reading_code_says(old: Any, new: Any) -> None:
    assert bool(differences(old, new)) != same(old, new)
    assert equal(old, new) == same(old, new)


@given(CONFIGS, CONFIGS)
def test_what_is_told_is_really_there(old: Any, new: Any) -> None:
    for difference in differences(old, new):
        if difference.kind == "removed":
            assert find(old, difference.path) is difference.old
        else:
            assert find(new, difference.path) is difference.new


@given(CONFIGS, CONFIGS)
def test_swapping_the_sides_tells_as_much(old: Any, new: Any) -> None:
    assert bool(differences(old, new)) == bool(differences(new, old))


def blind_spot(old: Any, new: Any) -> bool:
    """Where deepdiff 9 sees no difference, or sees one where there is none."""
    if type(old) is not type(new):
        return False
    if isinstance(old, float):
        return old == 0 and math.copysign(1, old) != math.copysign(1, new)
    if isinstance(old, dict):
        twins = [(key, other) for key in old for other in new if key == other]
        return any(type(key) is not type(other) for key, other in twins) or any(
            blind_spot(old[key], new[other]) for key, other in twins
        )
    if isinstance(old, list):
        # It aligns items first, by its own notion of equal: any pair may have been put together.
        return any(blind_spot(left, right) for left in old for right in new)
    return False


def second_opinion(old: Any, new: Any) -> bool:
    diff = DeepDiff(
        old, new, ignore_nan_inequality=True, ignore_private_variables=False, verbose_level=2
    )
    return not diff


@given(CONFIGS, CONFIGS)
def test_deepdiff_agrees_but_for_its_blind_spots(old: Any, new: Any) -> None:
    if second_opinion(old, new) != equal(old, new):
        assert blind_spot(old, new)


@given(CONFIGS, st.data())
def test_deepdiff_agrees_on_one_small_change(old: Any, data: st.DataObject) -> None:
    new = pickle.loads(pickle.dumps(old))  # noqa: S301 - our own bytes
    new[data.draw(KEYS)] = data.draw(VALUES)
    if second_opinion(old, new) != equal(old, new):
        assert blind_spot(old, new)


@pytest.mark.parametrize(
    ("old", "new"), [({"k": 0.0}, {"k": -0.0}), ({1: "a"}, {True: "a"}), ({1: "a"}, {1.0: "a"})]
)
def test_the_blind_spots_are_still_blind_and_ours_are_not(old: Any, new: Any) -> None:
    assert second_opinion(old, new)
    assert blind_spot(old, new)
    assert differences(old, new)


# The profile.


def allow(path: str, **when: Any) -> Allowance:
    conditions = {key.replace("__", "."): value for key, value in when.items()}
    return Allowance(path, "tried", conditions)


def verdict(old: Any, new: Any, *rules: Allowance | Forbidden) -> Verdict:
    allowances = tuple(rule for rule in rules if isinstance(rule, Allowance))
    forbidden = tuple(rule for rule in rules if isinstance(rule, Forbidden))
    return judge(old, new, Profile(allowances, forbidden))


OLD = {"training": {"run_name": "a", "learning_rate": 1.0e-4}, "global_max_length": 1024}


def changed(**training: Any) -> dict[str, Any]:
    return {**OLD, "training": {**OLD["training"], **training}}  # type: ignore[dict-item]


def test_nothing_is_allowed_that_no_allowance_names() -> None:
    outcome = verdict(OLD, changed(learning_rate=2.0e-4), allow("training.run_name"))
    assert [(d.path, why) for d, why in outcome.forbidden] == [
        (("training", "learning_rate"), "nothing allows it")
    ]
    assert not outcome.parity


def test_equal_configs_are_in_parity_without_any_profile() -> None:
    assert verdict(OLD, changed()).parity


@pytest.mark.parametrize(
    ("old", "new"),
    [(0.0, -0.0), (1, 1.0), (1, True), ([1, 2], [2, 1]), ([[1, 2]], [[2, 1]]), ({"x": 1}, {})],
    ids=repr,
)
def test_what_is_nearly_equal_is_told_and_forbidden(old: Any, new: Any) -> None:
    outcome = verdict({"a": [{"b": old}]}, {"a": [{"b": new}]})
    assert outcome.forbidden


def test_an_allowance_excuses_its_key_and_everything_below() -> None:
    old, new = {"a": {"b": [1, {"c": 1}]}}, {"a": {"b": [1, {"c": 2}]}}
    for pattern in ("a", "a.b", "a.b[1]", "a.*", "a.**", "**.c", "a.b.*.c", "a.**.c"):
        assert verdict(old, new, allow(pattern)).parity, pattern
    for pattern in ("b", "a.b[0]", "a.c", "*", "a.b.c"):
        assert verdict(old, new, allow(pattern)).parity == (pattern == "*"), pattern


def test_an_allowance_does_not_reach_beside_its_key() -> None:
    assert not verdict({"aug": 1, "aug_x": 1}, {"aug": 1, "aug_x": 2}, allow("aug")).parity


def test_an_allowance_below_excuses_a_mapping_only_one_side_has() -> None:
    old: dict[str, Any] = {}
    new = {"training": {"save_steps": 5, "run_name": "x"}}
    assert verdict(old, new, allow("training.save_steps"), allow("training.run_name")).parity
    assert not verdict(old, new, allow("training.save_steps")).parity


def test_an_allowance_below_does_not_excuse_what_replaced_the_whole() -> None:
    assert not verdict({"a": {"b": 1}}, {"a": None}, allow("a.b")).parity


def test_a_forbidden_pattern_beats_every_allowance() -> None:
    rules = (allow("model"), allow("**"), Forbidden("model", "weights"))
    outcome = verdict({"model": {"x": 1}}, {"model": {"x": 2}}, *rules)
    assert [why for _, why in outcome.forbidden] == ["forbidden by `model`: weights"]
    assert outcome.allowed == ()


def test_a_forbidden_pattern_is_found_inside_what_was_replaced() -> None:
    for new in ({"a": None}, {}, {"a": [1]}):
        outcome = verdict({"a": {"b": {"lr": 1}}}, new, allow("a"), Forbidden("a.*.lr"))
        assert not outcome.parity
    assert not verdict({"a": 1}, {"a": [{"lr": 1}]}, allow("a"), Forbidden("**.lr")).parity


def test_the_length_is_forbidden_though_no_profile_says_so() -> None:
    outcome = verdict(OLD, {**OLD, "global_max_length": 2048}, allow("**"))
    assert not outcome.parity
    assert outcome.forbidden[0][1].startswith("forbidden by `global_max_length`")


AUGMENTATION = allow("custom.augmentation", custom__augmentation__enabled=False)


@pytest.mark.parametrize(
    ("old", "new", "parity"),
    [
        (False, False, True),
        (True, False, False),
        (False, True, False),
        (True, True, False),
        (0, 0, False),
        (None, False, False),
        ("false", "false", False),
    ],
)
def test_a_condition_holds_on_both_sides_type_by_type(old: Any, new: Any, parity: bool) -> None:
    left = {"custom": {"augmentation": {"enabled": old, "ops": [1]}}}
    right = {"custom": {"augmentation": {"enabled": new, "ops": []}}}
    assert verdict(left, right, AUGMENTATION).parity == parity


def test_a_condition_on_a_missing_key_does_not_hold() -> None:
    left = {"custom": {"augmentation": {"enabled": False}}}
    outcome = verdict(left, {"custom": {}}, AUGMENTATION)
    assert not outcome.parity
    assert "`custom.augmentation.enabled` is not as `when` asks" in outcome.forbidden[0][1]


def test_the_first_allowance_that_fits_is_the_one_used() -> None:
    rules = [allow("training.run_name"), allow("training"), allow("model")]
    outcome = verdict(OLD, changed(run_name="b"), *rules)
    assert [rule for _, rule in outcome.allowed] == [rules[0]]


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("training", True),
        ("training.run_name", True),
        ("training.absent", False),
        ("training.run_name.below", False),
        ("*.run_name", True),
        ("**.run_name", True),
        ("*.absent", False),
        ("null_key", True),
        ("3", False),
        ("<int>3", True),
        ("rows[1].a", True),
        ("rows[2].a", False),
    ],
)
def test_a_pattern_names_a_key_that_is_there_whatever_its_value(pattern: str, named: bool) -> None:
    value = {"training": {"run_name": "a"}, "null_key": None, 3: 1, "rows": [{}, {"a": 0}]}
    assert names_key(parse_pattern(pattern), value) is named


@pytest.mark.parametrize(("enabled", "fits"), [(False, True), (True, False), (None, False)])
def test_an_allowance_concerns_a_config_where_its_condition_holds(
    enabled: bool | None, fits: bool
) -> None:
    value = {"custom": {"augmentation": {"enabled": enabled}}}
    assert concerns(AUGMENTATION, value) is fits


def test_what_is_absent_stays_absent_across_processes() -> None:
    absent = pickle.loads(pickle.dumps(Difference((), 1, ABSENT)))  # noqa: S301 - our own bytes
    assert absent.kind == "removed"


def test_key_types_count_in_patterns_too() -> None:
    assert verdict({3: 1}, {3: 2}, allow("<int>3")).parity
    assert not verdict({3: 1}, {3: 2}, allow('"3"')).parity
    assert parse_dotted("<int>3") == (3,)


def test_the_judge_imports_nothing_slow_and_no_flatten() -> None:
    code = "import sys, migrate.parity, migrate.canonical; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "migrate.parity" in loaded
    assert not loaded & {"jsonschema", "deepdiff", "libcst", "rich", "click", "ruamel.yaml"}
    assert "migrate.flatten" not in loaded
