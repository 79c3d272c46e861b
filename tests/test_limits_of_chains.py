"""A chain that holds too many values is refused once for itself, and at once for all its heirs."""

from __future__ import annotations

import pytest

import migrate.resolve.resolver as resolver_module
from migrate.errors import Refused
from migrate.limits import DEFAULT
from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree
from migrate.yaml_text import Document

LENGTH = 8


def chain() -> MemoryTree:
    """Eight configs in a row, of which five are too many, and two heirs of the sixth."""
    files = {}
    for number in range(LENGTH):
        extends = f"extends: f{number - 1}.yaml\n" if number else ""
        files[f"f{number}.yaml"] = f"{extends}s{number}: {{a: 1, b: 2, c: 3}}\n".encode()
    files["g.yaml"] = files["h.yaml"] = b"extends: f5.yaml\n"
    tree = MemoryTree(files)
    tree.limits = DEFAULT._replace(chain_nodes=45)
    return tree


def asked(resolver: Resolver, path: str) -> str:
    """What resolving says: the letter, or nothing."""
    try:
        resolver.resolve(path)
    except Refused as error:
        return error.what
    return ""


def test_heirs_of_a_chain_that_is_too_large_are_not_parsed_for_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def counted(path: str, *others: object) -> Document:
        parsed.append(path)
        return Document(path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(resolver_module, "Document", counted)
    tree = chain()
    resolver = Resolver(tree)
    first = next(path for path in sorted(tree.files()) if asked(resolver, path))
    heirs = [path for path in sorted(tree.files()) if path > first]
    parsed.clear()
    assert all("more than 45 values together" in asked(resolver, path) for path in heirs)
    assert min(parsed) >= first  # nothing that the first one builds on


def test_a_chain_that_was_too_large_is_weighed_anew_once_a_file_changed() -> None:
    tree = chain()
    resolver = Resolver(tree)
    assert asked(resolver, "f7.yaml")
    assert asked(resolver, "f5.yaml")
    tree.contents["f4.yaml"] = b"a: 1\n"
    resolver.forget("f4.yaml")
    assert asked(resolver, "f5.yaml") == ""
    assert asked(resolver, "g.yaml") == ""
