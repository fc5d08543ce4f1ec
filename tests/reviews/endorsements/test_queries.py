"""What stands, what stood, and what changed since it was reviewed."""

import datetime as dt

import pytest
from sqlalchemy import update

from tests.factories import sides
from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.levels import own_sheet
from tests.factories.reviews import endorse
from tests.factories.sides import PART, YES, actor, answer_all, item_ids, send
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Evidence, Person, Rating
from tracker.queries.asking import ask
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules_summaries import changed_since_review
from tracker.reviews.endorsements.queries import Endorsed, history
from tracker.reviews.review import actions as review_actions
from tracker.rules.names import first_name, short_name

pytestmark = pytest.mark.usefixtures("app_context")


def reviewed(world: World, said: ReviewerAnswer = ReviewerAnswer.CONSISTENTLY) -> int:
    review_id = send(world, YES)
    answer_all(world, review_id, said)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return world.statements["communication"][0]


def learner(world: World, person: str = "ana") -> Learner:
    found = sheet_queries_learners.learner(world.people[person], world.now.date())
    assert found is not None
    return found


def current(world: World, person: str = "ana") -> list[Endorsed]:
    of_all = [each for ids in world.statements.values() for each in ids]
    return [each for each in ask(history(learner(world, person), of_all, of_all)) if each.counts]


def test_an_endorsement_says_who_what_and_when(world: World) -> None:
    with transaction() as tx:
        tx.execute(
            update(Person).where(Person.id == world.people["sue"]).values(name="Maria del Ortiz")
        )
    statement_id = reviewed(world)
    (one,) = current(world)
    assert one.statement_id == statement_id
    assert (one.who, one.key, one.label, one.on) == (
        "M. del Ortiz",
        "consistently",
        "Consistently",
        world.now,
    )
    assert ask(history(learner(world), [statement_id + 1], [statement_id + 1])) == []
    assert current(world, "ben") == []


def test_history_keeps_every_one_and_the_newest_stands(world: World) -> None:
    statement_id = world.statements["communication"][0]
    endorse(
        world, "ana", "hugo", statement_id, EndorsedAnswer.PARTLY, world.now - dt.timedelta(days=90)
    )
    reviewed(world)
    assert [
        (each.key, each.status)
        for each in ask(history(learner(world), [statement_id], [statement_id]))
    ] == [("consistently", "standing"), ("partly", "superseded")]


def test_what_was_kept_apart_does_not_stand(world: World) -> None:
    statement_id = world.statements["communication"][0]
    endorse(
        world, "ana", "hugo", statement_id, EndorsedAnswer.PARTLY, world.now - dt.timedelta(days=90)
    )
    review_id = send(world, PART)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    sides.keep_apart(actor(world, "ana"), item_ids(review_id)[0], world.now)
    assert current(world) == []


class TestChangedSince:
    def test_nothing_is_at_first(self, world: World) -> None:
        piece(world, reasons={world.statements["communication"][0]: ""})
        reviewed(world)
        assert changed_since_review(own_sheet(learner(world))) == frozenset()

    def test_another_answer(self, world: World) -> None:
        statement_id = reviewed(world)
        with transaction() as tx:
            tx.execute(update(Rating).values(own_note="only a note", version=2))
        assert changed_since_review(own_sheet(learner(world))) == frozenset()
        with transaction() as tx:
            tx.execute(update(Rating).values(answer=Answer.PARTLY, version=3))
        assert changed_since_review(own_sheet(learner(world))) == {statement_id}

    def test_evidence_that_came_later(self, world: World) -> None:
        statement_id = reviewed(world)
        piece(world, reasons={world.statements["communication"][1]: ""})
        assert changed_since_review(own_sheet(learner(world))) == frozenset()
        piece(world, reasons={statement_id: ""})
        assert changed_since_review(own_sheet(learner(world))) == {statement_id}

    def test_evidence_that_went(self, world: World) -> None:
        piece(world, reasons={world.statements["communication"][0]: ""})
        statement_id = reviewed(world)
        with transaction() as tx:
            tx.execute(update(Evidence).values(archived_at=world.now))
        assert changed_since_review(own_sheet(learner(world))) == {statement_id}


@pytest.mark.parametrize(
    ("name", "short", "first"),
    [
        ("Maria Ortiz", "M. Ortiz", "Maria"),
        ("  Ana  Ruiz Gil ", "A. Ruiz Gil", "Ana"),
        ("Cher", "Cher", "Cher"),
        ("Élodie Gros", "É. Gros", "Élodie"),
    ],
)
def test_names_in_short(name: str, short: str, first: str) -> None:
    assert (short_name(name), first_name(name)) == (short, first)
