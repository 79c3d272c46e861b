"""Which program this is: an answer that other code gave is none."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib.util import find_spec


@lru_cache(maxsize=1)
def code_digest() -> str:
    """The digest of this program, and the versions of everything installed beside its loader."""
    whole = hashlib.sha256()
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, folders, names in os.walk(package):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                whole.update(hashlib.sha256(_content(f"{folder}/{name}")).digest())
    spec = find_spec("yaml")
    if spec is not None and spec.origin is not None:
        installed = os.listdir(os.path.dirname(os.path.dirname(spec.origin)))
        versions = sorted(name for name in installed if name.endswith(".dist-info"))
        whole.update("\0".join(versions).encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _content(path: str) -> bytes:
    """The bytes of a file; Python's own files take three times as long to open and close."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        parts = []
        while part := os.read(descriptor, 1 << 17):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)
