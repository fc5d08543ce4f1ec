"""Mail to real servers on this machine: taken, refused, down, silent, and never in the clear by
mistake."""

import datetime as dt
import socket
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.factories.mail_servers import PASSWORD, USER, Inbox, certificate, mail_server
from tracker.rules.core.mail import MailFailed, MailServer, compose, mail_server as settings
from tracker.storage import smtp
from tracker.storage.smtp import send

SENDER = "Skills Tracker <tracker@example.org>"


def server(url: str) -> MailServer:
    found = settings(url, SENDER)
    assert found is not None
    return found


def message(to: str = "ana@example.org") -> EmailMessage:
    return compose(server("smtp://localhost:25"), to, "A test: café", "Zażółć gęślą jaźń.\n", NOW)


def refusal(url: str) -> MailFailed:
    with pytest.raises(MailFailed) as failed:
        send(server(url), message())
    assert PASSWORD not in f"{failed.value!r} {failed.value.said}"
    return failed.value


def test_a_message_is_delivered() -> None:
    with mail_server() as inbox:
        send(server(inbox.url(options="?tls=no")), message())
    (got,) = inbox.messages
    assert inbox.recipients == [["ana@example.org"]]
    assert (got["From"], got["To"]) == (SENDER, "ana@example.org")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@example.org>")
    assert got.get_payload(decode=True).decode() == "Zażółć gęślą jaźń.\r\n"  # type: ignore[union-attr]


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_it_goes_encrypted_and_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, at_once: bool
) -> None:
    tls, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(tls=tls, from_the_start=at_once, auth=True) as inbox:
        send(server(inbox.url(scheme, f"{USER}:open%20sesame@")), message())
        assert refusal(inbox.url(scheme, f"{USER}:wrong@")).code == "mail_sign_in"
    assert len(inbox.messages) == 1


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_a_certificate_that_nobody_vouches_for_stops_it(
    tmp_path: Path, scheme: str, at_once: bool
) -> None:
    tls, _trusted = certificate(tmp_path)
    with mail_server(tls=tls, from_the_start=at_once) as inbox:
        assert refusal(inbox.url(scheme)).code == "mail_certificate"
    assert inbox.messages == []


def test_without_encryption_nothing_is_sent_unless_the_settings_say_so() -> None:
    with mail_server() as inbox:
        assert refusal(inbox.url()).code == "mail_tls_missing"
    assert inbox.messages == []


def test_a_refusal_comes_with_the_servers_words() -> None:
    with mail_server(refuse="550 5.1.1 No such mailbox here") as inbox:
        failed = refusal(inbox.url(options="?tls=no"))
    assert (failed.code, failed.said) == ("mail_refused", "550 5.1.1 No such mailbox here")


def test_a_server_that_is_down() -> None:
    with mail_server() as inbox:
        pass
    assert refusal(inbox.url(options="?tls=no")).code == "mail_down"


def silent(greeting: bytes) -> tuple[socket.socket, Inbox]:
    """A server that greets at most, and then says no word."""
    listener = socket.create_server(("localhost", 0))

    def answer() -> None:
        caller, _address = listener.accept()
        with caller:
            caller.sendall(greeting)
            while caller.recv(1024):
                pass

    threading.Thread(target=answer, daemon=True).start()
    return listener, Inbox(listener.getsockname()[1])


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"], ids=["no greeting", "no answer"])
def test_a_server_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, greeting: bytes
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)
    listener, inbox = silent(greeting)
    with listener:
        assert refusal(inbox.url(options="?tls=no")).code == "mail_slow"


def test_the_seconds_count_over_all_steps() -> None:
    """The partner of the silent server: steps that are each in time, and late together."""
    with mail_server() as inbox:
        connection = smtp._Smtp("localhost", inbox.port, timeout=5)
        connection.ends -= smtp.TIMEOUT + 1
        with pytest.raises(TimeoutError):
            connection.noop()
        connection.close()
    assert smtp.TIMEOUT == 10


@pytest.mark.parametrize("hostile", ["a\r\nBcc: eve@example.org", "a\nX: y", "a\rb"])
def test_no_header_can_be_smuggled_in(hostile: str) -> None:
    here = server("console:")
    with pytest.raises(ValueError):
        compose(here, "ana@example.org", hostile, "Text.", NOW)
    with pytest.raises(ValueError):
        compose(here, f"ana@example.org{hostile}", "Subject", "Text.", NOW)
    lines = (
        compose(here, "ana@example.org", "Subject", hostile, NOW).as_bytes().split(b"\r\n\r\n")[0]
    )
    assert b"eve" not in lines


@pytest.mark.parametrize(
    "to", ["ana@example.org, eve@example.org", "ana@example.org eve@example.org", "", "ana"]
)
def test_a_message_goes_to_one_address(to: str) -> None:
    with pytest.raises(ValueError):
        compose(server("console:"), to, "Subject", "Text.", NOW)


def test_the_console_prints_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    send(server("console:"), message())
    assert "ana@example.org" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "sender", "said"),
    [
        ("http://localhost", SENDER, "must read like"),
        ("smtp://", SENDER, "must read like"),
        ("smtp://host/path", SENDER, "must read like"),
        ("smtp://host:99999", SENDER, "port"),
        ("smtp://host?tls=maybe", SENDER, "only option"),
        ("smtps://host?tls=no", SENDER, "only option"),
        ("smtp://user:secret@host?tls=no", SENDER, "in the clear|for all to read"),
        ("smtp://user:secret@host", "", "TRACKER_MAIL_FROM is missing"),
        ("smtp://user:secret@host", "nobody", "no email address"),
        ("smtp://user:secret@host", "a@example.org\r\nBcc: b@example.org", "no email address"),
    ],
)
def test_settings_that_cannot_be_are_said_at_the_start(url: str, sender: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        settings(url, sender)
    assert "secret" not in str(refused.value)


def test_settings_that_can() -> None:
    assert settings("", "") is None
    printed = settings("console:", "")
    assert printed is not None
    assert printed.is_console
    found = server("smtp://us%40er:p%3Aw@mail.example.org")
    assert (found.host, found.port, found.security, found.user) == (
        "mail.example.org",
        587,
        "starttls",
        "us@er",
    )
    assert found.password == "p:w"
    assert "p:w" not in repr(found)
    assert server("smtps://mail.example.org").port == 465
    assert server("smtp://user:secret@localhost:25?tls=no").security == "none"


def test_a_date_of_the_message_is_the_moment_it_was_written() -> None:
    assert message()["Date"].datetime == NOW.replace(tzinfo=dt.UTC)
