"""Runs in the trainer's interpreter: asks its loader for each config, writes the answers down.

It needs Python 3.8 and nothing else, is never imported by us, and runs from a folder where it is
alone: `python program.py QUESTION.json`. Whatever the trainer prints is not read as an answer:
those stand in a file of their own, one line of JSON for each config. Values are spelled as
`migrate.canonical` spells them.
"""

from __future__ import annotations

import base64
import datetime
import importlib
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

SPELLED = re.compile(r"<[a-z]+>")
SURROGATE = re.compile("[\ud800-\udfff]")
LONG_BITS = 8192
OUTPUT_BYTES = 64 * 1024 * 1024
"""More of what a command prints is not read."""
LETTERS = 300
"""So much of an exception's message is told."""

_open, _chdir, _getcwd, _dumps = open, os.chdir, os.getcwd, json.dumps
"""Kept, because a trainer may put others in their place."""


class NotReadableError(Exception):
    """An answer that cannot be written down at all."""


class Spelling:
    """One answer as what JSON has, by the rules of `migrate.canonical.plain`.

    Beyond them: tuples are lists, as in YAML; an object of another type is `{"<tag>": "object
    its.Type", "value": null}`, which nothing in a file can be.
    """

    def __init__(self, depth: int, values: int) -> None:
        self.depth = depth
        self.left = values

    def plain(self, value: Any, depth: int = 0) -> Any:
        """One value. Raises NotReadableError for too much of it, and for a key of another type."""
        self.left -= 1
        if self.left < 0 or depth > self.depth:
            raise NotReadableError("answers with too many values, or with values without end")
        value = _unwrapped(value)
        if isinstance(value, Mapping):
            return {self._key(key): self.plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(item, depth + 1) for item in value]
        kind, text = _scalar(value)
        if kind == "object":
            return {"<tag>": f"object {text}", "value": None}
        return {f"<{kind}>": text} if kind else text

    def _key(self, key: Any) -> str:
        kind, text = _scalar(_unwrapped(key))
        if kind == "object":
            raise NotReadableError(f"answers with a key of type {text}: {_cut(repr(key))}")
        if isinstance(text, str) and not kind:
            return f"<str>{text}" if SPELLED.match(text) else text
        if kind:
            return f"<{'text' if kind == 'str' else kind}>{text or '-'}"
        return "<null>" if text is None else f"<{type(text).__name__}>{_dumps(text)}"


def _unwrapped(value: Any) -> Any:
    """What OmegaConf's and numpy's objects hold, a path as its text."""
    kind = type(value)
    if kind.__name__ in {"DictConfig", "ListConfig"} and kind.__module__.startswith("omegaconf."):
        return sys.modules["omegaconf"].OmegaConf.to_container(value, resolve=False)
    if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return value.item()
    return os.fspath(value) if isinstance(value, pathlib.PurePath) else value


def _scalar(value: Any) -> tuple[str, Any]:
    """A scalar as its kind and a text; no kind for what JSON has; `object` and its type for what
    is no scalar of YAML."""
    if value is None or value is True or value is False:
        return "", value
    spell = next((spell for kind, spell in SCALARS if isinstance(value, kind)), None)
    if spell is None or isinstance(value, Enum):
        return "object", _type_name(value)
    return spell(value)


def _text(value: str) -> tuple[str, Any]:
    text = str.__str__(value)
    return ("str", _escaped(text)) if SURROGATE.search(text) else ("", text)


def _integer(value: int) -> tuple[str, Any]:
    number = int(value)
    return ("int", hex(number)) if number.bit_length() > LONG_BITS else ("", number)


def _float(value: float) -> tuple[str, Any]:
    number = float(value)
    return ("", number) if math.isfinite(number) else ("float", repr(number))


SCALARS: list[tuple[type, Callable[[Any], tuple[str, Any]]]] = [
    (str, _text),
    (int, _integer),
    (float, _float),
    (bytes, lambda value: ("bytes", base64.b64encode(value).decode("ascii"))),
    (datetime.datetime, lambda value: ("datetime", value.isoformat())),
    (datetime.date, lambda value: ("date", value.isoformat())),
]
"""The first that fits; a value of a class derived from one of these says what that one says."""


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _type_name(value: Any) -> str:
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def _cut(text: str) -> str:
    return " ".join(text.split())[:LETTERS]


# Asking.


def _answer(load: Callable[[str], Any], config: str, question: dict[str, Any]) -> dict[str, Any]:
    """What the loader makes of one config, or how it fails."""
    _chdir(question["root"])
    try:
        value = _unwrapped(load(config))
        if not isinstance(value, Mapping):
            return {"failed": f"returns {_type_name(value)}, not a mapping"}
        spelled = Spelling(question["depth"], question["values"]).plain(value)
        return {"values": spelled, "moved": _moved(question["root"])}
    except KeyboardInterrupt:
        raise
    except NotReadableError as error:
        return {"failed": str(error)}
    except BaseException as error:  # noqa: BLE001 - SystemExit too: it is told, and the others go on
        return {"failed": _told(error, question["root"])}


def _moved(root: str) -> bool:
    """Whether the trainer left the folder that it was asked in."""
    return not os.path.samefile(_getcwd(), root)


def _told(error: BaseException, root: str) -> str:
    """An exception in one line, with the last place in the trainer's own tree."""
    where = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = os.path.realpath(frame.f_code.co_filename)
        if name.startswith(os.path.realpath(root) + os.sep):
            where = f" ({os.path.relpath(name, os.path.realpath(root))}:{line})"
    try:
        text = _cut(str(error))
    except Exception:  # noqa: BLE001 - an exception of the trainer's own may be anything
        text = ""
    return f"fails: {type(error).__name__}{': ' if text else ''}{text}{where}"


def _loader(question: dict[str, Any]) -> Callable[[str], Any]:
    """Import the loader from the copy, wherever the interpreter would have found it."""
    _stand_in_the_copy(question["root"], question["live"])
    module, _, attributes = question["loader"].partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in attributes.split("."):
            found = getattr(found, name)
    except Exception as error:  # noqa: BLE001 - importing runs code that may raise anything
        frames = traceback.extract_tb(error.__traceback__)
        own = [one for one in frames if one.filename not in {__file__, importlib.__file__}]
        own = [one for one in own if not one.filename.startswith("<frozen")]
        sys.stderr.writelines(traceback.format_list(own))
        sys.stderr.writelines(traceback.format_exception_only(type(error), error))
        sys.exit(1)
    if not callable(found):
        sys.exit(f"{question['loader']} is not a function")
    load: Callable[[str], Any] = found
    return load


def _stand_in_the_copy(root: str, live: str) -> None:
    """The copy comes first, as the working directory does for `python -m`; and whatever leads into
    the live tree (PYTHONPATH, an editable install) leads into the copy, if the same is there."""
    _chdir(root)
    own = os.path.dirname(os.path.abspath(__file__))
    path = [_copied(entry, root, live) for entry in sys.path if os.path.abspath(entry) != own]
    sys.path[:] = [root, *path]
    for name, module in list(sys.modules.items()):
        known = getattr(module, "MAPPING", None) if name.startswith("__editable__") else None
        if isinstance(known, dict):
            known.update({key: _copied(value, root, live) for key, value in known.items()})


def _copied(entry: Any, root: str, live: str) -> Any:
    if not isinstance(entry, str) or not os.path.isabs(entry):
        return entry
    inner = os.path.relpath(os.path.realpath(entry), os.path.realpath(live))
    there = os.path.normpath(os.path.join(root, inner))
    inside = inner != os.pardir and not inner.startswith(os.pardir + os.sep)
    return there if inside and os.path.exists(there) else entry


def _commanded(question: dict[str, Any], config: str, folder: str) -> dict[str, Any]:
    """What the command prints for one config, as it is; or how it fails."""
    words = [word.replace("{config}", config) for word in question["command"]]
    said, wrong = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
    try:
        with _open(said, "wb") as out, _open(wrong, "wb") as err:
            code = subprocess.call(
                words, cwd=question["root"], stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        sys.exit(f"`{shlex.join(words)}` cannot be run: {reason}")
    if code:
        last = _last_line(wrong) or _last_line(said)
        return {"failed": f"exits {code}" + (f": {last}" if last else "")}
    if os.path.getsize(said) > OUTPUT_BYTES:
        return {"failed": f"prints more than {OUTPUT_BYTES >> 20} MiB"}
    with _open(said, "rb") as file:
        return {"printed": base64.b64encode(file.read()).decode("ascii")}


def _last_line(path: str) -> str:
    with _open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - 4096))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return _cut(lines[-1]) if lines else ""


def _answers(question: dict[str, Any], folder: str) -> Iterator[dict[str, Any]]:
    """One for each config, in their order; the first is asked once more at the end."""
    configs = question["configs"]
    if question["command"] is not None:
        yield from (_commanded(question, config, folder) for config in configs)
        return
    load = _loader(question)
    yield {"started": True}
    for config in configs:
        yield _answer(load, config, question)
    if len(configs) > 1:
        yield _answer(load, configs[0], question)


def _limit(memory: int) -> None:
    """The most address space that this process and its children may have each, in bytes."""
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        pass  # no such limit on this system


def main() -> None:
    """Answer the question in the file that is named."""
    source = os.path.abspath(sys.argv[1])
    with _open(source, encoding="utf-8") as file:
        question = json.load(file)
    sys.argv[1:] = []
    _limit(question["memory"])
    folder = os.path.dirname(source)
    for answer in _answers(question, folder):
        # Opened each time: a trainer may close all that is open.
        with _open(question["answers"], "a", encoding="ascii") as answers:
            answers.write(_dumps(answer) + "\n")


if __name__ == "__main__":
    main()
    os._exit(0)  # all is said: no thread or exit handler of the trainer is waited for
