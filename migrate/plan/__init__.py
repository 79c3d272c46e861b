"""Plan files as data; parsing is the only way to get a plan; errors carry file:line:column."""

from migrate.locations import LEGACY
from migrate.plan.accepted import NOTHING_ACCEPTED, Acceptance, Accepted
from migrate.plan.load import (
    EACH_BY_ITSELF,
    load_plans,
    load_profile,
    plan_files,
    settings_of,
)
from migrate.plan.patterns import Patterns, covers, parse_pattern
from migrate.plan.plans import PlannedPreset, Plans, select
from migrate.plan.profile import NOTHING_ALLOWED, Allowance, Forbidden, Profile
from migrate.plan.schema import schema, schema_text
from migrate.plan.source import PlanSource
from migrate.plan.structs import DROP, Ignore, Override, Preset, Rules, Trainer

__all__ = [
    "DROP",
    "EACH_BY_ITSELF",
    "LEGACY",
    "NOTHING_ACCEPTED",
    "NOTHING_ALLOWED",
    "Acceptance",
    "Accepted",
    "Allowance",
    "Forbidden",
    "Ignore",
    "Override",
    "Patterns",
    "PlanSource",
    "PlannedPreset",
    "Plans",
    "Preset",
    "Profile",
    "Rules",
    "Trainer",
    "covers",
    "load_plans",
    "load_profile",
    "parse_pattern",
    "plan_files",
    "schema",
    "schema_text",
    "select",
    "settings_of",
]
