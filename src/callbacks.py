"""When a run saves: the repository's own settings, as a callback of the trainer.

Imports transformers, so only the launcher imports this, once a run starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import TrainerCallback  # type: ignore[import-not-found]


class SaveSchedule(TrainerCallback):  # type: ignore[misc]
    """No checkpoint before `steps` and `epochs` are over; one more when the last epoch ends."""

    def __init__(self, steps: int = 0, epochs: float = 0.0, last_epoch: bool = False) -> None:
        self.steps = steps
        self.epochs = epochs
        self.last_epoch = last_epoch

    @classmethod
    def from_settings(cls, owned: Mapping[str, Any]) -> SaveSchedule:
        """Read `save_delay_steps`, `save_delay_epochs` and `save_last_epoch`."""
        steps, epochs = owned.get("save_delay_steps") or 0, owned.get("save_delay_epochs") or 0.0
        return cls(steps, epochs, bool(owned.get("save_last_epoch")))

    def early(self, state: Any) -> bool:
        """Whether the run is still in its delay."""
        return state.global_step < self.steps or (state.epoch or 0.0) < self.epochs

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Take back a save that comes too early."""
        if self.early(state):
            control.should_save = False
        return control

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Take back a save that comes too early; ask for one when the last epoch is over."""
        if self.early(state):
            control.should_save = False
        if self.last_epoch and state.epoch is not None and state.epoch >= args.num_train_epochs:
            control.should_save = True
        return control
