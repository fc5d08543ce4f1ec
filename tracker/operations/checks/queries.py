"""What a database holds, and what must be true in it, whichever it is: for copies as for the one in
use."""

import hashlib
import json
from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import (
    Connection,
    Select,
    and_,
    column,
    func,
    inspect,
    literal,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint
from sqlalchemy.exc import DatabaseError

from config import ROOT
from tracker.db import Base, session, session_afresh
from tracker.logs import said_of
from tracker.models import (
    Endorsement,
    Rating,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
    StoredFile,
)
from tracker.models.triggers import guards
from tracker.operations.backups.rules import DatabaseContents, Finding
from tracker.operations.checks import (
    queries_chains as checks_queries_chains,
    queries_record as checks_queries_record,
)
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.endorsements.rules import DigestFit, SealState
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.faults import Fault, fault_of

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, concat_ws(' ', relname, tgtype, tgenabled, "
    "encode(tgargs, 'hex'), (SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute "
    "WHERE attrelid = tgrelid AND attnum = ANY(tgattr)), pg_get_expr(tgqual, tgrelid), prosrc) "
    "FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
    "WHERE NOT tgisinternal",
}
"""Name and all that decides what it does."""
KNOWN_TRIGGERS = ROOT / "seed_data" / "triggers.json"
"""By kind of database and name, digests of what each is, as the migrations make it (`make
triggers`)."""
UNREADABLE = (DatabaseError, ValueError, TypeError, LookupError)
"""What is raised where a value is not of its column. It names the value, which is somebody's."""


def guards_of(connection: Connection) -> tuple[str, ...]:
    """The triggers that the program's own migrations make in this kind of database."""
    return guards(connection.dialect.name, inspect(connection).get_table_names())


def counts(connection: Connection) -> dict[str, int]:
    """The rows of each table, also of an older layout."""
    tables = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
    return {name: connection.scalar(_rows_of(name)) or 0 for name in tables}


def contents(connection: Connection) -> DatabaseContents:
    files = connection.execute(select(StoredFile.sha256, StoredFile.size).distinct())
    revision = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    return DatabaseContents(str(revision), counts(connection), dict(files.all()))


@cache
def _rows_of(name: str) -> Select[int]:
    return select(func.count()).select_from(table(name))


def broken(
    connection: Connection, expected: DatabaseContents, wanted_guards: Collection[str]
) -> list[Finding]:
    """Everything that is not as it must be; empty when all is well. Of a database that cannot be
    read only the columns."""
    try:
        return [
            *damage(connection),
            *_differences(contents(connection), expected),
            *missing_guards(connection, wanted_guards),
            *_answers(connection),
            *checks_queries_record.findings(connection),
            *_endorsements(connection),
            *_reviewed(connection),
            *_sealed(connection),
            *_chain(connection),
        ]
    except UNREADABLE as error:
        findings = [Finding("database_damaged", place) for place in _unreadable(connection)]
        if not findings and not isinstance(error, DatabaseError):
            raise
        return findings or [Finding("database_damaged", said_of(error))]


def broken_by_itself(connection: Connection) -> list[Finding]:
    """The same of a database that nothing is known of."""
    return broken(connection, contents(connection), guards_of(connection))


def _unreadable(connection: Connection) -> Iterator[str]:
    """The columns in which a value stands that cannot be read."""
    for of_table in Base.metadata.sorted_tables:
        for one in of_table.columns:
            try:
                with connection.begin_nested():
                    connection.execute(select(one)).all()
            except UNREADABLE:
                yield f"{of_table.name}.{one.name}"


def damage(connection: Connection) -> Iterator[Finding]:
    """SQLite's own two checks; on PostgreSQL the second, as a join for each foreign key. That its
    pages can be read shows when they are dumped."""
    if connection.dialect.name == "sqlite":
        for (answer,) in connection.execute(text("PRAGMA integrity_check(10)")):
            if answer != "ok":
                yield Finding("database_damaged", " ".join(answer.split()))
        orphans = {row[0] for row in connection.execute(text("PRAGMA foreign_key_check"))}
    else:
        keys = inspect(connection).get_multi_foreign_keys()
        orphans = {
            name
            for (_schema, name), of_table in keys.items()
            for key in of_table
            if connection.scalar(_without_parent(name, key))
        }
    for name in sorted(orphans):
        yield Finding("rows_without_parent", name)


def _without_parent(name: str, key: ReflectedForeignKeyConstraint) -> Select[bool]:
    """Whether a row of the table names a parent that is not there."""
    columns, referred = key["constrained_columns"], key["referred_columns"]
    child = table(name, *map(column, columns)).alias("child")
    parent = table(key["referred_table"], *map(column, referred)).alias("parent")
    named = [child.c[one].is_not(None) for one in columns]
    same = [child.c[one] == parent.c[other] for one, other in zip(columns, referred, strict=True)]
    has_parent = select(literal(1)).select_from(parent).where(*same).exists()
    return select(select(literal(1)).select_from(child).where(*named, ~has_parent).exists())


READ_WHOLE = {
    "sqlite": "PRAGMA integrity_check({})",
    "postgresql": "SELECT sum(length(row::text)) FROM {} AS row",
}


def is_damaged(name: str) -> bool:
    """Of the database in use: whether that table can't be read as it was written. On PostgreSQL
    that shows where its cluster has checksums."""
    try:
        connection = session_afresh().connection()
        quoted = connection.dialect.identifier_preparer.quote(name)
        told = connection.scalar(text(READ_WHOLE[connection.dialect.name].format(quoted)))
        return connection.dialect.name == "sqlite" and told != "ok"
    except DatabaseError as error:
        if fault_of(error) is not Fault.DAMAGED:
            raise
        return True
    finally:
        session_afresh()


def damage_of_own() -> list[Finding]:
    """Of the database in use: in seconds, where `broken` reads all of it."""
    try:
        connection = session().connection()
        unknown = triggers(connection).keys() - _known_triggers()[connection.dialect.name].keys()
        return [
            *damage(connection),
            *missing_guards(connection, guards_of(connection)),
            *(Finding("guard_unknown", name) for name in sorted(unknown)),
        ]
    except DatabaseError as error:
        return [Finding("database_damaged", said_of(error))]


def _differences(contents: DatabaseContents, expected: DatabaseContents) -> Iterator[Finding]:
    if contents.revision != expected.revision:
        yield Finding("revision_differs", f"{contents.revision} / {expected.revision}")
    for name in sorted({*contents.counts, *expected.counts}):
        count, wanted = contents.counts.get(name, 0), expected.counts.get(name, 0)
        if count != wanted:
            yield Finding("rows_differ", f"{name}: {count} / {wanted}")


def missing_guards(connection: Connection, wanted: Collection[str]) -> Iterator[Finding]:
    known, made = _known_triggers()[connection.dialect.name], triggers(connection)
    for name in sorted(wanted):
        if made.get(name) not in known.get(name, ()):
            yield Finding("guard_missing", name)


def triggers(connection: Connection) -> dict[str, str]:
    """Digests of all that are there, by name."""
    made = connection.execute(text(TRIGGERS[connection.dialect.name]))
    return {name: hashlib.sha256(does.encode()).hexdigest()[:16] for name, does in made}


@cache
def _known_triggers() -> dict[str, dict[str, list[str]]]:
    known: dict[str, dict[str, list[str]]] = json.loads(KNOWN_TRIGGERS.read_text(encoding="utf-8"))
    return known


def _answers(connection: Connection) -> Iterator[Finding]:
    """What a learner answered, and what is endorsed, is an answer of the framework's own scale."""
    for answer, statement_id in (
        (Rating.answer, Rating.statement_id),
        (ReviewItem.learner_answer, ReviewItem.statement_id),
        (Endorsement.answer, Endorsement.statement_id),
    ):
        known = (
            select(ScaleAnswer.id)
            .join(Statement, Statement.framework_id == ScaleAnswer.framework_id)
            .where(Statement.id == statement_id, ScaleAnswer.key == answer)
            .exists()
        )
        count = connection.scalar(select(func.count(answer)).where(~known))
        if count:
            yield Finding("answer_not_of_scale", f"{answer.class_.__tablename__}: {count}")


def _endorsements(connection: Connection) -> Iterator[Finding]:
    """Endorsed, in a review that has ended, exactly where there is an endorsement with its endorser
    and its time."""
    # Wrong is an item that is so without a whole endorsement, or has one and isn't so.
    whole = (
        select(Endorsement.id)
        .where(
            Endorsement.item_id == ReviewItem.id,
            Endorsement.endorser_id.is_not(None),
            Endorsement.endorsed_at.is_not(None),
        )
        .exists()
    )
    any_of_it = select(Endorsement.id).where(Endorsement.item_id == ReviewItem.id).exists()
    closed = select(Review.id).where(
        Review.id == ReviewItem.review_id, Review.closed_at.is_not(None)
    )
    is_endorsed = and_(ReviewItem.status == ItemStatus.ENDORSED, closed.exists())
    wrong = or_(and_(is_endorsed, ~whole), and_(~is_endorsed, any_of_it))
    count = connection.scalar(select(func.count()).select_from(ReviewItem).where(wrong))
    if count:
        yield Finding("endorsement_not_whole", str(count))


def _reviewed(connection: Connection) -> Iterator[Finding]:
    """An endorsement fits the digest of what was reviewed, unless text of that was erased."""
    wrong = [
        check.endorsement_id
        for check in record_endorsements_queries.checked(connection)
        if check.fit is DigestFit.DOES_NOT_FIT
    ]
    if wrong:
        yield Finding("endorsement_does_not_fit", ", ".join(map(str, wrong)))


def _sealed(connection: Connection) -> Iterator[Finding]:
    """An endorsement is what the audit sealed."""
    ids = checks_queries_record.compared(connection)
    if ids[SealState.ALTERED]:
        yield Finding("endorsement_altered", ", ".join(map(str, ids[SealState.ALTERED])))
    if ids[SealState.GONE]:
        yield Finding("endorsement_gone", ", ".join(map(str, ids[SealState.GONE])))
    if ids[SealState.UNSEALED]:
        yield Finding("endorsement_not_given", ", ".join(map(str, ids[SealState.UNSEALED])))


def _chain(connection: Connection) -> Iterator[Finding]:
    """The audit is whole."""
    wrong = checks_queries_chains.verified(connection).wrong
    if wrong is not None:
        yield Finding("audit_broken", f"{wrong.code} {wrong.sequence}")
