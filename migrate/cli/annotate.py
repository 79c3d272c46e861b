"""What `verify` and `lint` print where code is looked at: annotations, a log, a job's summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrate.workspace.roots import in_repository

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.errors import MigrateError
    from migrate.findings import Finding


def print_findings(
    context: Context,
    verb: str,
    findings: Iterable[Finding],
    verdict: Sequence[str],
    checks: Mapping[str, int],
    exit_code: int,
    checked: bool = True,
) -> None:
    """Print findings as `--output` asks: sarif, github or md.

    `verdict` is the sentence that counts, and what else is said of the whole; `checks` counts the
    errors of each check.
    """
    found = [_addressed(context, finding) for finding in findings]
    folder = in_repository(context.root)
    if context.output == "sarif":
        _print_sarif(context, found, verb, exit_code, checked, folder)
    elif context.output == "github":
        from migrate.report.annotations import github_lines

        context.say("\n".join(github_lines(found, folder)))
        context.say("\n".join(reversed(verdict)))
    else:
        from migrate.report.gate_markdown import findings_markdown

        title = f"migrate {verb}"
        context.bytes_out(findings_markdown(title, verdict, checks, found, folder).encode())


def _addressed(context: Context, finding: Finding) -> Finding:
    hint, command = map(context.layout.addressed, (finding.hint, finding.command))
    return replace(finding, hint=hint, command=command)


def _print_sarif(
    context: Context, found: list[Finding], verb: str, code: int, checked: bool, folder: str
) -> None:
    from importlib.metadata import version

    from migrate.report.documentation import DISTRIBUTION, documentation
    from migrate.report.rule_help import rule_help
    from migrate.report.sarif import Run, sarif

    number, address = version(DISTRIBUTION), documentation()
    run = Run(verb, number, code, checked, folder, context.plans, address)
    log = sarif(found, rule_help(), run)
    context.bytes_out((json.dumps(log, indent=2, ensure_ascii=False) + "\n").encode())


def print_faults(context: Context, verb: str, error: MigrateError) -> None:
    """Print what kept a verb from checking anything, as findings of the rule for its kind.

    The letter on standard error and the exit code are as ever.
    """
    from migrate.errors import FOUND, MOVED
    from migrate.findings import Finding

    rules = {FOUND: "dialect", MOVED: "moved"}
    found = [Finding.of(rules.get(one.exit_code, "input"), one) for one in error.faults()]
    print_findings(context, verb, found, ["nothing was checked"], {}, error.exit_code, False)
