"""How `init` looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from migrate.discovery.discover import SHALLOW
from migrate.locations import LEGACY, printable, printable_block
from migrate.report.fit import fitted
from migrate.report.paint import Paint, columns, plural
from migrate.report.refs import reference_data

if TYPE_CHECKING:
    from migrate.commands.init import Init
    from migrate.discovery.redraft import Redraft


NAMED = 100
"""So many places that name what goes are listed."""

MANY = 12
"""So many paths are listed for one reason; `--output json` lists them all."""
FEW = 3
"""So many files that were written are named where there are more than `MANY`."""


def init_lines(result: Init, paint: Paint, limit: int = 0) -> Iterator[str]:
    """What was found, what will go, what was left alone and why, what to do next; tables in so many
    cells (0: no terminal)."""
    if result.again is not None:
        yield from _again_lines(result, result.again, paint)
        return
    found = result.found
    if not result.drafts:
        count = sum(why == SHALLOW for why in found.left_alone.values())
        yield f"nothing to migrate, shallow already: {plural(count, 'config')}"
        yield from _left_alone(found.left_alone)
        return
    yield f"found {plural(len(result.drafts), 'preset')} to migrate"
    rows = [
        (printable(item.name), printable(item.path), _shape(item.extends)) for item in result.drafts
    ]
    yield from fitted(rows, limit, shrink=(0, 1, 2), spare=(2,), indent="  ")
    if found.retired:
        yield f"will be retired with the last preset that uses it: {_files(found.retired)}"
        yield from _all(found.retired)
    if found.extended:
        yield f"may look like fragments, and are taken for presets: {_files(found.extended)}"
        yield from _all(found.extended)
        options = " ".join(f"--components '{glob}'" for glob in (*found.components, "FILE"))
        yield f"  a fragment that nobody runs: {printable(options)} says so"
    yield from _left_alone(found.left_alone)
    for path, why in sorted(found.outside_users.items()):
        yield f"stays: {printable(path)} ({printable(why)})"
    yield f"froze {plural(len(found.frozen), 'file')} into {LEGACY}/"
    yield f"wrote {_some(result.plans)}"
    if result.beside:
        yield f"for editors and git: {', '.join(result.beside)}"
    yield from _unanswered(result)
    yield paint("next: read the plans, then `migrate plan`", "bold")


def _unanswered(result: Init) -> Iterator[str]:
    """What holds steps until somebody says what became of it, and the lines that do so."""
    if result.say is None:
        return
    rows = [
        (str(one.place), printable(one.target), f"goes with {printable(name)}")
        for name, one in result.unanswered
    ]
    yield f"named by code, and will go: {plural(len({one for _, one, _ in rows}), 'file')}"
    yield from columns(rows[:NAMED], indent="  ")
    if len(rows) > NAMED:
        yield f"  and {len(rows) - NAMED:,} more places; `migrate refs` tells all of them"
    yield f"  {result.say.place}: {result.say.where}:"
    yield from (printable(line) for line in result.say.lines)


def _again_lines(result: Init, again: Redraft, paint: Paint) -> Iterator[str]:
    """What is new since the plans were written, as a diff of the plan files."""
    yield from _news(again, paint)
    if again.frozen:
        yield f"froze {plural(len(again.frozen), 'file')} into {LEGACY}/"
    for change in result.changes:
        if change.path in result.plans:
            yield from (paint.diff_line(printable_block(line)) for line in change.diff())
    if result.beside:
        yield f"for editors and git: {', '.join(result.beside)}"
    yield from _unanswered(result)
    late = [p for p, why in result.found.left_alone.items() if why.startswith("cannot be loaded")]
    for path in sorted(late):
        yield printable(f"left out: {path} {result.found.left_alone[path]}")
        yield printable(f"  hint: `migrate adopt {path}` follows its chain into the legacy tree")
    if not len(result.changes) and not late:
        yield "nothing to do: the plans hold what this tree has"
    elif result.plans:
        yield paint("next: read what was added, then `migrate plan`", "bold")


def _news(again: Redraft, paint: Paint) -> Iterator[str]:
    for item in again.added:
        yield f"added {paint(printable(item.name), 'bold')}: {printable(item.path)}"
    for name, missing in again.missing.items():
        keys = ", ".join(f"{path}: {', '.join(keys)}" for path, keys in missing.items())
        yield printable(f"{name} inlines more: {keys}")
    for one in again.vanished:
        yield printable(f"{one.place}: {one.name} is planned, and {one.path} is gone")
        yield "  hint: restore the file, or take the preset out of the plan"
    why = "its frozen copy stays: the record of an applied preset needs it"
    for path in again.kept:
        yield printable(f"{path} has changed; {why}")


def _some(paths: Sequence[str]) -> str:
    """Paths, each by its name or, of many, the first few."""
    if len(paths) <= MANY:
        return ", ".join(paths)
    return f"{', '.join(paths[:FEW])} and {plural(len(paths) - FEW, 'more file', 'more files')}"


def _files(reasons: Mapping[str, str]) -> str:
    return plural(len(reasons), "file")


def _left_alone(left_alone: Mapping[str, str]) -> Iterator[str]:
    if left_alone:
        yield f"left alone: {plural(len(left_alone), 'config')}"
        yield from _reasons(left_alone)


def _all(reasons: Mapping[str, str]) -> Iterator[str]:
    rows = [(printable(path), printable(why)) for path, why in sorted(reasons.items())]
    yield from columns(rows, indent="  ")


def _reasons(reasons: Mapping[str, str]) -> Iterator[str]:
    """Every path with its reason; of many with the same one, the first and how many more."""
    counts: Counter[str] = Counter()
    rows: list[tuple[str, str]] = []
    for path, why in sorted(reasons.items()):
        counts[why] += 1
        if counts[why] <= MANY:
            rows.append((printable(path), printable(why)))
    yield from columns(rows, indent="  ")
    for why, count in counts.items():
        if count > MANY:
            yield f"  and {count - MANY:,} more: {printable(why)}"


def _shape(extends: tuple[str, ...]) -> str:
    return f"on {printable(extends[0])}" if extends else "stands alone"


def init_data(result: Init) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "presets": [
            {"name": item.name, "path": item.path, "extends": list(item.extends)}
            for item in result.drafts
        ],
        "retires": result.found.retired,
        "extended_presets": result.found.extended,
        "shallow": result.found.shallow,
        "left_alone": result.found.left_alone,
        "stays": result.found.outside_users,
        "frozen": result.found.frozen,
        "config_root": result.config_root,
        "plans": result.plans,
        "beside": result.beside,
        "unanswered": [{"preset": name, **reference_data(one)} for name, one in result.unanswered],
        "paste": list(result.say.lines) if result.say else [],
        "paste_at": str(result.say.place) if result.say else None,
        **_again_data(result),
    }


def _again_data(result: Init) -> dict[str, Any]:
    """What a second `init` says besides."""
    again = result.again
    if again is None:
        return {}
    changes = [{"path": change.path, "change": change.kind} for change in result.changes]
    gone = [{"name": one.name, "path": one.path, "place": str(one.place)} for one in again.vanished]
    return {
        "frozen": again.frozen,
        "missing": again.missing,
        "vanished": gone,
        "kept": again.kept,
        "changes": changes,
    }
