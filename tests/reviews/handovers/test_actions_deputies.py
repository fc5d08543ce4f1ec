"""Deputies and second readers."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories import sending as sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.notices import told
from tests.factories.people import join
from tests.factories.sending import NO, PART, YES, actor, answer, answer_all, item_ids, send
from tests.factories.world import World
from tests.reviews.handovers.leaving import SAYS_NO, SAYS_YES, waiting
from tracker.db import session, transaction
from tracker.models import Endorsement, Rating, SecondReading
from tracker.reviews.handovers import (
    actions as handovers,
    queries as handovers_now,
    queries_deputies as deputies_now,
)
from tracker.reviews.review import actions as reviews
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


class TestDeputies:
    def name(self, world: World, deputy: str = "hugo", begins: int = 0, ends: int = 7) -> int:
        today = world.now.date()
        days = today + dt.timedelta(days=begins), today + dt.timedelta(days=ends)
        return handovers.name_deputy(actor(world, "sue"), world.people[deputy], *days, world.now)

    def test_may_be_sent_to_and_answers_in_their_own_name(self, world: World) -> None:
        self.name(world)
        offered = eligible_reviewers.of(world.people["ana"], world.now.date())
        assert [(each.name, each.deputy_for) for each in offered] == [("Sue", ""), ("Hugo", "Sue")]
        first = send(world, YES, reviewer="hugo")
        answer_all(world, first, SAYS_YES, by="hugo")
        reviews.reveal(actor(world, "hugo"), first, world.now)
        assert session().scalars(select(Endorsement.endorser_id)).all() == [world.people["hugo"]]

    def test_is_told(self, world: World) -> None:
        self.name(world)
        assert (told(world, "hugo"), told(world, "sue")) == (["deputy_named"], [])

    def test_takes_over_what_waits_and_sees_nothing_of_it_before(self, world: World) -> None:
        first = send(world, YES, NO)
        answer(world, item_ids(first)[0], SAYS_NO)
        hugo = actor(world, "hugo")
        assert deputies_now.to_take_over(hugo, world.now.date()) == []
        self.name(world)
        (waiting,) = deputies_now.to_take_over(hugo, world.now.date())
        assert (waiting.review_id, waiting.reviewer, waiting.learner, waiting.statements) == (
            first,
            "Sue",
            "Ana",
            2,
        )
        with pytest.raises(Missing):
            answer(world, item_ids(first)[0], SAYS_YES, by="hugo")
        second = handovers.hand_on(hugo, first, world.people["hugo"], "Sue is away", world.now)
        answer_all(world, second, SAYS_YES, SAYS_YES, by="hugo")

    @pytest.mark.parametrize(("begins", "ends", "now"), [(0, 0, True), (1, 5, False)])
    def test_only_on_their_days(self, world: World, begins: int, ends: int, now: bool) -> None:
        self.name(world, begins=begins, ends=ends)
        assert (len(eligible_reviewers.of(world.people["ana"], world.now.date())) == 2) is now

    def test_after_the_last_day_the_review_is_nobodys_until_it_is_handed_on(
        self, world: World
    ) -> None:
        self.name(world)
        first = send(world, YES, NO, reviewer="hugo")
        later = world.now + dt.timedelta(days=8)
        with pytest.raises(Missing):
            reviews.reveal(actor(world, "hugo"), first, later)
        (waits,) = waiting(actor(world, "cora"), f"/{world.teams['city']}/", later.date())
        assert not waits.may_go_on
        handovers.hand_on(
            actor(world, "cora"), first, world.people["sue"], "Hugo’s time is over", later
        )

    def test_ending_it_takes_effect_at_once(self, world: World) -> None:
        named = self.name(world)
        first = send(world, YES, reviewer="hugo")
        handovers.end_deputy(actor(world, "sue"), named, world.now)
        handovers.end_deputy(actor(world, "sue"), named, world.now)
        with pytest.raises(Missing):
            answer(world, item_ids(first)[0], SAYS_YES, by="hugo")

    def test_nobody_reviews_themselves_as_a_deputy(self, world: World) -> None:
        """Ana supervises Bookmobile, so Sue can name her; Ana learns in Sue's team."""
        self.name(world, "ana")
        assert world.people["ana"] not in {
            each.person_id for each in eligible_reviewers.of(world.people["ana"], world.now.date())
        }
        with pytest.raises(Invalid, match="review_yourself"):
            send(world, YES, reviewer="ana")
        first = send(world, YES, skip=1)
        with pytest.raises(Missing):
            handovers.hand_on(actor(world, "ana"), first, world.people["ana"], "Mine", world.now)
        assert world.people["ana"] in {
            each.person_id for each in eligible_reviewers.of(world.people["ben"], world.now.date())
        }

    @pytest.mark.parametrize(
        ("deputy", "begins", "ends", "code"),
        [
            ("sue", 0, 7, "deputy_yourself"),
            ("ben", 0, 7, "deputy_unknown"),
            ("adam", 0, 7, "deputy_unknown"),
            ("olaf", 0, 7, "deputy_unknown"),
            ("hugo", -7, -1, "deputy_past"),
            ("hugo", 7, 1, "dates_not_in_order"),
            ("hugo", 0, 400, "deputy_too_long"),
        ],
    )
    def test_what_is_refused(
        self, world: World, deputy: str, begins: int, ends: int, code: str
    ) -> None:
        with pytest.raises(Invalid, match=code):
            self.name(world, deputy, begins, ends)

    def test_those_to_choose_from_are_of_the_own_library(self, world: World) -> None:
        sue = actor(world, "sue")
        found = deputies_now.possible_deputies(sue, world.now.date())
        assert [each.name for each in found] == ["Ana", "Carl", "Cora", "Hugo"]

    def test_not_twice_for_the_same_days(self, world: World) -> None:
        self.name(world)
        with pytest.raises(Conflict, match="deputy_already"):
            self.name(world, begins=3, ends=9)


class TestSecondReaders:
    def endorsed(self, world: World, said: ReviewerAnswer = SAYS_YES) -> int:
        """Ana says yes, Sue says the same; what stands."""
        first = send(world, YES)
        answer_all(world, first, said)
        reviews.reveal(actor(world, "sue"), first, world.now)
        session().rollback()
        return session().scalars(select(Endorsement.id)).one()

    def ask(self, world: World, endorsement_id: int, reader: str = "hugo", by: str = "ana") -> int:
        return reviews.send_to_second_reader(
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
        reviews.reveal(actor(world, "hugo"), second, world.now)
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
        reviews.reveal(actor(world, "hugo"), second, world.now)
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
        """A review of one statement can’t be reassigned, a second reading or not; and both pages offer the same
        people."""
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        second, plain = self.ask(world, endorsement_id), send(world, YES, reviewer="hugo", skip=1)
        for review_id in (second, plain):
            for who in ("hugo", "cora"):
                with pytest.raises(Conflict, match="review_of_one"):
                    handovers.hand_on(
                        actor(world, who), review_id, world.people["sue"], "You know it", world.now
                    )
        today = world.now.date()
        assert handovers_now.eligible([second], today) == handovers_now.eligible([plain], today)
        assert handovers_now.counts(second) == handovers_now.counts(plain) == (1, 1)

    def test_both_agree_in_the_end(self, world: World) -> None:
        endorsement_id = self.endorsed(world)
        join(world, "hugo", "central", Role.SUPERVISOR)
        second = self.ask(world, endorsement_id)
        (item_id,) = answer_all(world, second, SAYS_NO, by="hugo")
        reviews.reveal(actor(world, "hugo"), second, world.now)
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
