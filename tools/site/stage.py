"""Gather the pages of the site in one folder: docs/, the pages of the root, and files they name.

On a forge a link such as `../configs/base.yaml` opens that file. The site has no such file, so it
gets a page that shows it: the same link then works in both places, without any address.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
from collections import deque
from pathlib import Path

from tools.site.links import retarget, unescape_cells

DOCS = "docs/"
SHOWN = "source/"
"""Where the pages stand that show a file from outside of docs/."""
FRONT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
"""Pages of the root that are pages of the site."""
LANGUAGES = {".json": "json", ".py": "python", ".sh": "bash", ".toml": "toml", ".yaml": "yaml"}
MOST_BYTES = 300_000
UNSEARCHED = "---\nsearch: {exclude: true}\n---\n"
"""Above a page that only shows a file: who searches looks for prose."""


class MissingTargets(Exception):
    """Links that lead nowhere, each with its place."""


def placed(path: str) -> str:
    """Where a file or folder of the repository stands in the site."""
    if path.startswith(DOCS):
        return re.sub(r"\.ipynb$", ".md", path.removeprefix(DOCS))
    if path in FRONT:
        return path.lower()
    seen = re.sub(r"(^|/)\.", r"\1dot-", path)  # MkDocs passes over what is hidden
    return f"{SHOWN}{seen}" if path.endswith(".md") else f"{SHOWN}{seen}.md"


class Stage:
    """The pages under way: what is still to be written, and which links lead nowhere."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.waiting: deque[str] = deque()
        self.known: set[str] = set()
        self.missing: list[str] = []

    def want(self, path: str) -> None:
        """Have a file or folder of the repository in the site, once."""
        if path not in self.known:
            self.known.add(path)
            self.waiting.append(path)

    def write_all(self) -> None:
        """Write all that is wanted, and what that names. Raises MissingTargets."""
        while self.waiting:
            path = self.waiting.popleft()
            source, target = self.root / path, self.folder / placed(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.startswith(DOCS) and source.suffix not in {".md", ".ipynb"}:
                shutil.copyfile(source, target)
            else:
                target.write_text(self._page(path, source), encoding="utf-8")
        if self.missing:
            raise MissingTargets("\n".join(self.missing))

    def _page(self, path: str, source: Path) -> str:
        if source.is_dir():
            return self._folder(path, source)
        text = source.read_text(encoding="utf-8")
        if source.suffix == ".ipynb":
            return notebook(text)
        if source.suffix != ".md":
            return shown(path, text)
        return retarget(unescape_cells(text), lambda line, target: self._link(path, line, target))

    def _link(self, page: str, line: int, target: str) -> str:
        """What a link to another file has to say in the site."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        if path.startswith("..") or not (self.root / path).exists():
            self.missing.append(f"{page}:{line}: {target} is not there")
            return target
        self.want(path)
        return posixpath.relpath(placed(path), posixpath.dirname(placed(page)) or ".")

    def _folder(self, path: str, source: Path) -> str:
        """A folder as a list of its files."""
        files = sorted(one.name for one in source.iterdir() if one.is_file())
        for name in files:
            self.want(f"{path}/{name}")
        here = posixpath.dirname(placed(path))
        rows = [
            f"- [{name}]({posixpath.relpath(placed(f'{path}/{name}'), here)})\n" for name in files
        ]
        told = "The files of this folder, as they are in this version."
        return f"{UNSEARCHED}# {path}/\n\n{told}\n\n{''.join(rows)}"


def shown(path: str, text: str) -> str:
    """A page that shows a file."""
    if len(text) > MOST_BYTES:
        raise MissingTargets(f"{path} is too large to be shown")
    language = LANGUAGES.get(posixpath.splitext(path)[1], "text")
    told = "This file of the repository, as it is in this version."
    return f"{UNSEARCHED}# {path}\n\n{told}\n\n{_fenced(text, language)}"


def notebook(text: str) -> str:
    """A notebook as Markdown: prose as it is, code between fences."""
    cells = json.loads(text)["cells"]
    parts = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    return "\n".join(
        f"{source}\n" if kind == "markdown" else _fenced(source, "python") for kind, source in parts
    )


def _fenced(text: str, language: str) -> str:
    marks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{marks}{language}\n{text.rstrip()}\n{marks}\n"


def stage(root: Path, folder: Path) -> None:
    """Write the pages of the site into a folder, which is emptied first.

    Raises MissingTargets for links that lead nowhere, all of them at once.
    """
    shutil.rmtree(folder, ignore_errors=True)
    work = Stage(root, folder)
    for name in FRONT:
        work.want(name)
    for where, _, names in os.walk(root / DOCS):
        for name in names:
            work.want((Path(where) / name).relative_to(root).as_posix())
    (folder / "assets").mkdir(parents=True)
    for name in ("site.css", "site.js"):
        shutil.copyfile(Path(__file__).with_name(name), folder / "assets" / name)
    work.write_all()
