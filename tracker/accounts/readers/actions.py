"""A record is opened to a reader before its time, or somebody objects and another decides."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.links import records as links_records
from tracker.accounts.readers import records as readers_records
from tracker.db import transaction
from tracker.models import Library, Person, RecordOpening
from tracker.policy.permissions import Actor
from tracker.queries.access import openings as openings_queries
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.core.links import LinkKind
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.core.openings import OBJECT_WITHIN, WAIT, OpeningDecision
from tracker.rules.errors import Conflict, Invalid, Missing


def open_to(actor: Actor, reader_ids: Collection[int], now: dt.datetime) -> int:
    """The actor's yes to all that these readers wait for, as far as it counts
    (queries/access/openings.openable). Returns how many records opened.

    Raises Conflict("nothing_to_open").
    """
    with transaction() as tx:
        waiting = openings_queries.openable(actor, now)
        ids = {opening.id for opening in waiting if opening.reader_id in reader_ids}
        if not ids:
            raise Conflict("nothing_to_open")
        opened = [row for row in _locked(tx, ids) if row.objected_at is None]
        for row in opened:
            _open_now(tx, row, actor, now)
        return len(opened)


def open_own(actor: Actor, opening_id: int, now: dt.datetime) -> None:
    """By the person whose record it is: also after an objection of theirs, whatever was decided."""
    with transaction() as tx:
        row = _own(tx, actor, opening_id)
        row.objected_at = row.decision = row.decided_at = row.decided_by_id = None
        _open_now(tx, row, actor, now)


def object_to(actor: Actor, opening_id: int, now: dt.datetime) -> None:
    """The actor's record stays closed to that reader until somebody else decides. Raises
    Conflict("objection_late")."""
    with transaction() as tx:
        row = _own(tx, actor, opening_id)
        if row.told_at is None or row.told_at <= now - OBJECT_WITHIN or row.decision is not None:
            raise Conflict("objection_late")
        if row.objected_at is not None:
            return
        row.objected_at = now
        tx.flush()
        administrators = openings_queries.deciding(row.id, now)
        _tell_deciders(tx, row, administrators or _operators(tx, row), now)
        contact = tx.get_one(Library, actor.library_id).hr_email
        if contact is not None:
            by_id = next(iter(administrators), None)
            links_records.write_mail(
                tx, LinkKind.OBJECTION, row.reader_id, contact, now, by_id=by_id
            )
        _note(tx, "reader_objected", row, actor.person_id, now)


def decide(actor: Actor, opening_id: int, decision: OpeningDecision, now: dt.datetime) -> None:
    """By another administrator. Raises Missing for what they are not asked, Conflict
    ("objection_over")."""
    with transaction() as tx:
        if opening_id not in {opening.id for opening in openings_queries.objections(actor, now)}:
            raise Missing
        _decide(tx, _locked(tx, {opening_id})[0], decision, actor.person_id, now)


def decide_by_command(
    opening_id: int, email: str, decision: OpeningDecision, now: dt.datetime
) -> None:
    """By the operator, in the name of who decided. Raises Conflict("objection_over"), also for what
    an administrator is asked, Missing for an address that nobody signs in with, and
    Invalid("decides_for_themselves")."""
    with transaction() as tx:
        asked = {opening.id for opening in openings_queries.asked_of_operator(now)}
        row = next(iter(_locked(tx, asked & {opening_id})), None)
        if row is None:
            raise Conflict("objection_over")
        by = tx.scalar(
            select(Person.id).where(
                Person.email == email.casefold(),
                Person.disabled_at.is_(None),
                Person.password_hash.is_not(None),
            )
        )
        if by is None:
            raise Missing
        if by in (row.given_by_id, row.reader_id, row.person_id):
            raise Invalid("decides_for_themselves", "as")
        _decide(tx, row, decision, by, now)


def begin_due(now: dt.datetime) -> int:
    """The daily work: who came to read by the day is told of, and operators of objections that no
    administrator decided in time. Returns how many people were told."""
    with transaction() as tx:
        told = 0
        for library_id, time_zone in tx.execute(select(Library.id, Library.time_zone)).all():
            told += readers_records.begin(tx, library_id, day_in(time_zone, now), now)
        for row in _locked(tx, {opening.id for opening in openings_queries.asked_of_operator(now)}):
            _tell_deciders(tx, row, _operators(tx, row), now)
        return told


def _decide(
    tx: Session, row: RecordOpening, decision: OpeningDecision, by: int, now: dt.datetime
) -> None:
    if row.objected_at is None or row.decision is not None or row.told_at is None:
        raise Conflict("objection_over")
    row.decision, row.decided_at, row.decided_by_id = decision, now, by
    if kept := decision is OpeningDecision.KEPT_CLOSED:
        row.opens_at = None
    elif row.opens_at is None:
        row.opens_at = row.told_at + WAIT
    _note(tx, "objection_kept_closed" if kept else "objection_opened", row, by, now)
    key = happening("opening", row.id, now)
    kind = NoticeKind.OBJECTION_DECIDED
    notices_records.note(tx, row.person_id, kind, key, now, about_id=row.reader_id)


def _operators(tx: Session, row: RecordOpening) -> list[int]:
    operators = select(Person.id).where(
        Person.operator.is_(True),
        Person.disabled_at.is_(None),
        Person.id.not_in({row.reader_id, row.given_by_id} - {None}),
    )
    return list(tx.scalars(operators))


def _tell_deciders(
    tx: Session, row: RecordOpening, people: Collection[int], now: dt.datetime
) -> None:
    """Once of each objection."""
    key = happening("opening", row.id, row.objected_at or now)
    for person_id in people:
        notices_records.note(
            tx, person_id, NoticeKind.OBJECTION_MADE, key, now, about_id=row.reader_id
        )


def _open_now(tx: Session, row: RecordOpening, actor: Actor, now: dt.datetime) -> None:
    row.opens_at, row.opened_by_id = now, actor.person_id
    _note(tx, "record_opened", row, actor.person_id, now)
    if actor.person_id != row.person_id:
        key, kind = happening("opened", row.reader_id, now), NoticeKind.READER_ADDED
        notices_records.note(tx, row.person_id, kind, key, now, about_id=row.reader_id)


def _own(tx: Session, actor: Actor, opening_id: int) -> RecordOpening:
    row = next(iter(_locked(tx, {opening_id})), None)
    if row is None or row.person_id != actor.person_id:
        raise Missing
    return row


def _locked(tx: Session, ids: Collection[int]) -> list[RecordOpening]:
    return list(tx.scalars(held(select(RecordOpening).where(RecordOpening.id.in_(ids)))))


def _note(tx: Session, kind: str, row: RecordOpening, by: int | None, now: dt.datetime) -> None:
    reader = tx.get_one(Person, row.reader_id)
    audit_records.note(
        tx,
        kind,
        now,
        library_id=reader.library_id,
        actor_id=by,
        subject_id=row.person_id,
        reader_id=row.reader_id,
        reader=reader.name,
    )
