"""An older backup is restored: what was erased since goes again."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW
from tests.evidence.canary import CARD, files_with_it, tables_with_it
from tests.factories.answers import Answer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sides import actor
from tests.factories.world import make_world
from tests.operations.backups.installation import installation, made
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import db, empty_log, session
from tracker.evidence.erasures import actions as erasures_actions, queries as erasures_queries
from tracker.evidence.files.rules import Upload
from tracker.models import Rating


@pytest.mark.in_ci
def test_a_restored_backup_brings_nothing_back(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    with installation(engine_name, tmp_path / "live") as app:
        world = make_world(NOW)
        ana, ben = (actor(world, name) for name in ("ana", "ben"))
        first = world.statements["communication"][0]
        for who in (ana, ben):
            note = f"card {CARD}" if who is ana else "kept"
            ratings_actions.rate(who, first, Answer.PARTLY, 0, NOW, own_note=note)
        piece(
            world,
            title=f"Of {CARD}",
            folder=tmp_path / "live",
            upload=Upload("a.txt", f"card {CARD}".encode()),
        )
        backup, later = made(tmp_path), NOW.replace(hour=12)
        place = app.config["FILES"]
        seen = erasures_queries.unsent(ana.person_id).digest()
        erasures_actions.erase_unsent(ana, seen, place, later)
        assert tables_with_it(db.engine) == set()
        assert files_with_it(tmp_path / "live") == set()
        rate(world, "ana", world.statements["technical"][0], Answer.PARTLY)
        session().rollback()
        done = app.test_cli_runner().invoke(args=["restore", str(backup), "--replace"])
        assert done.exit_code == 0, done.output
        assert "Erased again, as it was after this backup: 2 erasures." in done.output
        db.session.rollback()
        assert tables_with_it(db.engine) == set()
        empty_log()
        aside = {path.name for path in (tmp_path / "live").rglob("*before-restore*")}
        assert files_with_it(tmp_path / "live") - aside == set()
        left = session().scalars(select(Rating.own_note)).all()
        assert left == ["kept"], "what others said, and what was said before, is there"
        again = app.test_cli_runner().invoke(
            args=["erasures", "--again-since", f"{NOW:%Y-%m-%dT%H:%M}"]
        )
        assert again.exit_code == 0, again.output
