"""What `verify` and `lint` tell where code is looked at: annotations, a log, a job's summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrate.cli.options import ANNOTATED
from migrate.workspace.roots import in_repository

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.errors import MigrateError
    from migrate.findings import Finding


class FindingsOfRun(NamedTuple):
    """What a verb found, as it is told in each form.

    `verdict` is the sentence that counts, and what else is said of the whole; `checks` counts the
    errors of each check; `folder` is that of the root inside its repository.
    """

    verb: str
    found: list[Finding]
    verdict: Sequence[str]
    checks: Mapping[str, int]
    exit_code: int
    checked: bool
    folder: str


def tell_findings(
    context: Context,
    verb: str,
    findings: Iterable[Finding],
    verdict: Sequence[str],
    checks: Mapping[str, int],
    exit_code: int,
    checked: bool = True,
) -> None:
    """Print findings if `--output` asks for sarif, github or md, and write those of `--sarif` and
    `--md`: all of one run. The words are those of `FindingsOfRun`.
    """
    found = [_addressed(context, finding) for finding in findings]
    folder = in_repository(context.root)
    told = FindingsOfRun(verb, found, verdict, checks, exit_code, checked, folder)
    if context.output == "github":
        from migrate.report.annotations import github_lines

        context.say("\n".join(github_lines(found, folder)))
        context.say("\n".join(reversed(verdict)))
    elif context.output in ANNOTATED:
        context.bytes_out(_text(context, told, context.output).encode())
    # Taken away, so that one that cannot be written is not tried again to tell of that.
    files, context.files = context.files, {}
    for kind, out in files.items():
        _write(context, told, kind, out)


def _write(context: Context, told: FindingsOfRun, kind: str, out: str) -> None:
    """Raises Refused for a file that cannot be written, or is another's."""
    from migrate.commands.report import written
    from migrate.layout import REPORT

    # In the tree, what a report says of a file must not count as a use of it.
    begin = "" if kind == "sarif" else f"{REPORT.decode()}\n"
    content = (begin + _text(context, told, kind)).encode()
    context.land(lambda: written(context.view, out, content), f"findings into {out}")


def _text(context: Context, told: FindingsOfRun, kind: str) -> str:
    if kind == "sarif":
        return _sarif_text(context, told)
    from migrate.report.gate_markdown import findings_markdown

    title = f"migrate {told.verb}"
    return findings_markdown(title, told.verdict, told.checks, told.found, told.folder)


def _addressed(context: Context, finding: Finding) -> Finding:
    hint, command = map(context.layout.addressed, (finding.hint, finding.command))
    return finding._replace(hint=hint, command=command)


def _sarif_text(context: Context, told: FindingsOfRun) -> str:
    from importlib.metadata import version

    from migrate.report.documentation import DISTRIBUTION, documentation
    from migrate.report.rule_help import rule_help
    from migrate.report.sarif import Run, sarif

    number, address = version(DISTRIBUTION), documentation()
    code, checked, folder = told.exit_code, told.checked, told.folder
    run = Run(told.verb, number, code, checked, folder, context.plans, address)
    log = sarif(told.found, rule_help(), run)
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def tell_faults(context: Context, verb: str, error: MigrateError) -> None:
    """Tell what kept a verb from checking anything, as findings of the rule for its kind.

    The letter on standard error and the exit code are as ever.
    """
    from migrate.errors import FOUND, MOVED
    from migrate.findings import Finding

    rules = {FOUND: "dialect", MOVED: "moved"}
    found = [Finding.of(rules.get(one.exit_code, "input"), one) for one in error.faults()]
    tell_findings(context, verb, found, ["nothing was checked"], {}, error.exit_code, False)
