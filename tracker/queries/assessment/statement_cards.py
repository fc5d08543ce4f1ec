"""The statements of one page of a learner's assessment, with all that stands there. For the learner
alone.

A page asks for the cards once and once for what they quote, however many there are; and once more
where some are to be rated again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Citation,
    Draft,
    Endorsement,
    Evidence,
    EvidenceLink,
    Framework,
    NotRatedHere,
    Person,
    Rating,
    ScaleAnswer,
    SkillOrigin,
    Source,
    Statement,
)
from tracker.models.joins import draft_of_notes
from tracker.models.record.words import is_said_of
from tracker.queries.assessment import earlier_ratings
from tracker.queries.assessment.earlier_ratings import RatingBefore
from tracker.queries.assessment.learners import FRAMEWORK, LEARNER, Learner, of
from tracker.queries.assessment.progress import AGAIN, ENDORSED, LEFT_OUT, OUT, OWN, RATED, REVIEWED
from tracker.queries.assessment.scale_labels import ScaleLabel, scale_labels
from tracker.rules import drafts
from tracker.rules.assessment.ratings import RatingFilter, is_dated, joined
from tracker.rules.frameworks.scale import NOT_SURE, Basis
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name


@dataclass(frozen=True, slots=True)
class EndorsementMark:
    """An endorsement that stands: who said what, when. `since`: the learner's answer is another one
    since then; `version`: of the framework, where it was given on an earlier one."""

    who: str
    answer: str
    at: dt.datetime
    since: bool
    version: str | None = None


@dataclass(frozen=True, slots=True)
class CitationChip:
    """A citation chip."""

    label: Wording
    name: Wording
    href: str | None


@dataclass(frozen=True, slots=True)
class StatementCard:
    """One statement with the learner's answer, notes, endorsement and count of evidence.

    `version` 0: never answered, and the notes are those that wait for an answer. A cleared answer
    is None too, with a version and without a time. `earlier`: the answers to what it was in an
    earlier version, where it is to be rated again.
    """

    id: int
    code: str
    title: Wording
    text: Wording
    domain_id: int
    rank: int
    not_rated_here: str | None
    answer: str | None
    basis: Basis | None
    version: int
    rated_at: dt.datetime | None
    given_on: dt.date | None
    own_note: str
    reviewer_note: str
    endorsement: EndorsementMark | None
    evidence: int
    citations: list[CitationChip]
    earlier: tuple[RatingBefore, ...] = ()

    def is_shown(self, which: RatingFilter, round_starts_on: dt.date | None) -> bool:
        """Whether the filter shows it, where its level is shown; `LevelProgress.shown` counts the
        same."""
        if self.not_rated_here is not None or which is RatingFilter.JOB:
            return self.not_rated_here is None
        if which is RatingFilter.AGAIN:
            return bool(self.earlier)
        if which is RatingFilter.NOT_RATED or self.answer is None or self.rated_at is None:
            return which is RatingFilter.NOT_RATED and self.answer is None
        return {
            RatingFilter.OLDER: is_dated(self.rated_at, round_starts_on, self.given_on),
            RatingFilter.CHANGED: self.endorsement is not None and self.endorsement.since,
            RatingFilter.NOT_SURE: self.answer == NOT_SURE,
        }[which]


@dataclass(frozen=True, slots=True)
class StatementsToRate:
    """Statements in the framework's order, and the scale they are answered on."""

    cards: list[StatementCard]
    scale: tuple[ScaleLabel, ...]

    def of_rank(self, rank: int) -> list[StatementCard]:
        return [card for card in self.cards if card.rank == rank]

    @property
    def first_open(self) -> StatementCard | None:
        """The first that is rated here and has no answer; where all have one, the first."""
        here = [card for card in self.cards if card.not_rated_here is None]
        return next((card for card in here if card.answer is None), here[0] if here else None)

    def answer(self, key: str) -> ScaleLabel:
        return next(word for word in self.scale if word.key == key)


def of_domain(learner: Learner, domain_id: int, rank: int | None = None) -> StatementsToRate:
    """The statements of a domain, or of one of its levels. Two queries."""
    if rank is None:
        return _sheet(learner, "domain", {"domain": domain_id})
    return _sheet(learner, "level", {"domain": domain_id, "rank": rank})


def of_framework(learner: Learner) -> StatementsToRate:
    """All statements. Two queries."""
    return _sheet(learner, "framework", {})


def of_statements(learner: Learner, statement_ids: Sequence[int]) -> StatementsToRate:
    """Those of the statements that are of the learner's framework. Two queries."""
    return _sheet(learner, "ids", {"ids": list(statement_ids)})


def _sheet(learner: Learner, which: str, values: dict[str, Any]) -> StatementsToRate:
    values = {**of(learner), **values}
    scale, citations = _quoted(which, values)
    return StatementsToRate(_cards(which, values, citations), scale)


def _cards(
    which: str, values: dict[str, Any], citations: dict[int, list[CitationChip]]
) -> list[StatementCard]:
    rows = session().execute(_CARDS[which], values).all()
    again = [row.id for row in rows if row.again]
    earlier = earlier_ratings.of_statements(values["learner"], again)
    notes = earlier_ratings.notes_of_origins(
        values["learner"], [row.id for row in rows if row.has_origins]
    )
    return [
        _card(row, citations, earlier.get(row.id, ()), notes.get(row.id, ("", ""))) for row in rows
    ]


def _card(
    row: Any,
    citations: dict[int, list[CitationChip]],
    earlier: tuple[RatingBefore, ...],
    notes: tuple[str, str],
) -> StatementCard:
    typed = dict(drafts.read(row.draft or "") or ())
    own_note, reviewer_note = row.own_note, row.reviewer_note
    if row.version is None:
        own_note, reviewer_note = (typed.get(name, "") for name in ("own_note", "reviewer_note"))
    return StatementCard(
        id=row.id,
        code=row.code,
        title=row.title,
        text=row.text,
        domain_id=row.domain_id,
        rank=row.rank,
        not_rated_here=row.reason,
        answer=row.answer,
        basis=row.basis,
        version=row.version or 0,
        rated_at=None if row.answer is None else row.rated_at,
        given_on=row.given_on,
        own_note=joined(own_note, notes[0]),
        reviewer_note=joined(reviewer_note, notes[1]),
        endorsement=EndorsementMark(
            who=short_name(row.endorser),
            answer=row.endorsed,
            at=row.endorsed_at,
            since=row.rated_at is not None
            and row.rated_at > row.endorsed_at
            and row.answer != row.endorsed,
            version=row.given_on_version,
        )
        if row.endorsed
        else None,
        evidence=row.evidence,
        citations=citations.get(row.id, []),
        earlier=earlier,
    )


def _quoted(
    which: str, values: dict[str, Any]
) -> tuple[tuple[ScaleLabel, ...], dict[int, list[CitationChip]]]:
    """The scale and the citations together, in one query."""
    words: list[Any] = []
    quotes: dict[int, list[CitationChip]] = {}
    for row in session().execute(_QUOTED[which], values):
        if row.statement_id == 0:
            words.append(row)
        else:
            quotes.setdefault(row.statement_id, []).append(
                CitationChip(row.label, row.words, row.href)
            )
    return scale_labels(words), quotes


def _cards_where(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    given_for, mine = aliased(Statement), aliased(Rating)
    has_origins = exists().where(SkillOrigin.skill_id == Statement.skill_id)
    evidence = (
        select(func.count(EvidenceLink.evidence_id.distinct()))
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(
            is_said_of(EvidenceLink.skill_id, Statement.skill_id),
            Evidence.person_id == LEARNER,
            Evidence.archived_at.is_(None),
        )
        .scalar_subquery()
    )
    return (
        select(
            Statement.id,
            Statement.code,
            Statement.title,
            Statement.text,
            Statement.domain_id,
            Statement.rank,
            NotRatedHere.reason,
            Rating.answer,
            Rating.basis,
            mine.version,
            mine.own_note,
            mine.reviewer_note,
            Rating.rated_at,
            Rating.given_on,
            Draft.fields.label("draft"),
            Endorsement.answer.label("endorsed"),
            Endorsement.endorsed_at,
            Person.name.label("endorser"),
            Framework.version.label("given_on_version"),
            evidence.label("evidence"),
            AGAIN.label("again"),
            and_(or_(mine.id.is_(None), OWN.c.id != mine.id), has_origins).label("has_origins"),
        )
        .outerjoin(OUT, LEFT_OUT)
        .outerjoin(NotRatedHere, NotRatedHere.id == OUT.c.id)
        .outerjoin(mine, and_(mine.skill_id == Statement.skill_id, mine.person_id == LEARNER))
        .outerjoin(OWN, RATED)
        .outerjoin(Rating, Rating.id == func.coalesce(OWN.c.id, mine.id))
        .outerjoin(Draft, draft_of_notes(LEARNER))
        .outerjoin(ENDORSED, REVIEWED)
        .outerjoin(Endorsement, Endorsement.id == ENDORSED.c.id)
        .outerjoin(
            given_for, and_(given_for.id == Endorsement.statement_id, given_for.id != Statement.id)
        )
        .outerjoin(Framework, Framework.id == given_for.framework_id)
        .outerjoin(Person, Person.id == Endorsement.endorser_id)
        .where(Statement.framework_id == FRAMEWORK, which)
        .order_by(Statement.position)
    )


def _quoted_where(
    which: ColumnElement[bool],
) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    scale = select(
        literal(0).label("statement_id"),
        ScaleAnswer.position,
        ScaleAnswer.key,
        ScaleAnswer.label,
        ScaleAnswer.description.label("words"),
        ScaleAnswer.reviewer_description,
        ScaleAnswer.counts_as,
        null().label("href"),
    ).where(ScaleAnswer.framework_id == FRAMEWORK)
    citations = (
        select(
            Citation.statement_id,
            Citation.position,
            Source.key,
            Source.label,
            Source.name,
            null(),
            null(),
            Source.url,
        )
        .join(Source, Source.id == Citation.source_id)
        .join(Statement, Statement.id == Citation.statement_id)
        .where(Statement.framework_id == FRAMEWORK, which)
    )
    return scale.union_all(citations).order_by("statement_id", "position")


_WHICH = {
    "domain": Statement.domain_id == bindparam("domain"),
    "level": and_(Statement.domain_id == bindparam("domain"), Statement.rank == bindparam("rank")),
    "framework": true(),
    "ids": Statement.id.in_(bindparam("ids", expanding=True)),
}
"""The queries are made once: to put one together costs as much as to run it."""
_CARDS = {which: _cards_where(where) for which, where in _WHICH.items()}
_QUOTED = {which: _quoted_where(where) for which, where in _WHICH.items()}
