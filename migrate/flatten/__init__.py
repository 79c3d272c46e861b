"""Write one resolved config as the smallest file on top of its parents."""

from migrate.flatten.account import Account, Dropped
from migrate.flatten.preset import FlatText, Keys, Onto, chosen_keys, flatten
from migrate.flatten.select import Follow

__all__ = ["Account", "Dropped", "FlatText", "Follow", "Keys", "Onto", "chosen_keys", "flatten"]
