"""An administrator gets at no ratings alone, on whatever way."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from tracker.rules.administration.requests import INDEPENDENT_AFTER, LASTS, RequestOutcome

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.notices import told
from tests.factories.people import join
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import AuditEvent, Library, Membership, MembershipRequest, Notice, Person
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.administration import membership_requests as queries
from tracker.records import readers
from tracker.rules.administration.memberships import MembershipTerms
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Role
from tracker.services.accounts import invitations
from tracker.services.administration import (
    library_settings,
    membership_requests,
    memberships,
    people,
    teams,
)

TODAY = NOW.date()
LATER = NOW + INDEPENDENT_AFTER


def second(world: World, name: str = "hugo") -> Actor:
    """Somebody who administers City Library too, since long."""
    with transaction() as tx:
        tx.get_one(Person, world.people[name]).administrator = True
    return acting(world, name)


def supervising(world: World, team: str = "central") -> MembershipTerms:
    return MembershipTerms(world.teams[team], Role.SUPERVISOR, TODAY)


def joined(world: World, name: str, team: str, role: Role, **dates: dt.date) -> int:
    """The membership that Adam has by somebody's hand, not his own."""
    join(world, name, team, role, **dates)
    mine = Membership.person_id == world.people[name], Membership.role == role
    return session().scalars(select(Membership.id).where(*mine)).one()


def kinds() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))


def settings(actor: Actor, *, names: bool) -> None:
    library_settings.edit(
        actor,
        name="City Library",
        time_zone="UTC",
        review_days=14,
        differences_days=14,
        endorsement_months=None,
        names_to_coordinators=names,
        region=Region.US,
        paper=Paper.LETTER,
        now=NOW,
    )


def join_team(world: World, actor: Actor) -> None:
    memberships.add(actor, actor.person_id, supervising(world), NOW)


def coordinate(world: World, actor: Actor) -> None:
    terms = MembershipTerms(world.teams["city"], Role.COORDINATOR, TODAY + dt.timedelta(days=30))
    memberships.add(actor, actor.person_id, terms, NOW)


def change_role(world: World, actor: Actor) -> None:
    """From a team where nobody learns to one where somebody does."""
    join(world, "adam", "city", Role.SUPERVISOR)
    mine = select(Membership.id).where(Membership.person_id == actor.person_id)
    memberships.correct(actor, session().scalars(mine).one(), supervising(world), NOW)


def begin_earlier(world: World, actor: Actor) -> None:
    soon = TODAY + dt.timedelta(days=5)
    mine = joined(world, "adam", "central", Role.SUPERVISOR, starts_on=soon)
    memberships.correct(actor, mine, supervising(world), NOW)


def last_longer(world: World, actor: Actor) -> None:
    mine = joined(world, "adam", "central", Role.SUPERVISOR, ends_on=TODAY)
    memberships.end(actor, mine, TODAY + dt.timedelta(days=90), NOW)


def take_in_a_learner(world: World, actor: Actor) -> None:
    joined(world, "adam", "harbour", Role.SUPERVISOR)
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, TODAY, role_profile_id=world.role_profiles["city"]
    )
    memberships.add(actor, world.people["ana"], terms, NOW)


def move_a_team(world: World, actor: Actor) -> None:
    joined(world, "adam", "harbour", Role.COORDINATOR)
    teams.edit(
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


WAYS: dict[Callable[[World, Actor], None], str] = {
    join_team: "reader_added",
    coordinate: "reader_added",
    change_role: "reader_added",
    begin_earlier: "reader_added",
    last_longer: "reader_added",
    take_in_a_learner: "reader_added",
    move_a_team: "reader_added",
    show_names: "names_shown",
}
by_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


@by_way
def test_it_takes_two(context: World, adam: Actor, way: Callable[[World, Actor], None]) -> None:
    second(context)
    with pytest.raises(Conflict, match="needs_another"):
        way(context, adam)
    assert told(context, "ana") == []


@by_way
def test_a_sole_administrator_does_it_and_it_is_told(
    context: World, adam: Actor, way: Callable[[World, Actor], None]
) -> None:
    way(context, adam)
    session().rollback()
    notice = select(Notice.kind).where(
        Notice.person_id == context.people["ana"], Notice.about_id == adam.person_id
    )
    assert session().scalars(notice).all() == [WAYS[way]]


@by_way
def test_without_the_guard_nothing_stops_it(
    context: World,
    adam: Actor,
    way: Callable[[World, Actor], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The partner: it is the guard that the two before see."""
    second(context)
    monkeypatch.setattr(readers, "others", lambda *_: [])
    way(context, adam)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COORDINATOR])
def test_whoever_comes_to_read_is_told_of(context: World, adam: Actor, role: Role) -> None:
    """An account that an administrator made for it as well."""
    second(context)
    puppet, _token = people.add(adam, "Pat", "pat@example.org", NOW)
    memberships.add(adam, puppet, replace(supervising(context), role=role), NOW)
    assert told(context, "ana") == told(context, "ben") == ["reader_added"]
    assert told(context, "lea") == []


def test_what_shows_nobody_more_tells_nobody(context: World, adam: Actor) -> None:
    second(context)
    memberships.add(adam, adam.person_id, supervising(context, "city"), NOW)
    mine = session().scalars(
        select(Membership.id).where(
            Membership.person_id == context.people["sue"], Membership.role == Role.SUPERVISOR
        )
    )
    memberships.end(adam, mine.one(), TODAY, NOW)
    settings(adam, names=True)
    assert told(context, "ana") == []


def test_who_moved_away_is_read_for_a_while_and_no_longer(context: World, adam: Actor) -> None:
    second(context)
    for name, days in (("nell", GRACE.days), ("nora", GRACE.days + 1)):
        join(context, name, "city", ends_on=TODAY - dt.timedelta(days=days))
    with transaction() as tx:
        assert set(readers._reach(tx, context.libraries["city"], TODAY, None)) >= {
            (context.people["cora"], context.people["nell"])
        }
        assert (context.people["cora"], context.people["nora"]) not in readers._reach(
            tx, context.libraries["city"], TODAY, None
        )


def asked(context: World, adam: Actor) -> int:
    return membership_requests.ask(adam, adam.person_id, supervising(context), NOW)


def test_another_administrator_confirms(context: World, adam: Actor) -> None:
    hugo = second(context)
    request_id = asked(context, adam)
    assert acting(context, "adam").supervises == ()
    assert told(context, "hugo") == ["request_made"]
    (row,) = queries.waiting(hugo, NOW)
    assert (row.asked_by, row.person, row.team, row.role) == (
        "Adam",
        "Adam",
        "Central",
        Role.SUPERVISOR,
    )
    membership_requests.confirm(hugo, request_id, NOW)
    assert [place.team_id for place in acting(context, "adam").supervises] == [
        context.teams["central"]
    ]
    assert told(context, "adam") == ["request_confirmed"]
    assert told(context, "ana") == ["reader_added"]
    assert kinds() == ["request_made", "request_confirmed", "membership_added"]
    assert queries.count_waiting(hugo, NOW) == 0
    with pytest.raises(Conflict, match="request_over"):
        membership_requests.confirm(hugo, request_id, NOW)


def test_one_that_puts_a_membership_right(context: World, adam: Actor) -> None:
    hugo = second(context)
    mine = joined(context, "adam", "city", Role.SUPERVISOR)
    request_id = membership_requests.ask(adam, adam.person_id, supervising(context), NOW, mine)
    assert session().get_one(Membership, mine).team_id == context.teams["city"]
    membership_requests.confirm(hugo, request_id, NOW)
    session().rollback()
    assert session().get_one(Membership, mine).team_id == context.teams["central"]


def test_refused_or_withdrawn_changes_nothing(context: World, adam: Actor) -> None:
    hugo = second(context)
    membership_requests.refuse(hugo, asked(context, adam), NOW)
    membership_requests.refuse(adam, asked(context, adam), NOW)
    assert [row.outcome for row in queries.over(adam, NOW)] == [
        RequestOutcome.WITHDRAWN,
        RequestOutcome.REFUSED,
    ]
    assert told(context, "adam") == ["request_refused"]
    assert acting(context, "adam").supervises == ()
    assert kinds() == ["request_made", "request_refused", "request_made", "request_withdrawn"]


def test_its_time_ends(context: World, adam: Actor) -> None:
    hugo = second(context)
    request_id = asked(context, adam)
    with pytest.raises(Conflict, match="request_over"):
        membership_requests.confirm(hugo, request_id, NOW + LASTS)
    assert [row.outcome for row in queries.over(hugo, NOW + LASTS)] == [None]


def test_nobody_confirms_their_own(context: World, adam: Actor) -> None:
    second(context)
    request_id = asked(context, adam)
    with pytest.raises(Conflict, match="request_is_own"):
        membership_requests.confirm(adam, request_id, NOW)
    with pytest.raises(Missing):
        membership_requests.confirm(acting(context, "oda"), request_id, NOW)
    with pytest.raises(Missing):
        membership_requests.confirm(acting(context, "sue"), request_id, NOW)


def test_what_was_asked_is_asked_once_and_could_stand(context: World, adam: Actor) -> None:
    second(context)
    asked(context, adam)
    with pytest.raises(Conflict, match="request_waits"):
        asked(context, adam)
    with pytest.raises(Invalid, match="team_unknown"):
        membership_requests.ask(adam, adam.person_id, supervising(context, "other"), NOW)
    assert (
        session().scalars(select(Membership.id).where(Membership.person_id == adam.person_id)).all()
        == []
    )


def test_without_another_there_is_nobody_to_ask(context: World, adam: Actor) -> None:
    with pytest.raises(Conflict, match="nobody_to_ask"):
        asked(context, adam)
    session().rollback()
    assert session().scalars(select(MembershipRequest.id)).all() == []


def test_a_yes_of_ones_own_making_counts_for_none(context: World, adam: Actor) -> None:
    """Somebody made administrator lately is no other administrator: it happens, and is told."""
    people.make_administrator(adam, context.people["hugo"], NOW)
    memberships.add(adam, adam.person_id, supervising(context), NOW)
    assert told(context, "ana") == ["reader_added"]
    with pytest.raises(Conflict, match="needs_another"):
        memberships.add(adam, adam.person_id, supervising(context, "harbour"), LATER)


def test_who_was_given_a_link_lately_cannot_confirm(context: World, adam: Actor) -> None:
    """Whoever has the link could be the one who asks; and making it makes nobody alone."""
    hugo = second(context)
    invitations.renew(adam, context.people["hugo"], NOW)
    with pytest.raises(Conflict, match="needs_another"):
        join_team(context, adam)
    request_id = asked(context, adam)
    with pytest.raises(Conflict, match="request_not_free"):
        membership_requests.confirm(hugo, request_id, NOW)
    membership_requests.confirm(second(context, "carl"), request_id, NOW)
