"""The first administrator of a library: a fresh install has no accounts."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.rules.accounts.passwords import Passwords, check
from tracker.rules.errors import Invalid
from tracker.services.administration.library_settings import create_administrator

REASONS = {
    "email_not_valid": "This is not an e-mail address: {reason}",
    "email_taken": "Somebody has this e-mail address already.",
    "line_control": "The name of the library or your own holds a character that cannot be printed.",
    "line_empty": "Neither the library nor you can be without a name.",
    "line_long": "A name has at most {longest} characters.",
    "password_common": "This password is among the commonest: somebody would guess it.",
    "password_long": "The password has at most {longest} characters.",
    "password_own_words": "The password holds your name, your e-mail address or the library's "
    "name.",
    "password_short": "The password needs {shortest} characters or more.",
    "time_zone_unknown": "There is no such time zone. Write it like Europe/Berlin.",
}


@click.group("admin")
def admin() -> None:
    """Administrators."""


@admin.command("create")
@click.option(
    "--library",
    prompt="Library",
    help="Name of the library; it is made if there is none of that name.",
)
@click.option("--name", prompt="Your name")
@click.option("--email", prompt="E-mail")
@click.option("--time-zone", default="UTC", show_default=True, help="For example Europe/Berlin.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_appcontext
def create(library: str, name: str, email: str, time_zone: str, password: str) -> None:
    """Make an administrator, and the library where there is none of that name."""
    try:
        check(password, name=name, email=email, library=library)
        hashed = Passwords(**current_app.config["ARGON2"]).hash(password)
        create_administrator(library, name, email, hashed, dt.datetime.now(dt.UTC), time_zone)
    except Invalid as refusal:
        sys.exit(REASONS[refusal.code].format(**refusal.facts))
    click.echo(f"{name} can sign in as {email}, administrator of {library}.")
