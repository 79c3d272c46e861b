"""The generated pages of docs/reference/: commands, files of the plans, Python API."""
