"""The language server: what editors ask of a config, answered for the text as it is edited."""
