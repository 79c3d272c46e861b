"""An edit of one key changes that key, as PyYAML reads it, and leaves every other line."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrate.errors import InputError
from migrate.locations import Index, KeyPath, parse_dotted
from migrate.yaml_text import Document
from migrate.yaml_text.edit import EditedText, with_value, without_key
from migrate.yaml_text.value_text import ValueText, given_value, text_of
from tests.support import reader
from tests.support.generated import PRESET, SCALARS, trees

VALUES = (
    *SCALARS,
    *(
        "[1,\n 2]",
        "{a: 1,\n\n  b: [x]}",
        "a: 1\nb:\n  - 2  # why\n  - {c: 3}",
        "- x\n-   y: 1\n    z: 2",
    ),
    *(
        "|\n  two\n  # lines\n",
        ">2\n    a\n   b\n",
        '"a\n\n  b"',
        "plain\nover lines",
        "a, b",
        "5  # five",
    ),
)
FILE = "configs/a.yaml"


def document(text: str | bytes) -> Document:
    return Document(FILE, text if isinstance(text, bytes) else text.encode())


def put(text: str, key: str, value: str | ValueText) -> str:
    new = given_value(value) if isinstance(value, str) else value
    return with_value(document(text), parse_dotted(key), new).content.decode()


def paths(value: Any, above: KeyPath = ()) -> list[KeyPath]:
    found = [above] if above else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += paths(item, (*above, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += paths(item, (*above, Index(number)))
    return found


def copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return [copy(item) for item in value] if isinstance(value, list) else value


def at(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data[int(part) if isinstance(part, Index) else part]
    return data


def comments(content: bytes) -> Counter[str]:
    return Counter(text for _, text in reader.comments(content))


def refused_with_reason(error: InputError, content: bytes, value: str) -> bool:
    """Aliases are refused, and what could be lost: blank lines that a block scalar would take."""
    if "without a loss" in error.what:
        return b"*" in content or "|" in value or ">" in value
    again = "does not set" in error.what or "given again" in error.what
    return "alias" in error.what or (b"<<" in content and again)


def top_lines(content: bytes, key: Any) -> tuple[list[str], list[str]]:
    """The lines above a top-level key, its own comments not counted, and those from the next on."""
    text = content.decode("utf-8-sig")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None
    starts = [one.start_mark.line for one, _ in root.value]
    keys = [yaml.safe_load(yaml.serialize(one)) for one, _ in root.value]
    number = max(index for index, one in enumerate(keys) if one == key)
    lines = text.split("\n")
    first, behind = starts[number], [*starts, len(lines)][number + 1]
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return lines[:first], lines[behind:]


def sound(before: bytes, edited: EditedText, wanted: Any) -> None:
    after = edited.content
    assert reader.spelled(reader.load(after) or {}, True) == reader.spelled(wanted, True)
    lost = comments(before) - comments(after)
    assert lost == Counter(text for _, text in edited.dropped)
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")
    if b"\r\n" in before:
        assert b"\n" not in after.replace(b"\r\n", b"")


@given(trees(links=True), st.integers(0, 2**32 - 1))
def test_a_value_is_replaced_and_nothing_else(files: dict[str, bytes], seed: int) -> None:
    random = Random(seed)
    content = files[PRESET]
    data = copy(reader.load(content))
    path = random.choice(paths(data))
    value = random.choice(VALUES)
    try:
        edited = with_value(document(content), path, given_value(value))
    except InputError as error:
        assert refused_with_reason(error, content, value)  # noqa: PT017 - of any example
        return
    holder = at(data, path[:-1])
    holder[int(path[-1]) if isinstance(path[-1], Index) else path[-1]] = reader.load(
        value.encode() + b"\n"
    )
    sound(content, edited, data)
    if b"<<" not in content:
        above, below = top_lines(content, path[0])
        lines = edited.content.decode("utf-8-sig").split("\n")
        assert lines[: len(above)] == above
        assert lines[len(lines) - len(below) :] == below


@given(trees(links=True), st.integers(0, 2**32 - 1))
def test_a_key_is_added_at_the_end_of_its_mapping(files: dict[str, bytes], seed: int) -> None:
    random = Random(seed)
    content = files[PRESET]
    data = copy(reader.load(content))
    mappings = [path for path in paths(data) if isinstance(at(data, path), dict)]
    path = random.choice([(), *mappings])
    new = (*path, *random.choice([("new",), ("new", "deep", "er"), (3,)]))
    value = random.choice(VALUES)
    try:
        edited = with_value(document(content), new, given_value(value))
    except InputError as error:
        assert refused_with_reason(error, content, value)  # noqa: PT017 - of any example
        return
    holder = at(data, path)
    for part in new[len(path) : -1]:
        holder = holder.setdefault(part, {})
    holder[new[-1]] = reader.load(value.encode() + b"\n")
    sound(content, edited, data)
    if b"*" not in content and b"{" not in content and content.endswith(b"\n"):
        kept = iter(edited.content.decode().splitlines())
        assert all(line in kept for line in content.decode().splitlines())


@given(trees(links=True), st.integers(0, 2**32 - 1))
def test_a_key_goes_with_its_comments(files: dict[str, bytes], seed: int) -> None:
    random = Random(seed)
    content = files[PRESET]
    data = copy(reader.load(content))
    path = random.choice([one for one in paths(data) if not isinstance(one[-1], Index)])
    try:
        edited = without_key(document(content), path)
    except InputError as error:  # a merge key may bring it, an alias repeat it
        assert refused_with_reason(error, content, "")  # noqa: PT017 - of any example
        return
    del at(data, path[:-1])[path[-1]]
    sound(content, edited, data)


@given(trees(links=True), trees(links=True), st.integers(0, 2**32 - 1))
def test_an_authors_text_goes_from_one_file_into_another(
    files: dict[str, bytes], others: dict[str, bytes], seed: int
) -> None:
    random = Random(seed)
    source, target = document(others[PRESET]), files[PRESET]
    assert source.root is not None
    entry = random.choice(source.values.logical(source.root))
    new = text_of(source, entry)
    data = copy(reader.load(target))
    path = random.choice(paths(data))
    try:
        edited = with_value(document(target), path, new)
    except InputError as error:
        assert refused_with_reason(error, target, new.text)  # noqa: PT017 - of any example
        return
    holder = at(data, path[:-1])
    holder[int(path[-1]) if isinstance(path[-1], Index) else path[-1]] = copy(
        reader.load(others[PRESET])[entry.pykey]
    )
    assert reader.spelled(reader.load(edited.content), True) == reader.spelled(data, True)
    given_comments = Counter([*(new.behind or ()), *(new.above or ())])
    assert not given_comments - comments(edited.content) - Counter({"": 9})


MODEL = """\
model:  # the model
    name: 'x'   # quoted
    lr: 1.0e-4 # one
               # two
    list:
    - a  # A
    - b: 1
      c: 2
    # - d

    flow: { a: 1, b: [1, 2] }  # F
    empty:   # E
    text: |  # T
      line

      more
    # end of the model
# footer
"""


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("model.name", "y z", "'x'   # quoted", "y z   # quoted"),
        ("model.name", "y  # new", "'x'   # quoted", "y   # new"),
        ("model.lr", "2.5e-4", "1.0e-4 # one", "2.5e-4 # one"),
        ("model.empty", "5", "empty:   # E", "empty: 5   # E"),
        ("model.flow.a", "a, b", "{ a: 1,", '{ a: "a, b",'),
        ("model.flow.a", "x:\n  - 1", "{ a: 1,", "{ a: {x: [1]},"),
        ("model.flow.b[1]", "3", "[1, 2]", "[1, 3]"),
        ("model.flow.b[1]", "", "[1, 2]", "[1, null]"),
        ("model.flow.c", "1:30", "[1, 2] }", "[1, 2], c: 1:30 }"),
        ("model.flow.c.d", "1", "[1, 2] }", "[1, 2], c: {d: 1} }"),
        ("model.list[0]", "- 1\n- 2", "- a  # A", "-  # A\n      - 1\n      - 2"),
        ("model.list[1]", "d: 1\ne: 2", "- b: 1\n      c: 2", "- d: 1\n      e: 2"),
        ("model.list[1].c", "[1,\n 2]", "c: 2", "c: [1,\n         2]"),
        ("model.list[1].d", "3", "c: 2\n", "c: 2\n      d: 3\n"),
        ("model.text", "one", "|  # T\n      line\n\n      more", "one  # T"),
        ("model.text", "|\n a\n\n b", "      line\n\n      more", "      a\n\n      b"),
        ("model.name", "a: 1", "'x'   # quoted", "  # quoted\n      a: 1"),
        ("model.new", "1", "more\n", "more\n    new: 1\n"),
        ("model.new.x.z", "1", "more\n", "more\n    new:\n        x:\n            z: 1\n"),
        ("other", "1", "of the model\n", "of the model\nother: 1\n"),
    ],
)
def test_where_a_value_goes(key: str, value: str, old: str, new: str) -> None:
    wanted = MODEL.replace(old, new)
    if old == "'x'   # quoted" and value == "a: 1":
        wanted = MODEL.replace("name: 'x'   # quoted", "name:   # quoted\n      a: 1")
    assert put(MODEL, key, value) == wanted
    crlf = put(MODEL.replace("\n", "\r\n"), key, value)
    assert crlf == wanted.replace("\n", "\r\n")


def test_the_comments_of_a_value_that_goes_are_told() -> None:
    edited = with_value(document(MODEL), ("model", "list"), given_value("[]"))
    assert edited.content.decode() == MODEL.replace(
        "list:\n    - a  # A\n    - b: 1\n      c: 2\n    # - d\n", "list: []\n    # - d\n"
    )
    assert [(str(place), text) for place, text in edited.dropped] == [
        ("configs/a.yaml:6:10", "# A")
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "k: 1\n"),
        ("# only\n# comments\n", "# only\n# comments\nk: 1\n"),
        ("# no end", "# no end\nk: 1"),
        ("---\n# c\n...\n", "---\n# c\nk: 1\n...\n"),
        ("{}  # none\n", "k: 1  # none\n"),
        ("a: 1", "a: 1\nk: 1"),
        ("a: |\n  x", "a: |-\n  x\nk: 1"),
        ("a: |+\n  x\n\n", "a: |+\n  x\n\nk: 1\n"),
        ("a: 1\n\nb: 2\n\n# foot\n", "a: 1\n\nb: 2\n\nk: 1\n\n# foot\n"),
        ('{"a":1}', '{"a":1, "k": 1}'),
        ("{\n  a: 1,  # one\n}\n", "{\n  a: 1,  # one\n  k: 1,\n}\n"),
        ("{\n  a: 1  # one\n}\n", "{\n  a: 1,  # one\n  k: 1\n}\n"),
    ],
)
def test_a_key_is_added_as_the_file_is_written(before: str, after: str) -> None:
    assert put(before, "k", "1") == after


def test_a_key_of_an_empty_mapping() -> None:
    assert put("t: {}  # none\n", "t.k", "1") == "t:  # none\n  k: 1\n"
    assert put("l: [{}]\n", "l[0].k", "1") == "l: [{k: 1}]\n"
    assert put("l:\n- {}\n", "l[0].k", "1") == "l:\n- k: 1\n"


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("model.name", "    name: 'x'   # quoted\n", ""),
        ("model.lr", "    lr: 1.0e-4 # one\n               # two\n", ""),
        ("model.list[1].b", "- b: 1\n      c: 2", "- c: 2"),
        ("model.list[1].c", "\n      c: 2", ""),
        ("model.flow.a", "a: 1, ", ""),
        ("model.flow.b", ", b: [1, 2]", ""),
        ("model", MODEL, "# footer\n"),
    ],
)
def test_what_goes_with_a_key(key: str, old: str, new: str) -> None:
    after = without_key(document(MODEL), parse_dotted(key)).content.decode()
    assert after == MODEL.replace(old, new)


def test_the_last_key_leaves_an_empty_mapping_and_its_comments() -> None:
    text = "a: 1\nt:  # t\n  # one\n  x: 1\n  # the end\n\nb: 2\n"
    wanted = "a: 1\nt: {}  # t\n  # the end\n\nb: 2\n"
    assert without_key(document(text), ("t", "x")).content.decode() == wanted
    assert without_key(document("{a: {x: 1}}"), ("a", "x")).content == b"{a: {}}"


def test_no_second_blank_line_is_left() -> None:
    text = "a: 1\n\n# of b\nb: 2\n\nc: 3\n"
    assert without_key(document(text), ("b",)).content == b"a: 1\n\nc: 3\n"
    assert without_key(document(text), ("c",)).content == b"a: 1\n\n# of b\nb: 2\n"


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ("x: &d 5\ny: *d\n", "x", "the alias *d repeats x, and would change with it"),
        ("x: &d {a: 1}\ny:\n  <<: *d\n", "x.a", "the alias *d repeats x, and would change with it"),
        ("x: {a: &d 1}\ny: *d\n", "x", "the alias *d repeats x, and would change with it"),
        ("x: &d {a: 1}\ny: *d\n", "y.a", "y is the alias *d: all that it repeats would change"),
        ("x: 5\n", "x.a", "x is a scalar, not a mapping"),
        ("x:\n", "x.a", "x is null, not a mapping"),
        ("x: [1]\n", "x.a", "x is a list, not a mapping"),
        ("x: [1]\n", "y[0]", "does not set the list that y[0] is in"),
        ("# none\n", "y.z[0].a", "does not set the list that y.z[0].a is in"),
        ("x: [1]\n", "x[1]", "x has 1 items: there is no x[1]"),
        ("x: {a: 1}\n", "x[0]", "x is a mapping, not a list: there is no x[0]"),
    ],
)
def test_what_would_change_something_else_is_refused(text: str, key: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        put(text, key, "2")
    assert error.value.what == what


def test_what_an_alias_or_a_merge_key_brings_is_set_in_its_place() -> None:
    assert put("x: &d 5\ny: *d  # y\n", "y", "2") == "x: &d 5\ny: 2  # y\n"
    text = "x: &d\n  a: 1\ny:\n  <<: *d\n  b: 2\n"
    assert put(text, "y.a", "2") == text + "  a: 2\n"
    assert put("x: &unused 5\n", "x", "2") == "x: &unused 2\n"


def test_a_key_that_another_line_says_again_is_not_removed() -> None:
    for text in ("a: 1\na: 2\n", "x: &d {a: 1}\ny: {<<: *d, a: 2}\n"):
        path = ("a",) if text.startswith("a") else ("y", "a")
        with pytest.raises(InputError, match="is given again by line"):
            without_key(document(text), path)


def test_the_text_of_an_author_with_its_comments() -> None:
    source = document(
        "# far\n\n# why\n#   so\nlr: 2.0e-5  # halved\n     # twice\n"
        "t:  # of t\n    a: 1\n    # end\n"
    )
    assert source.root is not None
    lr, t = (text_of(source, entry) for entry in source.root.entries)
    assert lr == ValueText("2.0e-5", ("# halved", "# twice"), ("# why", "#   so"))
    assert put("x:\n  # old\n  lr: 1 # was\n", "x.lr", lr) == (
        "x:\n  # why\n  #   so\n  lr: 2.0e-5 # halved\n    # twice\n"
    )
    assert put("x:\n  b: 1\n", "x.t", t) == "x:\n  b: 1\n  t:  # of t\n    a: 1\n    # end\n"
    assert put("x: {lr: 1}\n", "x.lr", lr) == (
        "# why\n#   so\n# halved\n# twice\nx: {lr: 2.0e-5}\n"
    )


@pytest.mark.parametrize("text", ["[1", "a: b: c", "*x", "--- 1", "'", "a\n---\nb", "\x00"])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        given_value(text)


PIECES = (
    *("a", "b:", ": ", "\n", "  ", "- ", "#", " # c", "{", "}", "[", "]", ", ", "&x ", "*x", "!t "),
    *("!!str ", "|", ">", "|2\n", "'", '"', "? ", "<<: ", "\t", "1", "k: 1\n", "\r\n", "---"),
    *("~", "...", "\u2028", "é", "%", "x: y\n", "  z: 1\n"),
)
ODD_TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(ODD_TEXTS, ODD_TEXTS, st.integers(0, 2**32 - 1))
def test_odd_texts_are_edited_or_refused(text: str, value: str, seed: int) -> None:
    try:
        source = document(text)
        data = source.value(source.root) if source.root is not None else {}
        known = [*paths(data), ("new",), ("new", "k")]
    except InputError:
        return
    path = Random(seed).choice(known)
    with suppress(InputError):
        new = given_value(value)
        after = with_value(source, path, new).content
        assert reader.spelled(at(reader.load(after), path)) == reader.spelled(new.value())
    with suppress(InputError):
        after = without_key(source, path).content
        assert path[-1] not in at(reader.load(after) or {}, path[:-1])
    with suppress(InputError):
        for entry in source.entries:
            assert reader.spelled(text_of(source, entry).value()) == reader.spelled(
                source.value(entry.value)
            )
