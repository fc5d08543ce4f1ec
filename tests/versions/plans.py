"""What happens in a life of a framework: drawn as a whole, so that it can be read, and lived twice."""

from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st

from tests.factories.answers import Answer


class Fate(StrEnum):
    """What a next version does with a statement: split in two or three; merged with the next one or
    two; its place taken by what is new a version later; back again a version after it was gone."""

    SAME = "same"
    SPELLED = "spelled"
    REWORDED = "reworded"
    MOVED = "moved"
    SPLIT = "split"
    IN_THREE = "in_three"
    MERGED = "merged"
    OF_THREE = "of_three"
    RETIRED = "retired"
    REPLACED = "replaced"


class Deed(StrEnum):
    """What a learner does with a statement, and what comes of it."""

    NOTHING = "nothing"
    TYPED = "typed"
    """A note that waits for an answer, where there is none."""
    RATED = "rated"
    CLEARED = "cleared"
    ENDORSED = "endorsed"
    THEN_CLEARED = "then_cleared"
    AGREED = "agreed"
    APART = "apart"
    REVOKED = "revoked"
    UNSEEN = "unseen"
    PROPOSED = "proposed"
    EXCEPTED = "excepted"
    WAITING = "waiting"
    ANSWERED = "answered"
    RETURNED = "returned"
    DIFFERING = "differing"


@dataclass(frozen=True, slots=True)
class Did:
    deed: Deed
    answer: Answer
    noted: bool = True
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Year:
    """A version, and what is done on it; dealt out over the statements in turn. `fates`: of those of
    the version before, and whether what was said carries. `ahead`: one moves before the rest;
    `late`: open reviews end before people are moved back; `in_round`: a round is open when the
    version is published; `expired`: what was endorsed a year ago counts no more."""

    fates: tuple[tuple[Fate, bool], ...]
    deeds: tuple[Did, ...]
    left_out: frozenset[int] = frozenset()
    ahead: bool = False
    late: bool = False
    in_round: bool = False
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`counts`: by section and domain, how many statements each level has. The first year has no
    version before it."""

    counts: tuple[tuple[tuple[int, ...], ...], ...]
    years: tuple[Year, ...]


_deeds = st.builds(
    Did, st.sampled_from(Deed), st.sampled_from(Answer), st.booleans(), st.booleans()
)
_years = st.builds(
    Year,
    st.lists(st.tuples(st.sampled_from(Fate), st.booleans()), min_size=4, max_size=9).map(tuple),
    st.lists(_deeds, min_size=6, max_size=15).map(tuple),
    st.frozensets(st.integers(0, 8), max_size=2),
    *[st.booleans()] * 4,
)


@st.composite
def _counts(draw: st.DrawFn) -> tuple[tuple[int, ...], ...]:
    """Of a section."""
    levels = draw(st.integers(1, 3))
    domain = st.lists(st.integers(0, 2), min_size=levels, max_size=levels).map(tuple)
    return tuple(draw(st.lists(domain, min_size=1, max_size=2)))


plans = st.builds(
    Plan,
    st.lists(_counts(), min_size=1, max_size=2).map(tuple),
    st.lists(_years, min_size=3, max_size=5).map(tuple),
)
