"""What is to be done once a day, each part harmless when it is done again."""

import datetime as dt

import click
from flask import current_app

from tracker.accounts.account import actions as account_actions
from tracker.accounts.addresses import actions as addresses_actions
from tracker.accounts.readers import actions as readers_actions
from tracker.administration.roster import actions as roster_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.cli.faults import STANDING_DIFFERS, TAMPERED
from tracker.cli.files import swept_words
from tracker.evidence.erasures import actions as erasures_actions
from tracker.notifications.notices import actions as notices_actions
from tracker.operations.audit.actions import anchor
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import BackupState
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.operations.daily_work.actions import Parts
from tracker.operations.daily_work.rules import DailyPart
from tracker.operations.limits import actions as limits_actions
from tracker.operations.system import actions as system_actions
from tracker.record.standings import actions as standings_actions
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.services import idempotency as idempotency_services
from tracker.services.core import jobs as jobs_services
from tracker.storage import file_rows
from tracker.teams.rounds import actions as teams_rounds_actions

NAMED = 20
"""So many people an error names."""


def _forms(now: dt.datetime) -> str:
    oldest = now - dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    return f"Forms forgotten: {idempotency_services.forget(oldest)}."


def _of_rounds(now: dt.datetime) -> int:
    is_mail_set = current_app.extensions["tracker_mail"] is not None
    return teams_rounds_actions.remind_closing(now, by_mail=is_mail_set)


def _newest_backup(_now: dt.datetime) -> str:
    newest = backups_actions.newest(current_app.config["BACKUP_DIR"])
    if newest is not None and newest.state is BackupState.FAULTY:
        raise click.ClickException(
            f"The newest backup, {newest.file.path.name}, has faults. Keep the older ones. What "
            f"they are: tracker backup test {newest.file.path}"
        )
    return f"Newest backup: {'none' if newest is None else newest.state.value}."


def _standings(now: dt.datetime) -> str:
    differing = standings_actions.differing(now)
    if differing:
        people = ", ".join(map(str, differing[:NAMED]))
        raise click.ClickException(STANDING_DIFFERS.format(people=people))
    return "Levels kept for pages of teams: as on people's own pages."


def _record(_now: dt.datetime) -> str:
    wrong = checks_queries_record.of_own()
    if wrong:
        raise click.ClickException(f"{len(wrong)} findings: tracker audit verify. {TAMPERED}")
    return "Record: as it was written."


PARTS: Parts = {
    DailyPart.SEALS: lambda now: (
        f"Seals noted in the audit trail: {'yes' if anchor(now) else 'none new'}."
    ),
    DailyPart.ROUNDS: lambda now: f"Rounds kept: {rounds_actions.keep_all_due(now)}.",
    DailyPart.MOVES: lambda now: f"People moved as planned: {version_moves_actions.move_due(now)}.",
    DailyPart.DIFFERENCES: lambda now: (
        f"Reviews past their last day: {differences_actions.end_late(now)}."
    ),
    DailyPart.ENDORSEMENTS: lambda now: f"Expired: {endorsements_actions.expire_due(now)}.",
    DailyPart.STANDINGS: _standings,
    DailyPart.RECORD: _record,
    DailyPart.READERS: lambda now: f"Told of a new reader: {readers_actions.begin_due(now)}.",
    DailyPart.REMINDERS: lambda now: f"Reminders: {notices_actions.remind(now)}.",
    DailyPart.ROUND_REMINDERS: lambda now: f"Reminded of a round that closes: {_of_rounds(now)}.",
    DailyPart.FORMS: _forms,
    DailyPart.DRAFTS: lambda now: f"Drafts forgotten: {account_actions.forget_drafts(now)}.",
    DailyPart.ADDRESSES: lambda now: (
        f"Former addresses forgotten: {addresses_actions.forget(now)}."
    ),
    DailyPart.LIMIT_COUNTS: lambda now: (
        f"Counts of limits forgotten: {limits_actions.forget(now)}."
    ),
    DailyPart.AWAY_PERIODS: lambda now: (
        f"Days away forgotten: {review_actions.forget_days_away(now)}."
    ),
    DailyPart.ROSTERS: lambda now: f"Imported files forgotten: {roster_actions.forget(now)}.",
    DailyPart.JOBS: lambda now: f"Background work forgotten: {jobs_services.forget(now)}.",
    DailyPart.ERASED_FILES: lambda _now: (
        f"Erased files removed: {erasures_actions.finish(current_app.config['FILES'])}; erasures "
        f"listed: {erasures_actions.complete_list(current_app.config['DATA_DIR'])}."
    ),
    DailyPart.LEFTOVERS: lambda now: swept_words(file_rows.sweep(current_app.config["FILES"], now)),
    DailyPart.STATISTICS: lambda now: (
        f"Statistics of the database: {system_actions.refresh_statistics()}."
    ),
    DailyPart.BACKUP: _newest_backup,
}
"""Each says what it did."""
