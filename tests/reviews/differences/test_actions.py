"""Agreeing, keeping apart, running out of time, and next steps."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from tests.factories import sending as sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.reviews import endorse
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
    respond,
    review,
    send,
    send_again,
)
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_scale import Ground
from tracker.models import (
    Confirmation,
    Endorsement,
    EndorsementMove,
    Library,
    Membership,
    ReviewItem,
    ReviewMove,
    TrainingAction,
)
from tracker.reviews.differences import actions as differences
from tracker.reviews.differences.queries import own_side, undoable
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review import actions as reviews
from tracker.reviews.review.rules import seen_stamp
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

AGREED = EndorsedAnswer.PARTLY
OUTSIDERS = ("ben", "hugo", "cora", "adam", "olaf")


def differing(world: World, count: int = 2) -> int:
    """A review of which every item differs. Its id."""
    review_id = send(world, *[YES, PART, NO][:count])
    said = (ReviewerAnswer.PARTLY, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.CONSISTENTLY)
    answer_all(world, review_id, *said[:count])
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    return review_id


def confirm(
    world: World, name: str, item_id: int, answer: EndorsedAnswer = AGREED, reason: str = "talked"
) -> bool:
    return sides.confirm(actor(world, name), item_id, answer, reason, world.now)


def statuses(review_id: int) -> list[str]:
    return [item.status for item in items(review_id)]


@pytest.mark.parametrize("order", [("ana", "sue"), ("sue", "ana")])
def test_both_confirm_the_same_and_it_is_endorsed(world: World, order: tuple[str, str]) -> None:
    review_id = differing(world)
    item_id = item_ids(review_id)[0]
    assert confirm(world, order[0], item_id) is False
    assert statuses(review_id) == ["differs", "differs"]
    assert confirm(world, order[1], item_id) is True
    assert statuses(review_id) == ["endorsed", "differs"]
    given = session().scalars(select(Endorsement)).one()
    assert (given.answer, given.status, given.endorser_id) == (
        "partly",
        "standing",
        world.people["sue"],
    )
    assert (items(review_id)[0].learner_answer, items(review_id)[0].reviewer_answer) == (
        "consistently",
        "partly",
    )
    written = session().scalars(
        select(ReviewMove.move).where(ReviewMove.item_id == item_id).order_by(ReviewMove.id)
    )
    assert list(written)[-3:] == ["confirm", "confirm", "agree"]


def test_nothing_is_endorsed_that_was_not_seen(world: World) -> None:
    review_id, seen = differing(world), "2026-11-01T00:00:00+00:00"
    item_id = item_ids(review_id)[0]
    confirm(world, "ana", item_id)
    sue = actor(world, "sue")
    with pytest.raises(Conflict, match="confirmation_unseen"):
        sides.confirm(sue, item_id, AGREED, "mine", world.now, seen)
    assert session().scalars(select(Confirmation.reason)).all() == ["talked"]
    shown = seen_stamp(session().scalars(select(Confirmation.confirmed_at)).one())
    assert (
        sides.confirm(sue, item_id, EndorsedAnswer.CONSISTENTLY, "mine", world.now, seen) is False
    )
    assert sides.confirm(sue, item_id, AGREED, "mine", world.now, shown) is True


OTHER_WINDOW = {
    "another answer": (ChoiceKind.AGREE, EndorsedAnswer.CONSISTENTLY),
    "to talk": (ChoiceKind.TALK, None),
    "no agreement": (ChoiceKind.NO_AGREEMENT, None),
}


@pytest.mark.parametrize("how", OTHER_WINDOW)
@pytest.mark.parametrize("first", ["confirmed", "taken back"])
def test_another_window_of_ones_own_replaces_nothing_that_it_did_not_show(
    world: World, how: str, first: str
) -> None:
    review_id = differing(world)
    item_id, ana = item_ids(review_id)[0], actor(world, "ana")
    confirm(world, "ana", item_id)
    shown = ""
    if first == "taken back":
        shown = seen_stamp(session().scalars(select(Confirmation.confirmed_at)).one())
        differences.take_back(ana, item_id, world.now)

    def stands() -> list[tuple[object, ...]]:
        read = session().execute(select(Confirmation.answer, Confirmation.confirmed_at))
        return [tuple(row) for row in read]

    kind, answer = OTHER_WINDOW[how]
    behind = Choice(item_id, kind, answer, "mine", own=shown)
    before = stands()
    with pytest.raises(Conflict) as refused:
        differences.confirm_all(ana, review_id, [behind], world.now)
    assert refused.value.facts["rows"][item_id].code == "confirmation_own"
    assert (stands(), statuses(review_id)) == (before, ["differs", "differs"])
    now = (
        "" if not before else seen_stamp(session().scalars(select(Confirmation.confirmed_at)).one())
    )
    differences.confirm_all(ana, review_id, [replace(behind, own=now)], world.now)
    assert (stands(), statuses(review_id)) != (before, ["differs", "differs"])


def test_the_same_word_twice_is_no_conflict(world: World) -> None:
    review_id = differing(world)
    item_id, ana = item_ids(review_id)[0], actor(world, "ana")
    same = Choice(item_id, ChoiceKind.AGREE, AGREED, "talked", own="")
    for _window in range(2):
        assert differences.confirm_all(ana, review_id, [same], world.now).waiting == 1


@pytest.mark.parametrize("order", [("ana", "sue"), ("sue", "ana")])
def test_both_confirm_the_same_at_once_and_it_is_agreed(
    world: World, order: tuple[str, str]
) -> None:
    """Neither page showed the other's word; and who sends theirs again is told the same."""
    review_id = differing(world)
    told = [
        differences.confirm_all(
            actor(world, name),
            review_id,
            [
                Choice(item_id_, ChoiceKind.AGREE, AGREED, "", "")
                for item_id_ in item_ids(review_id)
            ],
            world.now,
        )
        for name in (*order, order[0])
    ]
    assert [(each.agreed, each.waiting) for each in told] == [(0, 2), (2, 0), (2, 0)]
    assert statuses(review_id) == ["endorsed", "endorsed"]
    assert len(session().scalars(select(Endorsement)).all()) == 2


def test_different_confirmations_wait_and_can_change(world: World) -> None:
    item_id = item_ids(differing(world))[0]
    confirm(world, "ana", item_id, EndorsedAnswer.CONSISTENTLY, "I run it alone")
    confirm(world, "sue", item_id, EndorsedAnswer.PARTLY, "Not on Saturdays")
    confirm(world, "sue", item_id, EndorsedAnswer.NOT_YET, "Not at all")
    said = session().execute(
        select(Confirmation.answer, Confirmation.reason).order_by(Confirmation.person_id)
    )
    assert sorted(tuple(row) for row in said) == [
        ("consistently", "I run it alone"),
        ("not_yet", "Not at all"),
    ]
    assert confirm(world, "ana", item_id, EndorsedAnswer.NOT_YET) is True


def test_one_side_confirming_twice_is_no_agreement(world: World) -> None:
    item_id = item_ids(differing(world))[0]
    assert [confirm(world, "sue", item_id) for _ in range(2)] == [False, False]


def test_a_reason_is_needed_for_an_answer_that_neither_gave(world: World) -> None:
    """The learner said *consistently*, the supervisor *partly*."""
    item_id, third = item_ids(differing(world))[0], EndorsedAnswer.NOT_YET
    for reason in ("", "   "):
        with pytest.raises(Invalid, match="difference_reason"):
            confirm(world, "ana", item_id, third, reason)
    with pytest.raises(Invalid, match="review_text_long"):
        confirm(world, "ana", item_id, third, "x" * 4001)
    for given in (EndorsedAnswer.CONSISTENTLY, EndorsedAnswer.PARTLY):
        assert confirm(world, "ana", item_id, given, "") is False
    assert confirm(world, "ana", item_id, third, "Since May.") is False
    assert confirm(world, "sue", item_id, third, "") is True, "the other side said why"


@pytest.mark.parametrize("name", ["ana", "sue"])
def test_either_keeps_apart_and_the_last_one_closes(world: World, name: str) -> None:
    review_id = differing(world)
    first, second = item_ids(review_id)
    sides.keep_apart(actor(world, name), first, world.now)
    assert review(review_id).status == "differences_open"
    with pytest.raises(Conflict, match="move_not_now"):
        confirm(world, "ana", first)
    sides.keep_apart(actor(world, name), second, world.now)
    assert (statuses(review_id), review(review_id).status) == (["kept_apart"] * 2, "closed")
    assert session().scalars(select(Endorsement)).all() == []


def test_keeping_apart_suspends_what_stood(world: World) -> None:
    statement_id = world.statements["communication"][0]
    endorse(
        world,
        "ana",
        "sue",
        statement_id,
        EndorsedAnswer.CONSISTENTLY,
        world.now - dt.timedelta(days=90),
    )
    item_id = item_ids(differing(world, 1))[0]
    assert session().scalars(select(Endorsement.status)).all() == ["standing"], (
        "until the two have ended it"
    )
    sides.keep_apart(actor(world, "ana"), item_id, world.now)
    given = session().scalars(select(Endorsement)).one()
    assert (given.status, given.ended_at) == ("suspended", world.now)


class TestTakingBack:
    def test_a_confirmation_becomes_a_choice_that_only_its_owner_has(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        confirm(world, "ana", item_id, EndorsedAnswer.PARTLY, "since May")
        differences.take_back(actor(world, "ana"), item_id, world.now)
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
            differences.take_back(actor(world, "sue"), item_id, world.now)

    def test_not_once_it_is_agreed(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        for name in ("ana", "sue"):
            confirm(world, name, item_id)
        with pytest.raises(Conflict, match="move_not_now"):
            differences.take_back(actor(world, "ana"), item_id, world.now)

    def test_to_talk_about_it_can_be_taken_back_as_well(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        who = actor(world, "sue")
        done = differences.confirm_all(
            who, review_id, [Choice(item_id, ChoiceKind.TALK)], world.now
        )
        assert (done.both, done.waiting, done.agreed, done.apart) == (1, 0, 0, 0)
        assert session().scalars(select(Confirmation.answer)).all() == [None]
        differences.take_back(who, item_id, world.now)
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

    def test_what_it_suspended_stands_again_by_a_move(self, world: World) -> None:
        self.endorsed_before(world)
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        differences.undo_keep_apart(actor(world, "ana"), item_id, world.now + self.LATER)
        given = session().scalars(select(Endorsement)).one()
        assert (given.status, given.ended_at) == ("standing", None)
        moves = session().execute(
            select(EndorsementMove.before, EndorsementMove.after, EndorsementMove.actor_id)
            .where(EndorsementMove.endorsement_id == given.id)
            .order_by(EndorsementMove.id)
        )
        ana = world.people["ana"]
        assert [tuple(move) for move in moves] == [
            ("", "standing", world.people["sue"]),
            ("standing", "suspended", ana),
            ("suspended", "standing", ana),
        ]
        assert statuses(review_id)[0] == "differs"
        sides.keep_apart(actor(world, "sue"), item_id, world.now + 2 * self.LATER)
        session().rollback()
        assert session().scalars(select(Endorsement.status)).all() == ["suspended"]

    def test_only_by_whoever_did_it(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        with pytest.raises(Conflict, match="move_not_now"):
            differences.undo_keep_apart(actor(world, "sue"), item_id, world.now)

    def test_not_once_the_last_one_closed_the_review(self, world: World) -> None:
        review_id = differing(world)
        for item_id in item_ids(review_id):
            sides.keep_apart(actor(world, "ana"), item_id, world.now)
        assert review(review_id).status == "closed"
        for item_id in item_ids(review_id):
            with pytest.raises(Conflict, match="move_not_now"):
                differences.undo_keep_apart(actor(world, "ana"), item_id, world.now)

    def test_not_once_the_statement_was_sent_again(self, world: World) -> None:
        self.endorsed_before(world)
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        ana = world.people["ana"]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        assert undoable(review_id, ana) == {item_id}
        assert undoable(review_id, world.people["sue"]) == frozenset()
        send_again(world, YES)
        assert undoable(review_id, ana) == frozenset()
        with pytest.raises(Conflict, match="difference_sent_again"):
            differences.undo_keep_apart(actor(world, "ana"), item_id, world.now)
        assert session().scalars(select(Endorsement.status)).all() == ["suspended"]

    def test_not_after_the_time_for_differences(self, world: World) -> None:
        review_id = differing(world)
        item_id = item_ids(review_id)[0]
        sides.keep_apart(actor(world, "ana"), item_id, world.now)
        with pytest.raises(Conflict, match="differences_over"):
            differences.undo_keep_apart(actor(world, "ana"), item_id, TestTime.after)
        assert review(review_id).status == "closed"


class TestChoosing:
    def test_a_choice_is_its_owners_alone_until_it_is_confirmed(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        ana, sue = actor(world, "ana"), actor(world, "sue")
        choices = [
            Choice(first, ChoiceKind.AGREE, "partly"),
            Choice(second, ChoiceKind.NO_AGREEMENT),
        ]
        differences.choose(ana, review_id, choices, [], world.now)
        assert set(own_side(review_id, ana.person_id).choices) == {first, second}
        assert own_side(review_id, sue.person_id).choices == {}
        assert statuses(review_id) == ["differs", "differs"]
        assert session().scalars(select(Confirmation)).all() == []
        assert session().scalars(select(ReviewMove).where(ReviewMove.move == "confirm")).all() == []
        differences.choose(ana, review_id, choices[:1], [second], world.now)
        session().rollback()
        assert set(own_side(review_id, ana.person_id).choices) == {first}
        sides.keep_apart(sue, first, world.now)
        session().rollback()
        assert own_side(review_id, ana.person_id).choices == {}, "it goes when the difference ends"

    def test_all_are_confirmed_or_none(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        choices = [
            Choice(first, ChoiceKind.AGREE, "partly"),
            Choice(second, ChoiceKind.AGREE, "not_my_work"),
        ]
        with pytest.raises(Conflict, match="answers_refused") as refused:
            differences.confirm_all(actor(world, "ana"), review_id, choices, world.now)
        rows = refused.value.facts["rows"]
        assert isinstance(rows, dict)
        assert {item_id: why.code for item_id, why in rows.items()} == {second: "difference_reason"}
        assert session().scalars(select(Confirmation)).all() == []

    def test_one_review_at_a_time(self, world: World) -> None:
        review_id = differing(world)
        other = item_ids(send(world, YES, skip=3))[0]
        for act in (
            lambda: differences.choose(
                actor(world, "ana"), review_id, [Choice(other, ChoiceKind.TALK)], [], world.now
            ),
            lambda: differences.confirm_all(
                actor(world, "ana"), review_id, [Choice(other, ChoiceKind.TALK)], world.now
            ),
        ):
            with pytest.raises(Missing):
                act()

    def test_the_last_ones_close_the_review(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        confirm(world, "sue", first)
        done = differences.confirm_all(
            actor(world, "ana"),
            review_id,
            [Choice(first, ChoiceKind.AGREE, "partly"), Choice(second, ChoiceKind.NO_AGREEMENT)],
            world.now,
        )
        assert (done.agreed, done.apart, done.waiting) == (1, 1, 0)
        assert review(review_id).status == "closed"


def test_nobody_else_has_a_say(world: World) -> None:
    item_id = item_ids(differing(world))[0]
    for name in OUTSIDERS:
        who = actor(world, name)
        with pytest.raises(Missing):
            sides.confirm(who, item_id, AGREED, "x", world.now)
        with pytest.raises(Missing):
            sides.keep_apart(who, item_id, world.now)
        for move in (differences.take_back, differences.undo_keep_apart):
            with pytest.raises(Missing):
                move(who, item_id, world.now)
        with pytest.raises(Missing):
            differences.choose(
                who, session().get_one(ReviewItem, item_id).review_id, [], [], world.now
            )
        with pytest.raises(Missing):
            differences.add_next_step(who, item_id, who.person_id, "x", world.now.date(), world.now)


def test_before_the_reveal_there_is_nothing_to_agree_on(world: World) -> None:
    review_id = send(world, YES)
    (item_id,) = answer_all(world, review_id, ReviewerAnswer.PARTLY)
    for call in (
        lambda: confirm(world, "ana", item_id),
        lambda: sides.keep_apart(actor(world, "sue"), item_id, world.now),
        lambda: differences.add_next_step(
            actor(world, "sue"), item_id, world.people["ana"], "x", world.now.date(), world.now
        ),
    ):
        with pytest.raises(Conflict, match="move_not_now"):
            call()


class TestTime:
    last = dt.datetime(2026, 12, 8, 23, 59, tzinfo=dt.UTC)
    after = dt.datetime(2026, 12, 9, 0, 0, tzinfo=dt.UTC)

    def test_the_last_day_still_counts_and_then_what_is_open_is_kept_apart(
        self, world: World
    ) -> None:
        review_id = differing(world)
        assert differences.keep_due_apart(self.last) == 0
        assert differences.keep_due_apart(self.after) == 2
        assert (statuses(review_id), review(review_id).status) == (["kept_apart"] * 2, "closed")
        rows = (
            session()
            .scalars(select(ReviewMove.actor_id).where(ReviewMove.move == "keep_apart"))
            .all()
        )
        assert rows == [None, None], "nobody did it: time did"
        assert differences.keep_due_apart(self.after) == 0

    def test_the_day_is_that_of_the_library(self, world: World) -> None:
        with transaction() as tx:
            tx.execute(update(Library).values(time_zone="America/Los_Angeles"))
        differing(world)
        assert differences.keep_due_apart(self.after) == 0
        assert differences.keep_due_apart(self.after + dt.timedelta(hours=8)) == 2

    def test_who_comes_too_late_is_told_and_it_is_kept_apart(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        confirm(world, "ana", first)
        with pytest.raises(Conflict, match="differences_over"):
            sides.confirm(actor(world, "sue"), first, AGREED, "x", self.after)
        assert (statuses(review_id), review(review_id).status) == (["kept_apart"] * 2, "closed")
        with pytest.raises(Conflict, match="move_not_now"):
            sides.keep_apart(actor(world, "sue"), second, self.after)

    def test_what_is_still_out_with_a_question_goes_on(self, world: World) -> None:
        review_id = send(world, YES, PART)
        first, second = item_ids(review_id)
        answer(world, first, ReviewerAnswer.NOT_YET)
        ask(actor(world, "sue"), second, "Where?", 1, world.now)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        assert differences.keep_due_apart(self.after) == 1
        assert (statuses(review_id), review(review_id).status) == (
            ["kept_apart", "returned"],
            "differences_open",
        )
        reviews.reply(actor(world, "ana"), second, "Here", self.after)
        respond(
            actor(world, "sue"), second, ReviewerAnswer.NOT_YET, Ground.SAW_IT, "", 3, self.after
        )
        reviews.reveal(actor(world, "sue"), review_id, self.after)
        assert review(review_id).differences_due_on == dt.date(2026, 12, 23), (
            "a later reveal has its own time"
        )
        assert confirm(world, "ana", second) is False


class TestNextSteps:
    def test_what_whose_and_by_when(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        for name in ("ana", "sue"):
            differences.add_next_step(
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
        differences.finish_next_step(actor(world, "ana"), item_id, steps[0].id, world.now)
        differences.finish_next_step(
            actor(world, "sue"), item_id, steps[0].id, world.now + dt.timedelta(days=1)
        )
        session().rollback()
        assert session().get_one(TrainingAction, steps[0].id).done_at == world.now

    def test_an_agreed_one_may_have_one_too(self, world: World) -> None:
        item_id = item_ids(differing(world))[0]
        confirm(world, "ana", item_id)
        confirm(world, "sue", item_id)
        assert differences.add_next_step(
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
            differences.add_next_step(
                actor(world, "sue"), item_id, world.people[owner], text, due_on, world.now
            )

    def test_a_step_of_another_item_is_not_found(self, world: World) -> None:
        first, second = item_ids(differing(world))
        step_id = differences.add_next_step(
            actor(world, "sue"), first, world.people["ana"], "x", world.now.date(), world.now
        )
        for item_id, step in ((second, step_id), (first, 2**31 - 1)):
            with pytest.raises(Missing):
                differences.finish_next_step(actor(world, "ana"), item_id, step, world.now)


def test_a_supervisor_who_left_agrees_on_nothing_but_the_learner_can_end_it(world: World) -> None:
    review_id = differing(world, 1)
    item_id = item_ids(review_id)[0]
    who = actor(world, "sue")
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.role == "supervisor")
            .values(ends_on=dt.date(2026, 11, 23))
        )
    with pytest.raises(Missing):
        sides.confirm(who, item_id, AGREED, "x", world.now)
    sides.keep_apart(actor(world, "ana"), item_id, world.now)
    assert review(review_id).status == "closed"
