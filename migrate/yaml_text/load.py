"""A whole text by the trainer's own loader; nothing of ours is between."""

from __future__ import annotations

from typing import Any

import yaml

from migrate.errors import InputError
from migrate.limits import DEFAULT, Limits
from migrate.locations import shortened
from migrate.yaml_text.bounds import check_limits, syntax_error
from migrate.yaml_text.loaders import SAFE, UNMADE, Loader


def load(text: str, path: str, loader: Loader = SAFE, limits: Limits = DEFAULT) -> Any:
    """What the trainer's loader makes of a text. Raises InputError, or Refused beyond the limits.

    The loader itself knows no limits: a bomb would take it down.
    """
    check_limits(text, path, limits)
    try:
        return loader.load(text)
    except yaml.YAMLError as error:
        raise syntax_error(error, path, text) from None
    except UNMADE as error:
        what = f"cannot be loaded by PyYAML: {shortened(str(error), 80)}"
        raise InputError(what, path, "correct the value, or quote it") from None
