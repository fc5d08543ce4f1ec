"""Who may review whom is said twice, as SQL and as a choice for the learner: for random worlds both
say the same."""

import datetime as dt
import itertools
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from sqlalchemy import Integer, bindparam, literal, select, true

from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG
from tests.factories.world import add
from tests.policy.test_permissions_in_sql import plans
from tests.policy.worlds import Plan, build
from tracker.db import db, transaction
from tracker.models import Deputy, Framework, Membership, Person, Review, Team
from tracker.policy.permissions import GRACE
from tracker.policy.reviewers import may_review, reviewer_may_go_on, reviewing_team, teams_for_one
from tracker.record.workflow.rules import ReviewStatus
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.rules.roles import Role

TODAY = NOW.date()


@dataclass(frozen=True)
class More:
    """`deputies` are (supervisor, deputy, begins, ends) by number; days from today. `disabled` by
    number, as are the `willing`, who give second opinions."""

    plan: Plan
    deputies: tuple[tuple[int, int, int, int], ...]
    disabled: frozenset[int]
    willing: frozenset[int] = frozenset()


@st.composite
def worlds(draw: st.DrawFn) -> More:
    plan = draw(plans())
    person = st.integers(0, plan.people - 1)
    deputies = draw(
        st.lists(
            st.tuples(person, person, st.sampled_from((-5, 0, 1)), st.sampled_from((-1, 0, 9))),
            max_size=4,
        )
    )
    kept = tuple(
        deputy
        for deputy in deputies
        if deputy[0] != deputy[1] and (deputy[0] - deputy[1]) % 2 == 0 and deputy[2] <= deputy[3]
    )
    return More(
        plan, kept, draw(st.frozensets(person, max_size=1)), draw(st.frozensets(person, max_size=3))
    )


def make(world: More) -> list[int]:
    db.session.remove()
    empty(db.engine)
    people, _ = build(world.plan)
    with transaction() as tx:
        for supervisor, deputy, begins, ends in world.deputies:
            tx.add(
                Deputy(
                    supervisor_id=people[supervisor],
                    deputy_id=people[deputy],
                    named_at=NOW,
                    starts_on=TODAY + dt.timedelta(days=begins),
                    ends_on=TODAY + dt.timedelta(days=ends),
                )
            )
        for number in world.disabled:
            tx.get_one(Person, people[number]).disabled_at = NOW
        for number in world.willing:
            tx.get_one(Person, people[number]).gives_second_opinions = True
    return people


def by_hand(learner: int, *, of_one: bool = False) -> set[int]:
    """Read from the tables, and worked out in Python: whoever may review that learner today, or
    one statement of theirs alone."""
    disabled = set(db.session.scalars(select(Person.id).where(Person.disabled_at.is_not(None))))
    teams = {team.id: team for team in db.session.scalars(select(Team))}
    rows = list(db.session.scalars(select(Membership)))
    heads: dict[str, set[int]] = {}
    for row in rows:
        current = row.starts_on <= TODAY and (row.ends_on is None or row.ends_on >= TODAY)
        team = teams[row.team_id]
        if (
            row.role == Role.SUPERVISOR
            and current
            and team.closed_on is None
            and row.person_id not in disabled
        ):
            heads.setdefault(team.path, set()).add(row.person_id)
    found: set[int] = set()
    outside: set[int] = set()
    willing = {
        each.id
        for each in db.session.scalars(select(Person).where(Person.gives_second_opinions))
        if each.library_id == db.session.get_one(Person, learner).library_id
    }
    for row in rows:
        here = row.starts_on <= TODAY and (row.ends_on is None or row.ends_on >= TODAY - GRACE)
        if (
            row.person_id == learner
            and row.role == Role.LEARNER
            and here
            and teams[row.team_id].closed_on is None
        ):
            path = teams[row.team_id].path
            nearest = reviewing_team(path, heads, learner)
            for at in teams_for_one(path, heads, learner):
                if of_one or at == nearest:
                    found |= heads[at] - {learner}
            if of_one:
                outside |= willing & set().union(*heads.values())
    for deputy in db.session.scalars(select(Deputy)):
        if deputy.supervisor_id in found and deputy.starts_on <= TODAY <= deputy.ends_on:
            found |= {deputy.deputy_id}
    return (found | outside) - {learner} - disabled


def live_reviews(people: list[int]) -> dict[tuple[int, int], int]:
    """A review between each two people, by (learner, reviewer)."""
    found = {}
    with transaction() as tx:
        team_id, framework_id = (
            tx.scalars(select(Team.id)).first(),
            tx.scalars(select(Framework.id)).one(),
        )
        for learner, reviewer in itertools.permutations(people, 2):
            row = Review(
                learner_id=learner,
                reviewer_id=reviewer,
                team_id=team_id,
                framework_id=framework_id,
                status=ReviewStatus.SENT,
                sent_at=NOW,
                due_from=TODAY,
                due_on=TODAY,
            )
            found[learner, reviewer] = add(tx, row)
    return found


@pytest.mark.in_ci
@settings(
    max_examples=40 if LONG else 8,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_sql_picks_who_the_rule_picks_and_nobody_themselves(emptied: Flask, world: More) -> None:
    # Built once for an example: building it costs far more than asking it.
    sides = (bindparam("learner", type_=Integer), bindparam("reviewer", type_=Integer), TODAY)
    asked, asked_for_one = select(may_review(*sides)), select(may_review(*sides, of_one=true()))
    people = make(world)
    rows = live_reviews(people)
    going_on = set(db.session.scalars(select(Review.id).where(reviewer_may_go_on(TODAY))))
    for learner in people:
        allowed = {
            person
            for person in people
            if db.session.scalar(asked, {"learner": learner, "reviewer": person})
        }
        assert allowed == by_hand(learner)
        for_one = {
            person
            for person in people
            if db.session.scalar(asked_for_one, {"learner": learner, "reviewer": person})
        }
        assert for_one == by_hand(learner, of_one=True)
        assert allowed <= for_one
        assert learner not in allowed
        assert {who for who in people if rows.get((learner, who)) in going_on} == allowed
        offered = {each.person_id for each in sending_queries_reviewers.of(learner, TODAY)}
        assert offered <= allowed
        offered_for_one = {
            each.person_id for each in sending_queries_reviewers.of_one(learner, TODAY)
        }
        assert offered <= offered_for_one <= for_one


@pytest.mark.parametrize(
    ("closed", "deputies", "disabled", "allowed"),
    [
        ([], [], [], {2}),
        ([], [(2, 6)], [], {2, 6}),
        ([], [(2, 6)], [2], {4}),
        ([], [(2, 6)], [6], {2}),
        ([2], [], [], {4}),
        ([3], [], [], set()),
        ([0], [], [2], set()),
    ],
)
def test_who_is_disabled_or_heads_a_closed_team_leaves_it_to_the_next_above(
    emptied: Flask,
    closed: list[int],
    deputies: list[tuple[int, int]],
    disabled: list[int],
    allowed: set[int],
) -> None:
    """Person 0 learns in a team without a supervisor. Person 2 heads the team above it, and person
    4 the one above that. A deputy has no more than the one they stand in for."""
    places = (
        (0, 3, Role.LEARNER, -60, None),
        (2, 2, Role.SUPERVISOR, -60, None),
        (4, 0, Role.SUPERVISOR, -60, None),
    )
    plan = Plan((None, None, 0, 2), frozenset(closed), 7, places)
    people = make(More(plan, tuple((*deputy, 0, 9) for deputy in deputies), frozenset(disabled)))
    found = {
        place
        for place, person_id in enumerate(people)
        if db.session.scalar(select(may_review(literal(people[0]), literal(person_id), TODAY)))
    }
    assert found == allowed
    assert by_hand(people[0]) == {people[each] for each in allowed}


@pytest.mark.in_ci
def test_the_random_worlds_hold_a_team_above_and_a_deputy() -> None:
    """The search is worth something only when it reaches those cases."""
    seen = set()

    @settings(
        max_examples=300,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(world=worlds())
    def look(world: More) -> None:
        plan = world.plan
        heads = {
            team
            for _, team, role, begins, ends in plan.places
            if role is Role.SUPERVISOR and begins <= 0 and ends is None
        }
        for _, team, role, begins, ends in plan.places:
            above = plan.parents[team]
            if (
                role is Role.LEARNER
                and begins <= 0
                and ends is None
                and team not in heads
                and above in heads
            ):
                seen.add("above")
        if any(begins <= 0 <= ends for _, _, begins, ends in world.deputies):
            seen.add("deputy")

    look()
    assert seen == {"above", "deputy"}
