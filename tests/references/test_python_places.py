"""Where the strings of a module stand is where another parser finds them."""

from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from migrate.references import python_depth
from migrate.references.names import Names
from migrate.references.python import find
from migrate.references.python_depth import DEEPEST, too_deep
from migrate.references.python_places import Field, Places
from migrate.references.python_strings import ParseFailure, parse, strings
from migrate.references.renames import Renames
from migrate.references.source import SourceText
from migrate.trees.tree import MemoryTree

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
        st.tuples(_literals, _literals)
        .filter(lambda two: two[0].startswith("b") is two[1].startswith("b"))
        .map(lambda two: f"({two[0]} {two[1]})"),
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


class _Spans(cst.CSTVisitor):
    """What libcst says of the literals and comments of a module, in characters."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, code: str) -> None:
        super().__init__()
        self.bytes = code.encode()
        self.literals: list[tuple[int, int, str]] = []
        self.comments: list[tuple[int, str]] = []

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        start, end = span.start, span.start + span.length
        return len(self.bytes[:start].decode()), len(self.bytes[:end].decode())

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802 - libcst's name
        value = node.evaluated_value
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        self.literals.append((*self._span(node), text))

    def visit_Comment(self, node: cst.Comment) -> None:  # noqa: N802 - libcst's name
        self.comments.append((self._span(node)[0], node.value))


def same_places(code: str) -> None:
    """Every literal is read as libcst evaluates it, and every comment stands where it finds it."""
    there = _Spans(code)
    MetadataWrapper(cst.parse_module(code)).visit(there)
    places = Places(code)
    for start, end, text in there.literals:
        parts = places.literal(start, end).parts
        assert "".join(p.text for p in parts if not isinstance(p, Field)) == text
    found = strings(code, FILE, {})
    comments = [(s.pieces[0].start, s.pieces[0].text) for s in found if s.prose]
    assert [one for one in comments if one[1].startswith("#")] == there.comments
    here = {piece.start for string in found for piece in string.pieces}
    assert all(any(s < at < e for at in here) for s, e, text in there.literals if text)


@settings(max_examples=200, deadline=None)
@given(_modules)
def test_strings_stand_where_libcst_finds_them(code: str) -> None:
    try:
        parse(code)
    except ParseFailure:  # bytes beside text
        return
    same_places(code)


@pytest.mark.parametrize(
    "code",
    [
        "x = 'é' + 'configs/debug.yaml'  # é 中文 ü\ny = '中文', 'b'  # ü\n",
        "变量 = f'中{变量}文' + \"a\"  # 文\n",
        "x = ('a'  # one\n     'b'  # two's\n     r'\\c')\n",
        "x = b'\\x41\\x42' b'c'\ny = u'\\N{BULLET}\\u00e9\\101\\\n'\n",
        "x = '''a\n#no\n'''  # yes\ny = \"#no\"\n",
        "def f():\n\t'''doc # no'''\n\treturn '#'  # c\n",
        "match x:\n  case {'a': 'configs/debug.yaml'}: pass  # c\n",
    ],
)
def test_odd_but_legal_places(code: str) -> None:
    same_places(code)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_end_counts(end: str) -> None:
    code = end.join(["x = 1", "y = '''é", "b'''", "z = 'configs/debug.yaml'  # c", ""])
    [named] = list(find(SourceText(FILE, code), NAMES))
    [piece] = named.spelled.pieces
    assert code[piece.start : piece.end] == piece.text == "configs/debug.yaml"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("f'configs/{a}' f\"/{b!r:>{w}}\" 'x{y}'", "configs//x{y}"),
        ("f'a{{b}}{c}'", "a{b}"),
        ("rf'a\\{c}\\\"d'", 'a\\\\"d'),
        ("f'''a{d[\"k\"]}\n{x:%Y-%m}b'''", "a\nb"),
        ("f'{ {1: 2}[1] }/c'", "/c"),
        ("f'\\x41\\N{BULLET}{c}'", "A\u2022"),
    ],
)
def test_the_text_of_a_formatted_string_is_found_between_its_fields(
    code: str, written: str
) -> None:
    parts = Places(code).literal(0, len(code)).parts
    texts = [part for part in parts if not isinstance(part, Field)]
    assert "".join(part.text for part in texts) == written
    assert all(code[p.start : p.end] == p.text for p in texts if p.plain)


@pytest.mark.parametrize(
    "code",
    [
        "[" * 100_000,
        "(" * 2_000 + ")" * 2_000,
        "x = " + "not " * 100_000 + "1",
        "-" * 100_000 + "1",
        "x = a" + ".b" * 20_000,
        "x = a" + ".b()" * 20_000,
        "x = " + "'a'+" * 100_000 + "'b'",
        "x = " + "lambda: " * 5_000 + "1",
        "x = " + "1 if a else " * 5_000 + "1",
        "x = 1" + "**1" * 5_000,
        "x = a" + "[0]" * 100_000,
        "x = f'{" + "(" * 100_000 + "}'",
        "x = f'{" + "-" * 9_000 + "1}'",
        "if a: pass\n" + "elif a: pass\n" * 20_000,
        "x = '" + "\\" * 100_001 + "'",
        "'" * 100_001,
        "\\'''\n" * 20_000,
        "x = '''" + "a" * 100_000,
        "async def f():\n x = " + "await " * 5_000 + "1",
    ],
    ids=range(19),
)
def test_no_depth_reaches_a_parser_that_it_could_overflow(code: str) -> None:
    with pytest.raises(ParseFailure):
        parse(code)


def test_long_and_flat_is_not_deep() -> None:
    flat = "x = [\n" + "  {'a': f(1, 'b'), **c},\n" * 5_000 + "]\n"
    assert not too_deep(flat + "y = 1 + 2\n" * 5_000 + "z = 'a' 'b'\n" * 500)
    assert not too_deep("x = '" + "(" * 5_000 + "'  # " + "[" * 5_000 + "\n")
    assert too_deep("x = " + "-" * (DEEPEST + 1) + "1\n")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from((*"()[]{}-\n\n,'#\\", '"""', "not ", "x", "x = 1\n")), max_size=60))
def test_only_what_is_long_is_asked_how_deep_it_is(parts: list[str]) -> None:
    code = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(python_depth, "DEEPEST", 5)
        assert too_deep(code) is any(levels > 5 for levels in python_depth._levels(code))


def test_bytes_beside_text_are_told_and_hold() -> None:
    code = "path = 'configs/debug.yaml' b'x'\n"
    found = list(find(SourceText(FILE, code), NAMES))
    assert [one.named.target for one in found] == ["configs/debug.yaml"]
    assert "does not parse" in found[0].unread
