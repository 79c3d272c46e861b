"""A progress bar on standard error: seen while work lasts, gone when a result is printed."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import click

CELLS = 20
"""How wide the bar itself is."""
PAUSE = 0.05
"""Seconds between two pictures; a terminal far away shows no more."""
USUAL = 80
"""The width of a terminal that does not know its own."""
NARROW = 40
"""In fewer columns there is no bar."""


class Bar:
    """The bar of one terminal. It takes one line, whatever is shown."""

    def __init__(self) -> None:
        self._drawn = 0
        self._next = 0.0

    def draw(self, label: str, name: str, done: int, total: int) -> None:
        """Show what is at work, and that so many of so many are done."""
        wide = (columns(sys.stderr) or USUAL) - 1  # a full line moves the cursor to the next
        now = time.monotonic()
        if wide < NARROW or (now < self._next and 0 < done < total - 1):
            return
        from migrate.locations import printable
        from migrate.report.fit import middle
        from migrate.report.paint import width

        bar = "#" * (CELLS * (done + 1) // max(total, 1))
        head = f"{label} [{bar:{CELLS}}] {done + 1}/{total} "
        line = head + middle(printable(name), max(wide - len(head), 0))
        gap = " " * (self._drawn - width(line))
        click.echo(f"\r{line}{gap}", nl=False, err=True)
        self._drawn, self._next = width(line), now + PAUSE

    def erase(self) -> None:
        """Take it away, if it is there."""
        if self._drawn:
            click.echo(f"\r{' ' * self._drawn}\r", nl=False, err=True)
            self._drawn = 0


def columns(stream: Any) -> int:
    """How wide a terminal is; 0 for what is none, or does not know."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0
