"""The first administrator of a library: a fresh install has no accounts."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.rules.errors import Invalid
from tracker.services.libraries import create_administrator
from tracker.services.sign_ins import Passwords

PASSWORD_MIN = 8


@click.group("admin")
def admin() -> None:
    """Administrators."""


@admin.command("create")
@click.option("--library", prompt="Library", help="Name of the library; it is made if there is none of that name.")
@click.option("--name", prompt="Your name")
@click.option("--email", prompt="E-mail")
@click.option("--time-zone", default="UTC", show_default=True, help="For example Europe/Berlin.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_appcontext
def create(library: str, name: str, email: str, time_zone: str, password: str) -> None:
    """Make an administrator, and the library where there is none of that name."""
    if len(password) < PASSWORD_MIN:
        sys.exit(f"The password needs {PASSWORD_MIN} characters or more.")
    hashed = Passwords(**current_app.config["ARGON2"]).hash(password)
    try:
        create_administrator(library, name, email, hashed, dt.datetime.now(dt.UTC), time_zone)
    except Invalid as refusal:
        reasons = {
            "email_taken": "Somebody has this e-mail address already.",
            "email_not_valid": f"This is not an e-mail address: {refusal.facts.get('reason')}",
        }
        sys.exit(reasons[refusal.code])
    click.echo(f"{name} can sign in as {email}.")
