"""How results look: text, JSON; nothing here prints."""
