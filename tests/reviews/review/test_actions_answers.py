"""Many items in one transaction: those that were named and no others, all of them or none."""

from dataclasses import replace

import pytest

from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import NO, PART, YES, actor, answer, answer_all, item_ids, items, send
from tests.factories.world import World
from tracker.evidence.pieces import actions as pieces_actions
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules import Ground
from tracker.reviews.review import actions as review_actions
from tracker.reviews.review.rules import NewerAnswer, ReviewerResponse
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("app_context")

TELLS, SAYS_PART, SAYS_NO = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
)


def said(
    item_id: int,
    version: int = 1,
    ground: Ground | None = Ground.SAW_IT,
    answer: object = SAYS_PART,
) -> ReviewerResponse:
    return ReviewerResponse(item_id, answer, ground, "", version)  # type: ignore[arg-type]


def statuses(*review_ids: int) -> list[str]:
    return [item.status for review_id in review_ids for item in items(review_id)]


@pytest.mark.parametrize("named", [[0], [0, 2], [0, 1, 2]])
def test_what_is_named_changes_and_nothing_else(world: World, named: list[int]) -> None:
    review_id = send(world, YES, PART, NO)
    ids = item_ids(review_id)
    changed = review_actions.answer(
        actor(world, "sue"), [said(ids[each]) for each in named], world.now
    )
    assert changed == len(named)
    assert statuses(review_id) == ["answered" if each in named else "waiting" for each in range(3)]
    assert [item.version for item in items(review_id)] == [
        2 if each in named else 1 for each in range(3)
    ]


def test_people_of_several_reviews_are_answered_together(world: World) -> None:
    of_ana, of_ben = send(world, YES), send(world, NO, learner="ben")
    many = [said(item_ids(of_ben)[0]), said(item_ids(of_ana)[0])]
    assert review_actions.answer(actor(world, "sue"), many, world.now) == 2
    assert statuses(of_ana, of_ben) == ["answered", "answered"]
    assert review_actions.answer(actor(world, "sue"), many, world.now) == 0, (
        "the same again changes nothing"
    )


def test_where_one_has_moved_on_none_is_written(world: World) -> None:
    review_id = send(world, YES, PART)
    first, second = item_ids(review_id)
    answer(world, first, SAYS_NO, note="elsewhere")
    with pytest.raises(Conflict) as refusal:
        review_actions.answer(actor(world, "sue"), [said(first), said(second)], world.now)
    rows = refusal.value.facts["rows"]
    assert isinstance(rows, dict)
    assert list(rows) == [first]
    assert rows[first].facts["current"] == NewerAnswer(SAYS_NO, Ground.SAW_IT, "elsewhere", 2)
    assert statuses(review_id) == ["answered", "waiting"]
    review_actions.answer(actor(world, "sue"), [said(first, 2), said(second)], world.now)
    assert statuses(review_id) == ["answered", "answered"]


def test_what_can_be_answered_no_more_is_named_and_breaks_nothing(world: World) -> None:
    review_id = send(world, YES, PART)
    first, second = answer_all(world, review_id, TELLS, SAYS_NO)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    third = item_ids(send(world, NO, skip=2))[0]
    asked = ReviewerResponse(first, None, None, "Where?", 3)
    with pytest.raises(Conflict) as refusal:
        review_actions.answer(actor(world, "sue"), [asked, said(second, 3), said(third)], world.now)
    rows = refusal.value.facts["rows"]
    assert isinstance(rows, dict)
    assert {item_id: why.code for item_id, why in rows.items()} == {
        first: "move_not_now",
        second: "move_not_now",
    }
    assert items(review_id)[0].reviewer_answer == TELLS


def test_each_is_looked_at_by_itself(world: World) -> None:
    review_id = send(world, YES, PART, NO)
    first, second, third = item_ids(review_id)
    with pytest.raises(Conflict) as refusal:
        review_actions.answer(
            actor(world, "sue"),
            [said(first), said(second, ground=None), ReviewerResponse(third, None, None, " ", 1)],
            world.now,
        )
    rows = refusal.value.facts["rows"]
    assert isinstance(rows, dict)
    assert {item_id: why.code for item_id, why in rows.items()} == {
        second: "review_ground_needed",
        third: "review_text_needed",
    }
    assert all(isinstance(why, Invalid) for why in rows.values())
    assert statuses(review_id) == ["waiting"] * 3


@pytest.mark.parametrize(
    ("answer", "ground", "is_asked"),
    [
        (SAYS_NO, Ground.WAS_TOLD, True),
        (SAYS_PART, Ground.WAS_TOLD, True),
        (TELLS, Ground.WAS_TOLD, True),
        (ReviewerAnswer.NOT_THEIR_WORK, Ground.WAS_TOLD, False),
        (SAYS_NO, Ground.SAW_IT, False),
        (SAYS_PART, Ground.SAW_PRODUCT, False),
    ],
)
def test_what_was_told_is_asked_whatever_the_rating_is(
    world: World, answer: ReviewerAnswer, ground: Ground, is_asked: bool
) -> None:
    (item_id,) = item_ids(send(world, YES))
    response = ReviewerResponse(item_id, answer, ground, " ", 1)
    if not is_asked:
        assert review_actions.answer(actor(world, "sue"), [response], world.now) == 1
        return
    with pytest.raises(Conflict) as refusal:
        review_actions.answer(actor(world, "sue"), [response], world.now)
    rows = refusal.value.facts["rows"]
    assert isinstance(rows, dict)
    assert {key: (why.code, why.field) for key, why in rows.items()} == {
        item_id: ("review_told_needed", "note")
    }
    told = replace(response, note="Tom closed for her.")
    assert review_actions.answer(actor(world, "sue"), [told], world.now) == 1


@pytest.mark.parametrize("who", ["ana", "ben", "hugo", "cora", "adam"])
def test_nobody_answers_what_was_not_sent_to_them(world: World, who: str) -> None:
    review_id = send(world, YES)
    with pytest.raises(Missing):
        review_actions.answer(actor(world, who), [said(item_ids(review_id)[0])], world.now)
    assert statuses(review_id) == ["waiting"]


def test_one_that_is_not_theirs_among_others_stops_all(world: World) -> None:
    mine, other = send(world, YES), send(world, YES, learner="lea", reviewer="hugo")
    with pytest.raises(Missing):
        review_actions.answer(
            actor(world, "sue"), [said(item_ids(mine)[0]), said(item_ids(other)[0])], world.now
        )
    assert statuses(mine, other) == ["waiting", "waiting"]


def test_the_evidence_is_a_ground_only_where_some_was_sent(world: World) -> None:
    statement_id = world.statements["communication"][0]
    pieces_actions.create_each(
        actor(world, "ana"),
        EvidenceContent("Drop-in", "Six sessions", "", world.now.date()),
        [],
        now=world.now,
        reasons={statement_id: "I led it"},
    )
    with_it, without = item_ids(send(world, YES, PART))
    sue = actor(world, "sue")
    assert review_actions.answer(sue, [said(with_it, ground=Ground.EVIDENCE_ONLY)], world.now) == 1
    with pytest.raises(Conflict) as refused:
        review_actions.answer(sue, [said(without, ground=Ground.EVIDENCE_ONLY)], world.now)
    assert refused.value.facts["rows"][without].code == "review_ground_empty"


@pytest.mark.parametrize("answer", [ReviewerAnswer.NOT_THEIR_WORK, ReviewerAnswer.CANNOT_TELL])
@pytest.mark.parametrize("ground", [None, Ground.SAW_PRODUCT])
def test_what_tells_of_nothing_seen_keeps_no_ground(
    world: World, answer: ReviewerAnswer, ground: Ground | None
) -> None:
    review_id = send(world, YES)
    (item_id,) = item_ids(review_id)
    response = ReviewerResponse(item_id, answer, ground, "", 1)
    assert review_actions.answer(actor(world, "sue"), [response], world.now) == 1
    assert [(item.reviewer_answer, item.ground) for item in items(review_id)] == [(answer, None)]
