"""A framework as DigComp and SFIA are: many levels, and one statement at each."""

from typing import Any

from tests.frameworks.files.test_shapes import SMALLEST


def one_a_level(domains: int = 3, levels: int = 8, **rule: Any) -> dict[str, Any]:
    """The data of its file. `rule`: `needs` and `least`, where it says them."""
    return {
        **SMALLEST,
        "slug": "digital",
        "title": "Digital skills",
        **rule,
        "strands": [
            {
                "key": "digital",
                "title": "Digital",
                "levels": [{"rank": rank, "name": f"Step {rank}"} for rank in range(1, levels + 1)],
                "domains": [
                    {
                        "key": f"area-{area}",
                        "title": f"Area {area}",
                        "statements": [
                            {
                                "code": f"D-{area}-{rank}",
                                "rank": rank,
                                "uuid": f"d1000000-0000-4000-8000-{area:06}{rank:06}",
                                "title": f"Task {area}.{rank}",
                                "text": f"does task {area}.{rank}.",
                            }
                            for rank in range(1, levels + 1)
                        ],
                    }
                    for area in range(1, domains + 1)
                ],
            }
        ],
    }
