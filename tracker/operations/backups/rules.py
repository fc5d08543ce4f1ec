"""What a backup consists of, and what can be found wrong with one."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tracker.evidence.files.rules_backends import SHA256
from tracker.rules import strict_json as strict_json_rules
from tracker.rules.texts import gettext_noop

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_MAX = 64 * 1024 * 1024
"""Longest manifest that is read, in bytes."""
FILES = "files/"
FAULTY = ".faulty"
"""How the name of a copy ends that did not pass the look through it when it was made."""
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""Kind of database -> what its copy is called in the backup."""


FINDINGS = {
    "database_changed": gettext_noop("The copy of the database changed after it was written."),
    "database_damaged": gettext_noop("The copy of the database is damaged: %(what)s"),
    "rows_without_parent": gettext_noop("Rows lack what they belong to: %(what)s"),
    "rows_differ": gettext_noop("Not the rows that were counted when it was made: %(what)s"),
    "revision_differs": gettext_noop("Not the layout that was noted when it was made: %(what)s"),
    "schema_lacks": gettext_noop("A part of the layout is missing: %(what)s"),
    "guard_missing": gettext_noop(
        "A trigger that keeps history from being changed is gone, switched off, or another: "
        "%(what)s"
    ),
    "answer_not_of_scale": gettext_noop(
        "Answers are not on the scale of their framework: %(what)s"
    ),
    "rating_not_as_history": gettext_noop("Ratings are not what their history says: %(what)s"),
    "history_without_rating": gettext_noop(
        "There is a history of ratings, but the ratings are gone: %(what)s"
    ),
    "not_as_revealed": gettext_noop(
        "What others see of ratings isn’t what reviews revealed: %(what)s"
    ),
    "row_not_sealed": gettext_noop("Rows were added past the program: %(what)s"),
    "row_changed": gettext_noop("Rows were changed past the program: %(what)s"),
    "lineage_changed": gettext_noop(
        "What counts for which statement, or what a level needs, was changed past the program: "
        "%(what)s"
    ),
    "misspelled": gettext_noop(
        "Values are not spelled as the program writes them, so that they may count otherwise: "
        "%(what)s"
    ),
    "guard_unknown": gettext_noop(
        "A trigger that isn’t the program’s may change rows by itself: %(what)s"
    ),
    "row_gone": gettext_noop("Rows were deleted past the program: %(what)s"),
    "text_missing": gettext_noop(
        "Texts are gone, and no erasure by their owner accounts for it: %(what)s"
    ),
    "status_not_as_moves": gettext_noop(
        "A status is not what the last step in its history led to: %(what)s"
    ),
    "seals_broken": gettext_noop(
        "Seals of the record were changed, added, moved, or deleted, first: %(what)s"
    ),
    "seals_rewritten": gettext_noop(
        "The seals of the record are not those that the audit trail noted: %(what)s"
    ),
    "endorsement_does_not_fit": gettext_noop(
        "Reviewed ratings don’t match what was reviewed (their numbers): %(what)s"
    ),
    "endorsement_not_whole": gettext_noop(
        "Reviewed ratings lack their reviewer, their time, or their review: %(what)s"
    ),
    "endorsement_altered": gettext_noop(
        "Reviewed ratings changed after they were given (their numbers): %(what)s"
    ),
    "endorsement_gone": gettext_noop(
        "Reviewed ratings that were given are gone (their numbers): %(what)s"
    ),
    "endorsement_not_given": gettext_noop(
        "Reviewed ratings were added past the program: the audit trail doesn’t say that anybody "
        "gave them (their numbers): %(what)s"
    ),
    "audit_broken": gettext_noop("The audit trail was changed after it was written: %(what)s"),
    "file_was_missing": gettext_noop(
        "An evidence file was gone or damaged already when the backup was made: %(what)s"
    ),
    "file_missing": gettext_noop("An evidence file is missing: %(what)s"),
    "file_damaged": gettext_noop("An evidence file is damaged: %(what)s"),
}
"""Code of a finding -> its sentence; `%(what)s` is what it is about."""


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """What a database holds: its revision, its rows by table, and the digests and sizes of the
    files it names."""

    revision: str
    counts: dict[str, int]
    files: dict[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written last into a backup, so a copy that was cut short has none.

    `guards`: the triggers that must be in it. `missing`: digests of files that could not be copied,
    because they were gone or changed when the backup was made.
    """

    made_at: dt.datetime
    engine: str
    sha256: str
    size: int
    contents: DatabaseContents
    guards: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a backup: a code, and what it is about."""

    code: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.what}".strip()


class BackupState(StrEnum):
    """Whether a backup can be relied on: what the last test of it found."""

    UNTESTED = "untested"
    PASSED = "passed"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One in the folder."""

    path: Path
    size: int
    written_at: dt.datetime


class NoBackup(ValueError):  # noqa: N818  (what the file is)
    """The file is no backup, or not a whole one, or of a newer program. Its text is the reason, as
    a code."""


def written(manifest: Manifest) -> bytes:
    facts = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(facts, indent=1, sort_keys=True).encode()


def read(text: bytes) -> Manifest:
    """Raises NoBackup: backup_unreadable, backup_newer."""
    try:
        facts = strict_json_rules.read(text.decode("utf-8"))
        if isinstance(facts, dict) and facts.get("format") != FORMAT:
            raise NoBackup("backup_newer")
        return _manifest(facts)
    except (KeyError, TypeError, UnicodeDecodeError, strict_json_rules.NotStrict) as error:
        raise NoBackup("backup_unreadable") from error


def _manifest(facts: Any) -> Manifest:
    contents = DatabaseContents(
        str(facts["contents"]["revision"]),
        {str(table): int(count) for table, count in facts["contents"]["counts"].items()},
        {str(sha256): int(size) for sha256, size in facts["contents"]["files"].items()},
    )
    made_at = dt.datetime.fromisoformat(facts["made_at"])
    if (
        facts["engine"] not in DATABASES
        or made_at.tzinfo is None
        or not all(map(SHA256.fullmatch, contents.files))
    ):
        raise NoBackup("backup_unreadable")
    return Manifest(
        made_at=made_at,
        engine=facts["engine"],
        sha256=str(facts["sha256"]),
        size=int(facts["size"]),
        contents=contents,
        guards=tuple(map(str, facts["guards"])),
        missing=tuple(map(str, facts["missing"])),
    )
