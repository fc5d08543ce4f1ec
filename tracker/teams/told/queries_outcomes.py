"""What figures without names may count at a moment: of people's sheets of that moment, each domain
that is known after a review."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import and_, func, select, union_all

from tracker.db import session
from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.models import (
    Domain,
    Endorsement,
    FigureGroup,
    Framework,
    LevelException,
    Review,
    ReviewItem,
    Statement,
)
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_words import Side, Word
from tracker.record.standings.rules import against, word
from tracker.teams.told.rules import COUNTED, Measure, Outcome, is_implied, states_possible


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


def _is_talked_over(revealed: Word) -> bool:
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
