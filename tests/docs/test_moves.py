"""The page of moves is what `make diagrams` makes from their table now."""

import pytest

from tests.docs import moves
from tests.reviews.act.moves import change
from tracker.record.workflow.rules import Move
from tracker.reviews.act.rules import Thing


def test_the_page_is_what_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = moves.PAGE.read_text(encoding="utf-8")
    assert kept == moves.page(), "run `make diagrams`"
    change(monkeypatch, Thing.ITEM, Move.REPLY, tells=None)
    assert kept != moves.page(), "a changed row is found"
