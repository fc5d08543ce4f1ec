"""What was said of one person's skills, and what of it counts for the statements of a version: the
sheet that every page of theirs is worked out from, so that no two can disagree.

A `Record` holds what was said, in whatever version. `as_seen` takes off what a reader may not see,
and only then does `on` fill in what counts:

- a word on a statement's own skill counts, and so does what was said of its origins;
- on a line of origins the newest word counts. One that was taken back hides what is as far or
  farther, and older;
- a skill that was merged of several has a line through each of them. Only where all lines have a
  word, and all words are the same, is it a word of the whole;
- of a skill's own word and its origins' the newer one counts; one of its own that was taken back
  hides all that is older.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from tracker.rules.frameworks.scale import Meaning, Voice
from tracker.rules.profiles.levels import DomainStanding, LevelTally, standing
from tracker.rules.profiles.targets import higher_of
from tracker.rules.record.versions import DomainShape, Origin, Place, Version, VersionStatement


class Side(StrEnum):
    """Whose words: the learner's as they are now, as reviews last revealed them, and those of
    reviewers."""

    OWN = "own"
    REVEALED = "revealed"
    REVIEWED = "reviewed"


class Word(NamedTuple):
    """What was said of a skill. `answer` None: it was taken back. `statement_id`: the wording that
    it was said of; `who` said it, where that isn't the learner, and `reason` why. `on`: when it was
    agreed or revealed; `day`: the one that was given for it. `place`: the level of an
    exception."""

    answer: str | None
    at: dt.datetime
    id: int
    statement_id: int = 0
    who_id: int = 0
    who: str = ""
    reason: str = ""
    on: dt.datetime | None = None
    day: dt.date | None = None
    place: Place | None = None


Said = Mapping[int, Sequence[Word]]
"""By skill."""

SEEN_WITH = {
    Side.OWN: frozenset(Side),
    Side.REVEALED: frozenset({Side.REVEALED, Side.REVIEWED}),
    None: frozenset({Side.REVIEWED}),
}
"""What else a reader gets who gets that side of the learner's."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was said of one person's skills. `exceptions`: those that are agreed. `sent`: the items
    of reviews, whose answer is their status. `left_out`: what their library doesn't rate. `later`:
    what counts later for them (models/record/later), whose answer says whether it changed.

    `targets`: the rank that each job profile of theirs expects, by domain. `use_statement`: whether
    they have read how ratings are used; None where nothing is published of it."""

    person_id: int
    words: Mapping[Side, Said] = field(default_factory=dict)
    exceptions: Said = field(default_factory=dict)
    sent: Said = field(default_factory=dict)
    left_out: Said = field(default_factory=dict)
    later: Said = field(default_factory=dict)
    targets: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    use_statement: bool | None = None

    def as_seen(self, side: Side | None, hidden: Collection[int]) -> "Record":
        """By a reader who gets this side of the learner's, or none, and nothing that was said of
        `hidden` skills: with each of these are those that it was made of, and that were made of
        it."""

        def shown(said: Said) -> Said:
            return {skill: words for skill, words in said.items() if skill not in hidden}

        return replace(
            self,
            words={of: shown(said) for of, said in self.words.items() if of in SEEN_WITH[side]},
            exceptions=shown(self.exceptions),
            sent=shown(self.sent),
        )

    def on(self, version: Version, side: Side | None, today: dt.date) -> "Sheet":
        return Sheet(
            self.person_id,
            version,
            side,
            today,
            tuple(self._line(each) for each in version.statements),
            self.targets,
            self.use_statement,
        )

    def _line(self, of: VersionStatement) -> "SheetLine":
        exception = counting(of, self.exceptions)
        stays = exception is not None and exception.place == of.place
        return SheetLine(
            statement=of,
            words={
                side: word
                for side, said in self.words.items()
                if (word := counting(of, said)) is not None
            },
            exception=exception if stays else None,
            sent=newest(of, self.sent),
            left_out=counting(of, self.left_out, all_origins=True),
            later=next(iter(self.later.get(of.skill_id, ())), None),
            again=rated_before(of, self.words.get(Side.OWN, {})),
        )


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What counts for one statement. `sent`: where the newest item of it is. `again`: not answered,
    but what it was made of was."""

    statement: VersionStatement
    words: Mapping[Side, Word]
    exception: Word | None
    sent: Word | None
    left_out: Word | None
    later: Word | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines in the framework's order. `side`: the self side that its reader gets."""

    person_id: int
    version: Version
    side: Side | None
    today: dt.date
    lines: tuple[SheetLine, ...]
    by_job: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    use_statement: bool | None = None

    @property
    def targets(self) -> dict[int, int]:
        """By domain, the higher one of all jobs."""
        return higher_of(self.by_job.values())

    @property
    def counted(self) -> list[SheetLine]:
        """What the library rates, without what counts later."""
        return [line for line in self.lines if line.left_out is None and line.later is None]

    @property
    def domains(self) -> tuple[DomainShape, ...]:
        """As the library uses them, without what counts later."""
        out, later = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        for line in self.lines:
            level = line.statement.domain_id, line.statement.rank
            if line.later is not None:
                later[level] += 1
            elif line.left_out is not None:
                out[level] += 1
        return tuple(
            replace(
                domain,
                levels=tuple(
                    replace(
                        level,
                        listed=level.listed - later[domain.id, level.rank],
                        not_rated_here=out[domain.id, level.rank],
                    )
                    for level in domain.levels
                ),
            )
            for domain in self.version.domains
        )

    def word(self, line: SheetLine, voice: Voice) -> Word | None:
        side = Side.REVIEWED if voice is Voice.ENDORSED else self.side
        return line.words.get(side) if side is not None else None

    def answer(self, line: SheetLine, voice: Voice) -> str | None:
        word = self.word(line, voice)
        return word.answer if word is not None else None

    def meaning(self, line: SheetLine, voice: Voice) -> Meaning | None:
        """What it counts as; None without a word."""
        if voice is Voice.ENDORSED and line.exception is not None:
            return Meaning.EXCLUDED
        word = self.word(line, voice)
        return self.version.scale.meaning(word.answer) if word is not None else None

    def standings(self, voice: Voice) -> dict[int, DomainStanding]:
        """By domain, against the targets."""
        targets = self.targets
        counts: defaultdict[tuple[int, int], Counter[Meaning]] = defaultdict(Counter)
        for line in self.counted:
            meaning = self.meaning(line, voice)
            if meaning is not None:
                counts[line.statement.domain_id, line.statement.rank][meaning] += 1
        return {
            domain.id: standing(
                [
                    LevelTally.of(
                        level.rank,
                        level.listed,
                        level.not_rated_here,
                        *(counts[domain.id, level.rank][each] for each in TALLIED),
                    )
                    for level in domain.levels
                ],
                targets.get(domain.id),
            )
            for domain in self.domains
        }


TALLIED = (Meaning.EXCLUDED, Meaning.MET, Meaning.NOT_MET)
"""As a tally has them; the rest is open."""


def counting(of: VersionStatement, said: Said, *, all_origins: bool = False) -> Word | None:
    """The word that counts for a statement. `all_origins`: also those that don't carry."""
    own = max(said.get(of.skill_id, ()), key=_moment, default=None)
    inherited = _inherited(of, said, all_origins=all_origins) if of.lines else None
    if inherited is not None and (own is None or own.at < inherited.at):
        return inherited
    return own if own is not None and own.answer is not None else None


def rated_before(of: VersionStatement, own: Said) -> bool:
    """Whether the learner never answered it, nor what counts for it, but something that it was made
    of: what they cleared themselves, here or nearer, is not among it."""
    if not of.lines or of.skill_id in own or counting(of, own) is not None:
        return False
    answered, cleared = set[int](), set[int]()
    for line in of.lines:
        is_cleared = False
        for origin in line:
            words = own.get(origin.skill_id)
            if words and max(words, key=_moment).answer is None:
                is_cleared = True
            elif is_cleared:
                cleared.add(origin.skill_id)
            elif words:
                answered.add(origin.skill_id)
    return bool(answered - cleared)


def newest(of: VersionStatement, said: Said) -> Word | None:
    """Of the statement's skill and the origins that carry, whatever was said of each."""
    skills = {of.skill_id, *(each.skill_id for line in of.lines for each in line if each.carries)}
    return max(
        (word for skill in skills for word in said.get(skill, ())), key=_moment, default=None
    )


def _inherited(of: VersionStatement, said: Said, *, all_origins: bool) -> Word | None:
    """What all lines have in common."""
    lines = [line for line in of.lines if all_origins or line[0].carries]
    words = [_of_line(line, said, all_origins=all_origins) for line in lines]
    there = [word for word in words if word is not None]
    if not lines or len(there) < len(lines) or len({each.answer for each in there}) > 1:
        return None
    return max(there, key=_moment)


def _of_line(line: Sequence[Origin], said: Said, *, all_origins: bool) -> Word | None:
    found: list[tuple[dt.datetime, int, int, Word]] = []
    taken_back_at: dt.datetime | None = None
    for steps, origin in enumerate(line):
        words = said.get(origin.skill_id, ()) if all_origins or origin.carries else ()
        gone = [word.at for word in words if word.answer is None]
        taken_back_at = max(filter(None, (taken_back_at, *gone)), default=None)
        found += [
            (word.at, -steps, word.id, word)
            for word in words
            if word.answer is not None and (taken_back_at is None or word.at > taken_back_at)
        ]
    return max(found)[-1] if found else None


def _moment(word: Word) -> tuple[dt.datetime, int]:
    return word.at, word.id
