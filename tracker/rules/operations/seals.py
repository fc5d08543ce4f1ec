"""Seals: what a row of the record said when it was last written, as a commitment that names the
seal before it in the same chain.

Each person has a chain, and each review has one. A seal holds no text and no answer: where a row
can be erased its commitment is salted, and the salt goes with the row.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.rules.operations import hash_chain
from tracker.rules.operations.hash_chain import canonical, sha256

NO_ROOT = "0" * 64
"""What the first note of all seals follows on."""


@dataclass(frozen=True, slots=True)
class SealLink:
    """A seal as its chain sees it: of a person, or of a review."""

    person_id: int | None
    review_id: int | None
    source: str
    row_id: int
    commitment: str
    previous: str

    def made(self) -> str:
        """The digest that this seal must have."""
        whose = self.person_id, self.review_id
        what = self.source, self.row_id, self.commitment
        return sha256(canonical([self.previous, *whose, *what]))


def start(person_id: int | None, review_id: int | None) -> str:
    """What the first seal of a chain names as the one before it: another for each chain."""
    return sha256(canonical(["start", person_id, review_id]))


def commitment(salt: str, facts: Mapping[str, Any]) -> str:
    """What is empty is left out, so that a column that is added later, and empty in what is there,
    breaks no seal."""
    said = {name: _plain(value) for name, value in facts.items() if value is not None}
    return hash_chain.commitment(salt, said)


def lineage(*tables: Iterable[Iterable[Any]]) -> str:
    """One digest over rows that say which skills statements are wordings of, and what skills were
    made of."""
    return sha256(canonical([[list(row) for row in rows] for rows in tables]))


def root(before: str, digests: Iterable[str]) -> str:
    """One digest over all of these seals, in the order in which they were written, and over those
    before them."""
    made = hashlib.sha256(before.encode())
    for each in digests:
        made.update(each.encode())
    return made.hexdigest()


def _plain(value: Any) -> Any:
    """Moments in UTC, to the microsecond, whichever database they come from."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value
