"""The page and the picture of the tables are what `make diagrams` makes from the models now."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs import tables
from tracker.db import Base
from tracker.models import Evidence

KEPT: dict[Path, Callable[[], str]] = {tables.PAGE: tables.page, tables.PICTURE: tables.picture}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_is_kept_is_what_the_models_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == KEPT[path](), "run `make diagrams`"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_table_more_or_less_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_but_the_last = tables.rooms()[:-1]
    monkeypatch.setattr(tables, "rooms", lambda base=Base: all_but_the_last)
    assert path.read_text(encoding="utf-8") != KEPT[path]()


def test_a_column_that_changes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Evidence.__table__.c.kind, "nullable", True)
    assert tables.PAGE.read_text(encoding="utf-8") != tables.page()


def test_every_table_is_there_and_says_what_it_is_for() -> None:
    page = tables.PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"^### `(\w+)`$", page, re.MULTILINE)) == set(Base.metadata.tables)
    assert [name for name, purpose in tables.purposes().items() if not purpose] == []


def test_every_table_is_drawn_where_its_text_fits() -> None:
    """Boxes of one room do not overlap, and no text is wider than its box."""
    for room in tables.rooms():
        drawn = tables.boxes(room)
        tables.panel_of(drawn, room.name)
        for box in drawn:
            room_for = (box.width - tables.PAD) / tables.LETTER
            assert all(len(text) < room_for for text, _column in box.rows)
        for one in drawn:
            for other in drawn:
                apart = one is other or one.layer != other.layer
                assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
