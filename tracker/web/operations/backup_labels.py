"""What can be found wrong with a backup, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

FINDINGS: dict[str, Any] = {
    "database_changed": _l("The copy of the database changed after it was written."),
    "database_damaged": _l("The copy of the database is damaged: %(what)s"),
    "rows_without_parent": _l("Rows lack what they belong to: %(what)s"),
    "rows_differ": _l("Not the rows that were counted when it was made: %(what)s"),
    "revision_differs": _l("Not the layout that was noted when it was made: %(what)s"),
    "revision_unknown": _l("Its layout is of a newer version of the program: %(what)s"),
    "guard_missing": _l("A trigger is gone that keeps history from being changed: %(what)s"),
    "rating_not_as_history": _l("Ratings are not what their history says: %(what)s"),
    "endorsement_does_not_fit": _l(
        "Endorsements do not fit what was reviewed (their numbers): %(what)s"
    ),
    "endorsement_not_whole": _l(
        "Endorsements lack their endorser, their time or their review: %(what)s"
    ),
    "endorsement_altered": _l(
        "Endorsements are not what was sealed when they were given (their numbers): %(what)s"
    ),
    "endorsement_gone": _l("Endorsements that were given are gone (their numbers): %(what)s"),
    "audit_broken": _l("The audit trail was changed after it was written: %(what)s"),
    "file_was_missing": _l(
        "An evidence file was gone or damaged already when the backup was made: %(what)s"
    ),
    "file_missing": _l("An evidence file is missing: %(what)s"),
    "file_damaged": _l("An evidence file is damaged: %(what)s"),
}
"""The commands have the same in plain English (cli/backups)."""


def sentence(finding: str) -> str:
    """For a line as it is stored: a code, and what it is about."""
    code, _space, what = finding.partition(" ")
    return str(FINDINGS[code]) % {"what": what}
