"""Write docs/pictures/terminal.svg: one run before and after, as a terminal shows it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from migrate.cli.main import run
from migrate.report.paint import width

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/pictures/terminal.svg"
BEFORE, NOW = "configs/legacy/train/grpo/dense_2048.yaml", "configs/train/grpo/dense_2048.yaml"
COMMANDS = (
    f"migrate inspect {BEFORE} --only chain",
    f"migrate inspect {NOW} --only chain",
    f"migrate explain {BEFORE} training.learning_rate",
)
CELL, LINE, MARGIN = 7.8, 18, 16
"""Pixels of a character at 13 px, of a line, and around the text."""
COLOURS = {
    "1": 'font-weight="bold"',
    "2": 'fill="#7d8590"',
    "31": 'fill="#ff7b72"',
    "32": 'fill="#7ee787"',
    "33": 'fill="#e3b341"',
    "36": 'fill="#79c0ff"',
}
_PIECE = re.compile(r"(?:\x1b\[(?P<codes>[0-9;]+)m)?(?P<text>[^\x1b]+)(?:\x1b\[0m)?")


def picture() -> str:
    """The commands with their output in colour, as SVG; made from the configs and nothing else."""
    lines = [line for command in COMMANDS for line in (*shown(command), "")][:-1]
    across = MARGIN * 2 + CELL * max(width(_PIECE.sub(r"\g<text>", line)) for line in lines)
    down = MARGIN * 2 + LINE * len(lines)
    body = "\n".join(_line(line, MARGIN + LINE * number) for number, line in enumerate(lines, 1))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:.0f} {down}" role="img">
<title>{escape("; ".join(COMMANDS))}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
{body}
</g>
</svg>
"""


def shown(command: str) -> Iterator[str]:
    """A command behind its prompt, and the lines it prints."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out):
        run(["--root", str(ROOT), "--color", "always", *shlex.split(command)[1:]])
    out.seek(0)
    yield f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m"
    yield from out.read().splitlines()


def _line(line: str, y: int) -> str:
    """One line; each piece has a place of its own, whatever font the reader has."""
    spans, column = [], 0
    for piece in _PIECE.finditer(line):
        text = piece["text"]
        lead = len(text) - len(text.lstrip())
        if text.strip():
            x = MARGIN + CELL * (column + lead)
            style = "".join(
                f" {COLOURS[code]}" for code in (piece["codes"] or "").split(";") if code
            )
            long = f'textLength="{CELL * width(text.strip()):.1f}"'
            spans.append(f'<tspan x="{x:.1f}" {long}{style}>{escape(text.strip())}</tspan>')
        column += width(text)
    return f'<text y="{y}" xml:space="preserve">{"".join(spans)}</text>'


def main() -> None:
    """Write the picture."""
    (ROOT / PAGE).write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
