"""Rating: one answer of a learner to one statement, saved by itself."""

import datetime as dt
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Date, Integer, Row, ScalarSelect, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import (
    Domain,
    Framework,
    Membership,
    NotRatedHere,
    Person,
    Rating,
    RoleProfile,
    Round,
    Statement,
    Strand,
    UseStatement,
    UseStatementReading,
)
from tracker.policy import Actor, current_on
from tracker.records import ratings
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.ratings import is_dated
from tracker.rules.roles import Role
from tracker.rules.scale import Answer, Basis
from tracker.rules.texts import NOTE_MAX


@dataclass(frozen=True, slots=True)
class Progress:
    """How many statements are rated now: in all, in the statement's domain, and at its level of that domain."""

    rated: int
    rated_in_domain: int
    rated_at_level: int

    def one_more(self) -> "Progress":
        return Progress(self.rated + 1, self.rated_in_domain + 1, self.rated_at_level + 1)


@dataclass(frozen=True, slots=True)
class Where:
    """The statement's place in its framework, as addresses name it."""

    framework: str
    strand: str
    domain: str
    domain_id: int
    rank: int


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer as it stands after the save, where its statement is, and the learner's progress.

    `changed` is False where the same was sent again.
    """

    statement_id: int
    where: Where
    answer: Answer
    basis: Basis
    rated_at: dt.datetime
    version: int
    changed: bool
    progress: Progress


def rate(
    actor: Actor,
    statement_id: int,
    answer: Answer | None,
    base_version: int,
    now: dt.datetime,
    own_note: str | None = None,
    reviewer_note: str | None = None,
    *,
    confirm: bool = True,
) -> Saved:
    """Save an answer, notes, or both. None leaves what is there; `base_version` is the version that the page showed.

    An answer from before the open round that is given again is *confirmed*, unless `confirm` is False. The same
    content again changes nothing and is never a conflict. At most four statements.

    Raises Missing (not a statement of the learner's framework); Conflict: use_statement_unread, not_rated_here, and
    rating_changed with `current` (what was saved elsewhere); Invalid: note_long, answer_first.
    """
    notes = _notes(own_note=own_note, reviewer_note=reviewer_note)
    with transaction() as tx:
        frame = _frame(tx, actor, actor.today(now))
        row = _place(tx, actor, frame.framework_id, statement_id)
        if row.reason is not None:
            raise Conflict("not_rated_here", reason=row.reason)
        progress = Progress(row.rated, row.rated_in_domain, row.rated_at_level)
        saved = partial(Saved, statement_id, Where(frame.slug, row.strand, row.domain, row.domain_id, row.rank))
        if row.version is None:
            if answer is None:
                raise Invalid("answer_first", "answer")
            version = ratings.begin(tx, actor.person_id, statement_id, answer, now, notes)
            return saved(answer, Basis.RATED, now, version, True, progress.one_more())
        current = Answer(row.answer)
        wanted = answer or current
        other_notes = {name: text for name, text in notes.items() if text != getattr(row, name)}
        if base_version != row.version and (wanted is not current or other_notes):
            raise Conflict("rating_changed", current=_current(row))
        again = answer is current and confirm and is_dated(row.rated_at, frame.round_starts_on)
        if wanted is not current or again:
            basis = Basis.CONFIRMED if again else Basis.RATED
            version = ratings.answer_again(
                tx, actor.person_id, statement_id, row.version, wanted, basis, now, other_notes
            )
            return saved(wanted, basis, now, version, True, progress)
        version = row.version
        if other_notes:
            version = ratings.note(tx, actor.person_id, statement_id, version, other_notes, now)
        return saved(current, Basis(row.basis), row.rated_at, version, bool(other_notes), progress)


@dataclass(frozen=True, slots=True)
class Current:
    """What a learner's other page saved in the meantime."""

    answer: Answer
    rated_at: dt.datetime
    version: int
    own_note: str
    reviewer_note: str


def _current(row: Row[Any]) -> Current:
    return Current(Answer(row.answer), row.rated_at, row.version, row.own_note, row.reviewer_note)


def _notes(**given: str | None) -> dict[str, str]:
    """The notes that were sent, with plain line ends. Raises Invalid("note_long")."""
    notes = {}
    for name, text in given.items():
        if text is None:
            continue
        notes[name] = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(notes[name]) > NOTE_MAX:
            raise Invalid("note_long", name, longest=NOTE_MAX, length=len(notes[name]))
    return notes


def _frame(tx: Session, actor: Actor, today: dt.date) -> Row[Any]:
    """What the actor is measured against, with their row locked: saves of one person follow each other.

    Raises Missing when they learn nowhere, Conflict("use_statement_unread") before they have read the newest text.
    """
    row = tx.execute(
        _frame_query(), {"me": actor.person_id, "library": actor.library_id, "today": today}
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Missing
    if not row.read:
        raise Conflict("use_statement_unread")
    return row


@cache
def _frame_query() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it."""
    me, library, today = (
        bindparam("me", type_=Integer),
        bindparam("library", type_=Integer),
        bindparam("today", type_=Date),
    )
    newest = select(func.max(UseStatement.id)).where(UseStatement.library_id == library).scalar_subquery()
    read = (
        select(func.count(UseStatementReading.id))
        .where(UseStatementReading.person_id == me, UseStatementReading.use_statement_id == newest)
        .scalar_subquery()
    )
    round_starts_on = (
        select(func.max(Round.starts_on))
        .where(
            Round.library_id == Person.library_id,
            Round.framework_id == RoleProfile.framework_id,
            Round.starts_on <= today,
            Round.ends_on >= today,
        )
        .scalar_subquery()
    )
    return (
        select(RoleProfile.framework_id, Framework.slug, read.label("read"), round_starts_on.label("round_starts_on"))
        .select_from(Person)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.role == Role.LEARNER.value))
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(Framework, Framework.id == RoleProfile.framework_id)
        .where(Person.id == me, Person.disabled_at.is_(None), current_on(Membership, today))
        .order_by(Membership.starts_on.desc(), Membership.id.desc())
        .limit(1)
        .with_for_update(of=Person, key_share=True)
    )


def _place(tx: Session, actor: Actor, framework_id: int, statement_id: int) -> Any:
    """The statement, the actor's rating of it, and how much they have rated. Raises Missing."""
    values = {"me": actor.person_id, "library": actor.library_id, "framework": framework_id, "statement": statement_id}
    row = tx.execute(_place_query(), values).one_or_none()
    if row is None:
        raise Missing
    return row


@cache
def _place_query() -> Select[*tuple[Any, ...]]:
    """Built once: every save asks it."""
    me, library = bindparam("me", type_=Integer), bindparam("library", type_=Integer)
    framework, statement = bindparam("framework", type_=Integer), bindparam("statement", type_=Integer)

    def rated(*where: Any) -> ScalarSelect[int]:
        mine, other = Rating.__table__.alias("mine"), Statement.__table__.alias("other")
        out = select(NotRatedHere.statement_id).where(NotRatedHere.library_id == library)
        return (
            select(func.count())
            .select_from(mine.join(other, other.c.id == mine.c.statement_id))
            .where(
                mine.c.person_id == me,
                other.c.framework_id == framework,
                other.c.id.not_in(out),
                *(other.c[column.key] == column for column in where),
            )
            .correlate(Statement)
            .scalar_subquery()
        )

    return (
        select(
            Statement.rank, Statement.domain_id, Domain.key.label("domain"), Strand.key.label("strand"),
            NotRatedHere.reason,
            Rating.version, Rating.answer, Rating.basis, Rating.rated_at, Rating.own_note, Rating.reviewer_note,
            rated().label("rated"),
            rated(Statement.domain_id).label("rated_in_domain"),
            rated(Statement.domain_id, Statement.rank).label("rated_at_level"),
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .outerjoin(
            NotRatedHere,
            and_(NotRatedHere.statement_id == Statement.id, NotRatedHere.library_id == library),
        )
        .outerjoin(Rating, and_(Rating.statement_id == Statement.id, Rating.person_id == me))
        .where(Statement.id == statement, Statement.framework_id == framework)
    )  # fmt: skip
