"""What a learner answered earlier to the statements that those to be rated again were made of. For
the learner alone."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.changes.rules import Wordings, pieces
from tracker.frameworks.versions.rules import Change
from tracker.models import Draft, Framework, Rating, ScaleAnswer, SkillOrigin, Statement
from tracker.models.joins import draft_of_notes, scale_answer
from tracker.models.record.words import STATEMENTS, own_ratings
from tracker.record.ratings.rules import joined
from tracker.rules import drafts as drafts_rules
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class RatingBefore:
    """`wordings`: the one that was answered and the one to answer; the notes are those at that
    answer."""

    statement_id: int
    version: str
    title: Wording
    answer: str | None
    label: Wording
    rated_at: dt.datetime
    given_on: dt.date | None
    change: Change
    own_note: str
    reviewer_note: str
    wordings: Wordings

    @property
    def can_be_kept(self) -> bool:
        """Where several were merged, none of their answers speaks for the whole."""
        return self.change is not Change.MERGED


def of_statements(
    person_id: int, statement_ids: Collection[int]
) -> dict[int, tuple[RatingBefore, ...]]:
    """By statement, the answers to the nearest of its origins that have some: several where several
    were merged. One query; none for no statements."""
    if not statement_ids:
        return {}
    after = aliased(Statement)
    query = (
        select(
            after.id.label("statement_id"),
            SkillOrigin.steps,
            Statement.id,
            Framework.version,
            Statement.title,
            Rating.answer,
            ScaleAnswer.label,
            Rating.rated_at,
            Rating.given_on,
            SkillOrigin.change,
            Rating.own_note,
            Rating.reviewer_note,
            Statement.text,
            after.text.label("after"),
        )
        .select_from(SkillOrigin)
        .join(after, after.skill_id == SkillOrigin.skill_id)
        .join(Rating, Rating.skill_id == SkillOrigin.origin_id)
        .join(Statement, Statement.id == Rating.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Rating.answer))
        .where(
            after.id.in_(statement_ids), Rating.person_id == person_id, Rating.answer.is_not(None)
        )
        .order_by(after.id, SkillOrigin.steps, Statement.position)
    )
    rows = session().execute(query).all()
    before = {}
    for statement_id, of_one in groupby(rows, key=lambda row: row.statement_id):
        lines = list(of_one)
        nearest = {row.id: row for row in lines if row.steps == lines[0].steps}
        before[statement_id] = tuple(
            RatingBefore(
                statement_id=row.id,
                version=row.version,
                title=row.title,
                answer=row.answer,
                label=row.label,
                rated_at=row.rated_at,
                given_on=row.given_on,
                change=row.change,
                own_note=row.own_note,
                reviewer_note=row.reviewer_note,
                wordings=Wordings(*pieces(row.text, row.after)),
            )
            for row in nearest.values()
        )
    return before


def inherited(person_id: int, statement_id: int, has_origins: bool) -> Rating | None:
    """The answer to an origin that counts for a statement; of several that were merged, the
    newest. One query; none without origins."""
    if not has_origins:
        return None
    own = own_ratings(lambda person: person == person_id, STATEMENTS.c.id == statement_id)
    return session().scalar(select(Rating).join(own, own.c.id == Rating.id))


def notes_of_origins(person_id: int, statement_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """By statement, the notes at what counts for it of what it was made of; or, while nothing does,
    those that wait there for an answer: of several that were merged, together. A note that waits at
    the statement itself was written in their place, and only later ones are beside it. One query;
    none for no statements."""
    if not statement_ids:
        return {}
    own = own_ratings(lambda person: person == person_id, STATEMENTS.c.id.in_(statement_ids))
    waiting, here = aliased(Draft), aliased(Draft)
    noted_at = func.coalesce(Rating.noted_at, Rating.rated_at)
    rows = session().execute(
        select(Statement.id, Rating.own_note, Rating.reviewer_note, waiting.fields)
        .join(SkillOrigin, SkillOrigin.skill_id == Statement.skill_id)
        .outerjoin(here, draft_of_notes(literal(person_id), of=here))
        .outerjoin(own, own.c.statement_id == Statement.id)
        .outerjoin(
            Rating,
            and_(
                Rating.skill_id == SkillOrigin.origin_id,
                Rating.person_id == person_id,
                SkillOrigin.carries,
                own.c.id.is_not(None),
                or_(here.id.is_(None), noted_at > here.saved_at),
            ),
        )
        .outerjoin(
            waiting,
            and_(
                draft_of_notes(literal(person_id), SkillOrigin.origin_id, waiting),
                own.c.id.is_(None),
                or_(here.id.is_(None), waiting.saved_at > here.saved_at),
            ),
        )
        .where(Statement.id.in_(statement_ids))
        .order_by(Statement.id, SkillOrigin.steps, SkillOrigin.origin_id)
    )
    notes: dict[int, tuple[str, str]] = {}
    for statement_id, own_note, reviewer_note, draft in rows:
        typed = dict(drafts_rules.read(draft) or ()) if draft is not None else {}
        so_far = notes.get(statement_id, ("", ""))
        more = (
            own_note or typed.get("own_note", ""),
            reviewer_note or typed.get("reviewer_note", ""),
        )
        notes[statement_id] = (joined(so_far[0], more[0]), joined(so_far[1], more[1]))
    return notes
