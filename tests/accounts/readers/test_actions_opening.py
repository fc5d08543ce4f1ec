"""Who opens a record to a new reader: another administrator, the person, and who decides about an
objection."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.accounts.readers.arrivals import DAY, closed, met, settings, supervising
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text, told
from tests.factories.people import closed_to
from tests.factories.world import World
from tracker.accounts.links import actions as links_actions
from tracker.accounts.readers import actions as readers_actions
from tracker.administration.memberships import actions as memberships_actions
from tracker.db import session, transaction
from tracker.models import AuditEvent, Person, RecordOpening
from tracker.policy.permissions import Actor
from tracker.queries.access import openings as openings_queries
from tracker.records import audit as audit_records
from tracker.rules.core.openings import (
    DECIDE_WITHIN,
    INDEPENDENT_AFTER,
    OBJECT_WITHIN,
    WAIT,
    OpeningDecision,
)
from tracker.rules.errors import Conflict, Invalid, Missing


@pytest.fixture(autouse=True)
def reviewed(context: World) -> None:
    """Of Ana something was reviewed; of Ben, Lea and Nora nothing yet."""
    met(context, "ana", "sue")


def waiting(context: World, adam: Actor, now: dt.datetime = NOW) -> int:
    """Adam makes Hugo supervise Central; returns what waits of Ana's record."""
    memberships_actions.add(adam, context.people["hugo"], supervising(context), now)
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
    opened = readers_actions.open_to(administering(context, "carl"), [context.people["hugo"]], NOW)
    assert opened == 2
    assert closed(context, "hugo") == set()


def fresh(world: World, adam: Actor) -> Actor:
    return administering(world, "carl", NOW - INDEPENDENT_AFTER + DAY)


def made_by_the_giver(world: World, adam: Actor) -> Actor:
    found = administering(world, "carl")
    links_actions.renew(adam, found.person_id, NOW)
    return found


def the_giver(world: World, adam: Actor) -> Actor:
    return old(world, "adam")


def the_reader(world: World, adam: Actor) -> Actor:
    return administering(world, "hugo")


def the_supervisor_until_now(world: World, adam: Actor) -> Actor:
    return old(world, "sue")


def a_coordinator_who_sees_names(world: World, adam: Actor) -> Actor:
    return old(world, "cora")


def a_learner(world: World, adam: Actor) -> Actor:
    return old(world, "ben")


def an_administrator_of_another_library(world: World, adam: Actor) -> Actor:
    return administering(world, "oda")


@pytest.mark.parametrize(
    "who",
    [
        fresh,
        made_by_the_giver,
        the_giver,
        the_reader,
        the_supervisor_until_now,
        a_coordinator_who_sees_names,
        a_learner,
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
        readers_actions.open_to(actor, [context.people["hugo"]], NOW)
    assert "ana" in closed(context, "hugo")


def test_a_yes_opens_what_another_gave_and_the_person_is_told(context: World, adam: Actor) -> None:
    waiting(context, adam)
    carl = administering(context, "carl")
    closed_to(context, "hugo", "lea", "harbour", given_by="carl")
    assert {each.person for each in openings_queries.openable(carl, NOW)} == {"Ana"}
    assert openings_queries.count_openable(carl, NOW) == 1
    assert readers_actions.open_to(carl, [context.people["hugo"]], NOW) == 1
    assert closed(context, "hugo") == {"lea"}
    assert told(context, "ana") == ["reader_added", "reader_added"], "sooner than she was told"
    events = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert events[-1] == "record_opened"


def test_who_was_got_at_by_one_giver_is_independent_of_another(context: World, adam: Actor) -> None:
    waiting(context, adam)
    closed_to(context, "hugo", "lea", "harbour", given_by="carl")
    cora, library = administering(context, "cora"), context.libraries["city"]
    by, about = context.people["carl"], cora.person_id
    with transaction() as tx:
        audit_records.note(
            tx, "person_edited", NOW, library_id=library, actor_id=by, subject_id=about
        )
    assert {each.person for each in openings_queries.openable(cora, NOW)} == {"Ana"}


def test_the_person_opens_it(context: World, adam: Actor) -> None:
    opening_id = waiting(context, adam)
    with pytest.raises(Missing):
        readers_actions.open_own(acting(context, "ben"), opening_id, NOW)
    readers_actions.open_own(acting(context, "ana"), opening_id, NOW)
    assert closed(context, "hugo") == set()


def objected(context: World, adam: Actor) -> int:
    opening_id = waiting(context, adam)
    readers_actions.object_to(acting(context, "ana"), opening_id, NOW)
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
        readers_actions.decide(acting(context, "adam"), opening_id, OpeningDecision.OPENED, NOW)
    readers_actions.decide(acting(context, "carl"), opening_id, OpeningDecision.OPENED, NOW + DAY)
    assert closed(context, "hugo", after - DAY) == {"ana", "ben"}, "not before its time"
    assert closed(context, "hugo", after) == set()
    assert told(context, "ana")[-1] == "objection_decided"


def test_a_yes_of_another_does_not_overrule_an_objection(context: World, adam: Actor) -> None:
    objected(context, adam)
    with pytest.raises(Conflict, match="nothing_to_open"):
        readers_actions.open_to(administering(context, "carl"), [context.people["hugo"]], NOW)


def test_what_is_kept_closed_stays_so_until_the_person_opens_it(
    context: World, adam: Actor
) -> None:
    carl = administering(context, "carl")
    opening_id = objected(context, adam)
    readers_actions.decide(carl, opening_id, OpeningDecision.KEPT_CLOSED, NOW)
    assert closed(context, "hugo", NOW + 365 * DAY) == {"ana"}
    with pytest.raises(Conflict, match="objection_late"):
        readers_actions.object_to(acting(context, "ana"), opening_id, NOW)
    readers_actions.open_own(acting(context, "ana"), opening_id, NOW)
    assert closed(context, "hugo") == set()


def test_one_objects_also_after_it_opened_and_not_for_ever(context: World, adam: Actor) -> None:
    opening_id = waiting(context, adam)
    ana, last = acting(context, "ana"), NOW + OBJECT_WITHIN
    with pytest.raises(Conflict, match="objection_late"):
        readers_actions.object_to(ana, opening_id, last)
    readers_actions.object_to(ana, opening_id, last - DAY)
    assert closed(context, "hugo", last) == {"ana"}


def operating(world: World) -> None:
    """Oda, of another library, looks after the installation."""
    with transaction() as tx:
        tx.get_one(Person, world.people["oda"]).operator = True


def by_command(world: World, opening_id: int, who: str, at: dt.datetime = NOW) -> None:
    readers_actions.decide_by_command(opening_id, world.email(who), OpeningDecision.KEPT_CLOSED, at)


def test_without_an_independent_administrator_the_operator_is_asked_at_once(
    context: World, adam: Actor
) -> None:
    operating(context)
    opening_id = objected(context, adam)
    assert told(context, "oda") == ["objection_made"]
    by_command(context, opening_id, "oda")
    row = session().get_one(RecordOpening, opening_id)
    assert (row.decision, row.decided_by_id) == (OpeningDecision.KEPT_CLOSED, context.people["oda"])
    with pytest.raises(Conflict, match="objection_over"):
        by_command(context, opening_id, "oda")


def test_what_an_administrator_leaves_is_the_operators_after_a_week(
    context: World, adam: Actor
) -> None:
    carl = administering(context, "carl")
    operating(context)
    opening_id = objected(context, adam)
    assert told(context, "carl") == ["objection_made"]
    late = NOW + DECIDE_WITHIN
    readers_actions.begin_due(late - DAY)
    assert told(context, "oda") == []
    with pytest.raises(Conflict, match="objection_over"):
        by_command(context, opening_id, "oda", late - DAY)
    for day in range(3):
        readers_actions.begin_due(late + day * DAY)
    assert told(context, "oda") == ["objection_made"], "once"
    assert [each.id for each in openings_queries.objections(carl, late)] == [opening_id]
    by_command(context, opening_id, "oda", late)


@pytest.mark.parametrize("who", ["hugo", "adam", "ana"])
def test_the_reader_the_giver_and_who_objects_decide_nothing(
    context: World, adam: Actor, who: str
) -> None:
    opening_id = objected(context, adam)
    with pytest.raises(Invalid, match="decides_for_themselves"):
        by_command(context, opening_id, who)
    past_the_program = update(RecordOpening).values(
        decision=OpeningDecision.OPENED, decided_at=NOW, decided_by_id=context.people[who]
    )
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(past_the_program)


@pytest.mark.parametrize("who", ["nobody", "disabled"])
def test_who_decided_is_somebody_who_can_sign_in(context: World, adam: Actor, who: str) -> None:
    opening_id = objected(context, adam)
    context.people["disabled"] = context.people["carl"]
    with transaction() as tx:
        carl = tx.get_one(Person, context.people["carl"])
        carl.email, carl.disabled_at = context.email("disabled"), NOW
    with pytest.raises(Missing):
        by_command(context, opening_id, who)


@pytest.mark.parametrize(
    ("administered", "asked"),
    [
        (True, "Carl, an administrator who had no part in it, is asked to decide within 7 days."),
        (False, "so whoever runs the server is asked to decide."),
    ],
)
def test_the_hr_contact_is_told_who_decides_without_a_link(
    context: World, adam: Actor, administered: bool, asked: str
) -> None:
    settings(adam, names=True, hr="hr@example.org")
    if administered:
        administering(context, "carl")
    objected(context, adam)
    with mail_server() as inbox:
        deliver(inbox, NOW)
    said = " ".join(text(inbox, inbox.recipients.index(["hr@example.org"])).split())
    assert "objects to a new reader of their record" in said
    assert asked in said
    for secret in ("Ana", "Hugo", "://"):
        assert secret not in said
