"""The first administrator of a library: a fresh install has no accounts."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.accounts.sign_in.rules import Passwords, check
from tracker.administration.library.actions import NewLibrary, create_administrator
from tracker.cli.people import tell_namesakes
from tracker.operations.system.queries import libraries
from tracker.rules.errors import Invalid
from tracker.rules.regions import Paper, Region

REASONS = {
    "characters_unseen": "There is a character that can't be seen after “{before}”. Type it anew "
    "instead of pasting it.",
    "email_not_valid": "This is not an email address: {reason}",
    "email_taken": "Somebody has this email address already.",
    "line_control": "The name of the library or your own holds a character that cannot be printed.",
    "line_empty": "Neither the library nor you can be without a name.",
    "line_long": "A name has at most {longest} characters.",
    "password_common": "This password is too easy to guess. Add two or three words that don't "
    "belong together.",
    "password_long": "The password has at most {longest} characters.",
    "password_own_words": "“{word}” is easy to guess here, and so is the rest of the password. "
    "Add two or three words that have nothing to do with you or the library.",
    "password_short": "The password needs {shortest} characters or more.",
    "scripts_mixed": "“{word}” mixes letters of different alphabets, so it could pass for another "
    "name. Type the whole word in one alphabet.",
    "time_zone_unknown": "There is no such time zone. Write it like Europe/Berlin.",
}


REGION = click.Choice(Region, case_sensitive=False)
PAPER = click.Choice(Paper, case_sensitive=False)


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
@click.option("--email", prompt="Email")
@click.option("--time-zone", help="Of a new library, for example America/Chicago.")
@click.option("--region", type=REGION, help="Of a new library: how dates and times are written.")
@click.option("--paper", type=PAPER, help="Of a new library: what PDFs and pages are printed on.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_appcontext
def create(
    library: str,
    name: str,
    email: str,
    time_zone: str | None,
    region: Region | None,
    paper: Paper | None,
    password: str,
) -> None:
    """Make an administrator, and the library where there is none of that name. What a new library
    needs and no option says is asked."""
    wanted = NewLibrary(library)
    if all(known.name != library for known in libraries()):
        wanted = NewLibrary(
            library,
            time_zone or click.prompt("Time zone, for example America/Chicago", default="UTC"),
            region or click.prompt("Dates and times as in", type=REGION, default=Region.US),
            paper or click.prompt("Paper", type=PAPER, default=Paper.LETTER),
        )
    try:
        check(password, name=name, email=email, places=(library, current_app.config["SITE_NAME"]))
        hashed = Passwords(**current_app.config["ARGON2"]).hash(password)
        create_administrator(wanted, name, email, hashed, dt.datetime.now(dt.UTC))
    except Invalid as refusal:
        sys.exit(REASONS[refusal.code].format(**refusal.facts))
    click.echo(f"{name} can sign in as {email}, administrator of {library}.")
    tell_namesakes(email)
