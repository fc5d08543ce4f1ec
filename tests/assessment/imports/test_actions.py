"""A list of one's own is taken over as it was looked at: all of it, once, as imported."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from tests.factories.answers import Answer
from tests.factories.levels import own_sheet, progress_of
from tests.factories.people import newer_use_statement
from tests.factories.world import World
from tracker.assessment.imports import actions as imports_actions, queries as imports_queries
from tracker.assessment.imports.queries import ImportTargets
from tracker.assessment.imports.rules import ImportColumn, ImportPlan, RatingList, plan, read
from tracker.assessment.ratings import (
    actions as ratings_actions,
    queries_cards as ratings_queries_cards,
    rules as ratings_rules,
)
from tracker.db import db, session
from tracker.models import Rating, RatingEntry
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.rules.errors import Conflict, Missing

HEADINGS = {
    "code": ImportColumn.CODE,
    "your answer": ImportColumn.ANSWER,
    "date": ImportColumn.DAY,
    "for myself": ImportColumn.NOTE,
}
TEXT = """Code,Your answer,Date,For myself
COM-1-01,Partly,2026-03-12,from my notebook
COM-1-02,Consistently,,
COM-2-01,Not yet,2026-11-01,
COM-2-02,often,,
"""


def actor(world: World, name: str = "ana") -> Actor:
    found = actor_for_person(world.people[name], world.now)
    assert found is not None
    return found


def ground(world: World, who: Actor) -> ImportTargets:
    return imports_queries.targets(who, world.framework_id)


def looked_at(world: World, who: Actor) -> tuple[RatingList, ImportPlan]:
    db.session.rollback()
    found = ground(world, who)
    listed = read(TEXT, HEADINGS, found.answers)
    return listed, plan(listed, found.statements, found.answers, world.now.date(), who.time_zone)


def rows(world: World, name: str = "ana") -> list[tuple[object, ...]]:
    db.session.rollback()
    found = session().execute(
        select(
            Rating.statement_id,
            Rating.answer,
            Rating.basis,
            Rating.given_on,
            Rating.rated_at,
            Rating.own_note,
        )
        .where(Rating.person_id == world.people[name])
        .order_by(Rating.statement_id)
    )
    return [tuple(row) for row in found]


def entries(world: World) -> list[tuple[object, ...]]:
    db.session.rollback()
    found = session().execute(
        select(RatingEntry.answer, RatingEntry.basis, RatingEntry.version, RatingEntry.given_on)
        .where(RatingEntry.person_id == world.people["ana"])
        .order_by(RatingEntry.id)
    )
    return [tuple(row) for row in found]


def test_what_was_looked_at_is_stored_as_imported(world: World, app_context: None) -> None:
    first, second, third = world.statements["communication"][:3]
    ana = actor(world)
    listed, seen = looked_at(world, ana)
    assert (
        imports_actions.take_over(
            ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
        )
        == 3
    )
    assert rows(world) == [
        (first, "partly", "imported", dt.date(2026, 3, 12), world.now, "from my notebook"),
        (second, "consistently", "imported", None, world.now, ""),
        (third, "not_yet", "imported", dt.date(2026, 11, 1), world.now, ""),
    ]
    assert [entry[:3] for entry in entries(world)] == [
        ("partly", "imported", 1),
        ("consistently", "imported", 1),
        ("not_yet", "imported", 1),
    ]


def test_pressing_twice_stores_once(world: World, app_context: None) -> None:
    ana = actor(world)
    listed, seen = looked_at(world, ana)
    imports_actions.take_over(
        ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
    )
    with pytest.raises(Conflict, match="list_overtaken"):
        imports_actions.take_over(
            ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
        )
    assert len(entries(world)) == 3


def test_an_answer_given_after_the_look_stops_all_of_it(world: World, app_context: None) -> None:
    ana = actor(world)
    listed, seen = looked_at(world, ana)
    ratings_actions.rate(ana, world.statements["communication"][1], Answer.NOT_SURE, 0, world.now)
    with pytest.raises(Conflict, match="list_overtaken"):
        imports_actions.take_over(
            ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
        )
    assert len(rows(world)) == 1


def test_own_answers_stay_unless_ticked_and_stay_in_the_history(
    world: World, app_context: None
) -> None:
    second, third = world.statements["communication"][1:3]
    ana = actor(world)
    for statement_id in (second, third):
        ratings_actions.rate(ana, statement_id, Answer.PARTLY, 0, world.now, own_note="mine")
    listed, seen = looked_at(world, ana)
    assert (
        imports_actions.take_over(
            ana, world.framework_id, listed, frozenset({third}), seen.digest(), world.now
        )
        == 2
    )
    assert [row[1] for row in rows(world)] == ["partly", "partly", "not_yet"]
    assert entries(world)[1:] == [
        ("partly", "rated", 1, None),
        ("partly", "imported", 1, dt.date(2026, 3, 12)),
        ("not_yet", "imported", 2, dt.date(2026, 11, 1)),
    ]
    assert rows(world)[2][-1] == "mine"


def test_an_imported_answer_is_as_old_as_its_list_says_until_it_is_confirmed(
    world: World, app_context: None
) -> None:
    first = world.statements["communication"][0]
    ana = actor(world)
    listed, seen = looked_at(world, ana)
    imports_actions.take_over(
        ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
    )
    learner = sheet_queries_learners.learner(ana.person_id, world.now.date())
    assert learner is not None
    assert progress_of(learner).dated == 1  # of March; the round began in October
    assert ratings_rules.next_open(own_sheet(learner), learner.round_starts_on, 40)[-1] == first
    card = ratings_queries_cards.of_statements(own_sheet(learner), [first]).cards[0]
    assert (card.basis, card.given_on) == ("imported", dt.date(2026, 3, 12))
    saved = ratings_actions.rate(ana, first, Answer.PARTLY, 1, world.now)
    assert saved.basis == "confirmed"
    db.session.rollback()
    assert progress_of(learner).dated == 0
    assert rows(world)[0][3] is None


def test_only_a_learner_who_has_read_the_use_statement(world: World, app_context: None) -> None:
    ana, cora = actor(world), actor(world, "cora")
    listed, seen = looked_at(world, ana)
    with pytest.raises(Missing):
        imports_actions.take_over(
            cora, world.framework_id, listed, frozenset(), seen.digest(), world.now
        )
    newer_use_statement(world)
    with pytest.raises(Conflict, match="use_statement_unread"):
        imports_actions.take_over(
            ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
        )
    assert rows(world) == rows(world, "cora") == []


@pytest.mark.parametrize("broken_at", range(1, 10))
def test_a_list_is_never_half_stored(world: World, app_context: None, broken_at: int) -> None:
    ana = actor(world)
    listed, seen = looked_at(world, ana)
    count = 0

    def break_down(*_args: object) -> None:
        nonlocal count
        count += 1
        if count == broken_at:
            raise RuntimeError("pulled the plug")

    event.listen(db.engine, "after_cursor_execute", break_down)
    try:
        with pytest.raises(RuntimeError, match="plug"):
            imports_actions.take_over(
                ana, world.framework_id, listed, frozenset(), seen.digest(), world.now
            )
    finally:
        event.remove(db.engine, "after_cursor_execute", break_down)
    assert rows(world) == []
    assert entries(world) == []
