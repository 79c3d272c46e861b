"""Arguments in, exit code out; the only printer."""
