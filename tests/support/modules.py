"""Import all there is: every module of the package whose libraries are installed."""

from __future__ import annotations

import importlib
import pkgutil

import migrate

OF_AN_EXTRA = ("lsprotocol", "pygls")
"""What only an extra brings, and the modules that need it then stay out."""


def import_all() -> list[str]:
    """Import them; their names."""
    names = []
    for module in pkgutil.walk_packages(migrate.__path__, "migrate."):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in OF_AN_EXTRA:
                raise
        else:
            names.append(module.name)
    return names
