"""The tree a command works on: root, plans, what was applied, trust, other processes."""
