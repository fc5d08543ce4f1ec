"""Who may do what: each row of the table of permissions, and what each kind of person can read."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.world import add
from tests.policy.worlds import TEAM_READ, TODAY, Plan, build, profiles
from tracker.db import db, transaction
from tracker.models import Correction, Framework, Library, Membership, Person, Team
from tracker.policy.permissions import (
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
    teams_readable,
)
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.roles import Permission, Role


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
                Permission.OPENINGS_READ,
                Permission.PUBLIC,
                Permission.SIGNED_IN,
                Permission.OPEN_WORK,
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
        (Permission.OPERATE, 1),
        (Permission.CORRECTIONS_READ, 1),
        (Permission.OPENINGS_READ, 1),
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
        (Permission.OPEN_WORK, {"owner_id": 1}, True),
        (Permission.OPEN_WORK, {"owner_id": 2, "deputies": frozenset({1})}, True),
        (Permission.OPEN_WORK, {"owner_id": 2, "deputies": frozenset({3})}, False),
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
        if (subject := subjects_queries.correction(each, TODAY))
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
