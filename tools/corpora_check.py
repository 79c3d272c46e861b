"""Hold what the engine makes of one file of a corpus against what its own loader makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml

from migrate.canonical import plain
from migrate.changes import Change
from migrate.errors import MigrateError, MissingFile
from migrate.flatten import FlatText, Onto, flatten
from migrate.loading.trainer import PlainLoader
from migrate.resolve import Resolver
from migrate.trees.tree import Overlay
from migrate.yaml_text import decode
from tools.shape import Shape, shape_of

STEPS = ("payload", "flat", "again")
"""What a file must get right, in this order: its values, its one-file form, that form's own."""


class Outcome(NamedTuple):
    """How one file went: how many of the steps are right, and what was the matter with the next."""

    path: str
    right: int = 0
    comments: int = 0
    shape: Shape = Shape()
    wrong: str = ""
    refused: str = ""
    absent: bool = False
    """It builds on a file that is not in the corpus."""


class Wrong(Exception):
    """The engine says something of a file that is not so."""


def check(resolver: Resolver, path: str, answer: Any) -> Outcome:
    """Compare what the engine makes of a file with its loader's answer."""
    outcome = Outcome(path)
    try:
        for further in _steps(resolver, path, answer):
            outcome = further
    except MissingFile:
        return outcome._replace(absent=True)
    except MigrateError as error:
        return outcome._replace(refused=str(error))
    except Wrong as error:
        return outcome._replace(wrong=str(error))
    return outcome


def _steps(resolver: Resolver, path: str, answer: Any) -> Iterator[Outcome]:
    """The outcome after each step. Raises Wrong, and MigrateError for what is refused."""
    resolved = resolver.resolve(path)
    if not alike(plain(resolved.python), answer):
        raise Wrong("the payload differs")
    yield Outcome(path, 1)
    flat = flatten(resolver, resolved, Onto())
    after = Overlay(resolver.tree, [Change(path, None, flat.content, "flat")])
    loaded = PlainLoader(after, resolver.dialect).load(path)
    if not alike(plain(loaded), answer):
        raise Wrong("the flattened file loads to something else")
    _same_texts(resolver, resolved.paths, path, flat)
    shape = shape_of(resolver, resolved, flat.content)
    yield Outcome(path, 2, flat.comments.kept, shape)
    once_more = Resolver(after, resolver.dialect)
    if flatten(once_more, once_more.resolve(path), Onto()).content != flat.content:
        raise Wrong("flattening again changes it")
    yield Outcome(path, 3, flat.comments.kept, shape)


def alike(left: Any, right: Any) -> bool:
    """Equality type by type: 1, 1.0 and True are three values, and so are 0.0 and -0.0.

    On the left, what Python would be asked to make is text; the right side's loader ran it.
    """
    if isinstance(left, dict) and str(left.get("<tag>", "")).startswith("!!python/"):
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return repr(left) == repr(right)


# Texts, by a tokenizer that knows nothing of ours.


def _same_texts(resolver: Resolver, chain: Iterable[str], path: str, flat: FlatText) -> None:
    """Every comment of the chain is in the new file or named as dropped; no scalar is respelled."""
    before_comments: list[str] = []
    before_scalars: set[str] = set()
    for file in chain:
        comments, scalars = tokens(decode(file, resolver.tree.read(file)))
        before_comments += comments
        before_scalars |= set(scalars)
    comments, scalars = tokens(decode(path, flat.content))
    account = flat.comments
    if account.kept_lines + account.dropped_lines != len(before_comments):
        raise Wrong("not every comment is accounted for")
    dropped = Counter(line.rstrip() for one in account.dropped for line in one.lines)
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
