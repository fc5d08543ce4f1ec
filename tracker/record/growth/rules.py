"""How a profile has changed since an earlier moment, statement by statement: each side against
itself, as the same reader gets it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.frameworks.versions.rules_levels import DomainStanding, LevelState, LevelView
from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.record.growth.rules_timeline import ENDORSED, Happened, Happening, words_at
from tracker.record.sheet.rules import Sheet, SheetLine
from tracker.record.sheet.rules_words import Side, counting
from tracker.record.versions.rules import DomainShape, VersionStatement
from tracker.rules.core.wording import Wording


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
    standing: DomainStanding

    @property
    def view(self) -> LevelView:
        """The level that was reached, or that is in the way of the one that was."""
        if self.rank > self.was:
            return self.standing.level(self.rank)
        return lost_level(self.standing, self.was)


def lost_level(now: DomainStanding, was: int) -> LevelView:
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
    return StatementChange(of.id, of.domain_id, of.title, then, now)
