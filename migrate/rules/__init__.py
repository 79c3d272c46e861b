"""The layer rules that keep a migrated tree readable, and what else is worth knowing about it."""

from migrate.rules.layers import RULES, check_rules, rule_findings
from migrate.rules.presets import Layers
from migrate.rules.style import STYLES, check_style, style_findings

__all__ = [
    "RULES",
    "STYLES",
    "Layers",
    "check_rules",
    "check_style",
    "described",
    "rule_findings",
    "style_findings",
]


def described() -> dict[str, str]:
    """Every rule and style check with the sentence of what it asks for."""
    rules = {name: rule.text for name, rule in RULES.items()}
    return rules | {name: (check.__doc__ or "").strip() for name, check in STYLES.items()}
