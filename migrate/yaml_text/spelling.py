"""A text as a YAML scalar that every reader of YAML takes for that text."""

from __future__ import annotations

import json
import re
from functools import lru_cache

import yaml

_PLAIN = re.compile(r"[\w./][\w./+=@-]*( [\w./+=@-]+)*\Z")
_TYPED_ELSEWHERE = re.compile(
    r"(?i)(y|n|[-+]?(0o[0-7]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?))\Z"
)
"""Words that are texts to PyYAML, and other values to readers of YAML 1.2 or strict ones of 1.1."""
_RESOLVERS = yaml.resolver.Resolver.yaml_implicit_resolvers
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON leaves as it is and YAML forbids, or takes for a line break."""


@lru_cache(maxsize=4096)
def spell(text: str) -> str:
    """The text, plain where that is unambiguous, else in double quotes."""
    if _PLAIN.match(text) and not _typed(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def _typed(word: str) -> bool:
    """Whether a reader may take the plain word for a null, a boolean, a number or a date."""
    known = (*_RESOLVERS.get(word[0], ()), *_RESOLVERS.get(None, ()))
    elsewhere = _TYPED_ELSEWHERE.match(word) is not None
    return elsewhere or any(regexp.match(word) for _, regexp in known)
