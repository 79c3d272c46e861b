"""Find the words in a text that can be paths, with variables and wildcards as part of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

ANCHOR = "\x01"
"""Stands before a path that is known to be relative to the root, whatever file holds it."""

VARIABLE = (
    r"\$\{\{[^}\n]*\}\}"  # ${{ github.workspace }}
    r"|\{\{[^}\n]*\}\}"  # {{ jinja }}
    r"|\$\{\w+\}|\$\(\w+\)"  # ${NAME}, make's $(NAME)
    r"|\$\{\w+[%#][^}\n]*\}(?=/)"  # ${0%/*}/
    r"|\$\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)(?=[\"']?/)"  # $(pwd)/
    r"|\$\w+"
    r"|\{[^{}\s\"':=/]*(?::[\w.<>^+]*)?\}"  # {name}, {}, {:02d}, {sft,grpo}
    r"|%\(\w+\)[sd]|%[sd]"
    r"|(?<=[/_\-.])<[\w-]+>"  # <name> in docs
)
GLOB = r"\*+|\?|\[[^\]\s/.\"']{1,20}\]"

_DYNAMIC = re.compile(f"{VARIABLE}|{GLOB}")
_PREFIX = re.compile(rf"(?:(?:{VARIABLE})[\"']?/)+")
_SUFFIXES = (".yaml", ".yml")
_FRONT = re.compile(r"\\[nt](?=[\w.])|@|-+(?=[\w./])|_{1,2}(?=configs)|\*+(?=[\w.$])")
_BACK = re.compile(r"(\.ya?ml)([.?_]+|\*+)\Z")


@lru_cache(maxsize=8)
def _pattern(letters: str) -> re.Pattern[str]:
    """The pattern of one word; non-ASCII letters are part of it only if some path has them.

    Text without spaces between words, such as Chinese, may touch a path on both sides.
    """
    extra = re.escape(letters)
    word = rf"[A-Za-z0-9_.\-/~@+{ANCHOR}{extra}]|\\(?=[A-Za-z0-9_.])|(?<=\}})\"(?=/)"
    return re.compile(f"(?:{VARIABLE}|{GLOB}|{word})+")


def letters_of(paths: Iterable[str]) -> str:
    """The characters of paths that are no ASCII."""
    return "".join(sorted({letter for path in paths for letter in path if ord(letter) > 127}))


def words(
    text: str, start: int, end: int, stems: re.Pattern[str], letters: str = ""
) -> Iterator[tuple[int, str]]:
    """Each word that may be a path, trimmed, with its offset. URLs and remote paths are none."""
    if not (stems.search(text, start, end) or _DYNAMIC.search(text, start, end)):
        return  # no word of it could pass below
    for match in _pattern(letters).finditer(text, start, end):
        word, at = match.group(), match.start()
        if not (stems.search(word) or dynamic(word)) or _elsewhere(text, at, word):
            continue
        front = _FRONT.match(word)
        if front and (front.group()[0] != "-" or text[at - 1 : at] == ":"):
            word, at = _unfront(word, at, front)
        back = _BACK.search(word)
        if back and (back[2][0] != "*" or (front and front.group().startswith("*"))):
            word = word[: back.start(2)]
        yield at, word


def _unfront(word: str, at: int, front: re.Match[str]) -> tuple[str, int]:
    """Without `**` of bold text (`**/` is a glob), `@` of a file argument and the like."""
    return word[front.end() :], at + front.end()


def _elsewhere(text: str, at: int, word: str) -> bool:
    """Whether a word belongs to a URL or names another machine or revision."""
    before = text[max(0, at - 64) : at]
    if word.startswith("//") or re.search(r"\w://\S*\Z", before):
        return True
    return bool(re.search(r"\w@[\w.\-]+:\Z|git show \S+:\Z", before))


def dynamic(word: str) -> bool:
    """Whether a word has a variable or a wildcard in it."""
    return _DYNAMIC.search(word) is not None


def split_prefix(word: str) -> tuple[str, str]:
    """The variables that a word starts with, slash included, and the rest."""
    match = _PREFIX.match(word)
    return (match.group(), word[match.end() :]) if match else ("", word)


@lru_cache(maxsize=4096)
def as_pattern(word: str) -> re.Pattern[str]:
    """What a word with variables and wildcards can stand for.

    A variable fills a part of one path segment; `**` crosses folders, `*` does not.
    """
    out, position = "", 0
    for match in _DYNAMIC.finditer(word):
        out += re.escape(word[position : match.start()]) + _meaning(match.group())
        position = match.end()
    out = (out + re.escape(word[position:])).replace(".*/", "(?:.*/)?")
    return re.compile(out + r"\Z")


def _meaning(part: str) -> str:
    if part.startswith("**"):
        return ".*"
    if part == "*":
        return "[^/]*"
    if part == "?":
        return "[^/]"
    if part.startswith("["):
        return part.replace("[!", "[^")
    if part.startswith("{") and "," in part:
        return "(?:" + "|".join(map(re.escape, part[1:-1].split(","))) + ")"
    return "[^/]+"


def stem(path: str) -> str:
    """The last segment without its YAML suffix."""
    name = path.rsplit("/", 1)[-1]
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def has_suffix(path: str) -> bool:
    """Whether a path ends like a YAML file."""
    return path.endswith(_SUFFIXES)
