"""Compare the engine with other repositories' own loaders, file by file; print the score.

A corpus is a folder with `tree/` (the configs) and `expected.json.gz` (path to resolved config, as
that repository's loader made it). `python tools/corpora.py [DIR]`, or `MIGRATE_CORPORA=DIR`.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from migrate.canonical import plain
from migrate.changes import Change
from migrate.dialect import Dialect
from migrate.dialect.recognise import recognise
from migrate.errors import MigrateError
from migrate.flatten import Flat, Onto, flatten
from migrate.plain import PlainLoader
from migrate.resolve import Resolver
from migrate.tree import CachedTree, DiskTree, Overlay, Tree
from migrate.yaml_text import decode

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "corpora"
ROLLOUT = (("init",), ("apply", "--all"), ("verify",))
SHOWN = 8
"""So many wrong files are listed per corpus."""


@dataclass
class Score:
    """How one corpus went. `wrong` and `refused` map a path to what was the matter."""

    name: str
    dialect: str = ""
    files: int = 0
    payload: int = 0
    flat: int = 0
    again: int = 0
    comments: int = 0
    seconds: float = 0.0
    wrong: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    rollout: str = ""


def folder_of_corpora(given: str | None = None) -> Path:
    """Where the corpora are: as given, else by the environment, else beside this repository."""
    return Path(given or os.environ.get("MIGRATE_CORPORA") or DEFAULT_FOLDER)


def corpora(folder: Path) -> list[Path]:
    """The corpora of a folder."""
    return sorted(path.parent for path in folder.glob("*/expected.json.gz"))


def expected(corpus: Path) -> dict[str, Any]:
    """What the corpus's own loader made of each file."""
    with gzip.open(corpus / "expected.json.gz", "rt", encoding="utf-8") as file:
        answers: dict[str, Any] = json.load(file)
    return answers


def measure(corpus: Path, every: int = 1) -> Score:
    """Check each file of a corpus, or every so many."""
    started = time.perf_counter()
    tree: Tree = CachedTree(DiskTree(str(corpus / "tree")))
    dialect = recognise(tree).dialect
    score = Score(corpus.name, dialect.name)
    resolver = Resolver(tree, dialect)
    for path, answer in list(expected(corpus).items())[::every]:
        score.files += 1
        try:
            _one(score, resolver, path, without(answer, dialect))
        except MigrateError as error:
            score.refused[path] = str(error)
        except Wrong as error:
            score.wrong[path] = str(error)
    score.seconds = time.perf_counter() - started
    return score


def without(answer: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """An answer without the keys that the loader adds itself."""
    return {key: value for key, value in answer.items() if key not in dialect.ignore_keys}


class Wrong(Exception):
    """A file of which the engine says something that is not so."""


def _one(score: Score, resolver: Resolver, path: str, answer: Any) -> None:
    resolved = resolver.resolve(path)
    if not alike(plain(resolved.python), answer):
        raise Wrong("the payload differs")
    score.payload += 1
    flat = flatten(resolver, resolved, Onto())
    after = Overlay(resolver.tree, [Change(path, None, flat.content, "flat")])
    loaded = PlainLoader(after, resolver.dialect).load(path)
    if not alike(plain(loaded), answer):
        raise Wrong("the flattened file loads to something else")
    _same_texts(resolver, resolved.paths, path, flat)
    score.flat += 1
    score.comments += flat.comments.kept
    once_more = Resolver(after, resolver.dialect)
    if flatten(once_more, once_more.resolve(path), Onto()).content != flat.content:
        raise Wrong("flattening again changes it")
    score.again += 1


def alike(left: Any, right: Any) -> bool:
    """Equality type by type: 1, 1.0 and True are three values, and so are 0.0 and -0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return repr(left) == repr(right)


# Texts, by a tokenizer that knows nothing of ours.


def _same_texts(resolver: Resolver, chain: Iterable[str], path: str, flat: Flat) -> None:
    """Every comment of the chain is in the new file or named as dropped; no scalar is respelled."""
    before_comments: list[str] = []
    before_scalars: set[str] = set()
    for file in chain:
        comments, scalars = tokens(decode(file, resolver.tree.read(file)))
        before_comments += comments
        before_scalars |= set(scalars)
    comments, scalars = tokens(decode(path, flat.content))
    account = flat.comments
    if account.kept + len(account.dropped) != len(before_comments):
        raise Wrong("not every comment is accounted for")
    dropped = Counter(one.text.rstrip() for one in account.dropped)
    there = set(comments)
    for text, count in Counter(before_comments).items():
        if text not in there and dropped[text] < count:
            raise Wrong(f"lost the comment {text}")
    if strange := [text for text in comments if text not in before_comments]:
        raise Wrong(f"made the comment {strange[0]}")
    if respelled := [text for text in scalars if text not in before_scalars]:
        raise Wrong(f"respelled {respelled[0]}")


def tokens(text: str) -> tuple[list[str], list[str]]:
    """The comments and the scalars' texts of a YAML text, white space evened out."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    comments: list[str] = []
    scalars: list[str] = []
    position = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start, end = token.start_mark.index, token.end_mark.index
        if isinstance(token, yaml.ScalarToken):
            comments += _comments(text[position:start])
            body = text[start:end]
            if token.style in ("|", ">"):
                header, _, rest = body.partition("\n")
                comments += _comments(header)
                body = header.split("#")[0] + "\n" + rest
            scalars.append(" ".join(body.split()))
            position = end
        elif isinstance(token, (yaml.TagToken, yaml.AnchorToken, yaml.AliasToken)):
            comments += _comments(text[position:start])
            position = end
    return [*comments, *_comments(text[position:])], scalars


def _comments(gap: str) -> Iterator[str]:
    """Between tokens, what begins with `#` runs to the line's end."""
    for line in gap.split("\n"):
        _, mark, rest = line.partition("#")
        if mark:
            yield f"#{rest}".rstrip()


# The rollout, by the command itself.


def roll_out(corpus: Path, scratch: Path) -> str:
    """`init`, `apply --all`, `verify` on a copy; "ok", or the verb that failed and what it said."""
    copy = scratch / corpus.name
    shutil.copytree(corpus / "tree", copy)
    command = Path(sys.executable).with_name("migrate")
    for verb in ROLLOUT:
        done = subprocess.run(
            [command, "--root", copy, *verb], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()
            return f"{verb[0]} exited {done.returncode}: {said[-1] if said else ''}"
    return "ok"


# What is printed.


def report(scores: list[Score]) -> str:
    """The table, and what is wrong or refused below it."""
    head = ("corpus", "dialect", "payload", "flat", "again", "comments", "refused", "rollout", "s")
    rows = [head, *(_row(score) for score in scores)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for score in scores:
        lines += [f"wrong: {score.name}/{path}: {why}" for path, why in _first(score.wrong)]
        for why, count in Counter(score.refused.values()).items():
            files = "1 file" if count == 1 else f"{count} files"
            lines.append(f"refused: {score.name}: {files}: {why}")
    return "\n".join(lines)


def _row(score: Score) -> tuple[str, ...]:
    counts = (score.payload, score.flat, score.again)
    return (
        score.name,
        score.dialect,
        *(f"{count}/{score.files}" for count in counts),
        str(score.comments),
        str(len(score.refused)),
        score.rollout or "-",
        f"{score.seconds:.1f}",
    )


def _first(wrong: dict[str, str]) -> list[tuple[str, str]]:
    return list(wrong.items())[:SHOWN]


def main(arguments: list[str]) -> int:
    folder = folder_of_corpora(arguments[0] if arguments else None)
    found = corpora(folder)
    if not found:
        print(f"no corpora in {folder}; name their folder: make corpora ARGS=DIR", file=sys.stderr)
        return 3
    scores = []
    with tempfile.TemporaryDirectory() as scratch:
        for corpus in found:
            score = measure(corpus)
            score.rollout = roll_out(corpus, Path(scratch))
            scores.append(score)
            print(f"{corpus.name} done", file=sys.stderr)
    print(report(scores))
    return 1 if any(score.wrong or score.rollout != "ok" for score in scores) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
