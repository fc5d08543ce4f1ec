"""Taking back what was confirmed, and undoing that there is no agreement."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, item_ids, review, send_again
from tests.factories.world import World
from tests.reviews.differences.settled import AFTERWARDS, confirm, differing
from tests.reviews.review.state import statuses
from tracker.db import session
from tracker.models import Confirmation, Endorsement
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.queries import own_side, undoable
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.rules.errors import Conflict

pytestmark = pytest.mark.usefixtures("app_context")


class TestTakingBack:
    def test_a_confirmation_becomes_a_choice_that_only_its_owner_has(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        confirm(world, "ana", item_id, EndorsedAnswer.PARTLY, "since May")
        differences_actions.take_back(actor(world, "ana"), item_id, world.now)
        session().rollback()
        assert session().scalars(select(Confirmation)).all() == []
        mine = own_side(review_id, world.people["ana"]).choices[item_id]
        assert (mine.answer, mine.reason) == ("partly", "since May")
        assert own_side(review_id, world.people["sue"]).choices == {}
        assert confirm(world, "sue", item_id, EndorsedAnswer.PARTLY) is False

    def test_only_what_one_confirmed_oneself(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        confirm(world, "ana", item_id)
        with pytest.raises(Conflict, match="move_not_now"):
            differences_actions.take_back(actor(world, "sue"), item_id, world.now)

    def test_not_once_it_is_agreed(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        for name in ("ana", "sue"):
            confirm(world, name, item_id)
        with pytest.raises(Conflict, match="move_not_now"):
            differences_actions.take_back(actor(world, "ana"), item_id, world.now)

    def test_to_talk_about_it_can_be_taken_back_as_well(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        who = actor(world, "sue")
        done = differences_actions.confirm_all(
            who, review_id, [Choice(item_id, ChoiceKind.TALK)], world.now
        )
        assert (done.both, done.waiting, done.agreed, done.apart) == (1, 0, 0, 0)
        assert session().scalars(select(Confirmation.answer)).all() == [None]
        differences_actions.take_back(who, item_id, world.now)
        session().rollback()
        assert own_side(review_id, who.person_id).choices[item_id].kind is ChoiceKind.TALK


class TestUndoingNoAgreement:
    LATER = dt.timedelta(minutes=5)

    def endorsed_before(self, world: World) -> None:
        endorse(
            world,
            "ana",
            "sue",
            world.statements["communication"][0],
            EndorsedAnswer.CONSISTENTLY,
            world.now - dt.timedelta(days=90),
        )

    def test_what_stood_before_stands_until_the_review_ends(self, world: World) -> None:
        self.endorsed_before(world)
        review_id = differing(world)
        item_id, other = item_ids(review_id)
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        differences_actions.undo_keep_apart(actor(world, "ana"), item_id, world.now + self.LATER)
        assert statuses(review_id)[0] == "differs"
        sides.keep_apart(actor(world, "sue"), item_id, world.now + 2 * self.LATER)
        session().rollback()
        assert session().scalars(select(Endorsement.status)).all() == ["standing"]
        sides.keep_apart(actor(world, "sue"), other, world.now + 2 * self.LATER)
        session().rollback()
        assert session().scalars(select(Endorsement.status)).all() == ["suspended"]

    def test_only_by_whoever_did_it(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        with pytest.raises(Conflict, match="move_not_now"):
            differences_actions.undo_keep_apart(actor(world, "sue"), item_id, world.now)

    def test_not_once_the_last_one_closed_the_review(self, world: World) -> None:
        review_id = differing(world)
        for item_id in item_ids(review_id):
            sides.keep_apart(actor(world, "ana"), item_id, world.now)
        assert review(review_id).status == "closed"
        for item_id in item_ids(review_id):
            with pytest.raises(Conflict, match="move_not_now"):
                differences_actions.undo_keep_apart(actor(world, "ana"), item_id, world.now)

    def test_meanwhile_the_statement_is_not_sent_again(self, world: World) -> None:
        self.endorsed_before(world)
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        ana = world.people["ana"]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        with pytest.raises(Conflict, match="review_out_already"):
            send_again(world, YES)
        assert undoable(review_id, ana) == {item_id}
        assert undoable(review_id, world.people["sue"]) == frozenset()

    def test_not_after_the_time_for_differences(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        with pytest.raises(Conflict, match="differences_over"):
            differences_actions.undo_keep_apart(actor(world, "ana"), item_id, AFTERWARDS)
        assert review(review_id).status == "closed"
