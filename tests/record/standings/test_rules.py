"""What is worked out from the letters of a domain is what is worked out from its counts."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from tests.record.sheet.test_rules_words import DAY, PLACE, sheet, statement, version, word
from tracker.frameworks.versions import rules_levels as frameworks_versions_rules_levels
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import LevelTally
from tracker.record.sheet.rules import CountsFrom, Record, Side
from tracker.record.standings import rules as standings_rules
from tracker.record.standings.rules import LETTERS, ShortStanding, StandingAgainst
from tracker.record.versions.rules import DomainShape, LevelShape

COUNTS = {"M": (5, 0, 0, 4, 1), "N": (5, 0, 0, 1, 4), "U": (5, 0, 0, 1, 0), "L": (1, 0, 0, 1, 0)}
"""Of a level: listed, not rated here, excluded, met, not met."""


@pytest.mark.parametrize("ranks", [(1, 2, 3), (1, 2, 3, 4), (2, 5)])
def test_letters_say_against_each_target_what_the_counts_say(ranks: tuple[int, ...]) -> None:
    for letters in product(COUNTS, repeat=len(ranks)):
        joined = "".join(letters)
        tallies = [
            LevelTally.of(rank, *COUNTS[each]) for rank, each in zip(ranks, joined, strict=True)
        ]
        for target in (None, *range(1, max(ranks) + 2)):
            of = frameworks_versions_rules_levels.standing(
                frameworks_versions_rules_levels.RULE, tallies, target
            )
            assert [LETTERS[view.state] for view in of.levels] == list(joined)
            assert standings_rules.against(joined, ranks, target) == StandingAgainst(
                of.held_rank,
                of.target_state,
                frameworks_versions_rules_levels.known_rank(of),
                frameworks_versions_rules_levels.blocked_ranks(of),
                not frameworks_versions_rules_levels.counts_nowhere(of),
            ), (joined, target)


def test_ids_are_read_as_they_were_written() -> None:
    assert standings_rules.ids("") == []
    assert standings_rules.ids("7 12") == [7, 12]


def test_a_sheet_is_written_short() -> None:
    """Of six: one is not rated here, one counts later, one doesn't apply to this person."""
    self_side = {each: [word("yes", 1)] for each in (1, 2, 3, 4)}
    reviewed = {1: [word("yes", 1)], 2: [word("no", 1)], 3: [word("no", 1)], 4: [word("no", 1)]}
    record = Record(
        1,
        {Side.REVEALED: self_side, Side.REVIEWED: reviewed},
        exceptions={4: [word("", 1)._replace(place=PLACE)]},
        left_out={5: [word("", 1)]},
        later={6: [word("", 1, 8)]},
        counts_from={
            8: CountsFrom("2", None, DAY.date()),
            9: CountsFrom("3", None, DAY.date() - dt.timedelta(days=1)),
        },
    )
    of = sheet(record, *map(statement, range(1, 7)), side=Side.REVEALED)
    day = DAY.date() - dt.timedelta(days=1)
    assert standings_rules.short(of) == ShortStanding(day, "M", "N", "2 3", "4")
    assert standings_rules.word(of.standing(Voice.ENDORSED, 1)) == "N"


def test_without_a_word_nothing_is_known_and_nothing_is_to_come() -> None:
    of = sheet(Record(1), *map(statement, range(1, 4)), side=Side.REVEALED)
    assert standings_rules.short(of) == ShortStanding(None, "U", "U", "", "")


def test_domains_are_written_in_the_order_of_the_framework() -> None:
    level = LevelShape(1, "Emerging", "", 2, 0)
    empty = DomainShape(
        2,
        "leadership",
        "Leadership",
        "durable",
        "Durable",
        frameworks_versions_rules_levels.RULE,
        (level, level),
    )
    of = version(*map(statement, range(1, 4)))
    record = Record(1, {Side.REVEALED: {each: [word("no", 1)] for each in (1, 2, 3)}})
    both = record.on(replace(of, domains=(*of.domains, empty)), Side.REVEALED, DAY.date())
    assert standings_rules.short(both).revealed == "N UU"
