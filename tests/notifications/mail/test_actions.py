"""Mail of notices by real servers: nothing lost, nothing twice, nothing to who may not see it, no
word of an answer."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from tests.factories.actors import acting
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, deliver_one, mails, server, tell, text, told, wants
from tests.factories.sides import YES, actor, send
from tests.factories.world import World
from tests.notifications.mail.delivered import DAY, HOUR, MINUTE, down
from tracker.db import session, transaction
from tracker.models import NoticeChoice, OutboxMail
from tracker.notifications.mail import actions as mail_actions, queries as mail_queries
from tracker.notifications.notices import actions as notices_actions
from tracker.records.core import outbox as outbox_records
from tracker.rules.core.notices import MAILED_WITHIN, MailChoice, MailStatus, NoticePage
from tracker.rules.errors import Conflict, Missing


def test_who_wants_it_at_once_has_it_at_once(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    review_id = send(context, YES)
    assert deliver(inbox, now) == ["sent"]
    (got,) = inbox.messages
    assert (got["To"], got["Subject"]) == ("sue@example.org", "1 notice from Skills Tracker")
    assert text(inbox).replace("\r\n", "\n") == (
        "Hello Sue,\n\n"
        f"Ana sent you statements to review.\nhttp://127.0.0.1:8000/reviews/{review_id}\n\n"
        "All your notices: http://127.0.0.1:8000/notices\n\n"
        "When they come by mail, if at all, you choose here: http://127.0.0.1:8000/account#notices\n"
    )
    assert deliver(inbox, now + DAY) == []


def test_daily_mail_comes_at_seven_and_once_a_day(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    send(context, YES)
    tell(context, "sue", now + MINUTE, "b")
    tomorrow = now.replace(hour=7) + DAY
    assert deliver(inbox, now + HOUR) == deliver(inbox, tomorrow - MINUTE) == []
    tell(context, "sue", tomorrow + MINUTE, "c")
    assert deliver(inbox, tomorrow + 2 * MINUTE) == ["sent"]
    assert inbox.messages[0]["Subject"] == "2 notices from Skills Tracker"
    assert deliver(inbox, tomorrow + HOUR) == deliver(inbox, tomorrow + DAY - MINUTE) == []
    assert deliver(inbox, tomorrow + DAY) == ["sent"]
    assert [mail.digest_on for mail in mails(context, "sue")] == [
        tomorrow.date(),
        (tomorrow + DAY).date(),
    ]


def test_a_daily_mail_that_is_late_keeps_the_next_for_tomorrow(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    tell(context, "sue", now, "a")
    seven = now.replace(hour=7) + DAY
    assert deliver(down(), seven) == ["waiting"]
    tell(context, "sue", seven + MINUTE, "b")
    assert deliver(inbox, seven + DAY) == ["sent"], "yesterday's"
    assert deliver(inbox, seven + DAY + HOUR) == []
    assert deliver(inbox, seven + 2 * DAY) == ["sent"]


def test_who_wants_none_gets_none_and_keeps_the_notices(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.NONE, "sue")
    send(context, YES)
    assert deliver(inbox, now + DAY) == []
    assert told(context, "sue") == ["review_sent"]
    wants(context, MailChoice.EACH, "sue")
    assert deliver(inbox, now + DAY) == [], "what came before the choice is not sent after it"


def test_a_choice_holds_from_the_next_mail_on(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    mail_actions.collect(now)
    wants(context, MailChoice.NONE, "sue")
    assert deliver_one(inbox, now) is None
    assert [mail.status for mail in mails(context, "sue")] == ["dropped"]


def test_what_was_read_is_not_mailed(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue", "ana")
    review_id = send(context, YES)
    notices_actions.opened(actor(context, "sue"), [review_id], now)
    tell(context, "ana")
    mail_actions.collect(now)
    notices_actions.opened(actor(context, "ana"), [NoticePage.PROFILE], now)
    assert deliver(inbox, now) == []
    assert inbox.messages == []


def test_what_nothing_has_mailed_for_weeks_is_not_mailed_any_more(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    tell(context, "sue", now, "old")
    wants(context, MailChoice.EACH, "sue")
    assert deliver(inbox, now + MAILED_WITHIN + MINUTE) == []


def test_the_administrator_sees_the_state_and_no_content(context: World, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue", "ben", "otto")
    for name in ("sue", "ben", "otto"):
        tell(context, name)
    with mail_server(refuse="550 5.1.1 No such mailbox") as busy:
        mail_actions.collect(now)
        deliver_one(busy, now)
    found = mail_queries.state(acting(context, "adam"))
    counts = {status: count for status, count in found.counts.items() if count}
    assert sum(counts.values()) == 2, "and nothing of another library"
    assert found.oldest is not None
    assert found.oldest.made_at == now
    assert [(each.status, each.said) for each in found.stuck] == [
        (MailStatus.FAILED, "550 5.1.1 No such mailbox")
    ]


def test_only_what_is_stuck_is_sent_again_and_only_at_home(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    mail_actions.collect(now)
    (mail,) = mails(context, "sue")
    with pytest.raises(Conflict, match="mail_not_again"):
        mail_actions.again(acting(context, "adam"), mail.id, now)
    with pytest.raises(Missing):
        mail_actions.again(acting(context, "oda"), mail.id, now)
    with pytest.raises(Missing):
        mail_actions.again(acting(context, "sue"), mail.id, now)


def test_after_a_restore_nothing_goes_by_itself(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    mail_actions.collect(now)
    tell(context, "sue", key="b")
    with transaction() as tx:
        outbox_records.doubt_all(tx, now)
    assert deliver(inbox, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.status, mail.reason) == ("unsure", "mail_restored")
    assert len(told(context, "sue")) == 2


def test_no_transaction_is_open_while_the_server_answers(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")

    def look(*_arguments: object) -> None:
        wants(context, MailChoice.DAILY, "ben")

    monkeypatch.setattr(mail_actions.smtp, "send", look)
    assert deliver(inbox, now) == ["sent"]
    assert session().scalar(select(func.count()).select_from(NoticeChoice)) == 2


def test_the_outbox_keeps_no_text(context: World, inbox: Inbox, now: dt.datetime) -> None:
    wants(context, MailChoice.EACH, "sue")
    send(context, YES)
    deliver(inbox, now)
    kept = session().execute(select(OutboxMail.__table__)).one()
    assert not any("Ana" in str(value) or "sue@" in str(value) for value in kept)
    assert server(inbox).sender == "Skills <skills@example.org>"
