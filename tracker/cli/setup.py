"""Lay the database out, or bring it up to date after a backup."""

import datetime as dt
import os
import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.accounts.sign_in import rules as sign_in_rules
from tracker.cli.backups import new_file, or_exit
from tracker.cli.database import lay_out
from tracker.cli.faults import tell
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import Finding
from tracker.operations.system import actions as system_actions
from tracker.operations.system.rules import REMEDIES, SchemaState

ALIVE = (
    "The program, or somebody else, is still connected to this database. Stop it: whoever saves "
    "meanwhile is asked to try again, and an older program can write nothing afterward."
)


@click.command("setup")
@click.option(
    "--without-backup",
    is_flag=True,
    help="Bring an older database up to date without a backup: you have made one yourself.",
)
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=0,
    metavar="SECONDS",
    help="How long to wait for a program that still runs, before an older database is changed.",
)
@with_appcontext
def setup(without_backup: bool, wait: int) -> None:
    """Create the database, or bring it up to date.

    An older one is backed up first. The frameworks that come with the program are loaded."""
    set_up(with_backup=not without_backup, wait=wait)


def set_up(*, with_backup: bool = True, wait: int = 0) -> None:
    """Ends the program where this version does not know the database's layout, or the backup cannot
    be made; nothing is changed then."""
    state = system_actions.schema_state(current_app.config["MIGRATIONS_DIR"])
    if state is SchemaState.FORBIDDEN:
        sys.exit(REMEDIES[state])
    if state is SchemaState.UNKNOWN:
        sys.exit(f"{REMEDIES[state]} Nothing was changed.")
    if state is SchemaState.OLDER:
        _tell_who_is_alive(wait)
    if state is SchemaState.OLDER and with_backup:
        try:
            _back_up()
        except Exception:
            click.echo("The backup could not be made, so nothing was changed.", err=True)
            raise
    lay_out()
    if state is SchemaState.NONE and not current_app.config["DEMO"]:
        _choose_cost()
    if state is SchemaState.OLDER:
        click.echo("The database is up to date with this version of the program.")


def _tell_who_is_alive(wait: int) -> None:
    """Advice alone: what an older program would write is refused (tracker/db.py)."""
    until = time.monotonic() + wait
    while system_actions.is_somebody_alive(current_app.config):
        if time.monotonic() >= until:
            click.echo(ALIVE, err=True)
            return
        time.sleep(1)


def _choose_cost() -> None:
    """How dear a hash this machine makes in time, unless somebody said so. Only before there is
    anybody: with hashes of two costs each sign-in takes as long as both."""
    file = current_app.config["PASSWORD_COST_FILE"]
    if os.environ.get("TRACKER_PASSWORD_COST") or file.exists():
        return
    rounds, memory, lanes = cost = sign_in_rules.affordable(sign_in_rules.seconds_of)
    file.write_text(f"{rounds} {memory} {lanes}\n", encoding="ascii")
    click.echo(
        f"A password takes {sign_in_rules.seconds_of(cost) * 1000:.0f} ms to check here, with "
        f"{memory // 1024} MiB, {rounds} rounds, and {lanes} threads: kept in {file}."
    )


def _back_up() -> None:
    now = dt.datetime.now(dt.UTC)
    target = or_exit(lambda: new_file(None, "before-setup", now))
    earlier = max(target.parent.glob("before-setup-????????-??????.tar"), default=None)
    if earlier is not None and backups_actions.is_still_so(earlier):
        click.echo(f"Nothing was written since its backup: {earlier}")
        return
    made = or_exit(lambda: backups_actions.make(target, current_app.config["FILES"], now))
    if made.findings:
        tell(made.findings)
        sys.exit(
            f"The database has these faults, so it was not changed. A copy of it is {made.path}. "
            "Restore an older backup, or go on despite them: tracker setup --without-backup"
        )
    click.echo(f"A backup of the database as it was: {made.path}")
    tell(Finding("file_was_missing", sha256) for sha256 in made.manifest.missing)
