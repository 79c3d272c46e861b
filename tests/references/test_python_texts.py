"""The look at a Python module by `ast` never misses what libcst finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.references.names import Names
from migrate.references.python import find, in_code
from migrate.references.python_texts import may_name
from migrate.references.renames import Renames
from migrate.references.source import Source
from migrate.tree import MemoryTree

TARGETS = ("configs/debug.yaml", "configs/train/sft/dense.yaml", "scripts/a.yaml")
FILE = "scripts/run.py"
NAMES = Names(
    Renames(dict.fromkeys(TARGETS)), MemoryTree(dict.fromkeys(TARGETS, b"")), frozenset(TARGETS)
)

_TEXTS = (
    "configs", "configs/", "train", "sft/dense", "dense", "debug", "de", "bug", ".yaml", "/", "",
    "configs/debug.yaml", "../configs", "sft/*.yaml", "%s.yaml", "--config=debug", "a.yaml", "..",
)  # fmt: skip
_literals = st.builds(
    lambda prefix, quote, text: f"{prefix}{quote}{text}{quote}",
    st.sampled_from(("", "", "", "r", "b", "f")),
    st.sampled_from(("'", '"', '"""')),
    st.sampled_from((*_TEXTS, r"\x63onfigs", r"configs\\debug.yaml", "\\\nconfigs")),
)
_names = st.sampled_from(("root", "HERE", "A", "B", "__file__", "os.getcwd()", "x.y"))


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    field = inner.filter(lambda text: not set(text) & set("'\"\\\n{}"))
    return st.one_of(
        pair.map(lambda two: f"{two[0]} + {two[1]}"),
        pair.map(lambda two: f"{two[0]} / {two[1]}"),
        pair.map(lambda two: f"{two[0]} % ({two[1]},)"),
        pair.map(lambda two: f"os.path.join({two[0]}, {two[1]})"),
        pair.map(lambda two: f"({two[0]}).joinpath({two[1]})"),
        pair.map(lambda two: f"Path({two[0]}).with_name({two[1]})"),
        pair.map(lambda two: f"[{two[0]}, {two[1]}]"),
        pair.map(lambda two: f"call({two[0]}, key={two[1]})"),
        inner.map(lambda one: f"str({one})"),
        inner.map(lambda one: f"Path({one}).parent"),
        inner.map(lambda one: f"Path({one}).parents[1]"),
        inner.map(lambda one: f"os.path.dirname({one})"),
        st.tuples(_literals, _literals).map(lambda two: f"({two[0]} {two[1]})"),
        st.builds(
            lambda one, tail, text: f"f'{text}/{{{one}{tail}}}/dense.yaml'",
            field,
            st.sampled_from(("", "!r", ":>3", "=")),
            st.sampled_from(_TEXTS),
        ),
    )


_expressions = st.recursive(st.one_of(_literals, _names), _larger, max_leaves=6)
_statements = st.one_of(
    st.tuples(st.sampled_from(("A", "B", "root")), _expressions).map(" = ".join),
    _expressions.map(lambda text: f"print({text})"),
    _expressions.map(lambda text: f"for A in [{text}]: pass"),
    st.sampled_from(_TEXTS).map(lambda text: f"pass  # see {text}"),
    st.sampled_from(_TEXTS).map(lambda text: f"'''{text}'''"),
)
_modules = st.lists(_statements, min_size=1, max_size=4).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(_modules)
def test_what_libcst_finds_is_never_missed(code: str) -> None:
    source = Source(FILE, code)
    found = list(in_code(source, code, NAMES, {}))
    assert not found or may_name(code, FILE, NAMES)
    assert [one.named.target for one in find(source, NAMES)] == [one.named.target for one in found]


def test_code_that_names_nothing_is_seen_without_libcst() -> None:
    code = (
        'PLACES = ("", "configs", os.path.join("configs", "train"))\n'
        'path = os.path.join(place, name + ".yaml")\n'
        'print(f"{place}/{name}")  # a folder and a name\n'
    )
    assert not may_name(code, FILE, NAMES)


def test_bytes_beside_text_are_told_and_end_nothing() -> None:
    code = "path = 'configs/debug.yaml' b'x'\n"
    found = list(find(Source(FILE, code), NAMES))
    assert [(one.named.target, one.cap) for one in found] == [("configs/debug.yaml", "note")]
