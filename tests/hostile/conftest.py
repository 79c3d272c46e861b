"""One server for all runs of a test session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.bounded import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Runs commands with a limit on time and memory."""
    running = Server()
    yield running
    running.close()
