"""Run the gate once for a job of GitHub Actions: annotations, a summary, files and outputs.

A tree can hold text that the runner would obey: it reads a command in a line that begins with `::`,
and in any that holds `##[`. What `migrate` prints as its result is written for the runner; what it
says beside that, and what a trainer says, is shown while the runner obeys nothing.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

OPEN, CLOSED, USAGE = 0, 1, 2
VERDICTS = {OPEN: "open", CLOSED: "closed"}
SWITCHES = {
    "INPUT_SO_FAR": "--so-far",
    "INPUT_STRICT": "--strict",
    "INPUT_TRAINER": "--trainer",
}
LETTER_LINES = 40
"""The last lines of standard error, which say why there is no verdict."""


class WrongInputError(Exception):
    """An input that cannot be meant; the text says which, and what to write."""


class Answer(NamedTuple):
    """What one run of `migrate verify` ended with."""

    code: int
    result: str
    """Standard output: commands for the runner."""
    letter: str
    """The end of standard error."""

    @property
    def verdict(self) -> str:
        """`open`, `closed`, or `unknown` where the gate could not be asked."""
        return VERDICTS.get(self.code, "unknown")


def main() -> int:
    """Ask the gate as the inputs say. The exit code is the gate's."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    folder = Path(tempfile.mkdtemp(prefix="migrate-", dir=os.environ.get("RUNNER_TEMP")))
    sarif, report = folder / "verify.sarif", folder / "verify.md"
    try:
        answer = ask([*command(os.environ), "--sarif", str(sarif), "--md", str(report)])
    except WrongInputError as error:
        answer = Answer(USAGE, "", str(error))
    unsaid = answer.verdict == "unknown" and not answer.result
    print(annotation("error", answer) if unsaid else answer.result, flush=True)
    append("GITHUB_OUTPUT", outputs(answer, sarif, report))
    append("GITHUB_STEP_SUMMARY", summary(answer, report))
    if os.environ.get("INPUT_SINCE"):
        append("GITHUB_STEP_SUMMARY", changes(os.environ))
    return answer.code


def command(inputs: Mapping[str, str]) -> list[str]:
    """`migrate verify` with the arguments that the inputs ask for, as words that no shell reads.

    Raises WrongInputError.
    """
    words = [*migrate(inputs, "github"), "verify"]
    words += [option for name, option in SWITCHES.items() if switched(name, inputs.get(name, ""))]
    lines = inputs.get("INPUT_ARGUMENTS", "").split("\n")
    return words + [line.strip() for line in lines if line.strip()]


def migrate(inputs: Mapping[str, str], output: str) -> list[str]:
    """The command up to its verb."""
    words = [sys.executable, "-I", "-m", "migrate", "--root", inputs.get("INPUT_ROOT") or "."]
    if inputs.get("INPUT_PLANS"):
        words += ["--plans", inputs["INPUT_PLANS"]]
    return [*words, "--color", "never", "--output", output]


def switched(name: str, value: str) -> bool:
    """Whether an input is true; empty is false. Raises WrongInputError for another word."""
    if value.lower() in ("", "true", "false"):
        return value.lower() == "true"
    shown = name.removeprefix("INPUT_").lower().replace("_", "-")
    raise WrongInputError(f"error: the input {shown} is {value!r}\nhint: write true or false")


def ask(words: list[str]) -> Answer:
    """Run the command. What it says beside its result is shown while it runs."""
    with tempfile.TemporaryFile() as result:
        with (
            commands_stopped(),
            subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=result, stderr=subprocess.PIPE
            ) as process,
        ):
            told = deque(shown(process.stderr or ()), LETTER_LINES)
        result.seek(0)
        printed = result.read().decode("utf-8", "backslashreplace")
    return Answer(process.returncode, printed.rstrip("\n"), "\n".join(told).strip())


@contextmanager
def commands_stopped() -> Iterator[None]:
    """The runner obeys nothing that is printed meanwhile; no tree knows the word that ends it."""
    word = secrets.token_hex(32)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"::{word}::", flush=True)


def shown(stream: Iterable[bytes]) -> Iterator[str]:
    """Each line of a stream, printed as it comes."""
    for line in stream:
        text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
        print(text, flush=True)
        yield text


def annotation(level: str, answer: Answer) -> str:
    """The letter, where `migrate` could not even say it as a finding."""
    text = told(answer).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{level} title=migrate::{text}"


def told(answer: Answer) -> str:
    """The letter, or that there is none."""
    return answer.letter or f"migrate ended with {answer.code} and said nothing"


def summary(answer: Answer, report: Path) -> str:
    """The report, which is short enough for a summary; or the letter."""
    if report.is_file():
        return report.read_text(encoding="utf-8")
    return f"## migrate verify: nothing was checked\n\n{fenced(told(answer))}\n"


def changes(inputs: Mapping[str, str]) -> str:
    """Which values differ since a revision. Where that cannot be told, the gate's word stands."""
    found = ask([*migrate(inputs, "md"), "diff", f"--since={inputs['INPUT_SINCE']}"])
    if found.verdict == "unknown":
        print(annotation("warning", found), flush=True)
    text = fenced(told(found)) if found.verdict == "unknown" else found.result
    return f"\n## migrate diff\n\n{text}\n"


def fenced(text: str) -> str:
    """Text as a block of code, behind a fence that is longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def outputs(answer: Answer, sarif: Path, report: Path) -> str:
    """What later steps may ask for. Of the paths, RUNNER_TEMP is the runner's and the rest ours."""
    files = {"sarif": sarif, "report": report}
    there = {name: str(path) if path.is_file() else "" for name, path in files.items()}
    values = {"verdict": answer.verdict, "exit-code": answer.code, **there}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def append(variable: str, text: str) -> None:
    """Add to a file that the runner reads afterwards."""
    if os.environ.get(variable):
        with open(os.environ[variable], "a", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
