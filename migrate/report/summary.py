"""How a preview of many steps looks: a line for each, and in full what needs a person's word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrate.locations import printable
from migrate.report.fit import fitted
from migrate.report.paint import UNPAINTED, Paint, plural
from migrate.report.steps import mention_lines, word_lines

if TYPE_CHECKING:
    from migrate.workspace.steps import Step

HEAD = ("preset", "files", "keys", "comments kept", "dropped", "references", "deleted")
PRESETS = 3
"""So many presets are named that need the same word."""
MENTIONS = 20
"""So many mentions in prose are listed; `-v` lists them all."""


class StepSummary(NamedTuple):
    """One step in a line. Of a large rollout no step is kept, only this."""

    name: str
    files_before: int
    files_after: int
    keys: int
    comments_kept: int
    comments_dropped: int
    references: int
    """How many references are rewritten."""
    mentions: tuple[str, ...]
    """Those that stay as they are because they are prose, as lines."""
    deleted: int
    """How many files go."""
    allowed: int
    """How many differences the parity profile allows."""
    words: tuple[str, ...]
    """What needs a person's word, as lines."""


def summary_of(step: Step, paint: Paint) -> StepSummary:
    """What is kept of a step."""
    proposal = step.proposal
    written, proof, followed = proposal.written, proposal.proof, proposal.followed
    rewritten = sum(map(followed.rewrites, followed.references))
    return StepSummary(
        proposal.name,
        len(written.chain),
        len(proof.chain),
        written.keys,
        written.comments.kept,
        len(written.comments.dropped),
        rewritten,
        tuple(mention_lines(step, paint)),
        len(step.landing.deleted),
        len(proof.verdict.allowed),
        tuple(word_lines(step, paint)),
    )


def summary_lines(steps: Sequence[StepSummary], paint: Paint, limit: int = 0) -> Iterator[str]:
    """The table in so many cells (0: no terminal), then what needs a word, step by step."""
    if not steps:
        return
    head, *lines = fitted(
        [HEAD, *map(_row, steps)], limit, shrink=(0,), spare=(5, 2), right=(1, 2, 3, 4, 5, 6)
    )
    yield paint(head, "bold")
    yield from lines
    for names, words in _by_presets(steps).items():
        yield ""
        yield paint(_names(names), "bold")
        yield from words
    yield from _mentions(steps)


def _by_presets(steps: Sequence[StepSummary]) -> dict[tuple[str, ...], list[str]]:
    """What needs a word, once for all the presets that it concerns."""
    presets: dict[tuple[str, ...], list[str]] = {}
    for step in steps:
        for word in _words(step.words):
            presets.setdefault(word, []).append(step.name)
    found: dict[tuple[str, ...], list[str]] = {}
    for word, names in presets.items():
        found.setdefault(tuple(names), []).extend(word)
    return found


def _words(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each word with the lines that stand further in below it."""
    starts = [
        number for number, line in enumerate(lines) if not UNPAINTED.sub("", line)[2:3].isspace()
    ]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        yield tuple(lines[start:end])


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(printable, names[:PRESETS]))
    return shown + (f" and {len(names) - PRESETS} more" if len(names) > PRESETS else "")


def _mentions(steps: Sequence[StepSummary]) -> Iterator[str]:
    """Every place once, however many steps it concerns."""
    every = list(dict.fromkeys(line for step in steps for line in step.mentions))
    if every:
        yield ""
        yield f"in prose, left as it is: {plural(len(every), 'mention')}"
        yield from every[:MENTIONS]
    if len(every) > MENTIONS:
        yield f"  and {len(every) - MENTIONS} more"


def _row(step: StepSummary) -> tuple[str, ...]:
    files = f"{step.files_before} -> {step.files_after}"
    counts = (
        step.keys,
        step.comments_kept,
        step.comments_dropped,
        step.references,
        step.deleted,
    )
    return (printable(step.name), files, *map(str, counts))


def total_line(steps: Sequence[StepSummary], applied: int) -> str:
    """What all steps come to."""
    gone = plural(sum(one.deleted for one in steps), "file")
    dropped = plural(sum(one.comments_dropped for one in steps), "comment")
    many = plural(len(steps), "step")
    return f"{many} pending, {applied} applied; {gone} will be deleted, {dropped} dropped"


def parity_line(steps: Sequence[StepSummary]) -> str:
    """What the table does not count: differences that are allowed."""
    return f"parity holds, {plural(sum(one.allowed for one in steps), 'allowed difference')}"
