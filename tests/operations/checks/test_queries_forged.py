"""Every table is forged, in the filled demo: what its line in models/protections says is so."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.demo.rows import DAY
from tests.engines import hurry
from tracker.app import create_app
from tracker.db import Base, UTCDateTime, db, transaction
from tracker.models import (
    SEALED_TABLES,
    AccountMerge,
    AddressChange,
    Deputy,
    Endorsement,
    Erasure,
    EvidenceErasure,
    EvidenceVersion,
    Handover,
    LegalHold,
    LevelException,
    LevelExceptionMove,
    Library,
    Person,
    RecoveryCode,
    Review,
    ReviewItem,
    SecondReading,
    SignIn,
    Statement,
)
from tracker.models.protections import MEANING, PROTECTIONS
from tracker.models.triggers import guards
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.queries.core.seals import rows_unlike_seals, sealed_rows
from tracker.rules.core.seals import SealHead

Connection = sa.Connection
DERIVED = {
    "domains": "UPDATE domains SET first_strand_key = 'x' WHERE id = 1",
    "frameworks": "UPDATE frameworks SET needs_met = needs_met - 1",
    "levels": "UPDATE levels SET rank = 9 WHERE id = 1",
    "ratings": "UPDATE ratings SET answer = 'not_yet' WHERE answer = 'partly'",
    "revealed_answers": "UPDATE revealed_answers SET answer = 'x'",
    "scale_answers": "UPDATE scale_answers SET counts_as = 'met' WHERE key = 'partly'",
    "skill_origins": "UPDATE skill_origins SET carries = NOT carries",
    "statements": "UPDATE statements SET rank = rank + 1 WHERE id = 1",
    "strands": "UPDATE strands SET key = 'x' WHERE id = 1",
}
ELSEWHERE = {"audit_events", "audit_event_details", "seals", "standings"}
"""What finds these stands in test_queries_chains.py and tests/record/standings."""


@pytest.fixture(scope="module")
def demo(migrated_app: Flask, engine_name: str, tmp_path_factory: Any) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("forged")
    with pytest.MonkeyPatch.context() as patch, laid_out_database(engine_name, folder) as url:
        patch.setenv("TRACKER_DATA_DIR", str(folder))
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
        app.config["DEMO"] = True
        done = app.test_cli_runner().invoke(args=["demo", "load", "--today", DAY.isoformat()])
        assert done.exit_code == 0, done.output
        with app.app_context(), transaction() as tx:
            tx.add_all(what_the_demo_lacks(tx))
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def what_the_demo_lacks(tx: Session) -> list[Base]:
    """Rows of the tables of which it has none, as use cases write them: each with its seal."""
    item = tx.scalars(sa.select(ReviewItem).limit(1)).one()
    one, other, third = tx.scalars(sa.select(Person.id).order_by(Person.id).limit(3))
    city = tx.scalars(sa.select(Library.id).limit(1)).one()
    review, earlier = tx.scalars(sa.select(Review.id).order_by(Review.id.desc()).limit(2))
    version = tx.scalars(sa.select(EvidenceVersion.id).limit(1)).one()
    domain = tx.scalars(
        sa.select(Statement.domain_id).where(Statement.id == item.statement_id)
    ).one()
    erasure = Erasure(person_id=one, opened_at=NOW, closed_at=NOW)
    excepted = LevelException(
        person_id=one,
        skill_id=item.skill_id,
        statement_id=item.statement_id,
        domain_id=domain,
        rank=1,
        item_id=item.id,
        proposer_id=other,
        status="proposed",
        proposed_at=NOW,
    )
    tx.add_all([erasure, excepted])
    tx.flush()
    span = {"starts_on": NOW.date(), "ends_on": NOW.date()}
    emails = {"former_email": "a@example.org", "new_email": "b@example.org"}
    given = tx.scalars(sa.select(Endorsement.id).limit(1)).one()
    moved = {"before": "", "after": "proposed", "moved_at": NOW}
    return [
        AccountMerge(
            library_id=city, kept_id=one, earlier_id=other, asked_by_id=third, asked_at=NOW
        ),
        AddressChange(person_id=one, asked_at=NOW, **emails),
        Deputy(supervisor_id=one, deputy_id=other, named_at=NOW, **span),
        Handover(review_id=review, from_review_id=earlier),
        RecoveryCode(person_id=one, code_hash="a", made_at=NOW),
        SecondReading(review_id=review, endorsement_id=given),
        SignIn(person_id=one, token_hash="a", started_at=NOW, seen_at=NOW, ends_at=NOW),
        EvidenceErasure(version_id=version, erasure_id=erasure.id, reason="other", erased_at=NOW),
        LegalHold(person_id=one, why="A letter.", set_by_id=other, began_at=NOW),
        LevelExceptionMove(exception_id=excepted.id, actor_id=other, **moved),
    ]


@pytest.fixture
def forging(demo: Flask) -> Iterator[Connection]:
    """As somebody with the database's password has it; taken back at the end."""
    with demo.app_context():
        engine = db.engine.execution_options(tracker_write=True)
        with engine.connect() as connection:
            transaction = connection.begin()
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                for name in guards("sqlite", Base.metadata.tables):
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            transaction.rollback()


def others(connection: Connection, column: sa.Column[Any], value: Any) -> list[Any]:
    """Values that the row could say instead: of other rows first."""
    if isinstance(column.type, sa.JSON):
        return [["x"]]
    is_other = column.is_not(None)
    if value is not None:
        is_other = sa.and_(is_other, column != value)
    said = list(connection.scalars(sa.select(column).where(is_other).limit(3)))
    later = dt.timedelta(days=1)
    made: dict[type, Any] = {
        bool: not value,
        int: value + 1 if isinstance(value, int) else 1,
        str: f"{value}x",
        bytes: b"x",
        dt.datetime: value + later if isinstance(value, dt.datetime) else NOW,
        dt.date: value + later if isinstance(value, dt.date) else NOW.date(),
    }
    kind = dt.datetime if isinstance(column.type, UTCDateTime) else column.type.python_type
    return [*said, next(made[each] for each in made if issubclass(kind, each))]


def forged(connection: Connection, model: type[Base]) -> dict[int, str]:
    """A row for each sealed column, as long as there are rows, which says something else afterward,
    as far as the database lets it: the column, by the row's number."""
    table, (key,) = model.__table__, sa.inspect(model).primary_key
    ids = list(connection.scalars(sa.select(key).order_by(key).limit(30)))
    done: dict[int, str] = {}
    for name in set(SEALED_TABLES[model].columns) - {key.name, SEALED_TABLES[model].ends}:
        for row_id in ids:
            if row_id in done or name in done.values():
                continue
            value = connection.scalar(sa.select(table.c[name]).where(key == row_id))
            for other in others(connection, table.c[name], value):
                try:
                    with connection.begin_nested():
                        change = sa.update(table).where(key == row_id).values({name: other})
                        assert connection.execute(change).rowcount == 1
                except StatementError:
                    continue
                done[row_id] = name
                break
    return done


@pytest.mark.in_ci
@pytest.mark.parametrize("model", SEALED_TABLES, ids=lambda each: each.__tablename__)
def test_a_row_that_says_something_else_is_found(forging: Connection, model: type[Base]) -> None:
    """Each column in a row of its own. The partner: before, no row is found."""
    broken: list[SealHead] = []
    before = [
        row
        for each in sealed_rows(forging, broken)
        for row in rows_unlike_seals(forging, model, each)
    ]
    assert before == broken == []
    columns = forged(forging, model)
    assert columns
    found = {
        row_id
        for each in sealed_rows(forging, broken)
        for _code, (row_id, _chain) in rows_unlike_seals(forging, model, each)
    }
    assert [columns[row_id] for row_id in columns if row_id not in found] == []


@pytest.mark.in_ci
@pytest.mark.parametrize("table", DERIVED)
def test_what_is_worked_out_is_compared(forging: Connection, table: str) -> None:
    assert list(checks_queries_record.derived(forging)) == []
    if forging.execute(sa.text(DERIVED[table])).rowcount:
        assert list(checks_queries_record.derived(forging)) != []
    else:
        assert table == "skill_origins", "the demo has none: tests/operations/checks/attacks.py"


@pytest.mark.in_ci
def test_what_is_said_to_be_unseen_is(forging: Connection) -> None:
    """Of each such table that has a row, all of its first row that the database lets be changed.
    Where that is found after all, its line promises too little."""
    changed = set[str]()
    for name, kept in PROTECTIONS.items():
        table = Base.metadata.tables[name]
        row = forging.execute(sa.select(table).limit(1)).mappings().one_or_none()
        if kept.unseen and row is not None:
            this = sa.and_(*(key == row[key.name] for key in table.primary_key))
            for column in set(table.columns) - set(table.primary_key):
                for other in others(forging, column, row[column.name]):
                    with suppress(StatementError), forging.begin_nested():
                        forging.execute(sa.update(table).where(this).values({column: other}))
                        changed.add(name)
    assert len(changed) >= 20
    assert list(checks_queries_record.findings(forging)) == []


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE memberships SET ends_on = '2026-W14-2' WHERE id = 4",
        "UPDATE record_openings SET opens_at = replace(opens_at, ' ', 'T')",
        "UPDATE people SET administrator = 'x' WHERE id = 3",
        "UPDATE record_openings SET opens_at = 20261210",
        "INSERT OR REPLACE INTO audit_event_details VALUES (1, x'00', '{not json')",
        "INSERT INTO seals (chain, sequence, covered, digest) VALUES (2, 999999, 'text', 'text')",
    ],
)
def test_another_spelling_of_the_same_is_found(demo: Flask, forgery: str) -> None:
    """A seal is of what a value means, SQL compares how it is written."""
    with demo.app_context():
        engine = db.engine.execution_options(tracker_write=True)
        if engine.dialect.name == "postgresql":
            pytest.skip("PostgreSQL keeps values by their type")
        with engine.connect() as connection:
            transaction = connection.begin()
            connection.exec_driver_sql("PRAGMA recursive_triggers = OFF")
            assert list(checks_queries_record.misspelled(connection)) == []
            assert connection.execute(sa.text(forgery)).rowcount
            (found,) = checks_queries_record.findings(connection)
            transaction.rollback()
    assert found.code == "misspelled"
    assert found.what.split()[0] in forgery.split()


def test_each_table_says_one_of_three_things() -> None:
    by_kind = {
        name: [bool(each) for each in (kept.seal, kept.derived, kept.unseen)].count(True)
        for name, kept in PROTECTIONS.items()
    }
    assert set(by_kind.values()) == {1}
    assert by_kind.keys() == Base.metadata.tables.keys()
    assert MEANING.keys() == {name for name, kept in PROTECTIONS.items() if kept.seal}
    derived = {name for name, kept in PROTECTIONS.items() if kept.derived}
    assert derived == DERIVED.keys() | ELSEWHERE
