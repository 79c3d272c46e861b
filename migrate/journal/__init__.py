"""Land a change set all at once or not at all; finish or drop what was interrupted."""

from migrate.journal.landing import land
from migrate.journal.lock import locked
from migrate.journal.recovery import interrupted, recover

__all__ = ["interrupted", "land", "locked", "recover"]
