"""The trainer as judge, with ms-swift and torch imported: the limits of its process suffice."""

from __future__ import annotations

import pytest

from migrate.locations import Place
from migrate.plan import Trainer
from migrate.trainer.ask import Asker
from migrate.verification.trainer_check import check_trainer
from migrate.workspace.workspace import Workspace
from tests_trainer.pairs import ROOT

pytestmark = pytest.mark.trainer


def test_the_trainer_agrees_with_every_preset_old_and_new() -> None:
    workspace = Workspace(ROOT)
    trainer = Trainer(loader="tests_trainer.loader:load", python="{python}")
    asker = Asker(trainer, Place("plans/tree.yaml"), ROOT, "safe", workspace.limits)
    presets = list(workspace.plans.presets.values())
    assert list(check_trainer(workspace, presets, asker)) == []
