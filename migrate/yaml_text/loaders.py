"""The kinds of loaders that read configs, and what each makes of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from functools import cached_property, lru_cache
from typing import Any

import yaml

from migrate.limits import SECOND_OPINION_CHARS

_PREFIX = "tag:yaml.org,2002:"
PYTHON = _PREFIX + "python/"
"""Tags by which PyYAML's unsafe loader makes any object and calls any function. Nobody here does:
what has one is text."""
C_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Opaque:
    """A value with a tag that the loader does not know and a dialect keeps as it is.

    It cannot be a key: nobody could say which other key it equals.
    """

    __slots__ = ("tag", "value")

    def __init__(self, tag: str, value: Any) -> None:
        self.tag = tag
        self.value = value

    def __repr__(self) -> str:
        return f"Opaque({self.tag!r}, {self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and (self.tag, self.value) == (other.tag, other.value)

    __hash__ = None  # type: ignore[assignment]


_OMEGACONF_FLOAT = r"""^(?:
     [-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*(?:[eE][-+]?[0-9]+)
    |\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$"""
"""What OmegaConf also takes for a float, such as `1e-8` (omegaconf/_utils.py: get_yaml_loader)."""


def _omegaconf_numbers(kind: type[Any]) -> None:
    """Teach a class of PyYAML OmegaConf's rules: more floats, and no dates."""
    pattern = re.compile(_OMEGACONF_FLOAT, re.VERBOSE)
    kind.add_implicit_resolver(_PREFIX + "float", pattern, list("-+0123456789."))
    kind.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != _PREFIX + "timestamp"]
        for first, known in kind.yaml_implicit_resolvers.items()
    }


def short_tag(tag: str) -> str:
    """A resolved tag as people write it: `!!python/...` for one of PyYAML's own."""
    return f"!!{tag.removeprefix(_PREFIX)}" if tag.startswith(_PREFIX) else tag


def _opaque(loader: Any, _: str, node: Any) -> Opaque:
    """What has a tag that nobody makes: PyYAML and ruamel.yaml both ask for it like this."""
    tag = short_tag(str(node.tag))
    if isinstance(node.value, str):
        return Opaque(tag, node.value)
    if node.id == "mapping":
        return Opaque(tag, loader.construct_mapping(node, deep=True))
    return Opaque(tag, loader.construct_sequence(node, deep=True))


def _unique_keys(kind: type[Any], texts_only: bool) -> None:
    """Make a loader refuse a key that one mapping has twice, before merge keys are looked at."""
    construct = kind.construct_mapping

    def construct_mapping(self: Any, node: yaml.MappingNode, deep: bool = False) -> Any:
        seen: set[Hashable] = set()
        for key, _ in node.value:
            if texts_only and key.tag != _PREFIX + "str":
                continue
            value = key.value if texts_only else self.construct_object(key, deep=True)
            if value in seen:
                problem = f"the key {key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(value)
        return construct(self, node, deep=deep)

    kind.construct_mapping = construct_mapping


class _Scalars(yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """PyYAML's resolver and constructor without its parser."""

    def __init__(self) -> None:
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)


def _omegaconf_scalars() -> Any:
    """The same by OmegaConf's rules."""
    kind = type("OmegaConfScalars", (_Scalars,), {})
    _omegaconf_numbers(kind)
    return kind()


_FLOAT_1_2 = r"""^(?:
     [-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
    |\.[0-9_]+(?:[eE][-+][0-9]+)?
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$"""
"""What trainers teach PyYAML to take for a float as YAML 1.2 does, such as `1e-4`; the very pattern
that they hand on to one another (mmf, RecBole and others have it)."""


def _floats_1_2(kind: type[Any]) -> None:
    pattern = re.compile(_FLOAT_1_2, re.VERBOSE)
    kind.add_implicit_resolver(_PREFIX + "float", pattern, list("-+0123456789."))


def _float_scalars() -> Any:
    """PyYAML's, and the floats of YAML 1.2."""
    kind = type("FloatScalars", (_Scalars,), {})
    _floats_1_2(kind)
    return kind()


def _ruamel_scalars() -> Any:
    """The resolver and constructor of YAML 1.2, which only ruamel.yaml has."""
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.resolver import VersionedResolver

    class Scalars(SafeConstructor, VersionedResolver):
        def __init__(self) -> None:
            SafeConstructor.__init__(self)
            VersionedResolver.__init__(self, version=(1, 2))

        @property
        def resolver(self) -> Any:
            return self

    return Scalars()


_TAB = re.compile(r"(?m)^[^#\n]*\t|[\"'][^\n\t\"']*\t")


def parts_at_tab(text: str) -> bool:
    """Whether libyaml and PyYAML may part over a tab: `a: b<TAB># c` is a value to one alone.

    The trainer's loader is PyYAML's own, so it decides; in a long text that would take too long.
    """
    if "\t" not in text or len(text) > SECOND_OPINION_CHARS:
        return False
    return _TAB.search(text) is not None


UNMADE = (ValueError, OverflowError, LookupError, TypeError, AttributeError)
"""What constructors raise for a scalar that is none of its kind, beside yaml.YAMLError."""


class Loader:
    """One kind. `opaque`: unknown `!Tags` are kept; `unique`: a repeated key is an error, if
    `texts_only` only one that is a text; `numbers`: OmegaConf's rules for numbers hold;
    `floats`: what YAML 1.2 takes for a float is one."""

    def __init__(
        self,
        name: str,
        opaque: bool = False,
        unique: bool = False,
        texts_only: bool = False,
        merge_keys: bool = True,
        scalars: Callable[[], Any] = _Scalars,
        numbers: bool = False,
        floats: bool = False,
        yaml_1_2: bool = False,
    ) -> None:
        self.name = name
        self.opaque = opaque
        self.unique = unique
        self.texts_only = texts_only
        # A check for repeated keys that constructs each key cannot make `<<`.
        self.merge_keys = merge_keys
        self.scalars = scalars
        self.numbers = numbers
        self.floats = floats
        self.yaml_1_2 = yaml_1_2

    @cached_property
    def tag(self) -> Callable[[str], str]:
        """The tag of a plain scalar, by the loader's own resolver."""
        return lru_cache(maxsize=65536)(self._tag)

    @cached_property
    def construct(self) -> Callable[[str, str], Any]:
        """The value of a scalar's text with a tag, by the loader's own constructor.

        Raises yaml.YAMLError, or one of `UNMADE`, for what it cannot make.
        """
        return lru_cache(maxsize=65536)(self._construct)

    @cached_property
    def plain(self) -> Callable[[str], Any]:
        """The value of a plain scalar's text without a tag. Raises as `construct`."""
        return lru_cache(maxsize=65536)(self._plain)

    @cached_property
    def _scalars(self) -> Any:
        return self.scalars()

    def _tag(self, text: str) -> str:
        node = self._node_kind
        return str(self._scalars.resolve(node, text, (True, False)))

    def _plain(self, text: str) -> Any:
        return self._construct(text, self._tag(text))

    def _construct(self, text: str, tag: str) -> Any:
        return self._scalars.construct_object(self._node_kind(tag, text))

    @cached_property
    def _node_kind(self) -> Any:
        if not self.yaml_1_2:
            return yaml.ScalarNode
        from ruamel.yaml.nodes import ScalarNode

        return ScalarNode

    def load(self, text: str) -> Any:
        """The whole text. Raises yaml.YAMLError, by libyaml if it can and else by pure PyYAML."""
        if self.yaml_1_2:
            return _load_1_2(text)
        if parts_at_tab(text):
            return yaml.load(text, Loader=self._class(yaml.SafeLoader))  # noqa: S506
        try:
            # Both are SafeLoaders, or made from one.
            return yaml.load(text, Loader=self._class(C_LOADER))  # noqa: S506
        except yaml.YAMLError:
            return yaml.load(text, Loader=self._class(yaml.SafeLoader))  # noqa: S506

    def _class(self, loader: type[Any]) -> type[Any]:
        if loader not in self._classes:
            self._classes[loader] = _loader_class(self, loader)
        return self._classes[loader]

    @cached_property
    def _classes(self) -> dict[type[Any], type[Any]]:
        return {}


def _loader_class(kind: Loader, loader: type[Any]) -> type[Any]:
    made = type(f"{kind.name}-{loader.__name__}", (loader,), {})
    made.add_multi_constructor(PYTHON, _opaque)  # type: ignore[attr-defined]
    if kind.opaque:
        made.add_multi_constructor("!", _opaque)  # type: ignore[attr-defined]
    if kind.numbers:
        _omegaconf_numbers(made)
    if kind.floats:
        _floats_1_2(made)
    if kind.unique:
        _unique_keys(made, kind.texts_only)
    return made


def _load_1_2(text: str) -> Any:
    import ruamel.yaml
    import ruamel.yaml.error

    reader = ruamel.yaml.YAML(typ="safe", pure=True)
    reader.Constructor = type("Constructor", (reader.Constructor,), {})
    reader.Constructor.add_multi_constructor(PYTHON, _opaque)
    try:
        return reader.load(text)
    except ruamel.yaml.error.YAMLError as error:
        raise _Rejected(error) from None


class _Rejected(yaml.YAMLError):
    """What ruamel.yaml rejects, with its place as PyYAML has it."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.problem = getattr(error, "problem", None)
        self.problem_mark = getattr(error, "problem_mark", None)


LOADERS: dict[str, Loader] = {
    loader.name: loader
    for loader in (
        Loader("safe"),
        Loader("safe-tags", opaque=True),
        Loader("safe-floats", scalars=_float_scalars, floats=True),
        Loader("safe-unique", unique=True, merge_keys=False),
        Loader("omegaconf", unique=True, texts_only=True, scalars=_omegaconf_scalars, numbers=True),
        Loader("yaml-1.2", unique=True, scalars=_ruamel_scalars, yaml_1_2=True),
    )
}
"""By name: PyYAML's safe_load as it is, or with a difference; YAML 1.2 by ruamel.yaml."""
SAFE = LOADERS["safe"]
