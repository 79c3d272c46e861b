"""Keep what an author wrote as one paragraph together, where files are merged (rule R11).

# half of the batch is rollouts        With a base that says `wd` and then `seed`, the loader's
batch: 8                               order is `wd`, `seed`, `batch`. The paragraph stays
wd: 0.1                                whole: `batch`, `wd`, and then `seed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrate.flatten.select import Piece
from migrate.resolve import Branch, Resolved, Slot
from migrate.yaml_text import MAPPING, Node

Members = list[Piece | Slot]


class Paragraphs:
    """Arranges the members of merged mappings. `retained` are the files that stay as they are."""

    def __init__(self, retained: frozenset[str]) -> None:
        self.retained = retained
        self.moved = False
        """Whether any key stands elsewhere than the loader has it."""
        self._put_together: list[tuple[list[Piece], Piece | None]] = []

    def arrange(self, resolved: Resolved, members: Members) -> Members:
        """The members of a config, and all below them, in the order they are written in."""
        roots = [document.root for document in resolved.chain if document.root is not None]
        return self._mapping(resolved.branch, members, roots)

    def _mapping(self, branch: Branch, members: Members, sources: list[Node]) -> Members:
        """The same for one mapping, which was written as each of `sources`."""
        if branch.source is not None:
            return members  # one file's mapping is in its own order, and so is all below
        for member in members:
            if isinstance(member, Piece) and isinstance(member.slot.value, Branch):
                nodes = [setting.entry.value.resolved() for setting in member.slot.settings]
                inside = self._mapping(member.slot.value, member.members, nodes)
                if inside is not member.members:
                    member.arrange(inside)
        runs = {id(piece): run for run in self._runs(members, sources) for piece in run}
        return self._arranged(members, runs) if runs else members

    def _runs(self, members: Members, sources: list[Node]) -> Iterator[list[Piece]]:
        """Entries that stand together in one file and all come from it."""
        pieces = {
            id(member.winner.entry): member
            for member in members
            if isinstance(member, Piece) and self._of_one_entry(member)
        }
        for mapping in {id(node): node for node in sources if node.kind == MAPPING}.values():
            run: list[Piece] = []
            for entry in mapping.entries:
                piece = pieces.get(id(entry))
                if piece is None or entry.blank:
                    if len(run) > 1:
                        yield run
                    run = []
                if piece is not None:
                    run.append(piece)
            if len(run) > 1:
                yield run

    def _of_one_entry(self, piece: Piece) -> bool:
        """Whether one entry of a block makes a piece. A repeated key keeps its first place."""
        slot, entry = piece.slot, piece.winner.entry
        if entry.flow or piece.winner.document.path in self.retained:
            return False
        for setting in slot.lost:
            if setting.entry is not entry and setting.entry.key.holder is entry.key.holder:
                return False
        return len(slot.settings) == 1 or all(
            setting.entry is entry or setting.document.path in self.retained
            for setting in slot.settings
        )

    def _arranged(self, members: Members, runs: dict[int, list[Piece]]) -> Members:
        arranged: Members = []
        for member in members:
            run = runs.get(id(member))
            if run is None or not isinstance(member, Piece):
                arranged.append(member)
                continue
            begins = not run[-1].joined
            if not (begins and run[0] is member):
                arranged += _left_behind(member)
            if begins:
                self._begin(run, member)
                arranged += run
        self._note_moves(members, arranged, {id(run): run for run in runs.values()}.values())
        return arranged

    def _begin(self, run: list[Piece], leader: Piece) -> None:
        run[0].moved = run[0] is not leader
        for piece in run[1:]:
            piece.joined = piece.moved = True

    def _note_moves(self, members: Members, arranged: Members, runs: Iterable[list[Piece]]) -> None:
        before, after = _places(members), _pieces(arranged)
        if list(before) == list(map(id, after)):
            return
        self.moved = True
        stands = {id(piece): number for number, piece in enumerate(after)}
        for run in runs:
            stood = before[id(run[0])]
            if [before[id(piece)] for piece in run] != list(range(stood, stood + len(run))):
                end = stands[id(run[-1])] + 1
                self._put_together.append((run, after[end] if end < len(after) else None))

    def set_apart(self, above: Mapping[int, object]) -> None:
        """Blank lines around what was put together and comments speak of.

        `above` holds the pieces, by identity, that more than their own comments stand above.
        """
        for run, below in self._put_together:
            if any(piece.winner.entry.lead is not None or id(piece) in above for piece in run):
                run[0].apart = True
                if below is not None:
                    below.apart = True


def _pieces(members: Members) -> list[Piece]:
    return [member for member in members if isinstance(member, Piece)]


def _places(members: Members) -> dict[int, int]:
    return {id(piece): number for number, piece in enumerate(_pieces(members))}


def _left_behind(piece: Piece) -> list[Slot]:
    """What floated in other files above a key that has left its place."""
    slot = piece.slot
    if not any(setting.entry.floats for setting in slot.lost):
        return []
    own = {id(setting.entry) for setting in slot.settings}
    lost = tuple(setting for setting in slot.lost if id(setting.entry) not in own)
    return [Slot(slot.key, slot.value, (), lost)]
