"""The record of one applied preset: what it was, what it became, which differences were allowed.

The same input gives the same bytes: no time, no host, no user.
"""

from __future__ import annotations

import json
import posixpath
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from migrate.canonical import RenderedPart, canonical, indented, plain, restore
from migrate.changes import Change, ChangeSet, sha256
from migrate.errors import InputError
from migrate.layout import Layout
from migrate.locations import LEGACY, KeyPath, dotted, outside, parse_dotted
from migrate.parity import ABSENT, Difference, Verdict, identical
from migrate.rollout.legacy import MANIFEST
from migrate.rollout.own_lines import (
    Hunk,
    WrittenLines,
    packed,
    text_lines,
    unpacked,
    written_lines,
)
from migrate.trees.tree import Tree

if TYPE_CHECKING:
    from migrate.plan import PlannedPreset
    from migrate.rollout.steps import Proposal

FORMAT = "1.0"


class FileRecord(NamedTuple):
    """One file that a step changed; digests are None where the file did not exist."""

    path: str
    before: str | None
    after: str | None
    legacy: str | None
    """The frozen file that holds the bytes of before, if one does."""
    edits: tuple[tuple[int, int, str], ...] = ()
    """For an edited file: (offset, length, old text), which take the new text back to the old."""
    written: WrittenLines | None = None
    """The same as whole lines, which are found again when somebody has edited the rest."""


class Evidence(NamedTuple):
    """What `apply` recorded. `resolved` is the legacy config as the trainer's loader saw it."""

    name: str
    source: str
    target: str
    digest: str
    chain: tuple[tuple[str, str], ...]
    built_on: tuple[str, ...]
    """The files under the new preset when it was applied."""
    gone: tuple[str, ...]
    """The files of the old chain that other steps had deleted before."""
    resolved: dict[Any, Any]
    plan: str
    steps: tuple[FileRecord, ...]
    content: bytes
    path: str
    """Where the record stands."""
    renamed: tuple[tuple[str, str], ...] = ()
    """What `mv` moved since the step: the path that the step knew, and today's."""
    allowed: frozenset[tuple[str, str]] = frozenset()
    """What differed from the start: the dotted key, and the new value as `new_text` has it."""
    brought: tuple[tuple[str, str], ...] = ()
    """Newer texts of its old files in the legacy tree, of which presets lack something."""

    @property
    def retired(self) -> tuple[str, ...]:
        """The files that the step deleted."""
        return tuple(step.path for step in self.steps if step.after is None)

    def matches(self, chain: tuple[tuple[str, str], ...], resolved: dict[Any, Any]) -> bool:
        """Whether this is the legacy config that was recorded: its files, and what they come to."""
        if chain != self.chain:
            return False
        same = identical(resolved, self.resolved, in_order=False)
        return same or canonical(resolved) == canonical(self.resolved)


def plan_digest(planned: PlannedPreset) -> str:
    """The digest of what a plan says of a preset; a changed plan makes the preset stale."""
    said = planned.source.raw["presets"][planned.name]
    around = {"order": list(planned.order), "headers": planned.headers}
    if planned.pins != "follow":
        around["pins"] = planned.pins
    return sha256(json.dumps([plain(said), around], sort_keys=True).encode())


def record(
    proposal: Proposal, planned: PlannedPreset, frozen_digest: dict[str, str], layout: Layout
) -> Change:
    """The change that writes a proposal's evidence; `frozen_digest`: digest to legacy file."""
    written, proof = proposal.written, proposal.proof
    structure = {
        "format_version": FORMAT,
        "preset": planned.name,
        "from": written.source,
        "to": written.target,
        "plan_sha256": plan_digest(planned),
        "new": {"sha256": sha256(written.content), "chain": list(proof.chain)},
        "legacy": {
            "chain": [{"path": path, "sha256": digest} for path, digest in written.chain],
            "resolved": proof.resolved,
            **({"gone": list(proposal.gone)} if proposal.gone else {}),
        },
        "allowed": _allowed(proof.verdict),
        "changes": [_step(change, frozen_digest, written.target) for change in proposal.changes],
    }
    text = indented(structure)
    path = layout.evidence(planned.name)
    return Change(path, None, text.encode(), f"evidence of {planned.name}")


class AllowedDifference(NamedTuple):
    """A difference that the profile allowed when a preset was applied: the dotted key, both sides
    in the form of the record (`ABSENT` where there is none), the rule's pattern and its reason."""

    key: str
    old: Any
    new: Any
    rule: str
    reason: str


def allowed_differences(verdict: Verdict) -> Iterator[AllowedDifference]:
    """What a profile allows of a preset."""
    return map(_read_allowed, _allowed(verdict))


def recorded_allowances(evidence: Evidence) -> tuple[AllowedDifference, ...]:
    """What the profile allowed of a preset when it was applied."""
    return tuple(map(_read_allowed, json.loads(evidence.content)["allowed"]))


def _read_allowed(item: dict[str, Any]) -> AllowedDifference:
    sides = item.get("old", ABSENT), item.get("new", ABSENT)
    told = str(item.get("rule", "")), str(item.get("reason", ""))
    return AllowedDifference(item["key"], *sides, *told)


def _allowed(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "key": dotted(difference.path),
            **difference_sides(difference),
            "rule": rule.path,
            "reason": rule.reason,
        }
        for difference, rule in verdict.allowed
    ]


class Amendment(NamedTuple):
    """Newer texts of old files that a record takes in, once its preset says what they say."""

    digests: dict[str, str]
    """The SHA-256 of each, by its path in the legacy tree."""
    resolved: RenderedPart
    """The old config with them."""
    differences: tuple[Difference, ...]
    """What that changed."""
    chain: tuple[tuple[str, str], ...] = ()
    """The old chain, where other files are in it by now."""
    sources: Mapping[KeyPath, str] = {}
    """Where each changed key was edited."""
    revision: str = ""
    """The commit from which the texts were brought."""
    verdict: Verdict | None = None
    """What the preset, as it is now, makes of the old config with them."""


class PortRecord(NamedTuple):
    """What `port` did to a preset, as far as undoing its step has to know."""

    content: bytes | None
    """The new text of the preset, if it was as its step left it; the record follows."""
    plan: str
    """The digest of its plan by now."""
    frozen: Mapping[str, str]
    """The SHA-256 of the frozen files that have another text by now."""
    brought: tuple[tuple[str, str], ...] = ()
    """Those of its old files, with their digests, of which no preset has every edit yet."""
    consumed: Mapping[str, str] = {}
    """Old files that came as frozen copies alone, by the path at which they would have stood: its
    step counts as the one that deleted them, so that undoing it brings them."""


def amended(
    evidence: Evidence,
    changes: Iterable[Change],
    frozen_digest: dict[str, str],
    amendment: Amendment | None = None,
) -> Change:
    """The change that adds to a record what was done after the step: `changes`, which undoing the
    step takes back as well, and newer texts of its old files. `frozen_digest` as for `record`."""
    data = json.loads(evidence.content)
    steps = {step["path"]: step for step in data["changes"]}
    known = {step.path: step for step in evidence.steps}
    for change in changes:
        first = _since_the_step(change, known.get(change.path))
        if first is not None:
            steps[change.path] = _step(first, frozen_digest, evidence.target)
    data["changes"] = [steps[path] for path in sorted(steps)]
    if amendment is not None:
        _amend(data, amendment)
    why = f"evidence of {evidence.name}"
    return Change(evidence.path, evidence.content, indented(data).encode(), why)


def _amend(data: dict[str, Any], amendment: Amendment) -> None:
    legacy = data["legacy"]
    if amendment.chain:
        legacy["chain"] = [{"path": path, "sha256": known} for path, known in amendment.chain]
    for item in legacy["chain"]:
        item["sha256"] = amendment.digests.get(item["path"], item["sha256"])
    legacy["resolved"] = amendment.resolved
    if amendment.verdict is not None:
        data["allowed"] = _allowed(amendment.verdict)
    keys = [
        {"key": dotted(one.path), **difference_sides(one), **_source(one, amendment.sources)}
        for one in amendment.differences
    ]
    revision = {"revision": amendment.revision} if amendment.revision else {}
    entry = {"files": sorted(amendment.digests), **revision, "keys": keys}
    data.setdefault("amendments", []).append(entry)


def replaced_values(evidence: Evidence, frozen: str) -> Iterator[tuple[KeyPath, Any]]:
    """The keys that an edit of an old file changed after the step, each with the value before it,
    in the form of the record; `ABSENT` where there was none."""
    for entry in json.loads(evidence.content).get("amendments", ()):
        if frozen in entry["files"]:
            for item in entry["keys"]:
                yield parse_dotted(item["key"]), item.get("old", ABSENT)


def _source(difference: Difference, sources: Mapping[KeyPath, str]) -> dict[str, str]:
    """Where a key was edited; of a list the whole of it was."""
    lengths = range(len(difference.path), 0, -1)
    found = [sources[difference.path[:n]] for n in lengths if difference.path[:n] in sources]
    return {"source": found[0]} if found else {}


def ported_record(evidence: Evidence, done: PortRecord, amendment: Amendment | None) -> Change:
    """The change of a record whose preset was ported, or whose old files others brought up to date.

    Undoing its step then brings back the old files with the edits that were carried over.
    """
    data = json.loads(evidence.content)
    was = {new: old for old, new in evidence.renamed}.get(evidence.target, evidence.target)
    for step in data["changes"]:
        if step.get("legacy") in done.frozen:
            step["before"] = done.frozen[step["legacy"]]
        if step["path"] == was and done.content is not None:
            step["after"] = sha256(done.content)
    if done.content is not None:
        data["new"]["sha256"] = sha256(done.content)
    known = {step["path"] for step in data["changes"]}
    new = [
        {"path": path, "before": done.frozen[legacy], "after": None, "legacy": legacy}
        for path, legacy in done.consumed.items()
        if path not in known
    ]
    data["changes"] = sorted([*data["changes"], *new], key=lambda step: str(step["path"]))
    data["plan_sha256"] = done.plan
    if amendment is not None:
        _amend(data, amendment)
        data.pop("brought", None)
    elif done.brought:
        data["brought"] = [{"path": path, "sha256": known} for path, known in done.brought]
    why = f"evidence of {evidence.name}"
    return Change(evidence.path, evidence.content, indented(data).encode(), why)


def _since_the_step(change: Change, step: FileRecord | None) -> Change | None:
    """A later change of a file, from where the step itself began; None if that is not known."""
    if step is None or step.before is None:
        return change if step is None else change._replace(before=None)
    if step.after is None:
        return change  # it was brought back in between: what stood last is what comes back
    if change.before is None or sha256(change.before) != step.after or step.legacy is not None:
        return None
    return change._replace(before=undo_edits(change.before, step.edits))


def difference_sides(difference: Difference) -> dict[str, Any]:
    """Old and new value; a side that has no such key is left out, which null is not."""
    sides = {"old": difference.old, "new": difference.new}
    return {name: plain(value) for name, value in sides.items() if value is not ABSENT}


def _step(change: Change, frozen: dict[str, str], target: str) -> dict[str, Any]:
    before = sha256(change.before) if change.before is not None else None
    after = sha256(change.after) if change.after is not None else None
    step: dict[str, Any] = {"path": change.path, "before": before, "after": after}
    if before in frozen and not change.path.startswith(f"{LEGACY}/"):
        step["legacy"] = frozen[before]
    if change.before is None or (change.path == target and before in frozen):
        return step
    if change.path == MANIFEST:
        return step  # made anew from the frozen files, whoever changes them
    if change.after is not None:
        step.update(_own_lines(written_lines(change.before, change.after)))
    elif before not in frozen:
        step["edits"] = [[0, 0, _decoded([change.before])]]
    return step


def _own_lines(written: WrittenLines) -> dict[str, Any]:
    """What a step wrote into a file, each with the old text; from the end, as it is undone."""
    edits: list[list[Any]] = []
    for hunk in reversed(written.hunks):
        length = sum(map(len, hunk.new))
        edits.append([hunk.start, length, _decoded(hunk.old)])
    wrote = [[hunk.lines[0], _decoded(hunk.new)] for hunk in reversed(written.hunks)]
    return {"edits": edits, "wrote": wrote, "lines": packed(written)}


def _decoded(lines: Iterable[bytes]) -> str | dict[str, str]:
    """Lines as a text; what is no UTF-8 as its bytes, which JSON has no text for."""
    content = b"".join(lines)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {_BYTES: b64encode(content).decode("ascii")}


_BYTES = "<bytes>"


def undo_edits(content: bytes, edits: tuple[tuple[int, int, str], ...]) -> bytes:
    """The old text from the one that a step left."""
    for start, length, old in edits:
        raw = old.encode("utf-8", "surrogateescape")
        content = content[:start] + raw + content[start + length :]
    return content


def read_evidence(tree: Tree, name: str, layout: Layout) -> Evidence | None:
    """The evidence of a preset, None if it was not applied. Raises InputError for a broken file."""
    path = layout.evidence(name)
    if not tree.exists(path):
        return None
    content = tree.read(path)
    try:
        data = json.loads(content)
        if data["preset"] != name:
            raise ValueError("it is of another preset")
        return _evidence(data, content, path)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "restore it from version control"
        reason = f"{type(error).__name__}: {str(error)[:80]}"
        raise InputError(f"is not a valid evidence file: {reason}", path, hint) from None


def _evidence(data: dict[str, Any], content: bytes, path: str) -> Evidence:
    return Evidence(
        name=data["preset"],
        source=_path(data["from"]),
        target=_path(data["to"]),
        digest=_text(data["new"]["sha256"]),
        chain=tuple(
            (_path(item["path"]), _text(item["sha256"])) for item in data["legacy"]["chain"]
        ),
        built_on=tuple(map(_path, data["new"]["chain"]))[:-1],
        gone=tuple(map(_path, data["legacy"].get("gone", ()))),
        resolved=_mapping(_restored(data["legacy"]["resolved"], content)),
        plan=_text(data["plan_sha256"]),
        steps=tuple(_read_step(item) for item in data["changes"]),
        content=content,
        path=path,
        renamed=tuple(
            (_path(old), _path(new)) for old, new in _mapping(data.get("renamed", {})).items()
        ),
        allowed=frozenset(
            (_text(item["key"]), _spelled(item["new"]) if "new" in item else "")
            for item in data["allowed"]
        ),
        brought=tuple(
            (_path(item["path"]), _text(item["sha256"])) for item in data.get("brought", ())
        ),
    )


def new_text(difference: Difference) -> str:
    """The new side of a difference as a text, the same for the same value only."""
    return "" if difference.new is ABSENT else _spelled(plain(difference.new))


def _spelled(structure: Any) -> str:
    return json.dumps(structure, sort_keys=True)


_SPELLED = (b'"<', b"\\u003c", b"\\u003C")
"""How a key or value that JSON lacks begins, in the bytes of a record."""


def _restored(resolved: Any, content: bytes) -> Any:
    """What the record holds; where nothing in it had to be spelled, as JSON has it already."""
    return restore(resolved) if any(sign in content for sign in _SPELLED) else resolved


def _read_step(item: dict[str, Any]) -> FileRecord:
    edits = tuple((_offset(a), _offset(b), _lines(c)) for a, b, c in item.get("edits", ()))
    before, after, legacy = item["before"], item["after"], item.get("legacy")
    written = _written(item, edits) if "lines" in item else None
    return FileRecord(
        _path(item["path"]),
        None if before is None else _text(before),
        None if after is None else _text(after),
        None if legacy is None else _path(legacy),
        edits,
        written,
    )


def _written(item: dict[str, Any], edits: tuple[tuple[int, int, str], ...]) -> WrittenLines:
    digests = unpacked(_text(item["lines"]))
    hunks: list[Hunk] = []
    last = 0
    for (start, _, old), (first, new) in zip(edits[::-1], item["wrote"][::-1], strict=True):
        lines, before = text_lines(_lines(new)), text_lines(old)
        if not last <= _offset(first) <= len(digests) - len(lines):
            raise ValueError("the lines of a step follow one another")
        last = first + len(lines)
        hunks.append(Hunk((first, last), tuple(lines), tuple(before), start))
    return WrittenLines(tuple(hunks), digests)


# Evidence is as hostile as any other file of the tree: nothing in it is taken for what it says.


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is expected, not {type(value).__name__}")
    value.encode("utf-8", "surrogateescape")
    return value


def _lines(value: Any) -> str:
    """What `_decoded` spelled; bytes that are no text as lone surrogates."""
    if isinstance(value, dict):
        content = b64decode(_text(value[_BYTES]), validate=True)
        return content.decode("utf-8", "surrogateescape")
    return _text(value)


def _path(value: Any) -> str:
    path = _text(value)
    if not path or "\0" in path or posixpath.normpath(path) != path or outside(path):
        raise ValueError(f"{path!r} is not a path below the root")
    return path


def _offset(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("an edit begins and ends at an offset")
    return value


def _mapping(value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError("a config is a mapping")
    return value


def with_evidence(proposal: Proposal, evidence: Change) -> ChangeSet:
    """The whole step: the proposal's changes and its record."""
    return ChangeSet.of([*proposal.changes, evidence])
