"""What to migrate in a tree that nobody prepared, and the plan files for it."""
