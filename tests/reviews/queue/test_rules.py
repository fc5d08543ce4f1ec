"""What a round costs those who review."""

import datetime as dt

from hypothesis import given, strategies as st

from tracker.reviews.queue.rules import ExpectedLearner, round_load

FIRST = dt.date(2026, 12, 7)
SUE, HUGO, ABE = (1, "Sue"), (2, "Hugo"), (3, "Abe")


def learner(name: str, near: int, *reviewers: tuple[int, str]) -> ExpectedLearner:
    return ExpectedLearner(name, near, reviewers)


def test_learners_times_statements_by_supervisor_a_to_z() -> None:
    found = round_load(
        [learner("Ana", 40, SUE), learner("Ben", 9, SUE), learner("Cleo", 15, HUGO)],
        FIRST,
        FIRST + dt.timedelta(days=13),
    )
    assert [
        (
            supervisor.name,
            supervisor.learners,
            supervisor.statements,
            supervisor.minutes,
            supervisor.minutes_a_week,
        )
        for supervisor in found.supervisors
    ] == [("Hugo", 1, 15, 10, 5), ("Sue", 2, 24, 16, 8)]
    assert (found.learners, found.statements, found.minutes) == (3, 39, 26)
    assert found.minutes_of_all == 43, "64 statements of 40 seconds"


def test_whom_nobody_can_review_is_said_apart_and_counted_nowhere() -> None:
    found = round_load([learner("Lea", 40), learner("Ana", 15, SUE)], FIRST, FIRST)
    assert (found.alone, found.learners, found.minutes, found.minutes_of_all) == (
        ("Lea",),
        1,
        10,
        10,
    )


def test_several_supervisors_share_their_learners() -> None:
    found = round_load([learner(name, 15, SUE, ABE) for name in ("a", "b", "c")], FIRST, FIRST)
    assert [(supervisor.name, supervisor.learners) for supervisor in found.supervisors] == [
        ("Abe", 2),
        ("Sue", 1),
    ]


def test_without_people_there_is_nothing() -> None:
    found = round_load([], FIRST, FIRST + dt.timedelta(days=20))
    assert (found.supervisors, found.alone, found.minutes) == ((), (), 0)


@given(
    st.lists(
        st.builds(
            ExpectedLearner,
            st.text(max_size=3),
            st.integers(0, 60),
            st.lists(st.sampled_from([SUE, HUGO, ABE]), max_size=3, unique=True).map(tuple),
        ),
        max_size=30,
    ),
    st.integers(0, 90),
)
def test_the_parts_make_up_the_whole(learners: list[ExpectedLearner], more: int) -> None:
    last = FIRST + dt.timedelta(days=more)
    found = round_load(learners, FIRST, last)
    assert sum(supervisor.minutes for supervisor in found.supervisors) == found.minutes
    assert sum(week.minutes for week in found.weeks) == found.minutes
    assert found.learners + len(found.alone) == len(learners)
    assert (found.weeks[0].starts_on, found.weeks[-1].ends_on) == (FIRST, last)
    assert all(
        before.ends_on + dt.timedelta(days=1) == after.starts_on
        for before, after in zip(found.weeks, found.weeks[1:], strict=False)
    )
    assert found == round_load(list(reversed(learners)), FIRST, last) or len(
        {each.name for each in learners}
    ) < len(learners)
