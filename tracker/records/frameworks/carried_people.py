"""One person is carried to a later version of a framework, or back: all of it in one
transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Integer, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.models import (
    CarriedPerson,
    Carrying,
    Draft,
    Evidence,
    EvidenceLink,
    Membership,
    NotRatedHere,
    Person,
    Rating,
    RatingEntry,
    RoleProfile,
    Statement,
    StatementSuccessor,
)
from tracker.models.columns import table_of
from tracker.models.joins import rated_before
from tracker.records import audit, ratings
from tracker.records.notifications import notices
from tracker.records.reviews import exceptions
from tracker.row_locks import held
from tracker.rules.drafts import RATING
from tracker.rules.frameworks.carrying import GivenAnswer, StatementLine, carried_answers
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.roles import Role


def carry(
    tx: Session,
    carrying: Carrying,
    who: CarriedPerson,
    lines: Sequence[StatementLine],
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Nothing of the version before is deleted or changed."""
    who.memberships = _move(tx, carrying, who.person_id, today)
    _answers(tx, carrying, who.person_id, lines)
    _links(tx, who.person_id, lines)
    exceptions.carry(tx, who.person_id, lines, now)
    _drafts(tx, who.person_id, lines)
    tx.flush()
    who.asked_again = _asked_again(tx, carrying, who.person_id)
    newest = select(func.max(RatingEntry.id)).where(RatingEntry.person_id == who.person_id)
    who.last_entry = tx.scalar(newest) or 0
    who.carried_at = now
    _note(tx, "person_carried", carrying, who, now)
    notices.note(
        tx,
        who.person_id,
        NoticeKind.VERSION_CARRIED,
        happening("carried", who.id, now),
        now,
        carried_id=who.id,
    )


def take_back(
    tx: Session, carrying: Carrying, who: CarriedPerson, today: dt.date, now: dt.datetime
) -> None:
    """As it was before: what came along goes, its history stays and says that it went."""
    _move_back(tx, carrying, who, today)
    ratings.take_back(tx, who.person_id, carrying.to_id, now)
    _take_back_links(tx, carrying, who.person_id)
    exceptions.end_carried(tx, who.person_id, carrying.to_id, now)
    who.undone_at = now
    _note(tx, "person_carried_back", carrying, who, now)


def lock(tx: Session, person_id: Select[int]) -> None:
    """What they save meanwhile waits."""
    tx.execute(held(select(Person.id).where(Person.id.in_(person_id))))


def _note(tx: Session, kind: str, carrying: Carrying, who: CarriedPerson, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=carrying.library_id,
        actor_id=carrying.asked_by_id,
        subject_id=who.person_id,
        carrying=carrying.id,
    )


def _move(tx: Session, carrying: Carrying, person_id: int, today: dt.date) -> dict[str, int]:
    """Memberships of now and later get the job profile that takes the place of theirs."""
    successor = aliased(RoleProfile)
    rows = tx.execute(
        select(Membership.id, Membership.role_profile_id, successor.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(successor, successor.carried_from_id == RoleProfile.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
            RoleProfile.framework_id == carrying.from_id,
            successor.framework_id == carrying.to_id,
        )
    ).all()
    if rows:
        moved = [{"id": key, "role_profile_id": after} for key, _before, after in rows]
        tx.execute(update(Membership), moved)
    return {str(key): before for key, before, _after in rows if before is not None}


def _move_back(tx: Session, carrying: Carrying, who: CarriedPerson, today: dt.date) -> None:
    """The job profiles that they had; where a membership came since, the one that its own took the
    place of."""
    rows = tx.execute(
        select(Membership.id, RoleProfile.carried_from_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(
            Membership.person_id == who.person_id,
            RoleProfile.framework_id == carrying.to_id,
            or_(
                Membership.id.in_(map(int, who.memberships)),
                Membership.ends_on.is_(None),
                Membership.ends_on >= today,
            ),
        )
    ).all()
    back = [
        {"id": key, "role_profile_id": before}
        for key, carried_from in rows
        if (before := who.memberships.get(str(key), carried_from)) is not None
    ]
    if back:
        tx.execute(update(Membership), back)


def _answers(
    tx: Session, carrying: Carrying, person_id: int, lines: Iterable[StatementLine]
) -> None:
    rows = tx.execute(
        select(
            Statement.framework_id,
            Rating.statement_id,
            Rating.version,
            Rating.answer,
            Rating.rated_at,
            Rating.given_on,
            Rating.own_note,
            Rating.reviewer_note,
            Rating.noted_at,
        )
        .join(Statement, Statement.id == Rating.statement_id)
        .where(
            Rating.person_id == person_id,
            Statement.framework_id.in_((carrying.from_id, carrying.to_id)),
        )
    ).all()
    given, there, cleared = dict[int, GivenAnswer](), set[int](), dict[int, int]()
    for row in rows:
        if row.framework_id == carrying.from_id and row.answer is not None:
            given[row.statement_id] = GivenAnswer(
                row.answer,
                row.rated_at,
                row.given_on,
                row.own_note,
                row.reviewer_note,
                row.noted_at,
            )
        elif row.framework_id == carrying.to_id and row.answer is not None:
            there.add(row.statement_id)
        elif row.framework_id == carrying.to_id:
            cleared[row.statement_id] = row.version
    ratings.carry(tx, person_id, carried_answers(given, lines, there), cleared)


_ASKED_AGAIN = select(func.count(Statement.id)).where(
    Statement.framework_id == bindparam("version"),
    Statement.id.not_in(
        select(NotRatedHere.statement_id).where(NotRatedHere.library_id == bindparam("library"))
    ),
    rated_before(bindparam("person", type_=Integer)),
)
"""Made once: to put it together takes longer than to run it."""


def _asked_again(tx: Session, carrying: Carrying, person_id: int) -> int:
    """How many statements of the later version the pages for rating list so."""
    of = {"version": carrying.to_id, "library": carrying.library_id, "person": person_id}
    return tx.scalar(_ASKED_AGAIN, of) or 0


def _links(tx: Session, person_id: int, lines: Iterable[StatementLine]) -> None:
    """Evidence counts for all that takes a statement's place, also where its rating is asked
    again."""
    rows = tx.execute(
        select(
            EvidenceLink.evidence_id,
            EvidenceLink.statement_id,
            EvidenceLink.reason,
            EvidenceLink.linked_at,
        )
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == person_id)
        .order_by(EvidenceLink.id)
    ).all()
    there = {(row.evidence_id, row.statement_id) for row in rows}
    successors: dict[int, list[int]] = {}
    for line in lines:
        successors.setdefault(line.statement_id, []).append(line.successor_id)
    new: dict[tuple[int, int], dict[str, object]] = {}
    for row in rows:
        for successor_id in successors.get(row.statement_id, ()):
            key = row.evidence_id, successor_id
            if key in there:
                continue
            reason = str(new[key]["reason"]) if key in new else ""
            if row.reason not in reason.split("\n"):
                reason = "\n".join(filter(None, (reason, row.reason)))
            new[key] = {
                "evidence_id": row.evidence_id,
                "statement_id": successor_id,
                "reason": reason,
                "linked_at": row.linked_at,
            }
    if new:
        tx.execute(insert(table_of(EvidenceLink)), list(new.values()))


def _take_back_links(tx: Session, carrying: Carrying, person_id: int) -> None:
    """Those that came along: as old as one to what the statement took the place of."""
    original = aliased(EvidenceLink)
    mine = select(Evidence.id).where(Evidence.person_id == person_id)
    there = select(Statement.id).where(Statement.framework_id == carrying.to_id)
    came_along = (
        select(original.id)
        .join(StatementSuccessor, StatementSuccessor.statement_id == original.statement_id)
        .join(Statement, Statement.id == original.statement_id)
        .where(
            original.evidence_id == EvidenceLink.evidence_id,
            original.linked_at == EvidenceLink.linked_at,
            StatementSuccessor.successor_id == EvidenceLink.statement_id,
            Statement.framework_id == carrying.from_id,
        )
        .exists()
    )
    links = delete(EvidenceLink).where(
        EvidenceLink.evidence_id.in_(mine), EvidenceLink.statement_id.in_(there), came_along
    )
    tx.execute(links, execution_options={"synchronize_session": False})


def _drafts(tx: Session, person_id: int, lines: Iterable[StatementLine]) -> None:
    """Notes that wait for an answer wait at what takes the statement's place."""
    waiting = tx.execute(
        select(Draft.subject, Draft.fields, Draft.saved_at).where(
            Draft.person_id == person_id, Draft.form == RATING
        )
    ).all()
    if not waiting:
        return
    there = {row.subject for row in waiting}
    by_statement = {row.subject: row for row in waiting}
    new: dict[str, dict[str, object]] = {}
    for line in lines:
        row, subject = by_statement.get(str(line.statement_id)), str(line.successor_id)
        if row is not None and subject not in there:
            new.setdefault(
                subject,
                {
                    "person_id": person_id,
                    "form": RATING,
                    "subject": subject,
                    "fields": row.fields,
                    "saved_at": row.saved_at,
                },
            )
    if new:
        tx.execute(insert(table_of(Draft)), list(new.values()))
