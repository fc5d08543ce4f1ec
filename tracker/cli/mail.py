"""Try out the mail from the command line."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.rules.errors import Invalid
from tracker.rules.mail import MailFailed, MailServer, compose
from tracker.rules.texts import clean_email
from tracker.services.mail_tests import send_plain

REASONS = {
    "mail_down": "The mail server could not be reached.",
    "mail_slow": "The mail server did not answer within 10 seconds.",
    "mail_certificate": "The mail server's certificate could not be trusted, so nothing was sent.",
    "mail_tls_missing": "The mail server does not offer an encrypted connection, so nothing was sent.",
    "mail_sign_in": "The mail server did not accept the user or the password of TRACKER_SMTP_URL.",
    "mail_refused": "The mail server did not take the message.",
}


@click.group("mail")
def mail() -> None:
    """Mail."""


@mail.command("test")
@click.argument("address")
@with_appcontext
def test(address: str) -> None:
    """Send a test message to ADDRESS."""
    server: MailServer | None = current_app.extensions["tracker_mail"]
    if server is None:
        sys.exit("No mail server is set. Set TRACKER_SMTP_URL and TRACKER_MAIL_FROM.")
    try:
        to = clean_email(address)
        text = (
            f"This is a test message from {current_app.config['BASE_URL']}. That you read it shows that it arrives.\n"
        )
        send_plain(server, compose(server, to, "Test message from Skills Tracker", text, dt.datetime.now(dt.UTC)))
    except Invalid as refusal:
        sys.exit(f"{address} is not an e-mail address: {refusal.facts['reason']}")
    except MailFailed as failed:
        sys.exit(f"{REASONS[failed.code]} {failed.said}".strip())
    if server.is_console:
        click.echo("The message is in the log above; with console: it goes nowhere.")
    else:
        click.echo(f"{server.host} took the message to {to}. Look whether it arrives.")
