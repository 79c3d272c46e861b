"""The augmentation operations that exist, with the parameters each takes and what they may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from src.kinds import Spec


@dataclass(frozen=True)
class Operation:
    """One operation: parameters that have to be given, and parameters that may be.

    `prob` is the chance that an image gets it, from 0 to 1; an operation without it runs always.
    `last` operations fix the size of the image, so nothing may follow them.
    """

    required: Mapping[str, Spec]
    optional: Mapping[str, Spec] = field(default_factory=dict)
    last: bool = False

    @property
    def params(self) -> Mapping[str, Spec]:
        """All parameters."""
        return {**self.required, **self.optional}


OPERATIONS: dict[str, Operation] = {
    # Geometry: boxes move with the pixels.
    "hflip": Operation({"prob": "fraction"}),
    "vflip": Operation({"prob": "fraction"}),
    "rotate": Operation({"prob": "fraction", "max_deg": "float"}),
    "perspective": Operation({"prob": "fraction", "strength": "fraction"}, {"fill": "list[int]"}),
    "elastic": Operation({"prob": "fraction", "alpha": "float"}),
    "roi_crop": Operation(
        {"prob": "fraction", "min_scale": "fraction", "max_scale": "fraction"},
        {"min_coverage": "fraction", "completeness_field": "str"},
    ),
    "small_object_zoom": Operation({"prob": "fraction", "max_area": "fraction", "zoom": "range"}),
    # Resampling.
    "resize_by_scale": Operation({"prob": "fraction", "scales": "list[float]"}),
    "jpeg_artifacts": Operation({"prob": "fraction", "quality": "range"}),
    # Colour and light.
    "color_jitter": Operation(
        {"prob": "fraction"},
        {
            "brightness": "fraction",
            "contrast": "fraction",
            "saturation": "fraction",
            "hue": "fraction",
        },
    ),
    "gamma": Operation({"prob": "fraction", "gamma": "range"}),
    "clahe": Operation({"prob": "fraction", "clip_limit": "float"}, {"tile": "list[int]"}),
    "motion_blur": Operation({"prob": "fraction", "kernel": "range"}),
    # Last: one visual token is 32 pixels wide.
    "pad_to_multiple": Operation({"multiple": "positive"}, last=True),
}
