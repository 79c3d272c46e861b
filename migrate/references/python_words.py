"""The calls and attributes of Python that make paths of strings."""

from __future__ import annotations

PATHS = frozenset({"Path", "PurePath", "PosixPath", "PurePosixPath"})
JOINS = frozenset({"os.path.join", "osp.join", "path.join", "posixpath.join", "op.join", "join"})
SAME = frozenset({"str", "os.fspath", "os.fsdecode"})
SAME |= frozenset(
    f"{m}.{f}"
    for m in ("os.path", "osp")
    for f in ("abspath", "realpath", "normpath", "expanduser")
)
KEPT = frozenset({"resolve", "absolute", "expanduser", "as_posix", "format"})
DIRNAMES = frozenset({"os.path.dirname", "osp.dirname", "path.dirname", "dirname"})
HERE = frozenset({"Path.cwd", "pathlib.Path.cwd", "os.getcwd"})
DEPTH = 30
"""How deep a constant may be made of others."""
