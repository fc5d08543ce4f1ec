"""One more week, and days away: what is due, reminded of and ended, day by day."""

import datetime as dt
import random

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.engines import LONG
from tests.factories.answers import ReviewerAnswer
from tests.factories.notices import told
from tests.factories.sides import (
    NO,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    item_ids,
    items,
    review,
    send,
)
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session, transaction
from tracker.models import AuditEvent, AwayPeriod, ReviewMove
from tracker.notifications.notices import actions as notices_actions
from tracker.record.workflow.rules import Move
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.queue import queries as queue_queries
from tracker.reviews.review import actions as review_actions, queries as review_queries
from tracker.rules.errors import Conflict, Invalid, Missing

DAY = dt.timedelta(days=1)


def later(world: World, days: int) -> dt.datetime:
    return world.now + dt.timedelta(days=days)


def on(world: World, days: int) -> dt.date:
    return later(world, days).date()


def due(world: World, review_id: int, days: int = 0) -> int:
    """In how many days from the first one the review is due, as its page says on that day."""
    session().rollback()
    found = review_queries.header(review_id, on(world, days))
    return ((found.differences_due_on or found.due_on) - world.now.date()).days


def differing(world: World) -> int:
    review_id = send(world, YES, YES)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET, ReviewerAnswer.NOT_YET)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return review_id


def statuses(review_id: int) -> list[str]:
    session().rollback()
    return [item.status for item in items(review_id)]


def leave(world: World, name: str, until: int, at: int = 0) -> None:
    account_actions.leave(actor(world, name), on(world, until), later(world, at))


class TestOneMoreWeek:
    @pytest.mark.parametrize(("by", "other"), [("ana", "sue"), ("sue", "ana")])
    def test_either_side_takes_it_and_the_other_is_told(
        self, context: World, by: str, other: str
    ) -> None:
        review_id = send(context, YES)
        taken = review_actions.one_more_week(actor(context, by), review_id, later(context, 1))
        assert (taken, due(context, review_id)) == (on(context, 21), 21)
        assert "review_longer" in told(context, other)
        assert "review_longer" not in told(context, by)
        session().rollback()
        move = (
            session().scalars(select(ReviewMove).where(ReviewMove.move == Move.ONE_MORE_WEEK)).one()
        )
        assert (move.actor_id, move.moved_at, move.before, move.after) == (
            context.people[by],
            later(context, 1),
            "sent",
            "sent",
        )

    @pytest.mark.parametrize("second", ["ana", "sue"])
    def test_it_is_taken_once_whoever_asks_again(self, context: World, second: str) -> None:
        review_id = send(context, YES)
        review_actions.one_more_week(actor(context, "ana"), review_id, context.now)
        with pytest.raises(Conflict, match="week_taken"):
            review_actions.one_more_week(actor(context, second), review_id, later(context, 1))
        assert due(context, review_id) == 21
        assert not review_queries.header(review_id, on(context, 1)).can(Move.ONE_MORE_WEEK)

    def test_the_database_holds_that_too(self, context: World) -> None:
        review_id = send(context, YES)

        def write() -> None:
            with transaction() as tx:
                tx.add(
                    ReviewMove(
                        review_id=review_id,
                        move=Move.ONE_MORE_WEEK,
                        before="sent",
                        after="sent",
                        moved_at=context.now,
                    )
                )

        write()
        with pytest.raises(IntegrityError, match=r"one_more_week|review_moves\.review_id"):
            write()

    def test_an_overdue_review_that_takes_it_is_not_overdue(self, context: World) -> None:
        review_id = send(context, YES)
        sue = actor(context, "sue")
        assert queue_queries.inbox(sue, on(context, 20))[0].due_on < on(context, 20)
        review_actions.one_more_week(actor(context, "sue"), review_id, later(context, 20))
        assert due(context, review_id) == 27
        notices_actions.remind(later(context, 23))
        assert "review_overdue" not in told(context, "sue")

    def test_differences_have_it_too_and_end_a_week_later(self, context: World) -> None:
        review_id = differing(context)
        review_actions.one_more_week(actor(context, "ana"), review_id, later(context, 14))
        assert differences_actions.end_late(later(context, 21)) == 0
        assert differences_actions.end_late(later(context, 22)) == 1

    def test_it_comes_too_late_for_differences_that_are_over(self, context: World) -> None:
        review_id = differing(context)
        with pytest.raises(Conflict, match="differences_over"):
            review_actions.one_more_week(actor(context, "ana"), review_id, later(context, 15))
        session().rollback()
        assert statuses(review_id) == ["kept_apart", "kept_apart"]

    @pytest.mark.parametrize("name", ["ben", "hugo", "cora", "adam", "olaf"])
    def test_nobody_else_takes_it(self, context: World, name: str) -> None:
        review_id = send(context, YES)
        with pytest.raises(Missing):
            review_actions.one_more_week(actor(context, name), review_id, context.now)
        assert due(context, review_id) == 14

    def test_a_review_that_is_over_has_none(self, context: World) -> None:
        review_id = send(context, YES)
        review_actions.withdraw(actor(context, "ana"), review_id, context.now)
        with pytest.raises(Conflict, match="move_not_now"):
            review_actions.one_more_week(actor(context, "ana"), review_id, context.now)

    def test_the_audit_lists_nothing_that_tells_of_differences(self, context: World) -> None:
        review_id = differing(context)
        before = set(session().scalars(select(AuditEvent.kind)))
        review_actions.one_more_week(actor(context, "ana"), review_id, later(context, 1))
        session().rollback()
        assert set(session().scalars(select(AuditEvent.kind))) - before <= {"review_went_on"}


class TestAway:
    def test_what_a_reviewer_has_to_answer_is_due_later_by_the_days_they_are_away(
        self, context: World
    ) -> None:
        review_id = send(context, YES)
        leave(context, "ana", 9)
        assert due(context, review_id) == 14, "the learner has nothing to do in it"
        leave(context, "sue", 9)
        assert due(context, review_id) == 24
        assert queue_queries.mine(actor(context, "ana"), on(context, 0))[0].due_on == on(
            context, 24
        )

    def test_either_of_the_two_stops_the_time_for_differences(self, context: World) -> None:
        review_id = differing(context)
        leave(context, "ana", 4)
        leave(context, "sue", 9, at=3)
        assert due(context, review_id) == 24, "days on which both are away count once"
        assert differences_actions.end_late(later(context, 24)) == 0
        assert differences_actions.end_late(later(context, 25)) == 1

    def test_what_is_sent_to_somebody_away_waits_until_they_are_back(self, context: World) -> None:
        leave(context, "sue", 9)
        assert due(context, send(context, YES)) == 24

    def test_the_days_before_it_was_sent_move_nothing(self, context: World) -> None:
        with transaction() as tx:
            for name in ("ana", "sue"):
                before = (on(context, -9), on(context, -1))
                tx.add(
                    AwayPeriod(
                        person_id=context.people[name], starts_on=before[0], until_on=before[1]
                    )
                )
        assert due(context, differing(context)) == 14

    def test_taken_back_the_rest_of_the_days_counts_again(self, context: World) -> None:
        review_id = send(context, YES)
        leave(context, "sue", 9)
        account_actions.come_back(actor(context, "sue"), later(context, 4))
        assert due(context, review_id) == 18
        account_actions.come_back(actor(context, "sue"), later(context, 4))
        assert due(context, review_id) == 18
        leave(context, "sue", 5, at=4)
        assert due(context, review_id) == 20

    def test_on_the_day_it_was_said_it_is_as_if_it_never_was(self, context: World) -> None:
        leave(context, "sue", 9)
        account_actions.come_back(actor(context, "sue"), context.now)
        session().rollback()
        assert session().scalars(select(AwayPeriod)).all() == []

    def test_another_date_takes_the_place_of_the_first(self, context: World) -> None:
        leave(context, "sue", 9)
        leave(context, "sue", 3, at=2)
        session().rollback()
        row = session().scalars(select(AwayPeriod)).one()
        assert (row.starts_on, row.until_on) == (on(context, 0), on(context, 3))

    @pytest.mark.parametrize(("days", "code"), [(-1, "away_past"), (367, "away_far")])
    def test_a_day_that_will_not_do_changes_nothing(
        self, context: World, days: int, code: str
    ) -> None:
        with pytest.raises(Invalid, match=code):
            leave(context, "sue", days)
        session().rollback()
        assert session().scalars(select(AwayPeriod)).all() == []

    @pytest.mark.in_ci
    def test_a_next_step_is_reminded_of_when_its_owner_is_back(self, context: World) -> None:
        review_id = differing(context)
        (first, _) = item_ids(review_id)
        differences_actions.add_next_step(
            actor(context, "sue"),
            first,
            context.people["ana"],
            "Shadow",
            on(context, 3),
            context.now,
        )
        leave(context, "ana", 20)
        for days in (3, 10, 20):
            notices_actions.remind(later(context, days))
            assert "next_step_due" not in told(context, "ana")
        notices_actions.remind(later(context, 21))
        assert told(context, "ana").count("next_step_due") == 1

    def test_days_are_forgotten_once_no_review_needs_them(self, context: World) -> None:
        review_id = send(context, YES)
        leave(context, "sue", 2)
        leave(context, "ben", 2)
        assert review_actions.forget_days_away(later(context, 2)) == 0, "they are away"
        assert review_actions.forget_days_away(later(context, 5)) == 1, "Ben has no review"
        assert due(context, review_id) == 17
        review_actions.withdraw(actor(context, "ana"), review_id, later(context, 6))
        assert review_actions.forget_days_away(later(context, 6)) == 1

    def test_what_else_happens_in_the_review_moves_no_date(self, context: World) -> None:
        first, second = item_ids(review_id := send(context, YES, NO))
        sue = actor(context, "sue")
        answer(context, first, ReviewerAnswer.NOT_YET)
        ask(sue, second, "Where?", 1, context.now)
        review_actions.reveal(sue, review_id, context.now)
        leave(context, "ana", 9)
        assert due(context, review_id) == 24
        review_actions.drop(sue, second, later(context, 12))
        assert due(context, review_id) == 24


PLANS = range(8 if LONG else 1)
DAYS = 130 if LONG else 70
"""In the last forty nobody leaves anymore."""


@pytest.mark.in_ci
@pytest.mark.reads_at_length
@pytest.mark.parametrize("plan", PLANS)
def test_nothing_reminds_or_ends_while_they_are_away_and_everything_does_after(
    context: World, plan: int
) -> None:
    """Both leave and come back at random while the daily command runs each day."""
    draw = random.Random(plan)
    to_talk = differing(context)
    to_answer = send(context, NO, learner="ben")
    gone: dict[str, int] = {"ana": -1, "sue": -1}
    seen: dict[str, list[str]] = {name: told(context, name) for name in gone}
    dates = {"review_due_soon", "review_overdue", "differences_due_soon"}
    ended = None
    for day in range(DAYS):
        for name, until in gone.items():
            is_gone = until >= day
            if day < DAYS - 40 and draw.random() < (0.05 if is_gone else 0.12):
                gone[name] = day + draw.randint(0, 15)
                leave(context, name, gone[name], at=day)
            elif is_gone and draw.random() < 0.05:
                gone[name] = day - 1
                account_actions.come_back(actor(context, name), later(context, day))
        count = differences_actions.end_late(later(context, day))
        notices_actions.remind(later(context, day))
        is_away = {name: until >= day for name, until in gone.items()}
        if count:
            assert not any(is_away.values()), f"day {day}: ended while one of them was away"
            ended = day
        for name in gone:
            now = told(context, name)
            new = dates & set(now[len(seen[name]) :])
            assert not (new and is_away[name]), f"day {day}: {new} while {name} is away"
            assert not ("differences_due_soon" in new and any(is_away.values()))
            seen[name] = now
        if count == 0 and ended is None and not any(is_away.values()):
            assert due(context, to_talk, day) >= day
    assert ended is not None
    assert statuses(to_talk) == ["kept_apart", "kept_apart"]
    assert "review_due_soon" in seen["sue"] or "review_overdue" in seen["sue"]
    assert "differences_due_soon" in seen["ana"]
    assert review(to_answer).status == "sent"
