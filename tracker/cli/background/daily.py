"""What is to be done once a day, each part harmless when it is done again."""

import datetime as dt

import click
from flask import current_app

from tracker.cli.files import swept_words
from tracker.cli.findings import STANDING_DIFFERS
from tracker.rules.operations.backups import BackupState
from tracker.rules.operations.daily_work import DailyPart
from tracker.services import evidence_erasures, idempotency
from tracker.services.accounts import addresses, away, drafts
from tracker.services.administration import readers, rounds
from tracker.services.administration.roster import staging
from tracker.services.frameworks import moves
from tracker.services.notifications import reminders, round_reminders
from tracker.services.operations import anchors, backups, jobs, limit_counts, schema, stored_files
from tracker.services.operations.daily_work import Parts
from tracker.services.reviews import differences, endorsements, standings

NAMED = 20
"""So many people an error names."""


def _forms(now: dt.datetime) -> str:
    oldest = now - dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    return f"Forms forgotten: {idempotency.forget(oldest)}."


def _of_rounds(now: dt.datetime) -> int:
    is_mail_set = current_app.extensions["tracker_mail"] is not None
    return round_reminders.remind_closing(now, by_mail=is_mail_set)


def _erased(now: dt.datetime) -> str:
    return f"Erased files removed: {evidence_erasures.finish(current_app.config['FILES'])}."


def _newest_backup(_now: dt.datetime) -> str:
    newest = backups.newest(current_app.config["BACKUP_DIR"])
    if newest is not None and newest.state is BackupState.FAULTY:
        raise click.ClickException(
            f"The newest backup, {newest.file.path.name}, has faults. Keep the older ones. What "
            f"they are: tracker backup test {newest.file.path}"
        )
    return f"Newest backup: {'none' if newest is None else newest.state.value}."


def _standings(now: dt.datetime) -> str:
    differing = standings.differing(now)
    if differing:
        people = ", ".join(map(str, differing[:NAMED]))
        raise click.ClickException(STANDING_DIFFERS.format(people=people))
    return "Levels kept for pages of teams: as on people's own pages."


def _swept(now: dt.datetime) -> str:
    return swept_words(stored_files.sweep(current_app.config["FILES"], now))


PARTS: Parts = {
    DailyPart.SEALS: lambda now: (
        f"Seals noted in the audit trail: {'yes' if anchors.anchor(now) else 'none new'}."
    ),
    DailyPart.ROUNDS: lambda now: f"Rounds kept: {rounds.keep_all_due(now)}.",
    DailyPart.MOVES: lambda now: f"People moved as planned: {moves.move_due(now)}.",
    DailyPart.DIFFERENCES: lambda now: f"No agreement: {differences.keep_due_apart(now)}.",
    DailyPart.ENDORSEMENTS: lambda now: f"Expired: {endorsements.expire_due(now)}.",
    DailyPart.STANDINGS: _standings,
    DailyPart.READERS: lambda now: f"Told of a new reader: {readers.begin_due(now)}.",
    DailyPart.REMINDERS: lambda now: f"Reminders: {reminders.remind(now)}.",
    DailyPart.ROUND_REMINDERS: lambda now: f"Reminded of a round that closes: {_of_rounds(now)}.",
    DailyPart.FORMS: _forms,
    DailyPart.DRAFTS: lambda now: f"Drafts forgotten: {drafts.forget(now)}.",
    DailyPart.ADDRESSES: lambda now: f"Former addresses forgotten: {addresses.forget(now)}.",
    DailyPart.LIMIT_COUNTS: lambda now: f"Counts of limits forgotten: {limit_counts.forget(now)}.",
    DailyPart.AWAY_PERIODS: lambda now: f"Days away forgotten: {away.forget(now)}.",
    DailyPart.ROSTERS: lambda now: f"Imported files forgotten: {staging.forget(now)}.",
    DailyPart.JOBS: lambda now: f"Background work forgotten: {jobs.forget(now)}.",
    DailyPart.ERASED_FILES: _erased,
    DailyPart.LEFTOVERS: _swept,
    DailyPart.STATISTICS: lambda now: f"Statistics of the database: {schema.refresh_statistics()}.",
    DailyPart.BACKUP: _newest_backup,
}
"""Each says what it did."""
