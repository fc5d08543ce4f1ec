"""Whose reviewed level changes where a level lists more or fewer statements."""

from typing import Any

from tests.rules.frameworks.next_files import edited, seed
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
