"""Who extends whom in a tree, as far as it is known by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Family:
    """The links between configs. They come from a look at the whole tree, in another process; what
    is edited meanwhile is noted file by file."""

    def __init__(self) -> None:
        self._bases: dict[str, tuple[str, ...]] = {}
        self._heirs: dict[str, dict[str, None]] = {}

    def learn(self, links: Mapping[str, Iterable[str]]) -> None:
        """Take over all links of the tree: what each config extends."""
        self._bases, self._heirs = {}, {}
        for source, targets in links.items():
            self.note(source, targets)

    def note(self, source: str, bases: Iterable[str]) -> None:
        """One config extends these."""
        for base in self._bases.pop(source, ()):
            self._heirs[base].pop(source, None)
        self._bases[source] = tuple(bases)
        for base in self._bases[source]:
            self._heirs.setdefault(base, {})[source] = None

    def bases(self, path: str) -> tuple[str, ...]:
        """What a config extends itself."""
        return self._bases.get(path, ())

    def heirs(self, path: str) -> list[str]:
        """The configs that extend a file themselves, in path order."""
        return sorted(self._heirs.get(path, ()))

    def below(self, path: str) -> list[str]:
        """All configs whose chain goes through a file, without the file, in path order."""
        seen = {path}
        waiting = [path]
        while waiting:
            for heir in self._heirs.get(waiting.pop(), ()):
                if heir not in seen:
                    seen.add(heir)
                    waiting.append(heir)
        return sorted(seen - {path})
