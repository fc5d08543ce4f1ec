"""Every row of the record gets a seal, and what must only grow is guarded.

What is there is sealed as it is found: the seals say since when. Entries of the history of ratings
get the salts of theirs. The way back drops the seals and the guards.

Revises: 20261222_apart
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "20261223_seals"
down_revision = "20261222_apart"
branch_labels = None
depends_on = None

BATCH = 500
GROWS = (
    "backup_tests",
    "handovers",
    "looks",
    "seals",
    "second_readings",
    "use_statement_readings",
    "use_statements",
)
"""UPDATE and DELETE are refused."""
FROZEN = ("learner_id", "reviewer_id", "team_id", "framework_id", "open", "sent_at")
"""These columns of a review do not change, and it is not deleted."""


def erasing(owner: str) -> str:
    return f"EXISTS (SELECT 1 FROM erasures WHERE person_id = {owner} AND closed_at IS NULL)"


def same(*columns: str) -> str:
    return " AND ".join(f"NEW.{column} = OLD.{column}" for column in columns)


OF_ITEM = (
    "(SELECT reviews.learner_id FROM reviews JOIN review_items "
    "ON review_items.review_id = reviews.id WHERE review_items.id = OLD.item_id)"
)
SEALED_ITEM = (
    "EXISTS (SELECT 1 FROM review_items WHERE review_items.id = OLD.item_id "
    "AND review_items.revealed_at IS NULL)"
)
MAY_CHANGE = {
    "erasures": f"OLD.closed_at IS NULL AND {same('id', 'person_id', 'opened_at')}",
    "legal_holds": "OLD.ended_at IS NULL AND "
    + same("id", "person_id", "why", "set_by_id", "began_at"),
    "endorsement_texts": None,
    "handover_texts": None,
    "level_exception_texts": f"OLD.end_reason = '' AND {same('exception_id', 'reason')}",
    "review_item_evidence": f"{same('id', 'item_id', 'version_id')} AND (NEW.reason = OLD.reason "
    f"OR NEW.reason = '' AND {erasing(OF_ITEM)})",
    "review_item_texts": f"{same('item_id')} AND ({same('salt', 'learner_note')} "
    f"AND (NEW.reviewer_note = OLD.reviewer_note OR {SEALED_ITEM}) "
    "OR NEW.salt = '' AND NEW.learner_note = '' AND NEW.reviewer_note = '' "
    f"AND {erasing(OF_ITEM)})",
    "review_messages": f"{same('id', 'item_id', 'author_id', 'written_at')} AND NEW.text = '' "
    f"AND {erasing(OF_ITEM)}",
}
"""Which change of a row is let through; None: none."""
MAY_GO = {
    "endorsement_texts": erasing(
        "(SELECT person_id FROM endorsements WHERE id = OLD.endorsement_id)"
    ),
    "handover_texts": erasing("(SELECT learner_id FROM reviews WHERE id = OLD.review_id)"),
    "level_exception_texts": erasing(
        "(SELECT person_id FROM level_exceptions WHERE id = OLD.exception_id)"
    ),
}
"""Which row may be deleted; of the other tables none."""
GUARDED = (*GROWS, "reviews", *MAY_CHANGE)


@dataclass(frozen=True)
class Source:
    """A table to seal: its key, its columns, and the person or the review whose chain it is in."""

    key: str
    columns: str
    person: str = "NULL"
    review: str = "NULL"
    salt: str = "''"


REVIEW_OF_ITEM = "(SELECT i.review_id FROM review_items i WHERE i.id = item_id)"
SOURCES = {
    "rating_entries": Source(
        "id",
        "person_id statement_id version answer basis rated_at given_on",
        "person_id",
        salt="salt",
    ),
    "reviews": Source(
        "id",
        "learner_id reviewer_id team_id framework_id round_id status open sent_at revealed_at "
        "closed_at withdrawn_at",
        review="id",
    ),
    "review_items": Source(
        "id",
        "review_id statement_id position status version digest learner_answer "
        "learner_answer_label learner_answer_description rated_at rating_version reviewer_answer "
        "ground answered_at revealed_at",
        review="review_id",
    ),
    "review_item_texts": Source(
        "item_id", "learner_note reviewer_note", review=REVIEW_OF_ITEM, salt="salt"
    ),
    "review_item_evidence": Source("id", "item_id version_id", review=REVIEW_OF_ITEM),
    "review_moves": Source(
        "id", "review_id item_id move actor_id before after moved_at", review="review_id"
    ),
    "endorsements": Source(
        "id",
        "person_id statement_id endorser_id item_id answer digest rating_version status "
        "endorsed_at ended_at",
        "person_id",
    ),
    "endorsement_moves": Source(
        "id",
        "endorsement_id actor_id before after moved_at",
        "(SELECT e.person_id FROM endorsements e WHERE e.id = endorsement_id)",
    ),
    "level_exceptions": Source(
        "id",
        "person_id statement_id domain_id rank item_id proposer_id confirmer_id status "
        "proposed_at agreed_at ended_at",
        "person_id",
    ),
    "level_exception_moves": Source(
        "id",
        "exception_id actor_id before after moved_at",
        "(SELECT e.person_id FROM level_exceptions e WHERE e.id = exception_id)",
    ),
    "erasures": Source("id", "person_id opened_at closed_at", "person_id"),
    "evidence_erasures": Source(
        "version_id",
        "version_id erasure_id reason erased_at",
        "(SELECT e.person_id FROM erasures e WHERE e.id = erasure_id)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (review_id IS NULL)", name=op.f("ck_seals_of_one_chain")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{parent}.id"], name=op.f(f"fk_seals_{column}"), ondelete="RESTRICT"
            )
            for column, parent in (("person_id", "people"), ("review_id", "reviews"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sa.UniqueConstraint("previous", name=op.f("uq_seals_previous")),
    )
    op.create_index("ix_seals_person", "seals", ["person_id", "id"])
    op.create_index("ix_seals_review", "seals", ["review_id", "id"])
    op.create_index("ix_seals_row", "seals", ["source", "row_id"])
    op.add_column(
        "rating_entries", sa.Column("salt", sa.String(length=64), nullable=False, server_default="")
    )
    salt_entries()
    seal_all()
    for statement in triggers():
        op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_table("seals")
    for table in set(GUARDED) - {"seals"}:
        of_table = f" ON {table}" if is_postgresql else ""
        for name in ("no_update", "no_delete", *(("no_truncate",) if is_postgresql else ())):
            op.execute(f"DROP TRIGGER {table}_{name}{of_table}")
    if is_postgresql:
        for name in ("update", "delete"):
            for table, allowed in (MAY_CHANGE if name == "update" else MAY_GO).items():
                if allowed:
                    op.execute(f"DROP FUNCTION {table}_no_{name}()")
    op.drop_column("rating_entries", "salt")


def salt_entries() -> None:
    bind = op.get_bind()
    is_postgresql = bind.dialect.name == "postgresql"
    guard = "rating_entries_no_update"
    if is_postgresql:
        op.execute("ALTER TABLE rating_entries DISABLE TRIGGER USER")
    else:
        again = bind.scalar(
            sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
            {"name": guard},
        )
        op.execute(f"DROP TRIGGER {guard}")
    fill = sa.text("UPDATE rating_entries SET salt = :salt WHERE id = :id")
    for rows in batches(sa.text("SELECT id FROM rating_entries WHERE id > :last ORDER BY id")):
        bind.execute(fill, [{"id": row.id, "salt": secrets.token_hex(32)} for row in rows])
    if is_postgresql:
        op.execute("ALTER TABLE rating_entries ENABLE TRIGGER USER")
    else:
        bind.exec_driver_sql(again)


def batches(query: sa.TextClause | sa.TextualSelect) -> Iterator[list[sa.Row]]:
    """The rows of a query that begins after the id `:last`; the id comes first."""
    last = 0
    while rows := op.get_bind().execute(query, {"last": last}).fetchmany(BATCH):
        yield rows
        last = rows[-1][0]


def seal_all() -> None:
    """Each in its chain, one table after the other: rows as they are found, with when that was."""
    found_at = dt.datetime.now(dt.UTC)
    seals = sa.table(
        "seals",
        *(sa.column(name) for name in ["person_id", "review_id", "source", "row_id", "commitment"]),
        sa.column("previous"),
        sa.column("digest"),
        sa.column("found_at", sa.DateTime(timezone=True)),
    )
    heads: dict[tuple[int | None, int | None], str] = {}
    for name, source in SOURCES.items():
        for rows in batches(rows_of(name, source)):
            made = []
            for key, person_id, review_id, salt, *values in rows:
                if name == "review_item_texts" and not any((salt, *values)):
                    continue
                chain = (person_id, review_id)
                facts = dict(zip(source.columns.split(), values, strict=True))
                said = commitment(salt, facts)
                previous = heads.get(chain) or sha256(canonical(["start", *chain]))
                link = [previous, *chain, name, key, said, plain(found_at)]
                heads[chain] = sha256(canonical(link))
                made.append(
                    {
                        "person_id": person_id,
                        "review_id": review_id,
                        "source": name,
                        "row_id": key,
                        "commitment": said,
                        "previous": previous,
                        "digest": heads[chain],
                        "found_at": found_at,
                    }
                )
            if made:
                op.get_bind().execute(seals.insert(), made)


def rows_of(name: str, source: Source) -> sa.TextualSelect:
    columns = source.columns.split()
    query = sa.text(
        f"SELECT {source.key} AS key, {source.person} AS of_person, {source.review} AS of_review, "
        f"{source.salt} AS salted, {', '.join(columns)} FROM {name} "
        f"WHERE {source.key} > :last ORDER BY {source.key} LIMIT {BATCH}"
    )
    return query.columns(
        sa.column("key", sa.Integer),
        sa.column("of_person", sa.Integer),
        sa.column("of_review", sa.Integer),
        sa.column("salted", sa.String),
        *(sa.column(column, type_of(column)) for column in columns),
    )


def type_of(column: str) -> sa.types.TypeEngine:
    if column.endswith("_at"):
        return sa.DateTime(timezone=True)
    return {"given_on": sa.Date(), "open": sa.Boolean()}.get(column, sa.types.NullType())


def commitment(salt: str, facts: dict[str, object]) -> str:
    return sha256(
        salt + canonical({name: plain(each) for name, each in facts.items() if each is not None})
    )


def plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def triggers() -> list[str]:
    return [
        statement
        for table in GUARDED
        for statement in (
            *refuse(table, "update", MAY_CHANGE.get(table)),
            *refuse(table, "delete", MAY_GO.get(table)),
            *refuse(table, "truncate", None),
        )
    ]


def refuse(table: str, act: str, allowed: str | None) -> list[str]:
    name = f"{table}_no_{act}"
    what = act.upper()
    if table == "reviews" and act == "update":
        what = f"UPDATE OF {', '.join(FROZEN)}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN NOT ({allowed})" if allowed else ""
        stop = f"BEGIN SELECT RAISE(ABORT, '{table}: history is never changed'); END"
        return (
            []
            if act == "truncate"
            else [f"CREATE TRIGGER {name} BEFORE {what} ON {table} {when} {stop}"]
        )
    function = name if allowed else "refuse_history_change"
    each = "STATEMENT" if act == "truncate" else "ROW"
    made = [
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
    ]
    if allowed:
        row = "NEW" if act == "update" else "OLD"
        made.insert(
            0,
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {allowed} THEN RETURN {row}; END IF; "
            f"RAISE EXCEPTION '{table}: history is never changed' USING ERRCODE = '23514'; END $$",
        )
    return made
