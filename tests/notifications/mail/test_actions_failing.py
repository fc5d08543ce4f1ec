"""Mail that a server doesn't take, or takes and dies; and workers that die or meet."""

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.factories import mail_servers
from tests.factories.actors import acting
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, deliver_one, mails, tell, told, wants
from tests.factories.world import World
from tests.notifications.mail.delivered import DAY, EVERYBODY, HOUR, MINUTE, addresses, down
from tracker.db import session
from tracker.notifications.mail import actions as mail_actions
from tracker.records.core import outbox as outbox_records
from tracker.rules.core.notices import LEASE, MailChoice


def test_a_server_that_is_down_loses_nothing(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, *EVERYBODY)
    for name in EVERYBODY:
        tell(context, name)
    mail_actions.collect(now)
    gone = down()
    for minutes in (0, 1, 3, 30):
        came = deliver_one(gone, now + minutes * MINUTE)
        assert came is not None
        assert (came.status, came.reason, came.server_fails) == ("waiting", "mail_down", True)
    tell(context, "ana", now + HOUR, "meanwhile")
    assert deliver(inbox, now + 3 * HOUR) == ["sent"] * len(EVERYBODY)
    assert addresses(inbox) == sorted(World.email(name) for name in EVERYBODY)
    assert deliver(inbox, now + 3 * HOUR) == ["sent"], "what came meanwhile, in one more"
    assert deliver(inbox, now + DAY) == []
    assert len({message["Message-ID"] for message in inbox.messages}) == len(EVERYBODY) + 1


def test_a_mail_that_was_not_taken_waits_before_it_is_tried_again(
    context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    assert deliver(down(), now) == ["waiting"]
    assert deliver(inbox, now + 59 * dt.timedelta(seconds=1)) == []
    assert deliver(inbox, now + MINUTE) == ["sent"]


@pytest.mark.parametrize(
    ("said", "status"),
    [("550 5.1.1 No such mailbox", "failed"), ("451 4.7.1 Come back later", "waiting")],
)
def test_what_the_server_refuses(context: World, now: dt.datetime, said: str, status: str) -> None:
    wants(context, MailChoice.EACH, "sue", "ben")
    tell(context, "sue")
    tell(context, "ben")
    with mail_server(refuse=said) as busy:
        assert deliver(busy, now) == [status, status], (
            "one refused address is not the end of the others"
        )
        if status == "failed":
            assert deliver(busy, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.reason, mail.said) == ("mail_refused", said)
    assert told(context, "sue") == ["endorsement_expiring"]


def test_a_server_that_hangs_up_on_the_text_leaves_it_in_doubt(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have taken it: sent again by itself, it could come twice."""
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")

    async def hang_up(_handler: object, server: Any, *_rest: object) -> str:
        server.transport.abort()
        return "250 OK"

    with monkeypatch.context() as patch:
        patch.setattr(mail_servers._Handler, "handle_DATA", hang_up)
        assert deliver(inbox, now) == ["unsure"]
    assert deliver(inbox, now + DAY) == []


def test_a_server_that_says_no_good_bye_has_it_all_the_same(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_smtp: object) -> None:
        raise TimeoutError

    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    monkeypatch.setattr("smtplib.SMTP.quit", gone)
    assert deliver(inbox, now) == ["sent"]
    assert len(inbox.messages) == 1


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["before sending", "after sending"])
def test_who_dies_at_it_does_not_make_it_come_twice(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def kill(*_arguments: object) -> None:
        raise Killed

    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    with monkeypatch.context() as patch:
        step = (
            (mail_actions.smtp, "send") if where == "before sending" else (outbox_records, "settle")
        )
        patch.setattr(*step, kill)
        with pytest.raises(Killed):
            deliver(inbox, now)
    before = len(inbox.messages)
    assert before == (where == "after sending")
    assert deliver(inbox, now + LEASE) == [], "its worker may still be at it"
    assert deliver(inbox, now + LEASE + MINUTE) == deliver(inbox, now + DAY) == []
    (mail,) = mails(context, "sue")
    assert (mail.status, mail.reason) == ("unsure", "mail_lost")
    mail_actions.again(acting(context, "adam"), mail.id, now + DAY)
    assert deliver(inbox, now + DAY) == ["sent"]
    assert len(inbox.messages) == before + 1
    assert {message["Message-ID"] for message in inbox.messages} == {f"<{mail.token}@example.org>"}


def test_a_worker_that_was_given_up_and_comes_back_is_believed(
    context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    mail_actions.collect(now)
    way_out = mail_actions.smtp.send

    def slow(*arguments: Any) -> None:
        way_out(*arguments)
        mail_actions.collect(now + LEASE + MINUTE)
        assert [mail.status for mail in mails(context, "sue")] == ["unsure"]

    monkeypatch.setattr(mail_actions.smtp, "send", slow)
    assert deliver(inbox, now) == ["sent"]
    assert [mail.status for mail in mails(context, "sue")] == ["sent"]


def another_meanwhile(
    app: Flask, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """What a second worker makes of it while the first hands the mail over."""
    way_out, seen = mail_actions.smtp.send, []

    def send_while(*arguments: Any) -> None:
        if not seen:
            seen.append("busy")
            with app.app_context():
                seen.append(deliver_one(inbox, now))
        way_out(*arguments)

    monkeypatch.setattr(mail_actions.smtp, "send", send_while)
    deliver_one(inbox, now)
    return seen[1:]


def test_a_second_worker_finds_nothing_while_the_first_is_at_it(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    mail_actions.collect(now)
    assert another_meanwhile(app, inbox, now, monkeypatch) == [None]
    assert len(inbox.messages) == 1


def test_without_the_claim_it_would_come_twice(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner of the one before."""
    wants(context, MailChoice.EACH, "sue")
    tell(context, "sue")
    mail_actions.collect(now)
    monkeypatch.setattr(outbox_records, "claim", lambda _mail, _now: None)
    assert another_meanwhile(app, inbox, now, monkeypatch) != [None]
    assert len(inbox.messages) == 2


def test_workers_at_once_send_each_mail_once(
    app: Flask, context: World, inbox: Inbox, now: dt.datetime
) -> None:
    wants(context, MailChoice.EACH, *EVERYBODY)
    for name in EVERYBODY:
        tell(context, name)
        tell(context, name, key="b")
    session().rollback()
    start = threading.Barrier(4)

    def work() -> list[str]:
        with app.app_context():
            start.wait()
            return deliver(inbox, now)

    with ThreadPoolExecutor(4) as pool:
        came = [each.result() for each in [pool.submit(work) for _each in range(4)]]
    assert deliver(inbox, now) == []
    assert Counter(status for each in came for status in each) == {"sent": len(EVERYBODY)}
    assert Counter(addresses(inbox)) == Counter(World.email(name) for name in EVERYBODY)
