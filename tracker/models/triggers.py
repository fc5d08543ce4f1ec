"""The triggers that keep history as it was, as the migrations make them: looked for when a backup
is tested."""

from collections.abc import Collection

GUARDED = (
    "audit_event_details",
    "audit_events",
    "endorsement_moves",
    "endorsements",
    "evidence_erasures",
    "evidence_texts",
    "evidence_versions",
    "held_texts",
    "level_exception_moves",
    "level_exceptions",
    "rating_entries",
    "review_items",
    "review_moves",
)
ACTS = {
    "sqlite": ("no_update", "no_delete"),
    "postgresql": ("no_update", "no_delete", "no_truncate"),
}


def guards(engine: str, tables: Collection[str]) -> tuple[str, ...]:
    """Their names in that kind of database, for those of its tables that have some: an older layout
    lacks a table."""
    return tuple(f"{table}_{act}" for table in GUARDED if table in tables for act in ACTS[engine])
