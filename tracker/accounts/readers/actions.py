"""A record is opened to a reader before its time, or somebody objects and another decides."""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.links import records as links
from tracker.accounts.readers import records as readers
from tracker.db import transaction
from tracker.models import Library, Person, RecordOpening
from tracker.policy.openings import decides_as_administrator, is_independent, setting_changed
from tracker.policy.permissions import Actor, people_of
from tracker.queries.access import openings
from tracker.records import audit
from tracker.records.core import notices
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.core.links import LinkKind
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.core.openings import (
    DECIDE_WITHIN,
    INDEPENDENT_AFTER,
    OBJECT_WITHIN,
    WAIT,
    Decider,
    OpeningDecision,
)
from tracker.rules.core.tokens import token_hash
from tracker.rules.errors import Conflict, Missing


def open_to(actor: Actor, reader_ids: Collection[int], now: dt.datetime) -> int:
    """The actor's yes to all that these readers wait for, as far as it counts
    (queries/access/openings.openable). Returns how many records opened.

    Raises Conflict("nothing_to_open").
    """
    with transaction() as tx:
        waiting = openings.openable(actor, now)
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
        row.objected_at = row.decider = row.decide_by = row.link_hash = None
        row.decision = row.decided_at = row.decided_by_id = None
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
        _ask(tx, row, actor.library_id, now)
        _note(tx, "reader_objected", row, actor.person_id, now)


def decide(actor: Actor, opening_id: int, decision: OpeningDecision, now: dt.datetime) -> None:
    """By another administrator. Raises Missing for what they are not asked, Conflict
    ("objection_over")."""
    with transaction() as tx:
        if opening_id not in {opening.id for opening in openings.objections(actor, now)}:
            raise Missing
        _decide(tx, _locked(tx, {opening_id}), decision, actor.person_id, now)


def decide_by_link(token: str, decision: OpeningDecision, now: dt.datetime) -> None:
    """By the HR contact. Raises Conflict("objection_over") for a link that was used, or whose
    objection somebody else decided."""
    with transaction() as tx:
        mine = select(RecordOpening.id).where(RecordOpening.link_hash == token_hash(token))
        _decide(tx, _locked(tx, set(tx.scalars(mine))), decision, None, now)


def decide_by_command(opening_id: int, decision: OpeningDecision, now: dt.datetime) -> None:
    """By the operator. Raises Conflict("objection_over"), also for what others are asked."""
    with transaction() as tx:
        asked = [row for row in _locked(tx, {opening_id}) if row.decider is Decider.OPERATOR]
        _decide(tx, asked, decision, None, now)


def begin_due(now: dt.datetime) -> int:
    """The daily work: who came to read by the day is told of, and objections that nobody decided
    go to the next decider. Returns how many people were told."""
    with transaction() as tx:
        told = 0
        for library_id, time_zone in tx.execute(select(Library.id, Library.time_zone)).all():
            told += readers.begin(tx, library_id, day_in(time_zone, now), now)
        late = select(RecordOpening.id).where(
            RecordOpening.objected_at.is_not(None),
            RecordOpening.decision.is_(None),
            RecordOpening.decide_by <= now,
        )
        for row in _locked(tx, set(tx.scalars(late))):
            _ask(tx, row, tx.get_one(Person, row.person_id).library_id, now)
        return told


def _decide(
    tx: Session,
    rows: list[RecordOpening],
    decision: OpeningDecision,
    by: int | None,
    now: dt.datetime,
) -> None:
    row = next((row for row in rows if row.objected_at and row.decision is None), None)
    if row is None or row.told_at is None:
        raise Conflict("objection_over")
    row.decision, row.decided_at, row.decided_by_id, row.link_hash = decision, now, by, None
    if kept := decision is OpeningDecision.KEPT_CLOSED:
        row.opens_at = None
    elif row.opens_at is None:
        row.opens_at = row.told_at + WAIT
    _note(tx, "objection_kept_closed" if kept else "objection_opened", row, by, now)
    _tell(tx, [row.person_id], NoticeKind.OBJECTION_DECIDED, row, now)


def _ask(tx: Session, row: RecordOpening, library_id: int, now: dt.datetime) -> None:
    """The first decider that there is after the one who was asked last; the operator to the end. An
    HR contact whom the giver or the reader set lately could be one of them."""
    lately = now - INDEPENDENT_AFTER
    administrators = tx.scalars(
        select(Person.id).where(
            people_of(library_id),
            RecordOpening.id == row.id,
            is_independent(lately),
            decides_as_administrator(lately),
        )
    ).all()
    contact = tx.get_one(Library, library_id).hr_email
    by_them = setting_changed(library_id, "hr_email: ", lately, (row.given_by_id, row.reader_id))
    if tx.scalar(select(by_them)):
        contact = None
    is_first = row.decider is None
    row.objected_at, row.decide_by = row.objected_at or now, now + DECIDE_WITHIN
    if is_first and administrators:
        row.decider, told = Decider.ADMINISTRATOR, administrators
    elif contact and (is_first or row.decider is Decider.ADMINISTRATOR):
        row.decider, told = Decider.HR_CONTACT, []
        links.write_mail(tx, LinkKind.OBJECTION, row.reader_id, contact, now, opening_id=row.id)
    else:
        row.decider = Decider.OPERATOR
        operators = select(Person.id).where(
            Person.operator.is_(True),
            Person.disabled_at.is_(None),
            Person.id.not_in({row.reader_id, row.given_by_id} - {None}),
        )
        told = tx.scalars(operators).all()
    _tell(tx, told, NoticeKind.OBJECTION_MADE, row, now)


def _tell(
    tx: Session, people: Iterable[int], kind: NoticeKind, row: RecordOpening, now: dt.datetime
) -> None:
    key = happening("opening", row.id, now)
    for person_id in people:
        notices.note(tx, person_id, kind, key, now, about_id=row.reader_id)


def _open_now(tx: Session, row: RecordOpening, actor: Actor, now: dt.datetime) -> None:
    row.opens_at, row.opened_by_id = now, actor.person_id
    _note(tx, "record_opened", row, actor.person_id, now)
    if actor.person_id != row.person_id:
        key, kind = happening("opened", row.reader_id, now), NoticeKind.READER_ADDED
        notices.note(tx, row.person_id, kind, key, now, about_id=row.reader_id)


def _own(tx: Session, actor: Actor, opening_id: int) -> RecordOpening:
    row = next(iter(_locked(tx, {opening_id})), None)
    if row is None or row.person_id != actor.person_id:
        raise Missing
    return row


def _locked(tx: Session, ids: Collection[int]) -> list[RecordOpening]:
    return list(tx.scalars(held(select(RecordOpening).where(RecordOpening.id.in_(ids)))))


def _note(tx: Session, kind: str, row: RecordOpening, by: int | None, now: dt.datetime) -> None:
    reader = tx.get_one(Person, row.reader_id)
    audit.note(
        tx,
        kind,
        now,
        library_id=reader.library_id,
        actor_id=by,
        subject_id=row.person_id,
        reader_id=row.reader_id,
        reader=reader.name,
    )
