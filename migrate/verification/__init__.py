"""The gate: every check, and all that makes it fast."""
