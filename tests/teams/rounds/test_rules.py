"""States of people in a round, reviews by supervisor, and what a reader without levels is told."""

import datetime as dt

import pytest

from tracker.teams.rounds.rules import (
    MEDIAN_LEAST,
    STATES,
    RoundReview,
    RoundState,
    RoundSupervisor,
    by_supervisor,
    state_of,
    without_levels,
)

TODAY = dt.date(2026, 11, 24)
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
NOT_SENT, SENT, IN_REVIEW, FINISHED = STATES


def review(
    *,
    by: str = "Sue",
    begun: bool = False,
    days: int | None = None,
    due_in: int = 3,
    counts: bool = True,
) -> RoundReview:
    return RoundReview(
        by=RoundSupervisor(ord(by[0]), by),
        sent_at=NOON,
        begun=begun,
        due_on=TODAY + dt.timedelta(days=due_in),
        statements=3,
        days=days,
        counts=counts,
    )


@pytest.mark.parametrize(
    ("reviews", "state"),
    [
        ([], NOT_SENT),
        ([review()], SENT),
        ([review(begun=True)], IN_REVIEW),
        ([review(days=4)], FINISHED),
        ([review(days=4), review()], SENT),
        ([review(), review(begun=True)], IN_REVIEW),
        ([review(days=4, begun=True), review(days=1)], FINISHED),
    ],
)
def test_the_state_of_a_person(reviews: list[RoundReview], state: RoundState) -> None:
    assert state_of(reviews) is state


def test_a_supervisor() -> None:
    """What the two talk over is open like the rest, and what was handed on is no work of theirs."""
    reviews = [
        review(),
        review(due_in=-1),
        review(begun=True, due_in=-9),
        review(days=30, counts=False),
        *(review(days=each) for each in (2, 9, 4, 30)),
    ]
    (sue,) = by_supervisor(reviews, [], TODAY)
    assert (sue.person_id, sue.name) == (ord("S"), "Sue")
    assert (sue.open, sue.overdue) == (3, 2)
    assert sue.oldest_at == NOON
    assert (sue.finished, sue.median_days) == (4, None)
    (sue,) = by_supervisor([*reviews, review(days=5)], [], TODAY)
    assert (sue.finished, sue.median_days) == (MEDIAN_LEAST, 5)


def test_what_is_due_today_is_not_overdue() -> None:
    assert by_supervisor([review(due_in=0)], [], TODAY)[0].overdue == 0


def test_a_supervisor_for_whom_nothing_waits() -> None:
    (sue,) = by_supervisor([review(days=4)], [], TODAY)
    assert (sue.open, sue.oldest_at) == (0, None)


def test_who_only_handed_on_is_not_there() -> None:
    assert by_supervisor([review(by="Una", days=3, counts=False)], [], TODAY) == []


def test_who_has_not_sent_counts_for_each_who_would_review_them() -> None:
    sue, ana = RoundSupervisor(ord("S"), "Sue"), RoundSupervisor(ord("A"), "Ana")
    found = {each.name: each for each in by_supervisor([review()], [sue, sue, ana], TODAY)}
    assert (found["Sue"].not_sent, found["Sue"].open) == (2, 1)
    assert (found["Ana"].not_sent, found["Ana"].open) == (1, 0)


def test_without_levels_no_state_says_that_a_review_ended() -> None:
    assert [without_levels(each) for each in STATES] == [NOT_SENT, SENT, SENT, SENT]
