"""What counts for a statement of a version, in plain Python: from what was decided between versions,
and from who said what of which wording. It knows nothing of the product's skills and origins."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.factories.answers import MEANING, Answer
from tracker.frameworks.versions.rules import Meaning

Place = tuple[str, str, int]
"""Section, domain, and level."""


@dataclass(frozen=True, slots=True)
class Word:
    """An answer; None where it was taken back."""

    answer: str | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Text:
    """Words for oneself and for the reviewer, and when they were written."""

    words: frozenset[str]
    at: dt.datetime


@dataclass(slots=True)
class Lineage:
    """`skill_of`: by statement, which skill it is a wording of; `made_of`: by skill, what it was made
    of, and whether what was said of that counts for it."""

    skill_of: dict[int, int] = field(default_factory=dict)
    made_of: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)

    def add(self, statement_id: int, befores: list[tuple[int, bool]], *, is_part: bool) -> None:
        """`befores`: earlier statements that it takes the place of. What goes on alone, and carries,
        is the same skill."""
        if len(befores) == 1 and befores[0][1] and not is_part:
            self.skill_of[statement_id] = self.skill_of[befores[0][0]]
            return
        skill = self.skill_of[statement_id] = len(self.made_of)
        self.made_of[skill] = [(self.skill_of[each], carries) for each, carries in befores]

    def ways(self, skill: int) -> Iterator[tuple[tuple[int, bool], ...]]:
        """Each way back to what was made of nothing, the nearest first: what it was made of, and
        whether what was said of that counts here."""
        for of, carries in self.made_of[skill]:
            for rest in list(self.ways(of)) or [()]:
                yield (of, carries), *((each, counts and carries) for each, counts in rest)

    def word(self, skill: int, words: Mapping[int, Word], *, every: bool = False) -> Word | None:
        """Of its own word and that of what it was made of the newer one; where it was merged, only if
        every way back says the same. `every`: also of what doesn't carry."""
        ways = [way for way in self.ways(skill) if every or way[0][1]]
        said = [
            _on_the_way([words[of] for of, counts in way if of in words and (every or counts)])
            for way in ways
        ]
        answers = {each.answer if each else None for each in said}
        own, theirs = words.get(skill), None
        if len(answers) == 1 and None not in answers:
            theirs = Word(answers.pop(), max(each.at for each in said if each))
        return max(filter(None, (own, theirs)), key=lambda each: each.at, default=None)

    def counting(
        self, statement_id: int, words: Mapping[int, Word], *, every: bool = False
    ) -> Word | None:
        word = self.word(self.skill_of[statement_id], words, every=every)
        return word if word and word.answer is not None else None

    def line(self, skill: int, *, carrying: bool = False) -> set[int]:
        """The skill, and all that it was made of."""
        origins = [of for of, carries in self.made_of[skill] if carries or not carrying]
        return {skill}.union(*(self.line(of, carrying=carrying) for of in origins))

    def asks_again(self, skill: int, own: Mapping[int, Word]) -> bool:
        """Whether something that it was made of is answered, and nothing nearer was cleared, on
        whichever way: whoever cleared one part that is merged again is not asked for the whole."""
        answered, cleared = set[int](), set[int]()
        for way in self.ways(skill):
            is_cleared = False
            for of, _carries in way:
                if of in own and own[of].answer is None:
                    is_cleared = True
                elif of in own:
                    (cleared if is_cleared else answered).add(of)
        return bool(answered - cleared)


def _on_the_way(words: list[Word]) -> Word | None:
    """The newest; one that was taken back takes along what is older and as far or farther."""
    found: Word | None = None
    for word in reversed(words):
        if found is None or word.at > found.at:
            found = word if word.answer is not None else None
    return found


@dataclass(slots=True)
class Said:
    """What stands of one person, and of their library, by skill; exceptions also by where they were
    agreed. `notes`: at a rating, for themselves and for the reviewer; `typed`: those that wait for
    an answer; `links`: pieces of evidence."""

    own: dict[int, Word] = field(default_factory=dict)
    endorsed: dict[int, Word] = field(default_factory=dict)
    revealed: dict[int, Word] = field(default_factory=dict)
    excepted: dict[tuple[int, Place], Word] = field(default_factory=dict)
    notes: dict[int, Text] = field(default_factory=dict)
    typed: dict[int, Text] = field(default_factory=dict)
    links: dict[int, set[int]] = field(default_factory=dict)
    left_out: dict[int, Word] = field(default_factory=dict)
    decided: dict[int, Word] = field(default_factory=dict)


Notes = frozenset[str]
Tally = Counter[tuple[str, str, int, Meaning]]
"""How many answers of each meaning count, by section, domain, and level."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What counts for somebody on one version, by statement."""

    own: Mapping[int, Word]
    endorsed: Mapping[int, Word]
    revealed: Mapping[int, Word]
    excepted: frozenset[int]
    left_out: frozenset[int]
    decided: Mapping[int, str]
    evidence: Mapping[int, frozenset[int]]
    notes: Mapping[int, Notes]
    again: frozenset[int]
    tallies: Mapping[str, Tally]


Placed = Mapping[int, Place]
"""The statements of a version."""


def counts(of: Lineage, said: Said, placed: Placed) -> Counts:
    def through(words: Mapping[int, Word], *, every: bool = False) -> dict[int, Word]:
        found = {key: of.counting(key, words, every=every) for key in placed}
        return {key: word for key, word in found.items() if word}

    own, endorsed, revealed = (through(each) for each in (said.own, said.endorsed, said.revealed))
    left_out = frozenset(through(said.left_out, every=True))
    excepted = frozenset(key for key in placed if _is_excepted(of, said, key, placed[key]))
    line = {key: of.line(of.skill_of[key]) for key in placed}
    linked = {
        key: frozenset().union(*(said.links.get(skill, set()) for skill in line[key]))
        for key in placed
    }
    notes = {key: frozenset(_notes(of, said, key, own)) for key in placed}
    voices = {"own": own, "revealed": revealed, "endorsed": endorsed}
    return Counts(
        own=own,
        endorsed=endorsed,
        revealed=revealed,
        excepted=excepted - left_out,
        left_out=left_out,
        decided={key: str(word.answer) for key, word in through(said.decided, every=True).items()},
        evidence={key: pieces for key, pieces in linked.items() if pieces},
        notes={key: texts for key, texts in notes.items() if texts},
        again=frozenset(
            key
            for key in placed
            if key not in own
            and of.skill_of[key] not in said.own
            and of.asks_again(of.skill_of[key], said.own)
        ),
        tallies={
            voice: _tally(words, placed, left_out, excepted if voice == "endorsed" else frozenset())
            for voice, words in voices.items()
        },
    )


def counts_in_levels(_statement_id: int) -> bool:
    """Everything that counts for a statement does."""
    return True


def _tally(
    words: Mapping[int, Word], placed: Placed, left_out: frozenset[int], excepted: frozenset[int]
) -> Tally:
    answers = {key: Answer(str(word.answer)) for key, word in words.items()}
    answers |= dict.fromkeys(excepted, Answer.NOT_MY_WORK)
    return Counter(
        (*placed[key], MEANING[answer])
        for key, answer in answers.items()
        if key not in left_out and counts_in_levels(key)
    )


def _is_excepted(of: Lineage, said: Said, statement_id: int, place: Place) -> bool:
    """Where it is at the level for which it was agreed."""
    there = {skill: word for (skill, at), word in said.excepted.items() if at == place}
    return of.counting(statement_id, there) is not None


def _notes(of: Lineage, said: Said, statement_id: int, own: Mapping[int, Word]) -> Iterator[str]:
    """At its own rating and, where another one counts, at what it was made of; while nothing does and
    it was never rated, what waits for an answer, there too. What waits at itself was written in place
    of what was there before."""
    skill, counting = of.skill_of[statement_id], own.get(statement_id)
    mine, waits = said.notes.get(skill), said.typed.get(skill)
    others = list[Text]()
    if counting and (skill not in said.own or counting.at > said.own[skill].at):
        line = of.line(skill, carrying=True) - {skill}
        others = [said.notes[each] for each in line if each in said.notes]
    elif counting is None and mine is None:
        line = of.line(skill) - {skill}
        others = [said.typed[each] for each in line if each in said.typed]
    for text in [mine or waits, *others]:
        if text and (text in (mine, waits) or mine or waits is None or text.at > waits.at):
            yield from text.words
