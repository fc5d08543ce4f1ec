"""An administrator gets at no record alone, and nobody comes to read one in silence."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.accounts.readers.arrivals import DAY, TODAY, closed, met, settings, supervising
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.notices import told
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.readers import actions as readers_actions, records as readers_records
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.people import actions as people_actions
from tracker.administration.teams import actions as teams_actions
from tracker.db import session, transaction
from tracker.models import Library, Membership, Person, RecordOpening
from tracker.policy.permissions import GRACE, Actor
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.core.openings import NOT_NEW, WAIT
from tracker.rules.roles import Role


@pytest.fixture(autouse=True)
def reviewed(context: World) -> None:
    """Of Ana something was reviewed; of Ben, Lea and Nora nothing yet."""
    met(context, "ana", "sue")


def joined(world: World, name: str, team: str, role: Role, **dates: dt.date) -> int:
    """A membership by somebody's hand, past the guard."""
    join(world, name, team, role, **dates)
    mine = Membership.person_id == world.people[name], Membership.role == role
    return session().scalars(select(Membership.id).where(*mine)).one()


def join_team(world: World, actor: Actor) -> None:
    memberships_actions.add(actor, actor.person_id, supervising(world), NOW)


def coordinate(world: World, actor: Actor) -> None:
    terms = MembershipTerms(world.teams["city"], Role.COORDINATOR, TODAY)
    memberships_actions.add(actor, actor.person_id, terms, NOW)


def coordinate_later(world: World, actor: Actor) -> None:
    terms = MembershipTerms(world.teams["city"], Role.COORDINATOR, TODAY + 30 * DAY)
    memberships_actions.add(actor, actor.person_id, terms, NOW)


def change_role(world: World, actor: Actor) -> None:
    """From a team where nobody learns to one where somebody does."""
    mine = joined(world, "adam", "city", Role.SUPERVISOR)
    memberships_actions.correct(actor, mine, supervising(world), NOW)


def begin_earlier(world: World, actor: Actor) -> None:
    mine = joined(world, "adam", "central", Role.SUPERVISOR, starts_on=TODAY + 5 * DAY)
    memberships_actions.correct(actor, mine, supervising(world), NOW)


def come_back(world: World, actor: Actor) -> None:
    """Into a role that ended longer ago than NOT_NEW."""
    ended = TODAY - NOT_NEW - DAY
    mine = joined(world, "adam", "central", Role.SUPERVISOR, ends_on=ended)
    memberships_actions.end(actor, mine, TODAY + 90 * DAY, NOW)


def have_been_there(world: World, actor: Actor) -> None:
    """By a membership that was over before it was written down, and then by one for today."""
    past = replace(supervising(world), starts_on=TODAY - 20 * DAY, ends_on=TODAY - DAY)
    memberships_actions.add(actor, actor.person_id, past, NOW)
    memberships_actions.add(actor, actor.person_id, supervising(world), NOW)


def take_in_a_learner(world: World, actor: Actor) -> None:
    joined(world, "adam", "harbour", Role.SUPERVISOR)
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, TODAY, role_profile_id=world.role_profiles["city"]
    )
    memberships_actions.add(actor, world.people["ana"], terms, NOW)


def move_a_team(world: World, actor: Actor) -> None:
    joined(world, "adam", "harbour", Role.COORDINATOR)
    teams_actions.edit(
        acting(world, "adam"),
        world.teams["central"],
        name="Central",
        parent_id=world.teams["harbour"],
        open_reviews=False,
        now=NOW,
    )


def show_names(world: World, actor: Actor) -> None:
    with transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = False
    joined(world, "adam", "city", Role.COORDINATOR)
    settings(acting(world, "adam"), names=True)


def enable_a_reader(world: World, actor: Actor) -> None:
    """Who could not sign in for longer than NOT_NEW."""
    joined(world, "adam", "central", Role.SUPERVISOR)
    with transaction() as tx:
        adam, cora = (tx.get_one(Person, world.people[name]) for name in ("adam", "cora"))
        adam.disabled_at = NOW - NOT_NEW - DAY
        cora.administrator = True
    people_actions.enable(acting(world, "cora"), world.people["adam"], NOW)


WAYS = (
    join_team,
    coordinate,
    coordinate_later,
    change_role,
    begin_earlier,
    come_back,
    have_been_there,
    take_in_a_learner,
    move_a_team,
    show_names,
    enable_a_reader,
)
by_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


@by_way
def test_it_waits_and_is_told(
    context: World, adam: Actor, way: Callable[[World, Actor], None]
) -> None:
    way(context, adam)
    assert closed(context, "adam") >= {"ana"}
    assert told(context, "ana").count("reader_added") >= 1
    assert "reader_added" not in told(context, "ben")
    row = session().scalars(
        select(RecordOpening).where(RecordOpening.person_id == context.people["ana"])
    )
    opening = {each.reader_id: each for each in row}[adam.person_id]
    giver = "cora" if way is enable_a_reader else "adam"
    assert (opening.given_by_id, opening.told_at, opening.opens_at) == (
        context.people[giver],
        NOW,
        NOW + WAIT,
    )
    assert "ana" in closed(context, "adam", NOW + WAIT - dt.timedelta(seconds=1))
    assert "ana" not in closed(context, "adam", NOW + WAIT)


@by_way
def test_without_the_guard_it_is_open_at_once(
    context: World,
    adam: Actor,
    way: Callable[[World, Actor], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The partner: it is the guard that the one before sees."""
    monkeypatch.setattr(readers_records, "_write", lambda *_: 0)
    way(context, adam)
    assert closed(context, "adam") == set()
    assert told(context, "ana") == []


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COORDINATOR])
def test_so_it_does_for_an_account_that_an_administrator_made(
    context: World, adam: Actor, role: Role
) -> None:
    puppet, _token = people_actions.add(adam, "Sue", "sue2@example.org", NOW)
    context.people["sue2"] = puppet
    memberships_actions.add(adam, puppet, replace(supervising(context), role=role), NOW)
    assert closed(context, "sue2") == {"ana"}
    assert told(context, "ana") == ["reader_added"]


def test_where_nothing_would_open_nobody_is_told(context: World, adam: Actor) -> None:
    memberships_actions.add(adam, context.people["hugo"], supervising(context), NOW)
    assert closed(context, "hugo") == {"ana"}
    assert told(context, "ben") == []
    met(context, "ben", "sue")
    assert closed(context, "hugo") == {"ana"}, "what comes after is theirs to see"


def test_a_role_that_begins_later_opens_nothing_in_silence(context: World, adam: Actor) -> None:
    """Given while there was nothing to read, it would open what comes before its first day."""
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    memberships_actions.add(adam, context.people["hugo"], later, NOW)
    assert closed(context, "hugo") == {"ana", "ben"}
    assert told(context, "ben") == []
    met(context, "ben", "sue")
    begins = NOW + 10 * DAY
    assert closed(context, "hugo", begins) == {"ben"}, "Ana was told before"
    assert readers_actions.begin_due(begins) == 1
    assert told(context, "ben") == ["reader_added"]
    assert closed(context, "hugo", begins) == {"ben"}
    assert closed(context, "hugo", begins + WAIT) == set()


def test_one_with_nothing_to_read_opens_on_its_day(context: World, adam: Actor) -> None:
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    memberships_actions.add(adam, context.people["hugo"], later, NOW)
    assert readers_actions.begin_due(NOW + 9 * DAY) == 0
    assert "ben" in closed(context, "hugo", NOW + 9 * DAY)
    assert readers_actions.begin_due(NOW + 10 * DAY) == 0
    assert "ben" not in closed(context, "hugo", NOW + 10 * DAY)


def test_one_that_never_begins_is_forgotten(context: World, adam: Actor) -> None:
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    mine = memberships_actions.add(adam, context.people["carl"], later, NOW)
    memberships_actions.correct(adam, mine, replace(later, team_id=context.teams["harbour"]), NOW)
    readers_actions.begin_due(NOW)
    assert "ben" not in closed(context, "carl")


@pytest.mark.parametrize(("days", "waits"), [(NOT_NEW.days, False), (NOT_NEW.days + 1, True)])
def test_who_comes_back_soon_is_not_new(
    context: World, adam: Actor, days: int, waits: bool
) -> None:
    joined(context, "carl", "central", Role.SUPERVISOR, ends_on=TODAY - days * DAY)
    memberships_actions.add(adam, context.people["carl"], supervising(context), NOW)
    assert ("ana" in closed(context, "carl")) is waits


def test_neither_is_who_has_another_role_now(context: World, adam: Actor) -> None:
    """A fact of the two, not of the role."""
    memberships_actions.add(adam, context.people["cora"], supervising(context), NOW)
    assert closed(context, "cora") == set()
    assert told(context, "ana") == []


def test_names_hidden_by_mistake_and_shown_again(context: World, adam: Actor) -> None:
    settings(adam, names=False)
    settings(adam, names=True, now=NOW + DAY)
    assert closed(context, "cora", NOW + DAY) == set()
    settings(adam, names=False, now=NOW + 2 * DAY)
    long_after = NOW + 2 * DAY + NOT_NEW
    settings(adam, names=True, now=long_after)
    assert closed(context, "cora", long_after) == {"ana"}


def test_who_waits_still_waits_after_another_change(context: World, adam: Actor) -> None:
    """The wait neither ends nor begins again by going and coming back."""
    mine = memberships_actions.add(adam, context.people["hugo"], supervising(context), NOW)
    memberships_actions.end(adam, mine, TODAY, NOW + DAY)
    memberships_actions.add(
        adam,
        context.people["hugo"],
        replace(supervising(context), starts_on=TODAY + DAY),
        NOW + DAY,
    )
    assert closed(context, "hugo", NOW + WAIT - DAY) == {"ana"}
    assert closed(context, "hugo", NOW + WAIT) == set()
    assert told(context, "ana") == ["reader_added"]


def test_who_moved_away_is_read_for_a_while_and_no_longer(context: World, adam: Actor) -> None:
    for name, days in (("nell", GRACE.days), ("nora", GRACE.days + 1)):
        join(context, name, "city", ends_on=TODAY - days * DAY)
        met(context, name, "cora")
    memberships_actions.add(
        adam,
        context.people["hugo"],
        MembershipTerms(context.teams["city"], Role.SUPERVISOR, TODAY),
        NOW,
    )
    assert closed(context, "hugo") == {"nell"}
