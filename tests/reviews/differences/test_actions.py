"""Agreeing, keeping apart, running out of time, and next steps."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import supervises_no_more
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, answer_all, item_ids, items, review, send
from tests.factories.world import World
from tests.reviews.differences.settled import AGREED, confirm, differing
from tests.reviews.review.state import statuses
from tracker.db import session
from tracker.models import Confirmation, Endorsement, ReviewItem, ReviewMove
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.queries import own_side
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review.rules import seen_stamp
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

OUTSIDERS = ("ben", "hugo", "cora", "adam", "olaf")


@pytest.mark.parametrize("order", [("ana", "sue"), ("sue", "ana")])
def test_both_confirm_the_same_and_it_is_endorsed(world: World, order: tuple[str, str]) -> None:
    review_id = differing(world)
    item_id = item_ids(review_id)[0]
    assert confirm(world, order[0], item_id) is False
    assert statuses(review_id) == ["differs", "differs"]
    assert confirm(world, order[1], item_id) is True
    assert statuses(review_id) == ["endorsed", "differs"]
    assert session().scalars(select(Endorsement)).all() == [], "it counts once the review ends"
    later = world.now + dt.timedelta(hours=1)
    sides.keep_apart(actor(world, order[0]), item_ids(review_id)[1], later)
    session().rollback()
    given = session().scalars(select(Endorsement)).one()
    assert (given.answer, given.status, given.endorser_id, given.endorsed_at) == (
        "partly",
        "standing",
        world.people["sue"],
        later,
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
        differences_actions.take_back(ana, item_id, world.now)

    def stands() -> list[tuple[object, ...]]:
        read = session().execute(select(Confirmation.answer, Confirmation.confirmed_at))
        return [tuple(row) for row in read]

    kind, answer = OTHER_WINDOW[how]
    behind = Choice(item_id, kind, answer, "mine", own=shown)
    before = stands()
    with pytest.raises(Conflict) as refused:
        differences_actions.confirm_all(ana, review_id, [behind], world.now)
    assert refused.value.facts["rows"][item_id].code == "confirmation_own"
    assert (stands(), statuses(review_id)) == (before, ["differs", "differs"])
    now = (
        "" if not before else seen_stamp(session().scalars(select(Confirmation.confirmed_at)).one())
    )
    differences_actions.confirm_all(ana, review_id, [replace(behind, own=now)], world.now)
    assert (stands(), statuses(review_id)) != (before, ["differs", "differs"])


def test_the_same_word_twice_is_no_conflict(world: World) -> None:
    review_id = differing(world)
    item_id, ana = item_ids(review_id)[0], actor(world, "ana")
    same = Choice(item_id, ChoiceKind.AGREE, AGREED, "talked", own="")
    for _window in range(2):
        assert differences_actions.confirm_all(ana, review_id, [same], world.now).waiting == 1


@pytest.mark.parametrize("order", [("ana", "sue"), ("sue", "ana")])
def test_both_confirm_the_same_at_once_and_it_is_agreed(
    world: World, order: tuple[str, str]
) -> None:
    """Neither page showed the other's word; and who sends theirs again is told the same."""
    review_id = differing(world)
    told = [
        differences_actions.confirm_all(
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


class TestChoosing:
    def test_a_choice_is_its_owners_alone_until_it_is_confirmed(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        ana, sue = actor(world, "ana"), actor(world, "sue")
        choices = [
            Choice(first, ChoiceKind.AGREE, "partly"),
            Choice(second, ChoiceKind.NO_AGREEMENT),
        ]
        differences_actions.choose(ana, review_id, choices, [], world.now)
        assert set(own_side(review_id, ana.person_id).choices) == {first, second}
        assert own_side(review_id, sue.person_id).choices == {}
        assert statuses(review_id) == ["differs", "differs"]
        assert session().scalars(select(Confirmation)).all() == []
        assert session().scalars(select(ReviewMove).where(ReviewMove.move == "confirm")).all() == []
        differences_actions.choose(ana, review_id, choices[:1], [second], world.now)
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
            differences_actions.confirm_all(actor(world, "ana"), review_id, choices, world.now)
        rows = refused.value.facts["rows"]
        assert isinstance(rows, dict)
        assert {item_id: why.code for item_id, why in rows.items()} == {second: "difference_reason"}
        assert session().scalars(select(Confirmation)).all() == []

    def test_one_review_at_a_time(self, world: World) -> None:
        review_id = differing(world)
        other = item_ids(send(world, YES, skip=3))[0]
        for act in (
            lambda: differences_actions.choose(
                actor(world, "ana"), review_id, [Choice(other, ChoiceKind.TALK)], [], world.now
            ),
            lambda: differences_actions.confirm_all(
                actor(world, "ana"), review_id, [Choice(other, ChoiceKind.TALK)], world.now
            ),
        ):
            with pytest.raises(Missing):
                act()

    def test_the_last_ones_close_the_review(self, world: World) -> None:
        review_id = differing(world)
        first, second = item_ids(review_id)
        confirm(world, "sue", first)
        done = differences_actions.confirm_all(
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
        for move in (differences_actions.take_back, differences_actions.undo_keep_apart):
            with pytest.raises(Missing):
                move(who, item_id, world.now)
        with pytest.raises(Missing):
            differences_actions.choose(
                who, session().get_one(ReviewItem, item_id).review_id, [], [], world.now
            )
        with pytest.raises(Missing):
            differences_actions.add_next_step(
                who, item_id, who.person_id, "x", world.now.date(), world.now
            )


def test_before_the_reveal_there_is_nothing_to_agree_on(world: World) -> None:
    review_id = send(world, YES)
    (item_id,) = answer_all(world, review_id, ReviewerAnswer.PARTLY)
    for call in (
        lambda: confirm(world, "ana", item_id),
        lambda: sides.keep_apart(actor(world, "sue"), item_id, world.now),
        lambda: differences_actions.add_next_step(
            actor(world, "sue"), item_id, world.people["ana"], "x", world.now.date(), world.now
        ),
    ):
        with pytest.raises(Conflict, match="move_not_now"):
            call()


def test_a_supervisor_who_left_agrees_on_nothing_but_the_learner_can_end_it(world: World) -> None:
    review_id = differing(world, 1)
    item_id = item_ids(review_id)[0]
    who = actor(world, "sue")
    supervises_no_more(world)
    with pytest.raises(Missing):
        sides.confirm(who, item_id, AGREED, "x", world.now)
    sides.keep_apart(actor(world, "ana"), item_id, world.now)
    assert review(review_id).status == "closed"
