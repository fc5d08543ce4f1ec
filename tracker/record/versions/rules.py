"""One version of a framework, whoever is on it. It never changes but for origins that are added."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tracker.frameworks.versions.rules import Meaning, Scale, shortcut
from tracker.frameworks.versions.rules_levels import LevelRule
from tracker.rules.core.wording import Wording

LevelCounts = Mapping[tuple[int, int], int]
Place = tuple[str, str, int]
"""A level in all versions: the keys that its section and domain first had, and its rank."""


class Origin(NamedTuple):
    """A skill that another one was made of. `carries`: what was said of it counts there."""

    skill_id: int
    carries: bool


@dataclass(frozen=True, slots=True)
class ScaleLabel:
    """One answer of the framework's scale as it is shown. `step`: its place among the graded ones,
    0 for the others; `shortcut`: its key on a card."""

    key: str
    label: Wording
    description: Wording
    reviewer_description: Wording
    means: Meaning
    step: int

    @property
    def shortcut(self) -> str:
        return shortcut(self.key, self.step)


@dataclass(frozen=True, slots=True)
class CitationChip:
    """A citation chip."""

    label: Wording
    name: Wording
    href: str | None


@dataclass(frozen=True)
class VersionStatement:
    """The wording of a skill. `lines`: each way back through its origins, the nearest first."""

    id: int
    skill_id: int
    domain_id: int
    rank: int
    position: int
    code: str
    title: Wording
    text: Wording
    place: Place
    citations: tuple[CitationChip, ...] = ()
    lines: tuple[tuple[Origin, ...], ...] = ()

    @cached_property
    def skills(self) -> frozenset[int]:
        """Its own, and what this was made of."""
        return frozenset(
            {self.skill_id, *(origin.skill_id for line in self.lines for origin in line)}
        )

    @cached_property
    def carrying_skills(self) -> frozenset[int]:
        """Those of which what was said counts for it."""
        origins = (origin for line in self.lines for origin in line if origin.carries)
        return frozenset({self.skill_id, *(origin.skill_id for origin in origins)})


@dataclass(frozen=True, slots=True)
class LevelShape:
    rank: int
    name: Wording
    role_label: Wording
    listed: int
    not_rated_here: int


@dataclass(frozen=True, slots=True)
class DomainShape:
    """A domain of a framework as a library uses it; levels in rank order. `rule`: by which they are
    reached in that version."""

    id: int
    key: str
    title: Wording
    strand_key: str
    strand: Wording
    rule: LevelRule
    levels: tuple[LevelShape, ...]

    @property
    def ranks(self) -> tuple[int, ...]:
        return tuple(level.rank for level in self.levels)

    @property
    def not_rated_here(self) -> int:
        return sum(level.not_rated_here for level in self.levels)

    def without(self, later: LevelCounts, out: LevelCounts) -> "DomainShape":
        """As it is for somebody for whom so many statements count `later`, and so many more are
        left `out`; by domain and rank."""
        places = [(self.id, level.rank) for level in self.levels]
        if not any(place in counts for place in places for counts in (later, out)):
            return self
        levels = tuple(
            replace(
                level,
                listed=level.listed - later.get(place, 0),
                not_rated_here=level.not_rated_here + out.get(place, 0),
            )
            for place, level in zip(places, self.levels, strict=True)
        )
        return replace(self, levels=levels)

    def level_name(self, rank: int) -> str:
        """The name of the level in this strand; "" for rank 0."""
        return next((level.name for level in self.levels if level.rank == rank), "")


@dataclass(frozen=True, slots=True)
class Version:
    """Statements and domains in the framework's order; of these no library leaves anything out.
    `name`: as in "27.05"; `wordings`: by statement of any version of the framework, its name."""

    id: int
    name: str
    statements: tuple[VersionStatement, ...]
    domains: tuple[DomainShape, ...]
    answers: tuple[ScaleLabel, ...]
    scale: Scale
    labels: Mapping[str, Wording]
    wordings: Mapping[int, str]

    @property
    def met_answers(self) -> list[ScaleLabel]:
        """Those that count as met, in the order of the scale."""
        return [answer for answer in self.answers if answer.means is Meaning.MET]
