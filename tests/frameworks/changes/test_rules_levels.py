"""Whose reviewed level changes where a level lists more or fewer statements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.frameworks.next_files import ADDED, edited, seed
from tracker.frameworks.changes.rules import (
    Carries,
    KnownBefore,
    VersionChange,
    VersionComparison,
    compare,
)
from tracker.frameworks.changes.rules_levels import (
    ChangedLevel,
    LevelEffects,
    NextLevels,
    ReviewedPerson,
)
from tracker.frameworks.changes.rules_places import placed
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.rules import Meaning, Scale
from tracker.frameworks.versions.rules_levels import LevelRule

LeftOut = Mapping[int, frozenset[str]]
SCALE = Scale.of((each.key, Meaning(each.counts_as)) for each in seed().scale)


def changed_levels(
    after: VersionComparison, carries: Carries, gone: Collection[str] = ()
) -> list[ChangedLevel]:
    return NextLevels(after, carries, gone).changed


def level_effects(
    after: VersionComparison,
    carries: Carries,
    scale: Scale,
    people: Iterable[ReviewedPerson],
    left_out: LeftOut,
    gone: Collection[str] = (),
) -> LevelEffects:
    return NextLevels(after, carries, gone).effects(scale, people, left_out)


def carries(change: VersionChange, _uuid: str) -> bool:
    return not change.is_reworded


def retired_last(listed: dict[str, list[dict[str, Any]]]) -> None:
    """The last three of ten at the lowest level of Technical."""
    for each in [each for each in listed["technical"] if each["rank"] == 1][-3:]:
        listed["technical"].remove(each)


def first_ten(file: FrameworkFile) -> list[str]:
    """Those at the lowest level of Technical."""
    (domain,) = (
        each for strand in file.strands for each in strand.domains if each.key == "technical"
    )
    first = [statement.uuid for statement in domain.statements if statement.rank == 1]
    assert len(first) == 10
    return first


def test_a_level_is_reached_by_what_is_retired() -> None:
    file = seed()
    first = first_ten(file)
    done, not_done = "consistently", "not_yet"
    nearly = ReviewedPerson(1, dict.fromkeys(first[:7], done) | dict.fromkeys(first[7:], not_done))
    whole = ReviewedPerson(1, dict.fromkeys(first, done))
    place = ("technical", "technical", 1)
    after = compare(file, edited(file, retired_last))
    found = level_effects(after, carries, SCALE, [nearly, whole, ReviewedPerson(1)], {})
    assert (found.reached, found.lost) == ({place: 1}, {}), "seven of seven, after seven of ten"
    elsewhere = {1: frozenset(first[7:])}
    none = level_effects(after, carries, SCALE, [nearly, whole], elsewhere)
    assert (none.reached, none.lost) == ({}, {})

    assert level_effects(after, carries, SCALE, [whole], {}).lost == {}


def test_a_level_is_lost_or_reached_by_another_rule_alone() -> None:
    """Eight of ten are enough for four of every five, and not for nine of every ten."""
    file = seed()
    first = first_ten(file)
    person = ReviewedPerson(1, dict.fromkeys(first[:8], "consistently"))
    stricter = replace(edited(file), rule=LevelRule(9, 10))
    place = ("technical", "technical", 1)
    lost = level_effects(compare(file, stricter), carries, SCALE, [person], {})
    assert (lost.reached, lost.lost) == ({}, {place: 1})
    back = level_effects(compare(stricter, file), carries, SCALE, [person], {})
    assert (back.reached, back.lost) == ({place: 1}, {})
    assert changed_levels(compare(file, edited(file)), carries) == []


def test_what_is_too_few_is_by_the_next_version() -> None:
    changed = changed_levels(
        compare(seed(), replace(edited(seed()), rule=LevelRule(least=3))), carries
    )
    assert {level.at_once for level in changed if level.is_too_few} == {1, 2}


def test_a_level_is_lost_where_what_is_met_is_retired_or_moved_away() -> None:
    """Ten listed, eight met; without two of those it's six of eight, and seven are needed."""
    file = seed()
    first = first_ten(file)
    person = ReviewedPerson(
        1, dict.fromkeys(first[:8], "consistently") | dict.fromkeys(first[8:], "partly")
    )
    place, above = ("technical", "technical", 1), ("technical", "technical", 2)

    def two_retired(listed: dict[str, list[dict[str, Any]]]) -> None:
        del listed["technical"][:2]

    lost = level_effects(compare(file, edited(file, two_retired)), carries, SCALE, [person], {})
    assert (lost.reached, lost.lost) == ({}, {place: 1})

    def two_moved(listed: dict[str, list[dict[str, Any]]]) -> None:
        moved = [{**each, "rank": 2} for each in listed["technical"][:2]]
        listed["technical"][:10] = [*listed["technical"][2:10], *moved]

    after = compare(file, edited(file, two_moved))
    assert level_effects(after, carries, SCALE, [person], {}).lost == {place: 1}
    assert [
        (changed_level.place, changed_level.before, changed_level.after)
        for changed_level in changed_levels(after, carries)
    ] == [(place, 10, 8), (above, 10, 12)]

    def as_many_come(listed: dict[str, list[dict[str, Any]]]) -> None:
        rest = listed["technical"]
        down = [{**each, "rank": 1} for each in rest[10:12]]
        listed["technical"][:] = [*rest[2:10], *down, *rest[12:]]

    same = compare(file, edited(file, as_many_come))
    assert level_effects(same, carries, SCALE, [person], {}).lost == {place: 1}, "of as many"


def test_what_is_new_or_asked_again_is_not_listed_until_the_next_round() -> None:
    """Ten listed, eight met. New ones lower nothing yet; a met one that is asked again leaves the
    level, and one that isn't met as well."""
    file = seed()
    first = first_ten(file)
    person = ReviewedPerson(
        1, dict.fromkeys(first[:8], "consistently") | dict.fromkeys(first[8:], "partly")
    )
    place = ("technical", "technical", 1)

    def five_new(listed: dict[str, list[dict[str, Any]]]) -> None:
        new = {"rank": 1, "text": "is new."}
        listed["technical"][10:10] = [
            {**new, "code": f"T-9-0{each}", "uuid": ADDED.format(each), "title": f"New {each}"}
            for each in (1, 2, 3, 4, 5)
        ]

    after = compare(file, edited(file, five_new))
    found = level_effects(after, carries, SCALE, [person], {})
    assert (found.reached, found.lost) == ({}, {})
    (level,) = changed_levels(after, carries)
    assert (level.place, level.before, level.after, level.later) == (place, 10, 15, 5)

    def reworded(*places: int) -> VersionComparison:
        def edit(listed: dict[str, list[dict[str, Any]]]) -> None:
            for place in places:
                listed["technical"][place]["text"] += " And more."

        return compare(file, edited(file, edit))

    one_met = level_effects(reworded(0), carries, SCALE, [person], {})
    assert (one_met.reached, one_met.lost) == ({}, {place: 1}), "seven of nine, eight needed"
    others = level_effects(reworded(8, 9), carries, SCALE, [person], {})
    assert (others.reached, others.lost) == ({}, {}), "eight of eight"
    nearly = ReviewedPerson(
        1, dict.fromkeys(first[:7], "consistently") | dict.fromkeys(first[7:], "partly")
    )
    found = level_effects(reworded(7, 8), carries, SCALE, [nearly], {})
    assert (found.reached, found.lost) == ({place: 1}, {}), "seven of eight, after seven of ten"


def test_what_comes_back_counts_at_once_for_who_had_it() -> None:
    file = seed()
    first = first_ten(file)
    less = edited(file, retired_last)
    gone = {uuid: each for uuid, each in placed(file).items() if uuid in first[7:]}
    past = KnownBefore({uuid: uuid for uuid in placed(file)}, gone, {})
    after = compare(less, edited(file, version="27.05"), past=past)
    place = ("technical", "technical", 1)
    (level,) = changed_levels(after, carries, gone)
    assert (level.before, level.after, level.later) == (7, 10, 3)
    answers = dict.fromkeys(first[:6], "consistently")
    newcomer = ReviewedPerson(1, dict(answers))
    old_hand = ReviewedPerson(1, dict(answers), had=set(gone))
    found = level_effects(after, carries, SCALE, [newcomer, old_hand], {}, gone)
    assert (found.reached, found.lost) == ({}, {place: 1}), "six of ten for who had them"


def test_what_is_not_rated_here_goes_on_to_a_part() -> None:
    file = seed()
    first = first_ten(file)
    person = ReviewedPerson(1, dict.fromkeys(first[1:9], "consistently"))

    def split(listed: dict[str, list[dict[str, Any]]]) -> None:
        one = listed["technical"][0]
        one["text"] = "does a part of it."
        part = {**one, "uuid": ADDED.format(1), "code": "T-9-01", "from": [first[0]]}
        listed["technical"][1:3] = [{**part, "title": "Part"}]

    def led(change: VersionChange, uuid: str) -> bool:
        return not change.is_reworded or uuid == first[0]

    after = compare(file, edited(file, split))
    found = level_effects(after, led, SCALE, [person], {1: frozenset(first[:1])})
    assert (found.reached, found.lost) == ({}, {}), "seven of eight, after eight of nine"
    rated = level_effects(after, led, SCALE, [person], {})
    assert (rated.reached, rated.lost) == ({}, {("technical", "technical", 1): 1}), "of nine"


def test_an_exception_goes_on_where_its_statement_stays() -> None:
    """It was agreed for its level; elsewhere it counts no more."""
    file = seed()
    (domain,) = (
        each for strand in file.strands for each in strand.domains if each.key == "technical"
    )
    first, second = (
        [statement.uuid for statement in domain.statements if statement.rank == rank]
        for rank in (1, 2)
    )
    answers = dict.fromkeys([*first[1:9], *second[:8]], "consistently")
    person = ReviewedPerson(1, answers, {first[0]})

    def moved_up(listed: dict[str, list[dict[str, Any]]]) -> None:
        one = listed["technical"].pop(0)
        listed["technical"].insert(len(first) - 1, {**one, "rank": 2})

    found = level_effects(compare(file, edited(file, moved_up)), carries, SCALE, [person], {})
    assert (found.reached, found.lost) == ({}, {("technical", "technical", 2): 1}), "8 of 11"

    def one_less(listed: dict[str, list[dict[str, Any]]]) -> None:
        del listed["technical"][1]

    less = level_effects(compare(file, edited(file, one_less)), carries, SCALE, [person], {})
    assert (less.reached, less.lost) == ({}, {}), "seven of eight, as it doesn't apply"
