"""The demo's two libraries, whose passwords are public."""

import datetime as dt
import json
import sys
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.accounts.sign_in.rules import Passwords
from tracker.cli.setup import set_up
from tracker.operations.system import actions as system_actions
from tracker.operations.system.rules import SchemaState
from tracker.today.demo import actions as demo_actions


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
    fill((today or dt.datetime.now(dt.UTC)).date())


def fill(day: dt.date) -> None:
    """A demo whose layout this version does not know is made anew. Ends the program where the
    database holds something else, or the file is of another layout."""
    config = current_app.config
    file = config["DEMO_ROWS"]
    if system_actions.schema_state(config["MIGRATIONS_DIR"]) is SchemaState.UNKNOWN:
        aside = demo_actions.put_aside(file)
        if aside is not None:
            click.echo(f"The demo is of another version and is made anew. It is kept as {aside}.")
    click.echo("Laying the database out ...")
    set_up()
    if demo_actions.is_there(file):
        click.echo("The demo is there already; its data were kept.")
    elif demo_actions.is_anybody_there():
        sys.exit("There are people in this database who are not of the demo. Nothing was changed.")
    elif demo_actions.head_of(file)["layout"] != system_actions.newest_layout(
        config["MIGRATIONS_DIR"]
    ):
        sys.exit("The demo's rows are of another layout of the database. Run: make demo-rows")
    elif demo_actions.head_of(file)["numbers"] != demo_actions.numbers():
        sys.exit("The demo needs a new database, in which nothing was ever put.")
    else:
        click.echo("Loading the demo ...")
        hashed = Passwords(**config["ARGON2"]).hash(demo_actions.head_of(file)["password"])
        click.echo(f"{demo_actions.load(file, day, hashed, config['FILES']):,} rows were loaded.")
        system_actions.refresh_statistics()
    tell_sign_ins()


@demo.command("accounts")
@click.option(
    "--json", "as_json", is_flag=True, help="As a JSON list of role, name, email and password."
)
@with_appcontext
def accounts(as_json: bool) -> None:
    """The sign-ins of the demo."""
    if as_json:
        click.echo(json.dumps(_accounts(), indent=1, ensure_ascii=False))
    else:
        tell_sign_ins()


def tell_sign_ins() -> None:
    """The first of each role, and the one password."""
    click.echo("Sign in as:")
    told: set[str] = set()
    for account in _accounts():
        if account["role"] not in told:
            told.add(account["role"])
            click.echo(f"  {account['role']:<27}{account['email']:<32}{account['password']}")


def _accounts() -> list[dict[str, Any]]:
    head = demo_actions.head_of(current_app.config["DEMO_ROWS"])
    return [account | {"password": head["password"]} for account in head["accounts"]]
