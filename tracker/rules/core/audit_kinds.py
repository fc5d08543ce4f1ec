"""Kinds of events of the audit that several places name; those of moves stand in the table of moves
(reviews/act/rules)."""

from collections.abc import Iterable

RECORDS_SEALED = "records_sealed"
"""One digest over all seals so far; belongs to no library, and is not listed: it tells that
somebody did something."""
CLOCK_CONFIRMED = "clock_confirmed"
"""Somebody who runs the server says that its clock is right, which was doubted. Of no library."""
OBJECTED = frozenset({"reader_objected", "objection_opened", "objection_kept_closed"})
"""Recorded, and not listed: an administrator may be the reader, or who gave the role, and neither
is told who objected."""


def listing(person_ids: Iterable[int]) -> str:
    """Many people in one fact: each id stands between spaces, so that it can be searched for."""
    return f" {' '.join(map(str, person_ids))} "
