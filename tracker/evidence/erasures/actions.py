"""Erasing what somebody recorded: an earlier version, or a whole piece. With a new version in its
place it is `edit` of evidence/pieces that erases."""

import datetime as dt

from tracker.db import transaction
from tracker.evidence.erasures import records as erasures_records
from tracker.evidence.files.rules_backends import FileBackend
from tracker.evidence.pieces import records as pieces_records
from tracker.policy.permissions import Actor
from tracker.queries.core.erasures import on_hold_since
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.errors import Conflict, Missing
from tracker.storage import file_rows


def erase(
    actor: Actor,
    evidence_id: int,
    reason: ErasureReason,
    place: FileBackend,
    *,
    now: dt.datetime,
    number: int | None = None,
) -> bool:
    """Erase an earlier version, or without a number the whole piece, from every page, export and
    the disk; returns whether a legal hold keeps it out of sight instead.

    What stays: when it was made, and which reviews used it. Raises Missing where there is nothing
    to erase, and Conflict("evidence_is_current") for the version that stands: it is replaced.
    """
    with transaction() as tx:
        evidence = pieces_records.owned(tx, actor.person_id, evidence_id, archived=None)
        if number == evidence.version:
            raise Conflict("evidence_is_current")
        numbers = range(1, evidence.version + 1) if number is None else (number,)
        if not erasures_records.erase(tx, evidence, numbers, reason, actor.library_id, now):
            raise Missing
        if number is None:
            erasures_records.erase_links(tx, evidence, now)
        held = on_hold_since(actor.person_id) is not None
    file_rows.finish_or_leave(place)
    return held


def finish(place: FileBackend) -> int:
    """Remove the files that an erasure left on the disk when it was cut short; returns how many."""
    return file_rows.finish(place)
