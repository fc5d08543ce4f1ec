"""What was said of one person's skills, and what of it counts for the statements of a version: the
sheet that every page of theirs is worked out from, so that no two can disagree.

A `Record` holds what was said, in whatever version. `as_seen` takes off what a reader may not see,
and only then does `on` fill in what counts (record/sheet/rules_words).
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

from tracker.frameworks.versions.rules_levels import DomainStanding, standing_by_counts
from tracker.frameworks.versions.rules_scale import TALLIED, Meaning, Voice
from tracker.record.sheet.rules_words import (
    AgreedStep,
    CountsFrom,
    LinkedEvidence,
    PointerMove,
    Said,
    SentItem,
    Side,
    Word,
    counting,
    newest,
    rated_before,
)
from tracker.record.versions.rules import DomainShape, Version, VersionStatement
from tracker.record.workflow.rules import ItemStatus

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
        return Sheet(self.person_id, version, side, today, lines, self)

    def _line(self, of: VersionStatement) -> "SheetLine":
        words = {}
        for side, by_skill in self.words.items():
            if (word := counting(of, by_skill)) is not None:
                words[side] = word
        exception = counting(of, self.exceptions)
        later = self.later.get(of.skill_id)
        return SheetLine(
            of,
            words,
            exception if exception is not None and exception.place == of.place else None,
            newest(of, self.sent),
            counting(of, self.left_out, all_origins=True),
            later[0] if later else None,
            bool(of.lines) and rated_before(of, self.words.get(Side.OWN, {})),
        )


UNKNOWN: Mapping[str, Any] = {"status": ItemStatus.WAITING, "revealed_at": None}
"""What a reader knows of an item of which they may know nothing: that it was sent."""


class SheetLine(NamedTuple):
    """What counts for one statement. `sent`: the newest item of it. `again`: not answered,
    but what it was made of was."""

    statement: VersionStatement
    words: Mapping[Side, Word]
    exception: Word | None
    sent: SentItem | None
    left_out: Word | None
    later: Word | None = None
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
        if voice not in self._standings:
            self._standings[voice] = self.tallied(partial(self.meaning, voice=voice))
        return self._standings[voice]

    def standing(self, voice: Voice, domain_id: int) -> DomainStanding:
        return self.tallied(partial(self.meaning, voice=voice), {domain_id})[domain_id]

    @cached_property
    def _standings(self) -> dict[Voice, dict[int, DomainStanding]]:
        """Those that were asked for."""
        return {}

    def tallied(
        self,
        meaning: Callable[[SheetLine], Meaning | None],
        domain_ids: Collection[int] | None = None,
    ) -> dict[int, DomainStanding]:
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
