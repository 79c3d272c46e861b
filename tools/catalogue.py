"""Write docs/catalogue.md: every runnable preset, what it is, what it extends, its overlays."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from migrate.locations import relative
from migrate.resolve import Resolved
from migrate.rules import Layers
from migrate.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/catalogue.md"


def catalogue(root: str) -> str:
    """The page, made from the configs and nothing else."""
    workspace = Workspace(root)
    layers = Layers(workspace.plans, workspace.resolver)
    names = {planned.preset.to: name for name, planned in workspace.plans.presets.items()}
    lines = [
        "# Config catalogue",
        "",
        "Every runnable preset. Made by `make catalogue`; a test holds it to the configs.",
        "",
        "| preset | what it is | extends | overlays | files | keys |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for path, resolved in layers.presets.items():
        overlays = [_link(other) for other in layers.families[path].overlays]
        keys = sum(1 for _ in resolved.branch.leaves())
        cells = [
            f"{_link(path)}<br>{f'`{names[path]}`' if path in names else 'written by hand'}",
            _about(resolved),
            ", ".join(_link(base.path) for base in resolved.bases),
            ", ".join(overlays),
            str(len(resolved.chain)),
            str(keys),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _link(path: str) -> str:
    return f"[{path.removeprefix('configs/')}]({relative(path, PAGE)})"


def _about(resolved: Resolved) -> str:
    """The first sentence of the file's header."""
    document = resolved.document
    runs = document.header[0] + document.header[1]
    lines = [document.text[slice(*span)].lstrip("# ") for span in runs[0].lines] if runs else []
    sentence = re.match(r".*?[.。](?= |$)", " ".join(lines))
    text = sentence.group() if sentence else " ".join(lines)
    return text.replace("|", "\\|") or "-"


def main() -> int:
    """Write the page; with `--check` only say whether it is current."""
    page = ROOT / PAGE
    text = catalogue(str(ROOT))
    if "--check" in sys.argv:
        return int(not page.exists() or page.read_text(encoding="utf-8") != text)
    page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
