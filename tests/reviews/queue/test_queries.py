"""The order of the two lists: what is open before what has ended, and of that the newest first."""

import datetime as dt

from flask import Flask

from tests.factories.sides import YES, actor, send
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Review
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.queue import queries as queue_queries


def test_what_ended_comes_last_and_the_newest_of_it_first(app: Flask, world: World) -> None:
    today = world.now.date()
    with app.app_context():
        first, second, third, still_open = (send(world, YES, skip=place) for place in range(4))
        with transaction() as tx:
            for review_id, days in ((first, 2), (second, 1), (third, 3)):
                row = tx.get_one(Review, review_id)
                row.status = ReviewStatus.CLOSED
                row.closed_at = world.now + dt.timedelta(days=days)
        expected = [still_open, third, first, second]
        for found in (
            queue_queries.mine(actor(world, "ana"), today),
            queue_queries.inbox(actor(world, "sue"), today),
        ):
            assert [each.id for each in found] == expected
