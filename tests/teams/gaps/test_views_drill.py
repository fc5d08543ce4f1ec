"""From a cell of the gap matrix to statements and people, counted a second time by raw SQL; and
nothing finer than the matrix for who may not see names."""

import html
import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.administration.rounds.past_rounds import MAY
from tests.client import Client
from tests.conftest import Queries
from tests.copies import made_once
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import add_role_profile, open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse_all, send
from tests.factories.world import World
from tests.reading import words
from tests.teams.crowds import Crowd, hide_names
from tests.teams.gaps import plain_figures
from tests.teams.gaps.pages import file
from tests.teams.gaps.plain_figures import GAP, UNKNOWN, Plain
from tests.teams.team.test_views import rows
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Look, Team
from tracker.record.standings import actions as standings_actions
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

SignIn = Callable[[str], Client]
PEOPLE = 'id="people"'
DOMAINS = ("Technical", "Communication", "Leadership")
ANSWERS = (EndorsedAnswer.CONSISTENTLY, EndorsedAnswer.PARTLY, EndorsedAnswer.NOT_YET)


@pytest.fixture
def many(app: Flask, world: World, engine_name: str) -> World:
    """People in three teams and two jobs, with answers all over: every third statement missing for
    some, every level short for others."""

    def put() -> World:
        _put_many(world)
        return world

    with app.app_context():
        return made_once("many", engine_name, put)


def _put_many(world: World) -> None:
    add_role_profile(world, "Senior", 3)
    for number in range(9):
        team = ("central", "bookmobile", "harbour")[number % 3]
        name = f"mo{number:02}"
        join(world, name, team, role_profile="Senior" if number % 4 == 0 else "city")
        for domain in ("technical", "communication", "leadership"):
            answers = {
                statement_id: ANSWERS[(place * (number + 1) // 2 + number) % 3 if number % 3 else 0]
                for place, statement_id in enumerate(world.statements[domain])
                if (place + number) % 7 != 0 or number % 2
            }
            endorse_all(world, name, "hugo", answers)
    join(world, "mo01", "harbour", role_profile="Senior")


def counted(app: Flask, world: World, team: str) -> Plain:
    with app.app_context(), transaction() as tx:
        return plain_figures.everybody(world, tx.get_one(Team, world.teams[team]).path)


def drill(world: World, team: str, domain: str, query: str = "") -> str:
    return f"/teams/{world.teams[team]}/gaps/domains/{domain.lower()}{query}"


@pytest.mark.in_ci
def test_statements_and_people_are_those_of_a_second_count(
    app: Flask, many: World, sign_in: SignIn
) -> None:
    world = many
    cora = sign_in(world.email("cora"))
    seen = 0
    for team in ("city", "central", "harbour"):
        plain = counted(app, world, team)
        for domain in DOMAINS:
            page = cora.get(drill(world, team, domain)).text
            below = plain.having(domain, GAP)
            held = Counter(title for one in below for title in plain.reasons[one, domain])
            told = {
                re.sub(r" (Emerging|Developing|Proficient|Advanced)$", "", title): cells[0]
                for title, cells in rows(page.partition(PEOPLE)[0]).items()
                if title != "Statement"
            }
            assert told == {title: f"{num} of {len(below)}" for title, num in held.items()}
            numbers = [int(each.split()[0]) for each in told.values()]
            assert numbers == sorted(numbers, reverse=True)
            table = file(cora, drill(world, team, domain, "/people.csv"))
            assert [line[0] for line in table[1:]] == below
            assert {line[0]: line[7].split("; ") for line in table[1:]} == {
                one: [title for title in told if title in plain.reasons[one, domain]]
                for one in below
            }
            seen += len(held)
    assert seen > 10


@pytest.mark.in_ci
def test_a_statement_leads_to_those_whom_it_holds_back(
    app: Flask, many: World, sign_in: SignIn
) -> None:
    world = many
    cora = sign_in(world.email("cora"))
    plain = counted(app, world, "city")
    page = cora.get(f"/teams/{world.teams['city']}/gaps").text
    panel = page.partition("holding people back")[2].partition("Below target by team")[0]
    links = re.findall(r'href="([^"]*statement=\d+)">(\w+ \d\.\d)', panel)
    assert links
    for href, title in links:
        domain = next(each for each in DOMAINS if title.startswith(each))
        who = [one for one in plain.people if title in plain.reasons[one, domain]]
        address, _, query = href.replace("&amp;", "&").partition("?")
        assert f'href="/teams/{world.teams["city"]}/gaps"' in cora.get(address).text
        table = file(cora, f"{address}/people.csv?{query}")
        assert [line[0] for line in table[1:]] == who
        assert f"{len(who)} of {len(plain.having(domain, GAP))}" in panel


def test_the_worst_statement_of_all_domains_is_named_first(
    app: Flask, many: World, sign_in: SignIn
) -> None:
    world = many
    plain = counted(app, world, "city")
    held: Counter[str] = Counter()
    for domain in DOMAINS[1:]:
        for one in plain.people:
            held.update(plain.reasons[one, domain])
    worst = max(held.values())
    page = sign_in(world.email("cora")).get(f"/teams/{world.teams['city']}/gaps").text
    durable = words(page).partition("because of the statement:")[2].partition("Durable ")[2]
    first = re.match(r"(\w+ \d\.\d) \(\w+\): (\d+) of", durable)
    assert first is not None
    assert (held[first[1]], int(first[2])) == (worst, worst)


@pytest.mark.in_ci
def test_more_than_thirty_people_are_paged_and_filed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for number in range(60):
            join(world, f"zed{number:02}", "central" if number % 2 else "harbour")
            stand(world, f"zed{number:02}", TargetState.GAP)
        standings_actions.count_stale(world.now)
    cora = sign_in(world.email("cora"))
    address = drill(world, "city", "leadership")
    first = rows(cora.get(address).text.partition(PEOPLE)[2])
    second = rows(cora.get(f"{address}?page=2").text.partition(PEOPLE)[2])
    assert (len(first) - 1, len(second) - 1) == (50, 10)
    table = file(cora, f"{address}/people.csv")
    assert len(table) == 61
    assert {line[1] for line in table[1:]} == {"Central", "Harbour"}


def test_why_something_is_not_known_is_a_second_count(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Ana: Technical with Sue, a difference in Communication. Ben: no agreement on Technical, in a
    review that is over. What came of an open review is in review like the rest."""
    of = world.statements
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            {of["technical"][0]: ItemStatus.NOT_OBSERVED, of["technical"][1]: ItemStatus.ANSWERED},
        )
        send(world, "ana", "sue", {of["communication"][0]: ItemStatus.DIFFERS})
        over = {of["technical"][0]: ItemStatus.KEPT_APART}
        send(world, "ben", "sue", over, status=ReviewStatus.CLOSED)
        send(world, "ben", "sue", {of["communication"][9]: ItemStatus.WAITING})
        stand(world, "ben", TargetState.GAP, "leadership", by="sue")
    plain = counted(app, world, "central")
    unknown = [
        (one, domain)
        for one in plain.people
        for domain in DOMAINS
        if plain.state[one, domain] == UNKNOWN
    ]
    page = words(sign_in(world.email("cora")).get(f"/teams/{world.teams['central']}/gaps").text)
    assert f"{len(unknown)} of {3 * len(plain.people)} levels are not known yet." in page
    assert (
        "2 with a supervisor now 1 sent before, and the review gave no rating that counts "
        f"{len(unknown) - 3} not sent yet" in page
    )


def test_who_leads_to_people_at_every_level(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            {world.statements["technical"][0]: ItemStatus.WAITING},
            round_id=world.rounds["city"],
        )
        stand(world, "ana", TargetState.GAP, "leadership", by="sue")
    city, central = (f"/teams/{world.teams[team]}" for team in ("city", "central"))
    cora, sue = sign_in(world.email("cora")), sign_in(world.email("sue"))
    page = cora.get(f"{city}/gaps").text
    assert "3 of 4 people haven’t sent anything this round." in words(page)
    who = who_has_not_sent(page)
    assert who == f"{city}/round?round={world.rounds['city']}&show=not-sent#people"
    listed = cora.get(who).text.partition(PEOPLE)[2]
    assert re.findall(r'<a href="/people/\d+/profile">([^<]*)', listed) == ["Ben", "Lea", "Sue"]
    assert who_has_not_sent(cora.get(f"{central}/gaps?teams=own").text) == ""
    who = who_has_not_sent(sue.get(f"{central}/gaps").text)
    assert who == f"{central}?show=not-sent&framework=small"
    assert [name.split()[0] for name in rows(sue.get(who).text)][1:] == ["Ben"]


def who_has_not_sent(page: str) -> str:
    found = re.search(r'href="([^"]*)">Who hasn’t sent', page)
    return html.unescape(found[1]) if found else ""


def test_a_closed_round_is_drilled_as_it_was(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        spring = open_round(world, "Spring 2026", date(2026, 4, 1), date(2026, 5, 31))
        stand(world, "ana", TargetState.GAP, at=MAY)
        rounds_actions.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    address = drill(world, "central", "leadership", f"?round={spring}")
    before = cora.get(address).text
    assert rows(before)["Leadership 1.1 Emerging"] == ["1 of 1"]
    with app.app_context():
        stand(world, "ben", TargetState.GAP)
    assert rows(cora.get(address).text) == rows(before)
    page = cora.get(f"/teams/{world.teams['central']}/gaps?round={spring}").text
    (link, *_rest) = re.findall(r'href="([^"]*/domains/leadership[^"]*person=\d+)"', page)
    assert "Only Ana." in words(cora.get(link.replace("&amp;", "&")).text)


def test_the_list_says_how_each_stands_as_its_file_does(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """A statement leads to those below target, whoever was shown
    before."""
    with app.app_context():
        stand(world, "ana", TargetState.GAP)
    cora = sign_in(world.email("cora"))
    page = cora.get(drill(world, "central", "leadership", "?show=all")).text
    cells = {
        name.split()[0]: cell for name, (cell, _why) in rows(page.partition(PEOPLE)[2]).items()
    }
    assert cells == {
        "Name": "Level",
        "Ana": "▼ Below target No level yet, target Developing",
        "Ben": "? Not known yet target Developing",
        "Sue": "? Not known yet target Developing",
    }
    table = file(cora, drill(world, "central", "leadership", "/people.csv?show=all"))
    assert [[line[0], *line[4:7]] for line in table[1:]] == [
        ["Ana", "No level yet", "Developing", "Below target"],
        ["Ben", "Level not known yet", "Developing", "Not known yet"],
        ["Sue", "Level not known yet", "Developing", "Not known yet"],
    ]
    unknown = cora.get(drill(world, "central", "leadership", "?show=unknown")).text
    assert rows(unknown.partition(PEOPLE)[2])["Name"] == ["Level"], "no statement holds them back"
    (href, *_rest) = re.findall(r'href="([^"]*statement=\d+)#people"', unknown)
    listed = cora.get(html.unescape(href)).text
    assert '<option selected value="">Below target' in listed
    assert re.findall(r'href="([^"]*)#people">Show everyone', listed) == [
        drill(world, "central", "leadership", "")
    ]


@pytest.mark.parametrize("query", ["?statement=9999", "?person=9999", "?show=nobody"])
def test_what_is_not_there_is_left_out_and_said(world: World, sign_in: SignIn, query: str) -> None:
    cora = sign_in(world.email("cora"))
    assert "it was left out" in cora.get(drill(world, "central", "technical", query)).text
    assert (
        cora.http.get(drill(world, "central", "technical", f"/people.csv{query}")).status_code
        == 404
    )
    assert cora.http.get(drill(world, "central", "sewing")).status_code == 404


def test_who_may_not_see_names_gets_nothing_finer_than_the_matrix(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("central", 5, 5)
    cora = sign_in(world.email("cora"))
    for of in ("", "?show=all", "/people.csv"):
        assert cora.http.get(drill(world, "central", "leadership", of)).status_code == 404
    matrix = cora.get(f"/teams/{world.teams['central']}/gaps").text
    assert "/domains/" not in matrix
    assert "Because of which statements" not in matrix
    assert "in review with a supervisor" not in matrix


def test_who_was_listed_sees_who_looked(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        stand(world, "ana", TargetState.GAP)
    sign_in(world.email("cora")).get(drill(world, "central", "leadership"))
    with app.app_context():
        looked = session().scalars(select(Look.owner_id)).all()
    assert list(looked) == [world.people["ana"]]


@pytest.mark.in_ci
def test_the_number_of_queries_does_not_depend_on_the_size(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    cora = sign_in(world.email("cora"))

    def count() -> list[int]:
        found = []
        for address in (
            drill(world, "city", "leadership"),
            f"/teams/{world.teams['city']}/gaps/not-sent",
        ):
            cora.get(address)
            count_sql.clear()
            cora.get(address)
            found.append(len(count_sql))
        return found

    with app.app_context():
        stand(world, "ana", TargetState.GAP)
    before = count()
    with app.app_context():
        for number in range(12):
            join(world, f"more{number}", "central" if number % 2 else "bookmobile")
            stand(world, f"more{number}", TargetState.GAP)
    assert count() == before
    assert max(before) <= 11
