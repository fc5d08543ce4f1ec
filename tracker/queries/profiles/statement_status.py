"""Each statement of a framework with both voices of one person: for explanations, next steps and
exports."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, and_, bindparam, false, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Endorsement,
    Framework,
    NotRatedHere,
    Person,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
)
from tracker.models.record.words import is_said_of, own_ratings, standing
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment import scale_labels
from tracker.queries.assessment.counting_later import CountsFrom, counted_from
from tracker.queries.assessment.learners import FRAMEWORK, LATER, LEARNER, Learner, of
from tracker.queries.assessment.progress import COUNTS_LATER, LEFT_OUT, OUT
from tracker.queries.endorsements import endorsements, exceptions
from tracker.queries.endorsements.exceptions import AgreedException
from tracker.queries.profiles import levels
from tracker.queries.profiles.profiles import Profile, SelfSide
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name
from tracker.rules.profiles import next_steps
from tracker.rules.profiles.next_steps import (
    DomainFacts,
    LearnerReviewState,
    NextStep,
    StatementFacts,
    learner_side,
)
from tracker.rules.reviews.workflow import ItemStatus, ReviewStatus


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as it is shown: its key and label, what it counts as and its place on the scale (0
    for none), who gave it ("" for the learner) and when. `version`: of the framework, on which an
    endorsement was given."""

    key: str
    label: Wording
    means: Meaning
    step: int
    who: str
    at: dt.datetime
    version: str = ""


@dataclass(frozen=True, slots=True)
class MetAnswer:
    label: Wording


@dataclass(frozen=True, slots=True)
class StatementVoices:
    """`later`: from when it counts, where it doesn't yet; `own`: the self side that the reader
    gets; `review`: where it is in a review, as far as the reader may know. With an `exception` it
    does not count in the endorsed voice, whatever is endorsed."""

    id: int
    domain_id: int
    rank: int
    position: int
    code: str
    title: Wording
    not_rated_here: str | None
    later: CountsFrom | None
    own: ShownAnswer | None
    endorsed: ShownAnswer | None
    exception: AgreedException | None
    review: LearnerReviewState


def voices(
    learner: Learner, side: SelfSide, blind: BlindSpots, domain_id: int | None = None
) -> list[StatementVoices]:
    """In the framework's order; of one domain, where it is named. Four queries, one more where
    something counts later; one less without a self side."""
    steps, labels = scale_labels.labelled(learner.framework_id)

    def shown(
        key: str | None, who: str, at: dt.datetime, version: str | None = None
    ) -> ShownAnswer | None:
        if not key:
            return None
        place = steps.step(key) or 0
        return ShownAnswer(key, labels[key], steps.meaning(key), place, who, at, version or "")

    excepted = {each.statement_id: each for each in exceptions.agreed(learner, blind)}
    reviews = _review_states(learner, side, blind)
    query = _voices(side, blind.form, of_domain=domain_id is not None)
    values = {**of(learner), **blind.values, "domain": domain_id}
    rows = session().execute(query, values).all()
    counts_from = counted_from([row.later for row in rows], learner.today)
    return [
        StatementVoices(
            id=row.id,
            domain_id=row.domain_id,
            rank=row.rank,
            position=row.position,
            code=row.code,
            title=row.title,
            not_rated_here=row.reason,
            later=counts_from(row.later, row.is_changed),
            own=shown(row.own, "", row.own_at),
            endorsed=shown(
                row.endorsed, short_name(row.endorser or ""), row.endorsed_at, row.version
            ),
            exception=excepted.get(row.id),
            review=reviews.get(row.id, LearnerReviewState.NOT_SENT),
        )
        for row in rows
    ]


@cache
def _voices(side: SelfSide, blind: BlindSpots, *, of_domain: bool) -> Select[*tuple[Any, ...]]:
    own = _self_side(side, blind)
    _, own_statement, own_answer, own_at, _id = own.c
    endorsed = standing(lambda column: column == LEARNER, FRAMEWORK, seen=blind.shows)
    given_on = aliased(Statement)
    return (
        select(
            Statement.id,
            Statement.domain_id,
            Statement.rank,
            Statement.position,
            Statement.code,
            Statement.title,
            NotRatedHere.reason,
            own_answer.label("own"),
            own_at.label("own_at"),
            Endorsement.answer.label("endorsed"),
            Endorsement.endorsed_at,
            Framework.version,
            Person.name.label("endorser"),
            LATER.c.id.label("later"),
            LATER.c.is_changed,
        )
        .outerjoin(OUT, LEFT_OUT)
        .outerjoin(LATER, COUNTS_LATER)
        .outerjoin(NotRatedHere, NotRatedHere.id == OUT.c.id)
        .outerjoin(own, own_statement == Statement.id)
        .outerjoin(endorsed, endorsed.c.statement_id == Statement.id)
        .outerjoin(Endorsement, Endorsement.id == endorsed.c.id)
        .outerjoin(given_on, given_on.id == Endorsement.statement_id)
        .outerjoin(Framework, Framework.id == given_on.framework_id)
        .outerjoin(Person, Person.id == Endorsement.endorser_id)
        .where(
            Statement.framework_id == FRAMEWORK,
            *([Statement.domain_id == bindparam("domain")] if of_domain else []),
        )
        .order_by(Statement.position)
    )


def met_answers(framework_id: int) -> list[MetAnswer]:
    """The answers that count as met, in the order of the scale. One query."""
    rows = session().execute(
        select(ScaleAnswer.label)
        .where(ScaleAnswer.framework_id == framework_id, ScaleAnswer.counts_as == Meaning.MET)
        .order_by(ScaleAnswer.position)
    )
    return [MetAnswer(*row) for row in rows]


def steps(of: Profile, statements: list[StatementVoices], most: int = 3) -> tuple[NextStep, ...]:
    """The learner's next steps, from their own side: for the learner alone. One query."""
    if of.own is None:
        raise ValueError("next steps are made from the learner's own side")
    changed = endorsements.changed_since(of.learner)
    facts = []
    for position, domain in enumerate(of.domains):
        within = tuple(
            _facts(each, each.id in changed)
            for each in statements
            if each.domain_id == domain.id and each.later is None
        )
        facts.append(
            DomainFacts(domain.id, position, of.own[domain.id], of.endorsed[domain.id], within)
        )
    return next_steps.next_steps(facts, most)


def _facts(each: StatementVoices, changed: bool) -> StatementFacts:
    endorsed = each.endorsed.means if each.endorsed else None
    return StatementFacts(
        statement_id=each.id,
        rank=each.rank,
        order=each.position,
        own=each.own.means if each.own else None,
        endorsed=endorsed if each.exception is None else Meaning.EXCLUDED,
        own_step=each.own.step if each.own else 0,
        endorsed_step=each.endorsed.step if each.endorsed else 0,
        side=each.review,
        changed_since=changed,
        not_rated_here=each.not_rated_here is not None,
    )


def _review_states(
    learner: Learner, side: SelfSide, blind: BlindSpots
) -> dict[int, LearnerReviewState]:
    """By statement, where the newest item is that the learner sent. The learner knows what
    `learner_side` says; who sees what was revealed knows how that ended; nobody else knows any of
    it."""
    if side is SelfSide.NONE:
        return {}
    found = {
        statement_id: learner_side(status, revealed)
        for statement_id, (status, revealed) in _newest_items(learner, blind).items()
    }
    if side is SelfSide.OWN:
        return found
    return {key: state for key, state in found.items() if state in ENDED_WITHOUT_ANSWER}


ENDED_WITHOUT_ANSWER = frozenset({LearnerReviewState.DIFFERS, LearnerReviewState.KEPT_APART})


def _newest_items(learner: Learner, blind: BlindSpots) -> dict[int, tuple[ItemStatus, bool]]:
    """By statement: what became of the newest item that the learner sent of it, or of what carries
    to it from an earlier version, and whether it was shown to them."""
    rows = session().execute(_newest(blind.form), {**of(learner), **blind.values})
    return {row.statement_id: (row.status, row.revealed_at is not None) for row in rows}


@cache
def _newest(blind: BlindSpots) -> Select[*tuple[Any, ...]]:
    place = func.row_number().over(
        partition_by=Statement.id, order_by=(Review.sent_at.desc(), ReviewItem.id.desc())
    )
    items = (
        select(
            Statement.id.label("statement_id"),
            ReviewItem.status,
            ReviewItem.revealed_at,
            place.label("place"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(
            Statement,
            and_(
                Statement.framework_id == FRAMEWORK,
                is_said_of(ReviewItem.skill_id, Statement.skill_id, carrying=True),
            ),
        )
        .where(
            Review.learner_id == LEARNER,
            Review.status != ReviewStatus.WITHDRAWN,
            blind.shows(Review.learner_id, ReviewItem.skill_id),
        )
        .subquery()
    )
    return select(items.c.statement_id, items.c.status, items.c.revealed_at).where(
        items.c.place == 1
    )


def _self_side(side: SelfSide, blind: BlindSpots) -> Subquery:
    """Columns (person, statement, answer, at, id)."""
    if side is SelfSide.REVEALED:
        return levels.revealed(lambda column: column == LEARNER, FRAMEWORK, blind)
    if side is SelfSide.OWN:
        return own_ratings(lambda column: column == LEARNER, FRAMEWORK)
    return own_ratings(lambda _column: false(), FRAMEWORK)
