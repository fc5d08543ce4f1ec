"""Installations to back up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import NOW
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.evidence import PDF, piece
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World, make_world
from tests.operations.backups.installation import installation
from tracker.evidence.files.rules import Upload


def lived_in(world: World, folder: Path) -> World:
    for number, statement_id in enumerate(world.statements["communication"]):
        rate(world, "ana", statement_id, list(Answer)[number % 5])
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)
    piece(world, folder=folder, upload=Upload("proof.pdf", PDF))
    piece(world, folder=folder, upload=Upload("more.txt", b"Shelf check, aisle 4."))
    return world


@pytest.fixture
def live(context: World, tmp_path: Path) -> World:
    """A library that has been worked in; its evidence files are in tmp_path/live."""
    return lived_in(context, tmp_path / "live")


@pytest.fixture
def own(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The same in a database of its own, for tests that spoil or replace it."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    with installation(engine_name, tmp_path / "live"):
        yield lived_in(make_world(NOW), tmp_path / "live")
