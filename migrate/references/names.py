"""Which config a written path names, how sure that is, and how another config is named alike."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from migrate.errors import MigrateError
from migrate.locations import SUFFIXES, folders_of, join, outside, relative
from migrate.references.elsewhere import repository_of
from migrate.references.forms import (
    Form,
    Respell,
    bare,
    dotted,
    keep_start,
    listed,
    slashed,
    without,
)
from migrate.references.reference import CERTAIN, LIKELY, NOTE
from migrate.references.renames import Renames
from migrate.references.tokens import (
    ANCHOR,
    DYNAMIC,
    as_glob,
    as_pattern,
    dynamic,
    has_suffix,
    letters_of,
    split_prefix,
    stem,
    words,
)
from migrate.references.traces import Traces
from migrate.trees.git import remotes
from migrate.trees.tree import Tree, disk_below

_ROOTS = re.compile(
    r"(?:\w*_)?(?:ROOT|REPO|PROJECT|WORKSPACE|PWD|CURDIR)(?:_DIR|_ROOT|_PATH)?|CI_PROJECT_DIR"
    r"|pwd|git rev-parse --show-toplevel|github\.workspace|project_root|workspaceFolder"
    r"|Build\.SourcesDirectory|System\.DefaultWorkingDirectory|(?:CMAKE|PROJECT)_SOURCE_DIR",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"(?:\w*_)?(?:HERE|(?:SCRIPT|THIS|SELF|CURRENT|FILE)_?(?:DIR|PATH)?)|.*dirname.*|0%/\*"
    r"|CMAKE_CURRENT_(?:SOURCE|LIST)_DIR|path\.module",
    re.IGNORECASE,
)
_CONFIGS = re.compile(r"\w*(?:CONFIG|CFG|CONF)\w*", re.IGNORECASE)
_LAUNCHER = re.compile(
    r"(?:config|preset|cfg)[\w\-]*[\"']?[\s=:,(]+[rRbBfFuU]?[\"']?\Z", re.IGNORECASE
)

_NO_QUOTES = str.maketrans("", "", "\"'")
_QUOTES = frozenset("\"'")
_EXPRESSION = "is a regular expression"
_BESIDE_CODE = re.compile(r"(?:__dirname|__DIR__|dirname\(\w*\))\s*[+.*]\s*[\"'`]\Z")
"""The folder of a file, in languages that put a text with a slash behind it."""
_FOLDER = re.compile(r"/\Z|\A\.{1,2}/")
_GLUED = re.compile(r"-[A-Za-z]")
"""An option of one letter with its value right behind it."""
_ANYWHERE = re.compile(r"\*\*?/(?=[\w.])")
"""A pattern for any folder, with a fixed name behind it."""

_ENDED = re.compile(r"\.ya?ml\Z|\*\Z|\{[\w.,]+\}\Z")

PATTERN_TESTS = 2_000_000
"""How often patterns of one file are held against a path: some seconds."""


class Use(NamedTuple):
    """What the place of a text says about paths in it.

    `strict` is `relative` where only a path relative to the file has a meaning (`extends`), `link`
    where such a path comes first (a document's link). `bare` is the certainty of a lone file name
    beside the file. `before` is the source in front of the text.
    """

    strict: str = ""
    bare: str = LIKELY
    before: str = ""


PLAIN = Use()


class NameSpan(NamedTuple):
    """A stretch of text that names a config; `respell` gives the same kind of name for another."""

    start: int
    end: int
    target: str
    certainty: str
    respell: Respell
    reason: str = ""
    also: tuple[str, ...] = ()


class Names:
    """Reads names of the targets in texts."""

    def __init__(self, renames: Renames, tree: Tree, files: frozenset[str]) -> None:
        self.targets = renames.targets
        self.file_targets = sorted(filter(has_suffix, self.targets))
        """Without folders, which no pattern is held against."""
        self.root = renames.config_root
        self.composing = renames.composing
        self.tree = tree
        self.files = files
        self.configs = sorted(file for file in files if has_suffix(file))
        self.folders = frozenset(folders_of(files))
        self.stems = frozenset(map(stem, self.targets))
        self.letters = letters_of(self.targets)
        self.overrun = False
        """Whether some pattern was not looked into since `begin`."""
        self.looked_outside = False
        """Whether what was found since `begin` depends on more than texts and paths."""
        self._tests = 0
        self._tails: dict[str, list[str]] = {}
        self._hits: dict[str, tuple[list[str], list[str]]] = {}
        self.any_stem = re.compile("|".join(map(re.escape, sorted(self.stems))) or r"(?!)")
        self._in_lines = re.compile(f"{self.any_stem.pattern}|{DYNAMIC.pattern}")

    @property
    def remotes(self) -> frozenset[str]:
        """The repositories on forges that are this one's, by what its git says of its remotes."""
        self.looked_outside = True
        return self._remotes

    @cached_property
    def _remotes(self) -> frozenset[str]:
        disk = disk_below(self.tree)
        with suppress(MigrateError):  # a scan goes without
            return frozenset(map(repository_of, remotes(disk.root))) if disk else frozenset()
        return frozenset()

    @cached_property
    def traces(self) -> Traces:
        """What a text holds that names a target."""
        return Traces(self.targets, self.root)

    def begin(self) -> None:
        """Another file: it may hold as many patterns as any."""
        self.overrun, self.looked_outside, self._tests = False, False, 0

    def may_hold(self, text: str) -> bool:
        """Whether a text may hold a name: a stem, or a path that has something dynamic."""
        return self.any_stem.search(text) is not None or ("/" in text and dynamic(text))

    def lines(self, text: str) -> Iterator[tuple[int, int]]:
        """The lines that may hold a name, their ends included."""
        end = 0
        while match := self._in_lines.search(text, end):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end()) + 1 or len(text)
            yield start, end

    def find(
        self, text: str, file: str, use: Use = PLAIN, span: tuple[int, int] | None = None
    ) -> Iterator[NameSpan]:
        """Every name in a text, in order."""
        start, end = span or (0, len(text))
        for at, word in words(text, start, end, self.any_stem, self.letters, use.before):
            named = self._read(text, at, word, file, use)
            if named is not None:
                yield named

    def _read(self, text: str, at: int, word: str, file: str, use: Use) -> NameSpan | None:
        prefix, rest = split_prefix(word)
        if _GLUED.match(rest) and rest.startswith(self.root + "/", 2):  # -cconfigs/train/a.yaml
            at, word, rest = at + 2, word[2:], rest[2:]
        if dynamic(rest):
            return self._pattern(at, word, prefix, rest, file)
        if "\\/" in rest or "\\." in rest or set(rest) & _QUOTES:
            marked = self._escaped_slashes if "\\/" in rest else self._marked
            return marked(at, word, rest, file, use)
        if stem(rest.replace("\\", "/").rstrip("/")) not in self.stems:
            return None
        if prefix:
            found = self._after_variable(prefix, rest, file)
            return NameSpan(at + len(prefix), at + len(word), *_fields(found)) if found else None
        before = use.before + text[max(0, at - 60) : at]
        if "\\" in rest:
            return self._backslashes(at, rest, file, use)
        cut = self._absolute(rest, use)
        if rest.startswith("/") and _BESIDE_CODE.search(before):
            cut, found = 1, self._beside(rest[1:], file, CERTAIN)
        elif cut:
            found = self._exact(rest[cut:], LIKELY, "an absolute path; taken to be this tree's")
        else:
            found = self._static(rest, file, use, before)
        return NameSpan(at + cut, at + len(word), *_fields(found)) if found else None

    # Static names.

    def _static(self, word: str, file: str, use: Use, before: str) -> Form | None:
        if word.startswith(ANCHOR):
            return self._anchored(word)
        if use.strict == "relative":
            return self._beside(word, file, CERTAIN)
        if use.strict == "link":
            return self._link(word, file)
        exact = self._exact(word, CERTAIN)
        if exact:
            return self._unless_nearer(exact, word, file)
        if has_suffix(word):
            beside = self._beside(word, file, CERTAIN if "/" in word else use.bare)
            return beside or self._short(word, CERTAIN) or self._above(word, file)
        return self._folder(word, file) or self._launched(word, before)

    def _folder(self, word: str, file: str) -> Form | None:
        """`components/` or `../components` in a file that stands beside or below."""
        form = self._beside(word, file, LIKELY) if _FOLDER.search(word) else None
        return form._replace(reason="relative to this file's folder") if form else None

    def _launched(self, word: str, before: str) -> Form | None:
        """A name without a suffix, as launchers take it."""
        sure = _LAUNCHER.search(before) is not None
        reason = "" if sure else "may be another kind of name, such as a run's"
        return self._short(word, CERTAIN if sure else LIKELY, reason, before)

    def _exact(self, word: str, certainty: str, reason: str = "") -> Form | None:
        """The path from the root, with or without its suffix."""
        path = posixpath.normpath(word)
        dot = "./" if word.startswith("./") else ""
        slash = "/" if word.endswith("/") else ""  # a folder
        if path in self.targets:
            return Form(path, certainty, lambda new: dot + new + slash, reason)
        if has_suffix(path) or not path.startswith(self.root + "/"):
            return None
        for suffix in SUFFIXES:
            if path + suffix in self.targets:
                if path in self.folders:
                    certainty, reason = LIKELY, "a folder has this name too"
                return Form(path + suffix, certainty, without(suffix, dot), reason)
        return None

    def _unless_nearer(self, form: Form, word: str, file: str) -> Form:
        """A file of the same name relative to the referring file makes it a guess."""
        nearer = join(file, word)
        if nearer != form.target and nearer in self.files:
            return Form(form.target, LIKELY, form.respell, f"may mean {nearer}")
        return form

    def _beside(self, word: str, file: str, certainty: str) -> Form | None:
        """Relative to the file that holds it."""
        path = join(file, word)
        if path not in self.targets:
            return None
        dot = "./" if word.startswith("./") else ""
        slash = "/" if word.endswith("/") else ""  # a folder
        return Form(path, certainty, lambda new: dotted(relative(new, file), dot) + slash)

    def _link(self, word: str, file: str) -> Form | None:
        if word.startswith("/"):
            exact = self._exact(word[1:], CERTAIN)
            return Form(exact.target, CERTAIN, slashed(exact.respell)) if exact else None
        beside = self._beside(word, file, CERTAIN)
        if beside or join(file, word) in self.files:
            return beside
        return self._exact(
            word, LIKELY, "leads nowhere from this file, but is the path from the root"
        )

    def _short(self, word: str, certainty: str, reason: str = "", before: str = "") -> Form | None:
        """Relative to the folder of configs; a lone name only as a launcher's option."""
        if "/" not in word and (has_suffix(word) or not re.search(r"=[\"']?\Z", before)):
            return None
        if "/" not in word and not _LAUNCHER.search(before):
            return None
        if word.startswith("../"):
            return None
        path = posixpath.normpath(f"{self.root}/{word}")
        for suffix in ("",) if has_suffix(path) else SUFFIXES:
            if path + suffix in self.targets:
                return Form(path + suffix, certainty, self._shortened(suffix, word), reason)
        return None

    def _shortened(self, suffix: str, word: str) -> Respell:
        dot = "./" if word.startswith("./") else ""
        full = without(suffix, dot)

        def respell(new: str) -> str | None:
            below = new.startswith(self.root + "/")
            return full(new[len(self.root) + 1 :]) if below else None

        return respell

    def _above(self, word: str, file: str) -> Form | None:
        """`../configs/a.yaml` that resolves nowhere: written for another working directory."""
        rest = re.sub(r"\A(?:\.\./)+", "", word)
        if rest == word or outside(join(file, word)) or join(file, word) in self.files:
            return None
        form = self._exact(rest, LIKELY, "relative to another folder than this file's")
        up = word[: len(word) - len(rest)]
        return Form(form.target, LIKELY, lambda new: up + new, form.reason) if form else None

    def _anchored(self, word: str) -> Form | None:
        """A path whose start the code computes: what can stay of its folders stays."""
        path = posixpath.normpath(word[1:])
        suffixes = ("",) if has_suffix(path) else ("", *SUFFIXES)
        for suffix in suffixes:
            if path + suffix in self.targets:
                return Form(path + suffix, CERTAIN, keep_start(word, suffix))
        return None

    # Names with a variable or something unusual in front.

    def _absolute(self, word: str, use: Use) -> int:
        """Where the path from the root begins in an absolute one; 0 if it is none."""
        if use.strict or not re.match(r"/|~/|[A-Za-z]:/", word):
            return 0
        return word.find(f"/{self.root}/") + 1

    def _after_variable(self, prefix: str, rest: str, file: str) -> Form | None:
        name = prefix.strip("/").strip("\"'").strip("${}() ")
        if rest.startswith(".."):
            sure = CERTAIN if _HERE.fullmatch(name) else LIKELY
            return self._beside(rest, file, sure)
        if _HERE.fullmatch(name):
            return self._beside(rest, file, CERTAIN)
        form = self._exact(rest, CERTAIN if _ROOTS.fullmatch(name) else LIKELY)
        if form:
            reason = "" if form.certainty == CERTAIN else "the folder in front is not known"
            return Form(form.target, form.certainty, form.respell, form.reason or reason)
        if has_suffix(rest) and ("/" in rest or _CONFIGS.fullmatch(name)):
            path = posixpath.normpath(f"{self.root}/{rest}")
            if path in self.targets:
                reason = "the folder in front is not known"
                return Form(path, LIKELY, self._shortened("", rest), reason)
        return self._tail(rest)

    def _tail(self, rest: str) -> Form | None:
        """A note for what only ends like a target, behind a folder that only the run knows."""
        if not has_suffix(rest):
            return None
        if rest not in self._tails:
            ending = "/" + rest
            self._tails[rest] = sorted(t for t in self.targets if t.endswith(ending))
        hits = self._tails[rest]
        if not hits:
            return None
        reason = "not rewritten: the folder in front is not known; it may be " + listed(hits)
        return Form(hits[0], NOTE, lambda _: None, reason)

    def _escaped_slashes(
        self, at: int, word: str, rest: str, file: str, use: Use
    ) -> NameSpan | None:
        """`configs\\/train\\/a.yaml`, as JSON may have it, and an expression of sed has to."""
        path = rest.replace("\\/", "/")
        form = self._static(path, file, use, "") if "\\" not in path else None
        if form is None:
            return None
        sure = form.certainty if file.endswith((".json", ".ipynb")) else LIKELY

        def respell(new: str) -> str | None:
            text = form.respell(new)
            return text and text.replace("/", "\\/")

        start, end = at + len(word) - len(rest), at + len(word)
        return NameSpan(start, end, form.target, sure, respell, "written with escaped slashes")

    def _backslashes(self, at: int, word: str, file: str, use: Use) -> NameSpan | None:
        """A path of another operating system."""
        path = re.sub(r"\\+", "/", word)
        cut = path.find(f"/{self.root}/") + 1 if path.startswith("/") else 0
        form = (
            self._exact(path[cut:], LIKELY)
            or self._beside(path, file, LIKELY)
            or self._short(path, LIKELY)
        )
        if form is None or use.strict or ("/" in word):
            return None
        bars = re.findall(r"\\+", word)[-1]

        def respell(new: str) -> str | None:
            text = form.respell(new)
            return text and text.replace("/", bars)

        start = word.find(self.root) if cut else 0
        return NameSpan(
            at + start, at + len(word), form.target, LIKELY, respell, "written with backslashes"
        )

    def _marked(self, at: int, word: str, rest: str, file: str, use: Use) -> NameSpan | None:
        """`data\\.yaml` of a regular expression, or a name with quotes in it."""
        path = re.sub(r"\\(?=\.)|[\"']", "", rest)
        if stem(path.replace("\\", "/")) not in self.stems or "\\" in path:
            return None
        form = self._static(path, file, use, "")
        if form is None:
            return None
        what = "has quotes in it" if path == rest.translate(_NO_QUOTES) else _EXPRESSION
        reason = f"not rewritten: the name {what}"
        return NameSpan(at, at + len(word), form.target, NOTE, lambda _: None, reason)

    # Patterns.

    def _pattern(self, at: int, word: str, prefix: str, rest: str, file: str) -> NameSpan | None:
        """A note about what a glob or a formatted string can match today."""
        if not re.search(r"[\w.*?\]})>]\Z", rest) or "/" not in rest.lstrip(ANCHOR):
            return None
        rest = as_glob(rest)
        for glob in self._readings(rest, prefix, file):
            hit, today = self._matching(glob)
            if hit:
                reason = "a pattern, not rewritten; today it can match " + listed(today)
                return NameSpan(
                    at, at + len(word), hit[0], NOTE, lambda _: None, reason, tuple(hit[1:])
                )
        return None

    def _matching(self, glob: str) -> tuple[list[str], list[str]]:
        """The targets that a pattern can match, and if there are any, all configs."""
        if glob not in self._hits:
            self._tests += len(self.file_targets) + len(self.configs)
            if self._tests > PATTERN_TESTS:
                self.overrun = True
                return [], []
            suffixes = ("",) if _ENDED.search(glob) else (".yaml",)
            pattern = as_pattern(glob)
            hit = [
                t for t in self.file_targets if any(pattern.matches(bare(t, s)) for s in suffixes)
            ]
            among = self.configs if hit else ()
            today = [f for f in among if any(pattern.matches(bare(f, s)) for s in suffixes)]
            self._hits[glob] = hit, today
        return self._hits[glob]

    def _readings(self, word: str, prefix: str, file: str) -> Iterator[str]:
        """What a pattern may be relative to; one without a fixed folder says nothing."""
        if word.startswith(ANCHOR):
            yield posixpath.normpath(word[1:])
            return
        word = word.translate(_NO_QUOTES)
        first = re.sub(r"\A(?:\./)+", "", word)
        folder = first.partition("/")[0]
        if folder == self.root:
            yield first
        elif first.startswith("../"):
            yield join(file, word)
        elif _ANYWHERE.match(first):
            yield first
        elif not dynamic(folder) and not first.startswith("/"):
            yield join(file, word)
            yield f"{self.root}/{first}"


def _fields(form: Form) -> tuple[str, str, Respell, str]:
    return form.target, form.certainty, form.respell, form.reason
