"""A cheap check of a file's bytes: may it name a target at all? Most files end here."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from itertools import chain

from migrate.references.any_of import any_of
from migrate.references.renames import Renames
from migrate.references.tokens import has_suffix, stem

_ENDS = b"*}])'\"sd>\\"
"""What stands in front of a suffix whose name is made at run time (`%s.yaml`, `{name}.yaml`)."""

_SEGMENT = re.compile(rb"[\w.+@\-\x80-\xff]*")
_OUTSIDE = b" \t\r\n\"'`/=(,:"
"""What stands in front of a whole segment of a path, and is no part of a name made at run time."""

_REACH = 500
"""Bytes in front of a stem that are looked at: longer than any name of a folder may be."""

_OPTION = re.compile(
    rb"(?:config|preset|cfg)[\w\-\x80-\xff]*[\s=:,(\"'+\\]*(?:[rbfu][\"'])?\Z", re.IGNORECASE
)
"""The word for an option that names a config, in front of its value; it may end one literal, and
the value begin another."""

_DYNAMIC_ENDS = (b"}", b")", b"]", b">", b"*")

_MADE_NAME = re.compile(rb"/[A-Za-z0-9_.\-]*[\"']?[{*$%?\[<(]")
"""A name made at run time, or a pattern, behind a slash."""

_MADE = re.compile(rb"=[\"']?(?:[{%$]|\s*\+|\s+\w*[\"'])")
"""A value that is put together from other parts, which may stand anywhere."""


class Finder:
    """One pass for each literal that C code can search for; sets decide the rest.

    A name of a config shows in bytes as its stem before a YAML suffix, as its stem behind a slash,
    as a launcher's `config=stem`, as `config_name` beside its folder, or as a folder in front of
    something made at run time.
    """

    def __init__(self, renames: Renames) -> None:
        root = renames.config_root
        self.above = _above(renames.targets)
        """The names of the folders above each stem."""
        self.stems = tuple(sorted(self.above))
        self.ends = re.compile(_any(stem[::-1] for stem in self.stems))
        """A stem read backwards."""
        self.longest = max(map(len, self.stems), default=0)
        self.root = _bytes(root)
        self.says_config = b"config" in self.root
        self.inside = "" if root == "." else f"{root}/"
        self.suffix = re.compile(rb"\.ya?ml(?![A-Za-z0-9_])")
        folders = [_bytes(stem(t)) for t in renames.targets if not has_suffix(t)]
        self.going = re.compile(rb"(?<![\w/\-])" + _any(folders) + rb"/") if folders else None
        self.going_names = [folder + b"/" for folder in sorted(set(folders))]
        # One pattern for each slash: one that begins with a literal is searched for by C code.
        self.slashes = [
            (slash, re.compile(re.escape(slash) + _any(self.stems) + rb"(?![A-Za-z0-9_])"))
            for slash in (b"/", b"\\")
        ]
        top = {_bytes(stem(t)) for t in renames.targets if posixpath.dirname(t) == root}
        self.launcher = re.compile(rb"=[\"']?" + _any(top) + rb"(?![A-Za-z0-9_/])") if top else None
        self.half = re.compile(
            rb"config[-_]name[\"']?[\s=:,]+[\"']?(?:[\w./\-]*/)?"
            + _any(self.stems)
            + rb"(?![A-Za-z0-9_/])"
        )
        self.folders = tuple(sorted(_folders(renames)))
        self.computed = re.compile(re.escape(self.root) + rb"(?:/[A-Za-z0-9_\-]+)*/?[\"'\\]")

    def may_name(self, content: bytes, path: str) -> bool:
        """Whether a file must be read properly. Never false for a file that names a target."""
        config = b"config" in content
        rooted = (config or not self.says_config) and self.root in content
        return (
            self._by_suffix(content)
            or self._by_slash(content)
            or (rooted and self._computed(content))
            or (config and self.half.search(content) is not None)
            or ((rooted or path.startswith(self.inside)) and self._by_folder(content))
            or self._by_option(content)
        )

    def _by_suffix(self, content: bytes) -> bool:
        """A stem in front of a suffix; or a name made at run time, behind a folder of targets."""
        made = False
        for match in self.suffix.finditer(content):
            end = match.start()
            while content[end - 1 : end] in (b"'", b'"'):  # configs/train/'p'.yaml
                end -= 1
            if self.ends.match(content[max(0, end - self.longest) : end][::-1]):
                return True
            made = made or (end > 0 and content[end - 1] in _ENDS)
        return made and self._made_below(content)

    def _by_slash(self, content: bytes) -> bool:
        """A stem behind a slash, and in front of that no other folder than the one above it.

        Such as `train/p` or `{folder}/p`, but not `enabled/disabled`: without its suffix, a path
        is read from the root or the folder of configs.
        """
        for slash, pattern in self.slashes:
            if slash in content:
                for match in pattern.finditer(content):
                    if self._leads_there(content, match):
                        return True
        return False

    def _leads_there(self, content: bytes, match: re.Match[bytes]) -> bool:
        start, name = match.start(), match.group()[1:]
        before = content[max(0, start - _REACH) : start][::-1]
        segment = _SEGMENT.match(before)
        length = segment.end() if segment else 0
        folder = before[:length][::-1]
        if length < len(before) and before[length] not in _OUTSIDE:
            return True  # only the run knows what the folder is
        # One stem may begin with another one, and both stand here.
        ends = [name[:end] for end in range(1, len(name) + 1)]
        above = {one for end in ends for one in self.above.get(end, ())}
        return not folder.strip(b".") or any(
            one.endswith(folder) or folder.endswith(one) for one in above
        )

    def _by_folder(self, content: bytes) -> bool:
        """A folder that goes, in front of a slash and behind none.

        That names it from a file in the folder of configs, or behind the name of that folder.
        """
        if self.going is None or not any(name in content for name in self.going_names):
            return False
        return self.going.search(content) is not None

    def _by_option(self, content: bytes) -> bool:
        """A stem as the value of an option that names a config, such as `--config=debug`."""
        if self.launcher is None:
            return False
        starts = [match.start() for match in self.launcher.finditer(content)]
        # Behind what only the run knows, any option may stand.
        if any(content[start - 1 : start] in _DYNAMIC_ENDS for start in starts):
            return True
        made = (match.start() for match in _MADE.finditer(content)) if starts else ()
        return any(_behind_option(content, start) for start in chain(starts, made))

    def _computed(self, content: bytes) -> bool:
        """The folder of configs as a literal, or in front of something made at run time."""
        match = self.computed.search(content)
        while match is not None:
            start = match.start()
            if start and content[start - 1] in b"\"'/":
                return True
            match = self.computed.search(content, start + 1)
        return self._made_below(content)

    def _made_below(self, content: bytes) -> bool:
        """Something made at run time, right below a folder of targets."""
        for match in _MADE_NAME.finditer(content):
            end = match.start()
            if content.endswith(self.folders, 0, end) and any(
                content.endswith(name, 0, end) and not _of_word(content, end - len(name))
                for name in self.folders
            ):
                return True
        return False


def _behind_option(content: bytes, at: int) -> bool:
    """Whether an option that names a config stands in front of a place."""
    return _OPTION.search(content[max(0, at - _REACH) : at]) is not None


def _of_word(content: bytes, end: int) -> bool:
    """Whether a letter, a digit or `_` stands in front of a place."""
    before = content[max(0, end - 1) : end]
    return before.isalnum() or before == b"_"


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _any(names: Iterable[bytes]) -> bytes:
    return b"(?:" + any_of(name.decode("latin-1") for name in names).encode("latin-1") + b")"


def _above(targets: Iterable[str]) -> dict[bytes, set[bytes]]:
    found: dict[bytes, set[bytes]] = {}
    for target in targets:
        folder = posixpath.basename(posixpath.dirname(target))
        for name in _spelled(stem(target)):
            found.setdefault(name, set()).update(_spelled(folder))
    return found


def _spelled(name: str) -> set[bytes]:
    """A name in UTF-8, and as JSON may have it, which writes what is no ASCII as an escape."""
    return {_bytes(name), _bytes(json.dumps(name)[1:-1])}


def _folders(renames: Renames) -> set[bytes]:
    """The name of every folder above a target."""
    return {_bytes(part) for target in renames.targets for part in target.split("/")[:-1]}
