"""What is behind the cells of a gap matrix, for a reader who may see everybody in it by name: the
statements that hold people back, the people of a domain, and how far the reviews have come of what
is not known yet.

Names and statements go together as on a profile's page of the domain, which the same reader may
open; nothing here says more of an answer than that it isn't met. A reader who may not see somebody
by name gets nothing that the matrix doesn't have.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from tracker.db import ask_made
from tracker.models import Endorsement, Review, ReviewItem, Statement, Team
from tracker.models.columns import written
from tracker.models.joins import is_one_of_people, versions_of
from tracker.models.record import later
from tracker.models.record.words import is_said_of, made_of, standing, stood
from tracker.models.reviews.exceptions import agreed_exceptions
from tracker.models.reviews.reviews import IS_LIVE
from tracker.record.sheet.queries_learners import (
    FRAMEWORK,
    LIBRARY,
    NAMED_ONE_BY_ONE,
    among,
    counts_now,
)
from tracker.record.standings.queries import StandingBasis, StandingScope, basis as measured_by
from tracker.record.standings.rules import ShortStanding
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import Reader, counts_as_sent, is_seen
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.sending.queries import ROUNDS
from tracker.rules.core.wording import Wording
from tracker.teams.gaps.queries_matrix import GapChoice, GapMatrix, PersonRow
from tracker.teams.gaps.rules import (
    Alike,
    DomainSummary,
    GapCell,
    ReviewProgress,
    StatementReason,
    held_by,
    summarise,
)


class DrilledPerson(NamedTuple):
    """Somebody in the domain. `reasons`: the statements that hold them back."""

    row: PersonRow
    cell: GapCell
    reasons: tuple[Wording, ...]


class DomainDrill(NamedTuple):
    domain: DomainShape
    summary: DomainSummary
    reasons: tuple[StatementReason, ...]
    people: tuple[DrilledPerson, ...]


def drill(chosen: GapChoice, key: str) -> DomainDrill | None:
    """None: no such domain, or the reader may not see everybody by name. Five queries for now, four
    for a round. Raises Uncounted."""
    if not chosen.is_by_name:
        return None
    of = GapMatrix(chosen, chosen.people)
    at = next((at for at, domain in enumerate(of.domains) if domain.key == key), None)
    if at is None:
        return None
    domain = of.domains[at]
    groups = [Alike((row[at],), people) for row, people in of.groups]
    reasons = reasons_of(of, groups)
    (summary,) = summarise(groups, (domain.id,))
    drilled = [
        DrilledPerson(
            row,
            row.cells[at],
            tuple(reason.title for reason in reasons if row.person_id in reason.people),
        )
        for row in of.rows(chosen.people)
    ]
    return DomainDrill(domain, summary, reasons, tuple(drilled))


def reasons_of(of: GapMatrix, groups: Collection[Alike]) -> tuple[StatementReason, ...]:
    """Most people first; nothing for a reader who gets no single statements. One query for a round,
    and none for now."""
    if not of.scope.by_statement:
        return ()
    place = StandingScope(of.chosen.of.framework_id, of.scope.library_id)
    basis = of.figures.basis or measured_by(place)
    return held_by(of.domains, groups, of.figures.not_met, basis.version.statements)


HIDDEN_PEOPLE: BindParameter[Any] = bindparam("hidden_people", expanding=True)


class SentByPeople(NamedTuple):
    """`senders`: who sent something of the framework in one of the rounds, or ever where none is
    asked for. `progress`: by person, domain and level the furthest of the statements that were sent
    and have no reviewed rating. A statement is the same in each version."""

    senders: frozenset[int]
    progress: Mapping[tuple[int, int, int], ReviewProgress]


def sent_by(
    person_ids: Collection[int],
    round_ids: Collection[int],
    standings: Mapping[int, ShortStanding],
    basis: StandingBasis,
    reader: Reader,
) -> SentByPeople:
    """Progress of those with these standings. What a supervisor has said stays theirs until they
    reveal it: all of a review until then is in review. One query."""
    of_library = len(person_ids) > NAMED_ONE_BY_ONE
    values = {
        "people": [] if of_library else list(person_ids),
        "hidden_people": [person_id for person_id, _skill in reader.hidden.skills],
        "rounds": list(round_ids),
        "framework": basis.version.id,
        "library": reader.actor.library_id,
        "left_out": sorted(basis.left_out),
        **later.on(reader.today),
        **reader.values,
    }
    form = _sent(
        hides=reader.hides,
        of_rounds=bool(round_ids),
        of_library=of_library,
        is_later=any(standing.changes_on for standing in standings.values()),
        is_excepted=any(standing.excepted for standing in standings.values()),
    )
    rows = ask_made(form, values).all()
    return SentByPeople(
        frozenset(row[0] for row in rows if row[1] is None).intersection(person_ids),
        {
            (person_id, domain_id, rank): ReviewProgress(furthest)
            for person_id, domain_id, rank, furthest in rows
            if domain_id is not None and person_id in standings
        },
    )


@cache
def _sent(
    *, hides: bool, of_rounds: bool, of_library: bool, is_later: bool, is_excepted: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """The progress of each; then who sent, without a domain."""
    teams = select(Team.id).where(Team.library_id == LIBRARY)
    senders = select(Review.learner_id, null(), null(), null()).where(
        Review.team_id.in_(teams) if of_library else is_one_of_people(Review.learner_id),
        Review.framework_id.in_(versions_of(FRAMEWORK)),
        Review.round_id.in_(ROUNDS) if of_rounds else true(),
        exists().where(ReviewItem.review_id == Review.id, counts_as_sent()),
    )
    progress = _progress(hides, of_library=of_library, is_later=is_later, is_excepted=is_excepted)
    return union_all(progress, senders)


def _progress(
    hides: bool, *, of_library: bool, is_later: bool, is_excepted: bool
) -> Select[*tuple[Any, ...]]:
    """Looks for exceptions, and for what counts later, where there are some. From the few items
    whose own skill has no reviewed rating, or of which others of this version were made. Of a whole
    library these are looked for first: in all that it ever reviewed they are few."""
    came = case(
        (
            and_(IS_LIVE, ReviewItem.status != written(ItemStatus.HANDED_ON)),
            ReviewProgress.IN_REVIEW.value,
        ),
        else_=ReviewProgress.NO_RESULT.value,
    )
    is_endorsed = exists().where(
        Endorsement.person_id == Review.learner_id,
        Endorsement.skill_id == ReviewItem.skill_id,
        stood(None),
    )
    seen = is_seen(Review.learner_id, ReviewItem.skill_id, hides=hides)
    may_be = [
        select(ReviewItem.id).where(ReviewItem.status != written(ItemStatus.ENDORSED)),
        select(Endorsement.item_id).where(Endorsement.ended_at.is_not(None)),
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.closed_at.is_(None)),
        select(ReviewItem.id).where(ReviewItem.skill_id.in_(made_of(FRAMEWORK))),
    ]
    if hides:
        of_hidden = select(ReviewItem.id).join(Review, Review.id == ReviewItem.review_id)
        may_be.append(of_hidden.where(Review.learner_id.in_(HIDDEN_PEOPLE), not_(seen)))
    sent = (
        select(Review.learner_id, ReviewItem.skill_id, came.label("came"))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(
            among(Review.learner_id, of_library=of_library),
            ReviewItem.id.in_(union(*may_be)) if of_library else true(),
            counts_as_sent(),
            or_(~is_endorsed, ReviewItem.skill_id.in_(made_of(FRAMEWORK)), not_(seen)),
        )
        .cte()
        .prefix_with(later.ONCE)
    )
    person_id = sent.c.learner_id

    def is_sender(column: SQLColumnExpression[int]) -> ColumnElement[bool]:
        return column.in_(select(person_id))

    endorsed = standing(is_sender, FRAMEWORK)
    waiting = later.counting_later(is_sender, FRAMEWORK)
    agreed = agreed_exceptions(is_sender, FRAMEWORK).c
    excepted = tuple_(person_id, Statement.id).in_(select(agreed.person_id, agreed.statement_id))
    return (
        select(person_id, Statement.domain_id, Statement.rank, func.max(sent.c.came))
        .select_from(sent)
        .join(
            Statement,
            and_(
                Statement.framework_id == FRAMEWORK,
                is_said_of(sent.c.skill_id, Statement.skill_id, carrying=True),
            ),
        )
        .outerjoin(
            endorsed,
            and_(endorsed.c.person_id == person_id, endorsed.c.statement_id == Statement.id),
        )
        .where(
            Statement.id.not_in(bindparam("left_out", expanding=True)),
            counts_now(person_id, Statement.id, waiting) if is_later else true(),
            or_(
                and_(endorsed.c.statement_id.is_(None), not_(excepted) if is_excepted else true()),
                not_(is_seen(person_id, Statement.skill_id, hides=hides)),
            ),
        )
        .group_by(person_id, Statement.domain_id, Statement.rank)
    )
