"""A learner's profile: where they stand in both voices, and what came of reviews.

The self side is the learner's answers as they are for the learner alone, as last revealed for a
supervisor, and nothing for anybody else (`Side`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.frameworks.versions.rules_levels import DomainStanding
from tracker.frameworks.versions.rules_scale import Voice
from tracker.models import Library
from tracker.models.joins import opens_statements
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.versions.rules import DomainShape


@dataclass(frozen=True, slots=True)
class Profile:
    """Standings by domain, against the higher target of all jobs. `own` is None where the reader
    gets no self side; `rated` counts what that side holds."""

    learner: Learner
    domains: tuple[DomainShape, ...]
    targets: Mapping[int, int]
    own: Mapping[int, DomainStanding] | None
    endorsed: Mapping[int, DomainStanding]
    rated: int

    @property
    def total(self) -> int:
        return sum(domain.rated_here for domain in self.domains)


def profile(learner: Learner, sheet: Sheet) -> Profile:
    return Profile(
        learner=learner,
        domains=sheet.domains,
        targets=sheet.targets,
        own=None if sheet.side is None else sheet.standings(Voice.SELF),
        endorsed=sheet.standings(Voice.ENDORSED),
        rated=sum(sheet.word(line, Voice.SELF) is not None for line in sheet.counted),
    )


def names_to_coordinators(library_id: int) -> bool:
    """The library's setting: whether coordinators see levels by name."""
    return bool(
        session().scalar(select(Library.names_to_coordinators).where(Library.id == library_id))
    )


def statements_to_coordinators(library_id: int) -> bool:
    """Whether coordinators see by name which statements count as met: the newest use statement says
    it."""
    query = select(opens_statements(Library.id)).where(Library.id == library_id)
    return bool(session().scalar(query))
