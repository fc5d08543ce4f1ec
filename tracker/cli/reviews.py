"""Commands for reviews."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.cli import faults
from tracker.cli.database import must_fit
from tracker.cli.faults import STANDING_DIFFERS, tampered, tell
from tracker.operations.checks import (
    queries_chains as checks_queries_chains,
    queries_record as checks_queries_record,
)
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.endorsements.rules import DigestFit, SealState
from tracker.record.standings import actions as standings_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.rules.errors import Unreachable


@click.group("reviews")
def reviews() -> None:
    """Reviews."""


@reviews.command("check")
@with_appcontext
def check() -> None:
    """Check that each reviewed rating matches what was reviewed and is as it was given, that every
    row of the record is as it was sealed, and that levels kept for pages of teams are those that
    people's own pages show."""
    must_fit()
    compared = checks_queries_record.all_compared()
    altered, gone, added = (
        compared[state] for state in (SealState.ALTERED, SealState.GONE, SealState.UNSEALED)
    )
    kept = [*record_endorsements_queries.checked()]
    click.echo(
        f"Reviewed ratings: {len(kept)}. Match what was reviewed: "
        f"{sum(check.fit is DigestFit.FITS for check in kept)}. "
        f"Erased by their owner: {sum(check.fit is DigestFit.ERASED for check in kept)}."
    )
    click.echo(
        f"As they were given: {len(compared[SealState.SEALED])}. Altered: {len(altered)}. Gone: "
        f"{len(gone)}. Their proof was erased: {len(compared[SealState.ERASED])}."
    )
    click.echo(f"Seals of the record: {checks_queries_chains.count_seals()}.")
    digests = {sha256 for check in kept for sha256 in check.files}
    place = current_app.config["FILES"]
    try:
        damaged = endorsements_actions.damaged_files(place, digests)
    except Unreachable:
        sys.exit(f"{faults.BUCKET_AWAY.format(files=place)} Nothing can be said of the files.")
    for check in kept:
        if check.fit is DigestFit.DOES_NOT_FIT:
            click.echo(
                f"- Reviewed rating {check.endorsement_id} does not match what was reviewed.",
                err=True,
            )
        elif damaged & check.files:
            click.echo(
                f"- Reviewed rating {check.endorsement_id}: a reviewed file is missing or damaged.",
                err=True,
            )
    for endorsement_id in altered:
        click.echo(f"- Reviewed rating {endorsement_id} was changed after it was given.", err=True)
    for endorsement_id in gone:
        click.echo(f"- Reviewed rating {endorsement_id} was given and is gone.", err=True)
    for endorsement_id in added:
        click.echo(
            f"- Reviewed rating {endorsement_id} was added past the program: the audit trail "
            "doesn't say that anybody gave it.",
            err=True,
        )
    findings = checks_queries_record.of_own()
    tell(findings)
    differing = standings_actions.differing(dt.datetime.now(dt.UTC))
    for person_id in differing:
        click.echo(f"- {STANDING_DIFFERS.format(people=person_id)}", err=True)
    misfits = any(check.fit is DigestFit.DOES_NOT_FIT for check in kept)
    if damaged or altered or gone or added or misfits or findings:
        sys.exit(tampered())
    if differing:
        sys.exit(1)
