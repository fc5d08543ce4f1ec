"""What a learner could do next: the facts that rules/next_steps decides from. For the learner alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Result, and_, func, select

from tracker.db import session
from tracker.models import Endorsement, NotRatedHere, Rating, Review, ReviewItem, Statement
from tracker.queries.endorsements import changed_since
from tracker.queries.learners import Learner
from tracker.queries.progress import left_out
from tracker.queries.standings import DomainShape
from tracker.rules.levels import DomainStanding
from tracker.rules.next_steps import DomainFacts, StatementFacts, Step, learner_side, next_steps
from tracker.rules.scale import Answer, EndorsedAnswer
from tracker.rules.workflow import EndorsementStatus, ItemStatus, ReviewStatus

Standings = Mapping[int, DomainStanding]


@dataclass(frozen=True, slots=True)
class Advice:
    """Steps in order, with what their pages call the statements and what was answered. `titles` and `own` have every
    statement of the framework."""

    steps: tuple[Step, ...]
    titles: Mapping[int, str]
    own: Mapping[int, Answer | None]


def advice(learner: Learner, domains: Sequence[DomainShape], own: Standings, endorsed: Standings, most: int) -> Advice:
    """Four statements of SQL."""
    changed = changed_since(learner.person_id)
    statements: defaultdict[int, list[StatementFacts]] = defaultdict(list)
    titles: dict[int, str] = {}
    answers: dict[int, Answer | None] = {}
    for row in _statements(learner):
        titles[row.id] = row.title
        answers[row.id] = Answer(row.answer) if row.answer else None
        statements[row.domain_id].append(
            StatementFacts(
                statement_id=row.id,
                rank=row.rank,
                order=row.position,
                own=answers[row.id],
                endorsed=EndorsedAnswer(row.endorsed) if row.endorsed else None,
                side=learner_side(ItemStatus(row.status) if row.status else None, row.revealed_at is not None),
                changed_since=row.id in changed,
                not_rated_here=row.left_out is not None,
            )
        )
    facts = [
        DomainFacts(domain.id, place, own[domain.id], endorsed[domain.id], tuple(statements[domain.id]))
        for place, domain in enumerate(domains)
    ]
    return Advice(next_steps(facts, most), titles, answers)


def _statements(learner: Learner) -> Result[Any]:
    """Every statement with the answer, what stands, and the newest item that was sent of it and not taken back."""
    items = (
        select(
            ReviewItem.statement_id, ReviewItem.status, ReviewItem.revealed_at,
            func.row_number().over(partition_by=ReviewItem.statement_id, order_by=ReviewItem.id.desc()).label("place"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.learner_id == learner.person_id, Review.status != ReviewStatus.WITHDRAWN.value)
        .subquery()
    )  # fmt: skip
    return session().execute(
        select(
            Statement.id, Statement.domain_id, Statement.rank, Statement.position, Statement.title,
            Rating.answer, Endorsement.answer.label("endorsed"), items.c.status, items.c.revealed_at,
            NotRatedHere.id.label("left_out"),
        )
        .outerjoin(NotRatedHere, left_out(learner))
        .outerjoin(Rating, and_(Rating.statement_id == Statement.id, Rating.person_id == learner.person_id))
        .outerjoin(
            Endorsement,
            and_(
                Endorsement.statement_id == Statement.id,
                Endorsement.person_id == learner.person_id,
                Endorsement.status == EndorsementStatus.STANDING.value,
            ),
        )
        .outerjoin(items, and_(items.c.statement_id == Statement.id, items.c.place == 1))
        .where(Statement.framework_id == learner.framework_id)
        .order_by(Statement.position)
    )  # fmt: skip
