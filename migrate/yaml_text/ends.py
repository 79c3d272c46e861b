"""Where things really begin and end in a text, where libyaml's marks say something else."""

from __future__ import annotations


def question_mark(gap: str, floor: int, fallback: int) -> int:
    """The `?` indicator in the text between two entries, comments not counted."""
    offset = floor
    for line in gap.split("\n"):
        code = line.split("#", 1)[0] if line.lstrip().startswith("#") else line.split(" #", 1)[0]
        column = code.rfind("?")
        if column >= 0:
            return offset + column
        offset += len(line) + 1
    return fallback


def skip_props(text: str, start: int, end: int) -> int:
    """The offset behind `&anchor` and `!tag`, white space and comments between them included."""
    position = behind = start
    while position < end:
        char = text[position]
        if text.startswith("!<", position):
            behind = position = text.index(">", position) + 1
        elif char in "&!":
            while position < end and text[position] not in " \t\n\r\x85\u2028\u2029,[]{}":
                position += 1
            behind = position
        elif char in " \t\n":
            position += 1
        elif char == "#":
            newline = text.find("\n", position)
            position = end if newline < 0 else newline
        else:
            return position
    return behind


def block_scalar_end(text: str, start: int, end: int) -> int:
    """The end of a block scalar's content; libyaml's mark runs past trailing blank lines."""
    header_end = text.find("\n", start, end)
    if header_end < 0:
        return end
    header = text[start:header_end].split("#", 1)[0]
    body = text[header_end + 1 : end]
    if "+" in header:
        return end - 1 if body.endswith("\n") else end
    lines = body.split("\n")
    content = next((line for line in lines if line.strip(" ")), None)
    if content is None:
        return start + len(text[start:header_end].rstrip())
    digits = [char for char in header if char.isdigit()]
    indent = 0 if digits else len(content) - len(content.lstrip(" "))
    while lines and not lines[-1].strip(" ") and len(lines[-1]) <= indent:
        lines.pop()
    return header_end + len("\n".join(lines)) + 1
