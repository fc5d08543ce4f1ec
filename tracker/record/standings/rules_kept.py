"""What a round keeps of the version of a framework that people learned on its last day, and by
which of its targets somebody is measured who had several jobs."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from tracker.frameworks.versions.rules_levels import LevelRule
from tracker.record.sheet.rules import higher_of
from tracker.record.versions.rules import DomainShape, LevelShape


class KeptJob(NamedTuple):
    """In the team of that path."""

    path: str
    role_profile_id: int
    role_profile: str


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """`domains`: as the library used them; `targets`: the rank that each job profile expected, by
    domain."""

    slug: str
    title: str
    version: str
    lang: str
    domains: tuple[DomainShape, ...]
    targets: Mapping[int, Mapping[int, int]]

    def target_of(self, had: Collection[int], asked: Collection[int]) -> dict[int, int]:
        """By domain, of somebody who `had` these job profiles: the highest of those that are asked
        for, or of all where they had none of these."""
        jobs = set(had).intersection(asked) or had
        return higher_of(self.targets[job] for job in jobs)

    def as_facts(self) -> dict[str, Any]:
        targets = {
            str(job): {str(domain): rank for domain, rank in ranks.items()}
            for job, ranks in self.targets.items()
        }
        return {**asdict(self), "targets": targets}


def version_of(facts: Mapping[str, Any], framework_id: int) -> KeptVersion:
    """Of the facts of a snapshot. As keys, JSON has words only."""
    kept = facts["frameworks"][str(framework_id)]
    targets = {
        int(job): {int(domain): rank for domain, rank in ranks.items()}
        for job, ranks in kept["targets"].items()
    }
    domains = tuple(map(_domain, kept["domains"]))
    return KeptVersion(**{**kept, "domains": domains, "targets": targets})


def _domain(kept: Mapping[str, Any]) -> DomainShape:
    levels = tuple(LevelShape(**level) for level in kept["levels"])
    return DomainShape(**{**kept, "rule": LevelRule(**kept["rule"]), "levels": levels})
