"""Where this build says that its documentation is."""

from __future__ import annotations

DISTRIBUTION = "config-migrate"


def documentation() -> str | None:
    """The address of the documentation's front page; None where the build names none.

    It is the `Project-URL` of that name in the metadata of the distribution, a well-known one:
    https://packaging.python.org/en/latest/specifications/well-known-project-urls/
    """
    from importlib.metadata import metadata  # costs some milliseconds; few outputs need it

    for line in metadata(DISTRIBUTION).get_all("Project-URL") or ():
        label, _, address = line.partition(",")
        if label.strip().lower() in ("documentation", "docs"):
            return str(address.strip().rstrip("/"))
    return None
