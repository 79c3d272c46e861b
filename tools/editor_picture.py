"""Write docs/pictures/editor.svg: a preset in a real Neovim that `migrate lsp` serves.

Needs tmux, and a Neovim of 0.11 or newer on the path or in MIGRATE_NVIM.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from rich.color import ColorType
from rich.style import Style
from rich.text import Text

from migrate.report.paint import width

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/pictures/editor.svg"
CONFIG = "configs/legacy/train/grpo/dense_2048.yaml"
TITLE = f"{CONFIG} in Neovim: hints at overriding keys, and a hover on training.learning_rate"
COLUMNS, LINES = 100, 26
PATIENCE = 60.0
"""Seconds until the editor has to show what is waited for."""
CELL, LINE, MARGIN = 7.8, 18, 12
"""Pixels of a character at 13 px, of a line, and around the screen."""
DARK, LIGHT = "#14161b", "#e0e2ea"
"""What Neovim's own colours take for the terminal's."""
SETTINGS = """
vim.o.swapfile = false
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.number = true
vim.o.wrap = false
vim.o.termguicolors = true
vim.o.shortmess = vim.o.shortmess .. 'FI'
"""


class Screen:
    """A terminal that nobody sees, by tmux."""

    def __init__(self, home: Path) -> None:
        self._tmux = ["tmux", "-S", str(home / "tmux"), "-f", os.devnull]

    def start(self, command: list[str], environment: dict[str, str]) -> None:
        """Run a command in it."""
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        start = [*self._tmux, "new-session", "-d", *size, *command]
        subprocess.run(start, cwd=ROOT, env=environment, check=True)

    def keys(self, *keys: str) -> None:
        """Type."""
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def shown(self) -> str:
        """What it shows, with colours."""
        capture = [*self._tmux, "capture-pane", "-e", "-p"]
        return subprocess.run(capture, capture_output=True, text=True, check=True).stdout

    def until(self, *words: str) -> str:
        """What it shows once it shows all these words."""
        end = time.monotonic() + PATIENCE
        while True:
            shown = self.shown()
            plain = re.sub(r"\x1b\[[0-9;:]*m", "", shown)
            if all(word in plain for word in words):
                return shown
            if time.monotonic() > end:
                sys.exit(f"the editor does not show {words}:\n{plain}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it with all that runs in it."""
        subprocess.run([*self._tmux, "kill-server"], check=False)


def captured() -> str:
    """The editor's screen, with a hover open."""
    page = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    lines = re.search(r"```lua\n(.*?)```", page, re.DOTALL)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "nvim").mkdir()
        (home / "nvim/init.lua").write_text((lines[1] if lines else "") + SETTINGS)
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
            "TERM": "xterm-256color",
            **{f"XDG_{name}_HOME": scratch for name in ("CONFIG", "DATA", "STATE", "CACHE")},
        }
        screen = Screen(home)
        screen.start([os.environ.get("MIGRATE_NVIM", "nvim"), CONFIG], environment)
        try:
            screen.until("inherited keys")
            screen.keys("/  learning_rate", "Enter")
            screen.until("replaces 4.0e-6")
            screen.keys(":noh | echo", "Enter", "w")
            screen.keys("K")
            screen.until("instead of")
            time.sleep(1)  # for what is drawn last
            return screen.shown()
        finally:
            screen.keys(":qa!", "Enter")
            time.sleep(1)
            screen.stop()


def picture(shown: str) -> str:
    """A screen as SVG."""
    lines = [Text.from_ansi(line) for line in _with_state(shown.rstrip("\n").split("\n"))]
    across, down = MARGIN * 2 + CELL * COLUMNS, MARGIN * 2 + LINE * len(lines)
    body = "\n".join(drawn for y, line in enumerate(lines) for drawn in _line(line, y))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:.0f} {down}" role="img">
<title>{escape(TITLE)}</title>
<rect width="100%" height="100%" rx="8" fill="{DARK}"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="{LIGHT}">
{body}
</g>
</svg>
"""


def _with_state(lines: list[str]) -> Iterator[str]:
    """Each line with the colours that are on where it begins: a terminal carries them over."""
    state = ""
    for line in lines:
        yield state + line
        for code in re.findall(r"\x1b\[[0-9;:]*m", line):
            state = "" if code in ("\x1b[0m", "\x1b[m") else state + code


def _line(line: Text, row: int) -> Iterator[str]:
    """The backgrounds and the words of one line, each at a place of its own."""
    top, column = MARGIN + LINE * row, 0
    for text, style in _pieces(line):
        x, wide = MARGIN + CELL * column, CELL * width(text)
        ground = _colour(style, ground=True)
        if ground is not None:
            place = f'x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{LINE}"'
            yield f'<rect {place} fill="{ground}"/>'
        words = text.strip()
        if words:
            at = x + CELL * (len(text) - len(text.lstrip()))
            look = f'x="{at:.1f}" y="{top + 13}" textLength="{CELL * width(words):.1f}"'
            fill = _colour(style, ground=False)
            look += f' fill="{fill}"' if fill else ""
            look += ' font-weight="bold"' if style.bold else ""
            look += ' font-style="italic"' if style.italic else ""
            yield f'<text xml:space="preserve" {look}>{escape(words)}</text>'
        column += width(text)


def _pieces(line: Text) -> Iterator[tuple[str, Style]]:
    """Stretches of one style."""
    marks = sorted({0, len(line), *(at for span in line.spans for at in (span.start, span.end))})
    for start, end in pairwise(marks):
        styles = [
            span.style
            for span in line.spans
            if span.start <= start and end <= span.end and isinstance(span.style, Style)
        ]
        yield line.plain[start:end], Style.combine(styles) if styles else Style()


def _colour(style: Style, ground: bool) -> str | None:
    """The colour of the text or behind it; None for the terminal's own."""
    chosen = style.bgcolor if ground is not bool(style.reverse) else style.color
    if chosen is None or chosen.type is ColorType.DEFAULT:
        own = LIGHT if ground else DARK
        return own if style.reverse else None
    return chosen.get_truecolor().hex


def main() -> None:
    """Write the picture."""
    PAGE.write_text(picture(captured()), encoding="utf-8")


if __name__ == "__main__":
    main()
