"""Worlds to compare."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask

from tests.conftest import made_once
from tests.factories.world import World
from tracker.db import db


@pytest.fixture
def anew(
    app: Flask, world: World, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], World]:
    """The world as it was, once more. Salts are the same in each."""
    salts = SimpleNamespace(token_hex=lambda length: "5" * 2 * length)
    monkeypatch.setattr("tracker.reviews.sending.records.secrets", salts)

    def make() -> World:
        with app.app_context():
            db.session.remove()
            return made_once("world", engine_name, lambda: world)

    return make
