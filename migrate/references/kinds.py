"""The kinds of files that can name a config, in the order in which they are asked."""

from __future__ import annotations

import re
from posixpath import basename

from migrate.layout import is_report
from migrate.references import markdown, notebook, pathlist, python, shell, yaml_kind
from migrate.references.found import Kind

KINDS: dict[str, Kind] = {
    "python": python.KIND,
    "notebook": notebook.KIND,
    "pathlist": pathlist.KIND,
    "markdown": markdown.KIND,
    "yaml": yaml_kind.KIND,
    "shell": shell.KIND,
}

_RECORDS = re.compile(
    r".*\.(?:log|csv|tsv|jsonl|diff|patch|out|err|lock|svg|sha256)|(?:CHANGELOG|CHANGES|HISTORY|NEWS)(?:\..*)?",
    re.IGNORECASE,
)


def kind_of(
    path: str, content: bytes, config_root: str, composing: tuple[str, ...] = ("extends",)
) -> Kind | None:
    """The kind that reads a file; None for records, which say what once was.

    YAML outside the folder of configs is a script's (CI, Compose), unless it extends something.
    """
    if _RECORDS.fullmatch(basename(path)) or is_report(content):
        return None
    if yaml_kind.claims(path) and not path.startswith(config_root + "/"):
        keys = "|".join(map(re.escape, composing)).encode()
        extends = re.search(rb"^(?:" + keys + rb"):", content, re.MULTILINE)
        return yaml_kind.KIND if extends else shell.KIND
    if path.endswith(".txt") and not markdown.says_something(path, content):
        return shell.KIND
    for kind in KINDS.values():
        if kind.claims(path):
            return kind
    first = content[:80].split(b"\n", 1)[0]
    return python.KIND if first.startswith(b"#!") and b"python" in first else shell.KIND
