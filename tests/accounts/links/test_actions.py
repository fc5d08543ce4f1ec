"""A link that an administrator makes is nobody's way into a record that is not theirs."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from tests.accounts.links.test_actions_mailed import CHEAP, GOOD, email_of, link, living
from tests.client import PASSWORD
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.audit import happened
from tests.factories.mail_servers import Inbox
from tests.factories.notices import deliver, text, told
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.addresses import actions as address_changes
from tracker.accounts.links import actions as invitations
from tracker.accounts.links import actions_owner as given_links
from tracker.accounts.links import queries as reading
from tracker.accounts.links import records as recovery_codes
from tracker.accounts.links.queries import invited
from tracker.accounts.sign_in import actions as sign_ins
from tracker.accounts.sign_in.rules import Visit
from tracker.administration.library.actions import set_operator
from tracker.administration.people import actions as people
from tracker.db import session, transaction
from tracker.models import AuditEvent, Invitation, OutboxMail, Person, RecoveryCode
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.rules.core.links import HELD_FOR, LISTED_FOR, TAKE_BACK_LASTS, LinkPurpose
from tracker.rules.core.openings import INDEPENDENT_AFTER
from tracker.rules.core.tokens import new_recovery_code, recovery_hash, token_hash
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def enter(world: World, name: str, password: str = PASSWORD, now: dt.datetime = NOW) -> bool:
    email = world.email(name)
    return sign_ins.sign_in(CHEAP, email, password, Visit("", DAY), now) is not None


def refused(token: str, now: dt.datetime, code: str = "") -> str:
    with pytest.raises(Invalid) as refusal:
        given_links.accept(token, CHEAP, GOOD, now, code=code)
    return refusal.value.code


def the_id(token: str) -> int:
    session().rollback()
    found = select(Invitation.id).where(Invitation.token_hash == token_hash(token))
    return session().scalars(found).one()


def asked(world: World, name: str, now: dt.datetime = NOW) -> list[str]:
    """Whose links that supervisor is asked about."""
    session().rollback()
    actor = actor_for_person(world.people[name], now)
    assert actor is not None
    return [name for _link, name, _by in reading.to_confirm(actor, now)]


def kinds() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)))


def test_who_made_a_link_gets_nowhere_with_it_for_a_day(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    token = invitations.renew(adam, ana, NOW)
    found = invited(token, NOW)
    assert found is not None
    assert found.opens_at == NOW + HELD_FOR
    assert refused(token, NOW) == "recovery_code_needed"
    assert refused(token, NOW + HELD_FOR - MINUTE) == "recovery_code_needed"
    assert enter(context, "ana"), "nothing was changed"
    found = invited(token, NOW + HELD_FOR)
    assert found is not None
    assert found.opens_at is None
    given_links.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    assert enter(context, "ana", GOOD)


def test_who_never_signed_in_has_nothing_to_guard(adam: Actor) -> None:
    pat, _first = people.add(adam, "Pat", "pat@example.org", NOW)
    assert given_links.accept(invitations.renew(adam, pat, NOW), CHEAP, GOOD, NOW).person_id == pat
    assert refused(invitations.renew(adam, pat, NOW), NOW) == "recovery_code_needed"


def test_a_supervisor_says_that_somebody_is_there(context: World, adam: Actor) -> None:
    token = invitations.renew(adam, context.people["ana"], NOW)
    assert asked(context, "sue") == ["Ana"]
    assert [asked(context, name) for name in ("hugo", "ana", "cora", "ben")] == [[], [], [], []]
    given_links.confirm(acting(context, "sue"), the_id(token), NOW + MINUTE)
    assert asked(context, "sue") == []
    with pytest.raises(Conflict, match="link_not_held"):
        given_links.confirm(acting(context, "sue"), the_id(token), NOW + MINUTE)
    given_links.accept(token, CHEAP, GOOD, NOW + 2 * MINUTE)
    ((given, by, confirmed_by),) = reading.of_own(acting(context, "ana"), NOW)
    assert (by, confirmed_by, given.used_at) == ("Adam", "Sue", NOW + 2 * MINUTE)
    assert "link_confirmed" in kinds()


def not_by(world: World, name: str, token: str, now: dt.datetime = NOW) -> None:
    assert asked(world, name, now) == []
    actor = actor_for_person(world.people[name], now)
    assert actor is not None
    with pytest.raises(Conflict, match="confirmer_not_independent"):
        given_links.confirm(actor, the_id(token), now)


def test_nobody_confirms_their_own_link(context: World, adam: Actor) -> None:
    """An administrator who supervises somebody makes them a link."""
    join(context, "adam", "central", Role.SUPERVISOR)
    not_by(context, "adam", invitations.renew(adam, context.people["ana"], NOW))
    assert asked(context, "sue") == ["Ana"]


@pytest.mark.parametrize(
    "kind",
    [
        "person_added",
        "administrator_made",
        "link_made",
        "person_edited",
        "person_enabled",
        "membership_added",
        "membership_corrected",
    ],
)
def test_nor_does_an_account_that_its_maker_lately_had_a_hand_in(
    context: World, adam: Actor, kind: str
) -> None:
    """It could be theirs: a second Sue, a link of her own, an account of somebody who left."""
    happened(context, kind, "adam", "sue", at=NOW - INDEPENDENT_AFTER + DAY)
    token = invitations.renew(adam, context.people["ana"], NOW)
    not_by(context, "sue", token)
    with transaction() as tx:
        later = NOW + 2 * DAY
        tx.execute(update(Invitation).values(opens_at=later + DAY))
    assert asked(context, "sue", later) == ["Ana"]


def test_nor_one_that_belongs_with_its_maker_through_others(context: World) -> None:
    """Adam made a supervisor, who is to say that it is all right, and Carl, who made a second
    administrator, who makes the link."""
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).administrator = True
    happened(context, "person_added", "carl", "lea")
    happened(context, "administrator_made", "adam", "carl")
    happened(context, "person_added", "adam", "sue")
    happened(context, "person_added", "adam", "ana")
    token = invitations.renew(acting(context, "lea"), context.people["ana"], NOW)
    not_by(context, "sue", token)


def test_another_administrator_had_no_hand_in_it(context: World) -> None:
    """Who added a whole library last week doesn't keep its supervisors from saying yes to a link
    of somebody else's."""
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).administrator = True
    happened(context, "person_added", "adam", "sue")
    happened(context, "person_added", "adam", "ana")
    invitations.renew(acting(context, "lea"), context.people["ana"], NOW)
    assert asked(context, "sue") == ["Ana"]


def test_a_supervisor_of_before_is_not_asked(context: World, adam: Actor) -> None:
    join(context, "pia", "central", Role.SUPERVISOR, ends_on=NOW.date() - DAY)
    invitations.renew(adam, context.people["ana"], NOW)
    assert asked(context, "pia") == []


def test_a_recovery_code_opens_it_once(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    with transaction() as tx:
        old = recovery_codes.renew_code(tx, ana, NOW)
    code = given_links.new_recovery_code(acting(context, "ana"), CHEAP, PASSWORD, NOW)
    stored = session().scalars(select(RecoveryCode.code_hash)).one()
    assert code not in stored
    session().rollback()
    token = invitations.renew(adam, ana, NOW)
    assert refused(token, NOW, "") == "recovery_code_needed"
    for wrong in (old, "0000-0000-0000-0000-0000", code[:-1], token):
        assert refused(token, NOW, wrong) == "recovery_code_wrong"
    typed = f" {code.lower().replace('-', ' ')} "
    given_links.accept(token, CHEAP, GOOD, NOW, code=typed)
    assert enter(context, "ana", GOOD)
    again = invitations.renew(adam, ana, NOW)
    assert refused(again, NOW, code) == "recovery_code_wrong"
    assert kinds().count("recovery_code_used") == 1


def test_a_code_of_somebody_else_opens_nothing(context: World, adam: Actor) -> None:
    with transaction() as tx:
        code = recovery_codes.renew_code(tx, context.people["ben"], NOW)
    token = invitations.renew(adam, context.people["ana"], NOW)
    assert refused(token, NOW, code) == "recovery_code_wrong"


def test_a_recovery_code_is_random_and_read_as_it_is_typed() -> None:
    codes = {new_recovery_code() for _time in range(1000)}
    assert len(codes) == 1000
    assert not {"0", "1", "I", "O"} & {sign for code in codes for sign in code}
    code = codes.pop()
    assert recovery_hash(code) == recovery_hash(code.lower().replace("-", ""))
    assert recovery_hash(code) != recovery_hash(code[::-1])


def test_a_new_code_needs_the_password(context: World) -> None:
    with pytest.raises(Invalid, match="password_wrong"):
        given_links.new_recovery_code(acting(context, "ana"), CHEAP, "wrong", NOW)


def test_the_first_password_comes_with_a_code_where_no_mail_goes(adam: Actor) -> None:
    _pat, token = people.add(adam, "Pat", "pat@example.org", NOW)
    done = given_links.accept(token, CHEAP, GOOD, NOW, visit=Visit("", DAY), with_code=True)
    assert done.recovery_code is not None
    again = invitations.renew(adam, done.person_id, NOW)
    given_links.accept(again, CHEAP, GOOD, NOW, code=done.recovery_code)
    _kim, token = people.add(adam, "Kim", "kim@example.org", NOW)
    assert given_links.accept(token, CHEAP, GOOD, NOW, visit=Visit("", DAY)).recovery_code is None


def test_a_link_is_told_for_thirty_days(context: World, adam: Actor) -> None:
    invitations.renew(adam, context.people["ana"], NOW)
    ana = acting(context, "ana")
    ((given, by, _confirmed_by),) = reading.of_own(ana, NOW + LISTED_FOR - MINUTE)
    assert (by, given.purpose, given.made_at) == ("Adam", LinkPurpose.GIVEN, NOW)
    assert given.opens_at == NOW + HELD_FOR
    assert reading.of_own(ana, NOW + LISTED_FOR) == []
    assert reading.of_own(acting(context, "ben"), NOW) == []


def test_it_was_not_me_ends_a_link_and_tells_more_than_its_maker(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    with transaction() as tx:
        tx.get_one(Person, context.people["hugo"]).administrator = True
    set_operator(context.email("olaf"), True, NOW)
    ana, token = acting(context, "ana"), invitations.renew(adam, context.people["ana"], NOW)
    deliver(inbox, NOW)
    inbox.messages.clear()
    assert enter(context, "ana")
    before = living(context.people["ana"])
    assert given_links.disown(ana, the_id(token), NOW + MINUTE) is False
    assert living(context.people["ana"]) == before, "they stay signed in"
    with pytest.raises(Missing):
        given_links.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    assert [told(context, name) for name in ("adam", "hugo", "olaf", "oda", "sue")] == [
        ["link_disowned"],
        ["link_disowned"],
        ["link_disowned_elsewhere"],
        [],
        [],
    ]
    assert deliver(inbox, NOW + MINUTE) == ["sent"] * 3
    assert {str(message["To"]) for message in inbox.messages} == {
        "adam@example.org",
        "hugo@example.org",
        "olaf@example.org",
    }
    assert "Ana didn’t ask for a sign-in link that was made for them." in text(inbox, 0)
    assert "Ana" not in text(inbox, 2), "an operator of another library gets no name"
    assert "link_disowned" in kinds()
    with pytest.raises(Conflict, match="link_is_disowned"):
        given_links.disown(ana, the_id(token), NOW + MINUTE)


def test_it_ends_what_came_of_a_link_that_was_used(context: World, adam: Actor) -> None:
    ana, token = acting(context, "ana"), invitations.renew(adam, context.people["ana"], NOW)
    given_links.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    later = NOW + HELD_FOR + MINUTE
    assert enter(context, "ana", GOOD, later)
    given_links.new_recovery_code(ana, CHEAP, GOOD, later)
    assert given_links.disown(ana, the_id(token), later) is True
    assert living(ana.person_id) == 0
    assert not enter(context, "ana", GOOD, later)
    assert not enter(context, "ana", "none", later)
    assert session().scalars(select(RecoveryCode.person_id)).all() == []
    again = invitations.renew(adam, ana.person_id, later)
    assert refused(again, later) == "recovery_code_needed", "they signed in before"


def test_what_came_of_a_link_of_ones_own_stays(context: World, adam: Actor, inbox: Inbox) -> None:
    """Whose account somebody got into sets a new password by mail, then says that they didn't ask
    for the link before."""
    ana, token = acting(context, "ana"), invitations.renew(adam, context.people["ana"], NOW)
    given_links.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    later = NOW + HELD_FOR + MINUTE
    invitations.ask(context.email("ana"), later)
    invitations.look_up(later)
    deliver(inbox, later)
    given_links.accept(link(inbox), CHEAP, "eight lamps by the door", later)
    assert enter(context, "ana", "eight lamps by the door", later)
    assert given_links.disown(ana, the_id(token), later + MINUTE) is False
    assert living(ana.person_id) == 1
    assert enter(context, "ana", "eight lamps by the door", later)


def test_nobody_says_it_of_a_link_of_somebody_else(context: World, adam: Actor) -> None:
    token = invitations.renew(adam, context.people["ana"], NOW)
    with pytest.raises(Missing):
        given_links.disown(acting(context, "ben"), the_id(token), NOW)


def test_by_mail_a_link_goes_to_its_owner_alone(context: World, adam: Actor, inbox: Inbox) -> None:
    ana = context.people["ana"]
    assert invitations.mail_one(adam, ana, NOW) == "ana@example.org"
    assert sorted(deliver(inbox, NOW)) == ["sent", "sent"]
    assert {str(message["To"]) for message in inbox.messages} == {"ana@example.org"}
    at = next(n for n, each in enumerate(inbox.messages) if "/welcome/" in text(inbox, n))
    assert "Adam sends you a link for a new password" in " ".join(text(inbox, at).split())
    ((given, by, _confirmed_by),) = reading.of_own(acting(context, "ana"), NOW)
    assert (by, given.opens_at) == ("Adam", None)
    given_links.accept(link(inbox, at), CHEAP, GOOD, NOW + MINUTE)
    pat, _token = people.add(adam, "Pat", "pat@example.org", NOW)
    assert invitations.mail_one(adam, pat, NOW) == "pat@example.org"
    with pytest.raises(Conflict, match="nobody_to_invite"):
        invitations.mail_one(adam, pat, NOW)


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


def test_an_address_of_an_administrators_own_is_no_way_in(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """They set it and have the link sent there, or ask for it on the sign-in page: neither works
    while the owner, who is told at the address before, can restore that."""
    ana = context.people["ana"]
    people.edit(adam, ana, "Ana", "adam.too@example.org", NOW)
    invitations.mail_one(adam, ana, NOW)
    invitations.ask("adam.too@example.org", NOW)
    invitations.look_up(NOW)
    deliver(inbox, NOW)
    taken = links_to(inbox, "adam.too@example.org")
    assert len(taken) == 2
    assert links_to(inbox, "ana@example.org") == []
    for token in taken:
        assert refused(token, NOW + MINUTE) == "recovery_code_needed"
    assert told(context, "ana") == ["address_changed", "link_made", "link_asked"]
    (back,) = back_links(inbox, "ana@example.org")
    address_changes.take_back(back, NOW + MINUTE)
    assert email_of(ana) == "ana@example.org"
    for token in taken:
        with pytest.raises(Missing):
            given_links.accept(token, CHEAP, GOOD, NOW + HELD_FOR)


def test_a_supervisor_who_set_the_address_confirms_nothing(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Adam supervises Ana, moves her to a mailbox of his own, asks for a password there himself or
    lets another administrator send it, and says that she is there."""
    join(context, "adam", "central", Role.SUPERVISOR)
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).administrator = True
    people.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    for ask in (
        lambda: invitations.ask("adam.too@example.org", NOW),
        lambda: invitations.mail_one(acting(context, "lea"), context.people["ana"], NOW),
    ):
        ask()
        invitations.look_up(NOW)
        deliver(inbox, NOW)
        not_by(context, "adam", links_to(inbox, "adam.too@example.org")[-1])
        assert asked(context, "sue")[-1] == "Ana"


@pytest.mark.parametrize("days", [1, 29])
def test_two_changes_leave_the_owner_the_way_back(
    context: World, adam: Actor, inbox: Inbox, days: int
) -> None:
    ana, now = context.people["ana"], NOW + days * DAY
    for email, when in (("one@example.org", NOW), ("two@example.org", now)):
        people.edit(adam, ana, "Ana", email, when)
        deliver(inbox, when)
    people.edit(adam, ana, "Ana", "one@example.org", now)
    invitations.mail_one(adam, ana, now)
    deliver(inbox, now)
    assert refused(links_to(inbox, "one@example.org")[-1], now) == "recovery_code_needed"
    address_changes.take_back(back_links(inbox, "ana@example.org")[0], now)
    assert email_of(ana) == "ana@example.org"


def test_nobody_else_gets_an_address_that_can_be_restored(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    """Else the way back would be closed by giving it away."""
    people.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    for give in (
        lambda: people.add(adam, "Another", "ana@example.org", NOW),
        lambda: people.edit(adam, context.people["ben"], "Ben", "ana@example.org", NOW),
    ):
        with pytest.raises(Invalid, match="email_taken"):
            give()
    deliver(inbox, NOW)
    address_changes.take_back(back_links(inbox, "ana@example.org")[0], NOW)
    assert email_of(context.people["ana"]) == "ana@example.org"
    people.edit(adam, context.people["ana"], "Ana", "adam.too@example.org", NOW)
    people.add(adam, "Another", "ana@example.org", NOW + TAKE_BACK_LASTS)


def test_an_administrator_puts_a_mistake_right(context: World, adam: Actor, inbox: Inbox) -> None:
    """Back at the address before, a link works at once, and nobody at the wrong one can restore
    that."""
    ana = context.people["ana"]
    people.edit(adam, ana, "Ana", "wrong@example.org", NOW)
    people.edit(adam, ana, "Ana", "ana@example.org", NOW)
    invitations.mail_one(adam, ana, NOW)
    deliver(inbox, NOW)
    assert back_links(inbox, "wrong@example.org") == []
    given_links.accept(links_to(inbox, "ana@example.org")[-1], CHEAP, GOOD, NOW)


def test_after_thirty_days_an_address_is_its_owners(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    ana, later = context.people["ana"], NOW + TAKE_BACK_LASTS
    people.edit(adam, ana, "Ana", "ana.b@example.org", NOW)
    invitations.mail_one(adam, ana, later)
    deliver(inbox, later)
    given_links.accept(links_to(inbox, "ana.b@example.org")[-1], CHEAP, GOOD, later)


def test_whoever_runs_the_server_prints_a_link(context: World) -> None:
    name, token = invitations.printed(" ANA@example.org ", NOW)
    assert name == "Ana"
    assert told(context, "ana") == ["link_asked"]
    assert kinds()[-1] == "link_printed"
    ((given, by, _confirmed_by),) = reading.of_own(acting(context, "ana"), NOW)
    assert (by, given.purpose) == (None, LinkPurpose.GIVEN)
    given_links.accept(token, CHEAP, GOOD, NOW)
    with pytest.raises(Missing):
        invitations.printed("nobody@example.org", NOW)


def test_a_link_for_a_disabled_account_is_not_printed(context: World, adam: Actor) -> None:
    people.disable(adam, context.people["ana"], NOW)
    with pytest.raises(Conflict, match="person_is_disabled"):
        invitations.printed("ana@example.org", NOW)
    session().rollback()
    assert session().scalars(select(OutboxMail.id)).all() == []
