"""Write one resolved config as the smallest file on top of its parents."""

from migrate.flatten.account import Account, DroppedComment, all_kept
from migrate.flatten.preset import FlatText, Keys, Onto, chosen_keys, flatten
from migrate.flatten.select import RestatedKey

__all__ = [
    "Account",
    "DroppedComment",
    "FlatText",
    "Keys",
    "Onto",
    "RestatedKey",
    "all_kept",
    "chosen_keys",
    "flatten",
]
