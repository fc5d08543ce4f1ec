"""How many statements of SQL the pages of a learner take, whatever there is of them, besides those
of a transaction itself: the bars of docs/architecture.md."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.evidence import piece
from tests.factories.frameworks import open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.administration.rounds import actions as rounds_actions

SignIn = Callable[[str], Client]
ADVISORY = "pg_advisory"


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 10),
        ("/profile", 7),
        ("/profile/communication", 4),
        ("/profile.pdf", 10),
        ("/profile.csv", 8),
        ("/profile.json", 10),
        ("/reviews/new", 8),
        ("/assess/small/technical/technical", 6),
    ],
)
def test_a_page_of_a_learner(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries, path: str, most: int
) -> None:
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        rounds_actions.keep_all_due(NOW)
        for statement_id in world.statements["communication"]:
            rate(world, "ana", statement_id, Answer.PARTLY)
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.PARTLY)
        piece(world, reasons={world.statements["communication"][0]: "why"})
    ana = sign_in(world.email("ana"))
    ana.get(path)
    count_sql.clear()
    assert ana.get(path).status_code == 200
    asked = [" ".join(statement.split()) for statement in count_sql]
    # What PostgreSQL is asked before it adds to the audit's chain, and SQLite with its one writer isn't.
    asked = [text for text in asked if not text.endswith("FOR KEY SHARE") and ADVISORY not in text]
    assert len(asked) <= most, [text[:70] for text in asked]
