"""The shipped dialects: one declaration per ecosystem, with the code that it was read from."""

from __future__ import annotations

from migrate.dialect.declaration import CWD, EXTENDS, FILE, Delete, Dialect

PADDLEDETECTION = Dialect(
    name="paddledetection",
    source="PaddleDetection, ppdet/core/workspace.py: _load_config_with_base, merge_config",
    keys=("_BASE_",),
    rejected=(),
    form="list",
    home=True,
    loader="safe-tags",
    linear=True,  # `another_cfg or global_config`: every base lands in one mapping
    in_place=True,
    ignore_keys=("filename",),
)

PADDLESEG = Dialect(
    name="paddleseg",
    source="PaddleSeg, paddleseg/cvlibs/config.py: parse_from_yaml, merge_config_dicts",
    keys=("_base_",),
    rejected=(),
    order="earlier",
    mapping_over_other="error",
    delete=Delete(key="_inherited_", is_=False),
)

DETECTRON2 = Dialect(
    name="detectron2",
    source="fvcore, fvcore/common/config.py: CfgNode.load_yaml_with_base",
    keys=("_BASE_",),
    rejected=(),
    home=True,
    mapping_over_other="error",
    in_place=True,
)

NEMO_RL = Dialect(
    name="nemo-rl",
    source="NeMo-RL, nemo_rl/utils/config.py: load_config_with_inheritance",
    keys=("defaults",),
    rejected=(),
    mapping_over_other="omegaconf",
    delete=Delete(key="_override_", where="top", over_only=False),
    loader="omegaconf",
)

D_FINE = Dialect(
    name="d-fine",
    source="D-FINE and RT-DETR, src/core/yaml_utils.py: load_config, merge_dict",
    keys=("__include__",),
    rejected=(),
    form="list",
    home=True,
    linear=True,
    in_place=True,
    keeps_key=True,
)

FAIRCHEM = Dialect(
    name="fairchem",
    source="fairchem, core/common/utils.py: load_config, merge_dicts, UniqueKeyLoader",
    keys=("includes",),
    rejected=(),
    form="list",
    base_dirs=(CWD, FILE),
    loader="safe-unique",
    disjoint=True,
)

MMF = Dialect(
    name="mmf",
    source="MMF, mmf/utils/configuration.py: load_yaml",
    keys=("includes",),
    rejected=(),
    form="list",
    base_dirs=("mmf", FILE),
    mapping_over_other="omegaconf",
    loader="omegaconf",
    signs=("${",),
)

HCP_DIFFUSION = Dialect(
    name="hcp-diffusion",
    source="HCP-Diffusion, hcpdiff/utils/utils.py: load_config, remove_config_undefined",
    keys=("_base_",),
    rejected=(),
    form="list",
    base_dirs=(CWD,),
    order="earlier",
    mapping_over_other="omegaconf",
    delete=Delete(value="---"),
    loader="omegaconf",
)

OPENPCDET = Dialect(
    name="openpcdet",
    source="OpenPCDet, pcdet/config.py: cfg_from_yaml_file, merge_new_config",
    keys=("_BASE_CONFIG_",),
    rejected=(),
    form="path",
    base_dirs=("tools", CWD),
    mapping_over_other="error",
    nested=True,
    keeps_key=True,
)

MMENGINE = Dialect(
    name="mmengine",
    source="MMEngine, mmengine/config/config.py: Config._file2dict, Config._merge_a_into_b",
    keys=("_base_",),
    rejected=(),
    mapping_over_other="error",
    delete=Delete(key="_delete_", root=False, spent=True),
    disjoint=True,
    refuses=(
        (r"\{\{", "write out what `{{...}}` stands for"),
        (r"(?m)^__", "the loader drops such a key; delete it"),
    ),
    signs=("_delete_",),
)

LM_EVAL = Dialect(
    name="lm-eval",
    source="lm-evaluation-harness, lm_eval/tasks/_yaml_loader.py: load_yaml",
    keys=("include",),
    rejected=(),
    merge="shallow",
    not_inherited=("task_list",),
    revisit="error",
    loader="safe-tags",
    relative_tags=("!function",),
    signs=("doc_to_text:", "doc_to_target:", "doc_to_choice:"),
    by_sign_alone=True,
)

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        EXTENDS,
        PADDLEDETECTION,
        PADDLESEG,
        DETECTRON2,
        NEMO_RL,
        D_FINE,
        FAIRCHEM,
        MMF,
        HCP_DIFFUSION,
        OPENPCDET,
        MMENGINE,
        LM_EVAL,
    )
}
"""By name; where two fit a tree equally well, the earlier is taken."""
