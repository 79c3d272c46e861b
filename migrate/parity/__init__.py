"""Do two resolved configs mean the same? The judge; it knows nothing of how they were written."""

from migrate.parity.differences import (
    Difference,
    OrderChange,
    differences,
    equal,
    identical,
    order_changes,
)
from migrate.parity.judge import Verdict, judge
from migrate.parity.values import ABSENT, find

__all__ = [
    "ABSENT",
    "Difference",
    "OrderChange",
    "Verdict",
    "differences",
    "equal",
    "find",
    "identical",
    "judge",
    "order_changes",
]
