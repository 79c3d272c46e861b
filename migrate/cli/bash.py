"""Completion in bash, which takes `legacy:grpo_dense` and `seed=1` for three words each."""

from __future__ import annotations

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_SIGNS = (":", "=")
"""Where bash splits words (COMP_WORDBREAKS)."""


@add_completion_class
class Bash(BashComplete):
    """Puts words together again around what splits them; bash replaces the last piece alone."""

    cut = 0
    """How much of the word stands before the cursor's piece of it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor's and that word, put together again."""
        before, last = super().get_completion_args()
        words: list[str] = []
        for word in (*before, last):
            split = word and words and (word in _SIGNS or words[-1].endswith(_SIGNS))
            if split:
                words[-1] += word
            else:
                words.append(word)
        if len(words) <= len(before):
            self.cut = max(map(words[-1].rfind, _SIGNS)) + 1
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """One offer, from the last such sign on."""
        return f"{item.type},{item.value[self.cut :]}"
