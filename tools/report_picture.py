"""Write docs/pictures/report.svg: who extends whom, as `migrate report` draws it."""

from __future__ import annotations

from pathlib import Path

from migrate.commands.report import Links, report
from migrate.report.page_drawing import described, picture
from migrate.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/pictures/report.svg"
TOP, BETWEEN, MARGIN = 34, 60, 16
"""Pixels above a drawing, between the two, and around them."""
STYLE = """
text { font: 11px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; }
text.title { font: 16px system-ui, sans-serif; }
rect { stroke-width: 1.2; }
.paper { fill: #ffffff; }
.preset rect { stroke: #0757ba; fill: #ddf4ff; }
.fragment rect { stroke: #a04100; fill: #fff1e5; stroke-dasharray: 4 2; }
.base rect { stroke: #116329; fill: #dafbe1; stroke-width: 2.4; }
.links path { fill: none; stroke-opacity: .5; }
.of-fragment { stroke: #a04100; }
.of-preset { stroke: #0757ba; }
.of-base { stroke: #116329; }
"""


def drawing() -> str:
    """Both graphs side by side, as SVG; made from the configs and nothing else."""
    found = report(Workspace(str(ROOT)))
    left, wide, high = _part(found.before, "Before", MARGIN)
    right, more, second = _part(found.after, "After", MARGIN + wide + BETWEEN)
    across, down = 2 * MARGIN + wide + BETWEEN + more, TOP + max(high, second) + MARGIN
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}" role="img">
<title>Who extends whom, before and after the rollout</title>
<style>{STYLE}</style>
<rect class="paper" width="100%" height="100%" rx="8"/>
{left}
{right}
</svg>
"""


def _part(links: Links, title: str, x: int) -> tuple[str, int, int]:
    """A drawing below its title, and how wide and high it is."""
    inside = picture(links, title, title.lower())
    words = dict(part.split("=", 1) for part in inside.partition(">")[0].split() if "=" in part)
    wide, high = (int(words[name].strip('"')) for name in ("width", "height"))
    placed = inside.replace("<svg ", f'<svg x="{x}" y="{TOP}" ', 1)
    head = f'<text class="title" x="{x}" y="24">{title}: {described(links)}</text>'
    return f"{head}\n{placed}", wide, high


def main() -> None:
    """Write the picture."""
    (ROOT / PAGE).write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
