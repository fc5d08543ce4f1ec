"""One-time links by mail: invitations in the hours of the library, new passwords, own addresses."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from tests.client import PASSWORD
from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, mails, tell, text, wants
from tests.factories.world import World
from tracker.accounts.addresses import actions as addresses_actions
from tracker.accounts.links import actions as links_actions
from tracker.accounts.links.queries import InvitationState, count_needed, invitees
from tracker.accounts.sign_in import actions as sign_in_actions, records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords, SignInSettings, Visit
from tracker.administration.people import actions as people_actions
from tracker.db import db, session, transaction
from tracker.models import AddressChange, Invitation, LinkMail, Person, ResetRequest, SignIn
from tracker.notifications.mail import actions as mail_actions
from tracker.policy.permissions import Actor
from tracker.rules.core.links import ASKED_LASTS, CONFIRM_LASTS, TAKE_BACK_LASTS, next_opening
from tracker.rules.core.notices import MailChoice
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Invalid, Missing

CHEAP = Passwords(time_cost=1, memory_cost=64, parallelism=1)
GOOD = "seven lamps by the door"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EVENING = NOW.replace(hour=20)


def link(inbox: Inbox, at: int = -1) -> str:
    """The token in a mail, whose link has the address of the settings."""
    found = re.search(r"http://127\.0\.0\.1:8000/[a-z/-]+/([\w-]{43})\s", text(inbox, at))
    assert found is not None, text(inbox, at)
    return found.group(1)


def states(adam: Actor, now: dt.datetime) -> dict[str, InvitationState]:
    session().rollback()
    return {invitee.name: invitee.state for invitee in invitees(adam, now)}


def email_of(person_id: int) -> str:
    session().rollback()
    return db.session.get_one(Person, person_id, populate_existing=True).email


def living(person_id: int) -> int:
    session().rollback()
    mine = SignIn.person_id == person_id, SignIn.ended_at.is_(None)
    return session().scalar(select(func.count(SignIn.id)).where(*mine)) or 0


def enter(person_id: int) -> None:
    with transaction() as tx:
        sign_in_records.begin(tx, person_id, Visit("", DAY), NOW)


def test_invitations_go_in_the_hours_of_the_library_after_all_other_mail(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    pat, _token = people_actions.add(adam, "Pat", "pat@example.org", NOW)
    kim = people_actions.add_and_mail(adam, "Kim", "kim@example.org", EVENING)
    none = [person_id for person_id in context.people.values() if person_id != pat]
    assert states(adam, NOW) == {"Pat": "out", "Kim": "on_its_way"}
    assert states(adam, NOW + 14 * DAY)["Pat"] == "expired"
    assert count_needed(adam, NOW) == 0
    assert count_needed(adam, NOW + 14 * DAY) == 1
    with pytest.raises(Conflict, match="nobody_to_invite"):
        links_actions.mail(adam, [kim, *none], EVENING)
    assert links_actions.mail(adam, [pat, kim, *none], EVENING) == 1
    assert deliver(inbox, EVENING) == []
    assert deliver(inbox, NOW.replace(hour=7) + DAY) == []
    links_actions.ask("ANA@example.org ", NOW + DAY)
    links_actions.look_up(NOW + DAY)
    assert deliver(inbox, NOW + DAY) == ["sent"] * 3
    assert [str(message["To"]) for message in inbox.messages] == [
        "ana@example.org",
        "kim@example.org",
        "pat@example.org",
    ]
    said = " ".join(text(inbox).split())
    assert "Hello Pat, Adam invites you to Skills Tracker at City Library." in said
    assert "works once, for 14 days. You sign in with pat@example.org." in said
    assert "Adam" not in str(inbox.messages[-1]["Subject"])
    stored = session().scalars(select(Invitation.token_hash)).all()
    assert link(inbox) not in stored
    assert token_hash(link(inbox)) in stored
    done = links_actions.accept(link(inbox), CHEAP, GOOD, NOW + DAY, visit=Visit("", DAY))
    assert (done.person_id, done.token is not None) == (pat, True)
    with pytest.raises(Missing, match="link_used_up"):
        links_actions.accept(link(inbox), CHEAP, GOOD, NOW + DAY)
    assert states(adam, NOW + DAY) == {"Kim": "out"}


def test_a_mail_sent_again_has_another_link_and_another_id(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    kim = people_actions.add_and_mail(adam, "Kim", "kim@example.org", NOW)
    with mail_server(refuse="550 No such mailbox") as refusing:
        assert deliver(refusing, NOW) == ["failed"]
    assert states(adam, NOW) == {"Kim": "not_taken"}
    assert count_needed(adam, NOW) == 1
    people_actions.edit(adam, kim, "Kim", "kim.b@example.org", NOW)
    assert links_actions.mail(adam, [kim], NOW) == 1
    assert deliver(inbox, NOW) == ["sent"]
    first = link(inbox)
    found = session().scalars(select(LinkMail.mail_id).order_by(LinkMail.mail_id)).all()
    mail_actions.again(adam, found[0], NOW)
    assert deliver(inbox, NOW) == ["sent"]
    assert [str(message["To"]) for message in inbox.messages] == ["kim.b@example.org"] * 2
    assert len({str(message["Message-ID"]) for message in inbox.messages}) == 2
    with pytest.raises(Missing):
        links_actions.accept(first, CHEAP, GOOD, NOW)
    assert links_actions.accept(link(inbox), CHEAP, GOOD, NOW).person_id == kim


def test_a_link_holds_no_digest_up_and_goes_to_nobody_who_needs_none(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    people_actions.add_and_mail(adam, "Kim", "kim@example.org", EVENING)
    lou = people_actions.add_and_mail(adam, "Lou", "lou@example.org", EVENING)
    people_actions.disable(adam, lou, EVENING)
    token = links_actions.hand_out(adam, [people_id(adam, "Kim")], EVENING)
    assert states(adam, EVENING) == {"Kim": "out"}, "the mail that waited would end this link"
    wants(context, MailChoice.EACH, "ana")
    links_actions.ask("ana@example.org", EVENING)
    links_actions.look_up(EVENING)
    tell(context, "ana", EVENING)
    assert sorted(deliver(inbox, EVENING)) == ["sent", "sent"]
    assert deliver(inbox, NOW + DAY) == []
    (secret,) = token.values()
    links_actions.accept(secret, CHEAP, GOOD, NOW + DAY)


def people_id(adam: Actor, name: str) -> int:
    return next(invitee.id for invitee in invitees(adam, EVENING) if invitee.name == name)


def test_a_new_password_is_asked_for_without_saying_whose_address_it_is(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    ana, handed = context.people["ana"], links_actions.renew(adam, context.people["ana"], NOW)
    deliver(inbox, NOW)
    people_actions.disable(adam, context.people["ben"], NOW)
    for email in ("ana@example.org", "ana@example.org", "ben@example.org", "x" * 300, "nobody"):
        links_actions.ask(email, NOW)
    assert session().scalar(select(func.count(ResetRequest.id))) == 4, "each address once"
    session().rollback()
    assert mail_actions.is_awaited(NOW)
    assert links_actions.look_up(NOW) == 1
    assert session().scalar(select(func.count(ResetRequest.id))) == 0
    enter(ana)
    assert deliver(inbox, NOW) == ["sent"]
    first = link(inbox)
    assert "works once, for 1 hour. Using it signs you out everywhere." in text(inbox)
    links_actions.ask("ana@example.org", NOW)
    links_actions.look_up(NOW)
    deliver(inbox, NOW)
    with pytest.raises(Missing):
        links_actions.accept(first, CHEAP, GOOD, NOW + HOUR)
    done = links_actions.accept(first, CHEAP, GOOD, NOW + HOUR / 2, visit=Visit("", DAY))
    assert (done.token, living(ana)) == (None, 0)
    for used in (first, link(inbox), handed):
        with pytest.raises(Missing):
            links_actions.accept(used, CHEAP, GOOD, NOW)
    links_actions.ask("ana@example.org", NOW)
    assert links_actions.look_up(NOW + ASKED_LASTS) == 0, "nobody waits for it any more"


@pytest.mark.in_ci
def test_whoever_asks_has_a_link_that_works_and_no_flood(context: World, inbox: Inbox) -> None:
    """Others ask for Ana all day long. Whenever she asks herself, a link of the last
    mail works for a quarter of an hour or more."""
    ana = context.people["ana"]
    for minute in range(0, 8 * 60, 5):
        now = NOW + dt.timedelta(minutes=minute)
        links_actions.ask("ana@example.org", now)
        links_actions.look_up(now)
        deliver(inbox, now)
        ends = session().scalar(
            select(func.max(Invitation.ends_at)).where(Invitation.person_id == ana)
        )
        session().rollback()
        assert ends is not None
        assert ends >= now + dt.timedelta(minutes=15)
    assert len(inbox.messages) <= 3 + 12


def test_a_link_that_was_used_or_never_came_counts_as_none(context: World, inbox: Inbox) -> None:
    def asked(now: dt.datetime) -> int:
        links_actions.ask("ana@example.org", now)
        return links_actions.look_up(now)

    for _time in range(3):
        assert asked(NOW) == 1
        deliver(inbox, NOW)
    assert asked(NOW) == 0
    links_actions.accept(link(inbox), CHEAP, GOOD, NOW, visit=Visit("", DAY))
    assert asked(NOW) == 1, "she forgot it again"
    with mail_server(refuse="550 No such mailbox") as refusing:
        assert {*deliver(refusing, NOW)} == {"failed"}
    later = NOW + HOUR
    assert asked(later) == 1
    with mail_server(refuse="550 No such mailbox") as refusing:
        assert deliver(refusing, later) == ["failed"]
    assert asked(later) == 1, "no mail came"


def test_an_address_changes_when_it_is_confirmed_and_is_restored_from_the_one_before(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    ana, actor = context.people["ana"], acting(context, "ana")
    for current, email, code in (
        ("wrong", "a@example.org", "password_wrong"),
        (PASSWORD, "ANA@example.org", "email_is_yours"),
        (PASSWORD, "none", "email_not_valid"),
    ):
        with pytest.raises(Invalid, match=code):
            addresses_actions.ask(actor, CHEAP, current, email, NOW)
        session().rollback()
    addresses_actions.ask(actor, CHEAP, PASSWORD, "ben@example.org", NOW)
    addresses_actions.ask(actor, CHEAP, PASSWORD, "thief@example.org", NOW)
    assert deliver(inbox, NOW) == ["sent"], "the newer one alone"
    said = re.sub(r"https?://\S+", "", text(inbox)).casefold()  # a token may spell anything
    assert "ana" not in said, "it may be a stranger's"
    with pytest.raises(Missing):
        addresses_actions.confirm(link(inbox), NOW + CONFIRM_LASTS)
    assert email_of(ana) == "ana@example.org"
    enter(ana)
    assert addresses_actions.confirm(link(inbox), NOW) == "thief@example.org"
    assert (email_of(ana), living(ana)) == ("thief@example.org", 1)
    deliver(inbox, NOW)
    told = link(inbox)
    assert (inbox.messages[-1]["To"], "thief@example.org" in text(inbox)) == (
        "ana@example.org",
        True,
    )
    addresses_actions.ask(actor, CHEAP, PASSWORD, "further@example.org", NOW)
    deliver(inbox, NOW)
    addresses_actions.confirm(link(inbox), NOW)
    deliver(inbox, NOW)
    theirs = link(inbox)
    with pytest.raises(Missing):
        addresses_actions.take_back(told, NOW + TAKE_BACK_LASTS)
    reset = addresses_actions.take_back(told, NOW + 29 * DAY)
    assert (email_of(ana), living(ana)) == ("ana@example.org", 0)
    for used in (told, theirs):
        with pytest.raises(Missing, match="address_link_used_up"):
            addresses_actions.take_back(used, NOW + 29 * DAY)
    assert links_actions.accept(reset, CHEAP, GOOD, NOW + 29 * DAY).person_id == ana
    inbox.messages.clear()
    links_actions.renew(adam, ana, NOW + 29 * DAY)
    deliver(inbox, NOW + 29 * DAY)
    assert {str(message["To"]) for message in inbox.messages} == {"ana@example.org"}
    addresses_actions.forget(NOW + 61 * DAY)
    assert session().scalar(select(func.count(AddressChange.id))) == 0
    assert mails(context, "ana")


def test_an_address_that_somebody_has_is_refused_where_it_is_read(
    context: World, adam: Actor, inbox: Inbox
) -> None:
    ana, actor = context.people["ana"], acting(context, "ana")
    addresses_actions.ask(actor, CHEAP, PASSWORD, "ben@example.org", NOW)
    deliver(inbox, NOW)
    with pytest.raises(Conflict, match="address_taken"):
        addresses_actions.confirm(link(inbox), NOW)
    addresses_actions.ask(actor, CHEAP, PASSWORD, "a@example.org", NOW)
    deliver(inbox, NOW)
    waits = link(inbox)
    people_actions.edit(adam, ana, "Ana", "ana.b@example.org", NOW)
    with pytest.raises(Missing):
        addresses_actions.confirm(waits, NOW)
    addresses_actions.ask(actor, CHEAP, PASSWORD, "a@example.org", NOW)
    addresses_actions.withdraw(actor, NOW)
    inbox.messages.clear()
    assert "sent" in deliver(inbox, NOW), "what the administrator changed is told"
    assert "a@example.org" not in [str(message["To"]) for message in inbox.messages]


def test_the_settings_hold_and_are_in_the_audit(context: World, adam: Actor, inbox: Inbox) -> None:
    def edit(days: int = 30, first: int = 9, until: int = 17, idle: int | None = 30) -> None:
        wanted = SignInSettings(
            invitation_days=days, invites_from=first, invites_until=until, idle_minutes=idle
        )
        sign_in_actions.edit_settings(adam, wanted, NOW)

    for wrong in ({"days": 0}, {"days": 91}, {"first": 17}, {"until": 25}, {"idle": 7}):
        with pytest.raises(Invalid):
            edit(**wrong)  # type: ignore[arg-type]
    edit()
    people_actions.add_and_mail(adam, "Kim", "kim@example.org", NOW)
    deliver(inbox, NOW)
    assert "for 30 days" in text(inbox)
    assert states(adam, NOW + 29 * DAY) == {"Kim": "out"}


def test_the_hours_are_those_of_the_place_also_when_clocks_change() -> None:
    zone = "America/New_York"

    def opens(day: str) -> str:
        return next_opening(zone, 8, 18, dt.datetime.fromisoformat(day)).isoformat()

    assert opens("2026-11-24T15:00+00:00") == "2026-11-24T15:00:00+00:00"
    assert opens("2026-11-24T12:59+00:00") == "2026-11-24T13:00:00+00:00"
    assert opens("2026-11-24T23:00+00:00") == "2026-11-25T13:00:00+00:00"
    assert opens("2026-10-31T23:00+00:00") == "2026-11-01T13:00:00+00:00"
    assert opens("2026-03-08T01:00+00:00") == "2026-03-08T12:00:00+00:00"
