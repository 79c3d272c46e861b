"""Trees at random for `port`: presets that share fragments, and edits that people make in them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

BASE = "configs/base.yaml"
P, Q, V = (f"configs/train/{name}.yaml" for name in "pqv")
FRAGMENTS = tuple(f"configs/components/c{number}.yaml" for number in range(3))

KEYS = ("lr", "wd", "steps", "opt", "m1", "m2")
SECTIONS = ("a", "b", "c d", "数")
SCALARS = ("1", "2.0e-6", "1e-4", "0.10", "yes", "null", "'it''s'", '"q"', "text", "010", "-0.0")
WORDS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate")


@dataclass
class _Comments:
    """Comments unlike one another."""

    random: Random
    count: int = 0

    def behind(self) -> str:
        return f"  {self.own()}" if self.random.random() < 0.2 else ""

    def above(self, indent: str) -> list[str]:
        return [indent + self.own()] if self.random.random() < 0.2 else []

    def own(self) -> str:
        self.count += 1
        return f"# {self.count} says"


Leaf = str
Content = dict[str, Any]
"""Keys to texts of leaves, or to the keys of a section."""


class TreeMaker:
    """Makes one tree, and edited versions of its files. A file is data first, then text."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.comments = _Comments(self.random)
        self.extends = {
            P: [BASE, *self._some(FRAGMENTS)],
            Q: [BASE, *self._some(FRAGMENTS)],
            V: [P, *(self._some(FRAGMENTS[:1]) if self.random.random() < 0.3 else [])],
        }
        self.content: dict[str, Content] = {path: self._section(0) for path in FRAGMENTS}
        self.content |= {path: self._section(0, 0.6) for path in (P, Q, V)}
        self.content[BASE] = {"seed": "1"}
        if self.random.random() < 0.4:  # what a fragment sets as well, at times to the same
            path = self.random.choice(FRAGMENTS)
            key = self.random.choice(list(self.content[path]))
            if isinstance(self.content[path][key], str):
                self.content[BASE][key] = self.content[path][key]
        self.styles = {
            path: self.random.choice(("block", "block", "flow")) for path in self.content
        }

    def _some(self, paths: tuple[str, ...]) -> list[str]:
        return self.random.sample(paths, self.random.randint(1, len(paths)))

    def _leaf(self) -> Leaf:
        if self.random.random() < 0.15:
            words = self.random.sample(WORDS, self.random.randint(1, 3))
            return f"[{', '.join(words)}]"
        return self.random.choice(SCALARS)

    def _section(self, depth: int, share: float = 1.0) -> Content:
        content: Content = {}
        for key in self.random.sample(KEYS, self.random.randint(1, 4)):
            if self.random.random() < share:
                content[key] = self._leaf()
        if depth < 2:
            for key in self.random.sample(SECTIONS, self.random.randint(0, 2)):
                if self.random.random() < share:
                    content[key] = self._section(depth + 1)
        return content

    # Edits.

    def edited(self, content: Content) -> Content:
        """The same file with a few keys changed, removed and added."""
        content = {k: dict(v) if isinstance(v, dict) else v for k, v in content.items()}
        for _ in range(self.random.randint(1, 3)):
            self._edit(content)
        return content

    def _edit(self, content: Content) -> None:
        key = self.random.choice([*content, None]) if content else None
        kind = self.random.random()
        if key is None:
            content[self.random.choice(("new1", "new2"))] = self._leaf()
        elif isinstance(content[key], dict) and kind < 0.85:
            content[key] = inner = dict(content[key])
            self._edit(inner)
        elif kind < 0.25 and len(content) > 1:
            del content[key]
        elif kind < 0.3:
            content[key] = self._section(1)
        else:
            content[key] = self._leaf()

    # Texts.

    def text(self, path: str, content: Content, seed: int = 0) -> bytes:
        """A file, its comments drawn by its path, so that an edit does not move those of others."""
        drawn = _Comments(Random(f"{path} {seed}"))
        drawn.count = 1000 * (1 + list(self.content).index(path)) + 500 * seed
        lines: list[str] = []
        if path in self.extends:
            names = [f"../{name.removeprefix('configs/')}" for name in self.extends[path]]
            lines.append(f"extends: [{', '.join(names)}]")
        self._lines(content, "", lines, drawn, self.styles[path] == "flow")
        return ("\n".join(lines) + "\n").encode() if lines else b"{}\n"

    def _lines(
        self, content: Content, indent: str, lines: list[str], comments: _Comments, flow: bool
    ) -> None:
        for key, value in content.items():
            lines += comments.above(indent)
            if not isinstance(value, dict):
                lines.append(f"{indent}{key}: {value}{comments.behind()}")
            elif flow or not value:
                lines.append(f"{indent}{key}: {_flow(value)}{comments.behind()}")
            else:
                lines.append(f"{indent}{key}:{comments.behind()}")
                self._lines(value, indent + "  ", lines, comments, False)

    def files(self) -> dict[str, bytes]:
        """The whole tree."""
        return {path: self.text(path, content) for path, content in self.content.items()}


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    return str(value)
