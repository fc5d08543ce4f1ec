"""A quick note linked to statements in one go: how many presses and pages it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import Evidence, EvidenceLink, UseStatement

SignIn = Callable[[str], Client]
FEW = (4, 2)
"""Presses, and pages that load, for a note linked to three statements."""


@dataclass
class Hand:
    """Somebody without script. Typing is no press; where they stand has been loaded."""

    client: Client
    page: str = ""
    presses: int = 0
    loads: int = 0

    def opens(self, url: str) -> None:
        self.page = self.client.get(url).text
        self.loads += 1

    def presses_save(self, ticked: list[str], **typed: str) -> None:
        """Ticks, then the button of the quick note."""
        assert all(f'id="pick-{key}"' in self.page for key in ticked)
        data: dict[str, Any] = {**typed, "statement": ticked, "do": "save"}
        answer = self.client.post("/evidence/jot", data)
        assert answer.status_code == 303, answer.text
        self.page = self.client.get(answer.location).text
        self.presses += len(ticked) + 1
        self.loads += 1


def linked(app: Flask) -> set[int]:
    """What the newest piece is linked to."""
    with app.app_context():
        newest = select(func.max(Evidence.id)).scalar_subquery()
        return set(
            session().scalars(
                select(EvidenceLink.statement_id).where(EvidenceLink.evidence_id == newest)
            )
        )


@pytest.fixture
def hand(sign_in: SignIn, world: World) -> Hand:
    return Hand(sign_in(world.email("ana")))


def recents(page: str) -> list[str]:
    """What is offered before the folded domains."""
    return re.findall(r'id="pick-(\d+)"', page)


@pytest.mark.parametrize(("url", "back"), [("/", "today"), ("/evidence", "")])
def test_a_note_for_three_recent_statements(
    app: Flask, world: World, hand: Hand, url: str, back: str
) -> None:
    three = world.statements["technical"][:3]
    with app.app_context():
        piece(world, title="Before", reasons=dict.fromkeys(three, ""))
    hand.opens(url)
    assert set(recents(hand.page)[:3]) == {str(key) for key in three}
    hand.presses_save([str(key) for key in three], line="Helped a class", back=back)
    assert linked(app) == set(three)
    assert (hand.presses, hand.loads) <= FEW
    assert hand.loads <= FEW[1]
    assert "Quick note saved and linked to 3 statements." in hand.page
    shown = re.search(r'<a href="(/evidence/\d+)">Open the note</a>', hand.page)
    assert shown
    assert "Helped a class" in hand.client.get(shown[1]).text


def test_a_note_without_statements_says_where_to_link_it(app: Flask, hand: Hand) -> None:
    hand.opens("/")
    hand.presses_save([], line="Helped a class", back="today")
    assert (hand.presses, hand.loads) == (1, 2)
    assert re.search(r'<a href="/evidence/\d+/statements">Link it to statements</a>', hand.page)
    assert linked(app) == set()


def test_other_statements_are_found_by_their_words_and_the_line_is_kept(
    app: Flask, world: World, hand: Hand
) -> None:
    other = world.statements["leadership"][0]
    found = hand.client.post(
        "/evidence/jot", {"line": "Ran the desk", "find": "leadership 1.1", "do": "find"}
    )
    assert found.status_code == 200
    assert 'value="Ran the desk"' in found.text
    assert re.findall(r'id="pick-(\d+)"', found.text) == [str(other)]
    hand.page = found.text
    hand.presses_save([str(other)], line="Ran the desk", find="leadership 1.1")
    assert linked(app) == {other}


def test_what_was_linked_last_comes_before_what_was_rated_last(
    app: Flask, world: World, hand: Hand
) -> None:
    rated, linked_one = world.statements["technical"][:2]
    with app.app_context():
        piece(world, title="Before", reasons={linked_one: ""})
        rate(world, "ana", rated, Answer.PARTLY)
    hand.opens("/evidence")
    assert recents(hand.page) == [str(linked_one), str(rated)]


def test_a_refusal_keeps_the_line_and_the_ticks(world: World, hand: Hand) -> None:
    ticked = world.statements["technical"][0]
    page = hand.client.post("/evidence/jot", {"line": "x" * 600, "statement": str(ticked)})
    assert page.status_code == 422
    assert "x" * 600 in page.text
    assert re.search(rf'id="pick-{ticked}"[^>]*checked', page.text)


@pytest.mark.parametrize("url", ["/evidence/jot", "/evidence"])
def test_nothing_is_added_before_the_use_statement_is_read(
    app: Flask, world: World, hand: Hand, url: str
) -> None:
    with app.app_context(), transaction() as tx:
        for old in tx.scalars(select(UseStatement)).all():
            newer = {"version": old.version + 1, "text": "Newer.", "published_at": world.now}
            tx.add(UseStatement(library_id=old.library_id, **newer))
    answer = hand.client.post(url, {"line": "Helped a class", "title": "Helped a class"})
    assert answer.status_code in (409, 422)
    assert "First read how ratings are used" in answer.text
    assert 'value="Helped a class"' in answer.text
    with app.app_context():
        assert session().scalar(select(func.count(Evidence.id))) == 0
    assert "/use-statement?next=" in hand.client.get("/evidence/new").location
    for page, way in (("/", "/use-statement"), ("/evidence", "/use-statement?next=")):
        assert f'href="{way}' in hand.client.get(page).text
        assert 'id="line"' not in hand.client.get(page).text


def test_another_piece_for_the_same_statements_starts_with_them_ticked(
    app: Flask, world: World, hand: Hand
) -> None:
    two = world.statements["technical"][:2]
    with app.app_context():
        mine = piece(world, reasons=dict.fromkeys(two, ""))
    page = hand.client.get(f"/evidence/{mine}").text
    way = re.search(r'<a href="([^"]+)">Add another piece for the same statements</a>', page)
    assert way
    form = hand.client.get(way[1].replace("&amp;", "&")).text
    assert {int(key) for key in re.findall(r'id="pick-(\d+)"[^>]*checked', form)} == set(two)
