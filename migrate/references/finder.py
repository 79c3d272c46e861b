"""A cheap check of a file's bytes: may it name a target at all? Most files end here."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable

from migrate.references.renames import Renames
from migrate.references.tokens import has_suffix, stem

_ENDS = b"*}])'\"sd>\\"
"""What stands in front of a suffix whose name is made at run time (`%s.yaml`, `{name}.yaml`)."""


class Finder:
    """One pass for each literal that C code can search for; sets decide the rest.

    A name of a config shows in bytes as its stem before a YAML suffix, as its stem behind a slash,
    as a launcher's `config=stem`, as `config_name` beside its folder, or as a folder in front of
    something made at run time.
    """

    def __init__(self, renames: Renames) -> None:
        root = renames.config_root
        stems = {stem(target) for target in renames.targets}
        # JSON, and so a notebook, may write what is no ASCII as an escape.
        spelled = stems | {json.dumps(name)[1:-1] for name in stems}
        self.stems = tuple(sorted(_bytes(name) for name in spelled))
        self.root = _bytes(root)
        self.suffix = re.compile(rb"\.ya?ml(?![A-Za-z0-9_])")
        self.slash = re.compile(rb"[/\\](?:" + _any(self.stems) + rb")(?![A-Za-z0-9_])")
        folders = [_bytes(stem(t)) for t in renames.targets if not has_suffix(t)]
        self.going = re.compile(rb"(?<![\w/\-])(?:" + _any(folders) + rb")/") if folders else None
        top = {_bytes(stem(t)) for t in renames.targets if posixpath.dirname(t) == root}
        self.launcher = (
            re.compile(rb"=[\"']?(?:" + _any(top) + rb")(?![A-Za-z0-9_/])") if top else None
        )
        self.half = re.compile(
            rb"config[-_]name[\"']?[\s=:,]+[\"']?(?:[\w./\-]*/)?(?:"
            + _any(self.stems)
            + rb")(?![A-Za-z0-9_/])"
        )
        self.folder = re.compile(
            rb"(?<![A-Za-z0-9_])(?:"
            + _any(_folders(renames))
            + rb")/[A-Za-z0-9_.\-]*[\"']?[{*$%?\[<(]"
        )
        self.computed = re.compile(
            rb"[\"'/]" + re.escape(self.root) + rb"(?:/[A-Za-z0-9_\-]+)*/?[\"'\\]"
        )

    def may_name(self, content: bytes) -> bool:
        """Whether a file must be read properly. Never false for a file that names a target."""
        return (
            self._by_suffix(content)
            or self.slash.search(content) is not None
            or (self.root in content and self._computed(content))
            or self.half.search(content) is not None
            or (self.going is not None and self.going.search(content) is not None)
            or (self.launcher is not None and self.launcher.search(content) is not None)
        )

    def _by_suffix(self, content: bytes) -> bool:
        """A stem in front of a suffix; or a name made at run time, behind a folder of targets."""
        made = False
        for match in self.suffix.finditer(content):
            end = match.start()
            while content[end - 1 : end] in (b"'", b'"'):  # configs/train/'p'.yaml
                end -= 1
            if content.endswith(self.stems, 0, end):
                return True
            made = made or (end > 0 and content[end - 1] in _ENDS)
        return made and self.folder.search(content) is not None

    def _computed(self, content: bytes) -> bool:
        """The folder of configs as a literal, or in front of something made at run time."""
        return self.computed.search(content) is not None or self.folder.search(content) is not None


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _any(names: Iterable[bytes]) -> bytes:
    return b"|".join(map(re.escape, sorted(names))) or rb"(?!)"


def _folders(renames: Renames) -> set[bytes]:
    """The name of every folder above a target."""
    return {_bytes(part) for target in renames.targets for part in target.split("/")[:-1]}
