"""References in scripts: shell, Makefiles, Dockerfiles, `.env`, CI and plain formats."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from posixpath import basename, dirname
from typing import NamedTuple

from migrate.references.comments import Comments
from migrate.references.elsewhere import RemoteInput
from migrate.references.found import Kind, NameMatch, in_text
from migrate.references.names import Names
from migrate.references.reference import CERTAIN, LIKELY, Span
from migrate.references.source import SourceText
from migrate.references.spelling import SpelledPiece, SpelledString
from migrate.references.tokens import ANCHOR, LONGEST

_SCRIPTS = (
    ".sh .bash .zsh .ksh .csh .fish .nu .mk .env .sbatch .slurm .pbs .lsf .sge .sub"
    " .ps1 .psm1 .bat .cmd .just .dockerfile .awk"
)
_PLAIN = (
    ".yaml .yml .json .jsonc .json5 .toml .cfg .ini .conf .properties .tmpl .tpl .j2 .jinja .jinja2"
    " .xml .iml .in .service .timer .desktop .jsonnet .libsonnet .cue .code-workspace"
)
_CODE = (
    ".am .bzl .bazel .build .c .cc .cjs .cmake .cpp .cs .cts .cu .cwl .dart .go .gradle .groovy"
    " .h .hcl .hpp .hs .java .jl .js .jsx .kt .lua .mjs .mts .nf .nix .php .pl .proto .r .R .rb"
    " .rs .scala .smk .sql .star .swift .tf .ts .tsx .vue .wdl"
)
_SUFFIXES = tuple(f"{_SCRIPTS} {_PLAIN} {_CODE} .txt".split())
"""A `.txt` that comes here is a list or a script by what stands in it (see `kinds`)."""
_NAMES = re.compile(
    r"(?:GNU)?[Mm]akefile|.*Dockerfile.*|Containerfile|Jenkinsfile.*|Procfile|[Jj]ustfile|\.env.*|run"
    r"|Snakefile|SConstruct|SConscript|Vagrantfile|BUILD|WORKSPACE|Rakefile|Gemfile|Brewfile|crontab"
    r"|Tiltfile|Earthfile|[Mm]akefile\..*"
)
_SPACE = r"[ \t]*"
_VALUE = rf"([\"']?)([\w./\-]+)\4{_SPACE}(?:[;)]{_SPACE})?(?:#.*)?\r?$"
_WITH_EQUALS = (
    rf"^{_SPACE}(?:(?:export|readonly|local|declare -\w+|ENV|ARG|let|const|var|\$) ?{_SPACE})?(\w+)"
    rf"{_SPACE}[:?]?={_SPACE}"
)
_BY_COMMAND = rf"^{_SPACE}(?:ENV|ARG|setenv|set(?: -\w+)?)(?: |\(){_SPACE}(\w+) {_SPACE}"
_BY_KEY = rf"^{_SPACE}(?:- )?([A-Z][A-Z0-9_]*):{_SPACE}"
"""A variable of the environment as YAML writes it."""
_ASSIGNED = re.compile(f"(?:{_WITH_EQUALS}|{_BY_COMMAND}|{_BY_KEY}){_VALUE}", re.MULTILINE)
_GIVEN = re.compile(
    rf"^{_SPACE}(?:(?:export|readonly|local) )?(\w+)="
    rf"([\"']?)\$\{{\w+:?[-=]([\w./\-]+)\}}\2{_SPACE}$",
    re.MULTILINE,
)
"""`D=${D:-configs/train}`."""
_MAY_DIFFER = "the folder in front may be given otherwise"
_BOUND = re.compile(
    r"\b(\w+)[ \t]*[:?+]?=(?!=)|\bfor (\w+) in\b|\bread (?:-\w+ )*(\w+)"
    rf"|{_BY_COMMAND}|{_BY_KEY}",
    re.MULTILINE,
)
_VARIABLE = re.compile(
    r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))|(?:\$\{\{ *env\.|\{\{ *)(\w+) *\}\}|%(\w+)%"
)
_TAIL = re.compile(r"[\"']?(/[\w./\-]+)")


def claims(path: str) -> bool:
    """By suffix or by name; a script without either is taken for one too (see `kinds`)."""
    name = basename(path)
    return name.endswith(_SUFFIXES) or _NAMES.fullmatch(name) is not None


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in commands, and in comments as prose; a variable that is set once is followed."""
    yield from in_script(source, names, *_UNKNOWN if not _known(source) else ())


_UNKNOWN = (LIKELY, "a kind of file that is not known")


def in_script(
    source: SourceText, names: Names, cap: str = CERTAIN, why: str = ""
) -> Iterator[NameMatch]:
    """The same in any text that is a script."""
    values = values_of(source.text) if _VARIABLE.search(source.text) else {}
    comments = Comments(source.path, source.text)
    remote = RemoteInput(source.text)
    for start, end in names.lines(source.text):
        if start in remote:
            continue
        for span, prose in comments.parts(start, end):
            for found in list(_in_words(source, names, span, values, comments.by_line)):
                capped = found._replace(cap=cap, cap_reason=why) if cap != CERTAIN else found
                yield capped._replace(prose=prose)


def _in_words(
    source: SourceText, names: Names, span: Span, values: dict[str, Value], shell: bool
) -> Iterator[NameMatch]:
    """Names that follow a variable of known value or are put together, and all others."""
    followed = [
        *_followed(source, names, span, values),
        *(_joined(source, names, span) if shell else ()),
        *_called(source, names, span),
    ]
    followed.sort(key=lambda one: one[1])
    yield from (found for found, _ in followed)
    starts = [start for _, (start, _) in followed]
    for found in in_text(source, names, span):
        at = found.spelled.where(found.named.start, found.named.end)
        before = bisect_right(starts, at)
        if not before or at >= followed[before - 1][1][1]:
            yield found


def _known(source: SourceText) -> bool:
    return claims(source.path) or source.text.startswith("#!")


def check(path: str, before: str, after: str) -> None:
    """A script has no form that could be checked without running it."""


class Value(NamedTuple):
    """What a variable stands for; `cap_reason` says why it may stand for something else."""

    text: str
    cap: str = CERTAIN
    cap_reason: str = ""


def values_of(text: str) -> dict[str, Value]:
    """Variables with one plain value in the whole file."""
    bound = Counter(name for match in _BOUND.finditer(text) for name in match.groups() if name)
    found = {
        **{m[1] or m[2] or m[3]: Value(m[5].rstrip("/")) for m in _ASSIGNED.finditer(text)},
        **{m[1]: Value(m[3].rstrip("/"), LIKELY, _MAY_DIFFER) for m in _GIVEN.finditer(text)},
    }
    return {name: value for name, value in found.items() if bound[name] == 1}


def _followed(
    source: SourceText, names: Names, span: Span, values: dict[str, Value]
) -> Iterator[tuple[NameMatch, Span]]:
    """Names that start with a variable of known value, such as `$CONFIGS/train/a.yaml`."""
    for match in _VARIABLE.finditer(source.text, *span) if values else ():
        value = values.get(next(filter(None, match.groups())))
        tail = _TAIL.match(source.text, match.end(), span[1])
        if value is None or tail is None:
            continue
        spelled = SpelledString([SpelledPiece(value.text), SpelledPiece(tail[1], *tail.span(1))])
        for named in names.find(spelled.text, source.path):
            found = NameMatch(spelled, named, cap=value.cap, cap_reason=value.cap_reason)
            yield found, (match.start(), tail.end())


_PART = r"[\w./\-@+~]+"
_QUOTED = r"\"[\w./\-@+~]*\"|'[\w./\-@+~]*'"
_JOINED = re.compile(
    rf"(?<![\w./\-@+~\"'\\$}}])(?:{_PART}(?:{_QUOTED})|(?:{_QUOTED})(?:{_PART}|{_QUOTED}))"
    rf"(?:{_PART}|{_QUOTED})*"
)
_QUOTES = "\"'"


def _joined(source: SourceText, names: Names, span: Span) -> Iterator[tuple[NameMatch, Span]]:
    """Names that a shell joins from quoted parts and others, such as `configs/train/'p'.yaml`."""
    for match in _JOINED.finditer(source.text, *span):
        if match.end() - match.start() > LONGEST:
            continue
        pieces = []
        for part in re.finditer(f"{_PART}|{_QUOTED}", match.group()):
            start, end = (match.start() + offset for offset in part.span())
            quoted = part.group()[0] in _QUOTES
            pieces.append(SpelledPiece(part.group().strip(_QUOTES), start + quoted, end - quoted))
        spelled = SpelledString(pieces)
        for named in names.find(spelled.text, source.path):
            if len(spelled.cut(named.start, named.end)) > 1:
                yield NameMatch(spelled, named), match.span()


_CALL = re.compile(
    r"\b(?:file\.path|joinpath|path\.(?:join|resolve)|filepath\.Join|File\.join|Paths\.get|Path\.of"
    r"|Path\.Combine|here)\(([^()\n]{1,1000})\)"
)
_ARGUMENT = re.compile(r"\s*(?:@?(__dirname|__DIR__)|\"([^\"\\\n]*)\"|'([^'\\\n]*)')\s*(?:,|\Z)")


def _called(source: SourceText, names: Names, span: Span) -> Iterator[tuple[NameMatch, Span]]:
    """Names that other languages join by a call, such as `file.path("configs", "a.yaml")`."""
    for match in _CALL.finditer(source.text, *span):
        pieces: list[SpelledPiece] = []
        position = 0
        for part in _ARGUMENT.finditer(match[1]):
            if part.start() != position:
                break
            position = part.end()
            here, number = part[1] is not None, 2 if part[2] is not None else 3
            start, end = (match.start(1) + offset for offset in part.span(number))
            folder = SpelledPiece(f"{ANCHOR}{dirname(source.path) or '.'}")
            pieces += [SpelledPiece("/", joint=True)] if pieces else []
            pieces.append(folder if here else SpelledPiece(part[number], start, end))
        spelled = SpelledString(pieces if position == len(match[1]) else [])
        for named in names.find(spelled.text, source.path):
            yield NameMatch(spelled, named), match.span()


KIND = Kind("shell", claims, find, check)
