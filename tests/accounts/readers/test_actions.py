"""An administrator gets at no record alone, and nobody comes to read one in silence."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text, told
from tests.factories.people import closed_to, join
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.accounts.links import actions as invitations
from tracker.accounts.readers import actions as service
from tracker.accounts.readers import records as readers
from tracker.administration.library import actions as library_settings
from tracker.administration.memberships import actions as memberships
from tracker.administration.people import actions as people
from tracker.administration.teams import actions as teams
from tracker.db import session, transaction
from tracker.models import AuditEvent, Library, Membership, Person, RecordOpening
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.access import openings as queries
from tracker.record.blindness.queries import blind_spots
from tracker.records import audit
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.core.openings import (
    DECIDE_WITHIN,
    INDEPENDENT_AFTER,
    NOT_NEW,
    OBJECT_WITHIN,
    WAIT,
    Decider,
    OpeningDecision,
)
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Role

TODAY = NOW.date()
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def reviewed(context: World) -> None:
    """Of Ana something was reviewed; of Ben, Lea and Nora nothing yet."""
    met(context, "ana", "sue")


def met(world: World, person: str, by: str) -> None:
    endorse(world, person, by, world.statements["technical"][0], EndorsedAnswer.CONSISTENTLY)


def supervising(world: World, team: str = "central") -> MembershipTerms:
    return MembershipTerms(world.teams[team], Role.SUPERVISOR, TODAY)


def joined(world: World, name: str, team: str, role: Role, **dates: dt.date) -> int:
    """A membership by somebody's hand, past the guard."""
    join(world, name, team, role, **dates)
    mine = Membership.person_id == world.people[name], Membership.role == role
    return session().scalars(select(Membership.id).where(*mine)).one()


def closed(world: World, reader: str, now: dt.datetime = NOW) -> set[str]:
    """Whose records are closed to them."""
    session().rollback()
    names = {key: name for name, key in world.people.items()}
    return {names[each] for each in blind_spots(acting(world, reader), now).closed}


def settings(actor: Actor, *, names: bool, now: dt.datetime = NOW, hr: str = "") -> None:
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
        now=now,
        hr_name="Hanna Reyes" if hr else "",
        hr_email=hr,
    )


def join_team(world: World, actor: Actor) -> None:
    memberships.add(actor, actor.person_id, supervising(world), NOW)


def coordinate(world: World, actor: Actor) -> None:
    terms = MembershipTerms(world.teams["city"], Role.COORDINATOR, TODAY)
    memberships.add(actor, actor.person_id, terms, NOW)


def coordinate_later(world: World, actor: Actor) -> None:
    terms = MembershipTerms(world.teams["city"], Role.COORDINATOR, TODAY + 30 * DAY)
    memberships.add(actor, actor.person_id, terms, NOW)


def change_role(world: World, actor: Actor) -> None:
    """From a team where nobody learns to one where somebody does."""
    mine = joined(world, "adam", "city", Role.SUPERVISOR)
    memberships.correct(actor, mine, supervising(world), NOW)


def begin_earlier(world: World, actor: Actor) -> None:
    mine = joined(world, "adam", "central", Role.SUPERVISOR, starts_on=TODAY + 5 * DAY)
    memberships.correct(actor, mine, supervising(world), NOW)


def come_back(world: World, actor: Actor) -> None:
    """Into a role that ended longer ago than NOT_NEW."""
    ended = TODAY - NOT_NEW - DAY
    mine = joined(world, "adam", "central", Role.SUPERVISOR, ends_on=ended)
    memberships.end(actor, mine, TODAY + 90 * DAY, NOW)


def have_been_there(world: World, actor: Actor) -> None:
    """By a membership that was over before it was written down, and then by one for today."""
    past = replace(supervising(world), starts_on=TODAY - 20 * DAY, ends_on=TODAY - DAY)
    memberships.add(actor, actor.person_id, past, NOW)
    memberships.add(actor, actor.person_id, supervising(world), NOW)


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


def enable_a_reader(world: World, actor: Actor) -> None:
    """Who could not sign in for longer than NOT_NEW."""
    joined(world, "adam", "central", Role.SUPERVISOR)
    with transaction() as tx:
        adam, cora = (tx.get_one(Person, world.people[name]) for name in ("adam", "cora"))
        adam.disabled_at = NOW - NOT_NEW - DAY
        cora.administrator = True
    people.enable(acting(world, "cora"), world.people["adam"], NOW)


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
    monkeypatch.setattr(readers, "_write", lambda *_: 0)
    way(context, adam)
    assert closed(context, "adam") == set()
    assert told(context, "ana") == []


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COORDINATOR])
def test_so_it_does_for_an_account_that_an_administrator_made(
    context: World, adam: Actor, role: Role
) -> None:
    puppet, _token = people.add(adam, "Sue", "sue2@example.org", NOW)
    context.people["sue2"] = puppet
    memberships.add(adam, puppet, replace(supervising(context), role=role), NOW)
    assert closed(context, "sue2") == {"ana"}
    assert told(context, "ana") == ["reader_added"]


def test_where_nothing_would_open_nobody_is_told(context: World, adam: Actor) -> None:
    memberships.add(adam, context.people["hugo"], supervising(context), NOW)
    assert closed(context, "hugo") == {"ana"}
    assert told(context, "ben") == []
    met(context, "ben", "sue")
    assert closed(context, "hugo") == {"ana"}, "what comes after is theirs to see"


def test_a_role_that_begins_later_opens_nothing_in_silence(context: World, adam: Actor) -> None:
    """Given while there was nothing to read, it would open what comes before its first day."""
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    memberships.add(adam, context.people["hugo"], later, NOW)
    assert closed(context, "hugo") == {"ana", "ben"}
    assert told(context, "ben") == []
    met(context, "ben", "sue")
    begins = NOW + 10 * DAY
    assert closed(context, "hugo", begins) == {"ben"}, "Ana was told before"
    assert service.begin_due(begins) == 1
    assert told(context, "ben") == ["reader_added"]
    assert closed(context, "hugo", begins) == {"ben"}
    assert closed(context, "hugo", begins + WAIT) == set()


def test_one_with_nothing_to_read_opens_on_its_day(context: World, adam: Actor) -> None:
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    memberships.add(adam, context.people["hugo"], later, NOW)
    assert service.begin_due(NOW + 9 * DAY) == 0
    assert "ben" in closed(context, "hugo", NOW + 9 * DAY)
    assert service.begin_due(NOW + 10 * DAY) == 0
    assert "ben" not in closed(context, "hugo", NOW + 10 * DAY)


def test_one_that_never_begins_is_forgotten(context: World, adam: Actor) -> None:
    later = replace(supervising(context), starts_on=TODAY + 10 * DAY)
    mine = memberships.add(adam, context.people["carl"], later, NOW)
    memberships.correct(adam, mine, replace(later, team_id=context.teams["harbour"]), NOW)
    service.begin_due(NOW)
    assert "ben" not in closed(context, "carl")


@pytest.mark.parametrize(("days", "waits"), [(NOT_NEW.days, False), (NOT_NEW.days + 1, True)])
def test_who_comes_back_soon_is_not_new(
    context: World, adam: Actor, days: int, waits: bool
) -> None:
    joined(context, "carl", "central", Role.SUPERVISOR, ends_on=TODAY - days * DAY)
    memberships.add(adam, context.people["carl"], supervising(context), NOW)
    assert ("ana" in closed(context, "carl")) is waits


def test_neither_is_who_has_another_role_now(context: World, adam: Actor) -> None:
    """A fact of the two, not of the role."""
    memberships.add(adam, context.people["cora"], supervising(context), NOW)
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
    mine = memberships.add(adam, context.people["hugo"], supervising(context), NOW)
    memberships.end(adam, mine, TODAY, NOW + DAY)
    memberships.add(
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
    memberships.add(
        adam,
        context.people["hugo"],
        MembershipTerms(context.teams["city"], Role.SUPERVISOR, TODAY),
        NOW,
    )
    assert closed(context, "hugo") == {"nell"}


def waiting(context: World, adam: Actor, now: dt.datetime = NOW) -> int:
    """Adam makes Hugo supervise Central; returns what waits of Ana's record."""
    memberships.add(adam, context.people["hugo"], supervising(context), now)
    mine = RecordOpening.person_id == context.people["ana"]
    return session().scalars(select(RecordOpening.id).where(mine)).one()


def administering(world: World, name: str, since: dt.datetime = NOW - INDEPENDENT_AFTER) -> Actor:
    with transaction() as tx:
        person = tx.get_one(Person, world.people[name])
        person.administrator, person.created_at = True, since
    return acting(world, name)


def old(world: World, name: str) -> Actor:
    """Somebody whose account is older than the rule's time."""
    with transaction() as tx:
        tx.get_one(Person, world.people[name]).created_at = NOW - INDEPENDENT_AFTER
    return acting(world, name)


def test_another_administrator_opens_a_whole_list(context: World, adam: Actor) -> None:
    met(context, "ben", "sue")
    waiting(context, adam)
    assert closed(context, "hugo") == {"ana", "ben"}
    opened = service.open_to(administering(context, "carl"), [context.people["hugo"]], NOW)
    assert opened == 2
    assert closed(context, "hugo") == set()


def fresh(world: World, adam: Actor) -> Actor:
    return administering(world, "carl", NOW - INDEPENDENT_AFTER + DAY)


def made_by_the_giver(world: World, adam: Actor) -> Actor:
    found = administering(world, "carl")
    invitations.renew(adam, found.person_id, NOW)
    return found


def the_giver(world: World, adam: Actor) -> Actor:
    return old(world, "adam")


def the_reader(world: World, adam: Actor) -> Actor:
    return administering(world, "hugo")


def a_reader_who_waits_too(world: World, adam: Actor) -> Actor:
    memberships.add(adam, world.people["carl"], supervising(world), NOW)
    return old(world, "carl")


def a_learner(world: World, adam: Actor) -> Actor:
    return old(world, "ben")


def a_supervisor_elsewhere(world: World, adam: Actor) -> Actor:
    return old(world, "carl")


def a_coordinator_without_names(world: World, adam: Actor) -> Actor:
    with transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = False
    return old(world, "cora")


def an_administrator_of_another_library(world: World, adam: Actor) -> Actor:
    return administering(world, "oda")


@pytest.mark.parametrize(
    "who",
    [
        fresh,
        made_by_the_giver,
        the_giver,
        the_reader,
        a_reader_who_waits_too,
        a_learner,
        a_supervisor_elsewhere,
        a_coordinator_without_names,
        an_administrator_of_another_library,
    ],
    ids=lambda who: who.__name__,
)
def test_whose_yes_counts_for_nothing(
    context: World, adam: Actor, who: Callable[[World, Actor], Actor]
) -> None:
    waiting(context, adam)
    actor = who(context, adam)
    with pytest.raises(Conflict, match="nothing_to_open"):
        service.open_to(actor, [context.people["hugo"]], NOW)
    assert "ana" in closed(context, "hugo")


@pytest.mark.parametrize("who", ["sue", "cora"])
def test_the_leaving_supervisor_and_a_coordinator_who_sees_names_open_it(
    context: World, adam: Actor, who: str
) -> None:
    """Sue's role ended a week ago."""
    with transaction() as tx:
        mine = Membership.person_id == context.people["sue"], Membership.role == Role.SUPERVISOR
        tx.scalars(select(Membership).where(*mine)).one().ends_on = TODAY - 7 * DAY
    waiting(context, adam)
    assert service.open_to(acting(context, who), [context.people["hugo"]], NOW) == 1
    assert closed(context, "hugo") == set()
    events = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert events[-1] == "record_opened"


def test_a_yes_opens_the_records_of_ones_own_people_alone(context: World, adam: Actor) -> None:
    met(context, "lea", "hugo")
    nora = people.add(adam, "Nora", "nora@example.org", NOW)[0]
    context.people["nora"] = nora
    memberships.add(
        adam, nora, MembershipTerms(context.teams["city"], Role.COORDINATOR, TODAY), NOW
    )
    assert closed(context, "nora") == {"ana", "lea"}
    sue = acting(context, "sue")
    assert {each.person for each in queries.openable(sue, NOW)} == {"Ana"}
    assert queries.count_openable(sue, NOW) == 1
    assert service.open_to(sue, [nora], NOW) == 1
    assert closed(context, "nora") == {"lea"}
    assert told(context, "ana") == ["reader_added", "reader_added"], "sooner than she was told"


def test_who_was_got_at_by_one_giver_is_independent_of_another(context: World, adam: Actor) -> None:
    waiting(context, adam)
    closed_to(context, "hugo", "lea", "harbour", given_by="carl")
    cora, library = acting(context, "cora"), context.libraries["city"]
    by, about = context.people["carl"], cora.person_id
    with transaction() as tx:
        audit.note(tx, "person_edited", NOW, library_id=library, actor_id=by, subject_id=about)
    assert {each.person for each in queries.openable(cora, NOW)} == {"Ana"}


def test_the_person_opens_it(context: World, adam: Actor) -> None:
    opening_id = waiting(context, adam)
    with pytest.raises(Missing):
        service.open_own(acting(context, "ben"), opening_id, NOW)
    service.open_own(acting(context, "ana"), opening_id, NOW)
    assert closed(context, "hugo") == set()


def objected(context: World, adam: Actor) -> int:
    opening_id = waiting(context, adam)
    service.object_to(acting(context, "ana"), opening_id, NOW)
    return opening_id


def test_an_objection_pauses_ones_own_record_only(context: World, adam: Actor) -> None:
    met(context, "ben", "sue")
    administering(context, "carl")
    opening_id = objected(context, adam)
    after = NOW + WAIT
    assert closed(context, "hugo", after) == {"ana"}
    assert told(context, "carl") == ["objection_made"]
    assert "objection_made" not in told(context, "hugo") + told(context, "adam")
    with pytest.raises(Missing):
        service.decide(acting(context, "adam"), opening_id, OpeningDecision.OPENED, NOW)
    service.decide(acting(context, "carl"), opening_id, OpeningDecision.OPENED, NOW + DAY)
    assert closed(context, "hugo", after - DAY) == {"ana", "ben"}, "not before its time"
    assert closed(context, "hugo", after) == set()
    assert told(context, "ana")[-1] == "objection_decided"


def test_a_yes_of_another_does_not_overrule_an_objection(context: World, adam: Actor) -> None:
    objected(context, adam)
    with pytest.raises(Conflict, match="nothing_to_open"):
        service.open_to(acting(context, "cora"), [context.people["hugo"]], NOW)


def test_what_is_kept_closed_stays_so_until_the_person_opens_it(
    context: World, adam: Actor
) -> None:
    carl = administering(context, "carl")
    opening_id = objected(context, adam)
    service.decide(carl, opening_id, OpeningDecision.KEPT_CLOSED, NOW)
    assert closed(context, "hugo", NOW + 365 * DAY) == {"ana"}
    with pytest.raises(Conflict, match="objection_late"):
        service.object_to(acting(context, "ana"), opening_id, NOW)
    service.open_own(acting(context, "ana"), opening_id, NOW)
    assert closed(context, "hugo") == set()


def test_one_objects_also_after_it_opened_and_not_for_ever(context: World, adam: Actor) -> None:
    opening_id = waiting(context, adam)
    ana, last = acting(context, "ana"), NOW + OBJECT_WITHIN
    with pytest.raises(Conflict, match="objection_late"):
        service.object_to(ana, opening_id, last)
    service.object_to(ana, opening_id, last - DAY)
    assert closed(context, "hugo", last) == {"ana"}


def decider(opening_id: int) -> tuple[Decider | None, dt.datetime | None]:
    session().rollback()
    row = session().get_one(RecordOpening, opening_id)
    return row.decider, row.decide_by


def test_who_says_nothing_is_followed_by_the_next(context: World, adam: Actor) -> None:
    administering(context, "carl")
    settings(acting(context, "carl"), names=True, hr="hr@example.org")
    with transaction() as tx:
        tx.get_one(Person, context.people["oda"]).operator = True
    opening_id = objected(context, adam)
    order = []
    for step in range(4):
        asked, by = decider(opening_id)
        order.append(asked)
        assert by == NOW + (step + 1) * DECIDE_WITHIN
        service.begin_due(NOW + (step + 1) * DECIDE_WITHIN - DAY)
        assert decider(opening_id) == (asked, by), "not before its time"
        service.begin_due(NOW + (step + 1) * DECIDE_WITHIN)
    assert order == [Decider.ADMINISTRATOR, Decider.HR_CONTACT, Decider.OPERATOR, Decider.OPERATOR]
    assert told(context, "oda").count("objection_made") == 3
    service.decide_by_command(opening_id, OpeningDecision.KEPT_CLOSED, NOW + 40 * DAY)
    with pytest.raises(Conflict, match="objection_over"):
        service.decide_by_command(opening_id, OpeningDecision.OPENED, NOW + 40 * DAY)


@pytest.mark.parametrize(("days", "asked"), [(29, Decider.OPERATOR), (30, Decider.HR_CONTACT)])
def test_a_contact_whom_the_giver_set_lately_decides_nothing(
    context: World, adam: Actor, days: int, asked: Decider
) -> None:
    settings(adam, names=True, hr="adam2@example.org", now=NOW - days * DAY)
    assert decider(objected(context, adam))[0] is asked


def test_the_hr_contact_decides_by_a_link_that_works_once(context: World, adam: Actor) -> None:
    settings(adam, names=True, hr="hr@example.org", now=NOW - INDEPENDENT_AFTER)
    opening_id = objected(context, adam)
    assert decider(opening_id)[0] is Decider.HR_CONTACT
    with mail_server() as inbox:
        assert deliver(inbox, NOW)
    assert inbox.recipients[-1] == ["hr@example.org"]
    said = text(inbox)
    assert "Ana" not in said
    assert "Hugo" not in said
    token = said.split("/readers/objections/")[1].split()[0]
    found = queries.by_link(token, NOW)
    assert found is not None
    assert (found.person, found.reader) == ("Ana", "Hugo")
    with pytest.raises(Conflict, match="objection_over"):
        service.decide_by_link("another", OpeningDecision.OPENED, NOW)
    service.decide_by_link(token, OpeningDecision.KEPT_CLOSED, NOW)
    assert closed(context, "hugo", NOW + WAIT) == {"ana"}
    with pytest.raises(Conflict, match="objection_over"):
        service.decide_by_link(token, OpeningDecision.OPENED, NOW)
    assert queries.by_link(token, NOW) is None


@pytest.mark.parametrize("missing", ["hr_name", "hr_email"])
def test_an_hr_contact_is_whole(context: World, adam: Actor, missing: str) -> None:
    given = {"hr_name": "Hanna Reyes", "hr_email": "hr@example.org", missing: " "}
    with pytest.raises(Invalid, match="hr_contact_in_part") as refused:
        library_settings._hr_contact(
            **{key.removeprefix("hr_"): each for key, each in given.items()}
        )
    assert refused.value.field == missing
