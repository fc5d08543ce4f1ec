"""Policy asks the same question twice, as predicates and as SQL: for random worlds both pick the
same records."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOW, empty
from tests.factories.world import add
from tests.rules.searching import SEARCH
from tracker.db import db, transaction
from tracker.models import Framework, Library, Membership, Person, RoleProfile, Team
from tracker.policy.permissions import (
    GRACE,
    Actor,
    Subject,
    allows,
    current_on,
    library_of,
    teams_readable,
)
from tracker.queries.access import subjects
from tracker.queries.access.actors import actor_for_person
from tracker.queries.access.blind_spots import NO_BLIND_SPOTS
from tracker.queries.teams.gap_scope import gap_scope
from tracker.rules.roles import Permission, Role

TODAY = NOW.date()
TEAM_READ, GAPS_READ = Permission.TEAM_READ, Permission.GAPS_READ
DAYS = (None, None, None, -GRACE.days - 1, -GRACE.days, -1, 0, 1)
"""When a membership ends, in days from today: the edges of being current and of being seen after a
move."""


@dataclass(frozen=True)
class Plan:
    """`parents[i]` is the team above team i, None for a root; `places` are (person, team, role,
    begins, ends)."""

    parents: tuple[int | None, ...]
    closed: frozenset[int]
    people: int
    places: tuple[tuple[int, int, Role, int, int | None], ...]


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


def root_of(plan: Plan, team: int) -> int:
    above = plan.parents[team]
    return team if above is None else root_of(plan, above)


def build(plan: Plan) -> tuple[list[int], list[int]]:
    """Ids of the people and of the teams. Person n is of library n % 2, and joins teams of their
    own library only."""
    with transaction() as tx:
        framework_id = add(
            tx, Framework(slug="f", version="1", title="F", digest="0", about={}, published_at=NOW)
        )
        libraries = [
            add(tx, Library(name=f"Library {number}", created_at=NOW, names_to_coordinators=False))
            for number in range(2)
        ]
        profiles = [
            add(tx, RoleProfile(library_id=each, framework_id=framework_id, name="P"))
            for each in libraries
        ]
        teams: list[int] = []
        for number, above in enumerate(plan.parents):
            parent = None if above is None else tx.get_one(Team, teams[above])
            row = Team(
                library_id=libraries[root_of(plan, number)],
                parent_id=None if parent is None else parent.id,
                name=f"Team {number}",
                path="",
                closed_on=TODAY if number in plan.closed else None,
            )
            teams.append(add(tx, row))
            row.path = f"{'/' if parent is None else parent.path}{row.id}/"
        people = [
            add(
                tx,
                Person(
                    library_id=libraries[number % 2],
                    name=f"P{number}",
                    email=f"p{number}",
                    created_at=NOW,
                ),
            )
            for number in range(plan.people)
        ]
        for person, team, role, begins, ends in plan.places:
            until = None if ends is None else TODAY + dt.timedelta(days=ends)
            add(
                tx,
                Membership(
                    person_id=people[person],
                    team_id=teams[team],
                    role=role,
                    ends_on=until,
                    role_profile_id=profiles[person % 2],
                    starts_on=TODAY + dt.timedelta(days=begins),
                ),
            )
    return people, teams


def subject_of(person_id: int) -> Subject:
    found = subjects.person(person_id, TODAY)
    assert found is not None
    return found


def picked(actor: Actor, teams: list[int]) -> set[int]:
    """By the predicate: which teams the actor may read."""
    found = {team_id: subjects.team(team_id, TODAY) for team_id in teams}
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
            one.person_id: one.by_name
            for one in gap_scope(actor, team.id, path, NO_BLIND_SPOTS, NOW).people
        }
        for team_id in teams
        if (team := subjects.team(team_id, TODAY)) and allows(actor, GAPS_READ, team)
        for path in [team.places[0].path]
    }


def scopes_by_predicates(
    actor: Actor, plan: Plan, people: list[int], teams: list[int]
) -> dict[int, dict[int, bool]]:
    found = {}
    for place, team_id in enumerate(teams):
        team = subjects.team(team_id, TODAY)
        assert team is not None
        if not allows(actor, GAPS_READ, team):
            continue
        within = [
            each.path for each in actor.coordinates if team.places[0].path.startswith(each.path)
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


@pytest.fixture
def emptied(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@settings(
    max_examples=150,
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
    for person_id in people:
        actor = actor_for_person(person_id, NOW)
        assert actor is not None
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
    monkeypatch.setattr("tracker.queries.teams.gap_scope.in_reach_on", current_on)
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


def actor(**changes: object) -> Actor:
    return Actor(**{"person_id": 1, "library_id": 1, **changes})  # type: ignore[arg-type]


def test_what_stands_in_no_row_is_refused() -> None:
    assert not allows(actor(administrator=True), "no_such_permission", Subject(1, 1))  # type: ignore[arg-type]


def test_every_permission_has_its_row() -> None:
    everybody = library_of(actor())
    for permission in Permission:
        allowed = allows(actor(), permission, everybody)
        assert allowed == (permission in (Permission.PUBLIC, Permission.SIGNED_IN)), permission


def test_an_administrator_reads_no_profile_and_no_review() -> None:
    subject = Subject(id=2, library_id=1, owner_id=2, reviewer_id=3)
    for permission in Permission:
        if allows(actor(administrator=True), permission, subject):
            assert permission.startswith("administer") or permission in (
                Permission.PUBLIC,
                Permission.SIGNED_IN,
            )


@pytest.mark.parametrize(
    "permission", [each for each in Permission if each is not Permission.PUBLIC]
)
def test_nothing_of_another_library_is_allowed(permission: Permission) -> None:
    subject = Subject(id=1, library_id=2, owner_id=1, reviewer_id=1)
    anything = actor(administrator=True)
    if permission not in (Permission.SIGNED_IN,):
        assert not allows(anything, permission, subject)
