"""What matters before people are let in, for `tracker check --deploy`: each look yields a sentence
for what is not held, or NotKnown."""

import datetime as dt
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from zxcvbn import zxcvbn

from tracker.cli import faults
from tracker.cli.mail import REASONS
from tracker.cli.operations import round_trip
from tracker.cli.operations.round_trip import NotKnown
from tracker.evidence.files.rules_backends import Bucket
from tracker.notifications.mail import queries as mail_queries
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import BackupState
from tracker.operations.daily_work import queries as daily_work_queries
from tracker.operations.system.queries import ExcessRight, excess_rights, totals
from tracker.rules.core.mail import MailFailed, MailOutcome, MailServer, compose
from tracker.rules.errors import Invalid, Unreachable
from tracker.rules.texts import clean_email
from tracker.storage import file_rows, files as storage_files, smtp

DAILY_WORK_MAX_AGE = dt.timedelta(hours=30)
BACKUP_MAX_AGE = dt.timedelta(hours=36)
"""A nightly backup and half a day."""
KEY_GUESSES = 24
PASSWORD_GUESSES = 12
"""Fewest guesses, as a power of ten, that a key and a password of the database may take."""
GUESSED_MAX = 72
"""Characters that zxcvbn looks at."""
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
ROLES = "Give it a role of its own (docs/running.md, Roles in PostgreSQL)."
NEW_KEY = "Make one at random: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


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
        for fault in storage_files.faults(place):
            yield BUCKET[fault].format(files=place)
    except Unreachable:
        yield faults.BUCKET_AWAY.format(files=place)


def _rights() -> Iterator[str]:
    try:
        for right in excess_rights():
            yield f"{RIGHTS[right]} {ROLES}"
    except DBAPIError as error:
        yield faults.sentence(error) or str(error.orig)


def _backup() -> Iterator[str]:
    folder = current_app.config["BACKUP_DIR"]
    newest = backups_actions.newest(folder)
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
        last = mail_queries.last_test()
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
        smtp.send(server, compose(server, clean_email(address), "Test message", text, now))
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
        is_whole = file_rows.newest_is_whole(place)
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
    state = totals()
    done = state.daily_work_at
    if failing := [daily_part.part for daily_part in state.daily_failing]:
        yield f"These parts fail: {', '.join(failing)}. See what the log of tracker work says."
    elif done is None:
        yield NotKnown("It was not done yet. See that tracker work runs, and look again tomorrow.")
    elif dt.datetime.now(dt.UTC) - done > DAILY_WORK_MAX_AGE:
        yield (
            f"It was last done on {done:%Y-%m-%d at %H:%M} UTC. See that tracker work runs, and "
            "what its log says."
        )


def _clock() -> Iterator[str]:
    doubt = daily_work_queries.clock_doubt(
        dt.datetime.now(dt.UTC), current_app.config["CLOCK_AHEAD"]
    )
    if doubt is not None:
        yield faults.clock(doubt)
    elif totals().audit_head is None:
        yield NotKnown("Nothing has happened yet that its time could be compared with.")


def _opens(path: Path) -> bool:
    try:
        backups_actions.opened(path)
    except Invalid:
        return False
    return True


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
