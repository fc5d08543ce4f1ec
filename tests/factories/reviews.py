"""Reviews in any state, written straight into the tables: for tests of what reads them."""

import datetime as dt

from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import Endorsement, Review, ReviewItem
from tracker.rules.scale import Answer, EndorsedAnswer, Ground, ReviewerAnswer
from tracker.rules.workflow import EndorsementStatus, ItemStatus, ReviewStatus


def endorse(
    world: World,
    person: str,
    by: str,
    statement_id: int,
    answer: EndorsedAnswer,
    at: dt.datetime | None = None,
    said: Answer | None = None,
) -> int:
    """A closed review of one statement that was endorsed; `said` is the learner's own answer. Returns the item's id."""
    at = at or world.now
    with transaction() as tx:
        review_id = add(
            tx,
            Review(learner_id=world.people[person], reviewer_id=world.people[by], team_id=world.teams["central"],
                   framework_id=world.framework_id, status=ReviewStatus.CLOSED, sent_at=at, due_on=at.date(),
                   revealed_at=at, closed_at=at),
        )  # fmt: skip
        theirs = ReviewerAnswer.NOT_THEIR_WORK if answer is EndorsedAnswer.NOT_MY_WORK else ReviewerAnswer(answer.value)
        item_id = add(
            tx,
            ReviewItem(review_id=review_id, statement_id=statement_id, position=1, status=ItemStatus.ENDORSED,
                       digest="0" * 64, learner_answer=said or Answer(answer.value), rated_at=at, rating_version=1,
                       reviewer_answer=theirs, ground=Ground.SAW_IT, answered_at=at, revealed_at=at),
        )  # fmt: skip
        add(
            tx,
            Endorsement(person_id=world.people[person], statement_id=statement_id, endorser_id=world.people[by],
                        item_id=item_id, answer=answer, digest="0" * 64, rating_version=1,
                        status=EndorsementStatus.STANDING, endorsed_at=at),
        )  # fmt: skip
    return item_id
