"""Somebody who waits to read a record, and what pages say of it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer
from tests.factories.people import closed_to
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.db import session
from tracker.models import RecordOpening

SignIn = Callable[[str], Client]
OBJECTED: dict[str, Any] = {"objected_at": NOW}


def waits(app: Flask, world: World, person: str = "ana", **columns: Any) -> int:
    """Hugo waits to read their record; Carl gave him the role."""
    with app.app_context():
        return closed_to(world, "hugo", person, **{"given_by": "carl", **columns})


def row(app: Flask, opening_id: int) -> RecordOpening:
    with app.app_context():
        return session().get_one(RecordOpening, opening_id)


def words(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def said_after(client: Client, address: str, **data: Any) -> str:
    answer = client.post(address, data=data, follow_redirects=True)
    assert answer.status_code == 200
    return words(answer.text)


def met(world: World) -> None:
    statement_id = world.statements["technical"][0]
    endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
