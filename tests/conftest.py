"""Hypothesis profiles: `ci` is the default and quick, HYPOTHESIS_PROFILE=thorough is not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.cli import HINTS, unfollowed

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore Ctrl-C, and all that this starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_CALM = (HealthCheck.too_slow, HealthCheck.filter_too_much)

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile("thorough", max_examples=3000, deadline=None, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _hints_lead_on() -> Iterator[None]:
    """A hint that is a command works: when the test is over it is followed, on a copy."""
    yield
    dead_ends = HINTS.follow(unfollowed)
    assert not dead_ends, "\n\n".join(["a hint leads nowhere:", *dead_ends])


@pytest.fixture(scope="session", autouse=True)
def _own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of the tests' own for the key with which records are sealed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
