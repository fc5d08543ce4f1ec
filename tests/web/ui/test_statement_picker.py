"""Choosing statements for evidence: what the page sends, and what it finds."""

import re
from itertools import chain

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.world import World
from tracker.web.ui import statement_picker

TYPED = {"title": "Taught a class", "text": "Eight seniors", "done_on": "2026-11-02"}


def test_the_page_sends_no_statement_that_was_not_used(
    app: Flask, world: World, ana: Client
) -> None:
    used = world.statements["technical"][0]
    with app.app_context():
        rate(world, "ana", used, Answer.PARTLY)
    for address in ("/evidence/new", "/evidence"):
        page = ana.get(address).text
        assert re.findall(r'id="pick-(\d+)"', page) == [str(used)]
        domains = re.findall(r'name="within" value="([\w-]+)"', page)
        found = [
            each
            for domain in domains
            for each in re.findall(r'id="pick-(\d+)"', ana.get(f"{address}?within={domain}").text)
        ]
        assert sorted(map(int, found)) == sorted(chain(*world.statements.values()))


def test_a_domain_in_the_form_keeps_everything(world: World, ana: Client) -> None:
    ticked, other = world.statements["technical"][0], world.statements["leadership"]
    page = ana.get("/evidence/new").text
    within = re.search(r'value="([\w-]+)"[^>]*>Leadership', page)
    assert within is not None
    sent = {**TYPED, "statement": str(ticked), "find": "technical", "within": within[1]}
    page = ana.post("/evidence", sent).text
    shown = re.findall(r'id="pick-(\d+)"', page)
    assert shown == [str(ticked), *map(str, other)]
    assert f"{len(other)} statements found." in page
    assert re.search(r'aria-pressed="true">Leadership', page)
    for value in TYPED.values():
        assert value in page


def test_more_than_are_shown_says_so(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_picker, "MOST", 2)
    page = ana.get("/evidence/new?find=technical").text
    assert page.count("data-pick>") == 2
    assert re.search(r"The first 2 of \d+ statements. Add a word to see fewer.", page)
