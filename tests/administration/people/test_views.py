"""People on the administrator's pages: found, sorted, added, and never given a password."""

import re

import pytest
from flask import Flask

from tests.administration.stored import HUGE, TODAY, add_people, count, row
from tests.client import Client
from tests.conftest import NOW
from tests.factories.world import HASH, World
from tracker.db import transaction
from tracker.models import Person


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("jose", ["José Álvarez"]),
        ("ÁLVAREZ", ["José Álvarez"]),
        ("%", []),
        ("_", []),
        ("straße", ["Eva Strasse"]),
        ("sue@example", ["Sue"]),
        ("x" * 5000, []),
    ],
)
def test_people_are_found_by_parts_of_name_and_address(
    app: Flask, world: World, admin: Client, search: str, found: list[str]
) -> None:
    with app.app_context(), transaction() as tx:
        for name, email in (("José Álvarez", "jo@example.org"), ("Eva Strasse", "eva@example.org")):
            tx.add(
                Person(library_id=world.libraries["city"], name=name, email=email, created_at=NOW)
            )
    page = admin.get("/admin/people", query_string={"search": search}).text
    assert re.findall(r'<th scope="row"><label>.*?</label> <a[^>]*>([^<]+)</a>', page) == found


@pytest.mark.in_ci
def test_people_are_filtered_and_sorted(app: Flask, world: World, admin: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["lea"]).disabled_at = NOW

    def names(**query: object) -> list[str]:
        page = admin.get("/admin/people", query_string=query).text
        return re.findall(r'<th scope="row"><label>.*?</label> <a[^>]*>([^<]+)</a>', page)

    assert names() == ["Adam", "Ana", "Ben", "Carl", "Cora", "Hugo", "Sue"]
    assert names(state="disabled") == ["Lea"]
    assert names(state="administrator") == ["Adam"]
    assert names(state="invited") == []
    assert names(team_id=world.teams["central"]) == ["Ana", "Ben", "Sue"]
    assert names(team_id=world.teams["harbour"]) == ["Carl", "Hugo"]
    assert names(role="supervisor") == ["Ana", "Hugo", "Sue"]
    assert names(role="learner", team_id=world.teams["bookmobile"]) == ["Sue"]
    assert names(role="coordinator", team_id=world.teams["bookmobile"]) == []
    assert names(sort="added")[0] == "Cora"
    assert names(sort="name", order="turned") == names()[::-1]
    assert names(sort="team")[-1] == "Adam"
    assert names(sort="state", state="active")[0] == "Adam"
    for wild in ({"sort": "password_hash"}, {"role": "x", "state": "x"}, {"page": HUGE}):
        assert names(**wild) == names()
    assert names(team_id=world.teams["other"]) == []


def test_long_lists_have_pages(app: Flask, world: World, admin: Client) -> None:
    add_people(app, world, 60)
    first = admin.get("/admin/people", query_string={"search": "person"}).text
    assert "60 of 68 people" in first
    second = re.search(r'rel="next" href="([^"]+)"', first)
    assert second is not None
    page = admin.get(second.group(1).replace("&amp;", "&")).text
    assert len(re.findall(r'<th scope="row"><label>.*?</label> <a', page)) == 10
    assert "Person 059" in page
    assert 'value="person"' in page


def link_of(label: str, page: str) -> str:
    """Where the heading of that column leads."""
    found = re.search(rf'<a class="sort-link" href="([^"]+)">{label}<', page)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def test_sorting_keeps_the_filter_and_filtering_the_order(
    app: Flask, world: World, admin: Client
) -> None:
    add_people(app, world, 60)
    page = admin.get("/admin/people", query_string={"search": "person", "state": "invited"}).text
    assert 'aria-sort="ascending"><a class="sort-link" href' in page
    page = admin.get(link_of("Name and email", page)).text
    assert 'aria-sort="descending"' in page
    assert "Person 059" in page
    assert "60 of 68 people" in page
    assert '<input type="hidden" name="order" value="turned">' in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    last = admin.get(following.group(1).replace("&amp;", "&")).text
    assert "Person 000" in last
    assert 'aria-sort="descending"' in last


def test_nobody_found_says_what_to_do(admin: Client) -> None:
    page = admin.get("/admin/people?search=nobody-at-all&sort=added").text
    assert "0 of 8 people" in page
    assert "Try part of a name" in page
    assert 'href="/admin/people?sort=added"' in page, "the order stays when the filters go"


@pytest.mark.parametrize(
    ("name", "email"),
    [("New", "ana@example.org"), ("New", "new@example.org\r\nBcc: all@example.org")],
)
def test_a_person_who_cannot_be_added(
    app: Flask, world: World, admin: Client, name: str, email: str
) -> None:
    before = count(app, Person)
    response = admin.post("/admin/people", {"name": name, "email": email})
    assert response.status_code == 422
    assert count(app, Person) == before
    assert f'value="{name}"' in response.text, "what was typed is kept"


def test_an_address_with_quotes_and_accents_is_shown_as_text(
    app: Flask, world: World, admin: Client
) -> None:
    admin.post("/admin/people", {"name": '<b onclick="x">"Ñ', "email": "o'neil@example.org"})
    page = admin.get("/admin/people").text
    assert "&lt;b onclick=" in page
    assert "<b onclick" not in page
    assert "o&#39;neil@example.org" in page


def test_administrators_have_no_way_to_set_a_password(
    app: Flask, world: World, admin: Client
) -> None:
    """Nor anything else that the form does not ask for."""
    more = {
        "password": "x" * 12,
        "password_hash": "x",
        "administrator": "y",
        "library_id": world.libraries["other"],
        "ready_at": TODAY,
        "id": world.people["ben"],
    }
    ana = world.people["ana"]
    assert (
        admin.post(
            f"/admin/people/{ana}", {"name": "Ana R", "email": world.email("ana"), **more}
        ).status_code
        == 303
    )
    after = row(app, Person, ana)
    assert after.name == "Ana R"
    assert (after.password_hash, after.administrator, after.ready_at) == (HASH, False, None)
    assert after.library_id == world.libraries["city"]
    for address in ("/admin/people/new", f"/admin/people/{ana}/edit", f"/admin/people/{ana}"):
        assert 'type="password"' not in admin.get(address).text
