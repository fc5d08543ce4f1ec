"""Commands for reviews, run daily by the system's timer."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.queries.endorsements import digest_check, seal_check
from tracker.rules.reviews.digests import DigestFit, SealState
from tracker.services import evidence_erasures, idempotency
from tracker.services.accounts import drafts
from tracker.services.notifications import reminders
from tracker.services.reviews import differences, endorsements


@click.group("reviews")
def reviews() -> None:
    """Reviews."""


@reviews.command("due")
@with_appcontext
def due() -> None:
    """Once a day: end every difference whose time is over with no agreement, let old reviewed
    ratings expire, remind of what is due, forget the forms that no open page can hold and what was
    typed 30 days ago and never sent, and remove from the disk what an erasure that was cut short
    left there."""
    now = dt.datetime.now(dt.UTC)
    click.echo(f"No agreement: {differences.keep_due_apart(now)}.")
    click.echo(f"Expired: {endorsements.expire_due(now)}.")
    click.echo(f"Reminders: {reminders.remind(now)}.")
    oldest = now - dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    click.echo(f"Forms forgotten: {idempotency.forget(oldest)}.")
    click.echo(f"Drafts forgotten: {drafts.forget(now)}.")
    click.echo(
        f"Erased files removed: {evidence_erasures.finish(current_app.config['FILES_DIR'])}."
    )


@reviews.command("check")
@with_appcontext
def check() -> None:
    """Check that each reviewed rating matches what was reviewed and is as it was given."""
    compared = seal_check.all_compared()
    altered, gone, unsealed = (
        compared[each] for each in (SealState.ALTERED, SealState.GONE, SealState.UNSEALED)
    )
    kept = digest_check.all_checked()
    click.echo(
        f"Reviewed ratings: {len(kept)}. Match what was reviewed: "
        f"{sum(each.fit is DigestFit.FITS for each in kept)}. "
        f"Erased by their owner: {sum(each.fit is DigestFit.ERASED for each in kept)}."
    )
    click.echo(
        f"As they were given: {len(compared[SealState.SEALED])}. Altered: "
        f"{len(altered)}. "
        f"Gone: {len(gone)}. Their proof was erased: {len(compared[SealState.ERASED])}."
    )
    if unsealed:
        click.echo(
            f"Without proof: {len(unsealed)}, given before the audit trail recorded them, or added "
            "past the program."
        )
    digests = {sha256 for each in kept for sha256 in each.files}
    damaged = endorsements.damaged_files(current_app.config["FILES_DIR"], digests)
    for each in kept:
        if each.fit is DigestFit.DOES_NOT_FIT:
            click.echo(
                f"- Reviewed rating {each.endorsement_id} does not match what was reviewed.",
                err=True,
            )
        elif damaged & each.files:
            click.echo(
                f"- Reviewed rating {each.endorsement_id}: a reviewed file is missing or damaged.",
                err=True,
            )
    for endorsement_id in altered:
        click.echo(f"- Reviewed rating {endorsement_id} was changed after it was given.", err=True)
    for endorsement_id in gone:
        click.echo(f"- Reviewed rating {endorsement_id} was given and is gone.", err=True)
    if damaged or altered or gone or any(each.fit is DigestFit.DOES_NOT_FIT for each in kept):
        sys.exit("Compare with a backup before anybody relies on these.")
