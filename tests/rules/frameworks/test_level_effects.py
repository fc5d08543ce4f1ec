"""Whose reviewed level changes where a level lists more or fewer statements."""

from typing import Any

from tests.rules.frameworks.next_files import ADDED, edited, seed
from tracker.rules.frameworks.changes.comparison import VersionChange, compare
from tracker.rules.frameworks.changes.level_effects import ReviewedPerson, level_effects
from tracker.rules.frameworks.scale import Meaning, Scale

SCALE = Scale.of((each.key, Meaning(each.counts_as)) for each in seed().scale)


def carries(change: VersionChange, _uuid: str) -> bool:
    return not change.is_reworded


def retired_last(listed: dict[str, list[dict[str, Any]]]) -> None:
    """The last three of ten at the lowest level of Technical."""
    for each in [each for each in listed["technical"] if each["rank"] == 1][-3:]:
        listed["technical"].remove(each)


def test_a_level_is_reached_by_what_is_retired_and_lost_where_it_asks_again() -> None:
    file = seed()
    (domain,) = (
        each for strand in file.strands for each in strand.domains if each.key == "technical"
    )
    first = [each.uuid for each in domain.statements if each.rank == 1]
    assert len(first) == 10
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

    def asked_again(listed: dict[str, list[dict[str, Any]]]) -> None:
        retired_last(listed)
        for each in listed["technical"]:
            each["text"] += " And more."

    asked = compare(file, edited(file, asked_again))
    lost = level_effects(asked, carries, SCALE, [nearly, whole], {})
    assert (lost.reached, lost.lost) == ({}, {place: 1})


def test_what_is_not_rated_here_goes_on_to_each_part_and_to_what_asks_again() -> None:
    file = seed()
    (domain,) = (
        each for strand in file.strands for each in strand.domains if each.key == "technical"
    )
    first = [each.uuid for each in domain.statements if each.rank == 1]
    person = ReviewedPerson(1, dict.fromkeys(first[1:], "consistently"))

    def split(listed: dict[str, list[dict[str, Any]]]) -> None:
        one = listed["technical"][0]
        one["text"] = "does a part of it."
        parts = [
            {**one, "uuid": ADDED.format(number), "code": f"T-9-0{number}", "from": [first[0]]}
            | {"title": f"Part {number}"}
            for number in (1, 2, 3, 4)
        ]
        listed["technical"][1:1] = parts

    after = compare(file, edited(file, split))
    found = level_effects(after, carries, SCALE, [person], {1: frozenset(first[:1])})
    assert (found.reached, found.lost) == ({}, {}), "nine of nine, before and after"
    rated = level_effects(after, carries, SCALE, [person], {})
    assert (rated.reached, rated.lost) == ({}, {("technical", "technical", 1): 1}), "of fourteen"


def test_an_exception_goes_on_where_its_statement_stays() -> None:
    """It was agreed for its level; elsewhere it counts no more."""
    file = seed()
    (domain,) = (
        each for strand in file.strands for each in strand.domains if each.key == "technical"
    )
    first, second = (
        [each.uuid for each in domain.statements if each.rank == rank] for rank in (1, 2)
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
