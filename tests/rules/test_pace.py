"""How long rating takes: one default for each side, then somebody's own pace."""

import datetime as dt

import pytest

from tests.conftest import NOW
from tracker.rules.pace import (
    BREAK,
    ENOUGH,
    LEARNER_LEAST,
    LEARNER_SECONDS,
    REVIEWER_LEAST,
    REVIEWER_SECONDS,
    minutes_for,
    seconds_each,
)

SECOND = dt.timedelta(seconds=1)
Answers = list[tuple[int, dt.datetime]]


def answered(*gaps: dt.timedelta) -> Answers:
    """One statement after the other, with those times between them."""
    moments = [NOW]
    for gap in gaps:
        moments.append(moments[-1] + gap)
    return list(enumerate(moments))


def test_the_default_holds_until_twenty_are_timed() -> None:
    assert seconds_each([], 18, 5) == 18
    assert seconds_each(answered(*[6 * SECOND] * (ENOUGH - 1)), 18, 5) == 18
    assert seconds_each(answered(*[6 * SECOND] * ENOUGH), 18, 5) == 6


def test_it_has_a_floor() -> None:
    quick = answered(*[2 * SECOND] * ENOUGH)
    assert seconds_each(quick, LEARNER_SECONDS, LEARNER_LEAST) == 8
    assert seconds_each(quick, REVIEWER_SECONDS, REVIEWER_LEAST) == 30
    assert minutes_for(105, LEARNER_LEAST) == 14


def test_it_is_the_median_of_one_sitting() -> None:
    gaps = [5 * SECOND] * 9 + [7 * SECOND] * 3 + [60 * SECOND] * 9
    assert seconds_each(answered(*gaps), 18, 5) == 7
    assert seconds_each(answered(*gaps, *[dt.timedelta(days=1)] * 40), 18, 5) == 7


def test_a_break_is_longer_than_its_limit() -> None:
    assert seconds_each(answered(*[BREAK] * ENOUGH), 18, 5) == BREAK.total_seconds()
    assert seconds_each(answered(*[BREAK + SECOND] * ENOUGH), 18, 5) == 18


def test_a_corrected_answer_is_one_answer() -> None:
    plain = answered(*[10 * SECOND] * ENOUGH)
    corrected = sorted(
        plain + [(each, at - 2 * SECOND) for each, at in plain], key=lambda it: it[1]
    )
    assert seconds_each(corrected, 18, 5) == 10


def test_answers_saved_together_share_the_time() -> None:
    together = [(each, NOW + (each // 10) * 80 * SECOND) for each in range(30)]
    assert seconds_each(together, 18, 5) == 8


@pytest.mark.parametrize(
    ("statements", "seconds", "minutes"),
    [
        (0, 18, 0),
        (1, 1, 1),
        (5, LEARNER_SECONDS, 2),
        (137, LEARNER_SECONDS, 42),
        (3, REVIEWER_SECONDS, 2),
        (30, REVIEWER_SECONDS, 20),
    ],
)
def test_minutes_are_rounded_up(statements: int, seconds: int, minutes: int) -> None:
    assert minutes_for(statements, seconds) == minutes
