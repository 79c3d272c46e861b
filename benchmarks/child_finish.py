"""Run a whole rollout and write it without landing it: child_finish.py, in a tree after `init`.

What the trees of the benchmarks are made with: a landing syncs every file, which is not what they
are for.
"""

import gc
import os

from migrate.workspace.workspace import Workspace

gc.set_threshold(50_000, 20, 20)  # as the command does
workspace = Workspace(".")
for step in workspace.steps(workspace.pending()):
    for change in step.changes:
        if change.after is None:
            os.unlink(change.path)
            continue
        os.makedirs(os.path.dirname(change.path), exist_ok=True)
        with open(change.path, "wb") as file:
            file.write(change.after)
