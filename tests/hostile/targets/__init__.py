"""Everything of ours that reads bytes of strangers, each as a function of bytes."""

from __future__ import annotations

from tests.hostile.targets import git, records, references
from tests.hostile.targets.target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*references.TARGETS, *git.TARGETS, *records.TARGETS)
}
"""By name, in the order in which they are told."""
