"""What a backup consists of, and what can be found wrong with one."""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from tracker.rules import strict_json

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_MAX = 64 * 1024 * 1024
"""Longest manifest that is read, in bytes."""
FILES = "files/"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""Kind of database -> what its copy is called in the backup."""
SHA256 = re.compile(r"[0-9a-f]{64}")


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


class NoBackup(ValueError):  # noqa: N818  (what the file is)
    """The file is no backup, or not a whole one, or of a newer program. Its text is the reason, as
    a code."""


def written(manifest: Manifest) -> bytes:
    facts = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(facts, indent=1, sort_keys=True).encode()


def read(text: bytes) -> Manifest:
    """Raises NoBackup: backup_unreadable, backup_newer."""
    try:
        facts = strict_json.read(text.decode("utf-8"))
        if isinstance(facts, dict) and facts.get("format") != FORMAT:
            raise NoBackup("backup_newer")
        return _manifest(facts)
    except (KeyError, TypeError, UnicodeDecodeError, strict_json.NotStrict) as error:
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
