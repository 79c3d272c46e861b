"""What a check found as Markdown, for a job's summary or a comment: the verdict first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.report.markdown import Sheet, code, cut
from migrate.report.paint import plural

LONG = 600
"""So many cells of a sentence are shown."""


def findings_markdown(
    title: str,
    verdict: Sequence[str],
    checks: Mapping[str, int],
    findings: Iterable[Finding],
    folder: str = "",
) -> str:
    """One text that fits into a comment of GitHub; what is left out is told.

    `verdict` is the sentence that counts, and what belongs to it; `checks` counts the errors of
    each check, empty where nothing was checked; `folder` is that of the root in its repository.
    """
    out = Sheet()
    first, *rest = verdict
    out.add([f"## {title}: {first}", "", *(line for one in rest for line in (one, ""))])
    if checks:
        rows = [(name, plural(count, "error") if count else "ok") for name, count in checks.items()]
        out.table(("check", "result"), rows, "checks")
    for level, rule, found in _grouped(findings):
        lines = [line for one in found for line in _item(one, folder)]
        out.folded(f"{rule}: {plural(len(found), level)}", lines)
    return "\n".join(out.lines).rstrip("\n") + "\n"


def _grouped(findings: Iterable[Finding]) -> Iterator[tuple[str, str, list[Finding]]]:
    """The findings of each rule; errors first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.rule), []).append(finding)
    for level in (ERROR, WARNING, NOTE):
        for (of, rule), found in groups.items():
            if of == level:
                yield level, rule, found


def _item(finding: Finding, folder: str) -> list[str]:
    """One finding; each line of the list is whole, so that it may be cut after any of them."""
    where = f"{_code(folder + str(finding.place))} " if finding.place else ""
    hint = f"<br>hint: {_code(finding.hint)}" if finding.hint else ""
    command = f"<br>{_code(finding.command)}" if finding.command else ""
    return [f"- {where}{_code(finding.what)}{hint}{command}"]


def _code(text: str) -> str:
    return code(cut(text, LONG), cell=False)
