"""Files made to hang or to crash a search for names: each stands beside a few configs."""

from __future__ import annotations

import json

A, P = "configs/components/a.yaml", "configs/train/p.yaml"
NAMES = f"{P} {A}\n"
IN_PYTHON = f"p = '{A}'\n"


def notebook(*sources: str, kind: str = "code", **more: object) -> str:
    """A notebook with these cells."""
    cells = [{"cell_type": kind, "metadata": {}, "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": more, "nbformat": 4, "nbformat_minor": 5})


def in_cell(json_text: str) -> str:
    """A notebook whose one cell says this, escapes and all."""
    return '{"cells": [{"cell_type": "code", "source": "' + json_text + '"}]}'


def constants(step: str, count: int) -> str:
    """A chain of names, each made of the one before."""
    return f"a0 = '{A}'\n" + "".join(
        f"a{n} = {step.format(a=f'a{n - 1}')}\n" for n in range(1, count)
    )


PATTERNS: dict[str, tuple[str, str | bytes]] = {
    "class-backwards": ("README.md", NAMES + "all of configs/[z-a]*.yaml\n"),
    "class-posix": (
        "README.md",
        NAMES + "configs/[[:space:] configs/[[:alpha:]].yaml [a--b]/p.yaml\n",
    ),
    "class-backslash": ("run.sh", NAMES + "configs/[ab\\]/p.yaml configs/[\\d].yaml\n"),
    "class-in-python": ("x.py", IN_PYTHON + "b = 'configs/tr[z-a]in/*.yaml'\n"),
    "class-in-ignore-file": (
        ".gitignore",
        "[z-a]\n[\n[]\n[!]\n[[:space:]\n[a&&b]\n\\\n!\n/\n//\n***\n",
    ),
    "holes": ("x.py", IN_PYTHON + "q = f'configs/train/" + "{a}" * 20 + "x.yaml'\n"),
    "holes-filled": (
        "x.py",
        IN_PYTHON + "q = '" + "{}%s" * 20_000 + "'.format(" + "p, " * 20_000 + ")\n",
    ),
    "holes-in-text": ("README.md", NAMES + "configs/train/" + "{}" * 20 + "q.yaml\n"),
    "stars": ("README.md", NAMES + "configs/" + "*a" * 30 + "q.yaml\n"),
    "stars-of-folders": ("README.md", NAMES + "configs/" + "**/*" * 200 + "q.yaml\n"),
    "alternatives": ("run.sh", NAMES + "cat configs/" + "{a,b,c}" * 40 + ".yaml\n"),
    "alternatives-long": ("run.sh", NAMES + "cat configs/{" + "a," * 50_000 + "b}.yaml\n"),
    "many": ("run.sh", NAMES + "".join(f"cat configs/*{n}*{{x}}*.yaml\n" for n in range(20_000))),
    "tails": ("run.sh", NAMES + "".join(f"cat $V{n}/a{n}/a.yaml\n" for n in range(20_000))),
}

TEXTS: dict[str, tuple[str, str | bytes]] = {
    "braces": ("README.md", NAMES + "{" * 200_000 + "\n"),
    "dollar-braces": ("README.md", NAMES + "${{" * 100_000 + "\n"),
    "parameters": ("README.md", NAMES + "${a%" * 100_000 + "\n"),
    "commands": ("run.sh", NAMES + "$(" * 100_000 + "\n"),
    "backtick-angles": ("README.md", NAMES + "`" + "<" * 100_000 + "\n"),
    "backticks": ("README.md", NAMES + "`a<" * 100_000 + "\n"),
    "brackets": ("README.md", NAMES + "[" * 200_000 + "\n" + "](" * 200_000 + "\n"),
    "folders-entered": ("run.sh", "cd configs/train\n" * 50_000 + "cat p.yaml\n" + NAMES),
    "folders-in-a-line": ("run.sh", NAMES + "(cd configs; " * 50_000 + "cat p.yaml\n"),
    "folders-set": ("run.txt", NAMES + "cwd=configs/train p.yaml " * 20_000 + "\n"),
    "hosts": ("run.sh", NAMES + "ssh host cat " * 20_000 + f"{P} " * 20_000 + "\n"),
    "hosts-with-options": ("run.sh", NAMES + "sshpass " + "-a" * 50_000 + f" {P}\n"),
    "hosts-that-read": ("run.sh", NAMES + f"ssh host <<E\n{P}\n" * 20_000),
    "revisions": ("run.sh", NAMES + f"git show git show scp a:b:{P} " * 10_000 + "\n"),
    "comments-opened": ("x.c", "/*" * 200_000 + f'\n"{P}"\n'),
    "comments-in-quotes": ("x.js", "`'\"/*" * 100_000 + f"\n{NAMES}"),
    "comments-of-documents": ("x.xml", "<!--" * 100_000 + NAMES),
    "parts-joined": ("run.sh", NAMES + "a'b'" * 200_000 + "\n'configs/'train'/p.yaml'\n"),
    "calls": ("x.R", NAMES + "file.path(" * 100_000 + "\n"),
    "spaces-behind-a-value": (
        "run.sh",
        NAMES + "$A/x A = b" + " " * 200_000 + "c\n" + "A = b" + " " * 200_000 + "c\n",
    ),
    "choices": ("x.ini", NAMES + "configs/" + "(a|b)" * 20_000 + ".yaml (a|" * 50_000 + "\n"),
    "slashes-escaped": ("x.json", '{"a": "' + "configs\\/" * 100_000 + f'{P}"}}'),
    "lines-escaped": ("x.json", '{"a": "' + f"{P}\\n" * 20_000 + '"}'),
    "links-to-forges": (
        "README.md",
        NAMES
        + "https://github.com/"
        + "a/" * 200_000
        + "\n"
        + f"https://a/b/c/blob/m/{P} " * 20_000,
    ),
    "links-with-spaces": ("README.md", NAMES + ("](" + " " * 1000) * 1000 + "\n"),
    "quotes": ("README.md", "> " * 50_000 + NAMES),
    "lists": ("README.md", "".join(" " * (n % 500) + "- x\n" for n in range(50_000)) + NAMES),
    "hrefs": ("a.html", NAMES + 'href="' * 100_000 + "\n"),
    "spaces": ("run.sh", NAMES + " " * 1_000_000 + "\n" + "\t" * 500_000 + "\n"),
    "assignments": ("x.ini", NAMES + "".join(f"k{n} = v{n}\n" for n in range(50_000))),
    "toml": ("x.toml", NAMES + "".join(f"k{n} = 'v'\n" for n in range(50_000))),
    "toml-deep": ("x.toml", NAMES + "a = " + "[" * 100_000 + "]" * 100_000 + "\n"),
    "variables-in-a-line": ("x.sh", "C=configs/train\n" + "$C/p.yaml " * 20_000 + "\n"),
    "names-in-a-line": ("README.md", f"{A} " * 20_000 + "\n"),
    "lines": ("run.sh", "\n" * 500_000 + f"cat {A}\n"),
    "line": ("a.js", f"var c='{A}';" + "function a(b){return b?{c:'/x/y.z'}:a(b/2)};" * 20_000),
    "word": ("README.md", NAMES + "a" * 1_000_000 + "/p.yaml\n"),
    "dots": ("README.md", NAMES + "../" * 300_000 + P + "\n"),
    "ats": ("README.md", NAMES + "a@" * 300_000 + P + "\n"),
    "quotes-in-a-line": ("x.sh", NAMES + "\"'" * 200_000 + "\n" + "\\" * 1_000_000 + "p.yaml\n"),
    "quotes-escaped": ("x.sh", NAMES + "'\\'\"" * 200_000 + "\n" + '\\"' * 200_000 + "\n"),
    "json-deep": ("x.json", f'{{"a": "{A}", "b": ' + "[" * 500_000 + "]" * 500_000 + "}"),
    "returns": ("run.sh", f"cat {A}\rcat {P}\r" * 1000),
    "utf-16": ("run.ps1", f"cat {A}\n".encode("utf-16")),
    "utf-16-odd": ("run.ps1", f"cat {A}\n".encode("utf-16") + b"\x00"),
    "utf-16-half": ("run.ps1", b"\xff\xfe\x00\xd8" + f"cat {A}\n".encode("utf-16-le")),
    "utf-32": ("run.ps1", f"cat {A}\n".encode("utf-32")),
    "nul": ("run.sh", f"cat {A}\n\0\n".encode()),
    "no-text": ("run.sh", b"echo \xe9\xff " + f"cat {A} \n".encode()),
    "log": ("a.txt", f"2026-01-01 INFO {A} step 1 loss=0.1\n" * 10_000),
}

NOTEBOOKS: dict[str, tuple[str, str | bytes]] = {
    "notebook-lines": ("n.ipynb", notebook(f"{A}\n" * 20_000, kind="markdown")),
    "notebook-base64": ("n.ipynb", notebook(f"load('{A}')\n", image="QUJD" * 1_700_000)),
    "notebook-key-twice": ("n.ipynb", notebook(f"'{A}'")[:-1] + ', "cells": {}}'),
    "notebook-key-null": ("n.ipynb", notebook(f"'{A}'")[:-1] + ', "cells": null}'),
    "notebook-key-text": ("n.ipynb", notebook(f"'{A}'")[:-1] + ', "cells": ["abc"]}'),
    "notebook-odd-types": ("n.ipynb", f'{{"cells": [{{"cell_type": [1], "source": ["{A}", 5]}}]}}'),
    "notebook-list": ("n.ipynb", f'["{A}"]'),
    "notebook-half-character": ("n.ipynb", in_cell(f"x = '\\ud800 {A}'")),
    "notebook-escapes": ("n.ipynb", in_cell(f"x = '{A}'" + "\\n\\t" * 500_000)),
    "notebook-characters": ("n.ipynb", in_cell(f"x = '{A}'" + "\\u4e2d" * 400_000)),
    "notebook-deep": ("n.ipynb", notebook(f"'{A}'")[:-1] + ', "m": ' + "[" * 9_000),
    "notebook-deep-code": ("n.ipynb", notebook("x = " + "[" * 100_000, f"p = '{A}'")),
    "notebook-unfinished": ("n.ipynb", notebook(f"'{A}'")[:-20] + '"' * 100_001),
    "notebook-cells": ("n.ipynb", notebook(*[f"x = '{A}'"] * 2_000)),
    "notebook-commands": ("n.ipynb", notebook(f"!cat {A} \\\n" * 2_000 + "x = !ls\n" * 2_000)),
    "notebook-questions": ("n.ipynb", notebook(f"'{A}'\n" + "a" * 300_000 + "\n?" + "a=" * 50_000)),
    "notebook-number": ("n.ipynb", notebook(f"'{A}'")[:-1] + ', "m": ' + "9" * 100_000 + "}"),
}  # fmt: skip

PYTHON = {
    "parens": "x = " + "(" * 20_000 + "1" + ")" * 20_000,
    "lists": "x = " + "[" * 150 + "]" * 150,
    "brackets": "x = " + "[" * 100_000 + "]" * 100_000,
    "unary": "x = " + "-" * 100_000 + "1",
    "not": "x = " + "not " * 100_000 + "1",
    "sum": "x = " + "'a'+" * 5_000 + "'b'",
    "sum-long": "x = " + "'a'+" * 100_000 + "'b'",
    "quotients": "x = p" + " / 'a'" * 900,
    "attributes": "x = a" + ".b" * 20_000,
    "attributes-few": "x = a" + ".b" * 900 + "\n" + ("y = p" + ".parent" * 900 + "\n") * 100,
    "calls": "x = a" + ".f()" * 5_000,
    "calls-few": ("x = p" + ".f('a')" * 400 + "\n") * 50,
    "joined": "x = os.path.join(" * 90 + "p" + ")" * 90,
    "concatenated": "x = (" + "'configs/train/p.yaml '\n" * 20_000 + ")",
    "nested": "".join(" " * n + "def f():\n" for n in range(95)) + " " * 95 + "pass",
    "else-ifs": "if a: pass\n" + "elif a: pass\n" * 20_000,
    "lambdas": "x = " + "lambda: " * 50_000 + "1",
    "comparisons": "x = 1" + " < 1" * 100_000,
    "decorators": "@a\n" * 50_000 + "def f(): pass",
    "strings": "x = [\n" + "'abc',\n" * 30_000 + "]",
    "strings-wide": "x = [" + "'中文字', " * 40_000 + "]  # 中文",
    "formatted": "x = [" + "f'{a}b'," * 20_000 + "]",
    "formatted-nested": 'x = f"{f"{f"{1}"}"} {x!r:>{10}} {\'configs/train/p.yaml\'}"',
    "formatted-deep": 'x = f"{' * 100 + "1" + '}"' * 100,
    "formatted-open": "x = f'{" + "{a" * 50_000,
    "escapes": "x = '" + "\\n" * 200_000 + "'",
    "hashes": "#" * 200_000,
    "comments": "# a\n" * 100_000,
    "unfinished": "x = '''" + "a" * 500_000,
    "unfinished-quotes": "\\'''\n" * 100_000,
    "unfinished-line": "x = " + '\\"' * 200_000,
    "constants": constants("{a} + {a}", 60),
    "constants-formatted": constants("f'{{{a}}}{{{a}}}'", 60),
    "constants-long": constants("{a}", 20_000),
    "constants-joined": constants("os.path.join({a}, {a})", 60),
    "constant-everywhere": "a = '" + "x/" * 500 + "'\nb = [" + "a + '/c.yaml', " * 20_000 + "]",
    "match": "match x:\n  case {'a': 'configs/train/p.yaml'}: pass\ntype X = int",
    "tabs": "\x0cif 1:\n\tq = 1\n\x0c\n        \tq = 1",
    "half-character": "x = '\\ud800'",
    "bad-escape": "x = '\\d \\/ \\q'",
    "python-2": "print 'x'\nexec 'y'",
    "large": "x = [" + "a," * 290_000 + "]",
    "too-large": "x = [" + "'a'," * 490_000 + "]",
}

ENCODINGS = {
    "bom": b"\xef\xbb\xbf" + IN_PYTHON.encode(),
    "latin-1": b"# caf\xe9\n" + IN_PYTHON.encode(),
    "nul": IN_PYTHON.encode() + b"\0\n",
    "returns": IN_PYTHON.replace("\n", "\r").encode() * 3,
    "binary": bytes(range(256)) * 800 + IN_PYTHON.encode(),
    "utf-16": IN_PYTHON.encode("utf-16"),
    **{
        f"cookie-{name[:20]}": f"# -*- coding: {name} -*-\n{IN_PYTHON}".encode()
        for name in ("latin-1", "rot13", "hex", "zlib", "idna", "utf-7", "unicode_escape",
                     "undefined", "punycode", "utf-16", "a" * 1_000_000)
    },
}  # fmt: skip

File = tuple[str, str | bytes]
_PYTHON: dict[str, File] = {
    **{f"python-{name}": ("x.py", IN_PYTHON + text + "\n") for name, text in PYTHON.items()},
    **{f"encoding-{name}": ("x.py", text) for name, text in ENCODINGS.items()},
}

FILES: dict[str, File] = {
    **PATTERNS,
    **TEXTS,
    **NOTEBOOKS,
    **_PYTHON,
    "yaml-aliases": (
        "ci.yaml",
        f"extends: {P}\na0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
    ),
    "yaml-keys": ("ci.yaml", f"extends: {A}\n" + "".join(f"k{n}: v\n" for n in range(60_000))),
    "yaml-deep": ("ci.yaml", f"extends: {A}\na: " + "[" * 50_000),
    "yaml-documents": ("ci.yaml", f"extends: {A}\n---\n" * 20_000),
}
"""The file by its path, and its bytes."""
