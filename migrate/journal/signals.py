"""Hold Ctrl-C and SIGTERM until the tree is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_HELD = (signal.SIGINT, signal.SIGTERM)


class SignalHold:
    """Whether a signal came; `check` is where it may take effect early."""

    def __init__(self) -> None:
        self.came = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal came, once."""
        if self.came:
            self.came = False
            raise KeyboardInterrupt

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Remember the signal; the handler while signals are held."""
        self.came = True


@contextmanager
def held_signals() -> Iterator[SignalHold]:
    """Remember signals instead of stopping in the middle; raise KeyboardInterrupt at the end.

    Only the main thread receives signals, so that elsewhere there is nothing to hold. A signal that
    is ignored (`nohup`) stays ignored.
    """
    held = SignalHold()
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in _HELD}
    try:
        for number, handler in before.items():
            if handler not in (signal.SIG_IGN, None):
                signal.signal(number, held.note)
        yield held
    finally:
        for number, handler in before.items():
            if handler not in (signal.SIG_IGN, None):
                signal.signal(number, handler)
    held.check()
