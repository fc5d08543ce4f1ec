"""What was said of one person's skills, and what of it counts for the statements of a version: the
sheet that every page of theirs is worked out from, so that no two can disagree.

A `Record` holds what was said, in whatever version. `as_seen` takes off what a reader may not see,
and only then does `on` fill in what counts.

What of all that was said counts for a statement:

- A word on a statement's own skill counts, and so does what was said of its origins;
- on a line of origins the newest word counts. One that was taken back hides what is as far or
  farther, and older;
- a skill that was merged of several has a line through each of them. Only where all lines have a
  word, and all words are the same, is it a word of the whole;
- of a skill's own word and its origins' the newer one counts; one of its own that was taken back
  hides all that is older.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

from tracker.frameworks.versions.rules import TALLIED, Meaning, Voice
from tracker.frameworks.versions.rules_levels import DomainLevels, standing_by_counts
from tracker.record.versions.rules import DomainShape, Origin, Place, Version, VersionStatement
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.wording import Wording


class Side(StrEnum):
    """Whose words: the learner's as they are now, as reviews last revealed them, and those of
    reviewers."""

    OWN = "own"
    REVEALED = "revealed"
    REVIEWED = "reviewed"


class SheetAnswer(NamedTuple):
    """What was said of a skill. `answer` None: it was taken back. `statement_id`: the wording that
    it was said of; `who` said it, where that isn't the learner, and `reason` why; of a reviewed
    one that is its status. `on`: when it was agreed, or of the past revealed; `day`: the one that
    was given for it. `of_answer`: the learner's, of which a reviewer said it. `place`: the level of
    an exception. Of a reviewed one in a review that hasn't ended the `id` is below 0."""

    answer: str | None
    at: dt.datetime
    id: int
    statement_id: int = 0
    who_id: int = 0
    who: str = ""
    reason: str = ""
    on: dt.datetime | None = None
    day: dt.date | None = None
    of_answer: str = ""
    place: Place | None = None


class SentItem(NamedTuple):
    """An item of a review, of those that were not withdrawn. `is_out`: it has not ended, and is
    with somebody who may go on with it. `uuid`: of its statement."""

    status: ItemStatus
    at: dt.datetime
    id: int
    statement_id: int
    revealed_at: dt.datetime | None
    round_id: int
    uuid: str
    is_out: bool


class LinkedEvidence(NamedTuple):
    """What the learner has to show for a skill. `version_id`: of the evidence, the current one.
    `at`: when it was linked or changed last."""

    version_id: int
    at: dt.datetime
    is_archived: bool


class CountsFrom(NamedTuple):
    """Of a statement that counts later: the `version` in which it came to them, and from when. The
    `round` begins on that day; None where no round begins before it. `is_changed`: they had another
    statement in its place."""

    version: str
    round: str | None
    day: dt.date
    is_changed: bool = False


class PointerMove(NamedTuple):
    """A row of `person_versions`, and its version: its name, and when it was published."""

    id: int
    framework_id: int
    at: dt.datetime
    published_at: dt.datetime
    version: str


class AgreedStep(NamedTuple):
    """What was agreed in a talk about an item and is not done yet. `title`: of its statement;
    `is_mine`: the learner does it, else the reviewer."""

    id: int
    item_id: int
    review_id: int
    text: str
    due_on: dt.date | None
    title: Wording
    reviewer: str
    is_mine: bool


Said = Mapping[int, Sequence[SheetAnswer]]
Spoken = TypeVar("Spoken", SheetAnswer, SentItem)


def counting(
    of: VersionStatement, by_skill: Said, *, all_origins: bool = False
) -> SheetAnswer | None:
    """The word that counts for a statement. `all_origins`: also those that don't carry."""
    if not by_skill:
        return None
    if of.lines:
        return max(parts(of, by_skill, all_origins=all_origins), key=_moment, default=None)
    own = _newest(by_skill.get(of.skill_id))
    return own if own is not None and own.answer is not None else None


def parts(of: VersionStatement, by_skill: Said, *, all_origins: bool = False) -> list[SheetAnswer]:
    """All words that count for a statement: several for one that was merged, which say the same."""
    own = _newest(by_skill.get(of.skill_id))
    inherited = _inherited(of, by_skill, all_origins=all_origins)
    if inherited and (own is None or own.at < max(inherited, key=_moment).at):
        return inherited
    return [own] if own is not None and own.answer is not None else []


def rated_before(of: VersionStatement, own: Said) -> bool:
    """Whether the learner rated only what the statement was made of, and has no rating that counts
    for it. A rating that they cleared themselves doesn't make it one."""
    if of.skill_id in own or counting(of, own) is not None:
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


def newest(of: VersionStatement, sent: Mapping[int, Sequence[SentItem]]) -> SentItem | None:
    """The newest item for the statement's skill or an origin that carries, whatever came of it."""
    if of.lines:
        items = (item for skill in of.carrying_skills for item in sent.get(skill, ()))
        return max(items, key=_moment, default=None)
    return _newest(sent.get(of.skill_id))


def _inherited(of: VersionStatement, by_skill: Said, *, all_origins: bool) -> list[SheetAnswer]:
    """The word of each line, where all have the same."""
    lines = [line for line in of.lines if all_origins or line[0].carries]
    words = [_of_line(line, by_skill, all_origins=all_origins) for line in lines]
    inherited = [word for word in words if word is not None]
    is_one = len(inherited) == len(lines) and len({word.answer for word in inherited}) == 1
    return inherited if is_one else []


def _of_line(line: Sequence[Origin], by_skill: Said, *, all_origins: bool) -> SheetAnswer | None:
    candidates: list[tuple[dt.datetime, int, int, SheetAnswer]] = []
    taken_back_at: dt.datetime | None = None
    for steps, origin in enumerate(line):
        words = by_skill.get(origin.skill_id, ()) if all_origins or origin.carries else ()
        gone = [word.at for word in words if word.answer is None]
        taken_back_at = max(filter(None, (taken_back_at, *gone)), default=None)
        candidates += [
            (word.at, -steps, word.id, word)
            for word in words
            if word.answer is not None and (taken_back_at is None or word.at > taken_back_at)
        ]
    return max(candidates)[-1] if candidates else None


def _newest(words: Sequence[Spoken] | None) -> Spoken | None:
    """Most skills have one word of a side, or none."""
    if not words:
        return None
    return words[0] if len(words) == 1 else max(words, key=_moment)


def _moment(word: SheetAnswer | SentItem) -> tuple[dt.datetime, int]:
    return word.at, word.id


Sent = Mapping[int, Sequence[SentItem]]
"""By skill."""

SEEN_WITH = {
    Side.OWN: frozenset(Side),
    Side.REVEALED: frozenset({Side.REVEALED, Side.REVIEWED}),
    None: frozenset({Side.REVIEWED}),
}
"""What else a reader gets who gets that side of the learner's."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was said of one person's skills. `exceptions`: those that are agreed. `left_out`: what
    their library doesn't rate. `later`: what counts later for them (models/record/later), whose
    answer says whether it changed. `moves`: between versions of the framework, in order.

    For the learner alone: what they link to skills (`evidence`), what went with the item of an
    endorsement (`reviewed_with`: its id and that of the version), the skills of which they noted
    something (`noted`), and what was agreed to do (`steps`).

    `targets`: the rank that each job profile of theirs expects, by domain. `use_statement`: whether
    they have read how ratings are used; None where nothing is published of it. `counts_from`: of
    what counts later, by the move by which it came to them."""

    person_id: int
    words: Mapping[Side, Said] = field(default_factory=dict)
    exceptions: Said = field(default_factory=dict)
    sent: Sent = field(default_factory=dict)
    left_out: Said = field(default_factory=dict)
    later: Said = field(default_factory=dict)
    moves: Sequence[PointerMove] = ()
    evidence: Mapping[int, Sequence[LinkedEvidence]] = field(default_factory=dict)
    reviewed_with: Collection[tuple[int, int]] = ()
    noted: Collection[int] = ()
    steps: Sequence[AgreedStep] = ()
    targets: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    use_statement: bool | None = None
    counts_from: Mapping[int, CountsFrom] = field(default_factory=dict)

    def as_seen(self, side: Side | None, hidden: Collection[int] | None) -> "Record":
        """By a reader who gets this side of the learner's, or none, and nothing that was said of
        `hidden` skills, all of them for None: with each are those that it was made of, and that
        were made of it."""

        def is_hidden(skill: int) -> bool:
            return hidden is None or skill in hidden

        def shown(by_skill: Said) -> Said:
            return {skill: words for skill, words in by_skill.items() if not is_hidden(skill)}

        return replace(
            self,
            words={of: shown(words) for of, words in self.words.items() if of in SEEN_WITH[side]},
            exceptions=shown(self.exceptions),
            sent={
                skill: [item._replace(**UNKNOWN) if is_hidden(skill) else item for item in items]
                for skill, items in self.sent.items()
            },
        )

    def on(self, version: Version, side: Side | None, today: dt.date) -> "Sheet":
        lines = tuple(map(self._line, version.statements))
        return Sheet(
            person_id=self.person_id,
            version=version,
            side=side,
            today=today,
            lines=lines,
            record=self,
        )

    def _line(self, of: VersionStatement) -> "SheetLine":
        words = {}
        for side, by_skill in self.words.items():
            if (word := counting(of, by_skill)) is not None:
                words[side] = word
        exception = counting(of, self.exceptions)
        later = self.later.get(of.skill_id)
        return SheetLine(
            statement=of,
            words=words,
            exception=exception if exception is not None and exception.place == of.place else None,
            sent=newest(of, self.sent),
            left_out=counting(of, self.left_out, all_origins=True),
            later=later[0] if later else None,
            again=bool(of.lines) and rated_before(of, self.words.get(Side.OWN, {})),
        )


UNKNOWN: Mapping[str, Any] = {"status": ItemStatus.WAITING, "revealed_at": None}
"""What a reader knows of an item of which they may know nothing: that it was sent."""


class SheetLine(NamedTuple):
    """What counts for one statement. `sent`: the newest item of it. `again`: not answered,
    but what it was made of was."""

    statement: VersionStatement
    words: Mapping[Side, SheetAnswer]
    exception: SheetAnswer | None
    sent: SentItem | None
    left_out: SheetAnswer | None
    later: SheetAnswer | None = None
    again: bool = False


@dataclass(frozen=True)
class Sheet:
    """Lines in the framework's order. `side`: the self side that its reader gets; `record`: as they
    see it."""

    person_id: int
    version: Version
    side: Side | None
    today: dt.date
    lines: tuple[SheetLine, ...]
    record: Record

    @cached_property
    def targets(self) -> dict[int, int]:
        """By domain, the higher one of all jobs."""
        return higher_of(self.record.targets.values())

    @cached_property
    def counted(self) -> list[SheetLine]:
        """What the library rates, without what counts later."""
        return [line for line in self.lines if line.left_out is None and line.later is None]

    @cached_property
    def domains(self) -> tuple[DomainShape, ...]:
        """As the library uses them, without what counts later."""
        out, later = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        for line in self.lines:
            level = line.statement.domain_id, line.statement.rank
            if line.later is not None:
                later[level] += 1
            elif line.left_out is not None:
                out[level] += 1
        return tuple(domain.without(later, out) for domain in self.version.domains)

    @cached_property
    def rated(self) -> int:
        """How many statements that count the self side has an answer to."""
        return sum(self.word(line, Voice.SELF) is not None for line in self.counted)

    def counts_from(self, line: SheetLine) -> CountsFrom | None:
        """None for what counts now."""
        if line.later is None:
            return None
        of_move = self.record.counts_from[line.later.id]
        return of_move._replace(is_changed=bool(line.later.answer))

    def word(self, line: SheetLine, voice: Voice) -> SheetAnswer | None:
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

    def standings(self, voice: Voice) -> dict[int, DomainLevels]:
        """By domain, against the targets."""
        if voice not in self._standings:
            self._standings[voice] = self.tallied(partial(self.meaning, voice=voice))
        return self._standings[voice]

    def standing(self, voice: Voice, domain_id: int) -> DomainLevels:
        return self.tallied(partial(self.meaning, voice=voice), {domain_id})[domain_id]

    @cached_property
    def _standings(self) -> dict[Voice, dict[int, DomainLevels]]:
        """Those that were asked for."""
        return {}

    def tallied(
        self,
        meaning: Callable[[SheetLine], Meaning | None],
        domain_ids: Collection[int] | None = None,
    ) -> dict[int, DomainLevels]:
        """By domain, of all or of these, where that is what counts for the statements."""
        counts = Counter(
            (line.statement.domain_id, line.statement.rank, meaning(line))
            for line in self.counted
            if domain_ids is None or line.statement.domain_id in domain_ids
        )
        return {
            domain.id: standing_by_counts(
                domain.rule,
                tuple(
                    (
                        level.rank,
                        level.listed,
                        level.not_rated_here,
                        *(counts[domain.id, level.rank, meaning] for meaning in TALLIED),
                    )
                    for level in domain.levels
                ),
                self.targets.get(domain.id),
            )
            for domain in self.domains
            if domain_ids is None or domain.id in domain_ids
        }


def higher_of(jobs: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The rank expected by domain. What one job expects nothing of is measured by the others."""
    higher: dict[int, int] = {}
    for ranks in jobs:
        for domain_id, rank in ranks.items():
            higher[domain_id] = max(rank, higher.get(domain_id, rank))
    return higher
