"""The public page of a framework."""

from werkzeug.test import TestResponse

from tests.reading import plain

PAGE = "/frameworks/library-technicians/"


def words(response: TestResponse) -> str:
    """What a reader sees."""
    assert response.status_code == 200, response.status
    return plain(response.text)
