"""Who opens a record to a new reader: another administrator, the person, and who decides about an
objection."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.accounts.readers.arrivals import DAY, TODAY, closed, met, settings, supervising
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text, told
from tests.factories.people import closed_to
from tests.factories.world import World
from tracker.accounts.links import actions as invitations
from tracker.accounts.readers import actions as service
from tracker.administration.library import actions as library_settings
from tracker.administration.memberships import actions as memberships
from tracker.administration.people import actions as people
from tracker.db import session, transaction
from tracker.models import AuditEvent, Library, Membership, Person, RecordOpening
from tracker.policy.permissions import Actor
from tracker.queries.access import openings as queries
from tracker.records import audit
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.core.openings import (
    DECIDE_WITHIN,
    INDEPENDENT_AFTER,
    OBJECT_WITHIN,
    WAIT,
    Decider,
    OpeningDecision,
)
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role


@pytest.fixture(autouse=True)
def reviewed(context: World) -> None:
    """Of Ana something was reviewed; of Ben, Lea and Nora nothing yet."""
    met(context, "ana", "sue")


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
