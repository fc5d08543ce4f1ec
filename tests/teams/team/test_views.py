"""The team page: members and what they have sent, and nothing about what they have not."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.world import World
from tests.reading import words
from tracker.db import session, transaction
from tracker.models import Library, Look, Person, Team
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


def rows(html: str) -> dict[str, list[str]]:
    """The table rows of a page by the words of their first cell."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.S):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        cells = [
            re.sub(
                r'(<a class="matrix-link"[^>]*>)<span class="visually-hidden">[^<]*</span>',
                r"\1",
                cell,
            )
            for cell in cells
        ]
        words = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        found[words[0]] = words[1:]
    return found


def sent_some(world: World) -> None:
    """Ana sent 4 this round (one dropped, two revealed) and 2 before; a withdrawn review does not
    count."""
    ids = world.statements["technical"]
    now = {
        ids[0]: ItemStatus.ENDORSED,
        ids[1]: ItemStatus.DIFFERS,
        ids[2]: ItemStatus.WAITING,
        ids[3]: ItemStatus.RETURNED,
        ids[4]: ItemStatus.DROPPED,
    }
    send(
        world,
        "ana",
        "sue",
        now,
        status=ReviewStatus.DIFFERENCES_OPEN,
        round_id=world.rounds["city"],
        at=dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC),
    )
    before = {ids[0]: ItemStatus.ENDORSED, ids[6]: ItemStatus.KEPT_APART}
    send(
        world,
        "ana",
        "sue",
        before,
        status=ReviewStatus.CLOSED,
        at=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC),
    )
    send(
        world,
        "ben",
        "sue",
        {ids[0]: ItemStatus.WAITING},
        status=ReviewStatus.WITHDRAWN,
        round_id=world.rounds["city"],
    )


def test_members_with_what_they_sent(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        sent_some(world)
    found = rows(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}").text)
    assert found["Ana Library Assistant"] == [
        "1 review , Ana",
        "4 this round, 5 in all",
        "0 this round, 1 in all",
        "Mar 2",
        "Mid-level",
        "Jan 5",
    ]
    assert found["Ben Library Assistant"] == ["", "Not sent", "–", "–", "Mid-level", "Jan 5"]


def test_what_is_counted_is_what_was_reviewed_and_is_called_so(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """In reviews that have ended: what Ana and Sue still talk over tells others nothing."""
    with app.app_context():
        sent_some(world)
    cora = sign_in(world.email("cora"))
    page = cora.get(f"/teams/{world.teams['central']}").text
    heads = {
        re.sub(r"<[^>]+>|[↑↓↕]", "", each)
        for each in re.findall(r"<th scope=\"col\".*?</th>", page)
    }
    assert {"Reviewed", "Last reviewed"} <= heads
    assert "evealed" not in "".join(heads)
    assert "Reviewed this round" in cora.get("/teams").text


def test_a_review_waits_for_its_own_reviewer_only(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Who reviews nobody there has no column for it."""
    with app.app_context():
        sent_some(world)
    team = f"/teams/{world.teams['central']}"
    page = sign_in(world.email("cora")).get(team).text
    assert rows(page)["Ana Library Assistant"][0] == "4 this round, 5 in all"
    assert "Waiting for you" not in page
    assert "Waits for you" not in page
    assert "Waits for you" in sign_in(world.email("sue")).get(team).text


def test_who_has_not_sent(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        sent_some(world)
    found = rows(
        sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}?show=not-sent").text
    )
    assert "Ben Library Assistant" in found
    assert "Ana Library Assistant" not in found


def test_the_ready_flag_is_shown(app: Flask, world: World, sign_in: SignIn) -> None:
    sue = sign_in(world.email("sue"))
    page = f"/teams/{world.teams['central']}"
    assert "Ben Library Assistant" in rows(sue.get(page).text)
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ben"]).ready_at = world.now
    assert "Ben Library Assistant Ready to talk" in rows(sue.get(page).text)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", "Ana"),
        ("?sort=name&order=turned", "Ben"),
        ("?sort=sent", "Ana"),
        ("?sort=sent&order=turned", "Ben"),
    ],
)
def test_the_list_is_sorted(
    app: Flask, world: World, sign_in: SignIn, query: str, first: str
) -> None:
    with app.app_context():
        sent_some(world)
    found = rows(sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}{query}").text)
    people = [name.split()[0] for name in found if name.split()[0] in ("Ana", "Ben")]
    assert people[0] == first


@pytest.mark.parametrize("query", ["sort=password_hash", "order=1%3Bdrop", "show=all"])
def test_an_unknown_order_is_left_out_and_said(world: World, sign_in: SignIn, query: str) -> None:
    response = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}?{query}")
    assert response.status_code == 200
    assert "it was left out" in response.text


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("q=ANA", ["Ana"]),
        ("q=assistant", ["Ana", "Ben"]),
        ("q=%25", []),
        ("show=ready", ["Ben"]),
        ("show=waiting", ["Ana"]),
        ("show=not-sent&q=ana", []),
        ("q=ben&sort=sent&order=turned", ["Ben"]),
    ],
)
def test_members_are_filtered_by_what_the_list_shows(
    app: Flask, world: World, sign_in: SignIn, query: str, people: list[str]
) -> None:
    with app.app_context():
        sent_some(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["ben"]).ready_at = world.now
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}?{query}").text
    assert [name.split()[0] for name in rows(page) if name.split()[0] in ("Ana", "Ben")] == people
    if people != ["Ana", "Ben"]:
        assert f"{len(people)} of 2 people" in page
        assert ("Nobody fits these choices" in page) is (people == [])


def test_sorting_members_keeps_the_filter(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        for number in range(60):
            join(world, f"more{number:02}", "central")
    sue = sign_in(world.email("sue"))
    page = sue.get(f"/teams/{world.teams['central']}?q=more").text
    assert f'href="/teams/{world.teams["central"]}?q=more&amp;sort=last"' in page
    assert 'aria-sort="ascending"' in page
    page = sue.get(f"/teams/{world.teams['central']}?q=more&order=turned&sort=name&page=2").text
    assert list(rows(page))[1].startswith("More09")
    assert "60 of 62 people" in page


@pytest.mark.parametrize(("days_ago", "is_listed"), [(29, True), (30, True), (31, False)])
def test_who_left_is_listed_apart_for_thirty_days(
    app: Flask, world: World, sign_in: SignIn, days_ago: int, is_listed: bool
) -> None:
    with app.app_context():
        join(world, "fred", "central", ends_on=world.now.date() - dt.timedelta(days=days_ago))
    html = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}").text
    members, _, former = html.partition("Left in the last 30 days")
    assert "Fred" not in members
    assert ("Fred" in former) is is_listed


def test_somebody_who_changed_their_job_has_not_left(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "ana", "central", starts_on=dt.date(2025, 1, 6), ends_on=dt.date(2026, 11, 10))
    assert (
        "Left in the last"
        not in sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}").text
    )


def test_a_coordinator_sees_the_teams_below_and_a_supervisor_does_not(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        sent_some(world)
    cora = rows(sign_in(world.email("cora")).get(f"/teams/{world.teams['city']}").text)
    assert cora["Central"] == ["3", "1 of 3", "0 of 3", "Gaps Central"]
    assert cora["Harbour"] == ["1", "0 of 1", "0 of 1", "Gaps Harbour"]
    assert (
        "Bookmobile" not in sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}").text
    )


def test_the_tree_has_the_teams_one_may_read(world: World, sign_in: SignIn) -> None:
    def names(person: str) -> list[str]:
        return [
            name for name in rows(sign_in(world.email(person)).get("/teams").text) if name != "Team"
        ]

    assert names("cora") == ["City Library", "Central", "Bookmobile", "Harbour"]
    assert names("sue") == ["Central"]
    assert names("carl") == ["Harbour"]
    assert names("ben") == []


@pytest.mark.parametrize(("name", "path"), [("cora", "/teams"), ("adam", "/admin/teams")])
def test_many_teams_have_pages_and_are_found_by_name(
    app: Flask, world: World, sign_in: SignIn, name: str, path: str
) -> None:
    with app.app_context(), transaction() as tx:
        harbour = tx.get_one(Team, world.teams["harbour"])
        for number in range(PAGE):
            below = {"library_id": harbour.library_id, "parent_id": harbour.id}
            team = Team(name=f"Pier {number:02}", path="", **below)
            tx.add(team)
            tx.flush()
            team.path = f"{harbour.path}{team.id}/"
    client = sign_in(world.email(name))
    first, second = client.get(path).text, client.get(f"{path}?page=2").text
    assert "Pier 45" in first
    assert "Pier 46" not in first
    assert "Pier 49" in second
    assert "City Library › Harbour" in second
    found = client.get(f"{path}?search=PIER+07").text
    assert "1 team" in found
    assert "Pier 07" in found
    assert "Pier 08" not in found
    assert "0 teams" in client.get(f"{path}?search=nowhere").text


def test_somebody_in_two_teams_counts_once_in_a_total(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        join(world, "lea", "central")
    found = rows(sign_in(world.email("cora")).get("/teams").text)
    assert (found["City Library"][0], found["Central"][0], found["Harbour"][0]) == ("4", "4", "1")


def bodies(client: Client, world: World) -> list[bytes]:
    """The pages without the token, which is another one in each session."""
    pages = [client.get(f"/teams/{world.teams['central']}"), client.get("/teams")]
    return [re.sub(rb'name="csrf_token" value="[^"]+"', b"", page.data) for page in pages]


def test_what_was_not_sent_leaves_no_trace(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        sent_some(world)
    before = [bodies(sign_in(world.email(name)), world) for name in ("sue", "cora")]
    with app.app_context():
        for statement_id in world.statements["communication"]:
            rate(world, "ben", statement_id, Answer.CONSISTENTLY)
            rate(world, "ana", statement_id, Answer.NOT_YET)
    assert [bodies(sign_in(world.email(name)), world) for name in ("sue", "cora")] == before


def test_what_was_sent_does_leave_one(app: Flask, world: World, sign_in: SignIn) -> None:
    before = bodies(sign_in(world.email("sue")), world)
    with app.app_context():
        sent_some(world)
    assert bodies(sign_in(world.email("sue")), world) != before


def test_the_number_of_statements_does_not_depend_on_the_size(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    cora = sign_in(world.email("cora"))

    def count(url: str) -> int:
        cora.get(url)
        count_sql.clear()
        cora.get(url)
        return len(count_sql)

    urls = [f"/teams/{world.teams['central']}", "/teams"]
    before = [count(url) for url in urls]
    with app.app_context():
        sent_some(world)
        for number in range(12):
            join(world, f"more{number}", "central" if number % 2 else "bookmobile")
    assert [count(url) for url in urls] == before
    assert max(before) <= 12


def test_names_lead_to_profiles_where_levels_have_names(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    link = f'href="/people/{world.people["ana"]}/profile"'
    url = f"/teams/{world.teams['central']}"
    cora, sue = sign_in(world.email("cora")), sign_in(world.email("sue"))
    assert link in cora.get(url).text
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = False
    assert link not in cora.get(url).text
    assert link in sue.get(url).text


def test_a_waiting_review_is_one_step_away(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        review_id = send(
            world, "ben", "sue", {world.statements["technical"][0]: ItemStatus.WAITING}
        )
    sue = sign_in(world.email("sue"))
    assert f'href="/reviews/{review_id}"' in sue.get(f"/teams/{world.teams['central']}").text
    assert sue.get(f"/reviews/{review_id}", follow_redirects=True).status_code == 200


def test_the_members_see_who_looked(app: Flask, world: World, sign_in: SignIn) -> None:
    sign_in(world.email("cora")).get(f"/teams/{world.teams['central']}")
    with app.app_context():
        seen = (
            session()
            .execute(select(Look.owner_id, Look.reader_id, Look.kind).order_by(Look.owner_id))
            .all()
        )
    assert [tuple(row) for row in seen] == [
        (world.people[name], world.people["cora"], "team") for name in ("ana", "ben")
    ]


def test_staff_of_one_role_are_named_together(app: Flask, world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}"
    assert "Supervisor: Sue." in words(cora.get(url).text)
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
    assert "Supervisors: Hugo, Sue." in words(cora.get(url).text)


def test_one_person_is_no_people(world: World, sign_in: SignIn) -> None:
    """Harbour has Lea alone."""
    cora = sign_in(world.email("cora"))
    assert "Harbour 0 of 1 person has sent something" in words(cora.get("/").text)
    gaps = words(cora.get(f"/teams/{world.teams['harbour']}/gaps").text)
    assert "0 of 1 person has sent ratings." in gaps
