"""How the partners of property tests look for a broken rule's counterexample: always in the same
way."""

from hypothesis import Phase, settings

SEARCH = settings(
    max_examples=5000, database=None, derandomize=True, deadline=None, phases=[Phase.generate]
)
