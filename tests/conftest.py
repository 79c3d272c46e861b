"""Hypothesis profiles: `ci` is the default and quick, HYPOTHESIS_PROFILE=thorough is not."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_CALM = (HealthCheck.too_slow, HealthCheck.filter_too_much)

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile("thorough", max_examples=3000, deadline=None, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
