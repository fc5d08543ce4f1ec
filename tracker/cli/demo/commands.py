"""The demo's two libraries: made through the services, as their people would have made them, with a
clock of their own."""

import datetime as dt
import json
import sys
import time
from collections.abc import Iterable

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.cli.demo.people import Cast, load_casts
from tracker.cli.demo.story import tell
from tracker.cli.setup import set_up
from tracker.queries.operations import demo as world
from tracker.rules.evidence.uploads import FileStore
from tracker.services.one_transaction import all_or_nothing


@click.group("demo")
def demo() -> None:
    """The demo library, whose passwords are public."""


@demo.command("load")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day at which the demo stands (default: today).",
)
@with_appcontext
def load(today: dt.datetime | None) -> None:
    """Fill an empty demo database. Does nothing where the demo is there already."""
    if not current_app.config["DEMO"]:
        sys.exit(
            "The demo's passwords are public: it is loaded only with TRACKER_DEMO=1, into a "
            "database of its own."
        )
    set_up()
    casts = load_casts()
    if world.is_loaded(casts[0].library):
        click.echo("The demo is there already; its data were kept.")
        tell_sign_ins(casts)
        return
    if not world.is_empty():
        sys.exit("There are people in this database who are not of the demo. Nothing was changed.")
    started = time.monotonic()
    day = (today or dt.datetime.now(dt.UTC)).date()
    config = current_app.config
    store = FileStore(config["FILES"], config["UPLOAD_MAX_BYTES"], config["UPLOAD_TOTAL_BYTES"])
    with all_or_nothing():
        tell(casts, day, store)
    click.echo(f"The demo was made in {time.monotonic() - started:.0f} s.")
    tell_sign_ins(casts)


@demo.command("accounts")
@click.option(
    "--json", "as_json", is_flag=True, help="As a JSON list of role, name, email and password."
)
def accounts(as_json: bool) -> None:
    """The sign-ins of the demo."""
    casts = load_casts()
    if as_json:
        listed = [account for cast in casts for account in cast.accounts()]
        click.echo(json.dumps(listed, indent=1, ensure_ascii=False))
    else:
        tell_sign_ins(casts)


def tell_sign_ins(casts: Iterable[Cast]) -> None:
    """The first of each role, and the one password."""
    click.echo("Sign in as:")
    told: set[str] = set()
    for account in (each for cast in casts for each in cast.accounts()):
        if account["role"] not in told:
            told.add(account["role"])
            click.echo(f"  {account['role']:<27}{account['email']:<32}{account['password']}")
