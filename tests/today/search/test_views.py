"""Search: what each kind of person finds, and nothing else."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import Queries
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.sides import NO, YES, send
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.db import transaction
from tracker.models import Library, Person, Team
from tracker.rules.roles import Permission
from tracker.today.search.views import MENU, PAGES, _pages

SignIn = Callable[[str], Client]


def found(client: Client, words: str, only: str = "") -> list[str]:
    """The addresses that are found."""
    page = client.get(f"/search?q={words}&only={only}").text
    part = page.partition("data-found")[2].partition("</main>")[0]
    return [each.partition('"')[0] for each in part.split('class="found-line" href="')[1:]]


def test_a_learner_finds_their_own_and_nobody(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        mine = piece(world, title="Drop-in for seniors")
        piece(world, "ben", title="Drop-in of another")
        sent = send(world, YES, NO)
        send(world, YES, learner="ben")
    ben, ana = sign_in(world.email("ben")), sign_in(world.email("ana"))
    assert found(ana, "drop-in") == [f"/evidence/{mine}"]
    assert found(ana, "seniors") == [f"/evidence/{mine}"]
    assert f"/reviews/{sent}" in found(ana, "sue")
    for name in ("ana", "cora", "hugo", "olaf", "ana@example.org", "seniors", "harbour"):
        assert found(ben, name) == []
    own = world.statements["communication"]
    assert {f"/statements/{each}" for each in own} <= {*found(ben, "communication", "statement")}
    assert "See all" in ben.get("/search?q=communication").text


def test_people_are_found_where_the_policy_opens_their_profiles(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    ana, lea, otto = (world.people[name] for name in ("ana", "lea", "otto"))
    sue, cora, hugo = (sign_in(world.email(name)) for name in ("sue", "cora", "hugo"))
    assert found(sue, "ana") == [f"/people/{ana}/profile"]
    assert found(cora, "ana") == [f"/people/{ana}/profile"]
    assert found(hugo, "ana", "person") == found(cora, "otto") == found(sue, "lea", "person") == []
    assert found(hugo, "lea", "person") == [f"/people/{lea}/profile"]
    for name, person_id in (("lea", lea), ("otto", otto)):
        for client in (sue, cora, hugo):
            is_open = client.http.get(f"/people/{person_id}/profile").status_code == 200
            assert found(client, name, "person") == (
                [f"/people/{person_id}/profile"] if is_open else []
            )


def test_a_coordinator_without_names_finds_nobody(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = False
    assert found(sign_in(world.email("cora")), "ana") == []
    assert found(sign_in(world.email("sue")), "ana") == [f"/people/{world.people['ana']}/profile"]


def test_who_is_in_two_teams_is_found_once(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        join(world, "ana", "harbour")
    ana, ben = (f"/people/{world.people[name]}/profile" for name in ("ana", "ben"))
    cora = sign_in(world.email("cora"))
    assert found(cora, "ana", "person") == [ana]
    everybody = found(cora, "mid-level", "person")
    assert len(everybody) == len({*everybody})
    assert everybody.index(ana) < everybody.index(ben)


def test_an_administrator_finds_accounts_and_teams_and_no_record(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        piece(world, title="Drop-in for seniors")
        send(world, YES)
    adam = sign_in(world.email("adam"))
    assert found(adam, "ana") == [f"/admin/people/{world.people['ana']}"]
    assert found(adam, "ana@example.org") == [f"/admin/people/{world.people['ana']}"]
    assert found(adam, "central") == [f"/admin/teams/{world.teams['central']}"]
    assert found(adam, "otto") == found(adam, "seniors") == []
    assert found(adam, "audit") == ["/admin/audit"]


def test_who_was_deleted_or_left_and_teams_that_are_closed_are_not_found(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ana"]).disabled_at = world.now
        tx.get_one(Team, world.teams["harbour"]).closed_on = world.now.date()
    cora = sign_in(world.email("cora"))
    assert found(cora, "ana") == found(cora, "harbour") == []
    assert found(cora, "central") == [f"/teams/{world.teams['central']}"]


def test_who_is_no_learner_finds_statements_on_the_public_pages(
    world: World, sign_in: SignIn
) -> None:
    (first, *_) = found(sign_in(world.email("hugo")), "leadership")
    assert first.startswith("/frameworks/small/?version=1#")


@pytest.mark.parametrize("name", ["ana", "sue", "cora", "carl", "adam", "olaf"])
def test_every_page_that_is_offered_opens(world: World, sign_in: SignIn, name: str) -> None:
    client = sign_in(world.email(name))
    page = client.get("/search").text.partition("data-found")[2].partition("</main>")[0]
    offered = [each.partition('"')[0] for each in page.split('class="found-line" href="')[1:]]
    assert len(offered) == len({*offered}) > 10
    for href in offered:
        assert client.http.get(href, follow_redirects=True).status_code == 200, href


def test_a_page_is_offered_by_its_own_door(app: Flask) -> None:
    views: Any = app.view_functions
    asked = {views[address.partition("#")[0]].permission for address in PAGES}
    assert {Permission.RATE, Permission.ADMINISTER, Permission.OPERATE} < asked


FIRST = {
    "ana": {
        "report": "/profile",
        "export": "/profile",
        "print": "/profile",
        "progress": "/profile",
        "portfolio": "/evidence",
        "proof": "/evidence",
        "password": "/account/password",
        "log out": "/account#sign-ins",
        "language": "/help",
        "shortcuts": "/help",
        "notifications": "/notices",
        "unsubscribe": "/account#notices",
        "vacation": "/account#away",
        "devices": "/account#sign-ins",
        "who can see": "/account/readers",
        "spreadsheet": "/assess/list",
        "send": "/reviews/new",
        "sue": "/reviews/{sent}",
        "home": "/",
    },
    "sue": {
        "gaps": "/teams/{central}/gaps",
        "team gaps": "/teams/{central}/gaps",
        "training needs": "/teams/{central}/gaps",
        "substitute": "/account#away",
        "second opinion": "/account#second-opinions",
        "ana": "/reviews/{sent}",
        "central": "/teams/{central}",
        "staff": "/teams",
    },
    "cora": {
        "deadline": "/teams/{city}/round",
        "compare": "/teams/{city}/gaps",
        "harbour": "/teams/{harbour}",
        "otto": "",
    },
    "olaf": {"disaster": "/admin/backup", "restore": "/admin/backup"},
    "adam": {
        "roster": "/admin/people/import",
        "audit log": "/admin/audit",
        "typos": "/admin/corrections",
        "targets": "/admin/role-profiles",
        "SMTP": "/admin/mail",
        "time zone": "/admin/library",
        "mistakes": "/admin/corrections",
        "gaps": "",
    },
}
"""What each finds first; "" for nothing."""


def test_everyday_words_find_what_is_meant(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        places = {**world.people, **world.teams, "sent": send(world, YES)}
        set_operator(world.email("olaf"), True, world.now)
    for name, table in FIRST.items():
        client = sign_in(world.email(name))
        firsts = {typed: (found(client, typed) or [""])[0] for typed in table}
        assert firsts == {typed: href.format(**places) for typed, href in table.items()}


@pytest.mark.in_ci
def test_every_page_is_found_by_its_name_and_by_other_words(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """By whoever is offered it: two words beside its name, or more."""
    tried = set[str]()
    for name in ("ana", "sue", "cora", "adam", "olaf"):
        client = sign_in(world.email(name))
        with client.http:
            client.get("/search")
            pages = {page.key: page for page in _pages()}
        for href in pages.keys() - tried:
            other = [each.strip() for each in pages[href].words.split(",")]
            assert len(other) >= 2, href
            for typed in (pages[href].title, *other):
                assert href in found(client, quote(typed), "page"), (href, typed)
        tried |= pages.keys()
    assert len(tried) > len(PAGES) + len(MENU)


def test_a_name_comes_before_statements_that_only_begin_so(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ana"]).name = "Comm Baker"
    sue = sign_in(world.email("sue"))
    first, *others = found(sue, "comm")
    assert first == f"/people/{world.people['ana']}/profile"
    assert others[0].startswith("/statements/")
    assert found(sue, "communication")[0].startswith("/statements/")


def test_it_says_what_it_searched_for(world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    assert "No results for “evidense”. Showing “evidence”." in ana.get("/search?q=evidense").text
    answer = ana.get("/search?q=<b>microfiche")
    assert answer.headers["Referrer-Policy"] == "origin"
    nothing = answer.text
    assert "Nothing found for “&lt;b&gt;microfiche”" in nothing
    assert ana.get("/search?q=%E2%80%93&only=nothing").status_code == 200


def test_what_was_searched_for_is_not_taken_along_to_the_sign_in(app: Flask) -> None:
    answer = Client(app).http.get("/search?q=weeding&only=person")
    assert answer.headers["Location"] == "/login?next=/search"


@pytest.mark.parametrize("name", ["ana", "sue", "cora", "adam"])
def test_it_takes_few_queries(world: World, sign_in: SignIn, count_sql: Queries, name: str) -> None:
    client = sign_in(world.email(name))
    client.get("/search?q=ana")
    count_sql.clear()
    client.get("/search?q=ana")
    assert len(count_sql) <= 12, [" ".join(each.split())[:70] for each in count_sql]
