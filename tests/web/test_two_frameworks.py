"""One person with job profiles of two frameworks at once: both on every page, one at a time."""

import datetime as dt
import html
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.frameworks import second_framework
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.sides import actor, answer_all, items
from tests.factories.world import START, World
from tests.pdf import words as words_of
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Library, Review, RoundFramework, Statement
from tracker.reviews.review import actions as review_actions, queries as review_queries
from tracker.reviews.review.rules import ReviewerResponse
from tracker.rules.errors import Invalid, Missing

SignIn = Callable[[str], Client]
BIKES = "bicycle-mechanics"
LABELS = ["Small framework 1", "Bicycle Mechanics 1.0"]


@pytest.fixture
def bikes(app: Flask, world: World) -> list[int]:
    """The statements of the second framework, which Ana learns at the harbour too; Ben learns the
    first alone."""
    with app.app_context():
        _file, framework_id = second_framework(world, "five-levels")
        before = START - dt.timedelta(days=1)
        join(world, "ana", "harbour", role_profile="Everything", starts_on=before)
        found = select(Statement.id).where(Statement.framework_id == framework_id)
        return list(session().scalars(found.order_by(Statement.position)))


def switch(page: str) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the current one, of each framework on offer."""
    nav = re.search(r'<nav[^>]* aria-label="Frameworks">.*?</nav>', page, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"( aria-current="page")?>([^<]*)', nav[0] if nav else "")
    return [(label, html.unescape(href), bool(current)) for href, current, label in links]


def rate_all(world: World, statement_ids: list[int], answer: str) -> None:
    for statement_id in statement_ids:
        ratings_actions.rate(actor(world, "ana"), statement_id, answer, 0, NOW)


PAGES = {
    "/": "/",
    "/profile": "/profile",
    "/profile/{domain}": "/profile",
    "/assess/{framework}/{strand}/{domain}": "/assess",
    "/assess/{framework}/{strand}/{domain}/grid": "/assess",
    "/assess/five": "/assess/five",
    "/assess/later": "/assess/later",
    "/assess/list": "/assess/list",
    "/reviews/new": "/reviews/new",
    "/statements/{statement}": "/assess",
}
"""Each page of a learner, and the page to which its switch leads."""


@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_which_framework_it_is_about(
    world: World, bikes: list[int], ana: Client, sign_in: SignIn, page: str
) -> None:
    first = {"framework": "small", "strand": "technical", "domain": "technical"}
    first["statement"] = str(world.statements["technical"][0])
    second = {"framework": BIKES, "strand": "workshop", "domain": "assembly"}
    second["statement"] = str(bikes[0])
    mine = page.format(**first)
    there = page.format(**second)
    if there == mine or page == "/profile/{domain}":
        there += f"?framework={BIKES}"
    wanted = [f"{PAGES[page]}?framework={slug}" for slug in ("small", BIKES)]
    for address, current in ((mine, 0), (there, 1)):
        found = switch(ana.get(address).text)
        assert [label for label, _href, _current in found] == LABELS, address
        assert [href for _label, href, _current in found] == wanted
        assert [is_current for _label, _href, is_current in found].index(True) == current
    ben = sign_in(world.email("ben"))
    assert switch(ben.get(mine).text) == []
    assert ben.get(there).status_code == 404


def test_links_stay_in_the_framework(bikes: list[int], ana: Client) -> None:
    page = ana.get(f"/profile?framework={BIKES}").text
    for address in ("/profile.pdf", "/profile.csv", "/profile.json", "/reviews/new", "/assess"):
        assert f'href="{address}?framework={BIKES}"' in page
    assert ana.get(f"/assess/older?framework={BIKES}").location == f"/assess?framework={BIKES}"
    assert ana.get(f"/assess?framework={BIKES}").headers["Location"].startswith(f"/assess/{BIKES}/")
    assert "framework=" not in re.sub(
        r"<nav.*?</nav>", "", ana.get("/profile").text, flags=re.DOTALL
    )


def test_both_are_rated(
    app: Flask, world: World, bikes: list[int], ana: Client, sign_in: SignIn, count_sql: Queries
) -> None:
    """A save takes the framework of the statement, in four queries besides session and person."""
    assert ana.get("/assess/five").status_code == 200
    for statement_id, answer in (
        (bikes[0], "checked"),
        (world.statements["technical"][0], "partly"),
    ):
        count_sql.clear()
        saved = ana.post_json(
            f"/statements/{statement_id}/rating", {"answer": answer, "base_version": 0}
        )
        assert saved.status_code == 200, saved.text
        assert len(count_sql) == 6
        assert json.loads(saved.text)["rated"] == 1
    other = {"answer": "partly", "base_version": 0}
    assert ana.post_json(f"/statements/{bikes[1]}/rating", other).status_code == 422
    ben = sign_in(world.email("ben"))
    assert ben.post_json(f"/statements/{bikes[0]}/rating", other).status_code == 404
    with app.app_context(), pytest.raises(Missing):
        ratings_actions.rate(actor(world, "otto"), bikes[0], "checked", 0, NOW)


def lists_both(page: str) -> bool:
    """Whether the page itself, not the switch over it, names each framework."""
    body = page.partition('id="main"')[2]
    said = re.sub(r"<nav.*?</nav>", "", body, flags=re.DOTALL)
    return all(f"{label}<" in said for label in LABELS)


def test_both_are_sent(app: Flask, world: World, bikes: list[int], ana: Client) -> None:
    with app.app_context():
        mine, me = world.statements["technical"], actor(world, "ana")
        rate_all(world, bikes[:2], "on_my_own")
        rate_all(world, mine[:2], "consistently")
        sue, hugo = world.people["sue"], world.people["hugo"]
        with pytest.raises(Invalid, match="review_not_rated"):
            review_actions.send(me, sue, [mine[0], bikes[0]], NOW)
    first, second = ana.get("/reviews/new").text, ana.get(f"/reviews/new?framework={BIKES}").text
    assert re.findall(r'name="statements" id="s-(\d+)"', first) == [str(each) for each in mine[:2]]
    assert re.findall(r'name="statements" id="s-(\d+)"', second) == [
        str(bike) for bike in bikes[:2]
    ]
    for address, statement_ids, who, team in (
        ("/reviews", mine[:2], sue, "central"),
        (f"/reviews?framework={BIKES}", bikes[:2], hugo, "harbour"),
    ):
        sent = {"reviewer": f"{who}-{world.teams[team]}", "statements": statement_ids}
        assert ana.post(address, sent).status_code == 303
    assert lists_both(ana.get("/reviews").text)
    with app.app_context():
        rows = session().execute(select(Review.framework_id, Review.round_id).order_by(Review.id))
        of_bikes = session().get_one(Statement, bikes[0]).framework_id
        assert rows.all() == [(world.framework_id, world.rounds["city"]), (of_bikes, None)]


@pytest.mark.in_ci
def test_a_profile_of_each(
    app: Flask, world: World, bikes: list[int], ana: Client, sign_in: SignIn
) -> None:
    with app.app_context():
        rate_all(world, bikes, "on_my_own")
        rate_all(world, world.statements["leadership"], "partly")
    mine, second = ana.get("/profile").text, ana.get(f"/profile?framework={BIKES}").text
    assert ("Leadership" in mine, "Assembly" in mine) == (True, False)
    assert "Leadership" not in second
    assert f'href="/profile/assembly?framework={BIKES}"' in second
    taken = [ana.get(f"/profile.json?framework={slug}").json for slug in ("small", BIKES)]
    assert [each and each["framework"] for each in taken] == ["small", BIKES]
    lines = ana.get(f"/profile.csv?framework={BIKES}")
    assert len(lines.text.splitlines()) == len(bikes) + 1
    assert "bicycle" in lines.headers["Content-Disposition"]
    assert "Bicycle Mechanics" in words_of(ana.get(f"/profile.pdf?framework={BIKES}"))
    sue = sign_in(world.email("sue"))
    theirs = f"/people/{world.people['ana']}/profile"
    assert [href for _label, href, _current in switch(sue.get(theirs).text)] == [
        f"{theirs}?framework=small",
        f"{theirs}?framework={BIKES}",
    ]
    page = sue.get(f"{theirs}?framework={BIKES}").text
    assert f'href="{theirs}/assembly?framework={BIKES}"' in page
    assert f'href="{theirs}.pdf?framework={BIKES}"' in page
    assert f'href="/profile?framework={BIKES}"' not in page, "the reader's own pages are elsewhere"
    assert sue.get(f"/people/{world.people['ana']}/statements/{bikes[0]}").status_code == 200
    assert sue.get(f"{theirs}?framework=bakers").status_code == 404


def test_a_list_is_imported_into_the_framework_of_its_page(
    world: World, bikes: list[int], ana: Client
) -> None:
    with_codes = ana.get(f"/assess/list/template.csv?framework={BIKES}").text
    code = with_codes.splitlines()[1].split(",")[0].strip('"')
    page = ana.get(f"/assess/list?framework={BIKES}").text
    assert f'action="/assess/list?framework={BIKES}"' in page
    text = f"Code\tYour answer\n{code}\tchecked"
    unknown, known = (
        ana.post(address, {"text": text})
        for address in ("/assess/list", f"/assess/list?framework={BIKES}")
    )
    assert "1 line is unclear" in unknown.text
    assert "1 line will be imported" in known.text
    seen = re.search(r'name="seen"[^>]* value="([^"]+)"', known.text)
    assert seen is not None
    stored = ana.post(f"/assess/list/store?framework={BIKES}", {"text": text, "seen": seen[1]})
    assert stored.headers["Location"].endswith(f"/assess/done?framework={BIKES}")


def test_one_piece_of_evidence_counts_in_both(
    world: World, bikes: list[int], ana: Client, sign_in: SignIn
) -> None:
    page = ana.get("/evidence/new").text
    assert all(label in page for label in LABELS)
    ids = [world.statements["technical"][0], bikes[0]]
    made = ana.post("/evidence", {"title": "Fixed the book bike", "statement": ids, "do": "save"})
    assert made.status_code == 303
    shown = ana.get(made.headers["Location"]).text
    assert all(f'href="/statements/{each}"' in shown for each in ids)
    ben = sign_in(world.email("ben"))
    assert LABELS[0] not in ben.get("/evidence/new").text
    refused = ben.post("/evidence", {"title": "Mine", "statement": [bikes[0]], "do": "save"})
    assert refused.status_code == 422


def test_what_expires_is_renewed_in_its_framework(
    app: Flask, world: World, bikes: list[int], ana: Client
) -> None:
    with app.app_context():
        rate_all(world, bikes[:1], "on_my_own")
        rate_all(world, world.statements["communication"][:1], "consistently")
        with transaction() as tx:
            tx.execute(update(Library).values(endorsement_months=12))
        for statement_id in (bikes[0], world.statements["communication"][0]):
            answer, at = EndorsedAnswer.CONSISTENTLY, NOW - dt.timedelta(days=340)
            endorse(world, "ana", "sue", statement_id, answer, at)
    today = ana.get("/").text
    for slug, statement_id in ((BIKES, bikes[0]), ("small", world.statements["communication"][0])):
        address = f"/reviews/new?expiring=1&framework={slug}"
        assert html.escape(address) in today
        page = ana.get(address).text
        assert re.findall(r'id="s-(\d+)" value="\d+" checked', page) == [str(statement_id)]
        assert {"expiring=1" in href for _label, href, _current in switch(page)} == {True}


def test_today_counts_what_was_sent_of_its_framework(
    app: Flask, world: World, bikes: list[int], ana: Client
) -> None:
    """A round may be for both."""
    with app.app_context():
        framework_id = session().get_one(Statement, bikes[0]).framework_id
        with transaction() as tx:
            tx.add(RoundFramework(round_id=world.rounds["city"], framework_id=framework_id))
        mine = world.statements["technical"][:1]
        rate_all(world, bikes[:1], "on_my_own")
        rate_all(world, mine, "consistently")
        review_actions.send(actor(world, "ana"), world.people["sue"], mine, NOW)
    assert "Nothing is sent for review this round" not in ana.get("/").text
    assert "Nothing is sent for review this round" in ana.get(f"/?framework={BIKES}").text


def test_a_second_job_in_the_team_is_not_the_day_somebody_came(
    app: Flask, world: World, bikes: list[int]
) -> None:
    with app.app_context():
        late = dt.date(2026, 11, 1)
        join(world, "ana", "central", role_profile="Everything", starts_on=late)
        rate_all(world, bikes[:2], "on_my_own")
        review_id = review_actions.send(actor(world, "ana"), world.people["sue"], bikes[:2], NOW)
        assert review_queries.header(review_id, NOW.date()).since == START


def test_lists_name_the_framework_of_each(
    app: Flask, world: World, bikes: list[int], ana: Client, sign_in: SignIn
) -> None:
    """Of one framework alone nothing is named."""
    with app.app_context():
        mine = world.statements["technical"][:1]
        rate_all(world, bikes[:1], "on_my_own")
        rate_all(world, mine, "consistently")
        sue, me = actor(world, "sue"), actor(world, "ana")
        first = review_actions.send(me, sue.person_id, mine, NOW)
        answer_all(world, first, ReviewerAnswer.PARTLY)
        review_actions.reveal(sue, first, NOW)
    assert not lists_both(ana.get("/notices").text)
    with app.app_context():
        second = review_actions.send(me, world.people["hugo"], bikes[:1], NOW)
        hugo = actor(world, "hugo")
        (item,) = items(second)
        review_actions.answer(
            hugo, [ReviewerResponse(item.id, "on_my_own", Ground.SAW_IT, "", 1)], NOW
        )
        review_actions.reveal(hugo, second, NOW)
    assert lists_both(ana.get("/reviews").text)
    assert lists_both(ana.get("/notices").text)
    today = ana.get("/").text
    assert all(f"About {label}." in today for label in LABELS)


def test_the_framework_in_use_opens_first(
    app: Flask, world: World, bikes: list[int], ana: Client, sign_in: SignIn
) -> None:
    """One's own pages open with what one rated last, whatever job is newer; a supervisor's do not
    tell which that is."""
    theirs = f"/people/{world.people['ana']}/profile"
    sue = sign_in(world.email("sue"))
    before = sue.get(theirs).text
    assert ana.get("/assess").headers["Location"].startswith("/assess/small/")
    with app.app_context():
        rate_all(world, bikes[:1], "on_my_own")
    assert ana.get("/assess").headers["Location"].startswith(f"/assess/{BIKES}/")
    page = ana.get("/profile").text
    assert [label for label, _href, current in switch(page) if current] == LABELS[1:]
    assert 'href="/profile.pdf"' in page
    assert 'href="/profile.pdf?framework=small"' in ana.get("/profile?framework=small").text
    assert switch(sue.get(theirs).text) == switch(before)
