"""A person's own seal on what is kept in `.migrate/`, so that no tree can bring it along.

The key stands in the person's own folder. What came with a clone, or was copied from another root,
is worth nothing. Where that folder is in the tree itself, or nowhere, no key is kept.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress

from migrate.errors import Refused

_KEY_BYTES = 32
_WITHOUT = "without it, trust is given each time: --run-gates"


def sealed(root: str, said: str, seal: object) -> bool:
    """Whether this person sealed these words for this root."""
    key = _key(root)
    if key is None or not isinstance(seal, str):
        return False
    return hmac.compare_digest(seal.encode("utf-8", "replace"), _made(key, root, said).encode())


def seal_of(root: str, said: str) -> str:
    """The seal on these words for this root. Raises Refused if the key cannot be kept."""
    return _made(_key(root) or _new_key(root), root, said)


def _made(key: bytes, root: str, said: str) -> str:
    words = f"{os.path.realpath(root)}\0{said}".encode("utf-8", "surrogateescape")
    return hmac.new(key, words, "sha256").hexdigest()


def _key_path(root: str) -> str | None:
    """Where the key stands; None where a tree could bring it along."""
    said = os.environ.get("XDG_STATE_HOME", "")
    # The XDG specification has a relative path ignored.
    state = said if os.path.isabs(said) else os.path.expanduser("~/.local/state")
    top, real = (os.path.realpath(folder).rstrip("/") + "/" for folder in (root, state))
    if not os.path.isabs(state) or real.startswith(top):
        return None
    return os.path.join(state, "migrate", "trust.key")


def _key(root: str) -> bytes | None:
    path = _key_path(root)
    if path is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            key = os.read(descriptor, _KEY_BYTES + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _new_key(root: str) -> bytes:
    import secrets

    path, key = _key_path(root), secrets.token_bytes(_KEY_BYTES)
    if path is None:
        what = "the key of trust cannot be kept: no folder of your own is outside this tree"
        raise Refused(what, None, f"set HOME or XDG_STATE_HOME to one; {_WITHOUT}")
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(key)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(f"the key of trust cannot be kept: {reason}", path, _WITHOUT) from error
    return key
