"""How fast somebody reviews, and rates: from their own answers."""

import datetime as dt

import pytest

from tests.conftest import Queries
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.frameworks import grow
from tests.factories.ratings import rate
from tests.factories.sides import actor, items
from tests.factories.world import World
from tracker.assessment.ratings import queries as ratings_queries
from tracker.db import transaction
from tracker.frameworks.versions.rules import Basis, Ground
from tracker.models import RatingEntry
from tracker.models.record.words import skill_of
from tracker.reviews.review import actions as review_actions, queries_items as review_queries_items
from tracker.reviews.review.rules import ReviewerResponse
from tracker.rules.pace import LEARNER_SECONDS, REVIEWER_SECONDS

pytestmark = pytest.mark.usefixtures("app_context")

EACH = dt.timedelta(seconds=12)
SLOW = 3 * EACH
"""As a reviewer answers: both are above the floors."""


def rated(world: World, count: int) -> list[int]:
    grow(world, "technical", count)
    ids = world.statements["technical"][:count]
    for at, statement_id in enumerate(ids):
        rate(world, "ana", statement_id, Answer.PARTLY, world.now + at * EACH)
    return ids


def test_a_learner_has_a_pace_of_their_own_after_twenty(world: World) -> None:
    rated(world, 20)
    ana = world.people["ana"]
    assert ratings_queries.seconds_of(ana) == LEARNER_SECONDS
    rate(world, "ana", world.statements["communication"][0], Answer.PARTLY, world.now + 20 * EACH)
    assert ratings_queries.seconds_of(ana) == EACH.total_seconds()
    assert ratings_queries.seconds_of(world.people["ben"]) == LEARNER_SECONDS


def test_what_was_not_answered_one_by_one_is_no_pace(world: World) -> None:
    ben = world.people["ben"]
    with transaction() as tx:
        for at in range(30):
            tx.add(
                RatingEntry(
                    person_id=ben,
                    skill_id=skill_of(world.statements["technical"][at % 2]),
                    statement_id=world.statements["technical"][at % 2],
                    version=at + 1,
                    answer=Answer.PARTLY,
                    basis=Basis.CONFIRMED,
                    rated_at=world.now + at * EACH,
                )
            )
    assert ratings_queries.seconds_of(ben) == LEARNER_SECONDS


@pytest.mark.in_ci
def test_a_reviewer_has_one_from_what_is_revealed(world: World, count_sql: Queries) -> None:
    ids = rated(world, 25)
    sue, ana = actor(world, "sue"), actor(world, "ana")
    review_id = review_actions.send(ana, sue.person_id, ids, world.now)
    for at, item in enumerate(items(review_id)):
        answer = ReviewerResponse(item.id, ReviewerAnswer.PARTLY, Ground.SAW_IT, "", 1)
        review_actions.answer(sue, [answer], world.now + at * SLOW)
    assert review_queries_items.seconds_of([sue.person_id]) == {sue.person_id: REVIEWER_SECONDS}
    review_actions.reveal(sue, review_id, world.now + dt.timedelta(hours=1))
    count_sql.clear()
    found = review_queries_items.seconds_of([sue.person_id, world.people["hugo"]])
    assert found == {sue.person_id: SLOW.total_seconds(), world.people["hugo"]: REVIEWER_SECONDS}
    assert len(count_sql) == 1
