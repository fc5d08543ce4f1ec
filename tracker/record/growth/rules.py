"""How a profile has changed since an earlier moment, statement by statement: each side against
itself, as the same reader gets it.

What happened to a record, month by month, on the version that somebody is on: rated, reviewed,
agreed, ended, moved to a version, a level reached or lost.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import DomainLevels, LevelState, LevelView, known_rank
from tracker.record.sheet.rules import Sheet, SheetAnswer, SheetLine, Side, counting
from tracker.record.versions.rules import DomainShape, VersionStatement
from tracker.record.workflow.rules import EndorsementStatus
from tracker.rules.core.wording import Wording


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


def words_at(those: Iterable[Happening], at: dt.datetime) -> dict[int, list[SheetAnswer]]:
    """What had been said at that moment, by skill."""
    words = defaultdict[int, list[SheetAnswer]](list)
    for number, event in enumerate(those):
        if event.at <= at:
            stands = event.ended_at is None or event.ended_at > at
            words[event.skill_id].append(
                SheetAnswer(event.answer if stands else None, event.at, number)
            )
    return dict(words)


def _moves(sheet: Sheet, day_of: Callable[[dt.datetime], dt.date]) -> Iterator[TimelineEntry]:
    for move in sheet.record.moves[1:]:
        yield TimelineEntry(day_of(move.at), Happened.MOVED, version=move.version)


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One statement, and what was said of it then and is said now ("" for nothing)."""

    statement_id: int
    domain_id: int
    title: Wording
    before: Wording
    after: Wording


@dataclass(frozen=True, slots=True)
class Growth:
    """`up` and `down`: answers of the self side that went along the scale; what had no place on it
    then or now did not move. `newly` and `no_longer`: endorsed as met."""

    up: tuple[StatementChange, ...] = ()
    down: tuple[StatementChange, ...] = ()
    newly: tuple[StatementChange, ...] = ()
    no_longer: tuple[StatementChange, ...] = ()


def growth(then: Sheet, now: Sheet) -> Growth:
    """Both on the version of now, as the same reader gets them. What the library does not rate, or
    counts later, is left out; without a self side there is nothing by statement."""
    if then.side is None:
        return Growth()
    scale = now.version.scale
    before = {line.statement.id: line for line in then.lines}
    moved: dict[bool, list[StatementChange]] = {True: [], False: []}
    met: dict[bool, list[StatementChange]] = {True: [], False: []}
    for line in now.counted:
        of, earlier = line.statement, before[line.statement.id]
        own, was_own = now.answer(line, Voice.SELF), then.answer(earlier, Voice.SELF)
        step, was_step = (scale.step(answer) if answer else None for answer in (own, was_own))
        if step and was_step and step != was_step:
            moved[step > was_step].append(_change(now, of, was_own, own))
        reviewed = now.answer(line, Voice.ENDORSED)
        was_reviewed = then.answer(earlier, Voice.ENDORSED)
        is_met, was_met = (scale.meaning(key) is Meaning.MET for key in (reviewed, was_reviewed))
        if is_met is not was_met:
            met[is_met].append(_change(now, of, was_reviewed, reviewed))
    return Growth(tuple(moved[True]), tuple(moved[False]), tuple(met[True]), tuple(met[False]))


class MetCount(NamedTuple):
    """The statements rated, and endorsed, as met."""

    own: frozenset[int]
    endorsed: frozenset[int]


def met_now(now: Sheet) -> MetCount:
    """Statements that are met now, of those that `growth` compares."""
    return MetCount(
        *(
            frozenset(
                line.statement.id
                for line in now.counted
                if now.version.scale.meaning(now.answer(line, voice)) is Meaning.MET
            )
            for voice in (Voice.SELF, Voice.ENDORSED)
        )
    )


def met_at(now: Sheet, happenings: Sequence[Happening], at: dt.datetime) -> MetCount:
    """The statements that were met at that moment, on the version of now: what `met_now` says of
    the sheet of then, without reading that. A skill without origins of which nothing is told here
    has had what counts now since it was said."""
    told = {happening.skill_id for happening in happenings}
    meaning = now.version.scale.meaning

    def met(side: Side, kinds: Collection[Happened]) -> frozenset[int]:
        words = words_at((event for event in happenings if event.kind in kinds), at)
        met_ids = set()
        for line in now.counted:
            of = line.statement
            is_told = of.lines or of.skill_id in told
            word = counting(of, words) if is_told else line.words.get(side)
            if word is not None and word.at <= at and meaning(word.answer) is Meaning.MET:
                met_ids.add(of.id)
        return frozenset(met_ids)

    return MetCount(met(Side.OWN, {Happened.RATED}), met(Side.REVIEWED, ENDORSED))


@dataclass(frozen=True, slots=True)
class DomainMove:
    """A domain in which another level is reached than was: rank `was`, 0 for none."""

    domain: DomainShape
    was: int
    rank: int
    standing: DomainLevels

    @property
    def view(self) -> LevelView:
        """The level that was reached, or that is in the way of the one that was."""
        if self.rank > self.was:
            return self.standing.level(self.rank)
        return lost_level(self.standing, self.was)


def lost_level(now: DomainLevels, was: int) -> LevelView:
    """The lowest level above the one held now, up to the one held before, that counts; where none
    counts, the highest."""
    lost = [level for level in now.levels if now.held_rank < level.rank <= was]
    counting = (level for level in lost if level.state is not LevelState.LIMITED)
    return next(counting, lost[-1])


def moved_by(then: Sheet, now: Sheet, statement_ids: Collection[int]) -> list[DomainMove]:
    """The levels that the reviewed ratings of these statements moved, with all else as it is now.
    Both sheets on one version, as the same reader gets them."""
    before = {
        line.statement.id: then.meaning(line, Voice.ENDORSED)
        for line in then.lines
        if line.statement.id in statement_ids
    }

    def meaning(line: SheetLine) -> Meaning | None:
        if line.statement.id in before:
            return before[line.statement.id]
        return now.meaning(line, Voice.ENDORSED)

    moves = []
    standings = now.standings(Voice.ENDORSED)
    was = now.tallied(meaning)
    for domain in now.domains:
        standing = standings[domain.id]
        rank, rank_before = standing.held_rank, was[domain.id].held_rank
        if rank != rank_before:
            moves.append(DomainMove(domain, rank_before, rank, standing))
    return moves


def _change(
    sheet: Sheet, of: VersionStatement, before: str | None, after: str | None
) -> StatementChange:
    then, now = (sheet.version.labels[answer] if answer else "" for answer in (before, after))
    return StatementChange(
        statement_id=of.id, domain_id=of.domain_id, title=of.title, before=then, after=now
    )
