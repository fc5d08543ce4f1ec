"""Reminders of a round: to whom, once, by notice and by mail in the hours of the library."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories.mail_servers import Inbox
from tests.factories.notices import deliver, mails, tell, text, told, wants
from tests.factories.people import join
from tests.factories.sides import YES, actor, send
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session, transaction
from tracker.models import AuditEvent, AuditEventDetail, Library, Notice, Person, Round
from tracker.queries.access import subjects as subjects_queries
from tracker.rules.core.notices import MailChoice, MailStatus
from tracker.rules.errors import Conflict, Missing
from tracker.teams.rounds import actions as teams_rounds_actions

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def remind(
    world: World,
    *names: str,
    now: dt.datetime | None = None,
    by: str = "cora",
    team: str = "city",
    by_mail: bool = True,
) -> int:
    now = now or world.now
    who = actor(world, by, now)
    of = subjects_queries.team(world.teams[team], who.today(now))
    assert of is not None
    people = [world.people[name] for name in names]
    return teams_rounds_actions.remind(who, of, world.rounds["city"], people, now, by_mail=by_mail)


def reminded(world: World) -> list[str]:
    return [
        name
        for name in ("ana", "ben", "lea", "otto", "sue")
        if "round_reminder" in told(world, name)
    ]


def closing(world: World, days: int) -> dt.datetime:
    """So many days before the round's last day."""
    return world.now + dt.timedelta(days=17 - days)


def daily(now: dt.datetime, *, by_mail: bool = True) -> int:
    return teams_rounds_actions.remind_closing(now, by_mail=by_mail)


def test_a_mail_says_what_the_notice_says(context: World, inbox: Inbox) -> None:
    remind(context, "ben")
    assert deliver(inbox, context.now) == ["sent"]
    assert inbox.messages[0]["Subject"] == "Autumn 2026 closes on Dec 11, 2026"
    assert inbox.recipients == [["ben@example.org"]]
    said = text(inbox).replace("\r\n", "\n")
    assert said.startswith(
        "Hello Ben,\n\nCora reminds you: Autumn 2026 closes on Dec 11, 2026, and"
    )
    assert "send what you have.\nhttp" in said


@pytest.mark.parametrize("choice", [MailChoice.EACH, MailChoice.DAILY])
def test_mail_goes_in_the_hours_of_the_library(
    context: World, inbox: Inbox, choice: MailChoice
) -> None:
    """At seven in the evening: not before eight, and whatever else comes meanwhile does not wait
    for it."""
    wants(context, choice, "ben")
    evening = context.now.replace(hour=19)
    remind(context, "ben", now=evening)
    tell(context, "ben", evening)
    assert deliver(inbox, evening + HOUR) == (["sent"] if choice is MailChoice.EACH else [])
    morning = (evening + DAY).replace(hour=7, minute=30)
    assert deliver(inbox, morning) == ([] if choice is MailChoice.EACH else ["sent"])
    assert "closes on" not in text(inbox)
    assert deliver(inbox, morning + HOUR) == ["sent"]
    assert "closes on" in text(inbox)


def test_a_mail_that_was_not_taken_waits_for_the_hours_again(context: World, inbox: Inbox) -> None:
    remind(context, "ben")
    with transaction() as tx:
        tx.get_one(Library, context.libraries["city"]).invites_from = 12
    assert deliver(inbox, context.now) == []
    (mail,) = mails(context, "ben")
    assert mail.next_try_at == context.now.replace(hour=12)
    assert deliver(inbox, context.now.replace(hour=12)) == ["sent"]


def test_who_wants_no_mail_gets_the_notice_alone(context: World, inbox: Inbox) -> None:
    wants(context, MailChoice.NONE, "ben")
    assert remind(context, "ben", "lea") == 2
    assert reminded(context) == ["ben", "lea"]
    assert deliver(inbox, context.now) == ["sent"]
    assert inbox.recipients == [["lea@example.org"]]


def test_where_no_mail_is_set_none_waits(context: World) -> None:
    remind(context, "ben", by_mail=False)
    daily(closing(context, 2), by_mail=False)
    assert reminded(context) == ["ana", "ben", "lea", "otto", "sue"]
    assert [mails(context, name) for name in ("ben", "lea")] == [[], []]


def test_a_mail_to_who_sends_or_leaves_before_it_goes_is_dropped(
    context: World, inbox: Inbox
) -> None:
    evening = context.now.replace(hour=19)
    remind(context, "ana", "ben", "lea", now=evening)
    send(context, YES)
    account_actions.leave(actor(context, "ben"), context.now.date() + 3 * DAY, evening)
    wants(context, MailChoice.NONE, "sue")
    assert deliver(inbox, (evening + DAY).replace(hour=9)) == ["sent"]
    assert inbox.recipients == [["lea@example.org"]]
    assert [mails(context, name)[0].status for name in ("ana", "ben")] == [MailStatus.DROPPED] * 2


def test_whoever_cannot_be_reminded_is_left_out(context: World) -> None:
    """Who sent, is away, was reminded lately, or is of another team or library."""
    send(context, YES)
    account_actions.leave(actor(context, "ben"), context.now.date(), context.now)
    assert remind(context, "ana", "ben", "lea", "otto") == 1
    with pytest.raises(Conflict, match="nobody_to_remind"):
        remind(context, "ana", "ben", "lea", "otto", now=context.now + 6 * HOUR)
    with pytest.raises(Conflict, match="nobody_to_remind"):
        remind(context, "sue", by="carl", team="harbour")
    assert reminded(context) == ["lea"]
    assert remind(context, "lea", now=context.now + 7 * DAY) == 1


def test_it_is_in_the_audit_without_names(context: World) -> None:
    remind(context, "ben", "lea")
    session().rollback()
    event = session().scalars(select(AuditEvent).where(AuditEvent.kind == "round_reminded")).one()
    assert event.actor_id == context.people["cora"]
    assert event.subject_id is None
    facts = session().get_one(AuditEventDetail, event.id).facts
    assert {key: facts[key] for key in ("round", "team", "reminded")} == {
        "round": "Autumn 2026",
        "team": "City Library",
        "reminded": "2",
    }


def test_a_round_that_is_not_offered_is_none(context: World) -> None:
    context.rounds["city"] = context.rounds["other"]
    with pytest.raises(Missing):
        remind(context, "ben")


def test_the_daily_work_reminds_once_of_a_round_about_to_close(context: World) -> None:
    """Three days before its end, in each library; whom it missed is reminded on the next day."""
    send(context, YES)
    remind(context, "ben", now=closing(context, 5))
    account_actions.leave(
        actor(context, "lea"), closing(context, 2).date() - DAY, closing(context, 5)
    )
    assert daily(closing(context, 4)) == 0
    assert daily(closing(context, 3)) == 2
    assert reminded(context) == ["ben", "otto", "sue"]
    assert daily(closing(context, 3) + HOUR) == 0
    assert daily(closing(context, 2)) == 1
    assert reminded(context) == ["ben", "lea", "otto", "sue"]
    assert daily(closing(context, 0)) == 0
    assert daily(closing(context, -1)) == 0


def test_the_daily_work_reminds_nobody_who_has_left(context: World) -> None:
    join(context, "gone", "harbour", ends_on=context.now.date())
    with transaction() as tx:
        tx.get_one(Person, context.people["lea"]).disabled_at = context.now
    daily(closing(context, 1))
    assert "round_reminder" not in told(context, "gone")
    assert "round_reminder" not in told(context, "lea")
    assert "round_reminder" in told(context, "ben")


def test_a_later_last_day_is_told_again(context: World) -> None:
    daily(closing(context, 3))
    with transaction() as tx:
        tx.get_one(Round, context.rounds["city"]).ends_on += 14 * DAY
    assert daily(closing(context, 3) + 14 * DAY) > 0
    count = select(Notice.id).where(Notice.person_id == context.people["ben"])
    session().rollback()
    assert len(session().scalars(count).all()) == 2
