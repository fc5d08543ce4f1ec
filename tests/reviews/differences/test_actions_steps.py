"""What is not settled in time, and the next steps."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import NO, PART, YES, actor, answer, ask, item_ids, respond, review, send
from tests.factories.world import World
from tests.reviews.differences.settled import AFTERWARDS, AGREED, confirm, differing
from tests.reviews.review.state import statuses
from tracker.accounts.account import actions as account_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Library, ReviewItem, ReviewMove, TrainingAction
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

LAST_MINUTE = dt.datetime(2026, 12, 8, 23, 59, tzinfo=dt.UTC)


class TestTime:
    def test_the_last_day_still_counts_and_then_what_is_open_is_kept_apart(
        self, world: World
    ) -> None:
        review_id = differing(world)
        assert differences_actions.end_late(LAST_MINUTE) == 0
        assert differences_actions.end_late(AFTERWARDS) == 1
        assert (statuses(review_id), review(review_id).status) == (["kept_apart"] * 2, "closed")
        rows = (
            session()
            .scalars(select(ReviewMove.actor_id).where(ReviewMove.move == "keep_apart"))
            .all()
        )
        assert rows == [None, None], "nobody did it: time did"
        assert differences_actions.end_late(AFTERWARDS) == 0

    def test_the_day_is_that_of_the_library(self, world: World) -> None:
        with transaction() as tx:
            tx.execute(update(Library).values(time_zone="America/Los_Angeles"))
        differing(world)
        assert differences_actions.end_late(AFTERWARDS) == 0
        assert differences_actions.end_late(AFTERWARDS + dt.timedelta(hours=8)) == 1

    def test_who_comes_too_late_is_told_and_it_is_kept_apart(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        confirm(world, "ana", first)
        with pytest.raises(Conflict, match="differences_over"):
            sides.confirm(actor(world, "sue"), first, AGREED, "x", AFTERWARDS)
        assert (statuses(review_id), review(review_id).status) == (["kept_apart"] * 2, "closed")
        with pytest.raises(Conflict, match="move_not_now"):
            sides.keep_apart(actor(world, "sue"), second, AFTERWARDS)

    @pytest.mark.parametrize("first_answer", [ReviewerAnswer.NOT_YET, ReviewerAnswer.CONSISTENTLY])
    def test_a_review_ends_with_the_time_of_its_first_reveal_whatever_is_out(
        self, world: World, first_answer: ReviewerAnswer
    ) -> None:
        ana, sue = actor(world, "ana"), actor(world, "sue")
        review_id = send(world, YES, PART, NO, YES, PART, NO)
        first, late, returned, waiting, answered, unseen = item_ids(review_id)
        answer(world, first, first_answer)
        for item_id in (late, returned, waiting, answered, unseen):
            ask(sue, item_id, "Where?", 1, world.now)
        review_actions.reveal(sue, review_id, world.now)
        tomorrow = world.now + dt.timedelta(days=1)
        for item_id in (late, waiting, answered, unseen):
            review_actions.reply(ana, item_id, "Here", tomorrow)
        respond(sue, late, ReviewerAnswer.NOT_YET, Ground.SAW_IT, "", 3, tomorrow)
        ask(sue, waiting, "Where else?", 3, tomorrow)
        ask(sue, answered, "Where else?", 3, tomorrow)
        respond(sue, unseen, ReviewerAnswer.CANNOT_TELL, None, "", 3, tomorrow)
        review_actions.reveal(sue, review_id, tomorrow)
        for item_id in (waiting, answered):
            review_actions.reply(ana, item_id, "There", tomorrow)
        respond(sue, answered, ReviewerAnswer.NOT_YET, Ground.SAW_IT, "", 5, tomorrow)
        assert review(review_id).differences_due_on == dt.date(2026, 12, 8), (
            "a later reveal does not move it"
        )
        with pytest.raises(Conflict, match="differences_over"):
            review_actions.drop(ana, returned, AFTERWARDS)
        session().rollback()
        assert differences_actions.end_late(LAST_MINUTE) == 0
        assert differences_actions.end_late(AFTERWARDS) == 1
        assert (statuses(review_id), review(review_id).status) == (
            [
                "kept_apart" if first_answer is ReviewerAnswer.NOT_YET else "endorsed",
                "kept_apart",
                "dropped",
                "not_observed",
                "dropped",
                "not_observed",
            ],
            "closed",
        )
        shown = select(ReviewItem.id).where(ReviewItem.revealed_at.is_not(None))
        assert {*session().scalars(shown)} == {first, late, waiting, unseen}

    def test_one_more_week_and_days_away_move_the_end_of_one_with_no_difference(
        self, world: World
    ) -> None:
        review_id = send(world, YES, PART)
        first, second = item_ids(review_id)
        answer(world, first, ReviewerAnswer.CONSISTENTLY)
        ask(actor(world, "sue"), second, "Where?", 1, world.now)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        review_actions.one_more_week(actor(world, "ana"), review_id, world.now)
        account_actions.leave(
            actor(world, "ana"), world.now.date() + dt.timedelta(days=2), world.now
        )
        assert differences_actions.end_late(LAST_MINUTE + dt.timedelta(days=10)) == 0
        assert differences_actions.end_late(AFTERWARDS + dt.timedelta(days=10)) == 1
        assert statuses(review_id) == ["endorsed", "dropped"]

    def test_a_review_that_revealed_nothing_has_no_end(self, world: World) -> None:
        review_id = send(world, YES, PART)
        assert differences_actions.end_late(AFTERWARDS + dt.timedelta(days=100)) == 0
        assert review(review_id).status == "sent"


class TestNextSteps:
    def test_what_whose_and_by_when(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        for name in ("ana", "sue"):
            differences_actions.add_next_step(
                actor(world, name),
                item_id,
                world.people["ana"],
                " Shadow Tom ",
                dt.date(2026, 12, 20),
                world.now,
            )
        steps = session().scalars(select(TrainingAction)).all()
        assert {(step.text, step.owner_id, step.due_on, step.done_at) for step in steps} == {
            ("Shadow Tom", world.people["ana"], dt.date(2026, 12, 20), None)
        }
        differences_actions.finish_next_step(actor(world, "ana"), item_id, steps[0].id, world.now)
        differences_actions.finish_next_step(
            actor(world, "sue"), item_id, steps[0].id, world.now + dt.timedelta(days=1)
        )
        session().rollback()
        assert session().get_one(TrainingAction, steps[0].id).done_at == world.now

    def test_an_agreed_one_may_have_one_too(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        confirm(world, "ana", item_id)
        confirm(world, "sue", item_id)
        assert differences_actions.add_next_step(
            actor(world, "sue"),
            item_id,
            world.people["sue"],
            "Show it",
            dt.date(2026, 12, 1),
            world.now,
        )

    @pytest.mark.parametrize(
        ("owner", "text", "due_on", "code"),
        [
            ("ben", "x", dt.date(2026, 12, 1), "step_owner"),
            ("ana", "", dt.date(2026, 12, 1), "review_text_needed"),
            ("ana", "x", None, "step_date_needed"),
            ("ana", "x", dt.date(2026, 11, 23), "step_date"),
            ("ana", "x", dt.date(9999, 12, 31), "step_date"),
        ],
    )
    def test_each_part_is_checked(
        self, world: World, owner: str, text: str, due_on: dt.date | None, code: str
    ) -> None:
        item_id = item_ids(differing(world))[0]
        with pytest.raises(Invalid, match=code):
            differences_actions.add_next_step(
                actor(world, "sue"), item_id, world.people[owner], text, due_on, world.now
            )

    def test_a_step_of_another_item_is_not_found(self, world: World) -> None:
        first, second = item_ids(differing(world))
        step_id = differences_actions.add_next_step(
            actor(world, "sue"), first, world.people["ana"], "x", world.now.date(), world.now
        )
        for item_id, step in ((second, step_id), (first, 2**31 - 1)):
            with pytest.raises(Missing):
                differences_actions.finish_next_step(actor(world, "ana"), item_id, step, world.now)
