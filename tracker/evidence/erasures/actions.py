"""Erasing what somebody recorded: an earlier version of evidence, a whole piece, or all that they
never sent; and the list of erasures outside the database. With a new version in its
place it is `edit` of evidence/pieces that erases."""

import datetime as dt
import json
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.db import session_afresh, transaction
from tracker.evidence.erasures import queries as erasures_queries, records as erasures_records
from tracker.evidence.files.rules_backends import FileBackend
from tracker.evidence.pieces import records as pieces_records
from tracker.logs import said_of
from tracker.models import Erasure, Evidence, EvidenceVersion, Person
from tracker.policy.permissions import Actor
from tracker.queries.core.erasures import on_hold_since
from tracker.records import audit as audit_records
from tracker.row_locks import held
from tracker.rules.core.erasures import ErasureReason
from tracker.rules.errors import Conflict, Missing
from tracker.storage import erasure_list, file_rows

LOG = structlog.get_logger("tracker.erasures")


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
        is_held = on_hold_since(actor.person_id) is not None
    file_rows.finish_or_leave(place)
    return is_held


def erase_unsent(actor: Actor, seen: str, place: FileBackend, now: dt.datetime) -> None:
    """All that the actor said and never sent. `seen`: the digest of what the page counted. Raises
    Conflict: unsent_overtaken."""
    with transaction() as tx:
        tx.scalar(held(select(Person.id).where(Person.id == actor.person_id)))
        unsent = erasures_queries.unsent(actor.person_id)
        if unsent.digest() != seen:
            raise Conflict("unsent_overtaken")
        if unsent.is_empty:
            return
        erasures_records.empty_own_notes(tx, actor.person_id, unsent.notes, now)
        pieces = tx.scalars(held(select(Evidence).where(Evidence.id.in_(unsent.evidence))))
        for evidence in pieces.all():
            _whole(tx, evidence, actor.library_id, now)
        erasures_records.erase_rows(tx, actor.person_id, unsent.rows, now)
        audit_records.note_by(tx, "unsent_erased", actor, now, actor.person_id)
    file_rows.finish_or_leave(place)


def _whole(tx: Session, evidence: Evidence, library_id: int, now: dt.datetime) -> None:
    numbers = range(1, evidence.version + 1)
    erasures_records.erase(tx, evidence, numbers, ErasureReason.OTHER, library_id, now)
    erasures_records.erase_links(tx, evidence, now)


def add_to_list(folder: Path, actor: Actor, now: dt.datetime) -> None:
    """After an erasure, which stands in any case: the daily work adds what can't be written
    now."""
    try:
        of_now = Erasure.person_id == actor.person_id, Erasure.opened_at == now
        erasure_list.add(folder, erasures_queries.list_lines(*of_now))
    except OSError as error:
        LOG.error("erasure_not_listed", error=said_of(error))


def complete_list(folder: Path) -> int:
    """Add to the list outside the database what it lacks; returns how many lines that were."""
    known = {json.dumps(line, sort_keys=True) for line in erasure_list.lines(folder)}
    lines = erasures_queries.list_lines()
    lacking = [line for line in lines if json.dumps(line, sort_keys=True) not in known]
    erasure_list.add(folder, lacking)
    return len(lacking)


def complete_list_or_leave(folder: Path) -> None:
    """The same before the database is replaced, which may be empty, or why it is replaced."""
    try:
        complete_list(folder)
    except (SQLAlchemyError, OSError) as error:
        session_afresh()
        LOG.warning("erasures_not_listed", error=type(error).__name__)


def apply_list(folder: Path, since: dt.datetime, place: FileBackend, now: dt.datetime) -> int:
    """Erase again what was erased after a backup was made that is restored; returns how many
    erasures there were. Lines of another database fit nobody here."""
    count = 0
    for line in erasure_list.lines(folder):
        if dt.datetime.fromisoformat(line["at"]) <= since:
            continue
        with transaction() as tx:
            person = tx.scalar(held(select(Person).where(Person.id == line["person"])))
            if person is None or erasures_queries.whose(person.salt) != line["of"]:
                continue
            pieces = tx.execute(
                select(Evidence, EvidenceVersion.number)
                .join(EvidenceVersion, EvidenceVersion.evidence_id == Evidence.id)
                .where(Evidence.person_id == person.id, EvidenceVersion.id.in_(line["versions"]))
            ).all()
            for evidence, number in pieces:
                reason = ErasureReason.OTHER
                erasures_records.erase(tx, evidence, [number], reason, person.library_id, now)
            erasures_records.erase_rows(tx, person.id, line["rows"], now)
        count += 1
    file_rows.finish_or_leave(place)
    return count


def finish(place: FileBackend) -> int:
    """Remove the files that an erasure left on the disk when it was cut short; returns how many."""
    return file_rows.finish(place)
