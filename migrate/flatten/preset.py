"""Flatten one resolved config: the smallest file on top of its parents that says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from migrate.dialect import Dialect
from migrate.errors import Refused
from migrate.flatten.account import Account, account, all_kept
from migrate.flatten.headers import KEEP, Headings
from migrate.flatten.lines import Lines
from migrate.flatten.origins import Origins, line_origins, same_lines
from migrate.flatten.paragraphs import Paragraphs
from migrate.flatten.place import stay_in_place
from migrate.flatten.select import Piece, RestatedKey, Selection
from migrate.flatten.top import Top
from migrate.flatten.write import Writer
from migrate.loading.trainer import merge_over
from migrate.locations import KeyPath, dotted
from migrate.resolve import Below, Resolved, Resolver, Setting, Slot
from migrate.yaml_text import ALIAS, LOADERS, Document, Node, is_merge, load, same
from migrate.yaml_text.anchors import Anchors, leaf_span


class Onto(NamedTuple):
    """What the new file is built on.

    `parents` are resolved as they will be; `links` how the new file names them; `retained` maps the
    old path of every file that stays in the new chain to the link that brings it.
    """

    parents: tuple[Resolved, ...] = ()
    links: tuple[str, ...] = ()
    retained: frozenset[str] = frozenset()
    kept_bases: tuple[str, ...] = ()
    """For each link, the old path of the file that it names ("" where the old chain had none)."""
    place: str = ""
    """Where the new file will stand among the old ones; where the config stands, if empty."""


Keys = tuple[tuple[KeyPath, str], ...]
"""Key paths, with the file that gives each."""


class FlatText(NamedTuple):
    """A flattened config: its bytes, what became of the comments, and which file gave which key."""

    content: bytes
    comments: Account
    keys: Keys
    follows: tuple[RestatedKey, ...] = ()
    """Keys of inlined files that are left to the parents, which say the same."""
    pinned: frozenset[KeyPath] = frozenset()
    """Keys that are there although the parents say the same: `pins: keep`."""
    origins: Origins = ()
    """Where each line came from, if that was asked for."""


def flatten(
    resolver: Resolver,
    resolved: Resolved,
    onto: Onto,
    order: Sequence[str] = (),
    headers: str = KEEP,
    keep_pins: bool = False,
    with_origins: bool = False,
    minimal: bool = False,
) -> FlatText:
    """Write a config as one file on top of `onto`.

    `headers` says what becomes of the headers of inlined files: `keep`, `top` or `drop`;
    `keep_pins` keeps what an inlined file set although the parents say the same; `with_origins`
    tells where each line came from; `minimal` leaves to the parents what they say alike, also where
    the config's own file says it.
    Raises Refused where a parent says more than the config, or where the written text does not load
    to exactly the same values: nothing is ever handed on that was not parsed again.
    """
    place = onto.place or resolved.path
    onto, below = _grounded(resolver, resolved, onto)
    if not (onto.parents or order) and _builds_on_nothing(resolver, resolved):
        return _as_it_is(resolved, below, resolver.dialect, place, with_origins)
    for document in resolved.chain:
        document.attribute()
    inlined = frozenset(resolved.paths) - onto.retained
    parents = below.branch if below is not None else None
    selection = Selection(resolved.document, parents, resolver.dialect, inlined, keep_pins, minimal)
    members = selection.members(resolved.branch)
    leaves = _leaves(members)
    stay_in_place(resolver.dialect, resolved, place, _settings(leaves))
    paragraphs = Paragraphs(onto.retained)
    members = _ordered(paragraphs.arrange(resolved, members), order)
    pieces = [member for member in members if isinstance(member, Piece)]
    headings = Headings(resolver, resolved, onto.retained, headers)
    headings.assign(pieces)
    paragraphs.set_apart(headings.above)
    lines = Lines()
    writer = Writer(lines, headings, _anchors(pieces, leaves), _spaced(resolved))
    top = Top(resolver, resolved.document, headings, lines)
    top.write(onto.links, onto.kept_bases)
    for line in selection.extra.get((), ()):
        lines.text(line)
    writer.block(members, 0, root=True)
    top.footer()
    text = lines.render()
    check(text, resolved, onto, below, bool(order) or paragraphs.moved, resolver.dialect)
    content = _encoded(resolved.document, text)
    comments = account(resolved, onto.retained, lines.used, headings.dropped)
    follows, pinned = tuple(selection.follows), frozenset(selection.pinned)
    origins: Origins = ()
    if with_origins:
        new = parsed(resolver, resolved.path, content)
        origins = line_origins(new, resolved, onto.retained, lines.copied())
    return FlatText(content, comments, _keys(leaves), follows, pinned, origins)


def parsed(resolver: Resolver, path: str, content: bytes) -> Document:
    """A new text as the dialect reads it; `path` is for letters."""
    dialect = resolver.dialect
    loader = LOADERS[dialect.loader]
    return Document(path, content, dialect.keys, loader, resolver.tree.limits)


def chosen_keys(resolver: Resolver, resolved: Resolved, onto: Onto) -> Keys:
    """The keys that `flatten` writes; nothing is written, and so nothing of the text is proven.

    Raises Refused where a parent says more than the config.
    """
    if not onto.parents and _builds_on_nothing(resolver, resolved):
        return _own_keys(resolved)
    onto, below = _grounded(resolver, resolved, onto)
    parents = below.branch if below is not None else None
    selection = Selection(resolved.document, parents, resolver.dialect)
    leaves = _leaves(selection.members(resolved.branch))
    stay_in_place(resolver.dialect, resolved, onto.place or resolved.path, _settings(leaves))
    return _keys(leaves)


def _grounded(resolver: Resolver, resolved: Resolved, onto: Onto) -> tuple[Onto, Below | None]:
    """What the new file is built on, with what the loader puts there itself, and that merged."""
    below = resolver.below(onto.parents, resolved.path)
    implicit = frozenset(filter(resolver.dialect.is_implicit, resolved.paths))
    return onto._replace(retained=onto.retained | implicit), below


def _leaves(members: list[Piece | Slot]) -> list[Piece]:
    """What carries text of its own among the members that go into the file."""
    return [leaf for member in members if isinstance(member, Piece) for leaf in member.leaves()]


def _settings(leaves: list[Piece]) -> Iterator[tuple[KeyPath, Setting]]:
    return ((leaf.path, leaf.winner) for leaf in leaves)


def _keys(leaves: list[Piece]) -> Keys:
    return tuple((leaf.path, leaf.winner.document.path) for leaf in leaves)


def _own_keys(resolved: Resolved) -> Keys:
    return tuple((path, resolved.path) for path, _ in _own(resolved))


def _own(resolved: Resolved) -> Iterator[tuple[KeyPath, Setting]]:
    for path, slot in resolved.branch.leaves():
        if slot.winner.document is resolved.document:
            yield path, slot.winner


def _builds_on_nothing(resolver: Resolver, resolved: Resolved) -> bool:
    """Whether a config is one file already, with no composing key and nothing laid over it."""
    document = resolved.document
    composes = any(document.layer(key) is not None for key in resolver.dialect.keys)
    return not composes and resolver.resolve(resolved.path).branch is resolved.branch


def _as_it_is(
    resolved: Resolved, below: Below | None, dialect: Dialect, place: str, with_origins: bool
) -> FlatText:
    """One file is one file: its own bytes."""
    document = resolved.document
    stay_in_place(dialect, resolved, place, _own(resolved))
    check(document.text, resolved, Onto(), below, False, dialect)
    origins = same_lines(document) if with_origins else ()
    return FlatText(document.source, all_kept(document), _own_keys(resolved), origins=origins)


def _encoded(document: Document, text: str) -> bytes:
    """The bytes, with the preset's own line ends and byte order mark."""
    return ("\ufeff" * document.bom + text.replace("\n", document.newline)).encode()


def _ordered(members: list[Piece | Slot], order: Sequence[str]) -> list[Piece | Slot]:
    """Top-level sections in the order that the plan asks for, the others behind, as they were."""
    rank = {key: number for number, key in enumerate(order)}

    def place(member: Piece | Slot) -> int:
        slot = member.slot if isinstance(member, Piece) else member
        return rank.get(slot.key, len(rank)) if isinstance(slot.key, str) else len(rank)

    return sorted(members, key=place) if order else members


def _anchors(pieces: list[Piece], leaves: list[Piece]) -> Anchors:
    """Walk the output in order and settle which anchors and aliases stay."""
    anchors = Anchors()
    documents = {id(leaf.winner.document): leaf.winner.document for leaf in leaves}
    if any(document.linked for document in documents.values()):
        for piece in pieces:
            _note(anchors, piece)
        anchors.settle()
    return anchors


def _note(anchors: Anchors, piece: Piece) -> None:
    document, entry = piece.winner.document, piece.winner.entry
    node = entry.value
    if piece.extra and not piece.children:
        return
    if not piece.children or (piece.whole and (node.kind == ALIAS or node.flow)):
        anchors.region(document, leaf_span(document, entry))
        return
    if piece.whole:
        anchors.anchored(node)
        if any(is_merge(entry.key) for entry in node.entries):
            _note_merge_keys(anchors, document, node, piece)
            return
    for child in piece.children:
        _note(anchors, child)


def _note_merge_keys(anchors: Anchors, document: Document, node: Node, piece: Piece) -> None:
    by_entry = {id(child.winner.entry): child for child in piece.children}
    for entry in node.entries:
        if id(entry) in by_entry:
            _note(anchors, by_entry[id(entry)])
        elif is_merge(entry.key):
            anchors.region(document, leaf_span(document, entry))


def _spaced(resolved: Resolved) -> dict[str, bool]:
    """Which files set top-level keys apart by blank lines; under "" what most of them do.

    A file that does so anywhere is set apart itself from what stands above its first key.
    """
    habits: dict[str, bool] = {}
    apart = together = 0
    for document in resolved.chain:
        root = document.root
        blanks = (
            [entry.blank for entry in root.entries[1:]]
            if root is not None and not root.flow
            else []
        )
        if blanks:
            habits[document.path] = any(blanks)
        apart += sum(blanks)
        together += len(blanks) - sum(blanks)
    return {**habits, "": apart > together}


def check(
    text: str,
    resolved: Resolved,
    onto: Onto,
    below: Below | None,
    reordered: bool,
    dialect: Dialect,
) -> None:
    """Parse a written text with the trainer's loader and compare. Raises Refused where it differs.

    Nobody takes over what was loaded here: whoever judges the file loads it again.
    """
    old = resolved.python
    loaded = load(text, resolved.path, resolved.document.values.loader) or {}
    own = {key: value for key, value in loaded.items() if key not in resolved.document.layers}
    bases = [] if below is None else [base.python for base in below.bases]
    new = merge_over(dialect, bases, own)
    if not same(new, old) or (below is None and not reordered and not _same_order(new, old)):
        hint = "nothing was written; please report this config as a bug"
        where = _first_difference(new, old)
        raise Refused(f"cannot be rewritten without a change{where}", resolved.path, hint)
    if (len(own) < len(loaded)) != bool(onto.links):
        raise Refused(
            "lost what it extends while it was written",
            resolved.path,
            "please report this as a bug",
        )


def _same_order(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return list(left) == list(right) and all(_same_order(left[key], right[key]) for key in left)
    return True


def _first_difference(new: dict[Any, Any], old: dict[Any, Any], path: KeyPath = ()) -> str:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new or key not in old:
            return f": {dotted((*path, key))} is {'missing' if key in old else 'new'}"
        if not same(new[key], old[key]):
            if isinstance(new[key], dict) and isinstance(old[key], dict):
                return _first_difference(new[key], old[key], (*path, key))
            return f" of {dotted((*path, key))}"
    return " of the order of keys"
