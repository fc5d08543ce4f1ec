"""The demo library: made through the services, as its people would have made it, with a clock of
its own."""

import datetime as dt
import json
import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.cli.demo.people import Cast, load_cast
from tracker.cli.demo.story import Story
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
    cast = load_cast()
    if world.is_loaded(cast.library):
        click.echo("The demo is there already; its data were kept.")
        tell_sign_ins(cast)
        return
    if not world.is_empty():
        sys.exit("There are people in this database who are not of the demo. Nothing was changed.")
    started = time.monotonic()
    day = (today or dt.datetime.now(dt.UTC)).date()
    config = current_app.config
    store = FileStore(config["FILES"], config["UPLOAD_MAX_BYTES"], config["UPLOAD_TOTAL_BYTES"])
    with all_or_nothing():
        Story(cast, day, store).tell()
    click.echo(f"The demo library was made in {time.monotonic() - started:.0f} s.")
    tell_sign_ins(cast)


@demo.command("accounts")
@click.option(
    "--json", "as_json", is_flag=True, help="As a JSON list of role, name, email and password."
)
def accounts(as_json: bool) -> None:
    """The sign-ins of the demo."""
    cast = load_cast()
    if as_json:
        click.echo(json.dumps(cast.accounts(), indent=1, ensure_ascii=False))
    else:
        tell_sign_ins(cast)


def tell_sign_ins(cast: Cast) -> None:
    """The first of each role, and the one password."""
    click.echo("Sign in as:")
    told: set[str] = set()
    for account in cast.accounts():
        if account["role"] not in told:
            told.add(account["role"])
            click.echo(f"  {account['role']:<14}{account['email']:<32}{account['password']}")
