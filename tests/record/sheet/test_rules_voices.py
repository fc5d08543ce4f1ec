"""Each statement with both sides, as each reader gets it, of made sheets."""

import datetime as dt

import pytest

from tests.record.sheet.test_rules_words import DAY, PLACE, sheet, statement, word
from tracker.record.sheet.rules import Record, SentItem, Side
from tracker.record.sheet.rules_summaries import LearnerReviewState, learner_side, voices
from tracker.record.workflow.rules import SEALED, ItemStatus


def sent(status: ItemStatus, *, is_revealed: bool = False) -> SentItem:
    at = DAY + dt.timedelta(days=1)
    return SentItem(status, at, 1, 1, at if is_revealed else None, 0, "u1", not is_revealed)


@pytest.mark.parametrize("side", [Side.OWN, Side.REVEALED, None])
def test_a_reader_gets_their_side(side: Side | None) -> None:
    said = {
        Side.OWN: {1: [word("yes", 2)]},
        Side.REVEALED: {1: [word("no", 1)]},
        Side.REVIEWED: {1: [word("no", 1)._replace(who="Maria Ortiz", who_id=4, statement_id=1)]},
    }
    of = sheet(Record(1, said), statement(1), side=side, wordings={1: "26.05"})
    (found,) = voices(of, "Ana")
    labels = {Side.OWN: "Yes", Side.REVEALED: "No", None: None}
    assert (found.own.label if found.own else None) == labels[side]
    assert found.endorsed is not None
    assert (found.endorsed.label, found.endorsed.who, found.endorsed.version) == (
        "No",
        "M. Ortiz",
        "26.05",
    )


@pytest.mark.parametrize(
    ("item", "own", "revealed"),
    [
        (sent(ItemStatus.WAITING), LearnerReviewState.WITH_REVIEWER, LearnerReviewState.NOT_SENT),
        (sent(ItemStatus.ANSWERED), LearnerReviewState.WITH_REVIEWER, LearnerReviewState.NOT_SENT),
        (sent(ItemStatus.RETURNED), LearnerReviewState.RETURNED, LearnerReviewState.NOT_SENT),
        (
            sent(ItemStatus.DIFFERS, is_revealed=True),
            LearnerReviewState.DIFFERS,
            LearnerReviewState.DIFFERS,
        ),
    ],
    ids=lambda each: each.status if isinstance(each, SentItem) else str(each),
)
def test_where_it_is_in_a_review_as_far_as_a_reader_may_know(
    item: SentItem, own: LearnerReviewState, revealed: LearnerReviewState
) -> None:
    record = Record(1, sent={1: [item]})
    for side, state in ((Side.OWN, own), (Side.REVEALED, revealed)):
        (found,) = voices(sheet(record, statement(1), side=side), "Ana")
        assert found.review is state
    (found,) = voices(sheet(record, statement(1), side=None), "Ana")
    assert found.review is LearnerReviewState.NOT_SENT


def test_what_was_agreed_to_leave_out_has_both_names() -> None:
    agreed = word("", 1)._replace(place=PLACE, who="Maria Ortiz", reason="Done elsewhere")
    (found, other) = voices(
        sheet(Record(1, exceptions={1: [agreed]}), statement(1), statement(2)), "Ana"
    )
    assert found.exception is not None
    assert (found.exception.names, found.exception.reason) == (
        ("Ana", "Maria Ortiz"),
        "Done elsewhere",
    )
    assert other.exception is None


@pytest.mark.parametrize("status", sorted(SEALED - {ItemStatus.RETURNED}))
def test_before_the_reveal_a_supervisors_answer_does_not_show(status: ItemStatus) -> None:
    assert learner_side(status, revealed=False) is learner_side(ItemStatus.WAITING, revealed=False)


def test_what_a_learner_may_know_of_an_item() -> None:
    found = {status: learner_side(status, revealed=True) for status in (None, *ItemStatus)}
    assert found == {
        None: LearnerReviewState.NOT_SENT,
        ItemStatus.WAITING: LearnerReviewState.WITH_REVIEWER,
        ItemStatus.RETURNED: LearnerReviewState.RETURNED,
        ItemStatus.ANSWERED: LearnerReviewState.WITH_REVIEWER,
        ItemStatus.NOT_OBSERVED: LearnerReviewState.ENDED,
        ItemStatus.DROPPED: LearnerReviewState.ENDED,
        ItemStatus.HANDED_ON: LearnerReviewState.ENDED,
        ItemStatus.DIFFERS: LearnerReviewState.DIFFERS,
        ItemStatus.ENDORSED: LearnerReviewState.ENDED,
        ItemStatus.KEPT_APART: LearnerReviewState.KEPT_APART,
    }
