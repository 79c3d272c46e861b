"""Trees made at random, with what people write: quotes, comments, anchors, merge keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st

BASE = "configs/base.yaml"
PRESET = "configs/train/p.yaml"

KEYS = ("a", "b", "c", "lr", "学习率", "'q k'", '"d"', "7", "off")
SCALARS = (
    *("1", "1.0", "-0.0", "1e-4", "1.0e-6", "010", "0x1F", "1_000", "12:30:00", ".nan", "-.inf"),
    *("yes", "no", "On", "null", "~", "", "2026-01-12", "2026-01-12 10:00:00", "text", "a#b"),
    *("'it''s'", '"tab\\t # no comment"', "'# no comment'", '"数据 \\u00e9"', "带 空格", "!!str 1"),
    *("[]", "{}", "[1, 1.0, '1']", "[ a,b , {x: 1} ]", "{x: 1, y: {z: [1]}}", "{ prob: 0.25 }"),
)


@st.composite
def trees(draw: st.DrawFn, with_base: bool = False, links: bool = False) -> dict[str, bytes]:
    """A preset on one to four components; they may extend one another, and `with_base` a base.

    `links`: with anchors, aliases and merge keys.
    """
    # A seed, not a draw for each choice: that is a hundred times as fast.
    random = Random(draw(st.integers(0, 2**32 - 1)))
    files: dict[str, bytes] = {}
    names: list[str] = []
    if with_base:
        files[BASE] = _File(random, "base", links).text([])
    for number in range(random.randint(1, 4)):
        below = random.sample(names, random.randint(0, min(2, len(names))))
        name = f"configs/components/c{number}.yaml"
        files[name] = _File(random, f"c{number}", links).text(
            [f"{path.split('/')[-1]}" for path in below]
        )
        names.append(name)
    chosen = random.sample(names, random.randint(1, len(names)))
    fragments = [f"../components/{path.split('/')[-1]}" for path in chosen]
    files[PRESET] = _File(random, "p", links).text(["../base.yaml"] * with_base + fragments)
    return files


@dataclass
class _File:
    """One config in the making; every comment of it is unlike any other."""

    random: Random
    name: str
    links: bool = False
    count: int = 0
    named: int = 0
    anchors: list[str] = field(default_factory=list)
    maps: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def comment(self) -> str:
        self.count += 1
        return f"# {self.name} {self.count}"

    def text(self, links: list[str]) -> bytes:
        if self.maybe(0.3):
            self.lines += [self.comment(), ""]
        self._extends(links)
        self._mapping("", self.random.sample(KEYS, self.random.randint(1, 6)), 0)
        if self.maybe(0.2):
            self.lines += ["", self.comment()]
        newline = "\r\n" if self.maybe(0.05) else "\n"
        body = newline.join(self.lines) + newline * (not self.maybe(0.05))
        return ("\ufeff" * self.maybe(0.05) + body).encode()

    def _extends(self, names: list[str]) -> None:
        if not names:
            return
        eol = f"  {self.comment()}" if self.maybe(0.3) else ""
        if self.maybe(0.5):
            self.lines.append(f"extends:{eol}")
            for link in names:
                self.lines.append(f"  - {link}" + (f"  {self.comment()}" * self.maybe(0.2)))
        else:
            self.lines.append(f"extends: [{', '.join(names)}]{eol}")

    def _mapping(self, indent: str, keys: list[str], depth: int) -> None:
        for number, key in enumerate(keys):
            if self.maybe(0.15):
                self.lines.append("")
            if self.maybe(0.1):
                self.lines += [indent + self.comment(), ""]
            if self.maybe(0.25):
                self.lines.append(indent + self.comment())
            self._entry(indent, key, depth)
            if self.maybe(0.05):
                self.lines.append(f"{indent}    {self.comment()}")
            if self.links and depth and self.maps and number == 0 and self.maybe(0.15):
                self.lines.append(f"{indent}<<: *{self.random.choice(self.maps)}")

    def _entry(self, indent: str, key: str, depth: int) -> None:
        eol = f"  {self.comment()}" if self.maybe(0.25) else ""
        kind = self.random.random()
        anchor = (
            self._anchor() if self.links and self.maybe(0.1) and not 0.48 <= kind < 0.55 else ""
        )
        head = f"{indent}{key}: {f'&{anchor} ' if anchor else ''}"
        if kind < 0.3 and depth < 3:
            self.lines.append(f"{head.rstrip()}{eol}")
            inner = self.random.sample(KEYS, self.random.randint(1, 4))
            self._mapping(indent + " " * self.random.choice((2, 2, 2, 4)), inner, depth + 1)
            self.maps += [anchor] * bool(anchor)
        elif kind < 0.42:
            self.lines.append(f"{head.rstrip()}{eol}")
            self._list(indent + "  " * self.maybe(0.5))
        elif kind < 0.48:
            self.lines.append(f"{head}{self.random.choice('|>')}{self.random.choice(('', '-'))}")
            self.lines += [f"{indent}  # no comment", f"{indent}  text"]
        elif kind < 0.55 and self.anchors:
            self.lines.append(f"{indent}{key}: *{self.random.choice(self.anchors)}{eol}")
        else:
            self.lines.append(f"{head}{self.random.choice(SCALARS)}".rstrip() + eol)
        self.anchors += [anchor] * bool(anchor)

    def _anchor(self) -> str:
        """A name that is new in this file; every file has the same ones, so that they collide."""
        self.named += 1
        return f"x{self.named}"

    def _list(self, indent: str) -> None:
        for _ in range(self.random.randint(1, 3)):
            if self.maybe(0.2):
                self.lines.append(f"{indent}{self.comment()}")
            item = self.random.choice(("1", "two", "{name: a, w: 0.5}", "'3'", "name: b"))
            self.lines.append(f"{indent}- {item}" + (f"  {self.comment()}" * self.maybe(0.3)))
