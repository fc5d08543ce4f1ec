"""What is worked out from the letters of a domain is what is worked out from its counts."""

from itertools import product

import pytest

from tracker.rules.profiles import levels
from tracker.rules.profiles.levels import LevelTally
from tracker.rules.record import standings
from tracker.rules.record.standings import LETTERS, StandingAgainst

COUNTS = {"M": (5, 0, 0, 4, 1), "N": (5, 0, 0, 1, 4), "U": (5, 0, 0, 1, 0), "L": (1, 0, 0, 1, 0)}
"""Of a level: listed, not rated here, excluded, met, not met."""


@pytest.mark.parametrize("ranks", [(1, 2, 3), (1, 2, 3, 4), (2, 5)])
def test_letters_say_against_each_target_what_the_counts_say(ranks: tuple[int, ...]) -> None:
    for letters in product(COUNTS, repeat=len(ranks)):
        word = "".join(letters)
        tallies = [
            LevelTally.of(rank, *COUNTS[each]) for rank, each in zip(ranks, word, strict=True)
        ]
        for target in (None, *range(1, max(ranks) + 2)):
            of = levels.standing(tallies, target)
            assert [LETTERS[view.state] for view in of.levels] == list(word)
            assert standings.against(word, ranks, target) == StandingAgainst(
                of.held_rank, of.target_state, levels.known_rank(of), levels.blocked_ranks(of)
            ), (word, target)


def test_ids_are_read_as_they_were_written() -> None:
    assert standings.ids("") == []
    assert standings.ids("7 12") == [7, 12]
