"""What a command says when the machine fails it: one sentence, and a status of 1; and of what it
finds wrong."""

import sqlite3
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tracker.logs import chain_of, said_of
from tracker.operations.backups.rules import FINDINGS, Finding
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.operations.daily_work.queries import states
from tracker.operations.daily_work.rules import ClockDoubt, DailyPart
from tracker.operations.system.rules import REMEDIES as SCHEMA_REMEDIES, SchemaState
from tracker.rules.faults import Fault, fault_of

WHAT = {
    Fault.DISK_FULL: "The disk is full or failing{where}.",
    Fault.BUSY: "The database is busy: somebody else has been writing for too long.",
    Fault.DAMAGED: "The database is damaged, or the file is no database.",
    Fault.UNREACHABLE: "The database cannot be reached or written: {said}.",
    Fault.ANOTHER_LAYOUT: "Another version of the program changed the database while this one ran: "
    "its layout is {said}.",
}
REMEDIES = {
    Fault.DISK_FULL: "Free some space, then run this again.",
    Fault.BUSY: "Run this again in a while.",
    Fault.DAMAGED: "Move it aside, then restore a backup: tracker restore FILE",
    Fault.UNREACHABLE: "Check TRACKER_DATABASE_URL, server, and folder. Then run this again.",
    Fault.ANOTHER_LAYOUT: "Nothing was written. Start the version that the database is for.",
}
BUCKET_AWAY = (
    "The store of evidence files, {files}, does not answer, refuses the key, or has no such "
    "bucket. Look at TRACKER_FILES_BUCKET and the settings TRACKER_S3_..., and at the store."
)
CLOCK = (
    "The clock of the server says {now}, and the last that is known is {known}: {why}. Until this "
    "is settled the daily work waits, which ends and forgets things by their dates. Set the clock. "
    "If it is right, run: tracker work --clock-is-right"
)
NOT_LAID_OUT = "There is no library here yet, or one of an older version. Run: tracker setup"

OF_DATABASE = (SQLAlchemyError, sqlite3.Error)
TAMPERED = (
    "Somebody changed the database past the program. Don't rely on these records: compare them "
    "with a backup from before (tracker backup test FILE), restore it if they differ, and find out "
    "who could write to the database."
)
STANDING_DIFFERS = (
    "Levels kept for pages of teams are not those of their own page: person {people}. They are "
    "counted anew when something of theirs changes; please report it as a fault."
)


def tampered() -> str:
    """What it means, since when at the earliest, and what to do."""
    (state,) = (state for state in states() if state.part == DailyPart.RECORD)
    if state.done_at is None:
        return TAMPERED
    return (
        f"{TAMPERED} The daily work found all as written on {state.done_at:%Y-%m-%d at %H:%M} UTC."
    )


def clock(doubt: ClockDoubt) -> str:
    """Why the daily work waits, and what to do."""
    now, known = (f"{moment:%Y-%m-%d %H:%M} UTC" for moment in (doubt.now, doubt.known))
    why = "nothing happened in between" if doubt.is_ahead else "it went back"
    return CLOCK.format(now=now, known=known, why=why)


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """End the process with the sentence for a fault of the machine. One of the program is shown
    whole; of what a database refused its kind and place, without what was written."""
    try:
        yield
    except Exception as error:
        is_of_machine = isinstance(error, OSError | sqlite3.Error | DBAPIError)
        message = sentence(error) if is_of_machine else None
        if message is None:
            if not any(isinstance(link, OF_DATABASE) for link in chain_of(error)):
                raise
            place = "".join(traceback.format_tb(error.__traceback__))
            message = f"{place}The database refused it: {said_of(error)}"
        sys.exit(message)


def what_failed(error: BaseException) -> str | None:
    """None: not of the machine."""
    fault = fault_of(error)
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    where = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
    if fault is not None:
        return WHAT[fault].format(where=where, said=lines[0].rstrip(".") if lines else "")
    if getattr(getattr(error, "orig", None), "sqlstate", "") == "42501":
        return SCHEMA_REMEDIES[SchemaState.FORBIDDEN]
    if isinstance(error, OSError):
        return f"{error.strerror or error}{where}."
    if lines and ("no such table" in lines[0] or "does not exist" in lines[0]):
        return NOT_LAID_OUT
    return None


def sentence(error: BaseException) -> str | None:
    """The same with what to do about it."""
    what, fault = what_failed(error), fault_of(error)
    return f"{what} {REMEDIES[fault]}" if fault is not None else what


def tell(findings: Iterable[Finding]) -> None:
    """To standard error."""
    for finding in findings:
        click.echo(f"- {told(finding)}", err=True)


def told(finding: Finding) -> str:
    """What it is, where, and what it means."""
    where = FINDINGS[finding.code] % {"what": finding.what}
    means = checks_queries_record.meaning(finding)
    return f"{where}. So {means}." if means else f"{where}."
