"""Where things are: key paths, and places such as `configs/a.yaml:3:5`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

KeyPath = tuple[Any, ...]
"""Keys from the root of a config down; list positions are `Index`."""


COMPONENTS = ("configs/components/**",)
"""Where the components are, if the user does not say."""

BASE = "configs/base.yaml"
"""The base that stays, if the user does not say."""

LEGACY = "configs/legacy"
"""The frozen copy of the old configs, relative to the root."""

SUFFIXES = (".yaml", ".yml")
"""How the names of YAML files end."""

PRIVATE = ".migrate"
"""The journal, the lock, trust and what `verify` recalls, relative to the root."""


class Index(int):
    """A position in a list, so that a path never takes it for an integer key."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and int(self) == int(other)

    def __hash__(self) -> int:
        return hash(("Index", int(self)))


class Place(NamedTuple):
    """A file, and where in it: 1-based line and column, 0 for "the file as a whole"."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [printable(self.path)]
        if self.line:
            parts.append(str(self.line))
        if self.column:
            parts.append(str(self.column))
        return ":".join(parts)


_BARE = r"[^\W\d][\w\-/@+]*\Z"


def overlap(path: KeyPath, other: KeyPath) -> bool:
    """Whether one key path is the other, or lies within it."""
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]


def dotted(path: KeyPath) -> str:
    """Spell a key path for people: `custom.augmentation.ops[3]."a.b"`."""
    out = ""
    for part in path:
        if isinstance(part, Index):
            out += f"[{int(part)}]"
        else:
            out += ("." if out else "") + spell_key(part)
    return out or "(root)"


_LONG_BITS = 8192


@lru_cache(maxsize=4096)
def _spell_text(key: str) -> str:
    if re.match(_BARE, key):
        return key
    import json  # only for keys that are no plain words

    quoted = json.dumps(key, ensure_ascii=False)
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match.group()):04x}", quoted)


def spell_key(key: Any) -> str:
    """One key of a path: bare where that is unambiguous, else as JSON; `<int>3` if no text."""
    if isinstance(key, str):
        return _spell_text(key)
    if key is None:
        return "<null>"
    if isinstance(key, bool):
        return f"<bool>{str(key).lower()}"
    # Python refuses to print some 4,300 decimal digits.
    text = hex(key) if isinstance(key, int) and key.bit_length() > _LONG_BITS else str(key)
    return printable(f"<{type(key).__name__}>{text}")


_PART = r"""(?P<quoted>"(?:[^"\\]|\\.)*")
    |\[(?P<index>\d+)\]
    |(?P<null><null>)
    |<bool>(?P<bool>true|false)
    |<int>(?P<int>-?(?:0x[0-9a-f]+|\d+))
    |<float>(?P<float>-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|inf))
    |<date>(?P<date>\d{4}-\d\d-\d\d)
    |(?P<bare>[^.\[\]"]+)"""


def _unquoted(text: str) -> Any:
    import json  # only for keys that are no plain words

    return json.loads(text)


def _date(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


_READ: dict[str, Callable[[str], Any]] = {
    "quoted": _unquoted,
    "index": Index,
    "null": lambda _: None,
    "bool": lambda text: text == "true",
    "int": lambda text: int(text, 16 if "0x" in text else 10),
    "float": float,
    "date": _date,
    "bare": str,
}


@lru_cache(maxsize=4096)
def parse_dotted(text: str) -> KeyPath:
    """Read what `dotted` writes. Raises ValueError where the text is not a key path."""
    parts: list[Any] = []
    position = 0
    part = re.compile(_PART, re.VERBOSE)
    while position < len(text):
        if parts and text[position] == ".":
            position += 1
        match = part.match(text, position)
        if match is None or match.lastgroup is None:
            raise ValueError(f"not a key path: {text!r}")
        parts.append(_READ[match.lastgroup](match.group(match.lastgroup)))
        position = match.end()
    return tuple(parts)


_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def printable(text: str) -> str:
    """Text that may be shown: control characters and terminal escapes become `\\x1b` and so on."""
    if text.isprintable():
        return text
    return re.sub(_UNSAFE, _escape, text).replace("\n", "\\n").replace("\t", "\\t")


def printable_block(text: str) -> str:
    """Like `printable`, but line feeds and tabs stay: for diffs and file contents."""
    lines = text.split("\n")
    if all(map(str.isprintable, lines)):
        return text
    return "\n".join(re.sub(_UNSAFE, _escape, line) for line in lines)


_PAINT = r"(\x1b\[[0-9;]*m)"


def printable_painted(text: str) -> str:
    """Like `printable_block`, but the colours that we put there ourselves stay."""
    pieces = re.split(_PAINT, text)
    return "".join(
        piece if number % 2 else printable_block(piece) for number, piece in enumerate(pieces)
    )


_UNSAFE_JSON = "[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def printable_json(text: str) -> str:
    """JSON that may be shown: what JSON leaves and a terminal may obey becomes `\\u009b`."""
    if all(map(str.isprintable, text.split("\n"))):
        return text
    return re.sub(_UNSAFE_JSON, lambda match: f"\\u{ord(match.group()):04x}", text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def join(base_file: str, relative: str) -> str:
    """The root-relative path that `relative` means when `base_file` names it."""
    folder, slash, _ = base_file.rpartition("/")
    return _joined(folder or slash, relative)


@lru_cache(maxsize=16384)
def _joined(folder: str, relative: str) -> str:
    """The same few files are named again and again."""
    return posixpath.normpath(posixpath.join(folder, relative))


def relative(path: str, from_file: str) -> str:
    """How `from_file` names `path`; both are relative to the root."""
    return posixpath.relpath(path, posixpath.dirname(from_file) or ".")


def outside(path: str) -> bool:
    """Whether a normalised root-relative path leaves the root."""
    return path.startswith(("../", "/")) or path == ".."


def parents(path: str) -> Iterator[str]:
    """The folders above a root-relative path, innermost first, without the root itself."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders above some root-relative paths, without the root itself."""
    found: set[str] = set()
    innermost = {path.rpartition("/")[0] for path in paths}
    while innermost := innermost - found - {""}:
        found |= innermost
        innermost = {folder.rpartition("/")[0] for folder in innermost}
    return found


def shortened(text: str, limit: int) -> str:
    """A text cut in the middle to at most `limit` characters (0: never cut)."""
    if not limit or len(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
