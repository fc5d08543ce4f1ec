"""The statements of one page of a learner's assessment, with all that stands there. For the learner
alone.

Beside the sheet a page asks for notes and for evidence, however many statements there are; and once
more where some are to be rated again, and where some count later.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, RowMapping, bindparam, select

from tracker.frameworks.versions.rules import Basis
from tracker.models import Draft, Evidence, EvidenceLink, Rating
from tracker.queries.asking import Question, ask_together
from tracker.record.ratings import queries as record_ratings_queries
from tracker.record.ratings.queries import RatingBefore
from tracker.record.ratings.rules import joined
from tracker.record.sheet.queries_learners import LEARNER
from tracker.record.sheet.rules import CountsFrom, Sheet, SheetLine, Side
from tracker.record.versions.rules import CitationChip, ScaleLabel, VersionStatement
from tracker.rules import drafts as drafts_rules
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name

Notes = tuple[str, str]
"""For oneself, and for the reviewer."""


@dataclass(frozen=True, slots=True)
class EndorsementMark:
    """An endorsement that stands: who gave it, what it says, and when. `since`: the learner has
    changed their answer since; `version`: of the framework, where it was given on an earlier
    one."""

    who: str
    answer: str
    at: dt.datetime
    since: bool
    version: str | None = None


@dataclass(frozen=True, slots=True)
class StatementCard:
    """One statement with the learner's answer, notes, endorsement and count of evidence.

    `version` 0: never answered, and the notes are those that wait for an answer. A cleared answer
    is None too, with a version and without a time. `earlier`: the answers to what it was in an
    earlier version, where it is to be rated again. `later`: where it doesn't count for them yet.
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
    later: CountsFrom | None = None


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


def of_statements(sheet: Sheet, statement_ids: Collection[int]) -> StatementsToRate:
    """Those of the statements that are of the learner's version. One query; one more where some
    are made of others, and where some are to be rated again."""
    lines = [line for line in sheet.lines if line.statement.id in statement_ids]
    record = _record(sheet.person_id, lines)
    again = [line.statement.id for line in lines if line.again]
    earlier = record_ratings_queries.of_statements(sheet.person_id, again)
    return StatementsToRate(
        [_card(sheet, line, record, earlier.get(line.statement.id, ())) for line in lines],
        sheet.version.answers,
    )


@dataclass(frozen=True, slots=True)
class _Record:
    """What a learner has of the skills of a page, and of what they were made of, by skill: ratings
    with their notes, the notes that wait for one, and the evidence that is linked; by statement,
    the notes `of_origins` that count there."""

    ratings: Mapping[int, RowMapping]
    drafts: Mapping[int, Notes]
    evidence: Mapping[int, set[int]]
    of_origins: Mapping[int, Notes]


def _record(person_id: int, lines: Collection[SheetLine]) -> _Record:
    skills = {skill for line in lines for skill in line.statement.skills}
    values = {
        "learner": person_id,
        "skills": list(skills),
        "subjects": [str(skill) for skill in skills],
    }
    ratings, waiting, linked = ask_together(
        Question(_RATINGS, values, lambda rows: {row["skill_id"]: row for row in rows}),
        Question(_WAITING, values, _notes_that_wait),
        Question(_LINKED, values, _evidence_by_skill),
    )
    return _Record(
        ratings,
        waiting,
        linked,
        record_ratings_queries.notes_of_origins(
            person_id, [line.statement.id for line in lines if _has_others_notes(line, ratings)]
        ),
    )


def _notes_that_wait(rows: Sequence[RowMapping]) -> dict[int, Notes]:
    typed = {int(row["subject"]): dict(drafts_rules.read(row["fields"]) or ()) for row in rows}
    return {
        skill_id: (fields.get("own_note", ""), fields.get("reviewer_note", ""))
        for skill_id, fields in typed.items()
    }


def _evidence_by_skill(rows: Sequence[RowMapping]) -> dict[int, set[int]]:
    linked = defaultdict[int, set[int]](set)
    for row in rows:
        linked[row["skill_id"]].add(row["evidence_id"])
    return linked


def _has_others_notes(line: SheetLine, ratings: Mapping[int, RowMapping]) -> bool:
    """Whether an answer of an origin counts for the statement, or could."""
    mine, word = ratings.get(line.statement.skill_id), line.words.get(Side.OWN)
    others = mine is None or (word is not None and word.id != mine["id"])
    return bool(line.statement.lines) and others


def _card(
    sheet: Sheet, line: SheetLine, record: _Record, earlier: tuple[RatingBefore, ...]
) -> StatementCard:
    of, word = line.statement, line.words.get(Side.OWN)
    mine = record.ratings.get(of.skill_id)
    rating = mine
    if word is not None:
        rating = next(answer for answer in record.ratings.values() if answer["id"] == word.id)
    own_note, reviewer_note = _notes(of, record, mine)
    return StatementCard(
        id=of.id,
        code=of.code,
        title=of.title,
        text=of.text,
        domain_id=of.domain_id,
        rank=of.rank,
        not_rated_here=line.left_out.reason if line.left_out is not None else None,
        answer=rating["answer"] if rating is not None else None,
        basis=rating["basis"] if rating is not None else None,
        version=mine["version"] if mine is not None else 0,
        rated_at=rating["rated_at"] if rating is not None and word is not None else None,
        given_on=rating["given_on"] if rating is not None else None,
        own_note=own_note,
        reviewer_note=reviewer_note,
        endorsement=_mark(sheet, line, rating),
        evidence=len(set[int]().union(*(record.evidence.get(skill, ()) for skill in of.skills))),
        citations=list(of.citations),
        earlier=earlier,
        later=sheet.counts_from(line),
    )


def _mark(sheet: Sheet, line: SheetLine, rating: RowMapping | None) -> EndorsementMark | None:
    word = line.words.get(Side.REVIEWED)
    if word is None or word.answer is None:
        return None
    return EndorsementMark(
        who=short_name(word.who),
        answer=word.answer,
        at=word.at,
        since=rating is not None
        and rating["rated_at"] > word.at
        and rating["answer"] != word.answer,
        version=None
        if word.statement_id == line.statement.id
        else sheet.version.wordings[word.statement_id],
    )


def _notes(of: VersionStatement, record: _Record, mine: RowMapping | None) -> Notes:
    """At the rating, or what waits for one; with those at what counts of what it was made of."""
    own = record.drafts.get(of.skill_id, ("", ""))
    if mine is not None:
        own = mine["own_note"], mine["reviewer_note"]
    inherited = record.of_origins.get(of.id, ("", ""))
    return joined(own[0], inherited[0]), joined(own[1], inherited[1])


_SKILLS: BindParameter[Any] = bindparam("skills", expanding=True)
_RATINGS = select(
    Rating.id,
    Rating.skill_id,
    Rating.version,
    Rating.answer,
    Rating.basis,
    Rating.rated_at,
    Rating.given_on,
    Rating.own_note,
    Rating.reviewer_note,
).where(Rating.person_id == LEARNER, Rating.skill_id.in_(_SKILLS))
_WAITING = select(Draft.subject, Draft.fields).where(
    Draft.person_id == LEARNER,
    Draft.form == drafts_rules.RATING,
    Draft.subject.in_(bindparam("subjects", expanding=True)),
)
_LINKED = (
    select(EvidenceLink.skill_id, EvidenceLink.evidence_id)
    .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
    .where(
        Evidence.person_id == LEARNER,
        Evidence.archived_at.is_(None),
        EvidenceLink.skill_id.in_(_SKILLS),
    )
)
