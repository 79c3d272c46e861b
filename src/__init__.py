"""The training side: what starts a run from a config, and what checks the config before."""
