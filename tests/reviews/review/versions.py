"""The version of an item that a page shows, and answers to it."""

import re

from tests.factories.answers import ReviewerAnswer

TELLS, SAYS_PART, SAYS_NO = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.NOT_YET,
)


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, "the page names the version that it shows"
    return found[1]
