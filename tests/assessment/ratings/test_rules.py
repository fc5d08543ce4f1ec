"""What is rated, what is to keep, and what a filter shows, of made sheets."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.record.sheet.test_rules_words import DAY, line, sheet, statement, word
from tracker.assessment.ratings.rules import last_rated, next_open, progress, to_update
from tracker.record.ratings.rules import RatingFilter
from tracker.record.sheet.rules import Record, Sheet, Side

ROUND = (DAY + dt.timedelta(days=10)).date()
"""From which an answer is no older one."""


def of_ana() -> Sheet:
    """1 rated in the round, 2 and 3 before it, 4 not, 5 not rated here, 6 counts later, 7 asked
    again; 1 was reviewed before it changed."""
    own = {
        1: [word("yes", 12)],
        2: [word("yes", 1)],
        3: [word("not_sure", 2)],
        5: [word("yes", 3)],
        6: [word("yes", 13)],
        70: [word("yes", 4)],
    }
    record = Record(
        1,
        {Side.OWN: own, Side.REVIEWED: {1: [word("no", 11)], 2: [word("yes", 1)]}},
        left_out={5: [word("", 1)]},
        later={6: [word("", 0)]},
        targets={1: {1: 1}},
    )
    asked_again = statement(7, line(70, carries=False))
    return sheet(record, *map(statement, range(1, 7)), asked_again)


def test_what_is_rated_and_what_is_left() -> None:
    found = progress(of_ana(), ROUND)
    assert (found.total, found.rated, found.left) == (5, 3, 2)
    assert (found.later, found.later_rated) == (1, 1)
    assert (found.dated, found.to_keep) == (2, 1), "what is not sure is no answer to keep"
    assert not found.is_finished


@pytest.mark.parametrize(
    ("which", "shown"),
    [
        (RatingFilter.JOB, 5),
        (RatingFilter.NOT_RATED, 2),
        (RatingFilter.AGAIN, 1),
        (RatingFilter.OLDER, 2),
        (RatingFilter.CHANGED, 1),
        (RatingFilter.NOT_SURE, 1),
    ],
)
def test_how_much_a_filter_shows(which: RatingFilter, shown: int) -> None:
    (level,) = progress(of_ana(), ROUND).levels
    assert level.shown(which) == shown


def test_without_a_round_nothing_is_an_older_one() -> None:
    assert progress(of_ana(), None).dated == 0


def test_the_next_are_those_without_an_answer_then_the_oldest() -> None:
    assert next_open(of_ana(), ROUND, 10) == [4, 7, 2, 3]
    assert next_open(of_ana(), ROUND, 1) == [4]


def test_to_update_is_what_is_open_not_sure_or_older_in_the_frameworks_order() -> None:
    """2 and 3 are from before the round, 4 and 7 not rated."""
    assert to_update(of_ana(), ROUND, DAY + dt.timedelta(days=20)) == [2, 3, 4, 7]
    assert to_update(of_ana(), None, DAY + dt.timedelta(days=20)) == [3, 4, 7], "3 is not sure"


def test_to_update_leaves_alone_what_was_answered_today() -> None:
    """3 was answered on the second day, not sure again."""
    assert to_update(of_ana(), ROUND, DAY + dt.timedelta(days=2)) == [2, 4, 7]


def test_to_update_is_of_the_job_or_of_all_without_one() -> None:
    own = {Side.OWN: {1: [word("yes", 1)]}}
    beyond = [statement(1), replace(statement(2), rank=2)]
    later = DAY + dt.timedelta(days=20)
    assert to_update(sheet(Record(1, own, targets={1: {1: 1}}), *beyond), ROUND, later) == [1]
    assert to_update(sheet(Record(1, own), *beyond), ROUND, later) == [1, 2]


def test_where_they_rated_last() -> None:
    assert last_rated(of_ana()) == (1, 1)
    assert last_rated(sheet(Record(1), statement(1))) is None
