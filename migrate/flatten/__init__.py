"""Write one resolved config as the smallest file on top of its parents."""

from migrate.flatten.account import Account, DroppedComment, all_kept
from migrate.flatten.origins import LineOrigin, Origins, open_lines, same_lines, with_comments
from migrate.flatten.preset import FlatText, Keys, Onto, chosen_keys, flatten, parsed
from migrate.flatten.select import RestatedKey

__all__ = [
    "Account",
    "DroppedComment",
    "FlatText",
    "Keys",
    "LineOrigin",
    "Onto",
    "Origins",
    "RestatedKey",
    "all_kept",
    "chosen_keys",
    "flatten",
    "open_lines",
    "parsed",
    "same_lines",
    "with_comments",
]
