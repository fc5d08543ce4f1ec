"""A link or an address by an administrator is told its owner, wherever the real one may read it."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, tell, text, told, wants
from tests.factories.people import let_links_work
from tests.factories.world import World
from tracker.accounts.addresses import actions as addresses_actions
from tracker.accounts.links import actions as links_actions
from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords, Visit
from tracker.administration.people import actions as people_actions
from tracker.db import session, transaction
from tracker.models import AlertMail, FormerAddress, OutboxMail, Person, SignIn
from tracker.policy.permissions import Actor
from tracker.rules.core.links import KEPT_FOR
from tracker.rules.core.notices import MailChoice
from tracker.rules.errors import Conflict, Invalid

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def sign_in(world: World, name: str) -> None:
    with transaction() as tx:
        sign_in_records.begin(tx, world.people[name], Visit("", DAY), NOW)


def living(world: World, name: str) -> int:
    session().rollback()
    mine = SignIn.person_id == world.people[name], SignIn.ended_at.is_(None)
    return len(session().scalars(select(SignIn.id).where(*mine)).all())


def to(inbox: Inbox) -> list[str]:
    return sorted(str(message["To"]) for message in inbox.messages)


def move(adam: Actor, world: World, email: str, now: dt.datetime = NOW) -> None:
    people_actions.edit(adam, world.people["ana"], "Ana", email, now)


def test_a_link_is_told_at_once_and_leaves_its_owner_signed_in(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    sign_in(context, "ana")
    wants(context, MailChoice.NONE, "ana")
    links_actions.renew(adam, context.people["ana"], NOW)
    assert living(context, "ana") == 1, "to read of it on every page"
    assert told(context, "ana") == ["link_made"]
    assert deliver(inbox, NOW) == ["sent"]
    (got,) = inbox.messages
    assert (got["To"], got["Subject"]) == ("ana@example.org", "Your account in Skills Tracker")
    assert "Adam made a one-time link that sets a new password for your account." in text(inbox)
    assert "tell the people who run Skills Tracker at your library" in " ".join(text(inbox).split())


def test_a_first_link_is_nobodys_way_into_anything(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    pat, _token = people_actions.add(adam, "Pat", "pat@example.org", NOW)
    links_actions.renew(adam, pat, NOW)
    people_actions.edit(adam, pat, "Pat", "pat.right@example.org", NOW)
    assert deliver(inbox, NOW) == []
    assert session().scalars(select(FormerAddress.id)).all() == []


def test_an_address_is_told_at_both(context: World, adam: Actor, inbox: Inbox) -> None:
    move(adam, context, "adam.too@example.org")
    assert told(context, "ana") == ["address_changed"]
    deliver(inbox, NOW)
    assert to(inbox) == ["adam.too@example.org", "ana@example.org", "ana@example.org"]
    said = " ".join(" ".join(text(inbox, at).split()) for at in range(3))
    assert "Adam changed the email address of your account." in said
    assert "Adam changed the email address of your account in Skills Tracker at City" in said
    assert "restore this address here" in said


def test_a_link_after_a_change_goes_to_the_address_before(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Address first, then the link: who had the account reads of it all the same."""
    move(adam, context, "adam.too@example.org")
    deliver(inbox, NOW)
    inbox.messages.clear()
    links_actions.renew(adam, context.people["ana"], NOW + KEPT_FOR - MINUTE)
    deliver(inbox, NOW + KEPT_FOR - MINUTE)
    assert to(inbox) == ["adam.too@example.org", "ana@example.org"]
    inbox.messages.clear()
    links_actions.renew(adam, context.people["ana"], NOW + KEPT_FOR)
    deliver(inbox, NOW + KEPT_FOR)
    assert to(inbox) == ["adam.too@example.org"]


def test_it_waits_for_no_other_mail_and_holds_none_up(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    wants(context, MailChoice.EACH, "ana")
    tell(context, "ana", NOW)
    with mail_server() as gone:
        pass
    assert deliver(gone, NOW) == ["waiting"]
    links_actions.renew(adam, context.people["ana"], NOW)
    tell(context, "ana", NOW, "b")
    assert sorted(deliver(inbox, NOW + 10 * MINUTE)) == ["sent", "sent"]
    assert deliver(inbox, NOW + 11 * MINUTE) == ["sent"]


def test_who_is_disabled_is_told_too(context: World, adam: Actor, inbox: Inbox) -> None:
    links_actions.renew(adam, context.people["ana"], NOW)
    people_actions.disable(adam, context.people["ana"], NOW)
    assert deliver(inbox, NOW) == ["sent"]
    with pytest.raises(Conflict, match="person_is_disabled"):
        links_actions.renew(adam, context.people["ana"], NOW)


def test_a_refused_address_tells_nobody_and_nothing_of_another_library(
    context: World, adam: Actor
) -> None:
    refusals = []
    for taken in ("ben@example.org", "otto@example.org"):
        for act in (lambda email: move(adam, context, email), lambda email: add(adam, email)):
            with pytest.raises(Invalid) as refused:
                act(taken)
            refusals.append((refused.value.code, refused.value.field))
    assert set(refusals) == {("email_taken", "email")}
    session().rollback()
    assert session().scalars(select(OutboxMail.id)).all() == []
    assert session().get_one(Person, context.people["ana"]).email == "ana@example.org"


def add(adam: Actor, email: str) -> None:
    people_actions.add(adam, "New", email, NOW)


def test_addresses_are_forgotten(context: World, adam: Actor, inbox: Inbox) -> None:
    move(adam, context, "ana.b@example.org")
    deliver(inbox, NOW)
    assert addresses_actions.forget(NOW + KEPT_FOR - MINUTE) == 0
    assert addresses_actions.forget(NOW + KEPT_FOR) == 2
    session().rollback()
    assert session().scalars(select(FormerAddress.id)).all() == []
    assert session().scalars(select(AlertMail.mail_id)).all() == []


def test_a_password_that_was_reset_is_told_at_the_address(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """With what to do if it wasn't them; a first password tells nobody."""
    passwords = Passwords(time_cost=1, memory_cost=64, parallelism=1)
    token = links_actions.renew(adam, context.people["ana"], NOW)
    let_links_work()
    links_actions.accept(token, passwords, "seven lamps by the door", NOW + MINUTE)
    assert told(context, "ana") == ["link_made", "reset_used"]
    assert deliver(inbox, NOW + MINUTE) == ["sent", "sent"]
    assert inbox.messages[-1]["To"] == "ana@example.org"
    said = " ".join(text(inbox).split())
    assert "Your password was changed with a one-time link." in said
    assert "set a new password of your own at once: http" in said
    _pat, first = people_actions.add(adam, "Pat", "pat@example.org", NOW)
    links_actions.accept(first, passwords, "eight lamps by the door", NOW + MINUTE)
    assert deliver(inbox, NOW + MINUTE) == []
