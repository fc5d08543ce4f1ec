"""Answering in one sitting: a level on a screen, one statement across people, and only what was ticked."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.sending import NO, PART, YES, item_ids, send
from tests.factories.world import World

SignIn = Callable[[str], Client]


@pytest.fixture
def sue(sign_in: SignIn, world: World) -> Client:
    return sign_in(world.email("sue"))


def test_quick(app: Flask, world: World, sue: Client) -> None:
    with app.app_context():
        a = send(world, YES, PART, NO)
        send(world, YES, PART, NO, learner="ben")
    at = sue.get(f"/reviews/{a}").headers["Location"]
    print(at)
    page = sue.get(at)
    assert page.status_code == 200
    page = sue.get("/reviews/by-statement")
    assert page.status_code == 200, page.text
    page = sue.get(f"/reviews/by-statement/{world.statements['communication'][0]}")
    assert page.status_code == 200, page.text
