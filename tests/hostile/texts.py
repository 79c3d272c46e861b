"""Config texts made to hang a reader, to eat its memory, or to be something else than text."""

from __future__ import annotations

EXTENDS = b"extends: ../components/b.yaml\n"


def aliases(merged: bool = False) -> bytes:
    """Twelve levels of nine aliases each: 9^12 values, or as many merge keys."""
    lines = ["a0: &a0 {x: 1}" if merged else "a0: &a0 [x, x]"]
    for level in range(1, 12):
        nine = ", ".join([f"*a{level - 1}"] * 9)
        value = f"{{<<: [{nine}]}}" if merged else f"[{nine}]"
        lines.append(f"a{level}: &a{level} {value}")
    return "\n".join(lines).encode()


REFUSED: dict[str, tuple[bytes, str]] = {
    "alias-bomb": (aliases(), "expands to more than 500,000 values"),
    "alias-bomb-merge-keys": (aliases(merged=True), "expands to more than 500,000 values"),
    "alias-bomb-quadratic": (
        b"a: &a [" + b"x, " * 20_000 + b"]\nb: [" + b"*a, " * 20_000 + b"]\n",
        "expands to more than 500,000 values",
    ),
    "values-flat": (b"a: [" + b"1," * 600_000 + b"]\n", "expands to more than 500,000 values"),
    "nesting-flow": (b"a: " + b"[" * 10_000 + b"]" * 10_000 + b"\n", "nests deeper than 100"),
    "nesting-flow-mapping": (b"a: " + b"{a: " * 10_000 + b"}" * 10_000, "nests deeper than 100"),
    "nesting-flow-open": (b"a: " + b"[" * 1_000_000, "nests deeper than 100"),
    "nesting-block": (b"".join(b" " * n + b"a:\n" for n in range(1000)), "nests deeper than 100"),
    "nesting-dashes": (b"a:\n  " + b"- " * 10_000 + b"x\n", "nests deeper than 100"),
    "nesting-keys": (b"a:\n  " + b"? " * 10_000 + b"x\n", "nests deeper than 100"),
    "integer-decimal": (b"a: " + b"9" * 5000 + b"\n", "has 5,000 characters"),
    "integer-hexadecimal": (b"a: 0x" + b"f" * 100_000 + b"\n", "has 100,002 characters"),
    "integer-sexagesimal": (b"a: 1" + b":1" * 300_000 + b"\n", "has 600,001 characters"),
    "integer-as-key": (b"? 0x" + b"f" * 100_000 + b"\n: 1\n", "has 100,002 characters"),
    "integer-tagged": (b"a: !!int '" + b"1:" * 100_000 + b"1'\n", "has 200,001 characters"),
    "float-sexagesimal": (b"a: 1" + b":1" * 100_000 + b".5\n", "has 200,003 characters"),
    "date-that-is-none": (b"a: 2026-13-45\n", "cannot be loaded by PyYAML"),
    "offset-that-is-none": (b"a: 2026-01-01T00:00:00+99:99\n", "cannot be loaded by PyYAML"),
    "tag-on-wrong-kind": (b"a: !!bool maybe\n", "cannot be loaded by PyYAML"),
    "integer-empty": (b"a: !!int ''\n", "cannot be loaded by PyYAML"),
    "integer-empty-as-key": (b"!!int : 1\n", "cannot be loaded by PyYAML"),
    "integer-of-a-sign": (b"a: !!int '-'\n", "cannot be loaded by PyYAML"),
    "float-of-a-line": (b"a: !!float _\n", "cannot be loaded by PyYAML"),
    "time-that-is-none": (b"a: !!timestamp soon\n", "cannot be loaded by PyYAML"),
    "python-call-as-key": (b"? !!python/name:os.system\n: 1\n", "key"),
    "tag-very-long": (b"a: !<" + b"x" * 100_000 + b"> 1\n", "unknown tag"),
    "tab-before-a-comment": (b"a: b\t# c\n", "found character '\\t' that cannot start"),
    "tab-before-a-value": (b"a:\tb\n", "found character '\\t' that cannot start"),
    "tab-behind-a-quote": (b"a: 'b'\t# c\n", "found character '\\t' that cannot start"),
    "nul": (b"a: \0\n", "holds a NUL byte"),
    "utf-16": ("a: 1\n".encode("utf-16"), "is UTF-16, not UTF-8"),
    "utf-16-without-bom": ("a: 1\n".encode("utf-16-le"), "holds a NUL byte"),
    "utf-32": ("a: 1\n".encode("utf-32"), "is UTF-16, not UTF-8"),
    "latin-1": (b"a: \xe9\n", "is not UTF-8"),
    "terminal-escape": (b"a: \x1b[31m\n", "not valid YAML"),
    "c1-control": ("a: \x9b31m\n".encode(), "not valid YAML"),
    "broken-and-large": (b"a: 1\n" * 100_000 + b"b: [\n", "not valid YAML"),
    "documents": (b"---\na: 1\n" * 10_000, "a second document starts here"),
    "extends-absolute": (b"extends: /etc/passwd\n", "which is outside the root"),
    "extends-upwards": (b"extends: ../../../../etc/passwd\n", "which is outside the root"),
    "extends-home": (b"extends: ~/x.yaml\n", "which does not exist"),
    "extends-nul": (b'extends: "a\\0b"\n', "not a path"),
    "extends-half-a-character": (b'extends: "\\ud800.yaml"\n', "which does not exist"),
    "extends-escape": (b'extends: "\\e[31m\\x9b\\u202e.yaml"\n', "which does not exist"),
    "extends-very-long": (b"extends: " + b"ab" * 500_000 + b".yaml\n", "file name too long"),
    "extends-many": (
        b"extends: [" + b"../components/b.yaml, " * 2000 + b"]\n",
        "names 2,000 files",
    ),
    "extends-folder": (b"extends: ../components\n", "../components, a folder"),
}
"""Text of a config, and what its letter says."""

READ: dict[str, bytes] = {
    "crlf": b"extends: ../components/b.yaml\r\na: 1\r\n",
    "bom": b"\xef\xbb\xbf" + EXTENDS + b"a: 1\n",
    "mixed-line-ends": EXTENDS + b"a: 1\r\nb: 2\nc: 3\r\n",
    "integer-of-4000-digits": EXTENDS + b"a: " + b"9" * 4000 + b"\n",
    "float-too-large": EXTENDS + b"a: 1.0e+999999\nb: 1e999999\n",
    "scalar-of-a-megabyte": EXTENDS + b"a: " + b"x" * 1_000_000 + b"\n",
    "key-of-100-kilobytes": EXTENDS + b"? " + b"k" * 100_000 + b"\n: 1\n",
    "escapes-in-keys-and-values": EXTENDS + b'"\\e[31m\\x9bx\\u202e": "\\e]0;own\\a\\x85"\n',
    "half-characters": EXTENDS + b'"\\ud800": "\\udfff"\n',
    "20000-keys": EXTENDS + b"".join(b"k%d: %d\n" % (n, n) for n in range(20_000)),
    "20000-times-one-key": EXTENDS + b"k: 1\n" * 20_000,
    "100000-comments": EXTENDS + b"# c\n" * 100_000 + b"a: 1\n",
    "a-million-blank-lines": EXTENDS + b"\n" * 1_000_000 + b"a: 1\n",
    "90-levels": EXTENDS + b"".join(b" " * n + b"k:\n" for n in range(90)) + b" " * 90 + b"x: 1\n",
    "tabs-where-they-are-text": EXTENDS + b"a: 'b\tc'  # d\te\nb: |\n  f\tg\n",
    "python-call": EXTENDS + b"a: !!python/object/apply:os.system ['touch pwned']\n",
    "python-new": EXTENDS + b"a: !!python/object/new:os.system {x: [!!python/tuple [1]]}\n",
    "python-name": EXTENDS + b"a: !!python/name:os.system\n",
    "python-module": EXTENDS + b"a: !!python/module:antigravity\n",
    "empty": b"",
}
"""Odd, but nothing to refuse."""
