"""What somebody with several jobs is measured against.

In a team: the targets of the job there. Where several jobs are looked at together (two in one team,
a team with those below it, a profile): once, against the higher target of each domain.
"""

from collections.abc import Iterable, Mapping


def higher_of(jobs: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The rank expected by domain. What one job expects nothing of is measured by the others."""
    found: dict[int, int] = {}
    for ranks in jobs:
        for domain_id, rank in ranks.items():
            found[domain_id] = max(rank, found.get(domain_id, 0))
    return found
