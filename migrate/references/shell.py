"""References in scripts: shell, Makefiles, Dockerfiles, `.env`, CI and plain formats."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from posixpath import basename

from migrate.references.found import Found, Kind, in_text
from migrate.references.names import Names
from migrate.references.reference import CERTAIN, LIKELY, Span
from migrate.references.source import Source
from migrate.references.spelling import Piece, Spelled

_SCRIPTS = ".sh .bash .zsh .fish .mk .env .sbatch .slurm .pbs .ps1 .bat .cmd .just .dockerfile"
_PLAIN = ".yaml .yml .json .jsonc .json5 .toml .cfg .ini .conf .properties .tmpl .j2 .xml .iml .in"
_CODE = (
    ".c .cc .cpp .cu .h .hpp .cmake .cs .dart .go .gradle .groovy .hcl .java .jl .js .jsx .kt .lua"
    " .mjs .nix .php .pl .r .R .rb .rs .scala .swift .tf .ts .tsx"
)
_SUFFIXES = tuple(f"{_SCRIPTS} {_PLAIN} {_CODE} .txt".split())
"""A `.txt` that comes here is a list or a script by what stands in it (see `kinds`)."""
_NAMES = re.compile(
    r"(?:GNU)?[Mm]akefile|.*Dockerfile.*|Containerfile|Jenkinsfile.*|Procfile|[Jj]ustfile|\.env.*|run"
    r"|Snakefile|SConstruct|SConscript|Vagrantfile|BUILD|WORKSPACE|Rakefile|Gemfile|Brewfile"
)
_SPACE = r"[ \t]*"
_ASSIGNED = re.compile(
    rf"^{_SPACE}(?:(?:export|readonly|local|declare -\w+|ENV|ARG) {_SPACE})?(\w+)"
    rf"(?:{_SPACE}[:?]?={_SPACE})"
    rf"([\"']?)([\w./\-]+)\2{_SPACE}(?:#.*)?\r?$",
    re.MULTILINE,
)
_SET = re.compile(r"\b(\w+)\+?=")
_BOUND = re.compile(r"\b(\w+)\+?=|\bfor (\w+) in\b|\bread (?:-\w+ )*(\w+)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_TAIL = re.compile(r"[\"']?(/[\w./\-]+)")
_QUOTED_OR_HASH = re.compile(r"\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:(?<=\s)|\A)#")


def claims(path: str) -> bool:
    """By suffix or by name; a script without either is taken for one too (see `kinds`)."""
    name = basename(path)
    return name.endswith(_SUFFIXES) or _NAMES.fullmatch(name) is not None


def find(source: Source, names: Names) -> Iterator[Found]:
    """Names in commands, and in comments as prose; a variable that is set once is followed."""
    yield from in_script(source, names, *_UNKNOWN if not _known(source) else ())


_UNKNOWN = (LIKELY, "a kind of file that is not known")


def in_script(source: Source, names: Names, cap: str = CERTAIN, why: str = "") -> Iterator[Found]:
    """The same in any text that is a script."""
    values = constants(source.text)
    for start, end in names.lines(source.text):
        comment = start + _comment(source.text[start:end])
        for span, prose in (((start, comment), False), ((comment, end), True)):
            found = list(_in_words(source, names, span, values))
            yield from (Found(f.spelled, f.named, prose, cap=cap, cap_reason=why) for f in found)


def _in_words(source: Source, names: Names, span: Span, values: dict[str, str]) -> Iterator[Found]:
    """Names that follow a variable of known value, and all others."""
    followed = list(_followed(source, names, span, values))
    yield from (found for found, _ in followed)
    starts = [start for _, (start, _) in followed]
    for found in in_text(source, names, span):
        at = found.spelled.where(found.named.start, found.named.end)
        before = bisect_right(starts, at)
        if not before or at >= followed[before - 1][1][1]:
            yield found


def _known(source: Source) -> bool:
    return claims(source.path) or source.text.startswith("#!")


def check(path: str, before: str, after: str) -> None:
    """A script has no form that could be checked without running it."""


def constants(text: str) -> dict[str, str]:
    """Variables with one plain value in the whole file."""
    bound = [name for match in _BOUND.finditer(text) for name in match.groups() if name]
    bound += [m[1] for m in _ASSIGNED.finditer(text) if m[1] not in _SET.findall(m[0])]
    often = Counter(bound)
    return {m[1]: m[3].rstrip("/") for m in _ASSIGNED.finditer(text) if often[m[1]] == 1}


def _comment(line: str) -> int:
    """Where a line's comment begins; its length if it has none."""
    if line.startswith("#!"):
        return len(line)
    for match in _QUOTED_OR_HASH.finditer(line):
        if match.group() == "#":
            return match.start()
    return len(line)


def _followed(
    source: Source, names: Names, span: Span, values: dict[str, str]
) -> Iterator[tuple[Found, Span]]:
    """Names that start with a variable of known value, such as `$CONFIGS/train/a.yaml`."""
    for match in _VARIABLE.finditer(source.text, *span):
        value = values.get(match[1] or match[2] or match[3])
        tail = _TAIL.match(source.text, match.end(), span[1])
        if value is None or tail is None:
            continue
        spelled = Spelled([Piece(value), Piece(tail[1], *tail.span(1))])
        for named in names.find(spelled.text, source.path):
            yield Found(spelled, named), (match.start(), tail.end())


KIND = Kind("shell", claims, find, check)
