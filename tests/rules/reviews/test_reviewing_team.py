"""The nearest team, going up, that has somebody to review."""

import pytest

from tracker.rules.reviews.reviewing_team import reviewing_team, upwards


def test_upwards_ends_at_the_root() -> None:
    assert list(upwards("/1/4/9/")) == ["/1/4/9/", "/1/4/", "/1/"]


@pytest.mark.parametrize(
    ("supervisors", "not_by", "at"),
    [
        ({"/1/4/": [7]}, {3}, "/1/4/"),
        ({"/1/4/": [7], "/1/": [8]}, {3}, "/1/4/"),
        ({"/1/": [8]}, {3}, "/1/"),
        ({"/1/4/": [3], "/1/": [8]}, {3}, "/1/"),
        ({"/1/4/": [3, 7], "/1/": [8]}, {3}, "/1/4/"),
        ({"/1/4/": [7], "/1/": [8]}, {3, 7}, "/1/"),
        ({"/1/4/": [3], "/1/": [3]}, {3}, None),
        ({"/1/5/": [7]}, {3}, None),
        ({}, {3}, None),
    ],
    ids=[
        "own",
        "own before above",
        "above",
        "only the learner",
        "a second",
        "not who read first",
        "all alone",
        "a team beside",
        "nobody",
    ],
)
def test_who_reviews_a_team(
    supervisors: dict[str, list[int]], not_by: set[int], at: str | None
) -> None:
    assert reviewing_team("/1/4/", supervisors, not_by) == at
