"""A person's own seal on what is kept in `.migrate/`, so that no tree can bring it along.

The key stands in the person's own folder. What came with a clone, or was copied from another root,
is worth nothing.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress

from migrate.errors import Refused

_KEY_BYTES = 32


def sealed(root: str, said: str, seal: object) -> bool:
    """Whether this person sealed these words for this root."""
    key = _key()
    if key is None or not isinstance(seal, str):
        return False
    return hmac.compare_digest(seal.encode("utf-8", "replace"), _made(key, root, said).encode())


def seal_of(root: str, said: str) -> str:
    """The seal on these words for this root. Raises Refused if the key cannot be kept."""
    return _made(_key() or _new_key(), root, said)


def _made(key: bytes, root: str, said: str) -> str:
    words = f"{os.path.realpath(root)}\0{said}".encode("utf-8", "surrogateescape")
    return hmac.new(key, words, "sha256").hexdigest()


def _key_path() -> str:
    state = os.environ.get("XDG_STATE_HOME") or os.path.join("~", ".local", "state")
    return os.path.join(os.path.expanduser(state), "migrate", "trust.key")


def _key() -> bytes | None:
    try:
        descriptor = os.open(_key_path(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        key = file.read(_KEY_BYTES + 1)
    return key if len(key) == _KEY_BYTES else None


def _new_key() -> bytes:
    import secrets

    path, key = _key_path(), secrets.token_bytes(_KEY_BYTES)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "without it, trust is given each time: --run-gates"
        raise Refused(f"the key of trust cannot be kept: {reason}", path, hint) from error
    with open(descriptor, "wb") as file:
        file.write(key)
    return key
