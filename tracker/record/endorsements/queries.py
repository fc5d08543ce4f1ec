"""Endorsements that end or have ended, as people are told of it, and the exceptions that count for
groups.

What each endorsement was given for, put together anew from what is stored, and whether it still
fits its digest. A text that is gone fits none, unless an erasure accounts for it: one that is in
its person's chain of seals.

Queries are made for a session and for the plain connection to a copy alike.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from tracker.db import UTCDateTime, session
from tracker.models import (
    SEALED_TABLES,
    Endorsement,
    EndorsementText,
    Erasure,
    EvidenceErasure,
    EvidenceText,
    Framework,
    Library,
    Person,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    Seal,
    Statement,
    StoredFile,
)
from tracker.models.record.words import stood
from tracker.policy.reviewers import is_out
from tracker.queries.asking import Question, row_as
from tracker.record.endorsements.rules import (
    DigestFit,
    ReviewedContent,
    ReviewedEvidence,
    reviewed_digest,
)
from tracker.record.sheet.queries_learners import LEARNER, LIBRARY
from tracker.record.versions.queries import left_behind, read_as
from tracker.record.workflow.rules import REMINDED, EndorsementStatus, expires_on
from tracker.rules.calendar import day_in
from tracker.rules.core.seals import rows_of
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name

FRESH = dt.timedelta(days=14)
"""On Today a reveal, or the end of something, is told of for so long; differences until they are
settled."""
AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)

EndorsementOutcome = Row[int, int, EndorsementStatus, dt.datetime | None, str]
"""`item_id`, `id`, `status`, `ended_at`, and the `reason` of what was given for an item."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """One that stands and counts until `last_day`, the day included. `framework`: its slug;
    `is_out`: the statement is with a reviewer now."""

    person_id: int
    statement_id: int
    framework: str
    title: Wording
    last_day: dt.date
    lang: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class EndedEndorsement:
    """One that was revoked or expired, and nothing stands in its place. `framework`: its slug;
    `is_out`: the statement is with a reviewer now."""

    statement_id: int
    framework: str
    title: Wording
    who: str
    status: EndorsementStatus
    reason: str
    at: dt.datetime
    lang: str
    is_out: bool


def expiring(
    library_id: int, today: dt.date, days: int = REMINDED, person_id: int | None = None
) -> Question[list[Expiring]]:
    """What stands and expires within so many days, the next first; of one person, where they are
    named; for the statement as they read it now. Empty where the library lets nothing expire."""
    last = today + dt.timedelta(days=days)
    return Question(
        _expiring_on(today, of_one=person_id is not None),
        {"library": library_id, "learner": person_id},
        lambda rows: [one for one in _expiring(rows) if today <= one.last_day <= last],
    )


def _expiring(rows: Sequence[RowMapping]) -> list[Expiring]:
    return [
        Expiring(
            person_id=row["person_id"],
            statement_id=row["statement_id"],
            framework=row["framework"],
            title=row["title"],
            last_day=expires_on(day_in(row["time_zone"], row["at"]), row["endorsement_months"]),
            lang=row["lang"],
            is_out=bool(row["is_out"]),
        )
        for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
    ]


@lru_cache(maxsize=8)
def _expiring_on(today: dt.date, *, of_one: bool) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    return (
        select(
            Endorsement.person_id,
            Statement.id.label("statement_id"),
            Statement.title,
            Endorsement.endorsed_at.label("at"),
            Endorsement.id,
            Framework.slug.label("framework"),
            Framework.lang,
            is_out(LEARNER if of_one else Endorsement.person_id, today).label("is_out"),
            Library.time_zone,
            Library.endorsement_months,
        )
        .join(Person, Person.id == Endorsement.person_id)
        .join(Library, Library.id == Person.library_id)
        .join(Statement, Statement.id == read_as(today))
        .join(Framework, Framework.id == Statement.framework_id)
        .where(
            Library.id == LIBRARY,
            Library.endorsement_months.is_not(None),
            stood(None),
            ~left_behind(today),
            *([Endorsement.person_id == LEARNER] if of_one else []),
        )
    )


def ended(person_id: int, since: dt.datetime, today: dt.date) -> Question[list[EndedEndorsement]]:
    """What was revoked or expired from that moment on, unless something newer stands, for the
    statement as they read it now; the newest first."""
    return Question(_ended_on(today), {"learner": person_id, "since": since}, _ended)


def _ended(rows: Sequence[RowMapping]) -> list[EndedEndorsement]:
    newest_first = sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)
    return [row_as(EndedEndorsement, row, who=short_name(row["who"])) for row in newest_first]


@lru_cache(maxsize=8)
def _ended_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    # Nothing is lost where another one stands, for its skill or for the statement that it is read
    # as today.
    newer = aliased(Endorsement)
    stands = exists(
        select(newer.id).where(
            newer.person_id == Endorsement.person_id,
            newer.skill_id.in_([Endorsement.skill_id, Statement.skill_id]),
            stood(None, newer),
        )
    )
    return (
        select(
            Statement.id.label("statement_id"),
            Framework.slug.label("framework"),
            Statement.title,
            Person.name.label("who"),
            Endorsement.status,
            func.coalesce(EndorsementText.reason, "").label("reason"),
            Endorsement.ended_at.label("at"),
            Framework.lang,
            is_out(LEARNER, today).label("is_out"),
            Endorsement.id,
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .join(Statement, Statement.id == read_as(today))
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(
            Endorsement.person_id == LEARNER,
            Endorsement.status.in_([EndorsementStatus.REVOKED, EndorsementStatus.EXPIRED]),
            Endorsement.ended_at >= bindparam("since", type_=UTCDateTime),
            ~stands,
            ~left_behind(today),
        )
    )


def outcomes(review_id: int) -> dict[int, EndorsementOutcome]:
    """What was given for the items of a review and what became of it, by item. One query."""
    rows = session().execute(
        select(
            Endorsement.item_id,
            Endorsement.id,
            Endorsement.status,
            Endorsement.ended_at,
            func.coalesce(EndorsementText.reason, "").label("reason"),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(ReviewItem.review_id == review_id)
    )
    return {row.item_id: row for row in rows}


AT_ONCE = 500
"""So many endorsements are held in memory at a time."""
ERASURE, OF_EVIDENCE = SEALED_TABLES[Erasure].number, SEALED_TABLES[EvidenceErasure].number


@dataclass(frozen=True, slots=True)
class Checked:
    """`files`: digests of the files that went with it and are not erased."""

    endorsement_id: int
    fit: DigestFit
    files: frozenset[str]


def checked_of(person_id: int, statement_ids: Collection[int]) -> dict[int, Checked]:
    """Every endorsement that these statements of a person ever had, by id. Two queries."""
    wanted = and_(Endorsement.person_id == person_id, Endorsement.statement_id.in_(statement_ids))
    return {one.endorsement_id: one for one in _checked(session(), wanted)}


def checked(copy: Connection | None = None) -> Iterator[Checked]:
    """Every endorsement there ever was, by id; or those of a copy of the database."""
    source, last = session() if copy is None else copy, 0
    while True:
        ids = source.scalars(
            select(Endorsement.id)
            .where(Endorsement.id > last)
            .order_by(Endorsement.id)
            .limit(AT_ONCE)
        ).all()
        if not ids:
            return
        yield from _checked(source, Endorsement.id.between(ids[0], ids[-1]))
        last = ids[-1]


def _checked(source: Session | Connection, wanted: ColumnElement[bool]) -> list[Checked]:
    rows = source.execute(
        select(
            Endorsement.id,
            Endorsement.item_id,
            Endorsement.digest,
            ReviewItem.digest.label("item_digest"),
            Endorsement.person_id,
            ReviewItem.learner_answer,
            ReviewItemText.salt,
            ReviewItemText.learner_note,
            Statement.uuid,
            Statement.title,
            Statement.text,
            Framework.slug,
            Framework.version,
            ReviewItem.learner_answer_label,
            ReviewItem.learner_answer_description,
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(wanted)
        .order_by(Endorsement.id)
    ).all()
    evidence, erased = _evidence(source, wanted)
    endorsements, gone = [], {row.item_id for row in rows if not row.salt} | set(erased)
    excused = erased_items(source, gone)
    for row in rows:
        pieces, is_gone = tuple(evidence[row.item_id]), row.item_id in gone
        if row.item_id in excused:
            fit = DigestFit.ERASED
        else:
            content = ReviewedContent(
                person_id=row.person_id,
                statement_uuid=row.uuid,
                framework_slug=row.slug,
                framework_version=row.version,
                statement_text=f"{row.title}\n{row.text}",
                answer=row.learner_answer,
                answer_label=row.learner_answer_label,
                answer_description=row.learner_answer_description,
                note=row.learner_note or "",
                evidence=pieces,
            )
            made = "" if is_gone else reviewed_digest(row.salt, content)
            same = row.digest == row.item_digest == made
            fit = DigestFit.FITS if same else DigestFit.DOES_NOT_FIT
        files = frozenset(piece.file_sha256 for piece in pieces if piece.file_sha256)
        endorsements.append(Checked(row.id, fit, files))
    return endorsements


def _evidence(
    source: Session | Connection, wanted: ColumnElement[bool]
) -> tuple[dict[int, list[ReviewedEvidence]], Collection[int]]:
    """By item; and the items with a piece whose text was erased."""
    rows = source.execute(
        select(
            ReviewItemEvidence.item_id,
            ReviewItemEvidence.version_id,
            ReviewItemEvidence.reason,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            func.coalesce(StoredFile.sha256, ""),
        )
        .join(Endorsement, Endorsement.item_id == ReviewItemEvidence.item_id)
        .outerjoin(EvidenceText, EvidenceText.version_id == ReviewItemEvidence.version_id)
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(wanted)
    )
    pieces: dict[int, list[ReviewedEvidence]] = defaultdict(list)
    erased = set()
    for row in rows:
        if row.title is None:
            erased.add(row.item_id)
        else:
            pieces[row.item_id].append(ReviewedEvidence(*row[1:]))
    return pieces, erased


def erased_items(source: Session | Connection, item_ids: Collection[int]) -> set[int]:
    """Items of reviews whose evidence was erased, and their texts with it. No query where there are
    none."""
    if not item_ids:
        return set()
    erased = source.execute(
        select(
            ReviewItemEvidence.item_id,
            EvidenceErasure.version_id,
            EvidenceErasure.erasure_id,
            Erasure.person_id,
        )
        .join(EvidenceErasure, EvidenceErasure.version_id == ReviewItemEvidence.version_id)
        .join(Erasure, Erasure.id == EvidenceErasure.erasure_id)
        .where(ReviewItemEvidence.item_id.in_(item_ids))
    ).all()
    sealed = _sealed(source, {row.person_id for row in erased})
    return {
        row.item_id
        for row in erased
        if {(ERASURE, row.erasure_id), (OF_EVIDENCE, row.version_id)} <= sealed
    }


def erased_people(source: Session | Connection) -> set[int]:
    """The people of whom something else than evidence was erased."""
    whole = (
        ~select(EvidenceErasure.version_id).where(EvidenceErasure.erasure_id == Erasure.id).exists()
    )
    rows = source.execute(select(Erasure.id, Erasure.person_id).where(whole)).all()
    sealed = _sealed(source, {row.person_id for row in rows})
    return {row.person_id for row in rows if (ERASURE, row.id) in sealed}


def _sealed(source: Session | Connection, person_ids: set[int]) -> set[tuple[int, int]]:
    """The sealed erasures of these people, by the numbers of table and row."""
    if not person_ids:
        return set()
    covered = source.scalars(select(Seal.covered).where(Seal.chain.in_(person_ids)))
    return {
        (row.table, row.row_id)
        for of_seal in covered
        for row in rows_of(of_seal)
        if row.table in (ERASURE, OF_EVIDENCE)
    }
