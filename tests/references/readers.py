"""What others read in a text: the shell, make, Python, node, CMake, git and parsers of data.

Each reader takes a row of the corpus and the folder in which it stands as a file, and gives every
path that is opened, handed to a command or kept as a value, relative to that folder.
"""

from __future__ import annotations

import configparser
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.references.spellings import TREE, Spelling

_BASH = """
note() { for word in "$@"; do printf '%s\\t%s\\0' "$PWD" "$word" >> "$NOTED"; done
  printf '%s\\t%s\\0' "$PWD" "$(/usr/bin/readlink /proc/self/fd/0)" >> "$NOTED"
  while IFS= read -r line; do printf '%s\\t%s\\0' "$PWD" "$line" >> "$NOTED"; done; }
command_not_found_handle() { note "$@"; }
source() { note "$@"; }
exec() { note "$@"; }
dirname() { case $1 in */*) printf '%s' "${1%/*}";; *) printf .;; esac; }
git() { case $* in "rev-parse --show-toplevel") printf '%s' "$ROOT";; *) note "$@";; esac; }
"""
_AUDIT = """
import os, sys
def hook(event, args):
    if event == "open" and args and isinstance(args[0], (str, bytes)):
        out.append(os.fsdecode(args[0]))
    elif event in ("subprocess.Popen", "os.system"):
        words = args[1] if event == "subprocess.Popen" else [args[0]]
        out.extend(map(os.fsdecode, [words] if isinstance(words, (str, bytes)) else words))
out = []
path, noted = sys.argv[1:3]
sys.argv = [path]
sys.addaudithook(hook)
sys.path.insert(0, ".")
try:
    exec(compile(open(path).read(), path, "exec"), {"__name__": "__main__", "__file__": path})
finally:
    lines = [os.path.join(os.getcwd(), word) + "\\n" + word for word in out]
    os.write(os.open(noted, os.O_WRONLY | os.O_CREAT), "\\n".join(lines).encode())
"""
_NODE = """
const fs = require("fs"), real = fs.readFileSync;
fs.readFileSync = (path, ...rest) => {
  fs.appendFileSync(process.env.NOTED, path + "\\n");
  return real(path, ...rest);
};
"""


def shell(row: Spelling, root: Path) -> set[str]:
    """Every word that the shell hands to a command, and what it redirects."""
    return _by_shell(row.path, root)


def _run(*command: str, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command says; it may well fail at what comes after the name that it reads."""
    return subprocess.run(
        command, cwd=root, env=environment or None, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip


def _by_shell(path: str, root: Path) -> set[str]:
    noted, start = root / "noted", root / "start"
    noted.write_bytes(b"")
    known = dict.fromkeys(("ROOT", "GITHUB_WORKSPACE", "REPO_ROOT"), str(root))
    start.write_text(_BASH)
    _run(
        "/bin/bash",
        path,
        root=root,
        BASH_ENV=str(start),
        NOTED=str(noted),
        PATH="/nowhere",
        **known,
    )
    words = (one.partition("\t")[::2] for one in noted.read_text().split("\0") if one)
    return {path for folder, word in words for path in _paths(word, root, folder)}


def make(row: Spelling, root: Path) -> set[str]:
    """What the shell reads in the commands that make would run."""
    ran = _run("make", "-n", "-f", row.path, root=root)
    (root / "recipe.sh").write_text(ran.stdout)
    return _by_shell("recipe.sh", root)


def python(row: Spelling, root: Path) -> set[str]:
    """Every file that the code opens when it runs, and every word it gives to a command."""
    (root / "audit").write_text(_AUDIT)
    noted = root / "noted"
    noted.write_bytes(b"")
    for folder in ("configs", "configs/train"):
        (root / folder / "__init__.py").write_bytes(b"")
    _run(sys.executable, "-S", "audit", row.path, str(noted), root=root)
    return {path for line in noted.read_text().splitlines() for path in _paths(line, root)}


def javascript(row: Spelling, root: Path) -> set[str]:
    """Every file that the code opens when node runs it."""
    (root / "hook.cjs").write_text(_NODE)
    noted = root / "noted"
    noted.write_bytes(b"")
    environment = {**os.environ, "NOTED": str(noted)}
    _run("node", "--require", "./hook.cjs", row.path, root=root, **environment)
    return {path for line in noted.read_text().splitlines() for path in _paths(line, root)}


def cmake(row: Spelling, root: Path) -> set[str]:
    """The arguments of each command, as CMake expands them."""
    ran = _run("cmake", "--trace-expand", "-P", row.path, root=root)
    lines = (line.partition(": ")[2] for line in ran.stderr.splitlines())
    return {path for line in lines for path in _paths(re.sub(r"\w+\(|[)]", " ", line), root)}


def ignored(row: Spelling, root: Path) -> set[str]:
    """The files that git ignores."""
    _run("git", "init", "-q", ".", root=root)
    ran = _run("git", "check-ignore", "--no-index", *TREE, root=root)
    return set(ran.stdout.split()) | set(map(posixpath.dirname, ran.stdout.split()))


def data(row: Spelling, root: Path) -> set[str]:
    """Every value of a file of data, and every word of one."""
    parsers: dict[str, Callable[[str], Iterable[str]]] = {
        ".json": lambda text: _leaves(json.loads(text)),
        ".toml": _toml,
        ".ini": _ini, ".cfg": _ini, ".xml": _xml,
        ".yml": lambda text: _leaves(yaml.safe_load(text)),
        ".yaml": lambda text: _leaves(yaml.safe_load(text)),
    }  # fmt: skip
    parse = parsers.get(Path(row.path).suffix, str.splitlines)
    return {path for value in parse(row.text) for path in _paths(value, root)}


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from (str(key), *_leaves(one))
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield str(value)


def _toml(text: str) -> Iterator[str]:
    return _leaves(pytest.importorskip("tomllib").loads(text))  # Python 3.11 has it


def _ini(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return (value for section in parser.values() for value in section.values())


def _xml(text: str) -> Iterator[str]:
    return (
        value
        for node in ET.fromstring(text).iter()
        for value in (*node.attrib.values(), node.text or "")
    )


def _paths(word: str, root: Path, folder: str = "") -> Iterator[str]:
    """The paths that a word may be: itself, the value of an option, what stands before a colon."""
    for part in {word, *re.split(r"[\s=,\"'();<>]+", word)}:
        for text in {
            part,
            part.lstrip("@"),
            re.sub(r"^-[A-Za-z](?=\w)", "", part),
            part.partition(":")[0],
        }:
            if text and len(text) < 500:
                path = posixpath.normpath(posixpath.join(folder or str(root), text))
                yield posixpath.relpath(path, str(root))
                if "/" in text and "." not in text:  # the launcher's short form
                    yield f"configs/{text}.yaml"


READERS: dict[str, tuple[str, Callable[[Spelling, Path], set[str]]]] = {
    "shell": ("bash", shell),
    "make": ("make", make),
    "python": (sys.executable, python),
    "javascript": ("node", javascript),
    "cmake": ("cmake", cmake),
    "lists": ("git", ignored),
    "data": (sys.executable, data),
}
"""The program and the reader of each corpus; what is not here has none."""


def there(name: str) -> bool:
    """Whether the program of a reader is installed."""
    return name in READERS and shutil.which(READERS[name][0]) is not None
