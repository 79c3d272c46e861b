"""A folder of ours outside of the tree, for as long as something takes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from migrate.errors import Refused

_HINT = "set TMPDIR to a folder with room that can be written, outside of the tree"


@contextmanager
def temporary_folder(prefix: str) -> Iterator[str]:
    """A new folder, removed at the end. Raises Refused where none can be made."""
    try:
        above = tempfile.gettempdir()
        if above == os.getcwd() != os.environ.get("TMPDIR"):
            # Python's last resort; but where a person stands, nothing is written unasked.
            raise FileNotFoundError(2, "no folder for temporary files can be written")
        folder = tempfile.mkdtemp(prefix=prefix, dir=above)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(f"a temporary folder cannot be made: {reason}", None, _HINT) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
