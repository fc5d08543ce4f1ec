"""Sending for review: what can be sent, to whom, and what is frozen with it."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from tests.factories import sides
from tests.factories.evidence import piece
from tests.factories.frameworks import leave_out
from tests.factories.people import join, supervises_no_more
from tests.factories.ratings import rate
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    item_ids,
    items,
    review,
    send,
)
from tests.factories.world import World
from tests.reviews.review.state import CANNOT, TELLS, moves, statuses
from tracker.db import session, transaction
from tracker.models import Library, Membership, Rating, ReviewItemEvidence, ReviewItemText, Team
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


class TestSending:
    def test_everything_is_frozen_as_it_is(self, world: World) -> None:
        statement_id = world.statements["communication"][0]
        evidence_id = piece(
            world, text="41 visits", reasons={statement_id: "every visitor differs"}
        )
        rate(world, "ana", statement_id, YES)
        with transaction() as tx:
            tx.execute(
                update(Rating).values(own_note="mine alone", reviewer_note="ask Tom", version=3)
            )
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], [statement_id], world.now
        )
        sent, (item,) = review(review_id), items(review_id)
        assert (sent.status, sent.team_id, sent.round_id) == (
            "sent",
            world.teams["central"],
            world.rounds["city"],
        )
        assert (sent.open, sent.due_on, sent.framework_id) == (
            False,
            dt.date(2026, 12, 8),
            world.framework_id,
        )
        assert (item.status, item.version, item.learner_answer, item.rating_version) == (
            "waiting",
            1,
            YES,
            3,
        )
        assert (item.learner_answer_label, item.learner_answer_description) == (
            "Consistently",
            "About Consistently",
        )
        text = session().get_one(ReviewItemText, item.id)
        assert (text.learner_note, text.reviewer_note, len(text.salt)) == ("ask Tom", "", 64)
        with_it = session().scalars(select(ReviewItemEvidence)).one()
        assert (with_it.item_id, with_it.reason) == (item.id, "every visitor differs")
        assert evidence_id
        assert moves(review_id) == [("send", "", "sent")]

    def test_items_stand_in_the_frameworks_order_whatever_was_ticked_first(
        self, world: World
    ) -> None:
        first, second = world.statements["communication"][:2]
        rate(world, "ana", first, NO)
        rate(world, "ana", second, YES)
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], [second, first, second], world.now
        )
        assert [item.statement_id for item in items(review_id)] == [first, second]

    def test_two_digests_of_the_same_content_differ_by_their_salt(self, world: World) -> None:
        first = send(world, YES)
        review_actions.withdraw(actor(world, "ana"), first, world.now)
        second = review_actions.send(
            actor(world, "ana"),
            world.people["sue"],
            world.statements["communication"][:1],
            world.now,
        )
        assert items(first)[0].digest != items(second)[0].digest

    def test_a_team_with_open_reviews_marks_the_review_for_ever(self, world: World) -> None:
        with transaction() as tx:
            tx.execute(
                update(Team).where(Team.id == world.teams["central"]).values(open_reviews=True)
            )
        review_id = send(world, YES, NO)
        one = send(world, YES, skip=2)
        with transaction() as tx:
            tx.execute(update(Team).values(open_reviews=False))
        assert review(review_id).open is True
        assert review(one).open is False, "one statement alone is always blind"

    def test_the_library_says_how_long_a_review_may_take(self, world: World) -> None:
        with transaction() as tx:
            tx.execute(update(Library).values(review_days=3, time_zone="Pacific/Auckland"))
        late = world.now.replace(hour=22)
        statement_id = world.statements["communication"][0]
        rate(world, "ana", statement_id, YES)
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], [statement_id], late
        )
        assert review(review_id).due_on == dt.date(2026, 11, 28), "it is the 25th in Auckland"

    @pytest.mark.parametrize("name", ["ben", "hugo", "cora", "adam", "olaf"])
    def test_only_to_who_supervises_ones_own_team(self, world: World, name: str) -> None:
        rate(world, "ana", world.statements["communication"][0], YES)
        with pytest.raises(Invalid, match="review_not_supervisor"):
            review_actions.send(
                actor(world, "ana"),
                world.people[name],
                world.statements["communication"][:1],
                world.now,
            )

    def test_never_to_oneself(self, world: World) -> None:
        join(world, "ana", "central", Role.SUPERVISOR)
        rate(world, "ana", world.statements["communication"][0], YES)
        with pytest.raises(Invalid, match="review_yourself"):
            review_actions.send(
                actor(world, "ana"),
                world.people["ana"],
                world.statements["communication"][:1],
                world.now,
            )

    def test_not_to_a_supervisor_whose_time_is_over(self, world: World) -> None:
        rate(world, "ana", world.statements["communication"][0], YES)
        supervises_no_more(world)
        with pytest.raises(Invalid, match="review_not_supervisor"):
            review_actions.send(
                actor(world, "ana"),
                world.people["sue"],
                world.statements["communication"][:1],
                world.now,
            )

    def test_only_where_the_reviewer_supervises(self, world: World) -> None:
        rate(world, "ana", world.statements["communication"][0], YES)
        with pytest.raises(Invalid, match="review_not_supervisor"):
            review_actions.send(
                actor(world, "ana"),
                world.people["sue"],
                world.statements["communication"][:1],
                world.now,
                team_id=world.teams["bookmobile"],
            )

    def test_who_learns_nowhere_sends_nothing(self, world: World) -> None:
        with pytest.raises(Missing):
            review_actions.send(
                actor(world, "adam"),
                world.people["sue"],
                world.statements["communication"][:1],
                world.now,
            )

    @pytest.mark.parametrize("chosen", [[], list(range(1, 300))])
    def test_none_and_too_many_are_refused(self, world: World, chosen: list[int]) -> None:
        with pytest.raises(Invalid, match=r"review_nothing_chosen|review_too_many"):
            review_actions.send(actor(world, "ana"), world.people["sue"], chosen, world.now)

    def test_unrated_unknown_and_not_rated_here_are_refused(self, world: World) -> None:
        rated, unrated, out, *_ = world.statements["communication"]
        for statement_id in (rated, out):
            rate(world, "ana", statement_id, YES)
        leave_out(world, out, "no such tool")
        for other in (unrated, out, 2**31 - 1):
            with pytest.raises(Invalid, match="review_not_rated"):
                review_actions.send(
                    actor(world, "ana"), world.people["sue"], [rated, other], world.now
                )

    def test_what_is_out_already_is_refused_until_it_has_ended(self, world: World) -> None:
        review_id = send(world, YES, PART)
        again = world.statements["communication"][:1]
        with pytest.raises(Conflict, match="review_out_already"):
            review_actions.send(actor(world, "ana"), world.people["sue"], again, world.now)
        answer_all(world, review_id, TELLS, TELLS)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert statuses(review_id) == ["endorsed", "differs"]
        with pytest.raises(Conflict, match="review_out_already"):
            review_actions.send(actor(world, "ana"), world.people["sue"], again, world.now)
        sides.keep_apart(actor(world, "ana"), item_ids(review_id)[1], world.now)
        assert review_actions.send(actor(world, "ana"), world.people["sue"], again, world.now)

    def test_a_cannot_tell_gives_itself_away_to_no_second_sending(self, world: World) -> None:
        review_id = send(world, YES, PART)
        answer(world, item_ids(review_id)[0], CANNOT)
        with pytest.raises(Conflict, match="review_out_already"):
            review_actions.send(
                actor(world, "ana"),
                world.people["sue"],
                world.statements["communication"][:1],
                world.now,
            )

    def test_what_lies_with_a_supervisor_who_left_is_in_nobodys_way(self, world: World) -> None:
        review_id = send(world, YES)
        join(world, "nora", "central", Role.SUPERVISOR)
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(Membership.person_id == world.people["sue"])
                .values(ends_on=dt.date(2026, 11, 23))
            )
        again = review_actions.send(
            actor(world, "ana"),
            world.people["nora"],
            world.statements["communication"][:1],
            world.now,
        )
        assert again != review_id
