"""The recorded table of arguments is what ms-swift says, and its own parser agrees with it."""

from __future__ import annotations

import pytest

from src.swift_table import recorded

pytestmark = pytest.mark.trainer


def test_recorded_table_is_what_the_dataclasses_say() -> None:
    from src.swift_live import live

    assert live().text() == recorded().text()
