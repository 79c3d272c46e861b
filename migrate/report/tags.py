"""HTML in which a text is never markup: only `tag` makes any, and escapes all else it gets."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from migrate.locations import printable_block


class Html(str):
    """Markup that `tag` made. Adding or formatting it gives a plain text, which is escaped again:
    a mistake shows as `&lt;`, and never becomes an element."""

    __slots__ = ()


Content = str | Html | Iterable["Content"] | None
"""What may stand in an element: texts, elements, and lists of them; None is nothing."""

_VOID = frozenset({"meta", "link", "input", "br", "wbr"})


def tag(name: str, /, *content: Content, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`; an attribute
    that is None or False is left out, and of one that is True only the name stands there."""
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{''.join(_escaped(content))}</{name}>")


def joined(*content: Content) -> Html:
    """Elements and texts one after another."""
    return Html("".join(_escaped(content)))


def text(raw: str) -> Html:
    """A text as people may see it: what would steer a terminal or a reading direction is spelled,
    and what HTML would take for markup is escaped."""
    return Html(html.escape(printable_block(raw)))


def _escaped(content: Content) -> Iterator[str]:
    if isinstance(content, Html):
        yield content
    elif isinstance(content, str):
        yield text(content)
    elif content is not None:
        for one in content:
            yield from _escaped(one)


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    spelled = name.rstrip("_").replace("_", "-")
    return f" {spelled}" if value is True else f' {spelled}="{text(str(value))}"'
