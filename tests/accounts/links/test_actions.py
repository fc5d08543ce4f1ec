"""A link that an administrator makes is nobody's way into a record that is not theirs."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from tests.accounts.links.asked import DAY, MINUTE, asked, not_by, refused, the_id
from tests.accounts.links.test_actions_mailed import CHEAP, GOOD, link, living
from tests.client import PASSWORD
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.audit import happened
from tests.factories.mail_servers import Inbox
from tests.factories.notices import deliver, text, told
from tests.factories.people import join
from tests.factories.world import World
from tracker.accounts.links import (
    actions as links_actions,
    queries as links_queries,
    records as links_records,
)
from tracker.accounts.links.queries import invited
from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.rules import Visit
from tracker.administration.library.actions import set_operator
from tracker.administration.people import actions as people_actions
from tracker.db import session, transaction
from tracker.models import AuditEvent, Invitation, OutboxMail, Person, RecoveryCode
from tracker.policy.permissions import Actor
from tracker.rules.core.links import HELD_FOR, LISTED_FOR, LinkKind
from tracker.rules.core.openings import INDEPENDENT_AFTER
from tracker.rules.core.tokens import new_recovery_code, recovery_hash
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Role


def enter(world: World, name: str, password: str = PASSWORD, now: dt.datetime = NOW) -> bool:
    email = world.email(name)
    return sign_in_actions.sign_in(CHEAP, email, password, Visit("", DAY), now) is not None


def kinds() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)))


def test_who_made_a_link_gets_nowhere_with_it_for_a_day(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    token = links_actions.renew(adam, ana, NOW)
    found = invited(token, NOW)
    assert found is not None
    assert found.opens_at == NOW + HELD_FOR
    assert refused(token, NOW) == "recovery_code_needed"
    assert refused(token, NOW + HELD_FOR - MINUTE) == "recovery_code_needed"
    assert enter(context, "ana"), "nothing was changed"
    found = invited(token, NOW + HELD_FOR)
    assert found is not None
    assert found.opens_at is None
    links_actions.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    assert enter(context, "ana", GOOD)


def test_who_never_signed_in_has_nothing_to_guard(adam: Actor) -> None:
    pat, _first = people_actions.add(adam, "Pat", "pat@example.org", NOW)
    assert (
        links_actions.accept(links_actions.renew(adam, pat, NOW), CHEAP, GOOD, NOW).person_id == pat
    )
    assert refused(links_actions.renew(adam, pat, NOW), NOW) == "recovery_code_needed"


def test_a_supervisor_says_that_somebody_is_there(context: World, adam: Actor) -> None:
    token = links_actions.renew(adam, context.people["ana"], NOW)
    assert asked(context, "sue") == ["Ana"]
    assert [asked(context, name) for name in ("hugo", "ana", "cora", "ben")] == [[], [], [], []]
    links_actions.confirm(acting(context, "sue"), the_id(token), NOW + MINUTE)
    assert asked(context, "sue") == []
    with pytest.raises(Conflict, match="link_not_held"):
        links_actions.confirm(acting(context, "sue"), the_id(token), NOW + MINUTE)
    links_actions.accept(token, CHEAP, GOOD, NOW + 2 * MINUTE)
    ((given, by, confirmed_by),) = links_queries.of_own(acting(context, "ana"), NOW)
    assert (by, confirmed_by, given.used_at) == ("Adam", "Sue", NOW + 2 * MINUTE)
    assert "link_confirmed" in kinds()


def test_nobody_confirms_their_own_link(context: World, adam: Actor) -> None:
    """An administrator who supervises somebody makes them a link."""
    join(context, "adam", "central", Role.SUPERVISOR)
    not_by(context, "adam", links_actions.renew(adam, context.people["ana"], NOW))
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
    token = links_actions.renew(adam, context.people["ana"], NOW)
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
    token = links_actions.renew(acting(context, "lea"), context.people["ana"], NOW)
    not_by(context, "sue", token)


def test_another_administrator_had_no_hand_in_it(context: World) -> None:
    """Who added a whole library last week doesn't keep its supervisors from saying yes to a link
    of somebody else's."""
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).administrator = True
    happened(context, "person_added", "adam", "sue")
    happened(context, "person_added", "adam", "ana")
    links_actions.renew(acting(context, "lea"), context.people["ana"], NOW)
    assert asked(context, "sue") == ["Ana"]


def test_a_supervisor_of_before_is_not_asked(context: World, adam: Actor) -> None:
    join(context, "pia", "central", Role.SUPERVISOR, ends_on=NOW.date() - DAY)
    links_actions.renew(adam, context.people["ana"], NOW)
    assert asked(context, "pia") == []


def test_a_recovery_code_opens_it_once(context: World, adam: Actor) -> None:
    ana = context.people["ana"]
    with transaction() as tx:
        old = links_records.renew_code(tx, ana, NOW)
    code = links_actions.new_recovery_code(acting(context, "ana"), CHEAP, PASSWORD, NOW)
    stored = session().scalars(select(RecoveryCode.code_hash)).one()
    assert code not in stored
    session().rollback()
    token = links_actions.renew(adam, ana, NOW)
    assert refused(token, NOW, "") == "recovery_code_needed"
    for wrong in (old, "0000-0000-0000-0000-0000", code[:-1], token):
        assert refused(token, NOW, wrong) == "recovery_code_wrong"
    typed = f" {code.lower().replace('-', ' ')} "
    links_actions.accept(token, CHEAP, GOOD, NOW, code=typed)
    assert enter(context, "ana", GOOD)
    again = links_actions.renew(adam, ana, NOW)
    assert refused(again, NOW, code) == "recovery_code_wrong"
    assert kinds().count("recovery_code_used") == 1


def test_a_code_of_somebody_else_opens_nothing(context: World, adam: Actor) -> None:
    with transaction() as tx:
        code = links_records.renew_code(tx, context.people["ben"], NOW)
    token = links_actions.renew(adam, context.people["ana"], NOW)
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
        links_actions.new_recovery_code(acting(context, "ana"), CHEAP, "wrong", NOW)


def test_the_first_password_comes_with_a_code_where_no_mail_goes(adam: Actor) -> None:
    _pat, token = people_actions.add(adam, "Pat", "pat@example.org", NOW)
    done = links_actions.accept(token, CHEAP, GOOD, NOW, visit=Visit("", DAY), with_code=True)
    assert done.recovery_code is not None
    again = links_actions.renew(adam, done.person_id, NOW)
    links_actions.accept(again, CHEAP, GOOD, NOW, code=done.recovery_code)
    _kim, token = people_actions.add(adam, "Kim", "kim@example.org", NOW)
    assert links_actions.accept(token, CHEAP, GOOD, NOW, visit=Visit("", DAY)).recovery_code is None


def test_a_link_is_told_for_thirty_days(context: World, adam: Actor) -> None:
    links_actions.renew(adam, context.people["ana"], NOW)
    ana = acting(context, "ana")
    ((given, by, _confirmed_by),) = links_queries.of_own(ana, NOW + LISTED_FOR - MINUTE)
    assert (by, given.kind, given.made_at) == ("Adam", LinkKind.HANDED, NOW)
    assert given.opens_at == NOW + HELD_FOR
    assert links_queries.of_own(ana, NOW + LISTED_FOR) == []
    assert links_queries.of_own(acting(context, "ben"), NOW) == []


def test_it_was_not_me_ends_a_link_and_tells_more_than_its_maker(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    with transaction() as tx:
        tx.get_one(Person, context.people["hugo"]).administrator = True
    set_operator(context.email("olaf"), True, NOW)
    ana, token = acting(context, "ana"), links_actions.renew(adam, context.people["ana"], NOW)
    deliver(inbox, NOW)
    inbox.messages.clear()
    assert enter(context, "ana")
    before = living(context.people["ana"])
    assert links_actions.disown(ana, the_id(token), NOW + MINUTE) is False
    assert living(context.people["ana"]) == before, "they stay signed in"
    with pytest.raises(Missing):
        links_actions.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
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
        links_actions.disown(ana, the_id(token), NOW + MINUTE)


def test_it_ends_what_came_of_a_link_that_was_used(context: World, adam: Actor) -> None:
    ana, token = acting(context, "ana"), links_actions.renew(adam, context.people["ana"], NOW)
    links_actions.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    later = NOW + HELD_FOR + MINUTE
    assert enter(context, "ana", GOOD, later)
    links_actions.new_recovery_code(ana, CHEAP, GOOD, later)
    assert links_actions.disown(ana, the_id(token), later) is True
    assert living(ana.person_id) == 0
    assert not enter(context, "ana", GOOD, later)
    assert not enter(context, "ana", "none", later)
    assert session().scalars(select(RecoveryCode.person_id)).all() == []
    again = links_actions.renew(adam, ana.person_id, later)
    assert refused(again, later) == "recovery_code_needed", "they signed in before"


def test_what_came_of_a_link_of_ones_own_stays(context: World, adam: Actor, inbox: Inbox) -> None:
    """Whose account somebody got into sets a new password by mail, then says that they didn't ask
    for the link before."""
    ana, token = acting(context, "ana"), links_actions.renew(adam, context.people["ana"], NOW)
    links_actions.accept(token, CHEAP, GOOD, NOW + HELD_FOR)
    later = NOW + HELD_FOR + MINUTE
    links_actions.ask(context.email("ana"), later)
    links_actions.look_up(later)
    deliver(inbox, later)
    links_actions.accept(link(inbox), CHEAP, "eight lamps by the door", later)
    assert enter(context, "ana", "eight lamps by the door", later)
    assert links_actions.disown(ana, the_id(token), later + MINUTE) is False
    assert living(ana.person_id) == 1
    assert enter(context, "ana", "eight lamps by the door", later)


def test_nobody_says_it_of_a_link_of_somebody_else(context: World, adam: Actor) -> None:
    token = links_actions.renew(adam, context.people["ana"], NOW)
    with pytest.raises(Missing):
        links_actions.disown(acting(context, "ben"), the_id(token), NOW)


def test_by_mail_a_link_goes_to_its_owner_alone(context: World, adam: Actor, inbox: Inbox) -> None:
    ana = context.people["ana"]
    assert links_actions.mail_one(adam, ana, NOW) == "ana@example.org"
    assert sorted(deliver(inbox, NOW)) == ["sent", "sent"]
    assert {str(message["To"]) for message in inbox.messages} == {"ana@example.org"}
    at = next(n for n, each in enumerate(inbox.messages) if "/welcome/" in text(inbox, n))
    assert "Adam sends you a link for a new password" in " ".join(text(inbox, at).split())
    ((given, by, _confirmed_by),) = links_queries.of_own(acting(context, "ana"), NOW)
    assert (by, given.opens_at) == ("Adam", None)
    links_actions.accept(link(inbox, at), CHEAP, GOOD, NOW + MINUTE)


def test_an_invitation_of_one_person_goes_at_any_hour(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    night = NOW.replace(hour=3)
    pat = people_actions.add_and_mail(adam, "Pat", "pat@example.org", night)
    assert deliver(inbox, night) == []
    assert links_actions.mail_one(adam, pat, night) == "pat@example.org"
    assert deliver(inbox, night) == ["sent"]
    assert [str(message["To"]) for message in inbox.messages] == ["pat@example.org"]
    assert links_actions.accept(link(inbox), CHEAP, GOOD, night).person_id == pat
    assert deliver(inbox, NOW) == [], "the one that waited for the morning would end this link"


def test_whoever_runs_the_server_prints_a_link(context: World) -> None:
    name, token = links_actions.printed(" ANA@example.org ", NOW)
    assert name == "Ana"
    assert told(context, "ana") == ["link_asked"]
    assert kinds()[-1] == "link_printed"
    ((given, by, _confirmed_by),) = links_queries.of_own(acting(context, "ana"), NOW)
    assert (by, given.kind) == (None, LinkKind.PRINTED)
    links_actions.accept(token, CHEAP, GOOD, NOW)
    with pytest.raises(Missing):
        links_actions.printed("nobody@example.org", NOW)


def test_a_link_for_a_disabled_account_is_not_printed(context: World, adam: Actor) -> None:
    people_actions.disable(adam, context.people["ana"], NOW)
    with pytest.raises(Conflict, match="person_is_disabled"):
        links_actions.printed("ana@example.org", NOW)
    session().rollback()
    assert session().scalars(select(OutboxMail.id)).all() == []
