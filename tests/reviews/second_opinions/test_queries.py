"""What a learner is told of who could see a reviewed rating before."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from tests.factories.actors import acting
from tests.factories.people import closed_to, join
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Library, Membership, RecordOpening
from tracker.policy.permissions import GRACE
from tracker.reviews.second_opinions import queries as second_opinions_queries
from tracker.rules.core.openings import OpeningDecision
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


@pytest.fixture
def here(app: Flask, world: World) -> Iterator[World]:
    with app.app_context():
        yield world


def seen(world: World, since: dt.date) -> dict[str, Role]:
    found = second_opinions_queries.could_see(
        acting(world, "ana"), set(world.people.values()), since, world.now.date()
    )
    names = {person_id: name for name, person_id in world.people.items()}
    return {names[person_id]: role for person_id, role in found.items()}


def by_name(shown: bool) -> None:
    with transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=shown))


def test_supervisors_of_the_very_team_and_coordinators_above_it(here: World) -> None:
    by_name(True)
    join(here, "ulla", "city", Role.SUPERVISOR)
    assert seen(here, here.now.date()) == {"sue": Role.SUPERVISOR, "cora": Role.COORDINATOR}
    join(here, "cora", "central", Role.SUPERVISOR)
    assert seen(here, here.now.date())["cora"] is Role.SUPERVISOR


def test_no_coordinator_where_levels_have_no_names(here: World) -> None:
    by_name(False)
    assert seen(here, here.now.date()) == {"sue": Role.SUPERVISOR}


@pytest.mark.parametrize(("gone", "could"), [(9, True), (10, True), (11, False)])
def test_who_left_could_if_it_was_there_by_then(here: World, gone: int, could: bool) -> None:
    """It is ten days old."""
    by_name(False)
    today = here.now.date()
    join(here, "hugo", "central", Role.SUPERVISOR, ends_on=today - gone * DAY)
    assert ("hugo" in seen(here, today - 10 * DAY)) is could


def test_for_some_days_after_the_learner_left_the_team(here: World) -> None:
    by_name(False)
    today = here.now.date()
    with transaction() as tx:
        tx.execute(
            update(Membership)
            .where(
                Membership.person_id == here.people["ana"],
                Membership.team_id == here.teams["central"],
            )
            .values(ends_on=today - 40 * DAY)
        )
    last = today - 40 * DAY + GRACE
    assert seen(here, last) == {"sue": Role.SUPERVISOR}
    assert seen(here, last + DAY) == {}


def test_nobody_while_it_was_closed_to_them(here: World) -> None:
    """Until the last day of the wait, and from its end on."""
    by_name(False)
    given = here.now - 3 * DAY
    closed_to(here, "sue", "ana", at=given)
    assert seen(here, here.now.date() - 10 * DAY) == {}
    with transaction() as tx:
        tx.execute(update(RecordOpening).values(opens_at=here.now - DAY))
    assert seen(here, here.now.date()) == {"sue": Role.SUPERVISOR}
    assert seen(here, here.now.date() - 10 * DAY) == {"sue": Role.SUPERVISOR}


@pytest.mark.parametrize(
    ("columns", "since", "could"),
    [
        ({}, 9, True),
        ({"ended": 13}, 13, True),
        ({"ended": 14}, 13, False),
        ({"objected": 15, "ended": 14}, 20, False),
        ({"objected": 12}, 11, False),
        ({"objected": 12}, 12, True),
        ({"objected": 12, "decided": 8, "ended": 9}, 11, False),
        ({"objected": 12, "decided": 8, "ended": 8}, 11, True),
        ({"objected": 15, "decided": 8, "ended": 9}, 20, False),
        ({"objected": 15, "decided": 8, "ended": 8}, 20, True),
        ({"objected": 12, "kept": 8}, 12, True),
        ({"objected": 12, "kept": 8}, 11, False),
        ({"objected": 15, "kept": 8}, 20, False),
    ],
    ids=str,
)
def test_an_objection_closes_it_again(
    here: World, columns: dict[str, int], since: int, could: bool
) -> None:
    """Given 20 days ago, it opened 13 days ago. Numbers are days before today."""
    by_name(False)
    at = {name: here.now - days * DAY for name, days in columns.items()}
    row: dict[str, object] = {}
    if "objected" in at:
        row |= {"objected_at": at["objected"]}
    if "decided" in at or "kept" in at:
        row |= {"decided_by_id": here.people["adam"]}
    if "decided" in at:
        row |= {"decision": OpeningDecision.OPENED, "decided_at": at["decided"]}
    if "kept" in at:
        row |= {"decision": OpeningDecision.KEPT_CLOSED, "decided_at": at["kept"], "opens_at": None}
    closed_to(here, "sue", "ana", at=here.now - 20 * DAY, **row)
    if "ended" in at:
        with transaction() as tx:
            mine = Membership.person_id == here.people["sue"]
            tx.execute(update(Membership).where(mine).values(ends_on=at["ended"].date()))
    assert ("sue" in seen(here, here.now.date() - since * DAY)) is could


def test_but_who_came_back_could_before_they_left(here: World) -> None:
    by_name(False)
    today = here.now.date()
    join(here, "hugo", "central", Role.SUPERVISOR, ends_on=today - 40 * DAY)
    join(here, "hugo", "central", Role.SUPERVISOR, starts_on=today)
    closed_to(here, "hugo", "ana")
    assert "hugo" in seen(here, today - 40 * DAY)
    assert "hugo" not in seen(here, today - 39 * DAY)
