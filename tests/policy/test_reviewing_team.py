"""The nearest team, going up, that has somebody to review; and who may review one statement
alone."""

import pytest

from tracker.policy.reviewers import reviewing_team, teams_for_one, upwards

LEARNER = 3


def test_upwards_ends_at_the_root() -> None:
    assert list(upwards("/1/4/9/")) == ["/1/4/9/", "/1/4/", "/1/"]


@pytest.mark.parametrize(
    ("supervisors", "at"),
    [
        ({"/1/4/": [7]}, "/1/4/"),
        ({"/1/4/": [7], "/1/": [8]}, "/1/4/"),
        ({"/1/": [8]}, "/1/"),
        ({"/1/4/": [3], "/1/": [8]}, "/1/"),
        ({"/1/4/": [3, 7], "/1/": [8]}, "/1/4/"),
        ({"/1/4/": [3], "/1/": [3]}, None),
        ({"/1/5/": [7]}, None),
        ({}, None),
    ],
    ids=[
        "own",
        "own before above",
        "above",
        "only the learner",
        "a second",
        "all alone",
        "a team beside",
        "nobody",
    ],
)
def test_who_reviews_a_team(supervisors: dict[str, list[int]], at: str | None) -> None:
    assert reviewing_team("/1/4/", supervisors, LEARNER) == at


@pytest.mark.parametrize(
    ("supervisors", "teams"),
    [
        ({"/1/4/": [7], "/1/": [8]}, ["/1/4/", "/1/"]),
        ({"/1/4/": [7, 9], "/1/": [8]}, ["/1/4/"]),
        ({"/1/4/": [3, 7], "/1/": [8]}, ["/1/4/", "/1/"]),
        ({"/1/4/9/": [7], "/1/4/": [7], "/1/": [8]}, ["/1/4/9/", "/1/4/", "/1/"]),
        ({"/1/4/9/": [7], "/1/4/": [8], "/1/": [9]}, ["/1/4/9/", "/1/4/"]),
        ({"/1/": [8]}, ["/1/"]),
        ({}, []),
    ],
    ids=[
        "past the only one",
        "not past two",
        "the learner does not count",
        "the same person twice is one",
        "not past two teams",
        "above",
        "nobody",
    ],
)
def test_who_may_review_one_statement_alone(
    supervisors: dict[str, list[int]], teams: list[str]
) -> None:
    path = "/1/4/9/" if "/1/4/9/" in supervisors else "/1/4/"
    assert list(teams_for_one(path, supervisors, LEARNER)) == teams
