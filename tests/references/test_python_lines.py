"""Looking at some lines of a module finds what looking at all of it does."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.references import Renames, python, scan
from migrate.references.finder import Finder
from migrate.references.python_lines import interest
from migrate.references.reference import Reference
from migrate.references.traces import Traces
from migrate.trees.tree import MemoryTree
from tests.support.naming import TARGETS, texts

WORDS = {
    "lib/test/data.yaml": "lib/test/other.yaml",
    "lib/config.yaml": None,
    "lib/json/a.yaml": None,
}
"""Names that much code has words of."""

PLANTED = (
    'X = "lib/test"\ndef f(x=X):\n    return x + "/data.yaml"\n',
    'import os\nPATH = os.path.join("configs", "train", "dense.yaml")\n',
    'NAME = "da"\ny = f"lib/test/{NAME}" + "ta.yaml"\n',
    "from pathlib import Path\nHERE = Path(__file__).parent\nQ = HERE.parent / 'lib/config.yaml'\n",
    'class A:\n    r = ["a",\n        "lib/json/a.yaml",  # one\n    ]\n',
    "# lib/config.yaml was here\n",
)


def narrowed_and_whole(path: str, content: bytes, renames: Renames) -> list[list[Reference]]:
    """What is found by the two looks, in a module that the check of bytes would not leave out."""
    tree = MemoryTree({path: content, **dict.fromkeys(renames.targets, b"a: 1\n")})
    ways: list[Callable[..., object]] = [interest, lambda code, traces: None]
    found = []
    for way in ways:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Finder, "may_name", lambda self, content, path: True)
            patch.setattr(python, "interest", way)
            found.append(scan(tree, renames))
    return found


def modules() -> list[Path]:
    """One in some hundred modules of Python's own library and of what is installed."""
    folders = {sysconfig.get_paths()[one] for one in ("stdlib", "purelib")}
    every = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    return [path for path in every[:: len(every) // 60 or 1] if path.stat().st_size < 60_000]


def test_in_real_modules_some_lines_say_what_all_of_them_do() -> None:
    found = 0
    for number, path in enumerate(modules()):
        planted = PLANTED[number % len(PLANTED)].encode()
        content = (
            path.read_bytes() + b"\n\n" + planted if number % 2 else planted + path.read_bytes()
        )
        for renames in (Renames(WORDS, "lib"), Renames(TARGETS)):
            narrowed, whole = narrowed_and_whole(f"tool/{path.name}", content, renames)
            assert narrowed == whole, path
            found += len(whole)
    assert found > 25


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(texts.map("".join), st.sampled_from(PLANTED)), min_size=1, max_size=4))
def test_in_random_modules_some_lines_say_what_all_of_them_do(parts: list[str]) -> None:
    content = "\n".join(parts).encode()
    for path in ("a.py", "configs/train/b.py"):
        narrowed, whole = narrowed_and_whole(path, content, Renames(TARGETS))
        assert narrowed == whole


EXPRESSIONS = (
    "'configs/train/dense.yaml'", "'configs/train'", "A + B", "'configs/' + A", "f'{A}/{B}'",
    "os.path.join(A, B)", "Path(A) / B", "'%s/%s' % (A, B)", "'{}/{}.yaml'.format(A, B)",
    "'con' 'figs/' + B", "'{{a/b}}'", "'{' + '{a/b}}'", "os.path.join('{{a', 'b}}')",
    "'$(a b/c)/d'",
    "'ense.yaml'", "'configs/train/d'", "'configs/tr\\x61in/dense.yaml'", "Path(__file__).parent",
    "Path('.').rglob(f'{A}.yaml')", "'..'", "os.path.join('..', B, 'x')", "'*'", "'/'.join([A, B])",
    "[A, 'configs/train/dense.yaml', B]", "('configs',\n  'train')", "f'''\n{A}/{'dense.yaml'}'''",
    "'de'", "'nse.yaml'", "'configs/train/' + A + B", "Path('configs/tra').with_suffix('in')", "3",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(EXPRESSIONS)), min_size=1, max_size=6
    )
)
def test_constants_made_of_constants_are_followed_all_the_same(
    lines: list[tuple[str, str]],
) -> None:
    code = "".join(f"{name} = {said}\nif A:\n    run({said})\n" for name, said in lines)
    narrowed, whole = narrowed_and_whole("train/a.py", code.encode(), Renames(TARGETS))
    assert narrowed == whole


def narrowed(code: str, nesting: bool = False) -> list[str] | None:
    """The texts from each place of interest to the end of its line."""
    where = interest(code, Traces(TARGETS, "configs"), nesting)
    if where is None:
        return None
    starts = [*where.offsets, *(start for start, _ in where.comments)]
    return [code[start:].partition("\n")[0] for start in sorted(starts)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("debug = logging.debug(x)  # a configs\n", ["# a configs"]),
        ('x = "a configs"\n', ['configs"']),
        ('x = "a" + "b"\ny = "Loading..."\n', []),
        ("x = 'con'\ny = 'figs'\n", ["'figs'"]),
        ("x = 'con'\ny = 'nothing'\n", []),
        ("x = f'de{y}ug'; y = 'b'", ["de{y}ug'; y = 'b'"]),
        ("x = '\\x64ense'\n", ["\\x64ense'"]),
        ("x = __file__\n", ["__file__"]),
    ],
)
def test_what_is_looked_at(code: str, found: list[str]) -> None:
    assert set(found) <= set(narrowed(code) or ()) if found else narrowed(code) == []


@pytest.mark.parametrize(
    "code",
    ["x = 1\r# a\ry = 'configs'", "\ufb01 = 'configs'", "x = f'{(\ufb01:=1)}'"],
)
def test_where_the_lines_cannot_be_told_all_of_them_are_looked_at(code: str) -> None:
    assert narrowed(code) is None


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("x = f'{a['b']}'", True),
        ("x = rf'{a['#']}'", True),
        ("x = f'{a[\"b\"]}'", False),
        ("x = f'a' 'b' f'''{'c'}'''", False),
        ("x = 'f{' + a['b']", False),
    ],
)
def test_quotes_inside_of_a_formatted_string_are_noticed(code: str, whole: bool) -> None:
    assert (narrowed(code, nesting=True) is None) is whole
