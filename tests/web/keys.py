"""Keys of forms, and what is ready to be sent with one."""

import io
from collections.abc import Callable
from itertools import count
from typing import Any

from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client
from tests.doors.valid_forms import Send
from tests.factories.world import World
from tracker.db import db, session

SignIn = Callable[[str], Client]
KEYS = count()


def a_key() -> str:
    return f"key-of-a-rendered-form-{next(KEYS)}"


def ready(
    app: Flask, world: World, sign_in: SignIn, each: Send
) -> tuple[Client, str, dict[str, object]]:
    """Who sends it, where to, and what."""
    with app.app_context():
        each.prepare(world)
        db.session.rollback()
    with app.test_request_context():
        url, data = url_for(each.endpoint, **each.address(world)), each.data(world)
        db.session.rollback()
    return sign_in(world.email(each.who)) if each.who else Client(app), url, data


def copied(data: dict[str, object]) -> dict[str, object]:
    """A file can be read once only."""
    return {
        name: (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for name, value in data.items()
    }


def counted(app: Flask, model: Any) -> int:
    with app.app_context():
        session().rollback()
        return session().scalar(select(func.count()).select_from(model)) or 0


def jot(client: Client, key: str, line: str = "Trained two pages") -> TestResponse:
    return client.post("/evidence/jot", {"line": line, "form_key": key})
