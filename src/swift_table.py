"""The arguments of ms-swift as recorded under `docs/schema/`, so that nothing has to import it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from src.kinds import Kind, Spec

VERSION = "3.12.1"
RECORDED = os.path.join(
    os.path.dirname(__file__), "..", "docs", "schema", f"ms-swift-{VERSION}.json"
)


@dataclass(frozen=True)
class SwiftTable:
    """Name to kind, for `TrainArguments` (`sft`) and for `RLHFArguments` (`rlhf`, a superset)."""

    version: str
    sft: Mapping[str, Spec]
    rlhf: Mapping[str, Spec]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SwiftTable:
        """Read the recorded form; its `rlhf` holds only what `sft` has not, or has otherwise."""
        return cls(data["version"], data["sft"], {**data["sft"], **data["rlhf"]})

    def to_json(self) -> dict[str, Any]:
        """The recorded form."""
        more = {name: spec for name, spec in self.rlhf.items() if self.sft.get(name) != spec}
        return {"version": self.version, "sft": dict(self.sft), "rlhf": more}

    def text(self) -> str:
        """The recorded form as JSON, one argument a line: a diff of two versions can be read."""
        data = self.to_json()
        parts = [f' "version": {json.dumps(self.version)}']
        for name in ("sft", "rlhf"):
            lines = [
                f"  {json.dumps(key)}: {json.dumps(spec)}"
                for key, spec in sorted(data[name].items())
            ]
            parts.append(f' "{name}": {{\n' + ",\n".join(lines) + "\n }")
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def fields(self, rlhf: bool) -> Mapping[str, Spec]:
        """The arguments that apply, with or without `rlhf.rlhf_type`."""
        return self.rlhf if rlhf else self.sft

    def kind(self, name: str, rlhf: bool) -> Kind | None:
        """What the argument may be, None where there is no such argument."""
        spec = self.fields(rlhf).get(name)
        return None if spec is None else Kind.read(spec)


@lru_cache(maxsize=1)
def recorded() -> SwiftTable:
    """The table in this repository."""
    with open(RECORDED, encoding="utf-8") as file:
        return SwiftTable.from_json(json.load(file))
