"""Deputies and second readers."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.notices import told
from tests.factories.people import join
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    back_up,
    hand_on,
    item_ids,
    send,
)
from tests.factories.world import World
from tests.reviews.handovers.leaving import SAYS_NO, SAYS_YES, stranded
from tracker.db import session, transaction
from tracker.models import Deputy, Endorsement, Rating, SecondReading
from tracker.reviews.handovers import actions as handovers_actions, queries as handovers_queries
from tracker.reviews.review import actions as review_actions
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


class TestDeputies:
    def test_may_be_sent_to_and_answers_in_their_own_name(self, world: World) -> None:
        back_up(world, "sue", "hugo")
        offered = sending_queries_reviewers.of(world.people["ana"], world.now.date())
        assert [(each.name, each.deputy_for) for each in offered] == [("Sue", ""), ("Hugo", "Sue")]
        first = send(world, YES, reviewer="hugo")
        answer_all(world, first, SAYS_YES, by="hugo")
        review_actions.reveal(actor(world, "hugo"), first, world.now)
        assert session().scalars(select(Endorsement.endorser_id)).all() == [world.people["hugo"]]

    def test_is_told(self, world: World) -> None:
        back_up(world, "sue", "hugo")
        assert (told(world, "hugo"), told(world, "sue")) == (["deputy_named"], [])

    def test_gets_what_waits_with_the_date(self, world: World) -> None:
        first, sue = send(world, YES, NO), actor(world, "sue")
        to, until = world.people["hugo"], world.now.date() + dt.timedelta(days=7)
        with pytest.raises(Invalid, match="review_not_for_all"):
            hand_on(world, first, "hugo")
        (second,) = handovers_actions.give(
            sue, sue.person_id, [first], to, until, "Away", world.now
        )
        answer_all(world, second, SAYS_YES, SAYS_YES, by="hugo")

    def test_takes_over_what_comes_in_and_sees_nothing_of_it_before(self, world: World) -> None:
        back_up(world, "sue", "hugo")
        first = send(world, YES, NO)
        answer(world, item_ids(first)[0], SAYS_NO)
        with pytest.raises(Missing):
            answer(world, item_ids(first)[0], SAYS_YES, by="hugo")
        second = hand_on(world, first, "hugo", by="hugo")
        answer_all(world, second, SAYS_YES, SAYS_YES, by="hugo")

    def test_after_the_last_day_the_review_is_nobodys_until_it_is_handed_on(
        self, world: World
    ) -> None:
        back_up(world, "sue", "hugo", days=7)
        first = send(world, YES, NO, reviewer="hugo")
        later = world.now + dt.timedelta(days=8)
        with pytest.raises(Missing):
            review_actions.reveal(actor(world, "hugo"), first, later)
        assert [row.review_id for row in stranded(world, later)] == [first]
        hand_on(world, first, "sue", by="cora", note="Hugo’s time is over", now=later)
        assert stranded(world, later) == []

    def test_ending_it_takes_effect_at_once(self, world: World) -> None:
        back_up(world, "sue", "hugo")
        named = session().scalars(select(Deputy.id)).one()
        first = send(world, YES, reviewer="hugo")
        handovers_actions.end_deputy(actor(world, "sue"), named, world.now)
        handovers_actions.end_deputy(actor(world, "sue"), named, world.now)
        with pytest.raises(Missing):
            answer(world, item_ids(first)[0], SAYS_YES, by="hugo")

    def test_nobody_reviews_themselves_as_a_deputy(self, world: World) -> None:
        """Ana supervises Bookmobile, so Sue can name her; Ana learns in Sue's team."""
        back_up(world, "sue", "ana")
        assert world.people["ana"] not in {
            each.person_id
            for each in sending_queries_reviewers.of(world.people["ana"], world.now.date())
        }
        with pytest.raises(Invalid, match="review_yourself"):
            send(world, YES, reviewer="ana")
        first = send(world, YES, NO, skip=1)
        with pytest.raises(Conflict, match="open_work_changed"):
            hand_on(world, first, "ana", by="ana")
        assert world.people["ana"] in {
            each.person_id
            for each in sending_queries_reviewers.of(world.people["ben"], world.now.date())
        }

    @pytest.mark.parametrize(
        ("deputy", "days", "code"),
        [
            ("sue", 7, "deputy_unknown"),
            ("ben", 7, "deputy_unknown"),
            ("adam", 7, "deputy_unknown"),
            ("olaf", 7, "deputy_unknown"),
            ("hugo", -1, "deputy_days"),
            ("hugo", 366, "deputy_days"),
        ],
    )
    def test_what_is_refused(self, world: World, deputy: str, days: int, code: str) -> None:
        with pytest.raises(Invalid, match=code):
            back_up(world, "sue", deputy, days=days)

    @pytest.mark.parametrize(("by", "of"), [("adam", "sue"), ("ben", "ben"), ("hugo", "sue")])
    def test_only_a_supervisor_names_their_own(self, world: World, by: str, of: str) -> None:
        """An administrator would choose who reads."""
        who, until = actor(world, by), world.now.date()
        with pytest.raises(Missing):
            handovers_actions.give(
                who, world.people[of], [], world.people["hugo"], until, "", world.now
            )

    def test_those_to_choose_from_are_of_the_own_library(self, world: World) -> None:
        sue = actor(world, "sue")
        found = handovers_queries.possible_deputies(sue, world.now.date())
        assert [each.name for each in found] == ["Ana", "Carl", "Cora", "Hugo"]

    def test_another_date_takes_the_place_of_the_first(self, world: World) -> None:
        back_up(world, "sue", "hugo", days=9)
        back_up(world, "sue", "hugo", days=2)
        (named,) = handovers_queries.deputies_of(actor(world, "sue"), world.now.date())
        assert named.ends_on == world.now.date() + dt.timedelta(days=2)


class TestSecondReaders:
    def endorsed(self, world: World, said: ReviewerAnswer = SAYS_YES) -> int:
        """Ana says yes, Sue says the same; what stands."""
        first = send(world, YES)
        answer_all(world, first, said)
        review_actions.reveal(actor(world, "sue"), first, world.now)
        session().rollback()
        return session().scalars(select(Endorsement.id)).one()

    def ask(self, world: World, endorsement_id: int, reader: str = "hugo", by: str = "ana") -> int:
        return review_actions.send_to_second_reader(
            actor(world, by),
            endorsement_id,
            world.people[reader],
            world.teams["central"],
            world.now,
        )

    def test_not_by_the_first(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        with pytest.raises(Invalid, match="review_not_supervisor"):
            self.ask(world, endorsement_id, "sue")

    def test_from_above_where_the_team_has_nobody_else(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "cora", "city", Role.SUPERVISOR)
        second = self.ask(world, endorsement_id, "cora")
        answer_all(world, second, SAYS_YES, by="cora")

    def test_equal_stands_instead(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        with transaction() as tx:
            tx.scalars(select(Rating)).one().answer = PART.value
        second = self.ask(world, endorsement_id)
        assert session().get_one(SecondReading, second).endorsement_id == endorsement_id
        answer_all(world, second, ReviewerAnswer.PARTLY, by="hugo")
        review_actions.reveal(actor(world, "hugo"), second, world.now)
        rows = session().execute(
            select(Endorsement.endorser_id, Endorsement.answer, Endorsement.status).order_by(
                Endorsement.id
            )
        )
        assert [tuple(row) for row in rows] == [
            (world.people["sue"], "consistently", "superseded"),
            (world.people["hugo"], "partly", "standing"),
        ]

    def test_kept_apart_suspends_the_first(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        second = self.ask(world, endorsement_id)
        answer_all(world, second, SAYS_NO, by="hugo")
        review_actions.reveal(actor(world, "hugo"), second, world.now)
        session().rollback()
        assert session().get_one(Endorsement, endorsement_id).status == "standing"
        sides.keep_apart(actor(world, "hugo"), item_ids(second)[0], world.now)
        session().rollback()
        assert session().get_one(Endorsement, endorsement_id).status == "suspended"
        with pytest.raises(Conflict, match="endorsement_over"):
            self.ask(world, endorsement_id)

    def test_of_ones_own_endorsements_only(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        with pytest.raises(Missing):
            self.ask(world, endorsement_id, by="ben")

    def test_it_cannot_be_told_by_handing_it_on(self, world: World) -> None:
        """A review of one statement can’t be reassigned, a second reading or not."""
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        second, plain = self.ask(world, endorsement_id), send(world, YES, reviewer="hugo", skip=1)
        for review_id in (second, plain):
            for who in ("hugo", "cora"):
                with pytest.raises(Conflict, match="open_work_changed"):
                    hand_on(world, review_id, "sue", by=who, note="You know it")

    def test_both_agree_in_the_end(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        second = self.ask(world, endorsement_id)
        (item_id,) = answer_all(world, second, SAYS_NO, by="hugo")
        review_actions.reveal(actor(world, "hugo"), second, world.now)
        for who in ("ana", "hugo"):
            sides.confirm(
                actor(world, who), item_id, EndorsedAnswer.PARTLY, "Seen together", world.now
            )
        rows = session().execute(
            select(Endorsement.answer, Endorsement.status).order_by(Endorsement.id)
        )
        assert [tuple(row) for row in rows] == [
            ("consistently", "superseded"),
            ("partly", "standing"),
        ]
