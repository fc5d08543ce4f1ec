"""Events of the audit: what writes one, what leaves none, and that many at once make one chain."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.conftest import Queries
from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.audit import happened
from tests.factories.sides import NO, YES, ask
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import all_or_nothing, db, session, transaction
from tracker.models import AuditEvent, AuditEventDetail, Library, Look
from tracker.operations.audit import actions as audit_actions
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.policy.permissions import Actor
from tracker.record.workflow.rules import Move
from tracker.records import audit as audit_records
from tracker.reviews.act.rules import MOVES, WENT_ON
from tracker.reviews.review import actions as review_actions

WRITERS, EACH = 8, 12


def kinds() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)))


def everything() -> str:
    """All that stands of the audit, as text."""
    session().rollback()
    rows = session().execute(select(AuditEvent.kind, AuditEventDetail.facts).join(AuditEventDetail))
    return str([tuple(row) for row in rows])


def noted(tx: Session, world: World, kind: str) -> None:
    audit_records.note(
        tx, kind, world.now, library_id=world.libraries["city"], actor_id=world.people["ana"]
    )


def test_many_at_once_make_one_chain(app: Flask, world: World) -> None:
    """Without a fork, without a gap, and none is lost: each of them writes something else in
    between."""

    def write(writer: int) -> None:
        with app.app_context():
            for number in range(EACH):
                happened(world, f"kind_{writer}_{number}", "ana", "ben")
            db.session.remove()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with app.app_context():
        assert set(kinds()) == {
            f"kind_{writer}_{number}" for writer in range(WRITERS) for number in range(EACH)
        }
        found = checks_queries_chains.verify()
        db.session.remove()
    assert (found.wrong, found.walk.count) == (None, WRITERS * EACH)


def _wait_for_a_waiting_one() -> None:
    """Until some transaction of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "wait_event_type = 'Lock'"
    )
    with db.engine.connect() as connection:
        while not connection.execute(waiting).scalar_one():
            connection.rollback()


@pytest.mark.parametrize("careful", [True, False], ids=["as it is", "without locking rows first"])
def test_nobody_holds_the_chain_and_waits(
    app: Flask, world: World, engine_name: str, careful: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has locked the library and has yet to write its event; the other writes an event of that
    library."""
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    if not careful:
        monkeypatch.setattr(audit_records, "_share", lambda *_arguments: None)
    locked = Event()

    def hold() -> None:
        with app.app_context(), transaction() as tx:
            tx.execute(
                select(Library).where(Library.id == world.libraries["city"]).with_for_update()
            )
            locked.set()
            _wait_for_a_waiting_one()
            noted(tx, world, "held")

    def write() -> None:
        locked.wait()
        with app.app_context():
            happened(world, "wrote", "ana")

    with ThreadPoolExecutor(2) as pool:
        failures = [done.exception() for done in [pool.submit(hold), pool.submit(write)]]
    if not careful:
        assert [type(failure) for failure in failures if failure is not None] == [
            OperationalError
        ], "a deadlock"
        return
    assert failures == [None, None]
    with app.app_context():
        assert kinds() == ["held", "wrote"]
        db.session.remove()


def fail(world: World) -> None:
    with transaction() as tx:
        noted(tx, world, "gone")
        raise RuntimeError("on purpose")


def test_a_block_that_fails_leaves_no_event(context: World) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        fail(context)
    happened(context, "two")
    assert kinds() == ["two"]


def test_a_savepoint_that_is_taken_back_takes_its_events(context: World) -> None:
    with transaction() as tx:
        noted(tx, context, "one")
        with tx.begin_nested():
            noted(tx, context, "two")
            with tx.begin_nested():
                noted(tx, context, "three")
        inner = tx.begin_nested()
        noted(tx, context, "gone")
        with tx.begin_nested():
            noted(tx, context, "gone with it")
        inner.rollback()
        noted(tx, context, "four")
    assert kinds() == ["one", "two", "three", "four"]
    assert checks_queries_chains.verify().wrong is None


def test_use_cases_within_a_larger_block(context: World) -> None:
    """What one of them noted goes with it, and its neighbours' stay in their order."""
    with all_or_nothing():
        happened(context, "one")
        with pytest.raises(RuntimeError, match="on purpose"):
            fail(context)
        happened(context, "two")
        happened(context, "two")
    assert kinds() == ["one", "two", "two"]
    assert checks_queries_chains.verify().wrong is None


def test_the_very_same_twice_in_one_use_case_is_one_event(context: World) -> None:
    with transaction() as tx:
        noted(tx, context, "one")
        noted(tx, context, "one")
    assert kinds() == ["one"]


def test_saving_a_rating_writes_no_event(context: World, count_sql: Queries) -> None:
    statement_id = context.statements["communication"][0]
    ratings_actions.rate(sides.actor(context, "ana"), statement_id, Answer.PARTLY, 0, context.now)
    assert kinds() == []
    assert not [each for each in count_sql if "audit_events" in each and each.startswith("INSERT")]


@pytest.fixture
def sue(context: World) -> Actor:
    return sides.actor(context, "sue")


@pytest.fixture
def ana(context: World) -> Actor:
    return sides.actor(context, "ana")


def test_every_move_of_a_review_is_an_event(context: World, ana: Actor, sue: Actor) -> None:
    world = context
    review_id = sides.send(world, YES, NO, YES)
    ids = sides.item_ids(review_id)
    sides.answer(world, ids[0], ReviewerAnswer.CONSISTENTLY)
    sides.answer(world, ids[1], ReviewerAnswer.CANNOT_TELL)
    sides.answer(world, ids[1], ReviewerAnswer.PARTLY)
    ask(sue, ids[2], "When was that?", 1, world.now)
    review_actions.reply(ana, ids[2], "In May.", world.now)
    sides.answer(world, ids[2], ReviewerAnswer.CONSISTENTLY)
    before = len(kinds())
    assert kinds() == [
        "review_sent",
        "review_answered",
        "review_answered",
        "review_answered",
        "review_returned",
        "review_replied",
        "review_answered",
    ]
    review_actions.reveal(sue, review_id, world.now)
    assert kinds()[before:] == ["review_went_on", "review_revealed"], "no part of it by itself"
    before = len(kinds())
    sides.confirm(ana, ids[1], EndorsedAnswer.PARTLY, "So it is.", world.now)
    sides.confirm(sue, ids[1], EndorsedAnswer.PARTLY, "We talked.", world.now)
    assert kinds()[before:] == ["review_went_on", "review_went_on", *["endorsement_given"] * 3]
    again = sides.send(world, YES, skip=3)
    review_actions.withdraw(ana, again, world.now)
    assert kinds()[-2:] == ["review_sent", "review_withdrawn"]
    assert checks_queries_chains.verify().wrong is None
    for word in ("partly", "consistently", "not_yet", "cannot_tell", "differ", "equal", "agree"):
        assert word not in everything()


def test_a_reveal_is_told_whatever_it_showed(context: World, sue: Actor) -> None:
    """Also where there was nothing to compare, which makes no move of an item."""
    review_id = sides.send(context, YES, NO)
    sides.answer_all(context, review_id, ReviewerAnswer.CANNOT_TELL, ReviewerAnswer.CANNOT_TELL)
    review_actions.reveal(sue, review_id, context.now)
    assert kinds().count("review_revealed") == 1
    assert "endorsement_given" not in kinds()


def test_what_stood_and_ends_is_an_event(context: World, sue: Actor) -> None:
    first = sides.send(context, YES)
    for review_id in (first, None):
        again = review_id or review_actions.send(
            sides.actor(context, "ana"),
            context.people["sue"],
            context.statements["communication"][:1],
            context.now,
        )
        sides.answer_all(context, again, ReviewerAnswer.CONSISTENTLY)
        review_actions.reveal(sue, again, context.now)
    assert [kind for kind in kinds() if kind.startswith("endorsement")] == [
        "endorsement_given",
        "endorsement_superseded",
        "endorsement_given",
    ]


def test_a_move_that_nobody_thought_of_is_not_told_by_name() -> None:
    """Only what says nothing of an answer by being made has a kind of its own."""
    told = {
        move
        for (_thing, move), rule in MOVES.items()
        if isinstance(move, Move) and rule.audit != WENT_ON
    }
    assert told == {
        Move.SEND,
        Move.WITHDRAW,
        Move.ANSWER,
        Move.CANNOT_TELL,
        Move.RETURN,
        Move.REPLY,
        Move.DROP,
        Move.HAND_ON,
    }


@pytest.mark.parametrize("people", [("ana",), ("ana", "ben", "lea")])
def test_a_look_is_one_event_a_day_for_a_list_too(
    context: World, sue: Actor, people: tuple[str, ...], count_sql: Queries
) -> None:
    ids = [context.people[name] for name in people]
    count_sql.clear()
    audit_actions.looked(sue, [*ids, sue.person_id], "profile", context.now)
    events = [each for each in count_sql if each.startswith("INSERT INTO audit_events")]
    assert len(events) == 1, "one statement, however many people"
    audit_actions.looked(sue, ids, "profile", context.now)
    assert kinds() == ["looked"]
    (event,) = session().scalars(select(AuditEvent)).all()
    facts = session().get_one(AuditEventDetail, event.id).facts
    if len(ids) == 1:
        assert (event.subject_id, facts) == (ids[0], {"page": "profile"})
    else:
        whose = f" {' '.join(map(str, sorted(ids)))} "
        assert event.subject_id is None
        assert facts == {"page": "profile", "people": len(ids), "person_ids": whose}
    rows = session().execute(select(Look.owner_id, Look.reader_id, Look.kind, Look.looked_on)).all()
    today = sue.today(context.now)
    assert {tuple(row) for row in rows} == {(each, sue.person_id, "profile", today) for each in ids}
    assert len(rows) == len(ids), "each owner sees who looked"
    audit_actions.looked(sue, ids, "review", context.now)
    assert len(kinds()) == 2
    audit_actions.looked(sue, [*ids, context.people["cora"]], "review", context.now)
    last = session().scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert last is not None
    assert last.subject_id == context.people["cora"], "only whose page was new today"
