"""Seals are written with the rows that they are about: in one chain, and taken back with them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sending import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tracker.db import Base, db, session, transaction
from tracker.models import SEALED_TABLES, RatingEntry, Seal
from tracker.models.record.words import skill_of
from tracker.queries.operations import record_check
from tracker.services.assessment import ratings


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def found() -> list[str]:
    session().rollback()
    return [f"{each.code} {each.what}" for each in record_check.of_own()]


def seals_of_ratings() -> int:
    of = select(func.count()).where(Seal.source == RatingEntry.__tablename__)
    return session().scalar(of) or 0


def entry(world: World, version: int) -> RatingEntry:
    return RatingEntry(
        person_id=world.people["ana"],
        skill_id=skill_of(world.statements["technical"][0]),
        statement_id=world.statements["technical"][0],
        version=version,
        answer="partly",
        basis="rated",
        rated_at=world.now,
    )


def test_a_savepoint_that_is_taken_back_takes_its_seal(world: World) -> None:
    with transaction() as tx:
        tx.add(entry(world, 1))
        inner = tx.begin_nested()
        tx.add(entry(world, 2))
        tx.flush()
        inner.rollback()
        with tx.begin_nested():
            tx.add(entry(world, 3))
        tx.add(entry(world, 4))
    assert seals_of_ratings() == 3
    assert {each.split()[0] for each in found()} == {"history_without_rating"}


def test_a_block_that_fails_leaves_none(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(world)
    assert seals_of_ratings() == 0


def write_and_fail(world: World) -> None:
    with transaction() as tx:
        tx.add(entry(world, 1))
        tx.flush()
        raise ZeroDivisionError


def test_many_at_once_make_one_chain(app: Flask, world: World) -> None:
    """A learner at four places at once, while their reviewer answers."""
    review_id = send(world, YES, YES)
    ana = actor(world, "ana")
    session().rollback()

    def save(statement_id: int) -> None:
        with app.app_context():
            for version, said in enumerate((Answer.PARTLY, Answer.CONSISTENTLY)):
                ratings.rate(ana, statement_id, said, version, world.now)

    def review(item_id: int) -> None:
        with app.app_context():
            for said in (ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET):
                answer(world, item_id, said)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, world.statements["technical"][:8]))
        list(pool.map(review, item_ids(review_id)))
    assert seals_of_ratings() == 2 + 8 * 2
    assert found() == []


def test_a_fork_is_refused(world: World) -> None:
    ratings.rate(actor(world, "ana"), world.statements["technical"][0], Answer.PARTLY, 0, world.now)
    newest = session().scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).one()
    values = {name: getattr(newest, name) for name in COLUMNS}
    session().rollback()
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(insert(Seal).values(values | {"row_id": 2}))


COLUMNS = [column.key for column in Seal.__table__.columns if column.key != "id"]
NOT_SEALED = {
    "reviews": {"due_from", "due_on", "differences_from", "differences_due_on"},
    "review_item_evidence": {"reason"},
    "rating_entries": {"salt"},
    "review_item_texts": {"salt", "item_id"},
}
"""Dates that move, a reason that stands in the item's digest, and what the seal is made with."""


@pytest.mark.parametrize("model", SEALED_TABLES, ids=lambda each: each.__tablename__)
def test_each_column_of_a_sealed_table_is_sealed_or_named(model: type[Base]) -> None:
    every = {column.key for column in db.metadata.tables[model.__tablename__].columns} - {"id"}
    assert every - set(SEALED_TABLES[model].columns) == NOT_SEALED.get(model.__tablename__, set())
