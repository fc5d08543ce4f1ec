"""What rounds kept of somebody, to compare with, and which of their levels fell with the version
that they were moved to.

What happened to somebody's record, for themselves.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from tracker.db import UTCDateTime, ask_made
from tracker.frameworks.versions.rules import NOT_MY_WORK, NOT_THEIR_WORK, Voice
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import (
    Endorsement,
    Framework,
    Person,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    Round,
    RoundSnapshot,
    SnapshotPerson,
)
from tracker.profiles.growth.rules import CountedStatement, KeptDomain, LevelFall, level_falls
from tracker.queries.asking import Question, row_as
from tracker.record.growth.rules import Happened, Happening
from tracker.record.sheet import queries as sheet_queries, rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import LEARNER, Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import StatementVoices, is_open
from tracker.record.standings.rules import LETTERS, KeptJob, KeptVersion, against, version_of
from tracker.record.versions.queries_lines import VersionMove
from tracker.record.versions.rules import DomainShape
from tracker.record.visible.queries import Reader
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name

ROUNDS_OFFERED = 4
STATE_OF = {letter: state for state, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round that was kept at its end, the moment after its last day. `domains`: by title, as they
    were by what was endorsed, against the targets of then: those of all `role_profiles` that the
    person had, in that version of the framework."""

    id: int
    name: str
    ends_on: dt.date
    end: dt.datetime
    reconstructed: bool
    domains: Mapping[str, KeptDomain]
    role_profiles: tuple[str, ...]
    version: str

    @property
    def at_target(self) -> int:
        return sum(domain.state is TargetState.AT_TARGET for domain in self.domains.values())


def rounds(learner: Learner, reader: Reader | None) -> list[EarlierRound]:
    """Those kept in which the person learned a version of the framework, the newest first. One
    query, two where something is hidden."""
    rows = ask_made(_OFFERED, {"learner": learner.person_id, "slug": learner.framework_slug})
    is_hidden = reader.hidden_domains() if reader is not None else lambda *_: False
    return [
        EarlierRound(
            id=row.id,
            name=row.name,
            ends_on=row.ends_on,
            end=row.as_of,
            reconstructed=row.reconstructed,
            domains={
                domain.title: KeptDomain(target, against(word, domain.ranks, target).state)
                for domain, word in zip(version.domains, row.reviewed.split(), strict=True)
                for target in [targets.get(domain.id)]
                if not is_hidden(learner.person_id, domain.id)
            },
            role_profiles=_jobs(row),
            version=version.version,
        )
        for row in rows
        for version, targets in [_measured_by(row)]
    ]


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """A round that was kept at its end, and the moment of it."""

    round_id: int
    round: str
    round_end: dt.datetime


def ends(learner: Learner) -> Question[list[RoundEnd]]:
    """The ends of the rounds to compare with, the oldest first."""
    return Question(
        _ENDS,
        {"learner": learner.person_id, "slug": learner.framework_slug},
        lambda rows: sorted((row_as(RoundEnd, row) for row in rows), key=lambda end: end.round_end),
    )


def kept_of(person_id: int, framework_slug: str) -> list[dict[str, Any]]:
    """What rounds kept of somebody, of all versions of a framework, the newest first, for a file:
    by domain the target, and of each side the level held and the state of each; the self side as
    last revealed. One query."""
    rows = ask_made(_KEPT, {"learner": person_id, "slug": framework_slug})
    return [
        {
            "round": row.name,
            "as_of": row.ends_on.isoformat(),
            "reconstructed": row.reconstructed,
            "version": version.version,
            "role_profile": ", ".join(_jobs(row)),
            "domains": [
                {
                    "domain": domain.title,
                    "target": target,
                    "endorsed": _side(reviewed, domain, target),
                    "revealed": _side(revealed, domain, target),
                }
                for domain, reviewed, revealed in zip(
                    version.domains, row.reviewed.split(), row.revealed.split(), strict=True
                )
                for target in [targets.get(domain.id)]
            ],
        }
        for row in rows
        for version, targets in [_measured_by(row)]
    ]


def _side(word: str, domain: DomainShape, target: int | None) -> dict[str, Any]:
    of = against(word, domain.ranks, target)
    levels = [
        {"rank": rank, "state": STATE_OF[letter]}
        for rank, letter in zip(domain.ranks, word, strict=True)
    ]
    return {"held": of.held_rank, "state": of.state, "levels": levels}


_KEPT = (
    select(
        Round.id,
        Round.name,
        Round.ends_on,
        RoundSnapshot.as_of,
        RoundSnapshot.reconstructed,
        RoundSnapshot.facts,
        SnapshotPerson.person_id,
        SnapshotPerson.framework_id,
        SnapshotPerson.jobs,
        SnapshotPerson.revealed,
        SnapshotPerson.reviewed,
    )
    .join(RoundSnapshot, RoundSnapshot.round_id == Round.id)
    .join(SnapshotPerson, SnapshotPerson.snapshot_id == RoundSnapshot.id)
    .join(Framework, Framework.id == SnapshotPerson.framework_id)
    .where(SnapshotPerson.person_id == LEARNER, Framework.slug == bindparam("slug"))
    .order_by(Round.ends_on.desc(), Round.id)
)
"""Of each round in which the learner learned a version of the framework, the newest first."""
_OFFERED = _KEPT.limit(ROUNDS_OFFERED)
_ENDS = _KEPT.with_only_columns(
    Round.id.label("round_id"), Round.name.label("round"), RoundSnapshot.as_of.label("round_end")
).limit(ROUNDS_OFFERED)


def _measured_by(row: Any) -> tuple[KeptVersion, dict[int, int]]:
    """With the targets by domain."""
    version = version_of(row.facts, row.framework_id)
    jobs = {KeptJob(*job).role_profile_id for job in row.jobs}
    return version, version.target_of(jobs, jobs)


def _jobs(row: Any) -> tuple[str, ...]:
    """The names of all job profiles that they had in that version, the newest last."""
    return tuple(dict.fromkeys(KeptJob(*job).role_profile for job in row.jobs))


@dataclass(frozen=True, slots=True)
class NamedFall:
    """`domain_id`: in the version that they are on; `met`: what the answers that count are
    called."""

    voice: Voice
    domain_id: int
    domain: Wording
    level: Wording
    met: tuple[Wording, ...]
    lang: str
    fall: LevelFall


def falls_of_move(
    learner: Learner,
    came_by: VersionMove | None,
    sheet: Sheet,
    reader: Reader | None,
    now: Sequence[StatementVoices],
) -> list[NamedFall]:
    """Both sides as they are now, on this version and on the one before: the reviewed level; their
    own for the learner alone; nothing for a reader without a self side. One query, and one more
    where something counts later; none for who began on the version."""
    side = sheet.side
    if came_by is None or side is None:
        return []
    of = came_by.between
    then = replace(learner, framework_id=of.from_id)
    sheet_then = sheet_queries.of_learner(then, side, reader)
    before = sheet_rules_summaries.voices(sheet_then, then.name)
    rules = sheet_then.domains[0].rule, sheet.domains[0].rule
    labels = tuple(met_answer.label for met_answer in sheet.version.met_answers)
    here = [statement for statement in of.placed.values() if statement.framework_id == of.to_id]
    domains = {statement.place[:2]: statement.domain_id for statement in here}
    names = {statement.place: statement for statement in (*of.placed.values(), *here)}
    falls = []
    for voice in (Voice.ENDORSED, *([Voice.SELF] if side is Side.OWN else [])):
        was = [_counted(statement, voice, came_by) for statement in before]
        is_ = [_counted(statement, voice, came_by) for statement in now]
        for fall in level_falls(was, is_, of.lines, rules):
            name = names[fall.place]
            domain_id = domains[fall.place[:2]]
            falls.append(
                NamedFall(
                    voice=voice,
                    domain_id=domain_id,
                    domain=name.domain,
                    level=name.level,
                    met=labels,
                    lang=learner.lang,
                    fall=fall,
                )
            )
    return falls


def _counted(of: StatementVoices, voice: Voice, came_by: VersionMove) -> CountedStatement:
    place = came_by.between.placed[of.id].place
    is_rated, counts = of.not_rated_here is None, of.later is None
    return CountedStatement(
        id=of.id, place=place, is_rated=is_rated, counts=counts, means=of.meaning(voice)
    )


KINDS = {str(kind): kind for kind in Happened}
NEVER, NOBODY = cast(null(), UTCDateTime()), literal("", String)


def of_learner(person_id: int) -> list[Happening]:
    """Every answer, also what was cleared, every item that was revealed, and every reviewed
    rating, in any version of any framework. One query."""
    rows = ask_made(_happened(), {"learner": person_id})
    return [
        Happening(
            kind=KINDS[kind],
            skill_id=skill_id,
            at=at,
            answer=answer,
            who=who and short_name(who),
            ended_at=ended_at,
            status=status,
        )
        for kind, skill_id, at, answer, ended_at, who, status in rows.all()
    ]


def ratings_until(sheet: Sheet, at: dt.datetime) -> list[Happening]:
    """What was rated and reviewed until then, of skills for which the sheet of now doesn't tell
    (`met_at`): those for which something else counts by now, or in a review that is open, and those
    that have origins. One query."""
    rows = ask_made(_no_longer(), {"learner": sheet.person_id, "until": at})
    happened = [
        Happening(KINDS[kind], skill_id, said_at, answer, ended_at=ended_at)
        for kind, skill_id, said_at, answer, ended_at in rows.all()
    ]
    reviewed = sheet.record.words[Side.REVIEWED]
    skills = {event.skill_id for event in happened}
    skills |= {skill_id for skill_id, words in reviewed.items() if any(map(is_open, words))}
    for of in sheet.version.statements:
        if of.lines:
            skills |= of.skills
    return happened + [
        Happening(kind, skill_id, word.at, word.answer)
        for side, kind in ((Side.OWN, Happened.RATED), (Side.REVIEWED, Happened.SAME))
        for skill_id in skills
        for word in sheet.record.words[side].get(skill_id, ())
        if word.answer is not None or side is Side.OWN
    ]


def _rated() -> Select[*tuple[Any, ...]]:
    return select(
        literal(str(Happened.RATED), String).label("kind"),
        RatingEntry.skill_id,
        RatingEntry.rated_at.label("at"),
        RatingEntry.answer,
        NEVER.label("ended_at"),
    ).where(RatingEntry.person_id == LEARNER)


@cache
def _no_longer() -> CompoundSelect[*tuple[Any, ...]]:
    # Answers after which another was given, and reviewed ratings that ended since: the sheet of now
    # has all others.
    until = bindparam("until", type_=UTCDateTime)
    mine = and_(Rating.person_id == RatingEntry.person_id, Rating.skill_id == RatingEntry.skill_id)
    is_older = Rating.rated_at.is_distinct_from(RatingEntry.rated_at)
    rated = _rated().outerjoin(Rating, mine).where(RatingEntry.rated_at <= until, is_older)
    endorsed = select(
        literal(str(Happened.SAME), String),
        Endorsement.skill_id,
        Endorsement.endorsed_at,
        Endorsement.answer,
        Endorsement.ended_at,
    ).where(
        Endorsement.person_id == LEARNER,
        Endorsement.endorsed_at <= until,
        Endorsement.ended_at.is_not(None),
    )
    return union_all(rated, endorsed)


@cache
def _happened() -> CompoundSelect[*tuple[Any, ...]]:
    rated = _rated().add_columns(NOBODY.label("who"), NOBODY.label("status"))
    is_same = or_(
        ReviewItem.reviewer_answer == ReviewItem.learner_answer,
        and_(
            ReviewItem.reviewer_answer == NOT_THEIR_WORK, ReviewItem.learner_answer == NOT_MY_WORK
        ),
    )
    reviewed = (
        select(
            case((is_same, str(Happened.REVIEWED)), else_=str(Happened.DIFFERED)),
            ReviewItem.skill_id,
            ReviewItem.revealed_at,
            NOBODY,
            NEVER,
            Person.name,
            NOBODY,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(Review.learner_id == LEARNER, ReviewItem.revealed_at.is_not(None))
    )
    endorsed = (
        select(
            case((is_same, str(Happened.SAME)), else_=str(Happened.AGREED)),
            Endorsement.skill_id,
            Endorsement.endorsed_at,
            Endorsement.answer,
            Endorsement.ended_at,
            Person.name,
            cast(Endorsement.status, String),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == LEARNER)
    )
    return union_all(rated, reviewed, endorsed)
