"""Write docs/pictures/terminal.svg: one run before and after, as a terminal shows it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from migrate.cli.main import run
from migrate.report.paint import width

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/pictures/terminal.svg"
PANES = (
    ("migrate inspect legacy:grpo_dense --only chain",),
    (
        "migrate inspect grpo_dense --only chain",
        "migrate table legacy:grpo_dense grpo_dense --differs",
        "migrate explain grpo_dense tuner.lora_alpha",
    ),
)
"""What each half of the terminal shows, one command after another."""
CELL, LINE, MARGIN = 7.8, 18, 16
"""Pixels of a character at 13 px, of a line, and around the text."""
EDGE = "#30363d"
"""The frame, seen where a page is as dark as a terminal."""
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
    title = "; ".join(command for pane in PANES for command in pane)
    return drawn([_pane(commands) for commands in PANES], title)


def drawn(panes: Sequence[Sequence[str]], title: str, columns: int = 0) -> str:
    """Lines with their colours as a terminal of so many columns shows them, or a wider one.

    Several panes stand side by side.
    """
    down = MARGIN * 2 + LINE * max(map(len, panes))
    parts, x = [], 0.0
    for number, lines in enumerate(panes):
        if number:
            parts.append(f'<path d="M{x:.0f} 0V{down}" stroke="{EDGE}"/>')
        parts += [_line(line, x + MARGIN, MARGIN + LINE * row) for row, line in enumerate(lines, 1)]
        widest = max(width(_PIECE.sub(r"\g<text>", line)) for line in lines)
        x += MARGIN * 2 + CELL * max(columns, widest)
    body, box = "\n".join(parts), f"-1 -1 {x + 2:.0f} {down + 2}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img">
<title>{escape(title)}</title>
<rect width="{x:.0f}" height="{down}" rx="8" fill="#0d1117" stroke="{EDGE}"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
{body}
</g>
</svg>
"""


def _pane(commands: Sequence[str]) -> list[str]:
    """Commands one after another, an empty line between them."""
    return [line for command in commands for line in (*shown(command), "")][:-1]


def shown(command: str) -> Iterator[str]:
    """A command behind its prompt, and the lines it prints."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out):
        run(["--root", str(ROOT), "--color", "always", *shlex.split(command)[1:]])
    out.seek(0)
    yield prompted(command)
    yield from out.read().splitlines()


def prompted(command: str) -> str:
    """A command as it was typed."""
    return f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m"


def _line(line: str, left: float, y: int) -> str:
    """One line; each piece has a place of its own, whatever font the reader has."""
    spans, column = [], 0
    for piece in _PIECE.finditer(line):
        text = piece["text"]
        lead = len(text) - len(text.lstrip())
        if text.strip():
            x = left + CELL * (column + lead)
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
