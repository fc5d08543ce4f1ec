"""An address that an administrator sets is no way in, and its owner has the way back."""

import pytest
from sqlalchemy import update

from tests.accounts.links.asked import DAY, MINUTE, asked, not_by, refused
from tests.accounts.links.test_actions_mailed import CHEAP, GOOD, email_of, link
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.mail_servers import Inbox
from tests.factories.notices import deliver, text, told
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.addresses import actions as addresses_actions
from tracker.accounts.links import actions as links_actions
from tracker.administration.people import actions as people_actions
from tracker.db import transaction
from tracker.models import LinkMail, Person
from tracker.policy.permissions import Actor
from tracker.rules.core.links import HELD_FOR, TAKE_BACK_LASTS
from tracker.rules.errors import Invalid, Missing
from tracker.rules.roles import Role


def links_to(inbox: Inbox, address: str) -> list[str]:
    """Tokens of new passwords in the mails to that address."""
    return [
        link(inbox, at)
        for at, each in enumerate(inbox.messages)
        if each["To"] == address and "/welcome/" in text(inbox, at)
    ]


def back_links(inbox: Inbox, address: str) -> list[str]:
    return [
        link(inbox, at)
        for at, each in enumerate(inbox.messages)
        if each["To"] == address and "/take-back/" in text(inbox, at)
    ]


def test_a_link_goes_to_the_address_that_is_sealed(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Whatever the row of its mail says, which no seal covers."""
    people_actions.edit(adam, context.people["ana"], "Ana", "ana.new@example.org", NOW)
    with transaction() as tx:
        tx.execute(update(LinkMail).values(address="mallory@example.org"))
    deliver(inbox, NOW)
    assert len(back_links(inbox, "ana@example.org")) == 1
    assert back_links(inbox, "mallory@example.org") == []


def test_an_address_of_an_administrators_own_is_no_way_in(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """They set it and have the link sent there, or ask for it on the sign-in page: neither works
    while the owner, who is told at the address before, can restore that."""
    ana = context.people["ana"]
    people_actions.edit(adam, ana, "Ana", "adam.too@example.org", NOW)
    links_actions.mail_one(adam, ana, NOW)
    links_actions.ask("adam.too@example.org", NOW)
    links_actions.look_up(NOW)
    deliver(inbox, NOW)
    taken = links_to(inbox, "adam.too@example.org")
    assert len(taken) == 2
    assert links_to(inbox, "ana@example.org") == []
    for token in taken:
        assert refused(token, NOW + MINUTE) == "recovery_code_needed"
    assert told(context, "ana") == ["address_changed", "link_made", "link_asked"]
    (back,) = back_links(inbox, "ana@example.org")
    addresses_actions.take_back(back, NOW + MINUTE)
    assert email_of(ana) == "ana@example.org"
    for token in taken:
        with pytest.raises(Missing):
            links_actions.accept(token, CHEAP, GOOD, NOW + HELD_FOR)


def test_a_supervisor_who_set_the_address_confirms_nothing(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Adam supervises Ana, moves her to a mailbox of his own, asks for a password there himself or
    lets another administrator send it, and says that she is there."""
    join(context, "adam", "central", Role.SUPERVISOR)
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).administrator = True
    people_actions.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    for ask in (
        lambda: links_actions.ask("adam.too@example.org", NOW),
        lambda: links_actions.mail_one(acting(context, "lea"), context.people["ana"], NOW),
    ):
        ask()
        links_actions.look_up(NOW)
        deliver(inbox, NOW)
        not_by(context, "adam", links_to(inbox, "adam.too@example.org")[-1])
        assert asked(context, "sue")[-1] == "Ana"


@pytest.mark.parametrize("days", [1, 29])
def test_two_changes_leave_the_owner_the_way_back(
    context: World, adam: Actor, inbox: Inbox, days: int
) -> None:
    ana, now = context.people["ana"], NOW + days * DAY
    for email, when in (("one@example.org", NOW), ("two@example.org", now)):
        people_actions.edit(adam, ana, "Ana", email, when)
        deliver(inbox, when)
    people_actions.edit(adam, ana, "Ana", "one@example.org", now)
    links_actions.mail_one(adam, ana, now)
    deliver(inbox, now)
    assert refused(links_to(inbox, "one@example.org")[-1], now) == "recovery_code_needed"
    addresses_actions.take_back(back_links(inbox, "ana@example.org")[0], now)
    assert email_of(ana) == "ana@example.org"


def test_nobody_else_gets_an_address_that_can_be_restored(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Else the way back would be closed by giving it away."""
    people_actions.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    for give in (
        lambda: people_actions.add(adam, "Another", "ana@example.org", NOW),
        lambda: people_actions.edit(adam, context.people["ben"], "Ben", "ana@example.org", NOW),
    ):
        with pytest.raises(Invalid, match="email_taken"):
            give()
    deliver(inbox, NOW)
    addresses_actions.take_back(back_links(inbox, "ana@example.org")[0], NOW)
    assert email_of(context.people["ana"]) == "ana@example.org"
    people_actions.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    people_actions.add(adam, "Another", "ana@example.org", NOW + TAKE_BACK_LASTS)


def test_an_administrator_puts_a_mistake_right(context: World, adam: Actor, inbox: Inbox) -> None:
    """Back at the address before, a link works at once, and nobody at the wrong one can restore
    that."""
    ana = context.people["ana"]
    people_actions.edit(adam, ana, "Ana", "wrong@example.org", NOW)
    people_actions.edit(adam, ana, "Ana", "ana@example.org", NOW)
    links_actions.mail_one(adam, ana, NOW)
    deliver(inbox, NOW)
    assert back_links(inbox, "wrong@example.org") == []
    links_actions.accept(links_to(inbox, "ana@example.org")[-1], CHEAP, GOOD, NOW)


def test_after_thirty_days_an_address_is_its_owners(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    ana, later = context.people["ana"], NOW + TAKE_BACK_LASTS
    people_actions.edit(adam, ana, "Ana", "ana.b@example.org", NOW)
    links_actions.mail_one(adam, ana, later)
    deliver(inbox, later)
    links_actions.accept(links_to(inbox, "ana.b@example.org")[-1], CHEAP, GOOD, later)
