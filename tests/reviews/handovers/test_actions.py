"""Reviews that go on with somebody else."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from tests.factories import sides
from tests.factories.evidence import piece
from tests.factories.people import closed_to, join
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    hand_on,
    item_ids,
    items,
    review,
    send,
)
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.reviews.handovers.leaving import CANNOT, SAYS_NO, SAYS_YES, stranded
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
from tracker.reviews.handovers import actions as handovers_actions, queries as handovers_queries
from tracker.reviews.review import (
    actions as review_actions,
    queries as review_queries,
    queries_items as review_queries_items,
)
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
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
        second = hand_on(world, first, "hugo", note="I am away")

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
        second = hand_on(world, first, "hugo", by="cora", note="Sue left")
        session().rollback()
        for side in (
            *review_queries_items.for_learner(first),
            *review_queries_items.for_reviewer(second),
        ):
            assert side.reviewer_answer is None
            assert side.their_note == ""
        assert [each.own for each in review_queries_items.for_reviewer(second)] == [None, None]

    def test_what_was_revealed_stays_with_the_first(self, world: World) -> None:
        first = send(world, YES, NO, PART)
        ids = item_ids(first)
        answer(world, ids[0], SAYS_YES)
        answer(world, ids[1], SAYS_YES)
        ask(actor(world, "sue"), ids[2], "Where?", 1, world.now)
        review_actions.reveal(actor(world, "sue"), first, world.now)
        second = hand_on(world, first, "hugo")
        assert [item.status for item in items(first)] == ["endorsed", "differs", "handed_on"]
        assert review(first).status == "differences_open"
        assert len(items(second)) == 1
        sides.keep_apart(actor(world, "ana"), ids[1], world.now)
        assert review(first).status == "closed"

    def test_the_endorsement_names_who_answered(self, world: World) -> None:
        first = send(world, YES, NO)
        second = hand_on(world, first, "hugo")
        answer_all(world, second, SAYS_YES, SAYS_YES, by="hugo")
        review_actions.reveal(actor(world, "hugo"), second, world.now)
        sides.keep_apart(actor(world, "hugo"), item_ids(second)[1], world.now)
        (endorsement,) = session().scalars(select(Endorsement))
        assert endorsement.endorser_id == world.people["hugo"]
        assert endorsement.digest == items(first)[0].digest

    def test_a_cannot_tell_goes_on_too(self, world: World) -> None:
        first = send(world, YES, NO)
        answer_all(world, first, CANNOT, CANNOT)
        second = hand_on(world, first, "hugo")
        assert [item.status for item in items(second)] == ["waiting", "waiting"]

    def test_what_was_erased_stays_erased(self, world: World) -> None:
        first = send(world, YES, NO)
        erased = item_ids(first)[0]
        with behind_the_guards() as tx:
            tx.execute(delete(ReviewItemText).where(ReviewItemText.item_id == erased))
        second = hand_on(world, first, "hugo")
        texts = [session().get(ReviewItemText, item_id) for item_id in item_ids(second)]
        assert [text is not None and text.salt == "" for text in texts] == [True, False]

    def test_it_is_done_once(self, world: World) -> None:
        first = send(world, YES, NO)
        hand_on(world, first, "hugo")
        with pytest.raises(Conflict, match="open_work_changed"):
            hand_on(world, first, "hugo")

    @pytest.mark.parametrize("who", ["ana", "ben", "hugo", "carl", "olaf", "oda"])
    def test_nobody_else_hands_it_on(self, world: World, who: str) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Missing):
            hand_on(world, first, "hugo", by=who, note="Mine")
        assert [item.status for item in items(first)] == ["waiting", "waiting"]

    @pytest.mark.parametrize("to", ["sue", "ana", "ben", "cora", "olaf", "adam"])
    def test_it_goes_only_to_who_may_review(self, world: World, to: str) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Invalid, match="review_not_for_all"):
            hand_on(world, first, to, by="cora", note="Take it")
        assert [item.status for item in items(first)] == ["waiting", "waiting"]

    def test_it_needs_a_note(self, world: World) -> None:
        first = send(world, YES, NO)
        with pytest.raises(Invalid, match="review_text_needed"):
            hand_on(world, first, "hugo", note=" ")

    def test_a_coordinator_who_learns_does_not_choose_their_own_reviewer(
        self, world: World
    ) -> None:
        join(world, "ana", "city", Role.COORDINATOR)
        first = send(world, YES, NO)
        with pytest.raises(Conflict, match="open_work_changed"):
            hand_on(world, first, "hugo", by="ana")

    def test_an_administrator_gives_to_others_and_never_to_themselves(self, world: World) -> None:
        """They would read ratings by it; also where they coordinate the team."""
        for role in (Role.SUPERVISOR, Role.COORDINATOR):
            join(world, "adam", "central", role)
        first = send(world, YES, NO)
        with pytest.raises(Invalid, match="review_not_for_all"):
            hand_on(world, first, "adam", by="adam")
        hand_on(world, first, "hugo", by="adam")

    def test_a_forged_form_tells_no_coordinator_what_a_closed_record_holds(
        self, world: World
    ) -> None:
        """Whose answers differ is refused as whose are equal, whatever else is asked for."""
        equal, differs = send(world, YES, YES), send(world, YES, NO, skip=2)
        waits = send(world, NO, YES, learner="ben")
        for first in (equal, differs):
            answer_all(world, first, SAYS_YES, SAYS_YES)
            review_actions.reveal(actor(world, "sue"), first, world.now)
        closed_to(world, "cora", "ana")
        cora, sue, hugo = actor(world, "cora"), world.people["sue"], world.people["hugo"]
        for first in (equal, differs):
            with pytest.raises(Conflict, match="open_work_changed"):
                handovers_actions.give(cora, sue, [first, waits], hugo, None, "Away", world.now)
        hand_on(world, waits, "hugo", by="cora")

    def test_all_go_on_or_none(self, world: World) -> None:
        """Hugo may review Ana, and nobody else."""
        join(world, "sue", "harbour", Role.SUPERVISOR)
        leave(world, "hugo", "harbour")
        mine, sue = [send(world, YES, NO), send(world, YES, NO, learner="lea")], actor(world, "sue")
        to = world.people["hugo"]
        with pytest.raises(Invalid, match="review_not_for_all"):
            handovers_actions.give(sue, sue.person_id, mine, to, None, "Away", world.now)
        assert [review(each).status for each in mine] == ["sent", "sent"]
        join(world, "hugo", "harbour", Role.SUPERVISOR)
        assert (
            len(handovers_actions.give(sue, sue.person_id, mine, to, None, "Away", world.now)) == 2
        )
        with pytest.raises(Invalid, match="nothing_to_give"):
            handovers_actions.give(sue, sue.person_id, [], to, None, "Away", world.now)


class TestRouting:
    def test_a_team_without_a_supervisor_is_reviewed_from_above(self, world: World) -> None:
        leave(world, "sue", "central")
        assert sending_queries_reviewers.of(world.people["ana"], world.now.date()) == []
        join(world, "cora", "city", Role.SUPERVISOR)
        (only,) = sending_queries_reviewers.of(world.people["ana"], world.now.date())
        assert (only.person_id, only.team, only.above) == (
            world.people["cora"],
            "Central",
            "City Library",
        )
        first = send(world, YES, reviewer="cora")
        answer(world, item_ids(first)[0], SAYS_YES, by="cora")
        review_actions.reveal(actor(world, "cora"), first, world.now)
        assert [item.status for item in items(first)] == ["endorsed"]

    def test_a_team_with_a_supervisor_is_not(self, world: World) -> None:
        join(world, "cora", "city", Role.SUPERVISOR)
        assert [
            each.person_id
            for each in sending_queries_reviewers.of(world.people["ana"], world.now.date())
        ] == [world.people["sue"]]
        with pytest.raises(Invalid, match="review_one_only"):
            send(world, YES, NO, reviewer="cora")

    def test_one_statement_alone_may_go_past_the_only_one(self, world: World) -> None:
        """As a second opinion on what she said would."""
        join(world, "cora", "city", Role.SUPERVISOR)
        ana, today = world.people["ana"], world.now.date()
        offered = sending_queries_reviewers.of_one(ana, today)
        assert [(each.name, each.above, each.one_only) for each in offered] == [
            ("Sue", "", False),
            ("Cora", "City Library", True),
        ]
        first = send(world, YES, reviewer="cora")
        answer_all(world, first, SAYS_YES, by="cora")
        review_actions.reveal(actor(world, "cora"), first, world.now)
        second = send(world, YES, reviewer="cora", skip=1)
        join(world, "hugo", "central", Role.SUPERVISOR)
        assert [each.name for each in sending_queries_reviewers.of_one(ana, today)] == [
            "Hugo",
            "Sue",
        ]
        with pytest.raises(Missing):
            answer_all(world, second, SAYS_YES, by="cora")

    def test_who_supervises_only_themselves_is_reviewed_from_above(self, world: World) -> None:
        join(world, "hugo", "city", Role.SUPERVISOR)
        leave(world, "sue", "central")
        join(world, "ana", "central", Role.SUPERVISOR)
        assert [
            each.person_id
            for each in sending_queries_reviewers.of(world.people["ana"], world.now.date())
        ] == [world.people["hugo"]]
        assert [
            each.person_id
            for each in sending_queries_reviewers.of(world.people["ben"], world.now.date())
        ] == [world.people["ana"]]

    def test_a_disabled_supervisor_is_none(self, world: World) -> None:
        first = send(world, YES, NO)
        with behind_the_guards() as tx:
            tx.get_one(Person, world.people["sue"]).disabled_at = world.now
        assert sending_queries_reviewers.of(world.people["ana"], world.now.date()) == []
        assert not review_queries.header(first, world.now.date()).may_go_on

    def test_where_the_only_supervisor_is_disabled_it_is_those_above(self, world: World) -> None:
        join(world, "hugo", "city", Role.SUPERVISOR)
        ana, today = world.people["ana"], world.now.date()
        assert [each.name for each in sending_queries_reviewers.of(ana, today)] == ["Sue"]
        with transaction() as tx:
            tx.get_one(Person, world.people["sue"]).disabled_at = world.now
        assert [each.name for each in sending_queries_reviewers.of(ana, today)] == ["Hugo"]
        assert review_queries.header(send(world, YES, NO, reviewer="hugo"), today).may_go_on

    def test_the_coordinator_sees_who_is_stranded_and_who_is_alone(self, world: World) -> None:
        first, today = send(world, YES, NO), world.now.date()
        cora, path = actor(world, "cora"), f"/{world.teams['city']}/"
        assert stranded(world, world.now) == []
        (sue,) = handovers_queries.reviewers(cora, path, today, ())
        assert (sue.id, sue.reviews) == (world.people["sue"], 1)
        leave(world, "sue", "central")
        (waits,) = stranded(world, world.now)
        assert (waits.review_id, waits.learner, waits.reviewer) == (first, "Ana", "Sue")
        assert handovers_queries.reviewers(cora, path, today, ()) == []
        assert [row.name for row in handovers_queries.alone(cora, path, today).rows] == [
            "Ana",
            "Ben",
        ]
        join(world, "hugo", "central", Role.SUPERVISOR)
        assert handovers_queries.alone(cora, path, today).rows == []
        hand_on(world, first, "hugo", by="cora")
        assert stranded(world, world.now) == []
        assert [row.name for row in handovers_queries.reviewers(cora, path, today, ())] == ["Hugo"]

    def test_the_coordinator_sees_when_a_learner_left(self, world: World) -> None:
        send(world, YES)
        leave(world, "sue", "central")
        (waits,) = stranded(world, world.now)
        assert waits.moved_on is None
        left_on = world.now.date() - dt.timedelta(days=5)
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(Membership.person_id == world.people["ana"])
                .values(ends_on=left_on)
            )
        (waits,) = stranded(world, world.now)
        assert waits.moved_on == left_on

    def test_a_coordinator_elsewhere_sees_nothing_of_it(self, world: World) -> None:
        first, carl = send(world, YES, NO), actor(world, "carl")
        path, today = carl.coordinates[0].path, world.now.date()
        assert handovers_queries.reviewers(carl, path, today, ()) == []
        leave(world, "sue", "central")
        assert handovers_queries.stranded(carl, path, today) == []
        with pytest.raises(Missing):
            hand_on(world, first, "hugo", by="carl")
