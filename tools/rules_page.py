"""Write docs/rules.md: every rule that a finding may name, from what the code says of them."""

from __future__ import annotations

import sys
from pathlib import Path

from migrate.report.rule_help import groups, rule_help

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/rules.md"
HEAD = """\
# Rules

Every finding of `migrate verify` and `migrate lint` names a rule: in brackets in text, as `rule`
in [JSON](json.md), as `ruleId` in SARIF, in the title of an annotation. These names stay. Layer
rules are errors and part of the gate; of what is worth knowing some are warnings, which fail with
`--strict`, and some are notes, which never do.

`make rules-page` writes this page from the code.
"""


def rules_page() -> str:
    """The page."""
    known = rule_help()
    parts = [HEAD]
    for title, names in groups().items():
        parts.append(f"## {title}\n")
        parts += [f"### {name}\n\n{known[name].asks}\n\n{known[name].remedy}\n" for name in names]
    return "\n".join(parts)


def main() -> int:
    """Write the page."""
    (ROOT / PAGE).write_text(rules_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
