"""Do two resolved configs mean the same? The judge; it knows nothing of how they were written."""

from migrate.parity.acceptance import acceptance, accepted_key, excuse
from migrate.parity.differences import (
    Difference,
    OrderChange,
    differences,
    equal,
    identical,
    order_changes,
)
from migrate.parity.judge import Verdict, is_ruled, judge
from migrate.parity.presence import concerns, names_key
from migrate.parity.values import ABSENT, find

__all__ = [
    "ABSENT",
    "Difference",
    "OrderChange",
    "Verdict",
    "acceptance",
    "accepted_key",
    "concerns",
    "differences",
    "equal",
    "excuse",
    "find",
    "identical",
    "is_ruled",
    "judge",
    "names_key",
    "order_changes",
]
