"""A machine edit of a plan file adds what it should and leaves every other byte as it was."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from migrate.errors import Refused
from migrate.plan.edit import flow_list, revised, with_lines, with_presets
from tests.support.reader import comments

LINES = ["  q:", "    from: q.yaml", "    to: configs/q.yaml", "    inline:", "      a.yaml: [x]"]
DATA = {"q": {"from": "q.yaml", "to": "configs/q.yaml", "inline": {"a.yaml": ["x"]}}}

PLAN = """\
# header
version: 1  # one

presets:   # ours
    # first
    p:
        from: p.yaml   # old
        to:   configs/p.yaml
        inline:
            # why o
            "o.yaml": [ a,
                        b ]   # two
            c.yaml: "*"
        # the end of p

# what follows
gates: ['true']   # always
# footer
"""

STYLES = {
    "wide": PLAN,
    "crlf": PLAN.replace("\n", "\r\n"),
    "mixed ends": PLAN.replace("one\n", "one\r\n"),
    "bom": "\ufeff" + PLAN,
    "no final newline": "version: 1\npresets:\n  p: {from: p.yaml, to: configs/p.yaml}",
    "presets last": "version: 1\npresets:\n  p:\n    from: p.yaml\n    to: p\n    # last\n# foot\n",
    "quoted keys": 'version: 1\n"presets":\n  "p": {from: p.yaml, to: p}\n',
    "no presets": "version: 1\ndialect: extends  # as ever\n# end\n",
    "no presets, end marker": "---\nversion: 1\n# end\n...\n",
    "empty presets": "version: 1\npresets: {}  # none yet\nexclude: [a]\n",
    "flow presets": "version: 1  # v\npresets: {p: {from: p.yaml, to: p}}  # all\n# end\n",
    "flow root": "{version: 1, presets: {p: {from: p.yaml, to: p}}}  # all\n",
    "block text at the end": (
        "version: 1\npresets:\n  p:\n    from: p\n    to: p\n    override:\n      a:\n"
        "        value: 1\n        reason: |\n          two\n          lines\n"
    ),
}


def spoken(content: bytes) -> list[str]:
    return [text.strip() for _, text in comments(content)]


@pytest.mark.parametrize("style", STYLES)
def test_presets_are_added_and_nothing_else_changes(style: str) -> None:
    before = STYLES[style].encode()
    after = with_presets("plans/a.yaml", before, LINES, DATA)
    wanted = yaml.safe_load(before)
    wanted.setdefault("presets", {}).update(DATA)
    assert yaml.safe_load(after) == wanted
    assert spoken(after) == spoken(before)
    if "flow" not in style and "empty" not in style:
        kept = after.decode().split("\n")
        for line in before.decode().split("\n"):
            assert line in kept


def grow(holder: Any) -> None:
    inline = holder["p"].setdefault("inline", {})
    inline.setdefault("o.yaml", flow_list(holder, [])).append("z")
    inline["n.yaml"] = flow_list(holder, ["a", "b"])


@pytest.mark.parametrize(
    "style",
    [s for s in STYLES if "no presets" not in s and s not in ("empty presets", "flow root")],
)
def test_an_entry_grows_and_keeps_its_comments(style: str) -> None:
    before = STYLES[style].encode()
    after = revised("plans/a.yaml", before, ("presets", "p"), grow)
    wanted = yaml.safe_load(before)
    grow(wanted["presets"])
    assert yaml.safe_load(after) == wanted
    assert spoken(after) == spoken(before)


def test_only_the_entry_is_written_again() -> None:
    after = revised("plans/a.yaml", PLAN.encode(), ("presets", "p"), grow).decode()
    head, tail = PLAN[: PLAN.index("        inline")], PLAN[PLAN.index("\n# what follows") :]
    assert after.startswith(head.replace("to:   ", "to: ").rstrip(" ")[:40])
    assert after.endswith(tail)


def test_an_entry_with_an_alias_from_elsewhere_grows() -> None:
    text = (
        "version: 1\npresets:\n  p:  # one\n    from: p\n    to: p\n    inline: &i {o.yaml: [a]}\n"
        "  q:\n    from: q\n    to: q\n    inline: *i\n"
    )
    with pytest.raises(Refused):  # the alias would grow with it, and nobody asked for that
        revised("plans/a.yaml", text.encode(), ("presets", "q"), lambda d: d["q"]["inline"].clear())
    after = revised(
        "plans/a.yaml", text.encode(), ("presets", "q"), lambda d: d["q"].update(to="x")
    )
    assert yaml.safe_load(after)["presets"]["q"]["to"] == "x"


def test_a_text_that_ends_in_kept_blank_lines_is_refused_or_kept() -> None:
    text = "version: 1\npresets:\n  p:\n    from: p\n    to: |+\n      p\n\n\n"
    after = with_presets("plans/a.yaml", text.encode(), LINES, DATA)
    assert yaml.safe_load(after)["presets"]["p"] == yaml.safe_load(text)["presets"]["p"]


def test_lines_are_added_at_the_end() -> None:
    edit = lambda data: data.update({"base": "b.yaml"})  # noqa: E731
    after = with_lines("plans/a.yaml", b"version: 1\n# end\n", ["base: b.yaml"], edit)
    assert after == b"version: 1\n# end\nbase: b.yaml\n"
