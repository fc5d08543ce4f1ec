"""The page Mail: what is set, a message to oneself, and the code that proves that it arrived."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import NOW
from tests.factories.mail_servers import Inbox, mail_server
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.cli.mail import mail
from tracker.db import session
from tracker.models import AuditEvent, MailTest
from tracker.rules.core.mail import mail_server as settings

PAGE = "/admin/mail"


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with mail_server() as found:
        use(app, monkeypatch, found.url(options="?tls=no"))
        yield found


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setitem(
        app.extensions, "tracker_mail", settings(url, "Skills <skills@example.org>")
    )


def outcomes(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        return [
            tuple(row)
            for row in session().execute(select(MailTest.outcome, MailTest.reason, MailTest.said))
        ]  # type: ignore[misc]


def sent(inbox: Inbox) -> str:
    return inbox.messages[-1].get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_nothing_is_set(app: Flask, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "tracker_mail", None)
    assert "No mail server is set" in admin.get(PAGE).text
    assert "No mail server is set" in admin.post(f"{PAGE}/test", follow_redirects=True).text
    assert outcomes(app) == []


def test_the_settings_are_shown_without_the_password(
    app: Flask, world: World, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To an operator, as the server is there for all libraries; others see that one is set."""
    use(app, monkeypatch, "smtp://postbox:s3cret-word@mail.example.org")
    page = admin.get(PAGE).text
    assert "set for all libraries here" in page
    assert "skills@example.org" in page
    for hidden in ("mail.example.org", "port 587", "STARTTLS", "postbox"):
        assert hidden not in page
    with app.app_context():
        set_operator(world.email("adam"), True, NOW)
    page = admin.get(PAGE).text
    for shown in ("mail.example.org", "port 587", "STARTTLS", "postbox", "skills@example.org"):
        assert shown in page
    assert "s3cret-word" not in page


def test_the_link_in_the_message_proves_that_it_arrived(
    app: Flask, admin: Client, inbox: Inbox
) -> None:
    page = admin.post(f"{PAGE}/test", follow_redirects=True).text
    assert "took a message to adam@example.org" in page
    assert inbox.recipients == [["adam@example.org"]]
    link = re.search(r"http://\S+(/admin/mail\?code=(\w{6}))\s", sent(inbox))
    assert link is not None
    assert link.group(2) not in page
    assert f'value="{link.group(2)}"' in (page := admin.get(link.group(1)).text)
    assert outcomes(app) == [("taken", "", "")], "looking at the page changes nothing"
    assert (
        "mail from here reaches people"
        in admin.post(
            f"{PAGE}/arrived", {"code": link.group(2).lower() + " "}, follow_redirects=True
        ).text
    )
    assert outcomes(app) == [("arrived", "", "")]
    with app.app_context():
        kinds = session().scalars(
            select(AuditEvent.kind).where(AuditEvent.kind.like("mail%")).order_by(AuditEvent.id)
        )
        assert list(kinds) == ["mail_tested", "mail_arrived"]


@pytest.mark.parametrize("typed", ["", "ABC234", "x" * 300, "'; --", "%"])
def test_another_code_proves_nothing(app: Flask, admin: Client, inbox: Inbox, typed: str) -> None:
    admin.post(f"{PAGE}/test")
    response = admin.post(f"{PAGE}/arrived", {"code": typed})
    assert response.status_code == 422
    assert outcomes(app) == [("taken", "", "")]


def test_a_code_holds_for_a_day(
    app: Flask, admin: Client, inbox: Inbox, sign_in: Callable[[str], Client]
) -> None:
    admin.post(f"{PAGE}/test")
    code = {"code": re.search(r"code=(\w{6})", sent(inbox)).group(1)}  # type: ignore[union-attr]
    with time_machine.travel(NOW + dt.timedelta(days=1, minutes=1), tick=False):
        later = sign_in(World.email("adam"))
        assert later.post(f"{PAGE}/arrived", code).status_code == 422
        assert "Has it arrived?" not in later.get(PAGE).text
    assert admin.post(f"{PAGE}/arrived", code).status_code == 303


def test_the_code_of_another_library_is_none_here(
    app: Flask, admin: Client, inbox: Inbox, sign_in: Callable[[str], Client]
) -> None:
    admin.post(f"{PAGE}/test")
    code = {"code": re.search(r"code=(\w{6})", sent(inbox)).group(1)}  # type: ignore[union-attr]
    oda = sign_in(World.email("oda"))
    assert oda.post(f"{PAGE}/arrived", code).status_code == 422
    assert "adam@example.org" not in oda.get(PAGE).text


def test_a_refusal_is_shown_in_the_servers_words(
    app: Flask, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(refuse="550 5.7.1 <b>Relaying denied</b>") as found:
        use(app, monkeypatch, found.url(options="?tls=no"))
        page = admin.post(f"{PAGE}/test", follow_redirects=True).text
    assert "did not take the message. 550 5.7.1 &lt;b&gt;Relaying denied" in page
    assert outcomes(app) == [("refused", "mail_refused", "550 5.7.1 <b>Relaying denied</b>")]
    assert "Its answer: 550" in admin.get(PAGE).text


def test_a_server_that_is_down_is_no_fault_of_the_page(
    app: Flask, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as gone:
        pass
    use(app, monkeypatch, gone.url(options="?tls=no"))
    assert "could not be reached" in admin.post(f"{PAGE}/test", follow_redirects=True).text
    assert [row[:2] for row in outcomes(app)] == [("refused", "mail_down")]


def test_no_transaction_is_open_while_the_server_answers(
    app: Flask, admin: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's answer is waited for before the transaction: somebody else can save
    meanwhile."""
    seen = []

    def look(*_arguments: object) -> None:
        with app.app_context():
            seen.append(session().scalar(select(MailTest.id)))

    monkeypatch.setattr("tracker.notifications.mail.actions.smtp.send", look)
    admin.post(f"{PAGE}/test")
    assert seen == [None]
    assert outcomes(app) == [("taken", "", "")]


def test_the_command_says_what_came_of_it(
    app: Flask, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(address: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(mail, ["test", address])
        return done.exit_code, done.output

    assert run("ana@example.org") == (
        0,
        "localhost took the message to ana@example.org. Look whether it arrives.\n",
    )
    assert inbox.recipients == [["ana@example.org"]]
    assert run("no address")[0] == 1
    with mail_server(refuse="451 Come back later") as busy:
        use(app, monkeypatch, busy.url(options="?tls=no"))
        assert run("ana@example.org") == (
            1,
            "The mail server did not take the message. 451 Come back later\n",
        )
    monkeypatch.setitem(app.extensions, "tracker_mail", None)
    assert "No mail server is set" in run("ana@example.org")[1]
