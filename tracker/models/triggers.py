"""Which tables must only grow, and the triggers that see to it, as the migrations make them: looked
for when a backup is tested.

A new table is declared here; a test compares the declarations with the database.
"""

from collections.abc import Collection, Iterator

GROWING = frozenset(
    {
        "audit_events",
        "backup_tests",
        "counted_outcomes",
        "endorsement_moves",
        "evidence_erasures",
        "evidence_versions",
        "figure_groups",
        "handovers",
        "level_exception_moves",
        "library_versions",
        "looks",
        "person_versions",
        "rating_entries",
        "review_moves",
        "round_snapshots",
        "seals",
        "second_readings",
        "snapshot_people",
        "skill_origins",
        "skills",
        "statements",
        "use_statement_readings",
        "use_statements",
    }
)
"""A row that is written stays as it is."""
ERASABLE = frozenset(
    {
        "audit_event_details",
        "endorsement_texts",
        "evidence_texts",
        "handover_texts",
        "held_texts",
        "level_exception_texts",
        "review_item_evidence",
        "review_item_texts",
        "review_messages",
    }
)
"""What it says stays until an open erasure of its owner (of a held text: the end of the hold)
takes it away."""
MOVING = {
    "endorsements": ("status", "ended_at"),
    "erasures": ("closed_at",),
    "frameworks": ("status",),
    "legal_holds": ("ended_at", "ended_by_id"),
    "level_exception_texts": ("end_reason",),
    "level_exceptions": ("status", "confirmer_id", "agreed_at", "ended_at"),
    "review_item_evidence": ("reason",),
    "review_item_texts": ("salt", "learner_note", "reviewer_note"),
    "review_items": (
        "status",
        "version",
        "position",
        "reviewer_answer",
        "ground",
        "answered_at",
        "revealed_at",
    ),
    "review_messages": ("text",),
    "reviews": (
        "status",
        "revealed_at",
        "closed_at",
        "withdrawn_at",
        "due_on",
        "due_from",
        "differences_due_on",
        "differences_from",
    ),
}
"""The columns of guarded tables that a use case changes."""
FROZEN = frozenset(MOVING) - ERASABLE
"""A row stays, and so do the columns that say what it is; its status moves."""
CURRENT = frozenset(
    {
        "account_merges",
        "address_changes",
        "alert_mails",
        "anchors",
        "away_periods",
        "citations",
        "confirmations",
        "corrections",
        "daily_parts",
        "deputies",
        "difference_choices",
        "domains",
        "drafts",
        "evidence",
        "evidence_links",
        "file_removals",
        "former_addresses",
        "framework_draft_decisions",
        "framework_drafts",
        "invitations",
        "job_parts",
        "job_people",
        "jobs",
        "levels",
        "libraries",
        "limit_counts",
        "link_mails",
        "mail_tests",
        "memberships",
        "not_rated_here",
        "notice_choices",
        "notices",
        "outbox_mails",
        "people",
        "planned_moves",
        "ratings",
        "record_openings",
        "recovery_codes",
        "reset_requests",
        "revealed_answers",
        "role_profiles",
        "roster_imports",
        "roster_memories",
        "roster_rows",
        "round_frameworks",
        "rounds",
        "scale_answers",
        "sensitive_decisions",
        "sign_in_turns",
        "sign_ins",
        "sources",
        "standings",
        "stored_files",
        "strands",
        "submissions",
        "targets",
        "teams",
        "thanks",
        "training_actions",
    }
)
"""What stands now; it may change."""

FORGETTING = ("endorsements", "level_exceptions", "person_versions", "revealed_answers")
"""With a row of these the standings of its person go (models/record/versions), and with the end of
a review those of its learner."""
GUARDED = tuple(sorted(GROWING | FROZEN | ERASABLE))
ACTS = {
    "sqlite": ("no_update", "no_delete"),
    "postgresql": ("no_update", "no_delete", "no_truncate"),
}


def guards(engine: str, tables: Collection[str]) -> tuple[str, ...]:
    """Their names in that kind of database, for those of its tables that have some: an older layout
    lacks a table."""
    return tuple(
        f"{table}_{act}"
        for named, acts in (
            (GUARDED, ACTS[engine]),
            (FORGETTING, ("forgets_insert", "forgets_update", "forgets_delete")),
            (("reviews",), ("forgets_update",)),
        )
        for table in named
        if table in tables
        for act in acts
    )


GOING = ERASABLE - {"review_item_evidence", "review_item_texts", "review_messages"}
"""Guarded tables whose rows an erasure deletes; of the three others it empties what they say."""


def grants(role: str) -> Iterator[str]:
    """Statements for PostgreSQL that give the program's own role, quoted already, the rights that
    it needs and no others: the triggers are out of its reach, which belong to the tables' owner."""
    changing, growing = ", ".join(sorted(CURRENT)), ", ".join(GUARDED)
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA public FROM {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT ON alembic_version TO {role}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {changing} TO {role}"
    yield f"GRANT SELECT, INSERT ON {growing} TO {role}"
    for table, columns in sorted(MOVING.items()):
        yield f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}"
    yield f"GRANT DELETE ON {', '.join(sorted(GOING))} TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
