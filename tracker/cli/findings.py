"""What commands say of what they find wrong."""

from collections.abc import Iterable

import click

from tracker.rules.operations.backups import FINDINGS, Finding

TAMPERED = (
    "Somebody changed the database past the program. Don't rely on these records: compare them "
    "with a backup from before (tracker backup test FILE), restore it if they differ, and find out "
    "who could write to the database."
)

STANDING_DIFFERS = (
    "Levels kept for pages of teams are not those of their own page: person {people}. They are "
    "counted anew when something of theirs changes; please report it as a fault."
)


def tell(findings: Iterable[Finding]) -> None:
    """One sentence each, to standard error."""
    for finding in findings:
        click.echo(f"- {FINDINGS[finding.code] % {'what': finding.what}}", err=True)
