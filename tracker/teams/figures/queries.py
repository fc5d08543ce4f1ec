"""What a reader of a team gets where they may not see everybody in it by name, and what a
coordinator gets of what people said of themselves: figures of rounds, and nothing that is counted
for them.

What figures without names may count at a moment: of people's sheets of that moment, each domain
that is known after a review.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import CompoundSelect, Row, and_, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import (
    CountedOutcome,
    Domain,
    Endorsement,
    FigureGroup,
    Framework,
    LevelException,
    Library,
    Membership,
    Review,
    ReviewItem,
    Round,
    RoundFramework,
    Statement,
    Team,
)
from tracker.record.sheet.rules import Sheet, SheetAnswer, Side
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope
from tracker.record.standings.rules import against, word
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import counts_as_sent
from tracker.rules.roles import Role
from tracker.teams.figures.rules import (
    COUNTED,
    Measure,
    Outcome,
    is_implied,
    may_be_told,
    states_possible,
)
from tracker.teams.gaps.queries_scope import GapScope


class RoundFigure(NamedTuple):
    """Of the people of one group who were newly reviewed in a domain by `as_of`: how many reached
    the target, and how many didn't; and how many of them didn't by reviews."""

    domain: DomainShape
    round_id: int
    round: str
    as_of: dt.datetime
    group: str
    at_target: int
    below: int
    below_by_reviews: int

    @property
    def people(self) -> int:
        return self.at_target + self.below


def figures(
    scope: GapScope, framework_id: int, slug: str, voice: Voice = Voice.ENDORSED
) -> list[RoundFigure]:
    """The one way of a figure without names to a page or a file: of the groups of the team and
    those below it, by domain, the newest first. By their own ratings only those are counted who
    were counted by reviews at the same time. Of a domain in which the reader is to rate somebody
    blind nothing is told. Two queries, one more there.

    Known to the reader are themselves, whoever learns or learned in a team that they supervise or
    did, whose reviews they were sent; of reviews, what coordinators saw by name before names were
    hidden; and of own ratings, which only who sees reviewed levels by name is told, those that
    follow from these.
    """
    is_known = or_(
        CountedOutcome.person_id.in_(_known_by(scope.reader.actor.person_id)),
        CountedOutcome.is_implied,
        and_(
            CountedOutcome.voice == Voice.ENDORSED,
            CountedOutcome.reviewed_at <= Library.names_hidden_at,
        ),
    )
    state, unknown = CountedOutcome.state, case((is_known, 0), else_=1)
    of = (CountedOutcome.domain_key, Round.id, Round.name, CountedOutcome.as_of, Team.name)
    reviewed = aliased(CountedOutcome)
    # Sums of all people are told; those of people unknown to the reader decide whether they are.
    # `reviewed`: the same person as counted by reviews on that day, whatever voice is asked for.
    rows = session().execute(
        select(
            *of,
            *(func.sum(case((state == counted, 1), else_=0)) for counted in COUNTED),
            func.sum(case((reviewed.state == TargetState.GAP, 1), else_=0)),
            *(func.sum(case((state == counted, unknown), else_=0)) for counted in COUNTED),
        )
        .join(
            reviewed,
            and_(
                reviewed.voice == Voice.ENDORSED,
                reviewed.person_id == CountedOutcome.person_id,
                reviewed.slug == CountedOutcome.slug,
                reviewed.domain_key == CountedOutcome.domain_key,
                reviewed.as_of == CountedOutcome.as_of,
            ),
        )
        .join(Round, Round.id == CountedOutcome.round_id)
        .join(Library, Library.id == Round.library_id)
        .join(Team, Team.id == CountedOutcome.team_id)
        .where(
            Round.library_id == scope.library_id,
            Team.path.contains(f"/{scope.team.id}/"),
            CountedOutcome.slug == slug,
            CountedOutcome.voice == voice,
        )
        .group_by(*of, Team.id)
        .order_by(CountedOutcome.as_of.desc(), Team.name, Team.id)
    )
    told = [row for row in rows if may_be_told(row[8], row[9])]
    to_rate = {domain_id for _person_id, domain_id in scope.reader.domains_to_rate()}
    return [
        RoundFigure(domain, *row[1:8])
        for domain in standings_queries.basis(StandingScope(framework_id, scope.library_id)).domains
        for row in told
        if row[0] == domain.key and domain.id not in to_rate
    ]


def _known_by(reader_id: int) -> CompoundSelect[int]:
    supervised = select(Membership.team_id).where(
        Membership.role == Role.SUPERVISOR, Membership.person_id == reader_id
    )
    return (
        select(Membership.person_id)
        .where(Membership.role == Role.LEARNER, Membership.team_id.in_(supervised))
        .union(
            select(Membership.person_id).where(Membership.person_id == reader_id),
            select(Review.learner_id).where(Review.reviewer_id == reader_id),
        )
    )


class ComingFigures(NamedTuple):
    """The round whose figures come next, of which day, and whether it closes later."""

    round_id: int
    name: str
    on: dt.date
    has_begun: bool
    is_early: bool


def coming(scope: GapScope, slug: str) -> ComingFigures | None:
    """One query."""
    period = session().scalar(
        select(Round)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(Framework, Framework.id == RoundFramework.framework_id)
        .where(
            Round.library_id == scope.library_id,
            Round.ends_on >= scope.today,
            Framework.slug == slug,
        )
        .order_by(Round.starts_on, Round.id)
        .limit(1)
    )
    if period is None:
        return None
    early = period.figures_on
    is_early = early is not None and early >= scope.today
    on = early if early is not None and is_early else period.ends_on
    return ComingFigures(
        round_id=period.id,
        name=period.name,
        on=on,
        has_begun=period.starts_on <= scope.today,
        is_early=is_early,
    )


def sent(scope: GapScope, round_id: int) -> Sequence[Row[str, int, int]]:
    """Of each whole `group` how many `people` are in it, and how many have `sent` in a round. One
    query."""
    senders = (
        select(Review.learner_id)
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(Review.round_id == round_id, counts_as_sent())
    )
    is_sender = case((FigureGroup.person_id.in_(senders), 1), else_=0)
    of = Team.name.label("group"), func.count().label("people"), func.sum(is_sender).label("sent")
    query = (
        select(*of)
        .select_from(FigureGroup)
        .join(Team, Team.id == FigureGroup.team_id)
        .where(FigureGroup.round_id == round_id, Team.path.contains(f"/{scope.team.id}/"))
        .group_by(Team.id, Team.name)
        .order_by(Team.name, Team.id)
    )
    return session().execute(query).all()


def outcomes(
    sheet: Sheet, slug: str, targets: Mapping[int, int], reviewed: Mapping[Measure, dt.datetime]
) -> Iterator[Outcome]:
    """Of a sheet of the revealed side. `targets`: of the person, by domain; `reviewed`: from
    `newest_reviews`."""
    free: defaultdict[tuple[int, int], Counter[Meaning]] = defaultdict(Counter)
    for line in sheet.counted:
        meaning = sheet.meaning(line, Voice.SELF)
        if meaning is not None and _is_talked_over(line.words[Side.REVEALED]):
            free[line.statement.domain_id, line.statement.rank][meaning] += 1
    for domain in sheet.domains:
        target = targets.get(domain.id)
        for voice in (Voice.ENDORSED, Voice.SELF):
            of = Measure(sheet.person_id, slug, domain.key, voice)
            standing = sheet.standings(voice)[domain.id]
            state = against(word(standing), domain.ranks, target).state
            if state not in COUNTED or of not in reviewed:
                continue
            levels = [
                states_possible(domain.rule, view.tally, free[domain.id, view.tally.rank])
                for view in standing.levels
                if voice is Voice.SELF and target is not None and view.tally.rank <= target
            ]
            yield Outcome(of, state, reviewed[of], voice is Voice.SELF and is_implied(levels))


def _is_talked_over(revealed: SheetAnswer) -> bool:
    """Whether the two may have differed: their review ended later than it revealed the answer."""
    return revealed.on is not None and revealed.at > revealed.on


def newest_reviews(round_id: int, at: dt.datetime) -> dict[Measure, dt.datetime]:
    """Of the people in the round's groups by then: the newest review that had ended in each domain,
    and in their own voice the newest that revealed something; of all versions of a framework,
    whatever stands of it.
    An agreed exception is a review. Two queries."""
    revealed = (
        select(
            Review.learner_id.label("person_id"),
            ReviewItem.statement_id,
            Review.closed_at.label("at"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.closed_at <= at, ReviewItem.revealed_at.is_not(None))
    )
    given = union_all(
        *(
            select(of.person_id, of.statement_id, moment.label("at")).where(moment <= at)
            for of, moment in (
                (Endorsement, Endorsement.endorsed_at),
                (LevelException, LevelException.agreed_at),
            )
        )
    )
    newest: dict[Measure, dt.datetime] = {}
    for voice, reviews in ((Voice.SELF, revealed), (Voice.ENDORSED, given)):
        of = reviews.subquery()
        rows = session().execute(
            select(of.c.person_id, Framework.slug, Domain.key, func.max(of.c.at))
            .join(
                FigureGroup,
                and_(FigureGroup.person_id == of.c.person_id, FigureGroup.round_id == round_id),
            )
            .join(Statement, Statement.id == of.c.statement_id)
            .join(Domain, Domain.id == Statement.domain_id)
            .join(Framework, Framework.id == Statement.framework_id)
            .group_by(of.c.person_id, Framework.slug, Domain.key)
        )
        newest |= {Measure(row[0], row[1], row[2], voice): row[3] for row in rows}
    return newest
