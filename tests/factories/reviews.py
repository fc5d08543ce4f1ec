"""Reviews in any state, written straight into the tables: for tests of what reads them."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from tests.factories.answers import Answer, EndorsedAnswer, ReviewerAnswer, words_of
from tests.factories.world import World, add
from tracker.db import transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Framework, Review, ReviewItem, ReviewItemText, ReviewMove, Statement
from tracker.models.record.words import skill_of
from tracker.record.endorsements.rules import ReviewedContent, reviewed_digest
from tracker.record.workflow.rules import REVEALED, ItemStatus, Move, ReviewStatus
from tracker.reviews.endorsements import records as endorsements_records

SALT = "5" * 64


def endorse(
    world: World,
    person: str,
    by: str,
    statement_id: int,
    answer: EndorsedAnswer,
    at: dt.datetime | None = None,
    said: Answer | None = None,
) -> int:
    """A closed review of one statement that was endorsed; `said` is the learner's own answer.
    Returns the item's id."""
    return endorse_all(world, person, by, {statement_id: answer}, at, said)[0]


def endorse_all(
    world: World,
    person: str,
    by: str,
    answers: Mapping[int, EndorsedAnswer],
    at: dt.datetime | None = None,
    said: Answer | None = None,
) -> list[int]:
    """As `endorse`, a review for each statement, in one transaction. The two talked for a minute,
    so nobody can tell that they didn't differ."""
    at = at or world.now
    revealed_at = at - dt.timedelta(minutes=1)
    reviews = [
        Review(
            learner_id=world.people[person],
            reviewer_id=world.people[by],
            team_id=world.teams["central"],
            framework_id=world.framework_id,
            status=ReviewStatus.CLOSED,
            sent_at=at,
            due_from=at.date(),
            due_on=at.date(),
            revealed_at=revealed_at,
            closed_at=at,
        )
        for _answer in answers
    ]
    with transaction() as tx:
        tx.add_all(reviews)
        tx.flush()
        items = []
        for review, (statement_id, answer) in zip(reviews, answers.items(), strict=True):
            theirs = (
                ReviewerAnswer.NOT_THEIR_WORK
                if answer == EndorsedAnswer.NOT_MY_WORK
                else ReviewerAnswer(answer.value)
            )
            words = _as_sent(said or Answer(answer.value))
            items.append(
                ReviewItem(
                    review_id=review.id,
                    skill_id=skill_of(statement_id),
                    statement_id=statement_id,
                    position=1,
                    status=ItemStatus.ENDORSED,
                    digest=_digest(tx, world.people[person], statement_id, words),
                    **words,
                    rated_at=at,
                    rating_version=1,
                    reviewer_answer=theirs,
                    ground=Ground.SAW_IT,
                    answered_at=revealed_at,
                    revealed_at=revealed_at,
                )
            )
        tx.add_all(items)
        tx.flush()
        tx.add_all(ReviewItemText(item_id=item.id, salt=SALT) for item in items)
        tx.add_all(
            ReviewMove(
                review_id=item.review_id,
                item_id=of_item,
                move=move,
                actor_id=world.people[by],
                before="",
                after=after,
                moved_at=at,
            )
            for item in items
            for of_item, move, after in (
                (None, Move.SEND, ReviewStatus.SENT),
                (item.id, Move.REVEAL_EQUAL, ItemStatus.ENDORSED),
                (None, Move.CLOSE, ReviewStatus.CLOSED),
            )
        )
        for review, item in zip(reviews, items, strict=True):
            endorsements_records.keep_revealed(tx, review.learner_id, item, at)
            endorsements_records.stand(tx, review, item, answers[item.statement_id], at)
        return [item.id for item in items]


def send(
    world: World,
    learner: str,
    to: str,
    items: dict[int, ItemStatus],
    *,
    team: str = "central",
    status: ReviewStatus = ReviewStatus.SENT,
    at: dt.datetime | None = None,
    round_id: int | None = None,
    due_on: dt.date | None = None,
) -> int:
    """A review as it stands, with its items by statement. Both sides said *consistently*, or *not
    yet* where they differ. Returns its id."""
    at = at or world.now
    with transaction() as tx:
        review_id = add(
            tx,
            Review(
                learner_id=world.people[learner],
                reviewer_id=world.people[to],
                team_id=world.teams[team],
                framework_id=world.framework_id,
                round_id=round_id,
                status=status,
                sent_at=at,
                due_from=at.date(),
                due_on=due_on or at.date() + dt.timedelta(days=14),
                revealed_at=at if REVEALED & set(items.values()) else None,
                closed_at=at if status is ReviewStatus.CLOSED else None,
                withdrawn_at=at if status is ReviewStatus.WITHDRAWN else None,
            ),
        )
        for position, (statement_id, item) in enumerate(items.items()):
            is_answered = item is ItemStatus.ANSWERED or item in REVEALED
            theirs = (
                ReviewerAnswer.CONSISTENTLY
                if item is ItemStatus.ENDORSED
                else ReviewerAnswer.NOT_YET
            )
            made = ReviewItem(
                review_id=review_id,
                skill_id=skill_of(statement_id),
                statement_id=statement_id,
                position=position,
                status=item,
                digest="0" * 64,
                **_as_sent(Answer.CONSISTENTLY),
                rated_at=at,
                rating_version=1,
                reviewer_answer=theirs if is_answered else None,
                ground=Ground.SAW_IT if is_answered else None,
                answered_at=at if is_answered else None,
                revealed_at=at if item in REVEALED else None,
            )
            add(tx, made)
            if item in REVEALED and status is ReviewStatus.CLOSED:
                endorsements_records.keep_revealed(tx, world.people[learner], made, at)
    return review_id


def _digest(tx: Session, person_id: int, statement_id: int, words: dict[str, str]) -> str:
    statement = tx.get_one(Statement, statement_id)
    framework = tx.get_one(Framework, statement.framework_id)
    content = ReviewedContent(
        person_id=person_id,
        statement_uuid=statement.uuid,
        framework_slug=framework.slug,
        framework_version=framework.version,
        statement_text=f"{statement.title}\n{statement.text}",
        answer=words["learner_answer"],
        answer_label=words["learner_answer_label"],
        answer_description=words["learner_answer_description"],
        note="",
        evidence=(),
    )
    return reviewed_digest(SALT, content)


def _as_sent(answer: Answer) -> dict[str, str]:
    label, description = words_of(answer)
    return {
        "learner_answer": answer.value,
        "learner_answer_label": label,
        "learner_answer_description": description,
    }
