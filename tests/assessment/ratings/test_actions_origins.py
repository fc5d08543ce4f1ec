"""A statement whose answer counts from an origin: saving, clearing, and notes."""

import datetime as dt

import pytest

from tests.assessment.ratings.stored import history, notes_waiting, stored
from tests.factories.answers import Answer
from tests.factories.evidence import piece
from tests.factories.levels import own_sheet
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tracker.assessment.ratings import (
    actions as ratings_actions,
    queries_cards as ratings_queries_cards,
)
from tracker.db import db, transaction
from tracker.models import EvidenceLink, Statement
from tracker.policy.permissions import Actor
from tracker.queries.asking import ask
from tracker.record.sheet.queries_learners import learner_of
from tracker.reviews.endorsements import queries as endorsements_queries
from tracker.reviews.sending import queries as sending_queries


def shown(rater: Actor, statement_id: int) -> tuple[str | None, str, str]:
    db.session.rollback()
    learner = learner_of(rater.person_id, statement_id, rater.today(AFTER))
    assert learner is not None
    (card,) = ratings_queries_cards.of_statements(own_sheet(learner), [statement_id]).cards
    return card.answer, card.own_note, card.reviewer_note


@pytest.fixture
def part(world: World, rater: Actor, first: int) -> int:
    """The first part of a statement that was split after Ana rated it: her answer counts there."""
    ratings_actions.rate(
        rater, first, Answer.PARTLY, 0, world.now, own_note="mine", reviewer_note="yours"
    )
    version = next_version(world, split={first: True})
    carried(world, version)
    return version.became[first][0]


def test_what_counts_from_an_origin_is_cleared_where_it_counts_alone(
    world: World, rater: Actor, first: int, part: int
) -> None:
    assert shown(rater, part) == ("partly", "mine", "yours")
    saved = ratings_actions.rate(rater, part, None, 0, AFTER, clear=True)
    assert (saved.answer, saved.version, saved.changed) == (None, 1, True)
    assert saved.progress == ratings_actions.RatedCounts(0, 0, 0)
    assert shown(rater, part) == (None, "mine", "yours")
    assert history(world, part) == [(None, "cleared", 1)]
    row = stored(world, first)
    assert row is not None
    assert row.answer == "partly"


def test_a_note_at_what_counts_from_an_origin_goes_to_that_answer(
    world: World, rater: Actor, first: int, part: int
) -> None:
    saved = ratings_actions.rate(rater, part, None, 0, AFTER, own_note="mine, and more")
    assert (saved.answer, saved.version, saved.changed) == ("partly", 0, True)
    assert saved.progress == ratings_actions.RatedCounts(1, 1, 1)
    assert shown(rater, part) == ("partly", "mine, and more", "yours")
    assert notes_waiting(rater) == {}
    row = stored(world, first)
    assert row is not None
    assert (row.own_note, row.reviewer_note) == ("mine, and more", "yours")
    assert not ratings_actions.rate(rater, part, None, 0, AFTER, own_note="mine, and more").changed


def test_a_part_answered_itself_is_rated_once(world: World, rater: Actor, part: int) -> None:
    saved = ratings_actions.rate(rater, part, Answer.CONSISTENTLY, 0, AFTER)
    assert saved.progress == ratings_actions.RatedCounts(1, 1, 1)
    assert shown(rater, part) == ("consistently", "mine", "yours")


def test_a_note_beside_the_same_answer_makes_no_new_one(
    world: World, rater: Actor, first: int, part: int
) -> None:
    saved = ratings_actions.rate(rater, part, Answer.PARTLY, 0, AFTER, own_note="mine, and more")
    assert (saved.answer, saved.version, saved.rated_at) == ("partly", 0, world.now)
    assert history(world, part) == []
    assert shown(rater, part) == ("partly", "mine, and more", "yours")


def test_notes_of_a_part_stay_beside_a_newer_answer_to_its_origin(
    world: World, rater: Actor, first: int
) -> None:
    version = next_version(world, split={first: True})
    carried(world, version)
    part = version.became[first][0]
    ratings_actions.rate(
        rater, part, Answer.PARTLY, 0, AFTER, own_note="of the part", reviewer_note="here"
    )
    carried(world, version, AFTER + dt.timedelta(hours=1), back=True)
    later = AFTER + dt.timedelta(hours=2)
    ratings_actions.rate(rater, first, Answer.CONSISTENTLY, 0, later, own_note="of the whole")
    carried(world, version, AFTER + dt.timedelta(hours=3))
    assert shown(rater, part) == ("consistently", "of the part\n\nof the whole", "here")
    sheet = "of the part\n\nof the whole"
    ratings_actions.rate(rater, part, None, 1, later, own_note=sheet, reviewer_note="here")
    assert shown(rater, part) == ("consistently", sheet, "here")
    learner = learner_of(rater.person_id, part, rater.today(AFTER))
    assert learner is not None
    (sent,) = sending_queries.freezable(learner, [part])
    assert (sent.content.answer, sent.content.note) == ("consistently", "here")


def test_of_a_piece_linked_to_a_part_and_to_its_origin_one_reason_counts(
    world: World, rater: Actor, first: int, part: int
) -> None:
    """It is the same in what is sent and in what is compared with that later: else a page would say
    that the reason changed where nobody changed it."""
    evidence_id = piece(world, reasons={part: "of the part"})
    with transaction() as tx:
        whole = tx.get_one(Statement, first)
        tx.add(
            EvidenceLink(
                evidence_id=evidence_id,
                skill_id=whole.skill_id,
                statement_id=whole.id,
                reason="of the whole",
                linked_at=AFTER,
            )
        )
    learner = learner_of(rater.person_id, part, rater.today(AFTER))
    assert learner is not None
    (sent,) = sending_queries.freezable(learner, [part])
    assert [linked.reason for linked in sent.content.evidence] == ["of the part"]
    now = ask(endorsements_queries.own_now(rater.person_id, part))
    assert now is not None
    assert [linked.reason for linked in now.pieces or ()] == ["of the part"]
