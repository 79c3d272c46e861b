"""What `extends` names and is no file is called what it is, with the words to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import migrate

ODD = "configs/train/odd.yaml"
ROOT = "ROOT"
CASES = {
    "https://x.org/b.yaml": ("a URL", None),
    "git+ssh://x.org/b.yaml": ("a URL", None),
    "../components/*.yaml": ("a pattern", "../components/o.yaml"),
    "../compon[ae]nts/o.yaml": ("a pattern", None),
    "../nothing/*.yaml": ("a pattern", None),
    "${oc.env:R}/base.yaml": ("a name that something else fills in", None),
    "$HOME/base.yaml": ("a name that something else fills in", None),
    "{{ root }}/base.yaml": ("a name that something else fills in", None),
    f"{ROOT}/configs/base.yaml": ("an absolute path", "../base.yaml"),
    f"{ROOT}/configs/gone.yaml": ("an absolute path", None),
    "../components": ("a folder", "../components/o.yaml"),
    "../components/": ("a folder", "../components/o.yaml"),
    "configs/base.yaml": ("which does not exist", "../base.yaml"),
    "../bsae.yaml": ("which does not exist", "../base.yaml"),
    "../components/oo.yaml": ("which does not exist", "../components/o.yaml"),
    "/nowhere/b.yaml": ("which is outside the root", None),
    "../../../b.yaml": ("which is outside the root", None),
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("listed", [False, True], ids=["path", "list"])
def test_it_says_what_it_is_and_what_to_write_works(
    tmp_path: Path, text: str, listed: bool
) -> None:
    what, instead = CASES[text]
    name = text.replace(ROOT, str(tmp_path))
    said = yaml.safe_dump({"extends": [name] if listed else name}).encode()
    trees.write(tmp_path, {**START, ODD: said})
    for arguments in (["inspect", ODD], ["explain", ODD], ["inspect", ODD, "--only", "chain"]):
        ran = migrate(tmp_path, *arguments)
        assert ran.code == 3
        first, hint = ran.err.splitlines()
        assert first.startswith(f"error: {ODD}:")
        assert f", {what}" in first
        assert instead is None or instead in hint
    if instead is not None:
        trees.write(tmp_path, {ODD: f"extends: {instead}\n".encode()})
        ok(migrate(tmp_path, "inspect", ODD))


def test_a_folder_and_a_pattern_of_many_files_name_a_few(tmp_path: Path) -> None:
    many = {f"configs/components/c{n}.yaml": b"x: 1\n" for n in range(9)}
    for text in ("../components", "../components/c*.yaml"):
        trees.write(tmp_path, {**many, ODD: f"extends: ['{text}']\n".encode()})
        hint = migrate(tmp_path, "inspect", ODD).err.splitlines()[1]
        names = [f"../components/c{n}.yaml" for n in range(3)]
        assert hint.endswith(f": {', '.join(names)}, and 6 more")
