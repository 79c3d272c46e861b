"""The plan files that `init` writes: new ones, and drafts put into what people wrote before."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrate.changes import Change
from migrate.discovery.discover import Discovery, file_name
from migrate.discovery.drafts import Draft, inner_path
from migrate.discovery.parity_defaults import ALLOWED, FORBIDDEN
from migrate.layout import Layout
from migrate.locations import KeyPath
from migrate.plan import EACH_BY_ITSELF, PlanSource, plan_files, schema_text, settings_of
from migrate.plan.edit import Edit, flow_list, revised, with_lines, with_presets
from migrate.plan.schema import KINDS, schema_line, schema_path
from migrate.trees.tree import Tree
from migrate.yaml_text import load
from migrate.yaml_text.spelling import spell

SCHEMA = "schema"
"""Why a schema is written."""


class PlanTexts:
    """The plan files as they will be: what is there is kept, and something added."""

    def __init__(self, tree: Tree, layout: Layout) -> None:
        self.tree = tree
        self.layout = layout
        self.known = list(plan_files(tree, layout.plans))
        self.said: Mapping[KeyPath, PlanSource] = settings_of(tree, self.known)
        """What people said of the whole tree before, and where."""
        self.changed: dict[str, bytes] = {}
        self.schemas: dict[str, bytes] = {}
        """The files by which editors know what a plan may say."""

    def copy(self) -> PlanTexts:
        """The same, to go on from here more than once."""
        other = PlanTexts.__new__(PlanTexts)
        other.__dict__.update(self.__dict__)
        other.changed, other.schemas = dict(self.changed), dict(self.schemas)
        return other

    def changes(self) -> Iterator[Change]:
        """What is to be written."""
        for path, after in sorted({**self.changed, **self.schemas}.items()):
            before = self.tree.read(path) if self.tree.exists(path) else None
            yield Change(path, before, after, SCHEMA if path in self.schemas else "plan")

    def _read(self, path: str) -> bytes | None:
        if path in self.changed:
            return self.changed[path]
        return self.tree.read(path) if self.tree.exists(path) else None

    def _head(self, kind: str) -> list[str]:
        """The line by which editors find the schema, which is put beside the plans."""
        path = schema_path(self.tree, self.layout, kind)
        if path.startswith(f"{self.layout.plans}/"):
            self.schemas[path] = schema_text(kind).encode()
        return [schema_line(path, self.layout)]

    def refresh_schemas(self) -> None:
        """Let the schemas that are there follow this version of the tool."""
        plans = self.layout.plans
        paths = {f"{plans}/schema/{kind}.json": schema_text(kind).encode() for kind in KINDS}
        self.schemas.update({path: text for path, text in paths.items() if self.tree.exists(path)})

    # Presets.

    def add_presets(
        self, drafts: Iterable[Draft], config_root: str, beside: Mapping[str, str] | None = None
    ) -> None:
        """Plan more presets. Those of a folder share a file; `beside` says which, by folder."""
        groups: dict[str, list[Draft]] = {}
        for item in drafts:
            own = self.layout.plan_file(_group(item.path, config_root))
            path = (beside or {}).get(posixpath.dirname(item.path), own)
            groups.setdefault(path, []).append(item)
        for path, members in groups.items():
            lines = [line for item in members for line in _preset_lines(item, config_root)]
            before = self._read(path)
            if before is None:
                text = [*self._head("plan"), "version: 1", "presets:", *lines]
                self.changed[path] = "\n".join([*text, ""]).encode()
            else:
                data = load("\n".join(["presets:", *lines]), path)["presets"]
                self.changed[path] = with_presets(path, before, lines, data)

    def revise(self, path: str, keys: Sequence[str], edit: Edit) -> None:
        """Change one entry of a plan file."""
        before = self._read(path)
        assert before is not None
        self.changed[path] = revised(path, before, keys, edit)

    def add_keys(self, path: str, name: str, missing: Mapping[str, Sequence[str]]) -> None:
        """Let the plan of a preset inline more keys; `missing` has them by old file."""

        def edit(presets: Any) -> None:
            inline = presets[name].setdefault("inline", {})
            for file, keys in missing.items():
                if file in inline:
                    inline[file].extend(keys)
                else:
                    inline[file] = flow_list(presets, keys)

        self.revise(path, ("presets", name), edit)

    # What holds for the whole tree.

    def add_settings(self, wanted: Mapping[str, Any], remarks: Sequence[str] = ()) -> None:
        """Say what no plan file says yet; `remarks` are comment lines.

        Of `keep` and `rules` each entry by itself; to `exclude` the missing globs are added.
        """
        lines: list[str] = []
        fields: dict[str, Any] = {}
        for field, value in wanted.items():
            rest = self._unsaid(field, value)
            if not rest:
                continue
            place = self._place(field)
            if place is not None:
                self.revise(place, (field,), _growing(field, rest))
            else:
                fields[field] = rest
                lines += _setting_lines(field, rest)
        lines += remarks
        path = self.layout.tree_file
        before = self._read(path)
        if lines and before is None:
            text = [*self._head("plan"), "version: 1", *lines, ""]
            self.changed[path] = "\n".join(text).encode()
        elif lines and before is not None:
            self.changed[path] = with_lines(path, before, lines, lambda data: data.update(fields))

    def add_declined(self, entries: Sequence[Mapping[str, str]]) -> None:
        """Say which edits of old files are not wanted, behind those that are said already."""
        made = [dict(entry) for entry in entries]
        said = self.said.get(("declined",))
        if said is not None:
            self.revise(said.path, ("declined",), lambda data: data["declined"].extend(made))
            return
        lines = ["declined:  # edits of old files that no preset is to have"]
        for entry in made:
            pairs = [f"{key}: {spell(value)}" for key, value in entry.items()]
            lines += [f"{'    ' if number else '  - '}{pair}" for number, pair in enumerate(pairs)]
        path = self.layout.tree_file
        before = self._read(path)
        if before is None:
            self.changed[path] = "\n".join([*self._head("plan"), "version: 1", *lines, ""]).encode()
        else:
            self.changed[path] = with_lines(
                path, before, lines, lambda data: data.update({"declined": made})
            )

    def _unsaid(self, field: str, value: Any) -> Any:
        """What of a setting nobody said."""
        if field in EACH_BY_ITSELF:
            return {key: one for key, one in value.items() if (field, key) not in self.said}
        if isinstance(value, list) and (field,) in self.said:
            there = self.said[field,].raw[field]
            return [one for one in value if one not in there]
        return None if (field,) in self.said else value

    def _place(self, field: str) -> str | None:
        """The plan file in which a setting must grow; None where it can stand in ours as well."""
        files = {source.path for key, source in self.said.items() if key[0] == field}
        ours = self.layout.tree_file
        if field in EACH_BY_ITSELF:
            return ours if ours in files else None
        return min(files, default=None)

    # The parity profile.

    def add_profile(self, drafts: Sequence[Draft]) -> None:
        """Propose a parity profile, unless there is one."""
        path = self.layout.profile
        if self._read(path) is None:
            text = [*self._head("parity"), "version: 1", "", *profile_lines(drafts), ""]
            self.changed[path] = "\n".join(text).encode()


def _growing(field: str, more: Any) -> Callable[[Any], None]:
    """The edit that adds entries to a mapping, or items to a list."""

    def edit(holder: Any) -> None:
        if isinstance(more, dict):
            made = {k: flow_list(holder, v) if type(v) is list else v for k, v in more.items()}
            holder[field].update(made)
        else:
            holder[field].extend(more)

    return edit


def tree_settings(
    found: Discovery, config_root: str, dialect: str, rules: Mapping[str, Any]
) -> dict[str, Any]:
    """What holds for the whole tree where a default would not."""
    wanted: dict[str, Any] = {}
    if config_root != "configs":
        wanted["config_root"] = config_root
    if found.base not in (None, _base(config_root)):
        wanted["base"] = found.base
    if dialect != "extends":
        wanted["dialect"] = json.loads(dialect) if dialect.startswith("{") else dialect
    wanted["exclude"] = list(found.excluded)
    wanted["keep"] = {
        inner_path(path, config_root): reason
        for path, reason in sorted(found.outside_users.items())
    }
    wanted["rules"] = dict(rules)
    return wanted


def _setting_lines(field: str, value: Any) -> Iterator[str]:
    if field == "dialect" and isinstance(value, dict):
        yield f"dialect: {json.dumps(value, ensure_ascii=False)}"
    elif isinstance(value, dict):
        yield f"{field}:{_REMARKS[field]}"
        yield from (f"  {spell(key)}: {_value(one)}" for key, one in value.items())
    else:
        yield f"{field}: {_value(value)}"


_REMARKS = {
    "keep": "  # stays, although every planned preset that used it is migrated",
    "rules": "  # what this tree keeps as it is; tighten at will",
}


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spell(str(item)) for item in value) + "]"
    if isinstance(value, str):
        return spell(value)
    return "null" if value is None else str(value)


def heir_lines(found: Discovery, config_root: str, said: Iterable[KeyPath]) -> list[str]:
    """Successors of old base presets, proposed in comments: only those that say just the same."""
    known = {key[1] for key in said if key[0] == "references"}
    rows = [
        f"#   {spell(path)}: {spell(heir)}"
        for path, heir in sorted(found.heirs.items())
        if not known & {path, inner_path(path, config_root)}
    ]
    if not rows:
        return []
    head = "# Docs and code may name old base presets, which go. These presets say just the same:"
    return [head, "# references:", *rows]


def _base(config_root: str) -> str:
    return posixpath.join(config_root, "base.yaml") if config_root != "." else "base.yaml"


def _group(path: str, config_root: str) -> str:
    folder = posixpath.dirname(inner_path(path, config_root)).removeprefix("train/")
    name = file_name(folder.replace("/", "_").strip("._ ") or "presets")
    return f"{name}_presets" if name in ("parity", "tree", "accepted") else name


def _preset_lines(item: Draft, config_root: str) -> list[str]:
    extends = ", ".join(map(spell, item.extends))
    lines = [
        f"  {spell(item.name)}:",
        f"    from: {spell(inner_path(item.path, config_root))}",
        f"    to: {spell(item.path)}",
        f"    extends: [{extends}]",
    ]
    if item.inline:
        lines.append("    inline:")
        for path, keys in item.inline:
            lines += _wrapped(f"      {spell(path)}: [", [spell(key) for key in keys])
    return lines


def _wrapped(head: str, words: list[str], width: int = 100) -> list[str]:
    line = head + ", ".join(words) + "]"
    if len(line) <= width:
        return [line]
    lines, current = [head.rstrip()], " " * 7
    for number, word in enumerate(words):
        piece = f" {word}{',' if number + 1 < len(words) else ''}"
        if len(current) + len(piece) > width:
            lines.append(current)
            current = " " * 7
        current += piece
    return [*lines, current, "      ]"]


def profile_lines(drafts: Sequence[Draft]) -> list[str]:
    """A parity profile: what these configs may differ in without training differently.

    It holds what has something to say of one of them, so that no entry is idle from the start.
    """
    said = {key for item in drafts for key in item.profile}
    rows: list[str] = []
    for group, reason, keys, when in ALLOWED:
        present = [key for key in keys if key in said]
        if present:
            rows.append(f"  # {group}")
        for key in present:
            rows.append(f"  - path: {key}")
            rows.append(f"    reason: {reason}")
            rows += [f"    when: {{ {_condition(when)} }}"] if when else []
    lines = ["allow:", *rows] if rows else ["allow: []"]
    forbidden = [f"  - {key}" for key in FORBIDDEN if key in said]
    if forbidden:
        head = "# Named, so that nobody allows them by mistake; a forbid beats every allowance."
        lines += ["", head, "forbid:", *forbidden]
    return lines


def _condition(when: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {json.dumps(value)}" for key, value in when.items())
