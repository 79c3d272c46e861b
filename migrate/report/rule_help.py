"""What each rule asks and what to do about a finding of it: for SARIF, and for docs/rules.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrate.rules import RULES, STYLES, described

PAGE = "rules"
"""The page of the documentation that has an anchor for each rule."""


class RuleHelp(NamedTuple):
    """One rule, in Markdown that reads as plain text too."""

    asks: str
    """The sentence of what it asks for."""
    remedy: str
    """What to do about a finding."""


GATE = {
    "manifest": RuleHelp(
        "The frozen files of the legacy tree are what they were.",
        "Restore the file from version control. A finding means that the record of what was "
        "migrated was edited; the old files to edit are the live ones, and `migrate port` carries "
        "such an edit into the presets.",
    ),
    "applied": RuleHelp(
        "Every preset of the plans is applied, by the plan as it is now.",
        "`migrate apply --preset NAME` takes the step, or redoes it where its plan changed. "
        "Evidence without a plan: put the preset back into a plan, or say with "
        "`migrate accept --retired NAME --reason TEXT` that it was deleted.",
    ),
    "evidence": RuleHelp(
        "The evidence of a preset speaks of the legacy files that are there.",
        "Restore the evidence, or the frozen file, from version control.",
    ),
    "edits": RuleHelp(
        "Whatever was edited in the old files has arrived in the presets that replaced them.",
        "`migrate port` carries the edit over, with its spelling and comments; "
        "`migrate port --decline FILE --reason TEXT` says that nobody wants it.",
    ),
    "parity": RuleHelp(
        "Every preset resolves to what its old config resolved to, but for differences that the "
        "parity profile allows or that were accepted.",
        "Take the edit back where it was not meant. Where it was, the finding holds the command "
        "that accepts this one value of this one preset.",
    ),
    "retired": RuleHelp(
        "What every preset has done without is gone, and no config names it.",
        "`migrate apply --all` retires what is left over; `migrate adopt CONFIG` plans a config "
        "that still extends it.",
    ),
    "references": RuleHelp(
        "No code, script, config or page names what the rollout removed.",
        "Name what replaced it, or say under `references:` in a plan what became of the file: a "
        "new path, `drop`, or `{ignore: REASON}`.",
    ),
    "rules": RuleHelp(
        "The layer rules can be checked.",
        "Correct what the finding names; each rule by itself has an entry of its own.",
    ),
    "plan": RuleHelp(
        "The plan of every preset that waits for its step holds: the step could be taken now.",
        "`migrate plan --preset NAME` shows the step, and the letter says what stops it.",
    ),
    "gates": RuleHelp(
        "The gate commands of the plans end with exit code 0.",
        "Run the command by hand and see. They run only with `--run-gates`, or once they are "
        "trusted, since they are commands from a file of the repository.",
    ),
    "cross-check": RuleHelp(
        "Another parser and another comparison come to the same.",
        "Treat it as an error of the tool until you know better, and report it with both values.",
    ),
    "trainer": RuleHelp(
        "The team's own loader makes of every preset what the dialect makes of it.",
        "Correct the dialect, or name under `trainer: ignore:` the keys that the loader adds.",
    ),
    "unused-allowance": RuleHelp(
        "Every allowance of the parity profile excuses something.",
        "Delete the allowance, or correct its pattern.",
    ),
    "unused-acceptance": RuleHelp(
        "Every accepted difference is still there.",
        "The finding holds the command that removes the entry.",
    ),
}
"""The checks of `verify`, in the order in which they are reported."""

LAYERS = {
    "max-files": "Write what the preset needs into it: `migrate flatten CONFIG` shows how. "
    "The number is `rules: max_files:` in a plan.",
    "max-open": "Extend the preset that all of them vary. The number is `rules: max_open:`.",
    "one-preset": "An overlay varies one preset: make of the others a preset of its own.",
    "overlay-keys": "Make it a preset of its own on top of the base. The number is "
    "`rules: overlay_keys:`.",
    "max-overlays": "Make one of the overlays a preset of its own. The number is "
    "`rules: max_overlays:`.",
    "required": "Write the key into the preset, with a value. The keys are `rules: required:`.",
    "hiding-null": "Delete the line, or say in a comment beside it why the value is taken away.",
    "length-knob": "Set the one key, and delete the other. The keys are `rules: length_knob:` and "
    "`rules: length_findings:`.",
    "fusion-config": "Name a file that exists. The key is `rules: fusion_key:`.",
    "legacy": "Extend what replaced the frozen file.",
    "base-keys": "Set the key in the presets, or list it in `rules: base_keys:`.",
    "resolves": "Correct the file that the finding names; until then no rule can speak of the "
    "preset.",
}

STYLE = {
    "yaml-versions": "Write quotes around what is a text, and the value in full where it is "
    "none: `1.0e-4`, `true`.",
    "duplicate-key": "Keep one of the two. The loader reads the last.",
    "restated": "Delete the line, unless it is to stay pinned when the parent changes.",
    "overlay-grown": "See whether it is a preset of its own by now.",
    "spelling": "Spell the key one way, unless both are meant.",
}

ASKED_ELSEWHERE = {
    "base-keys": "The base holds only what is listed as immutable.",
    "resolves": "Every preset can be resolved.",
}

FAULTS = {
    "input": RuleHelp(
        "What is checked can be read.",
        "Correct the plan, the config or the argument that the letter names, and run again: "
        "nothing was checked. The exit code is 3.",
    ),
    "moved": RuleHelp(
        "Nobody else writes into the tree, and nothing is half done.",
        "Run again once the other process is done; the letter says what stands in the way. "
        "The exit code is 4.",
    ),
    "dialect": RuleHelp(
        "The trainer agrees with the dialect.",
        "Correct the dialect of the plans: what was checked by a wrong one means nothing.",
    ),
}
"""What keeps a check from being made at all."""


def rule_help() -> Mapping[str, RuleHelp]:
    """Every rule that a finding may name."""
    asked = {**described(), **ASKED_ELSEWHERE}
    both = {**LAYERS, **STYLE}
    return {**GATE, **{name: RuleHelp(asked[name], both[name]) for name in both}, **FAULTS}


def groups() -> dict[str, list[str]]:
    """The names of the rules by what they are about, as a page lists them."""
    return {
        "The gate": [*GATE],
        "Layer rules": [*RULES, *(name for name in LAYERS if name not in RULES)],
        "Worth knowing": [*STYLES],
        "Nothing was checked": [*FAULTS],
    }
