"""The outbox on the administrator's page, and the command that delivers it."""

import datetime as dt
import json
import os
import re
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, tell, wants
from tests.factories.sides import YES, send
from tests.factories.world import World
from tracker.cli.background.work import work
from tracker.cli.faults import what_failed
from tracker.db import session, transaction
from tracker.models import AuditEvent, OutboxMail
from tracker.notifications.mail import actions as mail_actions
from tracker.rules.core.mail import mail_server as settings
from tracker.rules.core.notices import MailChoice

SignIn = Callable[[str], Client]


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with mail_server() as found:
        use(app, monkeypatch, found)
        yield found


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, found: Inbox) -> None:
    monkeypatch.setitem(
        app.extensions, "tracker_mail", settings(found.url(options="?tls=no"), "s@example.org")
    )


def test_where_no_mail_is_set_the_choice_says_so(
    app: Flask, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "tracker_mail", None)
    assert "No mail server is set here" in ana.get("/account").text


def stuck(app: Flask, world: World, said: str = "550 5.1.1 <b>No such mailbox</b>") -> None:
    with app.app_context():
        wants(world, MailChoice.EACH, "sue")
        send(world, YES)
        with mail_server(refuse=said) as busy:
            deliver(busy, world.now)


def test_the_administrator_sees_what_is_stuck_and_sends_it_again(
    app: Flask, world: World, admin: Client, inbox: Inbox
) -> None:
    assert "None yet." in admin.get("/admin/mail").text
    stuck(app, world)
    page = admin.get("/admin/mail").text
    assert "550 5.1.1 &lt;b&gt;No such mailbox" in page
    assert "sue@example.org" in page
    assert "Ana" not in page, "to whom and when, not of what"
    action = re.search(r'action="(/admin/mail/outbox/\d+/again)"', page)
    assert action is not None
    assert "sent once more" in admin.post(action.group(1), follow_redirects=True).text
    assert "can’t be sent again" in admin.post(action.group(1), follow_redirects=True).text
    with app.app_context():
        assert deliver(inbox, world.now) == ["sent"]
        assert "mail_again" in session().scalars(select(AuditEvent.kind)).all()
    assert "Mail of notices sent once more" in admin.get("/admin/audit").text


def test_another_library_sees_nothing_of_it(app: Flask, world: World, sign_in: SignIn) -> None:
    stuck(app, world)
    oda = sign_in(world.email("oda"))
    assert "sue@example.org" not in oda.get("/admin/mail").text
    with app.app_context():
        mail_id = session().scalars(select(OutboxMail.id)).one()
    assert oda.post(f"/admin/mail/outbox/{mail_id}/again").status_code == 404


def test_the_page_costs_no_more_for_more(
    app: Flask, world: World, admin: Client, count_sql: Queries
) -> None:
    def cost() -> int:
        admin.get("/admin/mail")
        count_sql.clear()
        admin.get("/admin/mail")
        return len(count_sql)

    stuck(app, world)
    few = cost()
    with app.app_context(), transaction() as tx:
        for at in range(60):
            tx.add(
                OutboxMail(
                    person_id=world.people["ben"],
                    token=str(at),
                    status="unsure",
                    attempts=1,
                    made_at=world.now,
                    next_try_at=world.now,
                    ended_at=world.now,
                    reason="mail_lost",
                )
            )
    assert cost() == few
    assert few <= 8


BEGINS, ENDS = ({"event": f"work_{each}"} for each in ("begins", "ends"))


def run(app: Flask, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    """The status, and what was logged of mail."""
    done = app.test_cli_runner().invoke(work, arguments, catch_exceptions=False)
    lines = [json.loads(line) for line in done.output.splitlines()]
    kept = [line for line in lines if line["event"].startswith(("mail", "work"))]
    for line in kept:
        for beside in ("level", "timestamp", "request_id"):
            line.pop(beside, None)
    return done.exit_code, kept


@pytest.mark.in_ci
def test_the_command_delivers_once(
    app: Flask, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(app, "--once") == (0, [])
    with app.app_context():
        wants(world, MailChoice.EACH, "sue", "ben")
        send(world, YES)
        tell(world, "ben")
    assert run(app, "--once") == (0, [{"event": "mail", "sent": 2}])
    assert sorted(inbox.recipients) == [["ben@example.org"], ["sue@example.org"]]
    assert run(app, "--once") == (0, [])


@pytest.mark.in_ci
def test_the_command_says_what_stood_in_the_way_and_stops_there(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        wants(world, MailChoice.EACH, "sue", "ben")
        send(world, YES)
        tell(world, "ben")
    with mail_server() as gone:
        pass
    use(app, monkeypatch, gone)
    code, (why, in_all) = run(app, "--once")
    assert code == 1, "so that a timer can tell"
    assert why["why"] == "The mail server could not be reached."
    assert in_all == {"event": "mail", "waiting": 1}, (
        "the second is not tried at a server that is down"
    )
    monkeypatch.setitem(app.extensions, "tracker_mail", None)
    assert run(app, "--once") == (0, [])


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_the_loop_finishes_the_mail_in_hand_and_stops(
    app: Flask, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_out = mail_actions.smtp.send

    def told_to_stop(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        way_out(*arguments)

    monkeypatch.setattr(mail_actions.smtp, "send", told_to_stop)
    with app.app_context():
        wants(world, MailChoice.EACH, "sue", "ben")
        tell(world, "sue")
        tell(world, "ben")
    assert run(app) == (0, [BEGINS, {"event": "mail", "sent": 1}, ENDS])
    with app.app_context():
        assert sorted(session().scalars(select(OutboxMail.status))) == ["sent", "waiting"]


@pytest.mark.usefixtures("_signals_as_before")
def test_the_loop_goes_on_when_the_database_comes_back(
    app: Flask, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held by somebody, then gone; the third time it answers. Once, without the loop, it ends."""
    collect, way_out = mail_actions.collect, mail_actions.smtp.send
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    gone = psycopg.OperationalError("server closed the connection")
    faults = [OperationalError("UPDATE outbox", {}, each) for each in (gone, locked)]
    waited: list[float | None] = []

    def at_last(now: dt.datetime) -> int:
        if faults:
            raise faults.pop()
        return collect(now)

    def told_to_stop(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        way_out(*arguments)

    class Clock(threading.Event):
        """Nobody waits in a test."""

        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return self.is_set()

    monkeypatch.setattr("tracker.cli.background.work.threading.Event", Clock)
    monkeypatch.setattr(mail_actions, "collect", at_last)
    monkeypatch.setattr(mail_actions.smtp, "send", told_to_stop)
    with app.app_context():
        wants(world, MailChoice.EACH, "sue")
        tell(world, "sue")
    code, said = run(app)
    assert (code, len(waited)) == (0, 2), said
    assert said == [
        BEGINS,
        {"event": "work_waits", "why": what_failed(locked)},
        {"event": "work_waits", "why": what_failed(gone)},
        {"event": "mail", "sent": 1},
        ENDS,
    ]
    faults.append(OperationalError("UPDATE outbox", {}, locked))
    with pytest.raises(OperationalError):
        run(app, "--once")


STATISTICS = {"sqlite": "up to date", "postgresql": "made anew"}


@pytest.mark.in_ci
def test_the_daily_command_reminds(app: Flask, world: World, engine_name: str) -> None:
    with app.app_context():
        send(world, YES)
    with time_machine.travel(NOW + dt.timedelta(days=12), tick=False):
        app.test_cli_runner().invoke(work, ["--clock-is-right"])
        first, second = (
            app.test_cli_runner().invoke(work, ["--daily"]).output for _time in range(2)
        )
    rest = (
        "Reminded of a round that closes: 0.\n"
        "Forms forgotten: 0.\nDrafts forgotten: 0.\nFormer addresses forgotten: 0.\n"
        "Counts of limits forgotten: 0.\nDays away forgotten: 0.\n"
        "Imported files forgotten: 0.\nBackground work forgotten: 0.\nErased files removed: 0; erasures listed: 0.\n"
        "Leftovers of uploads removed: 0.\n"
        f"Statistics of the database: {STATISTICS[engine_name]}.\nNewest backup: none.\n"
    )
    sealed = "Seals noted in the audit trail: "
    kept = "Rounds kept: 0.\nPeople moved as planned: 0.\n"
    kept += "Reviews past their last day: 0.\nExpired: 0.\n"
    told = "Levels kept for pages of teams: as on people's own pages.\n"
    told += "Record: as it was written.\nTold of a new reader: 0.\n"
    assert first == f"{sealed}yes.\n{kept}{told}Reminders: 1.\n{rest}"
    assert second == f"{sealed}none new.\n{kept}{told}Reminders: 0.\n{rest}"
