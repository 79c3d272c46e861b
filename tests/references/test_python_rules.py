"""What the rules read in an expression is what Python makes of it."""

from __future__ import annotations

import os
import posixpath
import time
from pathlib import Path, PurePosixPath

import pytest

from migrate.references.python_rules import text_of
from migrate.references.python_strings import ParseFailure, strings

EXPRESSIONS = [
    "'configs' + '/debug' + '.yaml'",
    "('configs/' 'debug.yaml')",
    "Path('configs') / 'debug.yaml'",
    "Path('configs', 'debug.yaml')",
    "PurePosixPath('configs').joinpath('train', 'a.yaml')",
    "Path('configs/a.yaml').parent / 'debug.yaml'",
    "Path('configs/train/sft/a.yaml').parents[0] / 'b.yaml'",
    "Path('configs/train/sft/a.yaml').parents[2] / 'debug.yaml'",
    "Path('configs/a.yaml').with_name('debug.yaml')",
    "Path('configs/debug').with_suffix('.yaml')",
    "Path('configs').as_posix() + '/debug.yaml'",
    "str(Path('configs') / 'debug') + '.yaml'",
    "os.fspath(Path('configs')) + '/debug.yaml'",
    "os.path.join('configs', 'train', 'a.yaml')",
    "os.path.join(os.path.dirname('configs/a.yaml'), 'debug.yaml')",
    "f'configs/{NAME}.yaml'",
    "ROOT / 'train' / f'{NAME}.yaml'",
    "os.path.join(ROOT, NAME + '.yaml')",
]
BEFORE = "NAME = 'debug'\nROOT = Path('configs')\n"


def read(code: str) -> list[str]:
    return [text_of(string.pieces) for string in strings(code, "run.py", {})]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_read_as_python_runs_it(expression: str) -> None:
    known = {"os": os, "Path": Path, "PurePosixPath": PurePosixPath}
    exec(BEFORE, known)  # noqa: S102 - the texts above
    ran = str(eval(expression, known))  # noqa: S307 - the same
    assert ran in map(posixpath.normpath, read(f"{BEFORE}print({expression})\n"))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("os.path.join('configs', '%s.yaml' % name)", "configs/%s.yaml"),
        ("Path('configs') / '{}.yaml'.format(name, x=1)", "configs/{}.yaml"),
        ("Path('a/b').parents[9] / 'c.yaml'", "{}/c.yaml"),
        ("f'configs/{name}.yaml'", "configs/{name}.yaml"),
        ("os.path.join('configs', args.name)", "configs/{name}"),
        ("Path(root()) / 'a.yaml'", "{}/a.yaml"),
    ],
)
def test_what_only_running_gives_is_a_gap(expression: str, text: str) -> None:
    assert text in read(f"print({expression})\n")


@pytest.mark.parametrize(
    "expression",
    [
        "'configs' - 'a.yaml'",
        "join('configs', *rest)",
        "Path('a/b').parents[n] / 'c.yaml'",
        "Path('a/b.c').with_name('d', 'e')",
        "other('configs', 'a.yaml')",
    ],
)
def test_what_is_no_path_is_read_part_by_part(expression: str) -> None:
    texts = read(f"print({expression})\n")
    assert not any("a.yaml" in text and "configs" in text for text in texts)
    assert not any("a/b/c" in text or "a/d" in text for text in texts)


@pytest.mark.parametrize(
    "code",
    [
        "a0 = 'configs/a.yaml'\n" + "".join(f"a{i} = a{i - 1} + a{i - 1}\n" for i in range(1, 60)),
        "a0 = 'configs/a'\n"
        + "".join(f"a{i} = f'{{a{i - 1}}}/{{a{i - 1}}}'\n" for i in range(1, 40)),
        "a0 = 'configs'\n" + "".join(f"a{i} = a{i - 1}\n" for i in range(1, 2000)),
    ],
)
def test_constants_made_of_one_another_cost_no_more_than_the_code(code: str) -> None:
    start = time.process_time()
    assert "configs" in read(code)[0]
    assert time.process_time() - start < 2


def test_a_sum_of_any_length_is_one_text() -> None:
    code = "x = 'configs' + " + " + ".join(f"'/{n}'" for n in range(400)) + "\n"
    assert read(code) == ["configs" + "".join(f"/{n}" for n in range(400))]


def test_what_is_made_too_often_is_refused_with_its_reason() -> None:
    code = "a = '" + "x/" * 500 + "'\nb = [" + "a + '/c.yaml', " * 20_000 + "]\n"
    with pytest.raises(ParseFailure, match="made of one another"):
        strings(code, "run.py", {})
