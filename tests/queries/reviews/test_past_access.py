"""What a learner is told of who could see a reviewed rating before."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from tests.factories.people import closed_to, join
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Library, Membership
from tracker.policy.permissions import GRACE
from tracker.queries.reviews import past_access
from tracker.rules.administration.openings import WAIT
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


@pytest.fixture
def here(app: Flask, world: World) -> Iterator[World]:
    with app.app_context():
        yield world


def seen(world: World, since: dt.date) -> dict[str, Role]:
    found = past_access.could_see(
        world.people["ana"], set(world.people.values()), since, world.now.date(), world.now
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


@pytest.mark.parametrize(("ago", "could"), [(WAIT - DAY, False), (WAIT, True)])
def test_to_whom_the_record_is_not_open_yet_could_not(
    here: World, ago: dt.timedelta, could: bool
) -> None:
    by_name(False)
    join(here, "hugo", "central", Role.SUPERVISOR, starts_on=here.now.date() - ago)
    closed_to(here, "hugo", "ana", at=here.now - ago)
    assert ("hugo" in seen(here, here.now.date() - 90 * DAY)) is could


def test_but_who_came_back_could_before_they_left(here: World) -> None:
    by_name(False)
    today = here.now.date()
    join(here, "hugo", "central", Role.SUPERVISOR, ends_on=today - 40 * DAY)
    join(here, "hugo", "central", Role.SUPERVISOR, starts_on=today)
    closed_to(here, "hugo", "ana")
    assert "hugo" in seen(here, today - 40 * DAY)
    assert "hugo" not in seen(here, today - 39 * DAY)
