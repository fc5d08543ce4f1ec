"""Evidence as a browser posts it, and what was stored of it."""

import io
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client
from tracker.db import session
from tracker.evidence.pieces import queries as pieces_queries
from tracker.models import Evidence

SignIn = Callable[[str], Client]


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(model)) or 0


def newest(app: Flask) -> pieces_queries.EvidencePiece:
    with app.app_context():
        found = pieces_queries.piece(
            session().scalars(select(Evidence.id).order_by(Evidence.id.desc()).limit(1)).one()
        )
        assert found is not None
        return found


def upload(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def follow(client: Client, response: TestResponse) -> str:
    assert response.status_code == 303, response.text
    return client.get(response.location).text


TYPED = {"title": "A title to keep", "text": "A text to keep", "url": "https://example.org/keep"}
