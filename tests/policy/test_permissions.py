"""Policy asks the same question twice, as predicates and as SQL: for random worlds both pick the
same records."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from tests.conftest import NOW
from tests.copies import empty
from tests.engines import LONG, REQUIRED
from tests.factories.world import add, job
from tests.properties import SEARCH
from tracker.administration.access_review.queries import accesses, readers
from tracker.db import db, transaction
from tracker.frameworks.versions import records_moves as moves
from tracker.models import Correction, Framework, Library, Membership, Person, Team
from tracker.policy.permissions import (
    GRACE,
    Actor,
    Place,
    Subject,
    all_of,
    allows,
    any_of,
    corrections_closable,
    current_on,
    in_reach_on,
    learns,
    library_of,
    may_know,
    owns,
    people_of,
    profiles_readable,
    teams_readable,
)
from tracker.policy.reviewers import may_review
from tracker.queries.access import subjects
from tracker.queries.access.actors import actor_for_person
from tracker.record.blindness.queries import NO_BLIND_SPOTS
from tracker.rules.roles import Permission, Role
from tracker.teams.gaps.queries_scope import gap_scope
from tracker.teams.team import queries_learners as team_learners

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
        profiles = [job(tx, library, framework_id, "P", None) for library in libraries]
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
        moves.begin(tx, people, NOW)
    return people, teams


def subject_of(person_id: int) -> Subject:
    found = subjects.person(person_id, TODAY)
    assert found is not None
    return found


def picked(actor: Actor, teams: list[int]) -> set[int]:
    """By the predicate: which teams the actor may read."""
    found = {team_id: subjects.team(team_id, TODAY) for team_id in teams}
    return {each for each, team in found.items() if team and allows(actor, TEAM_READ, team)}


def profiles(actor: Actor, *, named: bool) -> set[int]:
    """By SQL: whose profiles the actor may read, where coordinators see names and where not."""
    query = (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(profiles_readable(actor, TODAY, named=named))
    )
    return {*db.session.scalars(query)}


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
            for one in gap_scope(actor, team.id, path, NO_BLIND_SPOTS, NOW).in_reach()
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


@pytest.fixture
def emptied(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


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
    monkeypatch.setattr(team_learners, "in_reach_on", current_on)
    monkeypatch.setattr(team_learners, "_learners_on", team_learners._learners_on.__wrapped__)
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
    team = subjects.team(teams[2], TODAY)
    assert team is not None
    assert allows(found, TEAM_READ, team) != closed


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
            assert permission.startswith(("administer", "correction")) or permission in (
                Permission.PUBLIC,
                Permission.SIGNED_IN,
            )


def test_an_operator_has_nobodys_record() -> None:
    """Neither of their own library nor of another."""
    allowed = {
        (permission, library_id)
        for permission in Permission
        for library_id in (1, 2, None)
        if allows(
            actor(operator=True),
            permission,
            Subject(id=2, library_id=library_id, owner_id=2, reviewer_id=3),
        )
    }
    assert allowed == {
        *((each, 1) for each in (Permission.OPERATE, Permission.CORRECTIONS_READ)),
        *((Permission.FRAMEWORKS_EDIT, at) for at in (1, None)),
        *((each, at) for each in (Permission.PUBLIC, Permission.SIGNED_IN) for at in (1, 2, None)),
        (Permission.CORRECTION_CLOSE, None),
    }


@pytest.mark.parametrize(
    "permission", [each for each in Permission if each is not Permission.PUBLIC]
)
def test_nothing_of_another_library_is_allowed(permission: Permission) -> None:
    subject = Subject(id=1, library_id=2, owner_id=1, reviewer_id=1)
    anything = actor(administrator=True, operator=True, framework_editor=True)
    if permission not in (Permission.SIGNED_IN,):
        assert not allows(anything, permission, subject)


HERE, BELOW, BESIDE = Place(4, "/1/4/"), Place(9, "/1/4/9/"), Place(41, "/1/41/")


@pytest.mark.parametrize(
    ("who", "what", "may"),
    [
        (actor(supervises=(HERE,)), {"places": (HERE,)}, True),
        (actor(supervises=(HERE,)), {"places": (BESIDE, HERE)}, True),
        (actor(supervises=(HERE,)), {"places": (BELOW,)}, False),
        (actor(supervises=(HERE,)), {"places": ()}, False),
        (actor(coordinates=(HERE,)), {"places": (BELOW,)}, True),
        (actor(coordinates=(BESIDE, HERE)), {"places": (BESIDE, BELOW)}, True),
        (actor(coordinates=(HERE,)), {"places": (BESIDE,)}, False),
        (actor(coordinates=(BELOW,)), {"places": (HERE,)}, False),
        (actor(supervises=(HERE,), library_id=2), {"places": (HERE,)}, False),
        (actor(coordinates=(HERE,), library_id=2), {"places": (HERE,)}, False),
        (actor(learns_in=(HERE,)), {"places": (HERE,)}, False),
    ],
)
def test_a_team_is_read_by_its_supervisor_and_by_coordinators_of_it_or_above(
    who: Actor, what: dict[str, Any], may: bool
) -> None:
    assert allows(who, TEAM_READ, Subject(4, 1, **what)) == may


@pytest.mark.parametrize(
    ("permission", "what", "may"),
    [
        (Permission.ACCOUNT_OWN, {"owner_id": 1}, True),
        (Permission.ACCOUNT_OWN, {"owner_id": 2}, False),
        (Permission.PROFILE_READ, {"owner_id": 1}, True),
        (Permission.PROFILE_READ, {"owner_id": 2, "places": (HERE,)}, True),
        (Permission.PROFILE_READ, {"owner_id": 2, "places": (BESIDE,)}, False),
        (Permission.REVIEW_ANSWER, {"owner_id": 2}, False),
        (Permission.REVIEW_ANSWER, {"owner_id": 2, "reviewer_id": 1}, False),
        (
            Permission.REVIEW_ANSWER,
            {"owner_id": 2, "reviewer_id": 1, "reviewer_may_go_on": True},
            True,
        ),
        (
            Permission.REVIEW_ANSWER,
            {"owner_id": 2, "reviewer_id": 3, "reviewer_may_go_on": True},
            False,
        ),
        (
            Permission.REVIEW_ANSWER,
            {"owner_id": 1, "reviewer_id": 1, "reviewer_may_go_on": True},
            False,
        ),
        (Permission.REVIEW_HAND_ON, {"owner_id": 2, "deputies": frozenset({1})}, True),
        (Permission.REVIEW_HAND_ON, {"owner_id": 2, "deputies": frozenset({3})}, False),
        (Permission.REVIEW_HAND_ON, {"owner_id": 1, "deputies": frozenset({1})}, False),
    ],
)
def test_what_somebody_may_do_with_a_record(
    permission: Permission, what: dict[str, Any], may: bool
) -> None:
    """By the supervisor of one team, who has the number 1. Nobody of another library may."""
    assert allows(actor(supervises=(HERE,)), permission, Subject(7, 1, **what)) == may
    elsewhere = Subject(7, 2, **what)
    assert not allows(actor(supervises=(HERE,)), permission, elsewhere)


@pytest.mark.parametrize(
    ("permission", "fitting"),
    [
        (Permission.RATE, {"learns_in": (HERE,)}),
        (Permission.DEPUTY_NAME, {"supervises": (HERE,)}),
        (Permission.ADMINISTER, {"administrator": True}),
    ],
)
def test_what_somebody_may_do_by_what_they_are(
    permission: Permission, fitting: dict[str, Any]
) -> None:
    everything = {"learns_in": (HERE,), "supervises": (HERE,), "administrator": True}
    others = {name: value for name, value in everything.items() if name not in fitting}
    assert allows(actor(**fitting), permission, library_of(actor()))
    assert not allows(actor(**others), permission, library_of(actor()))


def test_the_own_library_is_the_actors_own() -> None:
    assert library_of(actor(library_id=3)) == Subject(id=3, library_id=3)


def test_who_may_read_a_record_may_know_of_it() -> None:
    own, anothers = Subject(7, 1, owner_id=1), Subject(7, 1, owner_id=2)
    assert may_know(actor(), Permission.REVIEW_ANSWER, own)
    assert not may_know(actor(), Permission.REVIEW_ANSWER, anothers)
    assert not may_know(actor(), Permission.ACCOUNT_OWN, own), "it is known by nothing else"


def test_today_is_the_day_of_the_library() -> None:
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert actor(time_zone="Europe/Berlin").today(late) == dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("who", "read"),
    [
        ({}, set()),
        ({"supervises": (2,)}, {2}),
        ({"coordinates": (2,)}, {2, 3}),
        ({"supervises": (3,), "coordinates": (2,)}, {2, 3}),
        ({"coordinates": (1,)}, set()),
    ],
)
def test_the_teams_that_can_be_read(
    emptied: Flask, who: dict[str, tuple[int, ...]], read: set[int]
) -> None:
    """Team 3 is below team 2; team 1 is of another library."""
    people, teams = build(Plan((None, None, 0, 2), frozenset(), 1, ()))
    library_id = db.session.get_one(Person, people[0]).library_id
    held = {
        name: tuple(
            Place(teams[number], db.session.get_one(Team, teams[number]).path) for number in numbers
        )
        for name, numbers in who.items()
    }
    found = db.session.scalars(
        select(Team.id).where(teams_readable(actor(library_id=library_id, **held)))
    )
    assert {teams.index(each) for each in found} == read
    stranger = actor(library_id=library_id + 100, **held)
    assert not db.session.scalars(select(Team.id).where(teams_readable(stranger))).all()


@pytest.mark.parametrize(
    ("who", "named", "read"),
    [
        ({"supervises": (2,)}, False, {0, 8}),
        ({"coordinates": (2,)}, True, {0, 4, 8}),
        ({"coordinates": (2,)}, False, set()),
        ({"supervises": (3,), "coordinates": (2,)}, True, {0, 4, 8}),
        ({"supervises": (3,), "coordinates": (2,)}, False, {4}),
        ({"coordinates": (1,)}, True, set()),
        ({}, True, set()),
    ],
)
def test_the_profiles_that_can_be_read(
    emptied: Flask, who: dict[str, tuple[int, ...]], named: bool, read: set[int]
) -> None:
    """Team 3 is below team 2. Person 2 supervises, 6 left long ago, 8 lately, 10 is to come, and the
    account of 12 was deleted."""
    learners = (
        (0, 2, 0, None),
        (4, 3, 0, None),
        (6, 2, -90, -60),
        (8, 2, -9, -1),
        (10, 2, 5, None),
        (12, 2, 0, None),
    )
    places = (
        *((one, team, Role.LEARNER, begins, ends) for one, team, begins, ends in learners),
        (2, 2, Role.SUPERVISOR, 0, None),
    )
    people, teams = build(Plan((None, None, 0, 2), frozenset(), 13, places))
    with transaction() as tx:
        deleted = tx.get_one(Person, people[12])
        deleted.name, deleted.disabled_at, deleted.removed_at = "", NOW, NOW
    held = {
        name: tuple(
            Place(teams[number], db.session.get_one(Team, teams[number]).path) for number in numbers
        )
        for name, numbers in who.items()
    }
    library_id = db.session.get_one(Person, people[0]).library_id
    reader = actor(library_id=library_id, person_id=people[2], **held)
    assert {people.index(profile) for profile in profiles(reader, named=named)} == read
    themselves = actor(library_id=library_id, person_id=people[0], **held)
    assert {people.index(profile) for profile in profiles(themselves, named=named)} == read - {0}
    stranger = actor(library_id=library_id + 100, **held)
    assert not profiles(stranger, named=named)


def test_everybody_of_a_library_is_who_is_there(emptied: Flask) -> None:
    """People 1 and 3 are of another library, and the account of person 2 was deleted."""
    people, _teams = build(Plan((), frozenset(), 5, ()))
    with transaction() as tx:
        deleted = tx.get_one(Person, people[2])
        deleted.name, deleted.disabled_at, deleted.removed_at = "", NOW, NOW
    own = people_of(db.session.get_one(Person, people[0]).library_id)
    assert set(db.session.scalars(select(Person.id).where(own))) == {people[0], people[4]}


@pytest.mark.parametrize(
    ("who", "closable"),
    [
        ({}, set()),
        ({"administrator": True}, {"own"}),
        ({"operator": True}, {"nobody's"}),
        ({"administrator": True, "operator": True}, {"own", "nobody's"}),
    ],
)
def test_the_corrections_that_can_be_closed(
    emptied: Flask, who: dict[str, bool], closable: set[str]
) -> None:
    """As SQL and by the table: of the own library, of another and of none."""
    build(Plan((None, None), frozenset(), 0, ()))
    own, anothers = db.session.scalars(select(Library.id).order_by(Library.id))
    framework_id = db.session.scalars(select(Framework.id)).one()
    with transaction() as tx:
        whose = {
            add(
                tx,
                Correction(
                    framework_id=framework_id, library_id=library_id, text="-", suggested_at=NOW
                ),
            ): name
            for name, library_id in (("own", own), ("another's", anothers), ("nobody's", None))
        }
    me = actor(library_id=own, **who)
    by_sql = db.session.scalars(select(Correction.id).where(corrections_closable(me)))
    assert {whose[each] for each in by_sql} == closable
    by_table = {
        each: allows(me, Permission.CORRECTION_CLOSE, subject)
        for each in whose
        if (subject := subjects.correction(each, TODAY))
    }
    assert {whose[each] for each, may in by_table.items() if may} == closable


@pytest.mark.parametrize(
    ("begins", "ends", "stands", "in_reach"),
    [
        (0, None, True, True),
        (1, None, False, False),
        (-60, 0, True, True),
        (-60, 1, True, True),
        (-60, -1, False, True),
        (-60, -30, False, True),
        (-60, -31, False, False),
    ],
)
def test_when_a_membership_counts(
    emptied: Flask, begins: int, ends: int | None, stands: bool, in_reach: bool
) -> None:
    build(Plan((None, None, 0), frozenset(), 1, ((0, 2, Role.LEARNER, begins, ends),)))
    for rule, counts in ((current_on, stands), (in_reach_on, in_reach)):
        found = db.session.scalars(select(Membership.id).where(rule(Membership, TODAY)))
        assert len(found.all()) == counts


@pytest.mark.parametrize(
    ("learning", "own", "either", "both"),
    [
        (False, False, False, False),
        (True, False, True, False),
        (False, True, True, False),
        (True, True, True, True),
    ],
)
def test_facts_are_put_together(learning: bool, own: bool, either: bool, both: bool) -> None:
    """Made anew here: those of the table were made when it was read."""
    who = actor(learns_in=(HERE,) if learning else ())
    what = Subject(7, 1, owner_id=1 if own else 2)
    assert any_of(learns, owns)(who, what) == either
    assert all_of(learns, owns)(who, what) == both
