"""Whose reviewed level changes with a next version, at the levels that other statements count for
in it; and which statements come into a level, or leave it, from one version to a later one.

As on the day of a move: what is new or asked again counts from the next round, so it isn't listed
then (models/record/later).

The changes of a next version as plain rows: for a spreadsheet, for programs, for a terminal.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from tracker.frameworks.changes.rules import Carries, Kind, VersionChange, VersionComparison
from tracker.frameworks.changes.rules_places import Place, PlacedStatement
from tracker.frameworks.versions.rules import NOT_MY_WORK, Meaning, Scale
from tracker.frameworks.versions.rules_levels import LevelRule, LevelTally, standing

Listed = Mapping[tuple[str, str], Mapping[int, list[str]]]
"""Uuids by domain and rank."""
LeftOut = frozenset[str]


@dataclass(frozen=True, slots=True)
class ReviewedPerson:
    """What stands for somebody, by uuid: on the version in use and, of a statement that comes back,
    where it was last. `excepted`: agreed that it doesn't apply to them; `had`: those that come
    back, where a version that they were on had it."""

    library_id: int
    answers: dict[str, str] = field(default_factory=dict)
    excepted: set[str] = field(default_factory=set)
    had: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class LevelEffects:
    """How many people would hold a level then and do not now, and the other way round."""

    reached: Counter[Place] = field(default_factory=Counter)
    lost: Counter[Place] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ChangedLevel:
    """How many statements it lists in both versions, of which one is `named` for the titles of its
    place; and how many of the next one's count from the next round for who had none of them."""

    named: PlacedStatement
    before: int
    after: int
    later: int
    rules: tuple[LevelRule, LevelRule]

    @property
    def place(self) -> Place:
        return self.named.place

    @property
    def at_once(self) -> int:
        """How many count on the day of a move, for who had none of those that count later."""
        return self.after - self.later

    @property
    def is_too_few(self) -> bool:
        """Whether the next version has too few statements there to say that somebody reached it."""
        return self.at_once < self.rules[1].least


@dataclass(frozen=True, slots=True)
class MadeOf:
    """Those that a statement of the next version is made of; whether what was said of them counts
    for it, and whether they are at the level where it is."""

    befores: frozenset[str]
    carries: bool
    stays: bool


@dataclass(frozen=True)
class NextLevels:
    """The levels of a next version. `gone`: uuids of those of earlier versions that the one in use
    doesn't have."""

    comparison: VersionComparison
    carries: Carries
    gone: Collection[str] = ()

    @cached_property
    def _old(self) -> list[PlacedStatement]:
        """The statements of the version in use."""
        befores = (old for change in self.comparison.changes for old in change.before)
        return [old for old in befores if old.uuid not in self.gone]

    @cached_property
    def _new(self) -> list[PlacedStatement]:
        return [new for change in self.comparison.changes for new in change.after]

    @cached_property
    def _later(self) -> frozenset[str]:
        """Uuids of the next version that count from the next round for whoever is on the version in
        use, and never had what comes back."""
        return frozenset(
            statement.uuid
            for change in self.comparison.changes
            for was_there in [any(before.uuid not in self.gone for before in change.before)]
            for statement in change.after
            if not was_there or not self.carries(change, statement.uuid)
        )

    @cached_property
    def _back(self) -> dict[str, str]:
        """Statements that come back as they were, with their uuids before: they count at once for
        those who had them."""
        return {
            change.after[0].uuid: change.before[0].uuid
            for change in self.comparison.changes
            if len(change.before) == len(change.after) == 1
            and change.before[0].uuid in self.gone
            and self.carries(change, change.after[0].uuid)
        }

    @cached_property
    def changed(self) -> list[ChangedLevel]:
        """Those for which other statements count, or all by another rule, in the order of the next
        version."""
        touched = {
            statement.place
            for change in self.comparison.changes
            if change.kind not in (Kind.SAME, Kind.REWORDED)
            or any(before.uuid in self.gone for before in change.before)
            or any(after.uuid in self._later for after in change.after)
            for statement in (*change.before, *change.after)
        }
        rules = old_rule, new_rule = self.comparison.rules
        named = {statement.place: statement for statement in (*self._old, *self._new)}
        before = Counter(old.place for old in self._old)
        after = Counter(new.place for new in self._new)
        waits = Counter(new.place for new in self._new if new.uuid in self._later)
        return [
            ChangedLevel(
                named=named[place],
                before=before[place],
                after=after[place],
                later=waits[place],
                rules=rules,
            )
            for place in dict.fromkeys(statement.place for statement in (*self._new, *self._old))
            if place in touched or old_rule != new_rule
        ]

    def effects(
        self, scale: Scale, people: Iterable[ReviewedPerson], left_out: Mapping[int, LeftOut]
    ) -> LevelEffects:
        """`left_out`: not rated, by library."""
        places = [level.place for level in self.changed]
        old_rule, new_rule = self.comparison.rules
        old = _listed(self._old, places)
        made_of = {
            after.uuid: MadeOf(
                frozenset(before.uuid for before in change.before),
                self.carries(change, after.uuid),
                {before.place for before in change.before} == {after.place},
            )
            for change in self.comparison.changes
            if change.before
            for after in change.after
        }

        @cache
        def new(had: frozenset[str]) -> Listed:
            waiting = self._later - had
            return _listed((one for one in self._new if one.uuid not in waiting), places)

        @cache
        def then_left_out(library_id: int) -> LeftOut:
            """Not rated there also what is asked again, and each part of what was split."""
            out = left_out.get(library_id, frozenset())
            return frozenset(uuid for uuid, of in made_of.items() if out >= of.befores)

        effects = LevelEffects()
        for person in people:
            now = {uuid: scale.meaning(answer) for uuid, answer in person.answers.items()}
            now |= dict.fromkeys(person.excepted, Meaning.EXCLUDED)
            holds = _held(old_rule, old, now, left_out.get(person.library_id, frozenset()))
            known = person.answers.keys() | person.excepted | person.had
            had = frozenset(uuid for uuid, before in self._back.items() if before in known)
            then = _then(person, made_of, scale)
            will_hold = _held(new_rule, new(had), then, then_left_out(person.library_id))
            for place in places:
                is_held, will_be = (
                    held.get(place[:2], 0) >= place[2] for held in (holds, will_hold)
                )
                if is_held is not will_be:
                    (effects.lost if is_held else effects.reached)[place] += 1
        return effects


def _listed(statements: Iterable[PlacedStatement], places: Collection[Place]) -> Listed:
    """All levels of the domains in which one of these places is."""
    domains = {place[:2] for place in places}
    listed: dict[tuple[str, str], dict[int, list[str]]] = {domain: {} for domain in domains}
    for statement in statements:
        if statement.place[:2] in domains:
            listed[statement.place[:2]].setdefault(statement.rank, []).append(statement.uuid)
    return listed


def _then(
    person: ReviewedPerson, made_of: Mapping[str, MadeOf], scale: Scale
) -> dict[str, Meaning]:
    """What several become: only what all of them say alike."""
    then = {}
    for uuid, of in made_of.items():
        if not of.carries:
            continue
        answers = {person.answers.get(before) for before in of.befores}
        (answer,) = answers if len(answers) == 1 else (None,)
        if answer is not None:
            then[uuid] = scale.meaning(answer)
        if of.stays and person.excepted >= of.befores:
            then[uuid] = scale.meaning(NOT_MY_WORK)
    return then


def _held(
    rule: LevelRule, listed: Listed, meanings: Mapping[str, Meaning], left_out: LeftOut
) -> dict[tuple[str, str], int]:
    """The rank that is reached, by domain."""

    def tally(rank: int, uuids: list[str]) -> LevelTally:
        rated = [uuid for uuid in uuids if uuid not in left_out]
        counted = Counter(meanings[uuid] for uuid in rated if uuid in meanings)
        known = (counted[meaning] for meaning in (Meaning.EXCLUDED, Meaning.MET, Meaning.NOT_MET))
        return LevelTally.of(rank, len(uuids), len(uuids) - len(rated), *known)

    return {
        domain: standing(rule, (tally(*level) for level in ranks.items()), None).held_rank
        for domain, ranks in listed.items()
    }


@dataclass(frozen=True, slots=True)
class LevelMove:
    """`came`: into the level, otherwise it left. `other_id`: what it was before, or is now; None
    where it is new, or retired."""

    statement_id: int
    place: Place
    came: bool
    other_id: int | None


def level_moves(
    before: Mapping[int, Place], after: Mapping[int, Place], lines: Iterable[tuple[int, int]]
) -> list[LevelMove]:
    """Of statements by id, with where each counts. One stays where it has a successor at the same
    level that takes no other's place there; `lines`: (statement, successor). At each level, those
    that came less those that left are what its count grows by."""
    lines = list(lines)
    stays, is_taken = set[int](), set[int]()
    for old, new in lines:
        if before[old] == after[new] and old not in stays and new not in is_taken:
            stays.add(old)
            is_taken.add(new)
    was = {new: old for old, new in reversed(lines)}
    became = dict(reversed(lines))
    came = (id_ for id_ in after if id_ not in is_taken)
    left = (id_ for id_ in before if id_ not in stays)
    return [
        *(LevelMove(id_, after[id_], True, was.get(id_)) for id_ in came),
        *(LevelMove(id_, before[id_], False, became.get(id_)) for id_ in left),
    ]


HEADINGS = (
    "change",
    "decision",
    "before_codes",
    "before_title",
    "before_text",
    "before_place",
    "after_codes",
    "after_title",
    "after_text",
    "after_place",
)

RENUMBERED, TITLE = "renumbered", "title"


DecisionOf = Callable[[VersionChange], str]
"""What was decided about a change, in a word; empty where nothing was."""
IN_A_ROW: dict[str, Callable[[PlacedStatement], str]] = {
    "codes": lambda statement: statement.code,
    "title": lambda statement: statement.title,
    "text": lambda statement: statement.text,
    "place": lambda statement: statement.place_in_words,
}


def csv_rows(of: VersionComparison, decision_of: DecisionOf) -> list[dict[str, str]]:
    """Of several statements on one side each stands on a line of its own."""
    return [
        *(
            {"change": _kind(change), "decision": decision_of(change)}
            | {
                f"{side}_{name}": "\n".join(map(value, statements))
                for side, statements in change.sides.items()
                for name, value in IN_A_ROW.items()
            }
            for change in (*of.changed, *of.renumbered)
        ),
        *({"change": TITLE, "before_title": old, "after_title": new} for old, new in of.renamed),
    ]


def json_rows(of: VersionComparison, decision_of: DecisionOf) -> list[dict[str, Any]]:
    return [
        *(change_data(change, decision_of(change)) for change in (*of.changed, *of.renumbered)),
        *(
            {"change": TITLE, "decision": None, "offers_carry": False}
            | {
                side: [{"title": title}] if title else []
                for side, title in (("before", old), ("after", new))
            }
            for old, new in of.renamed
        ),
    ]


def change_data(change: VersionChange, decision: str) -> dict[str, Any]:
    return {
        "change": _kind(change),
        "decision": decision or None,
        "offers_carry": change.offers_carry,
    } | {
        side: [
            {
                "uuid": statement.uuid,
                "code": statement.code,
                "title": statement.title,
                "text": statement.text,
                "section": statement.strand,
                "domain": statement.domain,
                "rank": statement.rank,
            }
            for statement in statements
        ]
        for side, statements in change.sides.items()
    }


def _kind(change: VersionChange) -> str:
    """In a word. Of what stays the same, what is listed has another code."""
    return RENUMBERED if change.kind == Kind.SAME else change.kind.value
