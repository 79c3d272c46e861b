"""What is accepted excuses all of what was accepted, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from migrate.parity import acceptance, accepted_key, differences, equal, excuse
from migrate.plan import Acceptance

scalars = st.one_of(
    st.sampled_from([None, True, False, 0, 1, 1.0, -0.0, 0.0, "", "1", "1e-4", 1e-4]),
    st.integers(-3, 3),
)
keys = st.sampled_from(["a", "b", "a.b", "[0]", "", 0, 1, True, None])
items = st.one_of(scalars, st.fixed_dictionaries({"name": st.sampled_from("xyz"), "p": scalars}))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.dictionaries(keys, inner, max_size=3),
        st.lists(st.one_of(items, inner), max_size=4),
    ),
    max_leaves=8,
)
configs = st.dictionaries(keys, values, max_size=4)


@st.composite
def near(draw: st.DrawFn, config: Any) -> Any:
    """The config with an edit or two somewhere in it."""
    edited = copy.deepcopy(config)
    for _ in range(draw(st.integers(0, 2))):
        holder = edited
        while True:
            inner = list(holder.values() if isinstance(holder, dict) else holder)
            below = [one for one in inner if isinstance(one, dict | list) and one]
            if not below or draw(st.booleans()):
                break
            holder = draw(st.sampled_from(below))
        if isinstance(holder, dict):
            key = draw(st.one_of(keys, st.sampled_from(list(holder)) if holder else keys))
            if key in holder and draw(st.booleans()):
                del holder[key]
            else:
                holder[key] = draw(values)
        else:
            at = draw(st.integers(0, len(holder)))
            cut = draw(st.integers(0, 1))
            holder[at : at + cut] = draw(st.lists(items, max_size=1))
    return edited


def accepted(old: Any, new: Any) -> dict[str, Acceptance]:
    """What a person would record to accept that a preset became `new`."""
    found = {}
    for one in differences(old, new):
        entry = acceptance("p", accepted_key(one, old, new), old, new, "because")
        found[entry.key] = entry
    return found


@given(st.data())
def test_all_that_was_accepted_is_excused(data: st.DataObject) -> None:
    old = data.draw(configs)
    new = data.draw(near(old))
    known = accepted(old, new)
    for one in differences(old, new):
        found = excuse(known, one, old, new, False)
        assert found is not None
        assert excuse(known, one, old, new, True) is None
        assert excuse({found.key: found._replace(even_forbidden=True)}, one, old, new, True)


@given(st.data())
def test_nothing_else_is_excused(data: st.DataObject) -> None:
    """Where all is excused, and by all that was accepted, it is what was accepted."""
    old = data.draw(configs)
    new = data.draw(near(old))
    third = data.draw(near(new))
    assume(not equal(new, third))
    known = accepted(old, new)
    told = differences(old, third)
    found = [excuse(known, one, old, third, False) for one in told]
    used = {one.key for one in found if one is not None}
    assert None in found or used != set(known)


@given(st.data())
def test_a_part_of_what_was_accepted_may_be_taken_back(data: st.DataObject) -> None:
    """Sections that went back to what they were ask for nothing."""
    old = data.draw(configs)
    new = data.draw(near(old))
    key = data.draw(st.sampled_from(sorted(old.keys() & new.keys(), key=repr) or [None]))
    assume(key in old)
    back = {**new, key: old[key]}
    known = accepted(old, new)
    assert all(excuse(known, one, old, back, False) for one in differences(old, back))


@example(old=[1, 2, 3], new=[2, 3])
@example(old=[{"name": "a", "p": 1}, {"name": "b", "p": 1}], new=[{"name": "b", "p": 2}])
@given(st.lists(items, max_size=4), st.lists(items, max_size=4))
def test_lists_of_any_kind_are_excused_and_by_their_own_values_alone(
    old: list[Any], new: list[Any]
) -> None:
    known = accepted({"l": old}, {"l": new})
    for one in differences({"l": old}, {"l": new}):
        assert excuse(known, one, {"l": old}, {"l": new}, False)
    longer = [*new, "one more"]
    told = differences({"l": old}, {"l": longer})
    found = [excuse(known, one, {"l": old}, {"l": longer}, False) for one in told]
    assert None in found
