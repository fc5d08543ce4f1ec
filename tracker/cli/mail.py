"""Mail: try it out, and mail the notices that wait."""

import datetime as dt
import re
import sys
from collections import Counter
from collections.abc import Callable

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext

from tracker.notifications.mail import actions as mail_actions
from tracker.rules.core.mail import MailFailed, MailServer, compose
from tracker.rules.core.notices import MailStatus
from tracker.rules.errors import Invalid
from tracker.rules.texts import clean_email
from tracker.storage import smtp

LOG = structlog.get_logger("tracker.mail")
SMTP_CODES = re.compile(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?\b")
"""With what a mail server's answer begins. The rest may name whom the mail is to."""
REASONS = {
    "mail_down": "The mail server could not be reached.",
    "mail_slow": "The mail server did not answer within 10 seconds.",
    "mail_certificate": "The mail server's certificate could not be trusted, so nothing was sent.",
    "mail_tls_missing": "The mail server does not offer an encrypted connection, so nothing was "
    "sent.",
    "mail_sign_in": "The mail server did not accept the user or the password of TRACKER_SMTP_URL.",
    "mail_refused": "The mail server did not take the message.",
    "mail_address": "There is an account whose email address is none.",
}


@click.group("mail")
def mail() -> None:
    """Mail."""


def _server() -> MailServer:
    server: MailServer | None = current_app.extensions["tracker_mail"]
    if server is None:
        sys.exit("No mail server is set. Set TRACKER_SMTP_URL and TRACKER_MAIL_FROM.")
    return server


@mail.command("test")
@click.argument("address")
@with_appcontext
def test(address: str) -> None:
    """Send a test message to ADDRESS."""
    server = _server()
    try:
        to = clean_email(address)
        text = (
            f"This is a test message from {current_app.config['BASE_URL']}. That you read it "
            "shows that it arrives.\n"
        )
        smtp.send(
            server,
            compose(server, to, "Test message from Skills Tracker", text, dt.datetime.now(dt.UTC)),
        )
    except Invalid as refusal:
        odd = "it holds a character that can't be seen, or letters of two alphabets in one word."
        sys.exit(f"{address} is not an email address: {refusal.facts.get('reason', odd)}")
    except MailFailed as failed:
        sys.exit(f"{REASONS[failed.code]} {failed.said}".strip())
    if server.is_console:
        click.echo("The message is in the log above; with console: it goes nowhere.")
    else:
        click.echo(f"{server.host} took the message to {to}. Look whether it arrives.")


def deliver(server: MailServer, is_over: Callable[[], bool]) -> Counter[MailStatus]:
    """Mail every notice that can go now. It ends early where the server fails, or when it is over;
    a mail that was begun is finished."""
    came: Counter[MailStatus] = Counter()
    mail_actions.collect(_now())
    while not is_over() and (done := _next(server)) is not None:
        came[done.status] += 1
        if done.status is not MailStatus.SENT:
            codes = SMTP_CODES.match(done.said)
            answer = codes[0] if codes else done.said
            LOG.warning("mail_not_sent", why=REASONS[done.reason], said=answer)
        if done.server_fails:
            break
    if came:
        LOG.info("mail", **{status.value: count for status, count in sorted(came.items())})
    return came


def _next(server: MailServer) -> mail_actions.Delivery | None:
    now, written = _now(), current_app.extensions["tracker_emails"]
    return mail_actions.deliver_next(server, lambda email: written(server, email, now), now)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
