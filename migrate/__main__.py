"""Start the command: as `migrate`, and as `python -m migrate`."""

import gc

# A command makes many objects and little garbage: with Python's own threshold of 700 the collector
# would take a tenth of the time. Told first of all, since importing makes objects too.
gc.set_threshold(50_000, 20, 20)

from migrate.cli.main import main  # noqa: E402 - the line above comes first on purpose

if __name__ == "__main__":
    main()
