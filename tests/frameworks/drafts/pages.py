"""A file that is uploaded, and what the page of its draft says."""

import io

from werkzeug.test import TestResponse

from tests.client import Client
from tests.reading import plain

PAGE = "/system/frameworks"


def words(response: TestResponse) -> str:
    assert response.status_code == 200, response.status
    return words_of(response)


def words_of(response: TestResponse) -> str:
    return plain(response.text)


def uploaded(editor: Client, text: str) -> TestResponse:
    return editor.post(f"{PAGE}/import", {"file": (io.BytesIO(text.encode()), "next.json")})
