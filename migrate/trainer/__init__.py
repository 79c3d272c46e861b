"""The team's own trainer, asked what it makes of configs: in a process and a copy of its own."""
