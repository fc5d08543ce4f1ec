"""The page Notices, what marks a notice as read, how people choose their mail, and the outbox of
the administrator."""

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
from tests.factories.answers import ReviewerAnswer
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.notices import deliver, tell, wants
from tests.factories.sending import NO, YES, actor, answer_all, item_ids, send
from tests.factories.world import World
from tracker.cli.background.work import work
from tracker.cli.faults import what_failed
from tracker.db import session, transaction
from tracker.models import AuditEvent, Notice, OutboxMail
from tracker.notifications.mail import actions as outbox
from tracker.notifications.notices.pages import SENTENCES
from tracker.reviews.review import actions as reviews
from tracker.rules.core.mail import mail_server as settings
from tracker.rules.core.notices import MailChoice, NoticeKind

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


def unread(app: Flask, world: World, name: str) -> int:
    with app.app_context():
        mine = select(Notice.id).where(
            Notice.person_id == world.people[name], Notice.read_at.is_(None)
        )
        return len(session().scalars(mine).all())


def revealed(app: Flask, world: World) -> int:
    with app.app_context():
        review_id = send(world, YES, NO)
        answer_all(world, review_id, ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        return review_id


def test_every_kind_has_its_words() -> None:
    assert set(SENTENCES) == set(NoticeKind)


def test_without_any_it_says_what_will_stand_there(ana: Client) -> None:
    page = ana.get("/notices").text
    assert "No notices yet" in page
    assert "Mark all as read" not in page


def test_it_leads_to_where_one_acts_and_opening_that_marks_it(
    app: Flask, world: World, sue: Client
) -> None:
    with app.app_context():
        review_id = send(world, YES)
    page = sue.get("/notices").text
    assert f'<a href="/reviews/{review_id}">Ana sent you statements to review.</a>' in page
    assert "1 unread." in page
    assert unread(app, world, "sue") == 1, "looking at the list marks nothing"
    assert sue.get(f"/reviews/{review_id}", follow_redirects=True).status_code == 200
    assert unread(app, world, "sue") == 0
    assert "Nothing unread." in sue.get("/notices").text
    assert "Ana sent you" in sue.get("/notices").text


def test_both_sides_see_what_was_revealed(app: Flask, world: World, ana: Client) -> None:
    review_id = revealed(app, world)
    assert (
        f'<a href="/reviews/{review_id}/differences">Your review with Sue is revealed.'
        in ana.get("/notices").text
    )
    ana.get(f"/reviews/{review_id}/differences")
    assert unread(app, world, "ana") == 0


def test_opening_one_review_marks_nothing_of_another(app: Flask, world: World, sue: Client) -> None:
    with app.app_context():
        first, _second = send(world, YES), send(world, NO, learner="ben")
    sue.get(f"/reviews/{first}", follow_redirects=True)
    assert unread(app, world, "sue") == 1


def test_what_is_about_ones_own_profile_is_read_there(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        tell(world, "ana")
    assert (
        '<a href="/profile">Some of your reviewed ratings expire soon.</a>'
        in ana.get("/notices").text
    )
    ana.get("/profile")
    assert unread(app, world, "ana") == 0


def test_all_are_marked_up_to_the_newest_shown(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        tell(world, "ana", key="a")
        tell(world, "ana", key="b")
    newest = re.search(r'name="newest" value="(\d+)"', ana.get("/notices").text)
    assert newest is not None
    with app.app_context():
        tell(world, "ana", key="c")
    done = ana.post("/notices/read", {"newest": newest.group(1)}, follow_redirects=True).text
    assert "2 notices are marked as read." in done
    assert "1 unread." in done


@pytest.mark.parametrize("newest", ["", "x", "-1", "99999999999", "1; --", "²"])
def test_a_number_that_is_none_marks_nothing(
    app: Flask, world: World, ana: Client, newest: str
) -> None:
    with app.app_context():
        tell(world, "ana")
    assert (
        "nothing unread anymore"
        in ana.post("/notices/read", {"newest": newest}, follow_redirects=True).text
    )
    assert unread(app, world, "ana") == 1


def test_today_says_how_many_are_new(app: Flask, world: World, ana: Client) -> None:
    assert "new notice" not in ana.get("/").text
    with app.app_context():
        tell(world, "ana", key="a")
        tell(world, "ana", key="b")
    assert "2 new notices" in ana.get("/").text
    for path in ("/notices", "/evidence"):
        assert "new notice" not in ana.get(path).text, "only where it is asked for"


def test_names_are_words_on_the_page(app: Flask, world: World, sue: Client, ana: Client) -> None:
    ana.post("/account/name", {"name": "<svg onload=alert(1)> %(name)s {{7*7}}"})
    with app.app_context():
        send(world, YES)
    page = sue.get("/notices").text
    assert "&lt;svg onload=alert(1)&gt; %(name)s {{7*7}} sent you" in page


def test_a_long_list_has_pages_and_costs_no_more(
    app: Flask, world: World, ana: Client, sue: Client, count_sql: Queries
) -> None:
    def cost(path: str) -> int:
        ana.get(path)
        count_sql.clear()
        ana.get(path)
        return len(count_sql)

    with app.app_context():
        tell(world, "ana", key="first")
    few = [cost("/notices"), cost("/")]
    with app.app_context():
        for at in range(120):
            tell(world, "ana", world.now + dt.timedelta(minutes=at), key=str(at))
    assert [cost("/notices"), cost("/")] == few
    assert few[0] <= 6
    assert "Page 1 of 3" in ana.get("/notices").text
    last = ana.get("/notices?page=3").text
    assert last.count("Some of your reviewed ratings") == 21
    assert ana.get("/notices?page=999").text.count("Some of your reviewed ratings") == 21


def test_opening_again_writes_nothing(
    app: Flask, world: World, sue: Client, count_sql: Queries
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        (item_id,) = item_ids(review_id)
    sue.get(f"/review-items/{item_id}")
    count_sql.clear()
    sue.get(f"/review-items/{item_id}")
    assert [each for each in count_sql if not each.startswith("SELECT")] == []


@pytest.mark.parametrize("choice", list(MailChoice))
def test_everybody_chooses_their_mail(
    app: Flask, world: World, ana: Client, choice: MailChoice
) -> None:
    assert re.search(
        r'<input checked class="form-check-input"[^>]*value="daily"', ana.get("/account").text
    )
    done = ana.post("/account/notices", {"mail": choice.value}, follow_redirects=True).text
    assert "Notices by mail: " in done
    assert re.search(rf'<input checked class="form-check-input"[^>]*value="{choice.value}"', done)


@pytest.mark.parametrize("typed", [{}, {"mail": "weekly"}, {"mail": ""}])
def test_another_choice_changes_nothing(
    app: Flask, world: World, ana: Client, typed: dict[str, str]
) -> None:
    response = ana.post("/account/notices", typed)
    assert response.status_code == 422
    assert 'href="#mail-0"' in response.text
    assert 'value="Ana"' in response.text
    assert re.search(
        r'<input checked class="form-check-input"[^>]*value="daily"', ana.get("/account").text
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
    way_out = outbox.smtp.send

    def told_to_stop(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        way_out(*arguments)

    monkeypatch.setattr(outbox.smtp, "send", told_to_stop)
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
    collect, way_out = outbox.collect, outbox.smtp.send
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
    monkeypatch.setattr(outbox, "collect", at_last)
    monkeypatch.setattr(outbox.smtp, "send", told_to_stop)
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


STATISTICS = {"sqlite": "up to date", "postgresql": "PostgreSQL makes them itself"}


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
        "Imported files forgotten: 0.\nBackground work forgotten: 0.\nErased files removed: 0.\n"
        "Leftovers of uploads removed: 0.\n"
        f"Statistics of the database: {STATISTICS[engine_name]}.\nNewest backup: none.\n"
    )
    sealed = "Seals noted in the audit trail: "
    kept = "Rounds kept: 0.\nPeople moved as planned: 0.\nNo agreement: 0.\nExpired: 0.\n"
    told = "Levels kept for pages of teams: as on people's own pages.\nTold of a new reader: 0.\n"
    assert first == f"{sealed}yes.\n{kept}{told}Reminders: 1.\n{rest}"
    assert second == f"{sealed}none new.\n{kept}{told}Reminders: 0.\n{rest}"


def test_what_was_done_since_is_marked(app: Flask, world: World, sue: Client, ana: Client) -> None:
    with app.app_context():
        review_id = send(world, YES, NO)
    assert ">done<" not in sue.get("/notices").text
    with app.app_context():
        answer_all(world, review_id, *2 * [ReviewerAnswer.CONSISTENTLY])
        assert ">done<" not in sue.get("/notices").text
        reviews.reveal(actor(world, "sue"), review_id, world.now)
    done = sue.get("/notices").text
    assert ">done<" in done
    assert ">new<" not in done
    assert "1 unread." in done, "what is done wasn't read yet"
    assert ">done<" not in ana.get("/notices").text  # one difference is open
