"""Tests with the real trainer: `make test-trainer`, minutes, not part of `make test`."""
