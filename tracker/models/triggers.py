"""The triggers that keep the rows of tables (models/protections), as the migrations make them, and
the rights of the program's own role."""

from collections.abc import Collection, Iterator

from tracker.models.protections import PROTECTIONS, Rows, tables

GROWING, FROZEN, ERASABLE, CURRENT = (
    tables(Rows.GROWING),
    tables(Rows.FROZEN),
    tables(Rows.ERASABLE),
    tables(Rows.CURRENT),
)
MOVING = {name: kept.moving.split() for name, kept in PROTECTIONS.items() if kept.moving}
"""The columns of guarded tables that a use case changes."""

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
            (("people",), ("no_update",)),
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
