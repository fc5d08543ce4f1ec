"""A review that goes on with somebody else, deputies, and second readers."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from tests.factories import sending as sides
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.sending import (
    NO,
    PART,
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
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.reviews.handovers.leaving import CANNOT, SAYS_NO, SAYS_YES, waiting
from tracker.db import session, transaction
from tracker.models import (
    Endorsement,
    Handover,
    HandoverText,
    Membership,
    Person,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMessage,
    ReviewMove,
)
from tracker.reviews.handovers import actions as handovers, queries as handovers_now
from tracker.reviews.review import (
    actions as reviews,
    queries as review_headers,
    queries_items as review_items,
)
from tracker.reviews.sending import queries_reviewers as eligible_reviewers
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def hugo_too(app_context: None, world: World) -> None:
    """Hugo supervises Central beside Sue."""
    join(world, "hugo", "central", Role.SUPERVISOR)


def leave(world: World, name: str, team: str) -> None:
    """The membership ended long ago."""
    with transaction() as tx:
        for row in tx.scalars(
            select(Membership).where(
                Membership.person_id == world.people[name], Membership.team_id == world.teams[team]
            )
        ):
            row.ends_on = world.now.date() - dt.timedelta(days=60)


@pytest.mark.usefixtures("hugo_too")
class TestHandingOn:
    def test_the_new_reviewer_gets_what_was_frozen_and_starts_blank(self, world: World) -> None:
        statement_id = world.statements["communication"][0]
        piece(world, text="41 visits", reasons={statement_id: "shows it"})
        first = send(world, YES, NO, PART)
        ids = item_ids(first)
        answer(world, ids[0], SAYS_NO, note="I doubt it")
        ask(actor(world, "sue"), ids[1], "Where?", 1, world.now)
        second = handovers.hand_on(
            actor(world, "sue"), first, world.people["hugo"], "I am away", world.now
        )

        was, now = items(first), items(second)
        assert [item.status for item in was] == ["handed_on"] * 3
        assert review(first).status == "closed"
        assert [item.status for item in now] == ["waiting"] * 3
        assert [item.digest for item in now] == [item.digest for item in was]
        assert [item.learner_answer for item in now] == ["consistently", "not_yet", "partly"]
        assert [(item.learner_answer_label, item.learner_answer_description) for item in now] == [
            (item.learner_answer_label, item.learner_answer_description) for item in was
        ]
        assert [(item.reviewer_answer, item.ground, item.answered_at) for item in now] == [
            (None, None, None)
        ] * 3
        texts = [session().get_one(ReviewItemText, item.id) for item in now]
        assert [text.reviewer_note for text in texts] == ["", "", ""]
        assert texts[0].salt == session().get_one(ReviewItemText, was[0].id).salt
        assert (
            not session()
            .scalars(select(ReviewMessage).where(ReviewMessage.item_id.in_(item_ids(second))))
            .all()
        )
        reasons = session().scalars(
            select(ReviewItemEvidence.reason).where(ReviewItemEvidence.item_id == now[0].id)
        )
        assert reasons.all() == ["shows it"]
        assert session().get_one(Handover, second).from_review_id == first
        assert session().get_one(HandoverText, second).note == "I am away"
        moves = session().scalars(
            select(ReviewMove.move).where(ReviewMove.review_id == first).order_by(ReviewMove.id)
        )
        assert moves.all()[-4:] == ["hand_on", "hand_on", "hand_on", "close"]

    def test_what_was_said_stays_sealed_from_the_learner_and_from_the_new_reviewer(
        self, world: World
    ) -> None:
        first = send(world, YES, NO)
        answer(world, item_ids(first)[0], SAYS_NO, note="I doubt it")
        second = handovers.hand_on(
            actor(world, "cora"), first, world.people["hugo"], "Sue left", world.now
        )
        session().rollback()
        for side in (*review_items.for_learner(first), *review_items.for_reviewer(second)):
            assert side.reviewer_answer is None
            assert side.their_note == ""
        assert [each.own for each in review_items.for_reviewer(second)] == [None, None]

    def test_what_was_revealed_stays_with_the_first(self, world: World) -> None:
        first = send(world, YES, NO, PART)
        ids = item_ids(first)
        answer(world, ids[0], SAYS_YES)
        answer(world, ids[1], SAYS_YES)
        ask(actor(world, "sue"), ids[2], "Where?", 1, world.now)
        reviews.reveal(actor(world, "sue"), first, world.now)
        second = handovers.hand_on(
            actor(world, "sue"), first, world.people["hugo"], "Away", world.now
        )
        assert [item.status for item in items(first)] == ["endorsed", "differs", "handed_on"]
        assert review(first).status == "differences_open"
        assert len(items(second)) == 1
        sides.keep_apart(actor(world, "ana"), ids[1], world.now)
        assert review(first).status == "closed"

    def test_the_endorsement_names_who_answered(self, world: World) -> None:
        first = send(world, YES, NO)
        second = handovers.hand_on(
            actor(world, "sue"), first, world.people["hugo"], "Away", world.now
        )
        answer_all(world, second, SAYS_YES, SAYS_YES, by="hugo")
        reviews.reveal(actor(world, "hugo"), second, world.now)
        sides.keep_apart(actor(world, "hugo"), item_ids(second)[1], world.now)
        (endorsement,) = session().scalars(select(Endorsement))
        assert endorsement.endorser_id == world.people["hugo"]
        assert endorsement.digest == items(first)[0].digest

    def test_a_cannot_tell_goes_on_too(self, world: World) -> None:
        first = send(world, YES, NO)
        answer_all(world, first, CANNOT, CANNOT)
        second = handovers.hand_on(
            actor(world, "sue"), first, world.people["hugo"], "Away", world.now
        )
        assert [item.status for item in items(second)] == ["waiting", "waiting"]

    def test_what_was_erased_stays_erased(self, world: World) -> None:
        first = send(world, YES, NO)
        erased = item_ids(first)[0]
        with behind_the_guards() as tx:
            tx.execute(delete(ReviewItemText).where(ReviewItemText.item_id == erased))
        second = handovers.hand_on(
            actor(world, "sue"), first, world.people["hugo"], "Away", world.now
        )
        texts = [session().get(ReviewItemText, item_id) for item_id in item_ids(second)]
        assert [text is not None and text.salt == "" for text in texts] == [True, False]

    def test_it_is_done_once(self, world: World) -> None:
        first = send(world, YES, NO)
        handovers.hand_on(actor(world, "sue"), first, world.people["hugo"], "Away", world.now)
        with pytest.raises(Conflict, match="review_nothing_sealed"):
            handovers.hand_on(actor(world, "sue"), first, world.people["hugo"], "Away", world.now)

    @pytest.mark.parametrize("who", ["ana", "ben", "hugo", "carl", "adam", "olaf", "oda"])
    def test_nobody_else_hands_it_on(self, world: World, who: str) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Missing):
            handovers.hand_on(actor(world, who), first, world.people["hugo"], "Mine", world.now)
        assert [item.status for item in items(first)] == ["waiting", "waiting"]

    @pytest.mark.parametrize("to", ["sue", "ana", "ben", "cora", "olaf", "adam"])
    def test_it_goes_only_to_who_may_review(self, world: World, to: str) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Invalid, match="review_not_supervisor"):
            handovers.hand_on(actor(world, "cora"), first, world.people[to], "Take it", world.now)
        assert [item.status for item in items(first)] == ["waiting", "waiting"]

    def test_it_needs_a_note(self, world: World) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Invalid, match="review_text_needed"):
            handovers.hand_on(actor(world, "sue"), first, world.people["hugo"], " ", world.now)

    def test_a_coordinator_who_learns_does_not_choose_their_own_reviewer(
        self, world: World
    ) -> None:
        join(world, "ana", "city", Role.COORDINATOR)
        first = send(world, YES, NO)
        with pytest.raises(Missing):
            handovers.hand_on(
                actor(world, "ana"), first, world.people["hugo"], "Take it", world.now
            )


class TestRouting:
    def test_a_team_without_a_supervisor_is_reviewed_from_above(self, world: World) -> None:
        leave(world, "sue", "central")
        assert eligible_reviewers.of(world.people["ana"], world.now.date()) == []
        join(world, "cora", "city", Role.SUPERVISOR)
        (only,) = eligible_reviewers.of(world.people["ana"], world.now.date())
        assert (only.person_id, only.team, only.above) == (
            world.people["cora"],
            "Central",
            "City Library",
        )
        first = send(world, YES, reviewer="cora")
        answer(world, item_ids(first)[0], SAYS_YES, by="cora")
        reviews.reveal(actor(world, "cora"), first, world.now)
        assert [item.status for item in items(first)] == ["endorsed"]

    def test_a_team_with_a_supervisor_is_not(self, world: World) -> None:
        join(world, "cora", "city", Role.SUPERVISOR)
        assert [
            each.person_id for each in eligible_reviewers.of(world.people["ana"], world.now.date())
        ] == [world.people["sue"]]
        with pytest.raises(Invalid, match="review_one_only"):
            send(world, YES, NO, reviewer="cora")

    def test_one_statement_alone_may_go_past_the_only_one(self, world: World) -> None:
        """As a second opinion on what she said would."""
        join(world, "cora", "city", Role.SUPERVISOR)
        ana, today = world.people["ana"], world.now.date()
        offered = eligible_reviewers.of_one(ana, today)
        assert [(each.name, each.above, each.one_only) for each in offered] == [
            ("Sue", "", False),
            ("Cora", "City Library", True),
        ]
        first = send(world, YES, reviewer="cora")
        answer_all(world, first, SAYS_YES, by="cora")
        reviews.reveal(actor(world, "cora"), first, world.now)
        second = send(world, YES, reviewer="cora", skip=1)
        join(world, "hugo", "central", Role.SUPERVISOR)
        assert [each.name for each in eligible_reviewers.of_one(ana, today)] == ["Hugo", "Sue"]
        with pytest.raises(Missing):
            answer_all(world, second, SAYS_YES, by="cora")

    def test_who_supervises_only_themselves_is_reviewed_from_above(self, world: World) -> None:
        join(world, "hugo", "city", Role.SUPERVISOR)
        leave(world, "sue", "central")
        join(world, "ana", "central", Role.SUPERVISOR)
        assert [
            each.person_id for each in eligible_reviewers.of(world.people["ana"], world.now.date())
        ] == [world.people["hugo"]]
        assert [
            each.person_id for each in eligible_reviewers.of(world.people["ben"], world.now.date())
        ] == [world.people["ana"]]

    def test_a_disabled_supervisor_is_none(self, world: World) -> None:
        first = send(world, YES, NO)
        with behind_the_guards() as tx:
            tx.get_one(Person, world.people["sue"]).disabled_at = world.now
        assert eligible_reviewers.of(world.people["ana"], world.now.date()) == []
        assert not review_headers.header(first, world.now.date()).may_go_on

    def test_where_the_only_supervisor_is_disabled_it_is_those_above(self, world: World) -> None:
        join(world, "hugo", "city", Role.SUPERVISOR)
        ana, today = world.people["ana"], world.now.date()
        assert [each.name for each in eligible_reviewers.of(ana, today)] == ["Sue"]
        with transaction() as tx:
            tx.get_one(Person, world.people["sue"]).disabled_at = world.now
        assert [each.name for each in eligible_reviewers.of(ana, today)] == ["Hugo"]
        assert review_headers.header(send(world, YES, NO, reviewer="hugo"), today).may_go_on

    def test_the_coordinator_sees_who_is_stranded_and_who_is_alone(self, world: World) -> None:
        first = send(world, YES, NO)
        cora, path = actor(world, "cora"), f"/{world.teams['city']}/"
        (waits,) = waiting(cora, path, world.now.date())
        assert (waits.review_id, waits.learner, waits.statements, waits.may_go_on) == (
            first,
            "Ana",
            2,
            True,
        )
        leave(world, "sue", "central")
        (waits,) = waiting(cora, path, world.now.date())
        assert not waits.may_go_on
        assert [row.name for row in handovers_now.alone(cora, path, world.now.date()).rows] == [
            "Ana",
            "Ben",
        ]
        join(world, "hugo", "central", Role.SUPERVISOR)
        assert handovers_now.alone(cora, path, world.now.date()).rows == []
        handovers.hand_on(cora, first, world.people["hugo"], "Sue left", world.now)
        (waits,) = waiting(cora, path, world.now.date())
        assert (waits.reviewer, waits.may_go_on) == ("Hugo", True)

    def test_the_coordinator_sees_when_a_learner_left(self, world: World) -> None:
        send(world, YES)
        cora, path, today = actor(world, "cora"), f"/{world.teams['city']}/", world.now.date()
        (waits,) = waiting(cora, path, today)
        assert waits.moved_on is None
        left_on = today - dt.timedelta(days=5)
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(Membership.person_id == world.people["ana"])
                .values(ends_on=left_on)
            )
        (waits,) = waiting(cora, path, today)
        assert waits.moved_on == left_on

    def test_a_coordinator_elsewhere_sees_nothing_of_it(self, world: World) -> None:
        send(world, YES)
        carl = actor(world, "carl")
        assert waiting(carl, carl.coordinates[0].path, world.now.date()) == []
