"""The documentation site: gather its pages, build them, check what was built."""
