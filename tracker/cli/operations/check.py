"""Look whether the server can do its work, and whether it is safe to let people in."""

import datetime as dt
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from zxcvbn import zxcvbn

from tracker.cli import faults
from tracker.cli.mail import REASONS
from tracker.cli.operations import round_trip
from tracker.cli.operations.round_trip import NotKnown
from tracker.queries.notifications import mail_tests
from tracker.queries.operations import daily_parts, invariants
from tracker.queries.operations.database_rights import ExcessRight, excess
from tracker.queries.operations.totals import totals
from tracker.rules.errors import Invalid, Unreachable
from tracker.rules.evidence.places import Bucket
from tracker.rules.notifications.mail import MailFailed, MailOutcome, MailServer, compose
from tracker.rules.operations.backups import BackupState
from tracker.rules.operations.schema import REMEDIES, SchemaState
from tracker.rules.texts import clean_email
from tracker.services.notifications.mail_tests import send_plain
from tracker.services.operations import backups, readiness, schema, stored_files

DAILY_WORK_MAX_AGE = dt.timedelta(hours=30)
BACKUP_MAX_AGE = dt.timedelta(hours=36)
"""A nightly backup and half a day."""
KEY_GUESSES = 24
PASSWORD_GUESSES = 12
"""Fewest guesses, as a power of ten, that a key and a password of the database may take."""
GUESSED_MAX = 72
"""Characters that zxcvbn looks at."""
UNREADY = {
    "writable": "The database takes no writes. Free the file and its folder to the user that the "
    "program runs as, or connect to the primary server instead of a standby.",
    "disk": "Less than 100 MiB are free where the data lies. Free some space.",
    "files": "No files can be written to {files}. Give the folder to the user that the program "
    "runs as.",
}
RIGHTS = {
    ExcessRight.SUPERUSER: "The program connects to the database as a superuser, who can do "
    "anything unseen.",
    ExcessRight.OWNS_TABLES: "The program connects to the database as the owner of its tables, who "
    "can drop the triggers that keep history.",
    ExcessRight.SKIPS_TRIGGERS: "The program's role may set session_replication_role, which "
    "switches off the triggers that keep history.",
    ExcessRight.CREATES: "The program's role may create tables and functions in the schema public.",
    ExcessRight.CHANGES_HISTORY: "The program's role may change or delete rows of the history, or "
    "empty a table that is guarded.",
}
BUCKET = {
    "bucket_refuses": "The key may not write, read and delete objects in {files}. Give it these "
    "rights there, and no others.",
    "bucket_public": "Everybody can read {files} without a key. Close the bucket to the public.",
    "bucket_versions": "The bucket of {files} keeps earlier versions, so what people erase stays "
    "in it. Switch versioning off, and delete the versions that are there.",
    "bucket_versions_unknown": "Nobody can tell whether {files} keeps earlier versions, in which "
    "what people erase would stay: give the key the right s3:GetBucketVersioning.",
}
TEST_BACKUP = "What its test finds: tracker backup test, every night from a timer."
DAMAGE = {
    "database_damaged": "The database is damaged: {what}.",
    "rows_without_parent": "In the database rows lack what they belong to, in {what}.",
}
GO_BACK = (
    "Keep all backups, stop the program, and go back to the newest one that passes: tracker backup "
    "test FILE, then tracker restore FILE"
)
ROLES = "Give it a role of its own (docs/running.md, Roles in PostgreSQL)."
NEW_KEY = "Make one at random: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


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
            found = list(look(address))
        else:
            found = [NotKnown("The database is not ready: see above.")]
        for sentence in found:
            is_wrong = not isinstance(sentence, NotKnown)
            wrong += is_wrong
            kind = f"{'not held' if is_wrong else 'not known'}: {name}. " if deploy else ""
            click.echo(f"- {kind}{sentence}", err=True)
        if deploy and not found:
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
        return schema.state(current_app.config["MIGRATIONS_DIR"])
    except DBAPIError:
        return None


def _at_work() -> Iterator[str]:
    """In seconds, so it does not read all: that is what tests of backups are for."""
    places = readiness.places(current_app.config)
    if not _is_there():
        yield REMEDIES[SchemaState.NONE]
        return
    try:
        found = schema.state(places.migrations)
    except DBAPIError as error:
        yield faults.sentence(error) or str(error.orig)
        return
    if found is not SchemaState.CURRENT:
        yield REMEDIES[found]
    for name in readiness.failing(places):
        if name == "files" and isinstance(places.files, Bucket):
            yield faults.BUCKET_AWAY.format(files=places.files)
        elif name in UNREADY:
            yield UNREADY[name].format(files=places.files)
    if found is SchemaState.CURRENT:
        for finding in invariants.damage_of_own():
            yield f"{DAMAGE[finding.code].format(what=finding.what)} {GO_BACK}"


def _secrets() -> Iterator[str]:
    config = current_app.config
    if _is_weak(config["SECRET_KEY"], KEY_GUESSES):
        yield f"The secret key can be guessed. {NEW_KEY}"
    if any(_is_weak(key, KEY_GUESSES) for key in config["SECRET_KEY_FALLBACKS"]):
        yield (
            "A key in TRACKER_SECRET_KEY_FALLBACKS can be guessed. Take it out; whom it signed in "
            "signs in again."
        )
    password = make_url(config["SQLALCHEMY_DATABASE_URI"]).password
    if password and _is_weak(str(password), PASSWORD_GUESSES):
        yield f"The password in TRACKER_DATABASE_URL can be guessed. {NEW_KEY}"
    data = config["DATA_DIR"]
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield f"Other users of this machine can look into {data}. Run: chmod 700 {data}"


def _is_weak(secret: str, guesses: int) -> bool:
    return bool(zxcvbn(secret[:GUESSED_MAX])["guesses_log10"] < guesses)


def _settings() -> Iterator[str]:
    config = current_app.config
    if config["DEMO"]:
        yield "TRACKER_DEMO is on, and the demo's passwords are public. Take it out."
    if current_app.config["DEBUG"]:
        yield "FLASK_DEBUG is on, which is for developers. Take it out."
    if config["DEBUG_PAGES"]:
        yield "TRACKER_DEBUG_PAGES is on, which shows pages for developers. Take it out."
    if config["PSEUDO_LANGUAGE"]:
        yield "TRACKER_PSEUDO_LANGUAGE is on, which makes every text hard to read. Take it out."
    if urlsplit(config["BASE_URL"]).scheme != "https":
        yield (
            f"TRACKER_BASE_URL is {config['BASE_URL']}: passwords travel in the clear. Put a proxy "
            "with a certificate in front, and set TRACKER_BASE_URL to its https:// address."
        )


def _bucket() -> Iterator[str]:
    place = current_app.config["FILES"]
    if not isinstance(place, Bucket):
        return
    if _is_weak(place.secret, KEY_GUESSES):
        yield "TRACKER_S3_SECRET can be guessed. Have the store make another."
    if place.endpoint and urlsplit(place.endpoint).scheme != "https":
        yield (
            f"TRACKER_S3_ENDPOINT is {place.endpoint}: files travel in the clear. Use its https:// "
            "address."
        )
    try:
        for fault in stored_files.faults(place):
            yield BUCKET[fault].format(files=place)
    except Unreachable:
        yield faults.BUCKET_AWAY.format(files=place)


def _rights() -> Iterator[str]:
    try:
        for right in excess():
            yield f"{RIGHTS[right]} {ROLES}"
    except DBAPIError as error:
        yield faults.sentence(error) or str(error.orig)


def _backup() -> Iterator[str]:
    folder = current_app.config["BACKUP_DIR"]
    newest = backups.newest(folder)
    if newest is None:
        yield f"There is no backup in {folder}. Run tracker backup, every night from a timer."
        return
    name, at = newest.file.path.name, newest.file.written_at
    if newest.state is BackupState.FAULTY:
        yield f"The newest backup, {name}, has faults. Keep the older ones. {TEST_BACKUP}"
    elif not _opens(newest.file.path):
        yield f"The newest backup, {name}, cannot be opened. Run tracker backup again."
    elif newest.state is BackupState.UNTESTED:
        yield f"The newest backup, {name}, was not tested. {TEST_BACKUP}"
    if dt.datetime.now(dt.UTC) - at > BACKUP_MAX_AGE:
        yield (
            f"The newest backup in {folder} is of {at:%Y-%m-%d at %H:%M} UTC. Run tracker "
            "backup, every night from a timer."
        )


def _mail(address: str | None) -> Iterator[str]:
    server = current_app.extensions["tracker_mail"]
    if server is None:
        yield NotKnown(
            "No mail server is set, so administrators hand links over. Set TRACKER_SMTP_URL and "
            "TRACKER_MAIL_FROM if there is one."
        )
    elif address is not None:
        yield from _mailed(server, address)
    else:
        last = mail_tests.last_of_all()
        if last is None or last[0] is MailOutcome.TAKEN:
            yield NotKnown(
                "Nobody has typed in the code of a test message, so it may not have arrived. Send "
                "one on Administration, Mail, or with: tracker check --deploy --mail ADDRESS"
            )
        elif last[0] is MailOutcome.REFUSED:
            yield (
                f"The mail server refused the test message of {last[1]:%Y-%m-%d at %H:%M} UTC. "
                "Administration, Mail says why."
            )


def _mailed(server: MailServer, address: str) -> Iterator[str]:
    code = secrets.token_hex(3)
    text = f"This is a test message from {current_app.config['BASE_URL']}. Its code: {code}\n"
    now = dt.datetime.now(dt.UTC)
    try:
        send_plain(server, compose(server, clean_email(address), "Test message", text, now))
    except Invalid:
        yield f"{address} is not an email address."
        return
    except MailFailed as failed:
        yield f"{REASONS[failed.code]} {failed.said}".strip()
        return
    typed = click.prompt("The code in the message that arrived", default="", show_default=False)
    if typed.strip().lower() != code:
        yield NotKnown(
            f"The mail server took the message to {address}, and its code was not typed in. Look "
            "whether it arrives, also among spam."
        )


def _files() -> Iterator[str]:
    place = current_app.config["FILES"]
    yield from _bucket()
    try:
        is_whole = stored_files.newest_is_whole(place)
    except Unreachable:
        yield faults.BUCKET_AWAY.format(files=place)
        return
    if is_whole is None:
        yield NotKnown("Nobody has added a file yet.")
    elif not is_whole:
        yield (
            f"The evidence file that was added last is missing in {place}, or is not what was "
            "stored. Run: tracker files check"
        )


def _daily_work() -> Iterator[str]:
    found = totals()
    done = found.daily_work_at
    if failing := [each.part.value for each in found.daily_failing]:
        yield f"These parts fail: {', '.join(failing)}. See what the log of tracker work says."
    elif done is None:
        yield NotKnown("It was not done yet. See that tracker work runs, and look again tomorrow.")
    elif dt.datetime.now(dt.UTC) - done > DAILY_WORK_MAX_AGE:
        yield (
            f"It was last done on {done:%Y-%m-%d at %H:%M} UTC. See that tracker work runs, and "
            "what its log says."
        )


def _clock() -> Iterator[str]:
    doubt = daily_parts.clock_doubt(dt.datetime.now(dt.UTC), current_app.config["CLOCK_AHEAD"])
    if doubt is not None:
        yield faults.clock(doubt)
    elif totals().audit_head is None:
        yield NotKnown("Nothing has happened yet that its time could be compared with.")


DEPLOYED: dict[str, Callable[[str | None], Iterator[str]]] = {
    "Secrets": lambda _address: _secrets(),
    "Settings": lambda _address: _settings(),
    "Address": lambda _address: round_trip.faults(current_app.config, time.time()),
    "Mail": _mail,
    "Evidence files": lambda _address: _files(),
    "Database rights": lambda _address: _rights(),
    "Backups": lambda _address: _backup(),
    "Daily work": lambda _address: _daily_work(),
    "Clock": lambda _address: _clock(),
}


def _opens(path: Path) -> bool:
    try:
        backups.opened(path)
    except Invalid:
        return False
    return True
