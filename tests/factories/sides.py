"""Reviews made through the services, as people would: sent, answered, revealed, agreed on."""

import datetime as dt

from sqlalchemy import select

from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.ratings import rate
from tests.factories.world import World
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules import WITHOUT_GROUND, Ground
from tracker.models import Rating, Review, ReviewItem
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.actions import Confirmed
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.handovers import actions as handovers_actions
from tracker.reviews.review import actions as review_actions
from tracker.reviews.review.rules import ReviewerResponse
from tracker.rules.errors import Conflict

YES, PART, NO, SURE_NOT, NOT_MINE = (
    Answer.CONSISTENTLY,
    Answer.PARTLY,
    Answer.NOT_YET,
    Answer.NOT_SURE,
    Answer.NOT_MY_WORK,
)


def actor(world: World, name: str, now: dt.datetime | None = None) -> Actor:
    """The person as policy sees them at that moment."""
    found = actor_for_person(world.people[name], now or world.now)
    assert found is not None
    return found


def send(
    world: World, *answers: Answer, learner: str = "ana", reviewer: str = "sue", skip: int = 0
) -> int:
    """The learner rates that many statements of Communication with these answers and sends them.
    The review's id."""
    statements = world.statements["communication"][skip : skip + len(answers)]
    for statement_id, answer in zip(statements, answers, strict=True):
        rate(world, learner, statement_id, answer)
    return review_actions.send(actor(world, learner), world.people[reviewer], statements, world.now)


def send_again(world: World, answer: Answer, learner: str = "ana", reviewer: str = "sue") -> int:
    """The learner answers the first statement of Communication anew and sends it. The review's
    id."""
    statement_id = world.statements["communication"][0]
    with transaction() as tx:
        rating = tx.scalars(
            select(Rating).where(
                Rating.person_id == world.people[learner], Rating.statement_id == statement_id
            )
        ).one()
        rating.answer, rating.version = answer.value, rating.version + 1
    return review_actions.send(
        actor(world, learner), world.people[reviewer], [statement_id], world.now
    )


def items(review_id: int) -> list[ReviewItem]:
    """The items as they stand in the database now, in order."""
    session().rollback()
    return list(
        session().scalars(
            select(ReviewItem)
            .where(ReviewItem.review_id == review_id)
            .order_by(ReviewItem.position)
        )
    )


def item_ids(review_id: int) -> list[int]:
    return [item.id for item in items(review_id)]


def review(review_id: int) -> Review:
    session().rollback()
    return session().get_one(Review, review_id)


def answer(
    world: World,
    item_id: int,
    said: ReviewerAnswer,
    by: str = "sue",
    note: str = "",
    ground: Ground = Ground.SAW_IT,
) -> None:
    """Answer an item as a page opened just before would."""
    session().rollback()
    version = session().get_one(ReviewItem, item_id).version
    why = None if said in WITHOUT_GROUND else ground
    respond(actor(world, by), item_id, said, why, note, version, world.now)


def respond(
    by: Actor,
    item_id: int,
    answer: ReviewerAnswer | None,
    ground: Ground | None,
    note: str,
    base_version: int,
    now: dt.datetime,
) -> None:
    """Say that to one item. Raises what it was refused for."""
    try:
        review_actions.answer(
            by, [ReviewerResponse(item_id, answer, ground, note, base_version)], now
        )
    except Conflict as refused:
        raise refused.facts["rows"][item_id] from None


def ask(by: Actor, item_id: int, question: str, base_version: int, now: dt.datetime) -> None:
    """Return an item with a question."""
    respond(by, item_id, None, None, question, base_version, now)


def answer_all(world: World, review_id: int, *said: ReviewerAnswer, by: str = "sue") -> list[int]:
    """Answer the items in order. Returns their ids."""
    ids = item_ids(review_id)
    for item_id, each in zip(ids, said, strict=True):
        answer(world, item_id, each, by)
    return ids


def hand_on(
    world: World,
    review_id: int,
    to: str,
    by: str = "sue",
    note: str = "Away",
    now: dt.datetime | None = None,
) -> int:
    """`by` gives the review to somebody else. The id of the one that goes on."""
    at, of = now or world.now, review(review_id).reviewer_id
    (going_on,) = handovers_actions.give(
        actor(world, by, at), of, [review_id], world.people[to], None, note, at
    )
    return going_on


def back_up(world: World, supervisor: str, deputy: str, days: int = 9) -> None:
    """From today on, that many days after it, the deputy may review for the supervisor."""
    by, until = actor(world, supervisor), world.now.date() + dt.timedelta(days=days)
    handovers_actions.give(by, by.person_id, [], world.people[deputy], until, "", world.now)


def confirm(
    actor: Actor, item_id: int, answer: str, reason: str, now: dt.datetime, seen: str | None = None
) -> bool:
    """What one side says about one difference, as the page confirms it for several at once. Returns
    whether it is endorsed now. Raises what its row was refused for."""
    choice = Choice(item_id, ChoiceKind.AGREE, answer, reason, seen)
    return bool(_say(actor, choice, now).agreed)


def keep_apart(actor: Actor, item_id: int, now: dt.datetime) -> None:
    _say(actor, Choice(item_id, ChoiceKind.NO_AGREEMENT), now)


def _say(actor: Actor, choice: Choice, now: dt.datetime) -> Confirmed:
    with db.engine.connect() as connection:
        of_item = select(ReviewItem.review_id).where(ReviewItem.id == choice.item_id)
        review_id = connection.scalar(of_item) or 0
    try:
        return differences_actions.confirm_all(actor, review_id, [choice], now)
    except Conflict as refused:
        rows = refused.facts.get("rows")
        raise rows[choice.item_id] if isinstance(rows, dict) else refused from None
