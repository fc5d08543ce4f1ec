"""What is to be done once a day, each part harmless when it is done again."""

import datetime as dt
from collections.abc import Callable

import click
import structlog
from flask import current_app

from tracker.cli import faults
from tracker.cli.files import swept_words
from tracker.rules.errors import Unreachable
from tracker.rules.evidence.places import FilePlace
from tracker.rules.operations.backups import BackupState
from tracker.services import evidence_erasures, idempotency
from tracker.services.accounts import addresses, away, drafts
from tracker.services.administration import readers, rounds
from tracker.services.administration.roster import staging
from tracker.services.frameworks import carrying
from tracker.services.notifications import reminders, round_reminders
from tracker.services.operations import (
    anchors,
    backups,
    jobs,
    limit_counts,
    statistics,
    stored_files,
)
from tracker.services.operations.jobs import JobKind, JobTask, Plan
from tracker.services.reviews import differences, endorsements, releases

LOG = structlog.get_logger("tracker.work")


def _forms(now: dt.datetime) -> str:
    oldest = now - dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    return f"Forms forgotten: {idempotency.forget(oldest)}."


def _of_rounds(now: dt.datetime) -> int:
    is_mail_set = current_app.extensions["tracker_mail"] is not None
    return round_reminders.remind_closing(now, by_mail=is_mail_set)


def _of_files(work: Callable[[FilePlace], str]) -> str:
    """A store that is away holds nothing else up: what is left is done the next day."""
    place = current_app.config["FILES"]
    try:
        return work(place)
    except Unreachable:
        return f"{faults.BUCKET_AWAY.format(files=place)} It is tried again the next day."


def _newest_backup() -> str:
    newest = backups.newest(current_app.config["BACKUP_DIR"])
    if newest is not None and newest.state is BackupState.FAULTY:
        raise click.ClickException(
            f"The newest backup, {newest.file.path.name}, has faults. Keep the older ones. What "
            f"they are: tracker backup test {newest.file.path}"
        )
    return f"Newest backup: {'none' if newest is None else newest.state.value}."


PARTS: tuple[Callable[[dt.datetime], str], ...] = (
    lambda now: f"Rounds kept: {rounds.keep_all_due(now)}.",
    lambda now: f"Figures without names: {releases.release_all_due(now)}.",
    lambda now: f"No agreement: {differences.keep_due_apart(now)}.",
    lambda now: f"Expired: {endorsements.expire_due(now)}.",
    lambda now: f"Carried to new versions, begun or going on: {carrying.start_due(now)}.",
    lambda now: f"Told of a new reader: {readers.begin_due(now)}.",
    lambda now: f"Reminders: {reminders.remind(now)}.",
    lambda now: f"Reminded of a round that closes: {_of_rounds(now)}.",
    _forms,
    lambda now: f"Drafts forgotten: {drafts.forget(now)}.",
    lambda now: f"Former addresses forgotten: {addresses.forget(now)}.",
    lambda now: f"Counts of limits forgotten: {limit_counts.forget(now)}.",
    lambda now: f"Days away forgotten: {away.forget(now)}.",
    lambda now: f"Imported files forgotten: {staging.forget(now)}.",
    lambda now: f"Background work forgotten: {jobs.forget(now)}.",
    lambda now: _of_files(
        lambda place: f"Erased files removed: {evidence_erasures.finish(place)}."
    ),
    lambda now: _of_files(lambda place: swept_words(stored_files.sweep(place, now))),
    lambda now: f"Seals noted in the audit trail: {'yes' if anchors.anchor(now) else 'none new'}.",
    lambda now: f"Statistics of the database: {statistics.refresh()}.",
    lambda now: _newest_backup(),
)
"""Each says what it did. A backup with faults fails the last, which changes nothing."""


def _part(task: JobTask, number: int) -> None:
    LOG.info("daily_work", did=PARTS[number](task.now))


KIND = JobKind(plan=lambda task: Plan(len(PARTS)), step=_part, is_repeatable=True)
