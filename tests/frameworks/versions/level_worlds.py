"""Levels, tallies, and answers at random."""

from collections.abc import Iterable

from hypothesis import strategies as st

from tests.frameworks.versions.tallies import StatementAnswer, tally_statements
from tracker.frameworks.versions.rules import Meaning
from tracker.frameworks.versions.rules_levels import RULE, DomainLevels, standing

RANKS = tuple(range(1, 10))
"""The most that a strand can have; one with fewer lists nothing at those above."""
Statements = list[StatementAnswer]


def statement_up_to(top: int) -> st.SearchStrategy[StatementAnswer]:
    return st.builds(
        StatementAnswer, st.sampled_from(RANKS[:top]), st.sampled_from(Meaning), st.booleans()
    )


# Of any shape: with one level only, with the usual four, with as many as there can be.
worlds = st.one_of(
    *(
        st.tuples(st.lists(statement_up_to(top), max_size=24), st.sampled_from(RANKS[:top]))
        for top in (4, 1, 2, 3, 5, 7, 9)
    )
)


def of(statements: Iterable[StatementAnswer], target: int | None) -> DomainLevels:
    return standing(RULE, tally_statements(statements, RANKS), target)
