"""What stands, by the index of what stands."""

from flask import Flask

from tests.factories.world import World
from tracker.db import db
from tracker.models.record.words import stood


def test_the_status_is_written_into_the_statement(app: Flask, world: World) -> None:
    """Bound, it would be planned anew each time (models/record/words)."""
    with app.app_context():
        written = stood(None).compile(dialect=db.engine.dialect)
        assert str(written) == "endorsements.status = 'standing'"
        assert not written.params
