"""Policy asks the same question twice, as predicates and as SQL: for random worlds both pick the
same records."""

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st
from sqlalchemy import literal, select

from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG, REQUIRED
from tests.policy.worlds import GAPS_READ, TEAM_READ, TODAY, Plan, build, profiles, root_of
from tests.properties import SEARCH
from tracker.administration.access_review.queries import accesses, readers
from tracker.db import db
from tracker.models import Team
from tracker.policy.permissions import GRACE, Actor, Subject, allows, current_on, teams_readable
from tracker.policy.reviewers import may_review
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.access.actors import actor_for_person
from tracker.record.visible.queries import Reader
from tracker.rules.roles import Permission, Role
from tracker.teams.gaps.queries_scope import gap_scope
from tracker.teams.team import queries_learners as team_queries_learners

DAYS = (None, None, None, -GRACE.days - 1, -GRACE.days, -1, 0, 1)
"""When a membership ends, in days from today: the edges of being current and of being seen after a
move."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Two libraries (roots 0 and 1) and a few people of each, in teams of their own library; most
    of it stands now."""
    count = draw(st.integers(4, 7))
    parents = (None, None, *(draw(st.integers(0, number - 1)) for number in range(2, count)))
    closed = draw(st.frozensets(st.integers(2, count - 1), max_size=1))
    people = draw(st.integers(2, 5))
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, people - 1),
                st.integers(0, count - 1),
                st.sampled_from(Role),
                st.sampled_from((-60, -60, -60, 0, 1)),
                st.sampled_from(DAYS),
            ),
            min_size=6,
            max_size=14,
        )
    )
    plan = Plan(parents, closed, people, ())
    places = (
        (person - person % 2 + root_of(plan, team), team, role, begins, ends)
        for person, team, role, begins, ends in drawn
        if ends is None or ends >= begins
    )
    return replace(plan, places=tuple(place for place in places if place[0] < people))


def subject_of(person_id: int) -> Subject:
    found = subjects_queries.person(person_id, TODAY)
    assert found is not None
    return found


def picked(actor: Actor, teams: list[int]) -> set[int]:
    """By the predicate: which teams the actor may read."""
    found = {team_id: subjects_queries.team(team_id, TODAY) for team_id in teams}
    return {each for each, team in found.items() if team and allows(actor, TEAM_READ, team)}


def learners_of(plan: Plan, team: int, below: bool) -> set[int]:
    """Who of the plan learns now in a team, or with `below` in it or in a team below it."""
    return {
        person
        for person, place, role, begins, ends in plan.places
        if role is Role.LEARNER and begins <= 0 and (ends is None or ends >= 0)
        if place == team or (below and is_below(plan, place, team))
    }


def is_below(plan: Plan, team: int, high: int) -> bool:
    above = plan.parents[team]
    return above is not None and (above == high or is_below(plan, above, high))


def scopes(actor: Actor, teams: list[int]) -> dict[int, dict[int, bool]]:
    """By SQL: whom the gaps page of each team that they may read is about, and who of them has a
    name there."""
    return {
        team.id: {
            one.person_id: one.place.by_name
            for one in gap_scope(Reader(actor, NOW), team.id, path).in_reach()
        }
        for team_id in teams
        if (team := subjects_queries.team(team_id, TODAY)) and allows(actor, GAPS_READ, team)
        for path in [team.places[0].path]
    }


def scopes_by_predicates(
    actor: Actor, plan: Plan, people: list[int], teams: list[int]
) -> dict[int, dict[int, bool]]:
    found = {}
    for place, team_id in enumerate(teams):
        team = subjects_queries.team(team_id, TODAY)
        assert team is not None
        if not allows(actor, GAPS_READ, team):
            continue
        within = [
            coordinate.path
            for coordinate in actor.coordinates
            if team.places[0].path.startswith(coordinate.path)
        ]
        root = int(min(within, key=len).split("/")[-2]) if within else team_id
        here = learners_of(plan, teams.index(root) if within else place, bool(within))
        found[team_id] = {
            people[each]: allows(actor, Permission.PROFILE_REVEALED, subject_of(people[each]))
            for each in here
        }
        assert all(
            allows(actor, Permission.PROFILE_READ, subject_of(each)) for each in found[team_id]
        )
    return found


def seen_by_sql(people: list[int]) -> dict[int, set[int]]:
    """Whose profiles each may read, as the access reviews of both libraries say it."""
    by_email = {f"p{number}": person_id for number, person_id in enumerate(people)}
    found: dict[int, set[int]] = {person_id: set() for person_id in people}
    for person_id in people[:2]:
        actor = actor_for_person(person_id, NOW)
        assert actor is not None
        for access in accesses(actor, NOW, readers(actor, NOW)):
            found[access.reader.person.id] |= {by_email[one.email] for one in access.people}
    return found


@settings(
    max_examples=150 if LONG else 12 if "postgres" in REQUIRED else 4,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=plans())
def test_sql_and_predicates_pick_the_same_records(emptied: Flask, plan: Plan) -> None:
    db.session.remove()
    empty(db.engine)
    people, teams = build(plan)
    seen = seen_by_sql(people)
    for person_id in people:
        actor = actor_for_person(person_id, NOW)
        assert actor is not None
        assert seen[person_id] == {
            person
            for person in people
            if person != person_id and allows(actor, Permission.PROFILE_READ, subject_of(person))
        }
        assert profiles(actor, named=True) == seen[person_id]
        assert profiles(actor, named=False) == {
            each
            for each in seen[person_id]
            if allows(actor, Permission.PROFILE_REVEALED, subject_of(each))
        }
        readable = select(Team.id).where(teams_readable(actor))
        assert set(db.session.scalars(readable)) == picked(actor, teams)
        assert scopes(actor, teams) == scopes_by_predicates(actor, plan, people, teams)


def test_who_left_lately_is_known_by_name(emptied: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the partner: a scope that forgets them is not what the predicates say."""
    places = (
        (0, 2, Role.LEARNER, -60, -1),
        (0, 3, Role.LEARNER, 0, None),
        (2, 2, Role.SUPERVISOR, -60, None),
        (2, 0, Role.COORDINATOR, -60, None),
    )
    plan = Plan((None, None, 0, 0), frozenset(), 4, places)
    people, teams = build(plan)
    actor = actor_for_person(people[2], NOW)
    assert actor is not None
    expected = scopes_by_predicates(actor, plan, people, teams)
    assert expected[teams[0]] == {people[0]: True}
    assert scopes(actor, teams) == expected
    monkeypatch.setattr(team_queries_learners, "in_reach_on", current_on)
    monkeypatch.setattr(
        team_queries_learners, "_learners_on", team_queries_learners._learners_on.__wrapped__
    )
    assert scopes(actor, teams) != expected


def test_the_random_worlds_hold_what_matters() -> None:
    """The search is worth something only when it can reach the hard cases."""

    def of(plan: Plan, role: Role) -> list[tuple[int, int]]:
        return [(team, person) for person, team, each, *_ in plan.places if each is role]

    find(
        plans(), lambda plan: any(ends == -GRACE.days for *_, ends in plan.places), settings=SEARCH
    )
    find(
        plans(),
        lambda plan: any(team in plan.closed for _, team, *_ in plan.places),
        settings=SEARCH,
    )
    find(
        plans(),
        lambda plan: any(
            plan.parents[low] == high
            for high, _ in of(plan, Role.COORDINATOR)
            for low, _ in of(plan, Role.LEARNER)
        ),
        settings=SEARCH,
    )


@pytest.mark.parametrize(("days", "seen"), [(0, True), (30, True), (31, False)])
def test_who_moved_away_is_seen_for_thirty_days(emptied: Flask, days: int, seen: bool) -> None:
    """In days and not by GRACE: the promise is thirty."""
    places = ((0, 2, Role.LEARNER, -60, -days), (2, 2, Role.SUPERVISOR, -60, None))
    people, _ = build(Plan((None, None, 0), frozenset(), 3, places))
    supervisor = actor_for_person(people[2], NOW)
    assert supervisor is not None
    assert allows(supervisor, Permission.PROFILE_READ, subject_of(people[0])) == seen
    reviewer = select(may_review(literal(people[0]), literal(people[2]), TODAY))
    assert db.session.scalar(reviewer) == seen


@pytest.mark.parametrize("closed", [False, True])
def test_a_closed_team_gives_no_rights_from_its_day_on(emptied: Flask, closed: bool) -> None:
    """Whoever was in it stays in it until the end of that day."""
    places = tuple((0, 2, role, -60, 0) for role in Role)
    people, teams = build(Plan((None, None, 0), frozenset({2} if closed else ()), 1, places))
    found = actor_for_person(people[0], NOW)
    assert found is not None
    held = [found.learns_in, found.supervises, found.coordinates]
    assert [len(each) for each in held] == [0 if closed else 1] * 3
    team = subjects_queries.team(teams[2], TODAY)
    assert team is not None
    assert allows(found, TEAM_READ, team) != closed
