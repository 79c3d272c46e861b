"""docs/reference/commands.md: every verb, from the data that `--help` is made of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from migrate import errors
from migrate.cli.main import BROKEN_PIPE, VERBS, cli
from tools.reference.markdown import table, written_by

PAGE = "docs/reference/commands.md"
INTRODUCTION = """# Commands

For looking up: every verb with its arguments, options and examples, as `migrate VERB --help` has
them. What they are good for is told in [looking at configs](../inspection.md) and in the
[quick start](../quickstart.md).
"""
CODES = {
    errors.DONE: "done, or there was nothing to do",
    errors.FOUND: "the check found something; below, each verb that can end so says what",
    errors.USAGE: "the command line is wrong",
    errors.INPUT: "input that you can fix: a config, a plan, an argument; the message says where",
    errors.MOVED: "the tree moved or is locked, or the output cannot be written",
    errors.BUG: "a bug of `migrate`; the message says what to report",
    errors.INTERRUPTED: "interrupted; nothing is half done",
    BROKEN_PIPE: "nobody reads the pipe any more",
}
FINDS = {
    "inspect": "with `--fusion`, the dataset layer has findings; with `--trainer`, the trainer "
    "makes something else of the config",
    "diff": "a difference is forbidden; with `--since`, a preset changed, came or went",
    "lint": "a rule is broken; with `--strict`, there is a warning",
    "init": "with `--trainer`, the trainer makes something else of a config than the dialect",
    "plan": "with `--exit-code`, a step or a leftover is pending",
    "port": "a key is in conflict",
    "verify": "the gate is closed",
    "finalize": "the gate is closed; nothing was removed",
    "rehearse": "a preset or the gate of the scratch copy fails",
}
"""Verbs that end with 1, and when."""
NO_JSON = {"lsp"}
"""What it prints is a protocol of its own."""


def page() -> str:
    """The whole page."""
    parts = [written_by("migrate/cli/"), INTRODUCTION, _calling(), _exit_codes()]
    groups = dict.fromkeys(group for group, _ in VERBS.values())
    for group in groups:
        parts.append(f"## {group}\n")
        parts += [_verb(name) for name, (of, _) in VERBS.items() if of == group]
    return "\n".join(parts)


def _calling() -> str:
    options = table(["option", "what it does"], _rows(cli))
    return f"""## Calling it

`migrate [OPTIONS] VERB ...`: these options stand before the verb.

{options}
`--output json` prints one object, whose fields are [listed by verb](../json.md). A verb that cannot
print CSV or Markdown says so.
"""


def _exit_codes() -> str:
    rows = ([str(code), text] for code, text in CODES.items())
    return f"## Exit codes\n\n{table(['code', 'means'], rows)}"


def command(name: str) -> click.Command:
    """The command of a verb."""
    found = cli.get_command(click.Context(cli), name)
    assert found is not None, name
    return found


def _verb(name: str) -> str:
    verb = command(name)
    usage = " ".join(["migrate", name, *verb.collect_usage_pieces(_context(verb))])
    rows = list(_rows(verb))
    parts = [f"### {name}", f"`{usage}`", *_told(verb)]
    if name in FINDS:
        parts.append(f"Exit code 1: {FINDS[name]}.")
    if rows:
        parts.append(table(["option", "what it does"], rows).rstrip())
    if name not in NO_JSON:
        parts.append(f"JSON: [its fields](../json.md#{name}).")
    return "\n\n".join(parts) + "\n"


def _context(verb: click.Command) -> click.Context:
    """As the command line calls it: names of options such as `-h` come from the group."""
    if verb is cli:
        return click.Context(cli, **cli.context_settings)
    return click.Context(verb, click.Context(cli, **cli.context_settings))


def _told(verb: click.Command) -> Iterator[str]:
    """The paragraphs of the help, its examples as code, and what stands below its options."""
    for paragraph in inspect.cleandoc(verb.help or "").split("\n\n"):
        lines = paragraph.removeprefix("\b\n").splitlines()
        if not paragraph.startswith("\b"):
            yield prose(" ".join(lines))
        elif lines[0].startswith("Example"):
            yield from _example(lines[0], [line.strip() for line in lines[1:]])
        else:
            yield table(["word", "means"], (line.split(maxsplit=1) for line in lines)).rstrip()
    if verb.epilog:
        yield prose(" ".join(verb.epilog.split()))


def _example(title: str, lines: list[str]) -> Iterator[str]:
    """What is typed, or stands in a file of another program: then its title says of which."""
    typed = all(line.startswith("migrate ") for line in lines)
    if not typed:
        yield title
    yield "\n".join(["```bash" if typed else "```text", *lines, "```"])


def prose(text: str) -> str:
    """Help as Markdown: names of options and what is written in capitals are code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(_NAMES, r"`\g<0>`", part) for part in parts
    )


_NAMES = re.compile(
    r"(?<![\w-])--?[a-z][a-z-]*(?: (?:[A-Z]+|payload|md)\b)?"  # an option, with its value
    r"|\bKEY=VALUE\b|(?:legacy|git):[A-Z:]+|[\w.]+\[0\]|[\w./]+\.yaml\b|[\w./]+\*[\w./*]*[\w*]"
    r"|\b(?!JSON\b|YAML\b|CSV\b|SARIF\b|HTML\b|CI\b|Dask\b)[A-Z]{3,}\b(?:\.\.)?/?"
)
_LIMITS = (
    (r" \[default: (.*)\]", r" Default: \1."),
    (r" \[x>=(\d+)\]", r" At least \1."),
    (r" \[(\d+)<=x<=(\d+)\]", r" \1 to \2."),
    (r" \[required\]", " Required."),
)
"""What click adds to the help of an option, in words."""


def _rows(verb: click.Command) -> Iterator[list[str]]:
    """The options of a verb, each with its help; `--help` itself is told once, of all verbs."""
    context = _context(verb)
    for option in verb.get_params(context):
        record = option.get_help_record(context)
        if (
            isinstance(option, click.Option)
            and record
            and (verb is cli or "--help" not in option.opts)
        ):
            names, text = record
            text = f" {' '.join(text.split())}"
            for written, said in _LIMITS:
                text = re.sub(written, said, text)
            yield [f"`{names}`", prose(text)]


def examples() -> Iterator[tuple[str, str]]:
    """Every example of the help, with its verb."""
    for name in VERBS:
        for block in re.findall(r"```bash\n(.*?)\n```", _verb(name), re.DOTALL):
            yield from ((name, line) for line in block.splitlines())
