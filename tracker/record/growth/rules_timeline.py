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
        event
        for event in happenings
        if domain_id in (None, domains.get(event.skill_id))
        and not (
            event.kind is Happened.RATED and (event.answer is None or event.skill_id in cleared)
        )
    ]
    entries = [*_counted(told, day_of), *_levels(sheet, told, day_of)]
    if domain_id is not None:
        entries = [entry for entry in entries if entry.domain_id in (0, domain_id)]
    else:
        entries += _moves(sheet, day_of)
    newest_first = entries[::-1]
    return sorted(
        newest_first, key=lambda entry: (entry.day, -FIRST.index(entry.kind)), reverse=True
    )


def _counted(
    told: Collection[Happening], day_of: Callable[[dt.datetime], dt.date]
) -> Iterator[TimelineEntry]:
    skills = defaultdict[tuple[dt.date, Happened, str], set[int]](set)
    for event in told:
        if event.kind is not Happened.SAME:
            skills[day_of(event.at), event.kind, event.who].add(event.skill_id)
        ended = _end_of(event)
        if ended is not None and event.ended_at is not None:
            skills[day_of(event.ended_at), ended, event.who].add(event.skill_id)
    for (day, kind, who), those in skills.items():
        yield TimelineEntry(day, kind, len(those), who)


def _end_of(event: Happening) -> Happened | None:
    return ENDED.get(EndorsementStatus(event.status)) if event.status else None


def _levels(
    sheet: Sheet, told: Iterable[Happening], day_of: Callable[[dt.datetime], dt.date]
) -> Iterator[TimelineEntry]:
    """Levels by what was reviewed, after each moment at which that changed."""
    endorsed = [event for event in told if event.kind in ENDORSED]
    moments = defaultdict[dt.datetime, dict[int, Happened]](dict)
    for event in endorsed:
        moments[event.at][event.skill_id] = event.kind
        if event.ended_at is not None:
            moments[event.ended_at].setdefault(event.skill_id, _end_of(event) or Happened.REVIEWED)
    lines = defaultdict[int, list[SheetLine]](list)
    for line in sheet.counted:
        for skill_id in line.statement.carrying_skills:
            lines[skill_id].append(line)
    of_skill = defaultdict[int, list[Happening]](list)
    for event in endorsed:
        of_skill[event.skill_id].append(event)
    meanings: dict[int, Meaning] = {}
    before: dict[int, int] = {}
    for at in sorted(moments):
        kinds: dict[int, Happened] = {}
        for skill_id, kind in moments[at].items():
            for line in lines[skill_id]:
                of = line.statement
                kinds.setdefault(of.domain_id, kind)
                those = [event for skill in of.carrying_skills for event in of_skill.get(skill, ())]
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
    """What had been said at that moment, by skill."""
    words = defaultdict[int, list[Word]](list)
    for number, event in enumerate(those):
        if event.at <= at:
            stands = event.ended_at is None or event.ended_at > at
            words[event.skill_id].append(Word(event.answer if stands else None, event.at, number))
    return dict(words)


def _moves(sheet: Sheet, day_of: Callable[[dt.datetime], dt.date]) -> Iterator[TimelineEntry]:
    for move in sheet.record.moves[1:]:
        yield TimelineEntry(day_of(move.at), Happened.MOVED, version=move.version)
