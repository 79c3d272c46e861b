"""Trust in gate commands: the person's word, kept so that no tree can bring it along.

The record stands in `.migrate/` of the root, sealed with a key from the person's own folder: a
`trust.json` that came with a clone, or that was copied from another root, is worth nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress

from migrate.changes import sha256
from migrate.commands.workspace import Workspace
from migrate.disk import Disk
from migrate.errors import MigrateError, Refused
from migrate.plan import Planned

TRUST = ".migrate/trust.json"
_KEY_BYTES = 32


def gates_digest(presets: Iterable[Planned]) -> str:
    """The digest of all gate commands; trust is given to exactly these."""
    return sha256(json.dumps(sorted({g for p in presets for g in p.gates})).encode())


def trusted(workspace: Workspace) -> bool:
    """Whether the person at this machine trusts the gates as they are now."""
    try:
        said = json.loads(Disk(workspace.root).read(TRUST) or b"{}")
    except (OSError, ValueError, RecursionError, MigrateError):
        return False
    key = _key()
    if key is None or not isinstance(said, dict) or said.get("trust") is not True:
        return False
    import hmac  # only a tree with a record needs it

    digest = gates_digest(workspace.plans.presets.values())
    seal = said.get("seal")
    sealed = isinstance(seal, str) and hmac.compare_digest(
        seal.encode("utf-8", "replace"), _seal(key, workspace.root, digest).encode()
    )
    return sealed and said.get("gates") == digest


def trust(workspace: Workspace, disk: Disk) -> None:
    """Record that these gates may run without being asked; any change of them ends it.

    Raises Refused if the key cannot be kept in the person's folder.
    """
    digest = gates_digest(workspace.plans.presets.values())
    seal = _seal(_key() or _new_key(), workspace.root, digest)
    record = {"trust": True, "gates": digest, "seal": seal}
    disk.make_private()
    disk.record(TRUST, (json.dumps(record, indent=2) + "\n").encode())


def _seal(key: bytes, root: str, digest: str) -> str:
    import hmac

    said = f"{os.path.realpath(root)}\0{digest}".encode("utf-8", "surrogateescape")
    return hmac.new(key, said, "sha256").hexdigest()


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
