"""What happened to a record, month by month, on the version that somebody is on: rated, reviewed,
agreed, ended, moved to a version, a level reached or lost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tracker.frameworks.versions.rules_levels import known_rank
from tracker.frameworks.versions.rules_scale import Meaning
from tracker.record.sheet.rules import Sheet, SheetLine
from tracker.record.sheet.rules_words import Side, Word, counting
from tracker.record.workflow.rules import EndorsementStatus


class Happened(StrEnum):
    """`SAME`: reviewed with the same answer at once; `AGREED`: after a difference. `DIFFERED` and
    the last five are worked out."""

    RATED = "rated"
    REVIEWED = "reviewed"
    DIFFERED = "differed"
    SAME = "same"
    AGREED = "agreed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MOVED = "moved"
    REACHED = "reached"
    FELL = "fell"


class Happening(NamedTuple):
    """`answer`: None for one that was cleared. `ended_at`, `status`: of a reviewed rating that
    counts no more."""

    kind: Happened
    skill_id: int
    at: dt.datetime
    answer: str | None = ""
    who: str = ""
    ended_at: dt.datetime | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened on one day: to so many statements, by whom; or to a level of a domain.
    `because`: what let it fall. `version`: the one that they were moved to."""

    day: dt.date
    kind: Happened
    statements: int = 0
    who: str = ""
    domain_id: int = 0
    rank: int = 0
    because: Happened | None = None
    version: str = ""


ENDED = {EndorsementStatus.EXPIRED: Happened.EXPIRED, EndorsementStatus.REVOKED: Happened.REVOKED}
ENDORSED = frozenset({Happened.SAME, Happened.AGREED})
"""What makes a reviewed rating."""
FIRST = list(Happened)[::-1]
"""Of one day, a level before what it came by."""


def timeline(
    sheet: Sheet,
    happenings: Iterable[Happening],
    day_of: Callable[[dt.datetime], dt.date],
    domain_id: int | None = None,
) -> list[TimelineEntry]:
    """The newest day first; of one domain, where it is named. What is cleared was never rated.
    `day_of`: in the person's library."""
    domains = {
        skill_id: line.statement.domain_id
        for line in sheet.lines
        for skill_id in line.statement.skills
    }
    own = sheet.record.words[Side.OWN]
    cleared = {skill for skill, words in own.items() if all(word.answer is None for word in words)}
    told = [
        happening
        for happening in happenings
        if domain_id in (None, domains.get(happening.skill_id))
        and not (
            happening.kind is Happened.RATED
            and (happening.answer is None or happening.skill_id in cleared)
        )
    ]
    found = [*_counted(told, day_of), *_levels(sheet, told, day_of)]
    if domain_id is not None:
        found = [each for each in found if each.domain_id in (0, domain_id)]
    else:
        found += _moves(sheet, day_of)
    newest_first = found[::-1]
    return sorted(newest_first, key=lambda each: (each.day, -FIRST.index(each.kind)), reverse=True)


def _counted(
    told: Collection[Happening], day_of: Callable[[dt.datetime], dt.date]
) -> Iterator[TimelineEntry]:
    skills = defaultdict[tuple[dt.date, Happened, str], set[int]](set)
    same = {(each.skill_id, each.at) for each in told if each.kind is Happened.SAME}
    for each in told:
        differs = each.kind is Happened.REVIEWED and (each.skill_id, each.at) not in same
        kind = Happened.DIFFERED if differs else each.kind
        if kind is not Happened.SAME:
            skills[day_of(each.at), kind, each.who].add(each.skill_id)
        ended = _end_of(each)
        if ended is not None and each.ended_at is not None:
            skills[day_of(each.ended_at), ended, each.who].add(each.skill_id)
    for (day, kind, who), those in skills.items():
        yield TimelineEntry(day, kind, len(those), who)


def _end_of(each: Happening) -> Happened | None:
    return ENDED.get(EndorsementStatus(each.status)) if each.status else None


def _levels(
    sheet: Sheet, told: Iterable[Happening], day_of: Callable[[dt.datetime], dt.date]
) -> Iterator[TimelineEntry]:
    """Levels by what was reviewed, after each moment at which that changed."""
    endorsed = [each for each in told if each.kind in ENDORSED]
    moments = defaultdict[dt.datetime, dict[int, Happened]](dict)
    for each in endorsed:
        moments[each.at][each.skill_id] = each.kind
        if each.ended_at is not None:
            moments[each.ended_at].setdefault(each.skill_id, _end_of(each) or Happened.REVIEWED)
    lines = defaultdict[int, list[SheetLine]](list)
    for line in sheet.counted:
        for skill_id in line.statement.carrying_skills:
            lines[skill_id].append(line)
    of_skill = defaultdict[int, list[Happening]](list)
    for each in endorsed:
        of_skill[each.skill_id].append(each)
    meanings: dict[int, Meaning] = {}
    before: dict[int, int] = {}
    for at in sorted(moments):
        kinds: dict[int, Happened] = {}
        for skill_id, kind in moments[at].items():
            for line in lines[skill_id]:
                of = line.statement
                kinds.setdefault(of.domain_id, kind)
                those = [each for skill in of.carrying_skills for each in of_skill.get(skill, ())]
                word = counting(of, words_at(those, at))
                meanings.pop(of.id, None)
                if word is not None:
                    meanings[of.id] = sheet.version.scale.meaning(word.answer)
        standings = sheet.tallied(lambda line: meanings.get(line.statement.id), kinds)
        for domain_id, standing in standings.items():
            was, rank = before.get(domain_id, 0), known_rank(standing) or 0
            before[domain_id] = rank
            day = day_of(at)
            if rank > was:
                yield TimelineEntry(day, Happened.REACHED, domain_id=domain_id, rank=rank)
            elif rank < was:
                yield TimelineEntry(
                    day, Happened.FELL, domain_id=domain_id, rank=was, because=kinds[domain_id]
                )


def words_at(those: Iterable[Happening], at: dt.datetime) -> dict[int, list[Word]]:
    """What they said at that moment, by skill."""
    said = defaultdict[int, list[Word]](list)
    for number, each in enumerate(those):
        if each.at <= at:
            stands = each.ended_at is None or each.ended_at > at
            said[each.skill_id].append(Word(each.answer if stands else None, each.at, number))
    return dict(said)


def _moves(sheet: Sheet, day_of: Callable[[dt.datetime], dt.date]) -> Iterator[TimelineEntry]:
    for move in sheet.record.moves[1:]:
        yield TimelineEntry(day_of(move.at), Happened.MOVED, version=move.version)
