"""States of people in a round, reviews by supervisor, and what a reader without names is told."""

import datetime as dt
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.teams.round_progress import (
    MEDIAN_LEAST,
    STATES,
    RoundReview,
    RoundState,
    ToldCounts,
    by_supervisor,
    counts_of,
    state_of,
)
from tracker.rules.teams.suppression import can_be_told

TODAY = dt.date(2026, 11, 24)
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
NOT_SENT, SENT, IN_REVIEW, FINISHED = STATES


def review(
    *,
    by: str = "Sue",
    begun: bool = False,
    waits: bool = True,
    days: int | None = None,
    due_in: int = 3,
    counts: bool = True,
) -> RoundReview:
    return RoundReview(
        learner_id=1,
        reviewer_id=ord(by[0]),
        reviewer=by,
        sent_at=NOON,
        begun=begun,
        waits=waits and days is None,
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
    """What is with the learner to agree on does not wait, and what was handed on is no work of
    theirs."""
    reviews = [
        review(),
        review(due_in=-1),
        review(begun=True, waits=False, due_in=-9),
        review(days=30, counts=False),
        *(review(days=each) for each in (2, 9, 4, 30)),
    ]
    (sue,) = by_supervisor(reviews, TODAY)
    assert (sue.person_id, sue.name) == (ord("S"), "Sue")
    assert (sue.open, sue.waiting, sue.overdue) == (3, 2, 1)
    assert sue.oldest_at == NOON
    assert (sue.finished, sue.median_days) == (4, None)
    (sue,) = by_supervisor([*reviews, review(days=5)], TODAY)
    assert (sue.finished, sue.median_days) == (MEDIAN_LEAST, 5)


def test_what_is_due_today_is_not_overdue() -> None:
    assert by_supervisor([review(due_in=0)], TODAY)[0].overdue == 0


def test_a_supervisor_for_whom_nothing_waits() -> None:
    (sue,) = by_supervisor([review(days=4)], TODAY)
    assert (sue.waiting, sue.oldest_at) == (0, None)


def test_who_only_handed_on_is_not_there() -> None:
    assert by_supervisor([review(by="Una", days=3, counts=False)], TODAY) == []


PATHS = ("/1/", "/1/2/", "/1/2/3/", "/1/4/", "/1/5/")
People = list[tuple[str, RoundState]]
crowds: st.SearchStrategy[People] = st.lists(
    st.tuples(st.sampled_from(PATHS), st.sampled_from(STATES)), max_size=40
)


def told_groups(people: People, may_tell: Callable[[str, bool], bool]) -> list[set[int]]:
    found = []
    for path, below in product(PATHS, (True, False)):
        who = {
            at
            for at, (its, _state) in enumerate(people)
            if (its.startswith(path) if below else its == path)
        }
        if who and may_tell(path, below):
            found.append(who)
    return found


def pieces(groups: list[set[int]]) -> list[set[int]]:
    """What can be worked out of told groups by taking one from another that holds it."""
    known = [frozenset(each) for each in groups]
    while True:
        new = {a - b for a in known for b in known if b < a} - set(known)
        if not new:
            return [set(each) for each in known]
        known += new


@given(crowds)
def test_no_group_is_told_that_gives_somebody_away(people: People) -> None:
    """Nor what is left when told groups are taken from each other."""
    told = ToldCounts("/1/", people)
    for who in pieces(told_groups(people, told.may_tell)):
        counts = counts_of(people[at][1] for at in who)
        assert can_be_told([counts.not_sent, counts.sent, counts.in_review, counts.finished])


MIXED = (SENT, SENT, SENT, NOT_SENT, NOT_SENT, NOT_SENT)


def test_what_gives_nobody_away_is_told() -> None:
    """Each team with those below it, and alone."""
    people = [(path, state) for path in ("/1/2/", "/1/2/3/", "/1/4/") for state in MIXED]
    told = ToldCounts("/1/", people)
    assert all(told.may_tell(path, below) for path, below in product(PATHS, (True, False)))


def test_another_is_hidden_beside_a_team_that_is_too_small() -> None:
    """The smaller of the others; of what is in a hidden team nothing is told."""
    people = [(path, state) for path in ("/1/2/", "/1/2/3/", "/1/4/") for state in MIXED]
    people += [("/1/5/", SENT), ("/1/5/", FINISHED)]
    told = ToldCounts("/1/", people)
    hidden = {at for at in product(PATHS, (True, False)) if not told.may_tell(*at)}
    assert hidden == set(product(("/1/4/", "/1/5/"), (True, False)))


def test_without_the_rule_somebody_is_given_away() -> None:
    """Its partner: five of a team told beside six of the team above."""
    people = [("/1/2/", state) for state in (SENT, SENT, SENT, NOT_SENT, NOT_SENT)]
    people += [("/1/4/", FINISHED)]
    alone = [who for who in pieces(told_groups(people, lambda _path, _below: True)) if len(who) < 5]
    assert {5} in alone
    assert not ToldCounts("/1/", people).may_tell("/1/4/", below=True)


def test_where_nobody_is_without_a_name_all_is_told() -> None:
    told = ToldCounts("/1/", [])
    assert all(told.may_tell(path, below) for path, below in product(PATHS, (True, False)))
