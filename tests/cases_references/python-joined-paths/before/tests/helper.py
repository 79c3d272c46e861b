import os
import os.path as osp
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SLASHES = Path("configs") / 'train' / "grpo" / "dense_base.yaml"
ANCHORED = ROOT / "configs/train/grpo/dense_base.yaml"
PARENT = Path(__file__).parent.parent / "configs" / "train/grpo" / "dense_base.yaml"
UP = os.path.join(os.path.dirname(__file__), "..", "configs", "train", "grpo", "dense_base.yaml")
ONE_CALL = Path("configs", "train", "grpo", "dense_base.yaml")
JOINED = osp.join('configs/train',
                  'grpo',   # the policy
                  'dense_base.yaml')
METHOD = Path("configs").joinpath("train", "grpo").joinpath("dense_base.yaml")
SIBLING = (Path("configs/train/grpo") / "summary.yaml").with_name("dense_base.yaml")
GIVEN = os.path.join(os.environ["REPO"], "configs", "train", "grpo", "dense_base.yaml")
SUFFIX = Path("configs/train/grpo/dense_base").with_suffix(".yaml")
DEEPER = Path("configs") / "debug.yaml"
