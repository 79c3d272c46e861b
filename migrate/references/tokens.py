"""Find the words in a text that can be paths, with variables and wildcards as part of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from migrate.locations import SUFFIXES
from migrate.references.elsewhere import is_elsewhere
from migrate.trees import globs as path_globs

ANCHOR = "\x01"
"""Stands before a path that is known to be relative to the root, whatever file holds it."""

LONGEST = 4096
"""Characters of the longest path that an operating system takes; a longer word is none."""

_REACH = "{0,200}"
"""How far a variable may reach: no text makes the search look at each place over and over."""

VARIABLE = (
    # ${{ github.workspace }} and {{ jinja }}; in quotes in them stands what may be a path.
    rf"\$\{{\{{[^}}\n\"']{_REACH}\}}\}}"
    rf"|\{{\{{[^}}\n\"']{_REACH}\}}\}}"
    r"|\$\{\w{1,100}\}|\$\(\w{1,100}(?:\.\w{1,100})?\)"  # ${NAME}, make's $(NAME)
    rf"|\$\{{\w{{1,100}}[%#][^}}\n]{_REACH}\}}(?=/)"  # ${0%/*}/
    rf"|\$\([^()\n]{_REACH}(?:\([^()\n]{_REACH}\)[^()\n]{_REACH})?\)(?=[\"']?/)"  # $(pwd)/
    r"|\$\w+\$(?=[/\\])|\$\w+"  # $PROJECT_DIR$/ of an editor
    rf"|\{{[^{{}}\s\"':=/]{_REACH}(?::[\w.<>^+]{{0,40}})?\}}"  # {name}, {}, {:02d}, {sft,grpo}
    r"|%\(\w{1,100}\)[sd]|%[sd]|%(?=\.ya?ml\b)"  # the last one is make's
    r"|(?<=[/_\-.])<[\w-]{1,100}>"  # <name> in docs
)
GLOB = (
    r"\*+|\?|\[[^\]\s/.\"']{1,20}\]"
    r"|\((?:\?:)?[\w.\-]{1,100}(?:\|[\w.\-]{1,100}){1,20}\)"  # (train|smoke) of an expression
)

DYNAMIC = re.compile(f"{VARIABLE}|{GLOB}")
"""What a word holds that only the run, or a shell, knows."""

_PREFIX = re.compile(rf"(?:(?:{VARIABLE})[\"']?/)+")
_FRONT = re.compile(r"\\[nt](?=[\w.])|@|[-+]+(?=[\w./$])|_{1,2}(?=configs)|\*+(?=[\w.$])")
_DEFAULT = re.compile(r"\w+[-+](?=[\w./$])")
"""In front of the value in the shell's `${V-value}`; in `${V:-value}` the colon ends a word."""
_BACK = re.compile(r"(\.ya?ml)([.?_]+|\*+)\Z")


@lru_cache(maxsize=8)
def _pattern(letters: str) -> re.Pattern[str]:
    """The pattern of one word; non-ASCII letters are part of it only if some path has them.

    Text without spaces between words, such as Chinese, may touch a path on both sides.
    """
    extra = re.escape(letters)
    word = rf"[A-Za-z0-9_.\-/~@+{ANCHOR}{extra}]|(?<=\}})\"(?=/)"
    word += r"|\\\\?(?=\.)|(?<!\.yaml)(?<!\.yml)\\\\?(?=[A-Za-z0-9_])"  # no `a.yaml\n`
    word += r"|\\(?=/\w)"  # configs\/train\/p.yaml
    word += r"|(?<=/)[\"'](?=\$)|(?<=[\w}])[\"'](?=\.ya?ml\b)"  # configs/train/"$C".yaml
    return re.compile(f"(?:{VARIABLE}|{GLOB}|{word})+")


def letters_of(paths: Iterable[str]) -> str:
    """The characters of paths that are no ASCII."""
    return "".join(sorted({letter for path in paths for letter in path if ord(letter) > 127}))


def words(
    text: str, start: int, end: int, stems: re.Pattern[str], letters: str = "", before: str = ""
) -> Iterator[tuple[int, str]]:
    """Each word that may be a path, trimmed, with its offset. URLs and remote paths are none.

    `before` is what stands in front of the text.
    """
    if not (stems.search(text, start, end) or DYNAMIC.search(text, start, end)):
        return  # no word of it could pass below
    for match in _pattern(letters).finditer(text, start, end):
        word, at = match.group(), match.start()
        if len(word) > LONGEST:
            continue
        if not (stems.search(word) or dynamic(word)) or is_elsewhere(text, at, word, before):
            continue
        if text[at - 1 : at] == "\\" and word[0] in "nrt":  # "a.yaml\nb.yaml"
            word, at = word[1:], at + 1
        front = _DEFAULT.match(word) if text[at - 2 : at] == "${" else _FRONT.match(word)
        if front and (front.group()[0] not in "-+" or text[at - 1 : at] == ":"):
            word, at = _unfront(word, at, front)
        back = _BACK.search(word)
        if back and (back[2][0] != "*" or (front and front.group().startswith("*"))):
            word = word[: back.start(2)]
        yield at, word


def _unfront(word: str, at: int, front: re.Match[str]) -> tuple[str, int]:
    """Without `**` of bold text (`**/` is a glob), `@` of a file argument and the like."""
    return word[front.end() :], at + front.end()


def dynamic(word: str) -> bool:
    """Whether a word has a variable or a wildcard in it."""
    return DYNAMIC.search(word) is not None


def split_prefix(word: str) -> tuple[str, str]:
    """The variables that a word starts with, slash included, and the rest."""
    match = _PREFIX.match(word)
    return (match.group(), word[match.end() :]) if match else ("", word)


class Pattern:
    """What a word with variables and wildcards can stand for.

    A variable fills a part of one path segment; `**` crosses folders, `*` does not. A word with
    many such parts is read as what stands in front of the first and behind the last one.
    """

    def __init__(self, word: str) -> None:
        parts = list(DYNAMIC.finditer(word))
        globs = [""] if _few(parts) else [word[: parts[0].start()] + "**"]
        position = 0
        for part in parts if _few(parts) else ():
            between = word[position : part.start()]
            meanings = _meanings(part.group())
            if len(globs) * len(meanings) > _ALTERNATIVES:
                meanings = ["*"]
            globs = [glob + between + one for glob in globs for one in meanings]
            position = part.end()
        # `<name>` is a variable behind a slash alone, which a relative path may have lost.
        self.tail = word[parts[-1].end() :] if parts else word
        self.globs = [glob + self.tail for glob in globs]
        self.head = word[: parts[0].start()] if parts else word
        # `**/` may stand for nothing, with its slash.
        self.tail = self.tail.removeprefix("/")

    def matches(self, path: str) -> bool:
        """Whether the word can stand for this path."""
        if not (path.startswith(self.head) and path.endswith(self.tail)):
            return False
        return path_globs.matches(path, self.globs)


_FEW = 4
"""So many variables and wildcards are looked at one by one."""

_ALTERNATIVES = 64
"""More spellings by `{a,b}{c,d}` than this are read as any text."""


def _few(parts: Sequence[re.Match[str]]) -> bool:
    return len(parts) <= _FEW


@lru_cache(maxsize=4096)
def as_pattern(word: str) -> Pattern:
    """The pattern of a word."""
    return Pattern(word)


def _meanings(part: str) -> list[str]:
    """The globs that a part stands for: a few alternatives, or any text inside of a segment."""
    if part.startswith("**"):
        return ["**"]
    if part[0] in "*?[":
        return [part]
    if part[0] == "(":
        return part[1:-1].removeprefix("?:").split("|")
    if part.startswith("{") and "," in part:
        return part[1:-1].split(",")
    return ["?*"]


def stem(path: str) -> str:
    """The last segment without its YAML suffix."""
    name = path.rsplit("/", 1)[-1]
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def as_glob(word: str) -> str:
    """The glob of a regular expression for paths; a word that is none stays as it is."""
    if "\\." not in word:
        return word
    return re.sub(r"\.[*+]\??", "*", word).replace("\\.", ".")


def has_suffix(path: str) -> bool:
    """Whether a path ends like a YAML file."""
    return path.endswith(SUFFIXES)
