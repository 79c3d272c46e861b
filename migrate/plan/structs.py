"""What a plan file and a parity file hold, as typed structs; their schema is made from these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Reason = Annotated[str, Meta(pattern=r"\S", description="Why; never empty.")]
Count = Annotated[int, Meta(ge=1)]
Headers = Literal["keep", "top", "drop"]
Pins = Literal["keep", "follow"]
Scalar = bool | int | float | str | None
DROP = "drop"
"""In `references:`, the word for "take it out of the lists that name it"."""

LAUNCH_SETTINGS = (
    "model.model",
    "training.run_name",
    "training.output_dir",
    "training.logging_dir",
    "training.num_train_epochs",
    "training.learning_rate",
    "training.vit_lr",
    "training.aligner_lr",
)
"""What a runnable preset must say itself, and never as null."""


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every mapping of a plan file: immutable, and closed to fields nobody knows."""


class Override(_Struct, frozen=True, kw_only=True):
    """A value changed on purpose; the parity profile must allow the difference."""

    value: Annotated[Any, Meta(description="The new value.")]
    reason: Reason


class Preset(_Struct, frozen=True, kw_only=True):
    """Which preset comes from where, goes where, extends what, inlines which keys."""

    from_: Annotated[
        str, Meta(description="The old preset in the legacy tree, relative to `config_root`.")
    ] = msgspec.field(name="from")
    to: Annotated[str, Meta(description="The new preset, relative to the root.")]
    extends: Annotated[
        tuple[str, ...],
        Meta(description="The base or other presets' targets, relative to the root."),
    ] = ()
    inline: Annotated[
        dict[str, tuple[str, ...] | Literal["*"]],
        Meta(
            description="Legacy file to the dotted keys it contributes;"
            ' "*" stands for all that are active.'
        ),
    ] = msgspec.field(default_factory=dict)
    order: Annotated[
        tuple[str, ...] | None,
        Meta(description="Top-level sections in their order; the plan file's, if absent."),
    ] = None
    headers: Annotated[
        Headers | None,
        Meta(description="What becomes of headers of inlined files; the plan file's, if absent."),
    ] = None
    pins: Annotated[
        Pins | None,
        Meta(description="What becomes of pins of inlined files; the plan file's, if absent."),
    ] = None
    override: Annotated[
        dict[str, Override], Meta(description="Dotted key to a value changed on purpose.")
    ] = msgspec.field(default_factory=dict)

    def inlined(self, component: str) -> tuple[str, ...]:
        """The keys that a component contributes; `("*",)` for all that are active."""
        keys = self.inline.get(component, ())
        return ("*",) if keys == "*" else tuple(keys)


class Ignore(_Struct, frozen=True, kw_only=True):
    """References to this file are left alone."""

    ignore: Reason


class Declined(_Struct, frozen=True, kw_only=True):
    """An edit of an old file that no preset is to have."""

    file: Annotated[str, Meta(description="The old file, relative to `config_root`.", min_length=1)]
    sha256: Annotated[
        str,
        Meta(
            description="Of the edited file: another edit is told again.", pattern="^[0-9a-f]{64}$"
        ),
    ]
    reason: Reason


class Trainer(_Struct, frozen=True, kw_only=True):
    """How the trainer is asked what it makes of a config: by its `loader`, or by a `command`."""

    loader: Annotated[
        str | None,
        Meta(description="`package.module:function`, called with a path; returns a mapping."),
    ] = None
    python: Annotated[
        str | None,
        Meta(
            description="The interpreter of `loader`, relative to the root or found on PATH;"
            " `{python}` runs `migrate`. `python3`, if absent."
        ),
    ] = None
    command: Annotated[
        str | None,
        Meta(description="Prints the resolved config as JSON or YAML; {config} substituted."),
    ] = None
    ignore: Annotated[
        tuple[str, ...], Meta(description="Key patterns of what the trainer adds or converts.")
    ] = ()
    timeout: Annotated[
        Count, Meta(description="Seconds to start, and for each config.", le=86_400)
    ] = 300
    memory: Annotated[
        int, Meta(description="MiB of address space of its process.", ge=64, le=16_777_216)
    ] = 32_768


class Rules(_Struct, frozen=True, kw_only=True):
    """The layer rules that `migrate lint` checks."""

    max_files: Annotated[Count, Meta(description="How many files a preset may merge.")] = 4
    max_open: Annotated[
        Count, Meta(description="How many of them one must open, besides base and fusion config.")
    ] = 2
    max_overlays: Annotated[Count, Meta(description="How many overlays a preset may have.")] = 3
    overlay_keys: Annotated[Count, Meta(description="How many keys an overlay may set.")] = 24
    base_keys: Annotated[
        tuple[str, ...],
        Meta(description="Patterns of the keys that the base may hold; none: not checked."),
    ] = ()
    required: Annotated[
        tuple[str, ...], Meta(description="Keys that every runnable preset sets, and not to null.")
    ] = LAUNCH_SETTINGS
    length_knob: Annotated[
        str | None, Meta(description="The one key that sets the length; null: not checked.")
    ] = "global_max_length"
    length_findings: Annotated[
        tuple[str, ...], Meta(description="Keys that would be a second length knob.")
    ] = ("model.max_model_len", "template.max_length")
    fusion_key: Annotated[
        str | None, Meta(description="The key that names the fusion config; null: not checked.")
    ] = "custom.fusion_config"
    presets: Annotated[tuple[str, ...], Meta(description="Globs of the runnable presets.")] = (
        "configs/train/**/*.yaml",
        "configs/smoke/**/*.yaml",
        "configs/debug.yaml",
    )


class DeleteMarker(_Struct, frozen=True, kw_only=True):
    """How a config takes back what its bases said: a key with a value, or a value alone."""

    key: Annotated[
        str | None, Meta(description="The key in a mapping that replaces the bases' mapping.")
    ] = None
    is_: Annotated[bool, Meta(description="The value of that key.")] = msgspec.field(
        name="is", default=True
    )
    where: Annotated[
        Literal["top", "any"], Meta(description="In top-level mappings only, or anywhere.")
    ] = "any"
    over_only: Annotated[
        bool, Meta(description="Where there is nothing to replace, the marker stays as data.")
    ] = True
    value: Annotated[str | None, Meta(description="A key of this value is taken out.")] = None


class Declaration(_Struct, frozen=True, kw_only=True):
    """A dialect of one's own; what it does not say is as in the dialect that it is `like`."""

    name: Annotated[str, Meta(description="What messages call it.", min_length=1)] = "own"
    like: Annotated[str, Meta(description="A shipped dialect.")] = "extends"
    keys: Annotated[
        tuple[str, ...] | None,
        Meta(description="Composing keys."),
    ] = None
    form: Annotated[
        Literal["any", "path", "list"] | None,
        Meta(description="What a composing key holds."),
    ] = None
    base_dirs: Annotated[
        tuple[str, ...] | None,
        Meta(description="Where bases are, in order: `file`, `root`, `cwd`, `prefix` or folders."),
    ] = None
    home: Annotated[
        bool | None,
        Meta(description="Whether a path that begins with `~` leads to the home folder."),
    ] = None
    order: Annotated[
        Literal["later", "earlier"] | None,
        Meta(description="Which of several bases wins."),
    ] = None
    merge: Annotated[
        Literal["deep", "shallow"] | None,
        Meta(description="Whether a mapping merges into a mapping, or takes its place."),
    ] = None
    not_inherited: Annotated[
        tuple[str, ...] | None,
        Meta(description="Top-level keys that a config does not take from its bases."),
    ] = None
    revisit: Annotated[
        Literal["each", "once", "error"] | None,
        Meta(description="What a file does that is reached again: merge again, nothing, or fail."),
    ] = None
    implicit_base: Annotated[
        str | None,
        Meta(description="The file, from the root, under each config that names no base."),
    ] = None
    refuses: Annotated[
        dict[str, str] | None,
        Meta(description="What the loader rewrites in a text: a regular expression, and a hint."),
    ] = None
    mapping_over_other: Annotated[
        Literal["replace", "error", "omegaconf"] | None,
        Meta(description="What a mapping does to a scalar or list."),
    ] = None
    delete: Annotated[
        DeleteMarker | msgspec.UnsetType | None,
        Meta(description="How a config takes back what its bases said."),
    ] = msgspec.UNSET
    loader: Annotated[
        Literal["safe", "safe-tags", "safe-floats", "safe-unique", "omegaconf", "yaml-1.2"] | None,
        Meta(description="What reads the files."),
    ] = None
    linear: Annotated[
        bool | None,
        Meta(description="Whether a chain is laid onto one mapping, file by file."),
    ] = None
    in_place: Annotated[
        bool | None,
        Meta(description="Whether a merge reaches every alias of a mapping."),
    ] = None
    disjoint: Annotated[
        bool | None,
        Meta(description="Whether bases that set the same key are an error."),
    ] = None
    nested: Annotated[
        bool | None,
        Meta(description="Whether composing keys below the top level are refused."),
    ] = None
    keeps_key: Annotated[
        bool | None,
        Meta(description="Whether the composing key stays in the resolved config."),
    ] = None
    ignore_keys: Annotated[
        tuple[str, ...] | None,
        Meta(description="Top-level keys that the loader adds itself."),
    ] = None
    relative_keys: Annotated[
        tuple[str, ...] | None,
        Meta(description="Dotted keys whose values are paths relative to their file."),
    ] = None
    relative_tags: Annotated[
        tuple[str, ...] | None,
        Meta(description="Tags whose values are paths relative to their file."),
    ] = None


class TreeWide(_Struct, frozen=True, kw_only=True):
    """What holds for the whole tree, whichever plan file says it."""

    dialect: Annotated[
        str | Declaration,
        Meta(description="How configs compose: a shipped dialect, or a declaration."),
    ] = "extends"
    config_root: Annotated[
        str, Meta(description="The folder that the legacy tree mirrors.", min_length=1)
    ] = "configs"
    base: Annotated[
        str | None, Meta(description="The base; `base.yaml` in `config_root`, if absent.")
    ] = None
    references: Annotated[
        dict[str, str | Ignore],
        Meta(
            description="Old path to its new path, to `drop`, or to {ignore: reason};"
            " for what code, scripts and docs still name."
        ),
    ] = msgspec.field(default_factory=dict)
    keep: Annotated[
        dict[str, Reason],
        Meta(description="Old file to the reason why it stays although no preset uses it."),
    ] = msgspec.field(default_factory=dict)
    declined: Annotated[
        tuple[Declined, ...],
        Meta(description="Edits of old files that `port` does not carry over; it writes them."),
    ] = ()
    include: Annotated[
        tuple[str, ...], Meta(description="Globs of the files scanned for references; none: all.")
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Meta(
            description="Globs of files to leave out: they are not configs, and are not searched"
            " for references."
        ),
    ] = ()
    rules: Rules = Rules()
    guard: Annotated[
        bool,
        Meta(
            description="Whether values are compared with the record after `finalize` too: each"
            " later change is a finding then, until it is accepted."
        ),
    ] = False
    trainer: Annotated[
        Trainer | None, Meta(description="The trainer, where it is to be asked (`--trainer`).")
    ] = None


class PlanFile(TreeWide, frozen=True, kw_only=True):
    """One plan file; the settings for all its presets stand beside them."""

    version: Annotated[Literal[1], Meta(description="The version of this file format.")]
    presets: Annotated[
        dict[str, Preset], Meta(description="Preset name to what becomes of it.")
    ] = msgspec.field(default_factory=dict)
    order: Annotated[
        tuple[str, ...], Meta(description="Top-level sections of these presets in their order.")
    ] = ()
    headers: Annotated[
        Headers,
        Meta(
            description="Headers of inlined files: `keep` them where they still speak the truth,"
            " gather the others at the `top` too, or `drop` all."
        ),
    ] = "keep"
    pins: Annotated[
        Pins,
        Meta(
            description="Keys that an inlined file set although the parent says the same: `keep`"
            " them, or let them `follow` the parent."
        ),
    ] = "follow"
    gates: Annotated[
        tuple[str, ...],
        Meta(description="Commands that must exit 0 for each new preset, {config} substituted."),
    ] = ()


class Allow(_Struct, frozen=True, kw_only=True):
    """Differences that are no harm."""

    path: Annotated[
        str,
        Meta(
            description="Dotted key pattern; covers the key and everything below it.", min_length=1
        ),
    ]
    reason: Reason
    when: Annotated[
        dict[str, Scalar], Meta(description="Dotted key to the value it must have on both sides.")
    ] = msgspec.field(default_factory=dict)


class Forbid(_Struct, frozen=True, kw_only=True):
    """Differences that no allowance can excuse."""

    path: Annotated[str, Meta(description="Dotted key pattern.", min_length=1)]
    reason: Annotated[str, Meta(description="Why.")] = ""


class ProfileFile(_Struct, frozen=True, kw_only=True):
    """The parity file: what may differ between old and new, and what never may."""

    version: Annotated[Literal[1], Meta(description="The version of this file format.")]
    allow: Annotated[tuple[Allow, ...], Meta(description="Allowed differences.")] = ()
    forbid: Annotated[
        tuple[Annotated[str, Meta(min_length=1)] | Forbid, ...],
        Meta(description="Key patterns that beat every allowance."),
    ] = ()


class AcceptedValue(_Struct, frozen=True, kw_only=True):
    """One difference that is intended; a side that has no such key is left out."""

    was: Annotated[
        Any | msgspec.UnsetType,
        Meta(description="The value in the record of the preset; left out where it had none."),
    ] = msgspec.UNSET
    now: Annotated[
        Any | msgspec.UnsetType,
        Meta(description="The only other value that is meant; left out where the key is gone."),
    ] = msgspec.UNSET
    even_forbidden: Annotated[
        bool, Meta(description="Accepted although the parity profile forbids it.")
    ] = False
    reason: Reason


class AcceptedFile(_Struct, frozen=True, kw_only=True):
    """What differs from the record on purpose, by preset and dotted key."""

    version: Annotated[Literal[1], Meta(description="The version of this file format.")]
    accepted: Annotated[
        dict[str, dict[str, AcceptedValue]],
        Meta(description="Preset to dotted key to what was accepted there."),
    ] = msgspec.field(default_factory=dict)
    retired: Annotated[
        dict[str, Reason], Meta(description="Preset that was deleted on purpose, with the reason.")
    ] = msgspec.field(default_factory=dict)
