"""Whatever moves a review or one of its statements, what is kept of people's levels is right or
gone: every row of the workflow's table, one by one."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sending import YES, actor, answer, ask, item_ids, send
from tests.factories.world import World
from tests.services.reviews.test_standings import count_all
from tracker.db import session, transaction
from tracker.models import Membership, ReviewItem, ReviewMove
from tracker.rules.reviews.differences import Choice, ChoiceKind
from tracker.rules.reviews.workflow import ITEM_MOVES, REVIEW_MOVES
from tracker.services.reviews import differences, due_dates, handovers, reviews
from tracker.services.reviews import standings as services

MET, PARTLY, NOT_YET, UNSEEN = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def returned(world: World, item_id: int) -> None:
    session().rollback()
    version = session().get_one(ReviewItem, item_id).version
    ask(actor(world, "sue"), item_id, "Which desk?", version, NOW)


def without_an_answer(world: World) -> Iterator[Callable[[], object]]:
    """Withdrawn; and dropped before anything was answered, which closes it."""
    ana = actor(world, "ana")
    review_id = send(world, YES)
    yield lambda: due_dates.one_more_week(ana, review_id, NOW)
    yield lambda: reviews.withdraw(ana, review_id, NOW)
    first, second = item_ids(send(world, YES, YES, skip=1))
    yield lambda: returned(world, first)
    yield lambda: reviews.drop(ana, first, NOW)
    yield lambda: returned(world, second)
    yield lambda: reviews.reply(ana, second, "The front one.", NOW)
    yield lambda: returned(world, second)
    yield lambda: reviews.drop(ana, second, NOW)


def answered_again_and_again(world: World) -> Iterator[Callable[[], object]]:
    sue = actor(world, "sue")
    review_id = send(world, YES, YES, skip=3)
    first, second = item_ids(review_id)
    for each in ((MET, ""), (PARTLY, ""), (UNSEEN, ""), (UNSEEN, "Not here"), (NOT_YET, "")):
        yield partial(answer, world, first, each[0], note=each[1])
    yield lambda: returned(world, first)
    yield lambda: reviews.reply(actor(world, "ana"), first, "The front one.", NOW)
    yield lambda: answer(world, second, UNSEEN)
    yield lambda: returned(world, second)
    yield lambda: reviews.reply(actor(world, "ana"), second, "The back one.", NOW)
    yield lambda: due_dates.one_more_week(sue, review_id, NOW)
    yield lambda: answer(world, first, MET)
    yield lambda: answer(world, second, MET)
    yield lambda: reviews.reveal(sue, review_id, NOW)


def differences_talked_over(world: World) -> Iterator[Callable[[], object]]:
    ana, sue = actor(world, "ana"), actor(world, "sue")
    review_id = send(world, YES, YES, YES, YES, skip=5)
    agreed, apart, late, equal = item_ids(review_id)
    yield lambda: answer(world, agreed, NOT_YET)
    yield lambda: answer(world, apart, NOT_YET)
    yield lambda: returned(world, late)
    yield lambda: answer(world, equal, MET)
    yield lambda: reviews.reveal(sue, review_id, NOW)
    yield lambda: reviews.reply(ana, late, "The front one.", NOW)
    yield lambda: answer(world, late, NOT_YET)
    yield lambda: reviews.reveal(sue, review_id, NOW)
    yield lambda: due_dates.one_more_week(sue, review_id, NOW)
    talk = Choice(agreed, ChoiceKind.TALK)
    yield lambda: differences.confirm_all(ana, review_id, [talk], NOW)
    yield lambda: differences.take_back(ana, agreed, NOW)
    yield lambda: differences.confirm(sue, agreed, EndorsedAnswer.PARTLY, "We talked.", NOW)
    yield lambda: differences.confirm(ana, agreed, EndorsedAnswer.PARTLY, "We talked.", NOW)
    yield lambda: differences.keep_apart(ana, apart, NOW)
    yield lambda: differences.undo_keep_apart(ana, apart, NOW)
    yield lambda: differences.keep_apart(sue, apart, NOW)
    yield lambda: differences.keep_apart(sue, late, NOW)


def handed_on(world: World) -> Iterator[Callable[[], object]]:
    with transaction() as tx:
        tx.add(
            Membership(
                person_id=world.people["hugo"],
                team_id=world.teams["central"],
                role="supervisor",
                starts_on=NOW.date(),
            )
        )
    review_id = send(world, YES, YES, YES, YES, learner="ben")
    _waiting, asked, answered, unseen = item_ids(review_id)
    yield lambda: returned(world, asked)
    yield lambda: answer(world, answered, MET)
    yield lambda: answer(world, unseen, UNSEEN)
    yield lambda: handovers.hand_on(
        actor(world, "cora"), review_id, world.people["hugo"], "Left", NOW
    )


WAYS = (without_an_answer, answered_again_and_again, differences_talked_over, handed_on)


def test_after_each_row_of_the_table_what_is_kept_is_right(world: World) -> None:
    for way in WAYS:
        count_all()
        for move in way(world):
            move()
            session().rollback()
            assert services.differing(NOW) == []
            count_all()
            assert services.differing(NOW) == []
    moves = session().execute(select(ReviewMove.item_id, ReviewMove.before, ReviewMove.move))
    made = {(item_id is not None, str(before), move) for item_id, before, move in moves}
    table = {(True, *row) for row in ITEM_MOVES} | {(False, *row) for row in REVIEW_MOVES}
    missing = {(of_item, str(before), move) for of_item, before, move in table} - made
    assert missing == set()
