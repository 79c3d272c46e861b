"""The prompts: a known profile, and texts that the dataset layer can fill in."""

from __future__ import annotations

from collections.abc import Iterator

from src.sections import PROMPTS
from src.validation.findings import Config, Finding
from src.validation.schema import check_mapping, required

FILLED = {"stage_b": "{summaries}"}
"""What the user prompt of a profile has to hold."""


def check(config: Config) -> Iterator[Finding]:
    """Unknown keys, wrong types, missing texts."""
    section = config.section("prompts")
    yield from check_mapping(config, ("prompts",), section, PROMPTS)
    for key in ("profile", "system", "user"):
        yield from required(
            config, ("prompts", key), "the dataset layer writes no conversation without it"
        )
    needed = FILLED.get(str(section.get("profile")))
    user = section.get("user")
    if needed and isinstance(user, str) and needed not in user:
        what = f"prompts.user has no place for {needed}"
        yield config.finding(
            ("prompts", "user"), what, f"the profile {section['profile']} fills it in"
        )
    if "<image>" in str(user):
        what = "prompts.user holds <image>"
        yield config.finding(("prompts", "user"), what, "delete it: the template puts the image in")
