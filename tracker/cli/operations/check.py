"""Look whether the server can do its work, and whether it is safe to let people in."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from tracker.cli import faults
from tracker.cli.faults import tampered, told
from tracker.cli.operations.deployed import DEPLOYED
from tracker.cli.operations.round_trip import NotKnown
from tracker.evidence.files.rules_backends import Bucket
from tracker.operations.checks import (
    queries as checks_queries,
    queries_record as checks_queries_record,
)
from tracker.operations.system import actions as system_actions
from tracker.operations.system.rules import REMEDIES, SchemaState

UNREADY = {
    "writable": "The database takes no writes, or took none within the last minute. If its disk is "
    "full, free some space. Else give the file and its folder to the user that the program runs "
    "as, or connect to the primary server instead of a standby.",
    "disk": "Less than 100 MiB are free where the data lies. Free some space, old backups first: "
    "tracker backup prune --days 7",
    "files": "No files can be written to {files}. Give the folder to the user that the program "
    "runs as.",
}
DAMAGE = {
    "database_damaged": "The database is damaged: {what}.",
    "rows_without_parent": "In the database rows lack what they belong to, in {what}.",
    "guard_missing": "A trigger that keeps history from being changed is gone, switched off, or "
    "another: {what}.",
}
GO_BACK = (
    "Keep all backups, stop the program, and go back to the newest one that passes: tracker backup "
    "test FILE, then tracker restore FILE"
)


IF_RIGHT = (
    "If you did it yourself and it is right: tracker audit accept TABLE ROW --why REASON. If it is "
    "not, set it back as it was."
)


@click.command("check")
@click.option("--deploy", is_flag=True, help="Look at what matters before people are let in, too.")
@click.option("--mail", "address", help="With --deploy: send a test message there.")
@with_appcontext
def check(deploy: bool, address: str | None) -> None:
    """Look whether the server can do its work.

    The database's layout, whether it is damaged, and what must be writable.

    With --deploy also: secrets, settings for developers, the way from the site's address through
    the proxy, mail, evidence files, the rights of the database role, backups and their tests, the
    daily work, and the clock. Each is held, not held, or not known, with what to do. Nothing is
    made or changed.

    The status is other than 0 where something is not held.
    """
    is_laid_out = _is_there() and _layout() is SchemaState.CURRENT
    wrong = 0
    looks = {"Work": lambda _address: _at_work(), **(DEPLOYED if deploy else {})}
    for name, look in looks.items():
        if name in ("Work", "Settings") or is_laid_out:
            findings = list(look(address))
        else:
            findings = [NotKnown("The database is not ready: see above.")]
        for sentence in findings:
            is_wrong = not isinstance(sentence, NotKnown)
            wrong += is_wrong
            kind = f"{'not held' if is_wrong else 'not known'}: {name}. " if deploy else ""
            click.echo(f"- {kind}{sentence}", err=True)
        if deploy and not findings:
            click.echo(f"- held: {name}.")
    if wrong:
        sys.exit(1)
    click.echo("Nothing is wrong.")


def _is_there() -> bool:
    """Asking SQLite for a database that is not there would make one."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def _layout() -> SchemaState | None:
    """None where the database does not answer."""
    try:
        return system_actions.schema_state(current_app.config["MIGRATIONS_DIR"])
    except DBAPIError:
        return None


def _at_work() -> Iterator[str]:
    """In seconds, so it does not read all: that is what tests of backups are for."""
    config = current_app.config
    if not _is_there():
        yield REMEDIES[SchemaState.NONE]
        return
    try:
        state = system_actions.schema_state(config["MIGRATIONS_DIR"])
    except DBAPIError as error:
        yield faults.sentence(error) or str(error.orig)
        return
    if state is not SchemaState.CURRENT:
        yield REMEDIES[state]
    for name in system_actions.failing(config):
        if name == "files" and isinstance(config["FILES"], Bucket):
            yield faults.BUCKET_AWAY.format(files=config["FILES"])
        elif name in UNREADY:
            yield UNREADY[name].format(files=config["FILES"])
    if state is SchemaState.CURRENT:
        damage = checks_queries.damage_of_own()
        for finding in damage:
            yield f"{DAMAGE[finding.code].format(what=finding.what)} {GO_BACK}"
        for finding in () if damage else checks_queries_record.of_rights():
            yield f"{told(finding)} {tampered()} {IF_RIGHT}"
