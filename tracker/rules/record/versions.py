"""One version of a framework, whoever is on it. It never changes but for origins that are added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.frameworks.scale import Scale
from tracker.rules.frameworks.wording import Wording

Place = tuple[str, str, int]
"""A level in all versions: the keys that its section and domain first had, and its rank."""


class Origin(NamedTuple):
    """A skill that another one was made of. `carries`: what was said of it counts there."""

    skill_id: int
    carries: bool


@dataclass(frozen=True, slots=True)
class VersionStatement:
    """The wording of a skill. `lines`: each way back through its origins, the nearest first."""

    id: int
    skill_id: int
    domain_id: int
    rank: int
    position: int
    code: str
    title: Wording
    place: Place
    lines: tuple[tuple[Origin, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class LevelShape:
    rank: int
    name: Wording
    role_label: Wording
    listed: int
    not_rated_here: int


@dataclass(frozen=True, slots=True)
class DomainShape:
    """A domain of a framework as a library uses it; levels in rank order."""

    id: int
    key: str
    title: Wording
    strand_key: str
    strand: Wording
    levels: tuple[LevelShape, ...]

    @property
    def not_rated_here(self) -> int:
        return sum(level.not_rated_here for level in self.levels)

    @property
    def rated_here(self) -> int:
        return sum(level.listed - level.not_rated_here for level in self.levels)

    def level_name(self, rank: int) -> str:
        """The name of the level in this strand; "" for rank 0."""
        return next((level.name for level in self.levels if level.rank == rank), "")


@dataclass(frozen=True, slots=True)
class Version:
    """Statements and domains in the framework's order; of these no library leaves anything out.
    `labels`: of the scale's answers. `wordings`: by statement of any version of the framework, the
    version that it is of."""

    id: int
    statements: tuple[VersionStatement, ...]
    domains: tuple[DomainShape, ...]
    scale: Scale
    labels: Mapping[str, Wording]
    wordings: Mapping[int, str]
