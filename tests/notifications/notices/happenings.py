"""What happens that somebody is told of."""

import datetime as dt

from sqlalchemy import select

from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Membership
from tracker.reviews.review import actions as review_actions

SAME, OTHER, CANNOT = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.NOT_YET,
    ReviewerAnswer.CANNOT_TELL,
)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def differing(world: World) -> list[int]:
    review_id = send(world, YES, YES)
    ids = answer_all(world, review_id, OTHER, OTHER)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return ids


def leave(context: World) -> None:
    with transaction() as tx:
        mine = select(Membership).where(
            Membership.person_id == context.people["sue"],
            Membership.team_id == context.teams["central"],
        )
        tx.scalars(mine).one().ends_on = dt.date(2026, 11, 23)
