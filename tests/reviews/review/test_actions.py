"""Each move of a review, each refusal, and what is written with it."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import supervises_no_more
from tests.factories.reviews import endorse
from tests.factories.sides import (
    NO,
    NOT_MINE,
    PART,
    SURE_NOT,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    item_ids,
    items,
    respond,
    review,
    send,
)
from tests.factories.world import World
from tests.reviews.review.state import (
    CANNOT,
    NOT_THEIRS,
    SAYS_NO,
    SAYS_PART,
    TELLS,
    moves,
    statuses,
)
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import WITHOUT_GROUND, Ground
from tracker.models import Endorsement, Membership, ReviewItemText, ReviewMessage
from tracker.reviews.review import actions as review_actions
from tracker.reviews.review.rules import NewerAnswer
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")


def standing(world: World, person: str = "ana") -> dict[int, str]:
    rows = session().scalars(
        select(Endorsement).where(
            Endorsement.person_id == world.people[person], Endorsement.status == "standing"
        )
    )
    return {row.statement_id: row.answer for row in rows}


class TestWithdrawing:
    def test_before_the_first_answer(self, world: World) -> None:
        review_id = send(world, YES, NO)
        review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        assert (review(review_id).status, review(review_id).withdrawn_at) == (
            "withdrawn",
            world.now,
        )
        with pytest.raises(Conflict, match="move_not_now"):
            answer(world, item_ids(review_id)[0], TELLS)
        with pytest.raises(Conflict, match="move_not_now"):
            review_actions.withdraw(actor(world, "ana"), review_id, world.now)

    @pytest.mark.parametrize("said", [TELLS, CANNOT])
    def test_not_after_it(self, world: World, said: ReviewerAnswer) -> None:
        review_id = send(world, YES, NO)
        answer(world, item_ids(review_id)[0], said)
        with pytest.raises(Conflict, match="move_not_now"):
            review_actions.withdraw(actor(world, "ana"), review_id, world.now)

    def test_a_question_is_no_answer(self, world: World) -> None:
        review_id = send(world, YES, NO)
        ask(actor(world, "sue"), item_ids(review_id)[0], "Where?", 1, world.now)
        review_actions.withdraw(actor(world, "ana"), review_id, world.now)

    @pytest.mark.parametrize("name", ["sue", "ben", "cora", "adam", "olaf"])
    def test_by_the_learner_alone(self, world: World, name: str) -> None:
        review_id = send(world, YES)
        with pytest.raises(Missing):
            review_actions.withdraw(actor(world, name), review_id, world.now)


class TestAnswering:
    def test_the_first_answer_takes_the_review_in_hand(self, world: World) -> None:
        review_id = send(world, YES, NO)
        item_id = item_ids(review_id)[0]
        answer(world, item_id, SAYS_PART, note="  saw two\r\nsessions ")
        first = items(review_id)[0]
        assert (first.status, first.reviewer_answer, first.ground, first.version) == (
            "answered",
            SAYS_PART,
            Ground.SAW_IT,
            2,
        )
        assert session().get_one(ReviewItemText, item_id).reviewer_note == "saw two\nsessions"
        assert review(review_id).status == "in_review"
        assert moves(review_id)[1:] == [
            ("answer", "waiting", "answered"),
            ("answer", "sent", "in_review"),
        ]

    def test_it_can_change_until_the_reveal_also_from_cannot_tell(self, world: World) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        for said, status in (
            (CANNOT, "not_observed"),
            (TELLS, "answered"),
            (CANNOT, "not_observed"),
        ):
            answer(world, item_id, said)
            assert statuses(review_id) == [status]
        assert items(review_id)[0].ground is None, "a cannot tell keeps no ground"
        answer(world, item_id, SAYS_NO)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        with pytest.raises(Conflict, match="move_not_now"):
            answer(world, item_id, TELLS)

    def test_a_shown_cannot_tell_stays(self, world: World) -> None:
        review_id = send(world, YES, YES)
        answer_all(world, review_id, CANNOT, SAYS_NO)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert statuses(review_id) == ["not_observed", "differs"]
        assert items(review_id)[0].revealed_at == world.now
        with pytest.raises(Conflict, match="move_not_now"):
            answer(world, item_ids(review_id)[0], TELLS)

    @pytest.mark.parametrize(
        "said", [each for each in ReviewerAnswer if each not in WITHOUT_GROUND]
    )
    def test_what_tells_of_something_seen_needs_its_ground(
        self, world: World, said: ReviewerAnswer
    ) -> None:
        item_id = item_ids(send(world, YES))[0]
        with pytest.raises(Invalid, match="review_ground_needed"):
            respond(actor(world, "sue"), item_id, said, None, "", 1, world.now)

    def test_a_note_of_4001_characters_is_refused_and_4000_kept(self, world: World) -> None:
        item_id = item_ids(send(world, YES))[0]
        with pytest.raises(Invalid, match="review_text_long"):
            answer(world, item_id, TELLS, note="x" * 4001)
        answer(world, item_id, TELLS, note="x" * 4000)

    def test_a_page_that_is_behind_is_told_what_stands_and_changes_nothing(
        self, world: World
    ) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        answer(world, item_id, SAYS_PART, note="from the other tab")
        with pytest.raises(Conflict, match="review_item_changed") as refused:
            respond(actor(world, "sue"), item_id, TELLS, Ground.SAW_IT, "", 1, world.now)
        current = refused.value.facts["current"]
        assert isinstance(current, NewerAnswer)
        assert (current.answer, current.note, current.version) == (
            SAYS_PART,
            "from the other tab",
            2,
        )
        assert items(review_id)[0].reviewer_answer == SAYS_PART
        with pytest.raises(Conflict, match="review_item_changed"):
            ask(actor(world, "sue"), item_id, "Where?", 1, world.now)

    def test_the_same_form_twice_is_one_answer(self, world: World) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        for _ in range(2):
            respond(actor(world, "sue"), item_id, TELLS, Ground.WAS_TOLD, "x", 1, world.now)
        assert items(review_id)[0].version == 2

    @pytest.mark.parametrize("name", ["ana", "ben", "hugo", "cora", "adam", "olaf"])
    def test_by_the_reviewer_alone(self, world: World, name: str) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        who = actor(world, name)
        with pytest.raises(Missing):
            respond(who, item_id, TELLS, Ground.SAW_IT, "", 1, world.now)
        with pytest.raises(Missing):
            ask(who, item_id, "Where?", 1, world.now)
        with pytest.raises(Missing):
            review_actions.reveal(who, review_id, world.now)

    def test_a_supervisor_who_left_answers_no_more_even_with_an_open_page(
        self, world: World
    ) -> None:
        review_id = send(world, YES)
        before = actor(world, "sue")
        supervises_no_more(world)
        with pytest.raises(Missing):
            respond(before, item_ids(review_id)[0], TELLS, Ground.SAW_IT, "", 1, world.now)

    def test_a_learner_who_moved_is_answered_for_30_days(self, world: World) -> None:
        item_id = item_ids(send(world, YES))[0]
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(Membership.person_id == world.people["ana"])
                .values(ends_on=world.now.date())
            )
        last = world.now + dt.timedelta(days=30)
        respond(actor(world, "sue", last), item_id, TELLS, Ground.SAW_IT, "", 1, last)
        with pytest.raises(Missing):
            respond(
                actor(world, "sue"),
                item_id,
                SAYS_NO,
                Ground.SAW_IT,
                "",
                2,
                last + dt.timedelta(days=1),
            )


class TestQuestions:
    def test_question_and_reply(self, world: World) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        answer(world, item_id, TELLS, note="to be forgotten")
        ask(actor(world, "sue"), item_id, " Which desk? ", 2, world.now)
        item = items(review_id)[0]
        assert (item.status, item.reviewer_answer, item.ground, item.answered_at) == (
            "returned",
            None,
            None,
            None,
        )
        review_actions.reply(actor(world, "ana"), item_id, "Both", world.now)
        assert statuses(review_id) == ["waiting"]
        texts = session().execute(
            select(ReviewMessage.author_id, ReviewMessage.text).order_by(ReviewMessage.id)
        )
        assert [tuple(text) for text in texts] == [
            (world.people["sue"], "Which desk?"),
            (world.people["ana"], "Both"),
        ]

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
    def test_both_need_words(self, world: World, text: str) -> None:
        item_id = item_ids(send(world, YES))[0]
        with pytest.raises(Invalid, match="review_text"):
            ask(actor(world, "sue"), item_id, text, 1, world.now)
        ask(actor(world, "sue"), item_id, "Where?", 1, world.now)
        with pytest.raises(Invalid, match="review_text"):
            review_actions.reply(actor(world, "ana"), item_id, text, world.now)

    def test_a_reply_without_a_question_is_refused(self, world: World) -> None:
        item_id = item_ids(send(world, YES))[0]
        with pytest.raises(Conflict, match="move_not_now"):
            review_actions.reply(actor(world, "ana"), item_id, "Well", world.now)

    @pytest.mark.parametrize("name", ["ana", "sue"])
    def test_either_side_may_drop_and_the_last_one_closes(self, world: World, name: str) -> None:
        review_id = send(world, YES)
        item_id = item_ids(review_id)[0]
        with pytest.raises(Conflict, match="move_not_now"):
            review_actions.drop(actor(world, name), item_id, world.now)
        ask(actor(world, "sue"), item_id, "Where?", 1, world.now)
        review_actions.drop(actor(world, name), item_id, world.now)
        assert (statuses(review_id), review(review_id).status) == (["dropped"], "closed")
        assert standing(world) == {}

    def test_nobody_else_replies_or_drops(self, world: World) -> None:
        item_id = item_ids(send(world, YES))[0]
        ask(actor(world, "sue"), item_id, "Where?", 1, world.now)
        for name in ("ben", "hugo", "cora", "adam", "olaf"):
            with pytest.raises(Missing):
                review_actions.drop(actor(world, name), item_id, world.now)
            with pytest.raises(Missing):
                review_actions.reply(actor(world, name), item_id, "x", world.now)
        with pytest.raises(Missing):
            review_actions.reply(actor(world, "sue"), item_id, "x", world.now)


class TestRevealing:
    def test_equal_ones_are_endorsed_and_the_rest_differs(self, world: World) -> None:
        review_id = send(world, YES, PART, NO, NOT_MINE, SURE_NOT, YES)
        answer_all(world, review_id, TELLS, SAYS_PART, SAYS_NO, NOT_THEIRS, SAYS_NO, SAYS_PART)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert statuses(review_id) == ["endorsed"] * 4 + ["differs"] * 2
        assert list(standing(world).values()) == [], "they count once the review ends"
        after = review(review_id)
        assert (after.status, after.revealed_at) == ("differences_open", world.now)
        assert after.differences_due_on == dt.date(2026, 12, 8)
        written = [move for move, _, _ in moves(review_id)]
        assert written[-7:] == ["reveal_equal"] * 4 + ["reveal_different"] * 3
        for item_id in item_ids(review_id)[4:]:
            sides.keep_apart(actor(world, "sue"), item_id, world.now)
        answers = ["consistently", "partly", "not_yet", "not_my_work"]
        assert list(standing(world).values()) == answers

    def test_all_equal_closes_at_once(self, world: World) -> None:
        review_id = send(world, YES, NO)
        answer_all(world, review_id, TELLS, SAYS_NO)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert (review(review_id).status, review(review_id).closed_at) == ("closed", world.now)

    def test_an_endorsement_is_bound_to_what_was_reviewed(self, world: World) -> None:
        review_id = send(world, YES)
        answer_all(world, review_id, TELLS)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        (item,) = items(review_id)
        given = session().scalars(select(Endorsement)).one()
        assert (given.digest, given.item_id, given.endorser_id) == (
            item.digest,
            item.id,
            world.people["sue"],
        )

    def test_not_while_one_waits(self, world: World) -> None:
        review_id = send(world, YES, NO)
        for _ in range(2):
            with pytest.raises(Conflict, match="review_not_ready"):
                review_actions.reveal(actor(world, "sue"), review_id, world.now)
            answer(world, item_ids(review_id)[0], TELLS)

    def test_a_returned_one_may_stay_out_and_come_later(self, world: World) -> None:
        review_id = send(world, YES, NO)
        first, second = item_ids(review_id)
        answer(world, first, TELLS)
        ask(actor(world, "sue"), second, "Where?", 1, world.now)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert (statuses(review_id), review(review_id).status) == (
            ["endorsed", "returned"],
            "in_review",
        )
        review_actions.reply(actor(world, "ana"), second, "Here", world.now)
        answer(world, second, TELLS)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert (statuses(review_id), review(review_id).status) == (
            ["endorsed", "differs"],
            "differences_open",
        )

    def test_nothing_but_cannot_tell_is_finished_on_the_check_page(self, world: World) -> None:
        review_id = send(world, YES, NO)
        answer_all(world, review_id, CANNOT, CANNOT)
        assert review(review_id).status == "in_review", "both can still change"
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert (statuses(review_id), review(review_id).status) == (["not_observed"] * 2, "closed")
        assert standing(world) == {}
        with pytest.raises(Conflict, match="review_not_ready"):
            review_actions.reveal(actor(world, "sue"), review_id, world.now)

    def test_a_check_page_that_is_behind_reveals_nothing(self, world: World) -> None:
        review_id = send(world, YES, NO)
        answer_all(world, review_id, TELLS, TELLS)
        seen = sum(item.version for item in items(review_id))
        answer(world, item_ids(review_id)[1], SAYS_NO)
        with pytest.raises(Conflict, match="review_changed"):
            review_actions.reveal(actor(world, "sue"), review_id, world.now, base_version=seen)
        review_actions.reveal(actor(world, "sue"), review_id, world.now, base_version=seen + 1)

    def test_the_newest_endorsement_stands_and_the_older_stays_in_history(
        self, world: World
    ) -> None:
        statement_id = world.statements["communication"][0]
        endorse(
            world,
            "ana",
            "sue",
            statement_id,
            EndorsedAnswer.PARTLY,
            world.now - dt.timedelta(days=90),
        )
        review_id = send(world, YES)
        answer_all(world, review_id, TELLS)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        rows = session().execute(
            select(Endorsement.status, Endorsement.answer, Endorsement.ended_at).order_by(
                Endorsement.id
            )
        )
        assert [tuple(row) for row in rows] == [
            ("superseded", "partly", world.now),
            ("standing", "consistently", None),
        ]

    def test_a_refused_reveal_leaves_nothing_behind(self, world: World) -> None:
        review_id = send(world, YES, NO)
        answer(world, item_ids(review_id)[0], TELLS)
        before = moves(review_id)
        with pytest.raises(Conflict):
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert moves(review_id) == before
        assert session().scalar(select(func.count(Endorsement.id))) == 0
