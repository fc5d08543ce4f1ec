"""Whether a database is laid out as this version of the program needs it; and how the server knows
that whoever asks it what it sees of a request has its own secret key."""

import hmac
from dataclasses import dataclass
from enum import StrEnum

PROBE_LASTS = 60
"""Seconds."""


class SchemaState(StrEnum):
    CURRENT = "current"
    NONE = "none"
    OLDER = "older"
    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"


REMEDIES = {
    SchemaState.NONE: "There is no library in this database yet. Run: tracker setup",
    SchemaState.OLDER: "This database was made by an older version of the program. Run: tracker "
    "setup (it makes a backup first)",
    SchemaState.UNKNOWN: "This database was made by a version of the program that this one does "
    "not know, a newer one or one from before the first release: install that version, restore a "
    "backup that was made with this one, or begin with an empty database.",
    SchemaState.FORBIDDEN: "The program's role may not read this database: it was given no rights "
    "yet, or a restore took them. Run as the owner of the tables: tracker database grants ROLE "
    "--apply",
}
"""What to do about each; for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Layouts:
    """`newest`: what this version works with. `known`: what it can bring up to date, and itself."""

    newest: str
    known: frozenset[str]

    def state(self, revision: str | None) -> SchemaState:
        """`revision`: what a database says its layout is; None where nothing was laid out."""
        if revision == self.newest:
            return SchemaState.CURRENT
        if revision is None:
            return SchemaState.NONE
        return SchemaState.OLDER if revision in self.known else SchemaState.UNKNOWN


def signed(key: str, seconds: float) -> str:
    """For a header. `seconds`: of now."""
    at = str(int(seconds))
    return f"{at}.{hmac.digest(key.encode(), f'probe {at}'.encode(), 'sha256').hex()}"


def holds(key: str, told: str, seconds: float) -> bool:
    at = told.partition(".")[0]
    is_now = at.isascii() and at.isdigit() and abs(seconds - float(at[:12])) <= PROBE_LASTS
    return is_now and hmac.compare_digest(told.encode(), signed(key, float(at[:12])).encode())
