"""What changes in Python changes alone; libcst takes entries out of lists, nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.references import DROP, Renames, python, rewrite, scan
from migrate.references.found import EditFailure
from migrate.references.python import edit
from migrate.references.python_depth import DEEPEST, EDITED_CHARS, EDITED_DEEPEST
from migrate.references.python_edit import edited
from migrate.trees.tree import MemoryTree
from tests.live.tree import START
from tests.support import trees

OLD, NEW = "configs/components/o.yaml", "configs/components/new.yaml"
COMMENTED = f'''X = [
    # stays
    "{OLD}",
    # stays too
    "b",  # and this
]
'''


def after(code: str, new: object = NEW) -> tuple[str, list[str]]:
    """A script after its rewrite, and the reasons of what stays."""
    tree = MemoryTree({"run.py": code.encode("utf-8", "surrogateescape")})
    renames = Renames({OLD: new})  # type: ignore[dict-item]
    found = scan(tree, renames)
    (change,) = rewrite(tree, found)
    reasons = [one.reason for one in found if one.edit is None]
    assert change.after is not None
    return change.after.decode("utf-8", "surrogateescape"), reasons


TEXTS = (
    *(
        "'a'",
        "'b/c'",
        "b'a'",
        "b'\u00e9'",
        "f'a'",
        "f'{a}'",
        "f'{b}'",
        "r'\\d'",
        "'''a'''",
        "'a\\n'",
    ),
    *("# a", "a", '"a"'),
)
CODE = ("x = {}\n", "f({}, {})\n", "{} {}\n", "# {}\n", "[{}]\n", "'(' + {} + ')'\n", "f'( {} )'\n")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(CODE), min_size=1, max_size=3).map("".join), st.data())
def test_codes_that_differ_in_texts_alone_are_read_alike(code: str, data: st.DataObject) -> None:
    count = code.count("{}")
    said = st.lists(st.sampled_from(TEXTS), min_size=count, max_size=count)
    before, after = (code.format(*data.draw(said)) for _ in range(2))
    if python._differ_in_texts(before, after) and python.parses(before):
        assert python.parses(after)
        shapes = [ast.dump(Same().visit(ast.parse(one))) for one in (before, after)]
        assert shapes[0] == shapes[1]


class Same(ast.NodeTransformer):
    """Strings that all say the same."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """A text becomes another one of its type."""
        return ast.Constant(type(node.value)()) if isinstance(node.value, str | bytes) else node


def test_what_only_says_something_else_is_told_from_what_is_something_else() -> None:
    assert python._differ_in_texts("x = 'a'  # b\n", "x = 'c/d'  # e\n")
    for other in ("x = f'a'", "y = 'a'", "x = 'a' 'b'", "x = '\\n'", 'x = "a"', "x = 'a'; z"):
        assert not python._differ_in_texts("x = 'a'", other)
    assert not python._differ_in_texts("x = b'a'", "x = b'\u00e9'")


def test_an_entry_goes_through_the_editor_and_every_comment_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import migrate.references.python_edit as editor

    asked: list[Sequence[object]] = []

    def watched(code: str, edits: Sequence[tuple[tuple[int, int], str]]) -> str:
        asked.append(edits)
        return edited(code, edits)

    monkeypatch.setattr(editor, "edited", watched)
    text, reasons = after(COMMENTED, DROP)
    assert text == COMMENTED.replace(f'    "{OLD}",\n', "")
    assert reasons == []
    assert len(asked) == 2  # whether it can, and the edit


def test_a_comment_beside_several_entries_that_go_stays() -> None:
    code = f"x = [\n    1,\n    '{OLD}', '{OLD}',  # both are old\n    2,\n]\n"
    assert after(code, DROP)[0] == "x = [\n    1,\n    # both are old\n    2,\n]\n"
    code = f"x = ['{OLD}', '{OLD}',  # both are old\n     2]\n"
    assert after(code, DROP)[0] == "x = [  # both are old\n     2]\n"


# What the editor does not take is told, and holds a step.

NESTED = "x = " + "(" * (EDITED_DEEPEST + 1) + "1" + ")" * (EDITED_DEEPEST + 1) + "\n"


LONG = "a\n" * (EDITED_CHARS // 2)


@pytest.mark.parametrize("new", [NEW, DROP])
@pytest.mark.parametrize("much", [NESTED, LONG, ("[" * 40 + "]" * 40 + "\n") * 400])
def test_a_module_too_much_for_the_editor_stays_and_holds(much: str, new: object) -> None:
    assert EDITED_DEEPEST < DEEPEST
    code = COMMENTED + much
    tree = MemoryTree({"run.py": code.encode()})
    (one,) = scan(tree, Renames({OLD: new}))  # type: ignore[dict-item]
    assert one.dangles
    assert (
        one.reason
        == "not rewritten: the editor does not take the file (too long, or nested too deeply)"
    )
    assert rewrite(tree, [one]) == []


@pytest.mark.parametrize(
    "code",
    [
        "print 'python 2'\n",
        "x='abc'\nt'except*# crb't'def f():print[~f'\n",
        "x = '\0'\n",
        "x = '\U00100000'\n",
        "def f(:\n",
        "x = (\n",
    ],
)
def test_code_that_the_editor_cannot_read_is_refused_by_it(code: str) -> None:
    with pytest.raises(EditFailure):
        edited(code, [((0, 1), "x")])


def test_an_edit_that_is_in_no_literal_is_refused() -> None:
    for span in ((0, 1), (4, 9), (0, 20)):
        with pytest.raises(EditFailure, match="not where it should be"):
            edited("x = ['a', 'b']  # c\n", [(span, "y")])
    with pytest.raises(EditFailure, match="an entry is not where it should be"):
        edited("x = ['a', 'b']  # c\n", [((0, 3), "")])


@pytest.mark.parametrize(
    "code",
    [
        f"\ufeffx = '{OLD}'\r\ny = [1,\r\n     2]\r\n",
        f"x = '{OLD}'\n# \udce9 is not text\n",
        f"变量 = '{OLD}'  # 中文 {OLD} é\n",
        f"x = f'{{a!r:>{{w}}}} {OLD} {{b}}' # {OLD}\n\x0c\ny = 1",
        f"x = '{OLD}', '{OLD}'; y = b'{OLD}'\n",
        f"def f():\n\t'''\n\t{OLD}\n\t'''\n\tif 1 :\n\t  return  (  '{OLD}' , )\n",
        f"class A: x: str='{OLD}'; y = ''  \\\n  '' # {OLD}  ",
    ],
)
def test_all_but_the_names_stays_byte_for_byte(code: str) -> None:
    text, _ = after(code)
    assert text == code.replace(OLD, NEW)


_gaps = st.sampled_from(["", " ", "\n    ", "  # note\n    ", "\n    # above\n    ", " \\\n "])
_entries = st.lists(
    st.tuples(st.sampled_from(["'gone'", "'gone'", "'b'", "[1, 2]"]), _gaps), min_size=2, max_size=5
)


@settings(max_examples=300, deadline=None)
@given(_gaps, _entries, st.booleans())
def test_what_is_left_of_a_list_is_its_other_entries(
    head: str, entries: list[tuple[str, str]], comma: bool
) -> None:
    if all(entry == "'gone'" for entry, _ in entries):
        return
    code, gone = f"x = [{head}", []
    for number, (entry, gap) in enumerate(entries):
        if entry == "'gone'":
            gone.append(((len(code), len(code) + len(entry)), ""))
        code += entry + ("," if comma or number + 1 < len(entries) else "") + gap
    code += "]\n"
    text = edited(code, gone)
    left = [ast.literal_eval(entry) for entry, _ in entries if entry != "'gone'"]
    assert ast.literal_eval(text.removeprefix("x = ").strip()) == left
    assert text.count("# above") == code.count("# above")


# What is no string or comment is no place for another text.


@pytest.mark.parametrize(
    "code",
    [
        "run(config_path='configs/components', config_name=o)\n",
        "x = 'config_path=configs/components config_name=' + 'config_name' / o / 'b'\n",
        'print \'config_path="configs/components", config_name="o"\'\n',
    ],
)
def test_a_name_in_code_that_is_no_string_stays(code: str) -> None:
    tree = MemoryTree({"run.py": code.encode()})
    found = scan(tree, Renames({OLD: NEW}))
    assert rewrite(tree, found, likely=True) == []


def test_a_text_that_would_make_another_tree_is_not_put_in() -> None:
    for span, text in (((4, 5), "y"), ((4, 12), "'x' + 1"), ((0, 1), "z")):
        with pytest.raises(EditFailure):
            edit("a = x + 'abc'\n", [(span, text)])
    assert edit("a = x + 'abc'  # d\n", [((9, 12), "e"), ((17, 18), "f")]) == "a = x + 'e'  # f\n"


# libcst is imported for a Python file in which an entry of a list goes, and for nothing else.

SCRIPTS = {
    "tools/run.py": "print('configs/train/p.yaml')\n# python train.py --config=train/p\n",
    "run.sh": "python train.py configs/train/p.yaml\n",
}
MOVED = "to: train/new.yaml"


def imported(root: Path, *arguments: str) -> bool:
    code = (
        "import sys; from migrate.cli.main import run; code = run(sys.argv[1:]);"
        "print('libcst' in sys.modules, file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "--root", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] in ("True", "False")
    return done.stderr.splitlines()[-1] == "True"


VERBS = [
    ("inspect", "configs/train/p.yaml"),
    ("refs", "configs/train/p.yaml"),
    ("plan",),
    ("status",),
    ("apply", "--preset", "p"),
    ("verify", "--fresh"),
    ("undo", "--preset", "p"),
]


def test_no_verb_imports_the_editor_while_no_python_file_changes(tmp_path: Path) -> None:
    trees.write(tmp_path, {**START, **{path: text.encode() for path, text in SCRIPTS.items()}})
    assert not imported(tmp_path, "init")
    assert [verb for verb in VERBS if imported(tmp_path, *verb)] == []
