"""What scans for references found, kept in `.migrate/` under the person's seal.

A tree without `.migrate/` gets none of it: looking leaves no trace there.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from functools import cached_property

from migrate.errors import MigrateError
from migrate.limits import Limits
from migrate.locations import PRIVATE
from migrate.references.remembered import ScanRecord
from migrate.workspace.code import code_digest

FOLDER = f"{PRIVATE}/cache"


class SealedScans:
    """The record of one kind of question about one root: one file, replaced each time."""

    def __init__(self, root: str, name: str, limits: Limits) -> None:
        self.root = root
        self.path = f"{FOLDER}/references-{name}.json"
        self.limits = limits
        self._record: ScanRecord | None = None

    def load(self) -> ScanRecord | None:
        """See `ScanStore.load`; it is read from disk once."""
        if self._record is None and self._keeps:
            self._record = self._kept()
        return self._record

    @property
    def _keeps(self) -> bool:
        return os.path.isdir(os.path.join(self.root, PRIVATE))

    def _kept(self) -> ScanRecord:
        from migrate.disk import Disk

        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError, MigrateError):
            whole = Disk(self.root).read(self.path)
            if whole is not None:
                from migrate.workspace.seal import sealed

                head, _, body = whole.decode("ascii").partition("\n")
                if sealed(self.root, self._addressed(body), head):
                    data = json.loads(body)
                    if data["maker"] == self._maker:
                        return ScanRecord.of(data)
        return ScanRecord()

    def save(self, record: ScanRecord) -> None:
        """See `ScanStore.save`."""
        if not record.changed or not self._keeps:
            return
        from migrate.disk import Disk
        from migrate.workspace.seal import seal_of

        body = json.dumps({"maker": self._maker, **record.data()})
        if len(body) > MOST_BYTES:
            return
        with suppress(OSError, MigrateError):
            disk = Disk(self.root)
            disk.make_folder(FOLDER)
            seal = seal_of(self.root, self._addressed(body))
            disk.record(self.path, f"{seal}\n{body}".encode("ascii"))
            record.changed = False

    @cached_property
    def _maker(self) -> list[object]:
        """Who makes the record: other code, another Python, other limits ask all of it anew."""
        return [code_digest(), sys.version, list(self.limits)]

    def _addressed(self, body: str) -> str:
        """With the name of the file: a record is no answer to another kind of question."""
        return f"{self.path}\n{body}"


MOST_BYTES = 32 << 20
"""The largest record: what hundreds of thousands of files say."""
