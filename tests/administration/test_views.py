"""The administrator's pages: what they do, what they refuse, and that they show no ratings."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.audit import happened
from tests.factories.tried import backup_tried, mail_tried
from tests.factories.world import HASH, World, add
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.administration.library.actions import set_operator
from tracker.db import db, transaction
from tracker.models import (
    Library,
    Membership,
    NotRatedHere,
    Person,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
    Strand,
    Target,
    Team,
    UseStatement,
)
from tracker.records import audit
from tracker.rules.core.mail import MailOutcome
from tracker.rules.pagination import PAGE

SignInAs = Callable[[str], Client]
HUGE = "9" * 30
TODAY = NOW.date().isoformat()


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def row(app: Flask, model: type, id_: int) -> Any:
    with app.app_context():
        found = db.session.get_one(model, id_)
        db.session.expunge(found)
        return found


@pytest.mark.in_ci
def test_an_empty_library_is_led_through_its_first_day(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    with app.app_context(), transaction() as tx:
        library = Library(name="Hill Library", created_at=NOW)
        tx.add(library)
        tx.flush()
        root = Team(library_id=library.id, name="Hill Library", path="")
        tx.add(root)
        tx.flush()
        root.path = f"/{root.id}/"
        root_id = root.id
        tx.add(
            Person(
                library_id=library.id,
                name="Hana",
                email="hana@example.org",
                password_hash=HASH,
                administrator=True,
                operator=True,
                created_at=NOW,
            )
        )
    hana = sign_in("hana@example.org")

    def undone() -> list[str]:
        page = hana.get("/admin").text
        return re.findall(
            r'<li class="is-open">.*?<a class="checklist-title" href="([^"]+)"', page, re.DOTALL
        )

    assert undone() == [
        "/admin/use-statement",
        "/admin/teams",
        "/admin/role-profiles",
        "/admin/people",
        "/admin/people",
        "/admin/rounds",
        "/admin/mail",
        "/admin/backup",
    ]
    prefilled = re.search(
        r"<textarea[^>]*>(.*?)</textarea>", hana.get("/admin/use-statement").text, re.DOTALL
    )
    assert prefilled is not None
    assert "Hill Library" in prefilled.group(1)
    assert "could read the database" in prefilled.group(1)
    assert (
        hana.post(
            "/admin/use-statement", {"base_version": "0", "text": prefilled.group(1)}
        ).status_code
        == 303
    )
    assert hana.post("/admin/teams", {"name": "Valley", "parent_id": root_id}).status_code == 303
    nothing = {f"target_{domain}": "" for domain in world.domains.values()}
    expected = {**nothing, f"target_{world.domains['technical']}": "2"}
    made = hana.post("/admin/role-profiles", {"name": "Page", "framework": "small", **expected})
    assert made.status_code == 303
    assert undone() == [
        "/admin/people",
        "/admin/people",
        "/admin/rounds",
        "/admin/mail",
        "/admin/backup",
    ]
    for name in ("Ines", "Ivo"):
        assert (
            hana.post("/admin/people", {"name": name, "email": f"{name}@example.org"}).status_code
            == 200
        )
    with app.app_context():
        ines, ivo = db.session.scalars(
            select(Person.id).where(Person.name.in_(("Ines", "Ivo"))).order_by(Person.name)
        ).all()
        valley = db.session.scalars(select(Team.id).where(Team.name == "Valley")).one()
        profile = db.session.scalars(select(RoleProfile.id).where(RoleProfile.name == "Page")).one()
    learner = {"team_id": valley, "role": "learner", "role_profile_id": profile, "starts_on": TODAY}
    assert hana.post(f"/admin/people/{ines}/memberships", learner).status_code == 303
    supervisor = {
        "team_id": valley,
        "role": "supervisor",
        "starts_on": TODAY,
        "role_profile_id": "",
    }
    assert hana.post(f"/admin/people/{ivo}/memberships", supervisor).status_code == 303
    period = {
        "name": "Autumn",
        "framework_ids": world.framework_id,
        "starts_on": TODAY,
        "ends_on": "2026-12-24",
    }
    assert hana.post("/admin/rounds", period).status_code == 303
    assert undone() == ["/admin/mail", "/admin/backup"]
    assert "Send a test message" in hana.get("/").text
    with app.app_context():
        library = db.session.scalars(select(Person.library_id).where(Person.name == "Hana")).one()
        hana_id = db.session.scalars(select(Person.id).where(Person.name == "Hana")).one()
        of_hana = World(NOW, libraries={"city": library}, people={"hana": hana_id})
        mail_tried(of_hana, "hana")
        backup_tried(NOW)
    assert undone() == []
    page = hana.get("/admin").text
    assert "The first day: all done" in page
    assert page.count('class="is-done"') == 9
    assert "Send a test message" not in hana.get("/").text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (MailOutcome.TAKEN, "Open the link in it"),
        (MailOutcome.REFUSED, "did not take the last one"),
        (MailOutcome.ARRIVED, "Arrived: today."),
    ],
)
def test_a_message_counts_only_when_it_arrived(
    app: Flask, world: World, admin: Client, outcome: MailOutcome, said: str
) -> None:
    with app.app_context():
        mail_tried(
            world, outcome=outcome, reason="mail_down" if outcome is MailOutcome.REFUSED else ""
        )
    page = admin.get("/admin").text
    assert said in page
    mine = page.partition("Send a test message</a>")[2].partition("</li>")[0]
    assert ("Done" in mine) is (outcome is MailOutcome.ARRIVED)


def test_a_backup_counts_only_when_nothing_was_wrong_with_it(
    app: Flask, world: World, admin: Client
) -> None:
    assert "Try out a backup" not in admin.get("/admin").text
    with app.app_context():
        set_operator(world.email("adam"), True, NOW)
    assert "Try out a backup" in admin.get("/admin").text
    assert "ever tried out" in admin.get("/admin/backup").text
    with app.app_context():
        backup_tried(NOW - dt.timedelta(days=3))
    assert "Last tested: 3 days ago." in admin.get("/admin").text
    assert "Passed" in admin.get("/admin/backup").text
    with app.app_context():
        backup_tried(NOW, f"file_missing {'0' * 64}\nguard_missing audit_events_no_delete")
    assert "cannot be relied on" in admin.get("/admin").text
    page = admin.get("/admin/backup").text
    assert "2 faults" in page
    assert "audit_events_no_delete" in page


def test_role_profiles_without_targets_are_not_yet_what_jobs_expect(
    app: Flask, world: World, admin: Client
) -> None:
    assert "1 job profile with targets." in admin.get("/admin").text
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Target))
    assert "0 of 1 job profile has targets." in admin.get("/admin").text


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
    for wild in (
        {"sort": "password_hash"},
        {"sort": HUGE},
        {"sort": ""},
        {"order": "x"},
        {"role": "x"},
        {"state": "x"},
        {"team_id": HUGE},
        {"page": HUGE},
        {"page": "-1"},
    ):
        assert names(**wild) == names()
    assert names(team_id=world.teams["other"]) == []


def add_people(app: Flask, world: World, number: int) -> None:
    with app.app_context(), transaction() as tx:
        for each in range(number):
            person = Person(
                library_id=world.libraries["city"],
                name=f"Person {each:03}",
                created_at=NOW,
                email=f"p{each:03}-{number}@example.org",
            )
            tx.add(person)
            tx.flush()
            tx.add(
                Membership(
                    person_id=person.id,
                    team_id=world.teams["central"],
                    role="learner",
                    role_profile_id=world.role_profiles["city"],
                    starts_on=NOW.date(),
                )
            )
            audit.note(
                tx,
                "person_added",
                NOW,
                library_id=world.libraries["city"],
                actor_id=world.people["adam"],
                subject_id=person.id,
            )
            tx.add(
                Team(
                    library_id=world.libraries["city"],
                    parent_id=world.teams["city"],
                    name=f"Team {each:03}",
                    path=f"/{world.teams['city']}/",
                )
            )
            period = add(
                tx,
                Round(
                    library_id=world.libraries["city"],
                    name=f"Round {each}",
                    starts_on=NOW.date(),
                    ends_on=NOW.date(),
                ),
            )
            tx.add(RoundFramework(round_id=period, framework_id=world.framework_id))
            tx.add(RoleProfile(library_id=world.libraries["city"], slug="small", name=f"P {each}"))
            tx.add(
                UseStatement(
                    library_id=world.libraries["city"],
                    version=10 + each,
                    text="x",
                    published_at=NOW,
                )
            )


PROMISED = (
    "How long it is kept. Your records are kept while you work here\r\nand for one year after. You can "
    "take all  of them with you. You can ask for them to be erased; a date stays."
)
NOT_SET = "Your library hasn’t set yet how long records are kept."


def test_the_administrator_is_told_which_published_versions_promise_what_is_not_built(
    app: Flask, world: World, admin: Client
) -> None:
    def promising() -> list[str]:
        page = admin.get("/admin/use-statement").text
        return re.findall(r"<li>(Version \d+ of [^:]+: .*?)</li>", page)

    def publish(text: str) -> None:
        version = admin.get("/admin/use-statement").text
        base = re.search(r'name="base_version"[^>]*value="(\d+)"', version)
        assert base is not None
        form = {"base_version": base[1], "text": text}
        assert admin.post("/admin/use-statement", form).status_code == 303

    task = "Correct how ratings are used"
    assert promising() == []
    assert task not in admin.get("/").text
    publish(PROMISED)
    (line,) = promising()
    number = re.search(r"Version (\d+) of Nov 24", line)
    assert number is not None
    assert re.findall("“(.*?)”", line) == [
        "Your records are kept while you work here and for one year after.",
        "You can take all of them with you.",
        "You can ask for them to be erased",
    ]
    page = admin.get("/admin/use-statement").text
    assert "Take these sentences out below, and publish a new version." in page
    for address in ("/", "/admin"):
        said = admin.get(address).text
        assert task in said
        assert f"Version {number[1]} of Nov 24 promises what Skills Tracker can’t do yet." in said
    publish(f"How long it is kept. {NOT_SET}")
    assert promising() == [line], "it can still be read, and people read it"
    page = admin.get("/admin/use-statement").text
    assert "The newest version doesn’t say so" in page
    assert "Take these sentences out below" not in page
    assert task not in admin.get("/").text + admin.get("/admin").text


@pytest.mark.parametrize(
    "address",
    [
        "/admin",
        "/admin/people",
        "/admin/audit",
        "/admin/teams",
        "/admin/rounds",
        "/admin/role-profiles",
        "/admin/use-statement",
        "/admin/not-rated",
        "/admin/teams/{central}",
    ],
)
def test_lists_take_as_many_statements_for_many_rows(
    app: Flask, world: World, admin: Client, count_sql: Queries, address: str
) -> None:
    address = address.format(central=world.teams["central"])
    admin.get(address)
    count_sql.clear()
    admin.get(address)
    few = list(count_sql)
    add_people(app, world, 60)
    count_sql.clear()
    page = admin.get(address)
    assert page.status_code == 200
    assert len(count_sql) == len(few)
    assert len(count_sql) <= 8


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


def test_the_audit_is_turned_page_by_page(app: Flask, world: World, admin: Client) -> None:
    """Also where many things happened at one moment, and where more happens meanwhile."""
    count = 2 * PAGE + 5
    with app.app_context():
        for number in range(count):
            happened(world, "person_edited", "adam", at=NOW - dt.timedelta(minutes=number // 40))

    def turned(page: str, words: str) -> str:
        found = re.search(rf'href="([^"]+)">{words}</a>', page)
        return admin.get(unescape(found[1])).text if found else ""

    def rows(page: str) -> list[str]:
        return re.findall(r'<td class="nowrap">(.*?)</td>', page.partition("<tbody>")[2])

    first = admin.get("/admin/audit?kind=person_edited").text
    second = turned(first, "Older")
    third = turned(second, "Older")
    assert [len(rows(each)) for each in (first, second, third)] == [PAGE, PAGE, 5]
    assert "Older" not in third
    assert "Newer" not in first
    with app.app_context():
        happened(world, "person_edited", "adam", at=NOW)
    assert rows(turned(third, "Newer")) == rows(second)
    newest = rows(turned(second, "Newest"))
    assert newest == rows(first)[:1] + rows(first)[:-1]
    assert len(rows(turned(second, "Newer"))) == PAGE
    for wild in ("before=x", f"before={HUGE}", "after=999999", "after=-1"):
        assert rows(admin.get(f"/admin/audit?kind=person_edited&{wild}").text) == newest


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("", "new@example.org"),
        ("New", ""),
        ("New", "not an address"),
        ("x" * 5000, "new@example.org"),
        ("New", "x" * 5000 + "@example.org"),
        ("New", "ana@example.org"),
        ("New", "otto@example.org"),
        ("New\0", "new@example.org"),
        ("New", "new@example.org\r\nBcc: all@example.org"),
    ],
)
def test_a_person_who_cannot_be_added(
    app: Flask, world: World, admin: Client, name: str, email: str
) -> None:
    before = count(app, Person)
    response = admin.post("/admin/people", {"name": name, "email": email})
    assert response.status_code == 422
    assert count(app, Person) == before
    if "\0" not in name and len(name) < 100 and name:
        assert f'value="{name}"' in response.text, "what was typed is kept"


def test_an_address_with_quotes_and_accents_is_shown_as_text(
    app: Flask, world: World, admin: Client
) -> None:
    admin.post("/admin/people", {"name": '<b onclick="x">"Ñ', "email": "o'neil@example.org"})
    page = admin.get("/admin/people").text
    assert "&lt;b onclick=" in page
    assert "<b onclick" not in page
    assert "o&#39;neil@example.org" in page


def membership_of(app: Flask, world: World, person: str) -> int:
    with app.app_context():
        return db.session.scalars(
            select(Membership.id).where(
                Membership.person_id == world.people[person],
                Membership.team_id == world.teams["central"],
            )
        ).one()


@pytest.mark.in_ci
def test_memberships_that_cannot_be(app: Flask, world: World, admin: Client) -> None:
    right = {
        "team_id": world.teams["harbour"],
        "role": "learner",
        "role_profile_id": world.role_profiles["city"],
        "job": "Page",
        "weekly_hours": "20",
        "starts_on": TODAY,
        "ends_on": "",
    }
    wrong: list[dict[str, object]] = [
        {"team_id": ""},
        {"team_id": HUGE},
        {"team_id": "-1"},
        {"team_id": world.teams["other"]},
        {"team_id": "x"},
        {"role": "administrator"},
        {"role": ""},
        {"role": HUGE},
        {"role_profile_id": ""},
        {"role_profile_id": world.role_profiles["other"]},
        {"role_profile_id": HUGE},
        {"starts_on": ""},
        {"starts_on": "2026-02-30"},
        {"starts_on": "99999-01-01"},
        {"starts_on": "0001-01-01"},
        {"ends_on": "2026-11-23"},
        {"ends_on": "9999-12-31"},
        {"ends_on": "yesterday"},
        {"weekly_hours": "0"},
        {"weekly_hours": "200"},
        {"weekly_hours": "-3"},
        {"weekly_hours": HUGE},
        {"weekly_hours": "1.5"},
        {"weekly_hours": "²"},
        {"job": "x" * 300},
        {"job": "a\x07"},
    ]
    before = count(app, Membership)
    ben = world.people["ben"]
    for change in wrong:
        assert (
            admin.post(f"/admin/people/{ben}/memberships", {**right, **change}).status_code == 422
        ), change
        response = admin.post(
            f"/admin/memberships/{membership_of(app, world, 'ben')}", {**right, **change}
        )
        assert response.status_code == 422, change
    assert count(app, Membership) == before
    assert admin.post(f"/admin/people/{ben}/memberships", right).status_code == 303
    assert admin.post(f"/admin/people/{ben}/memberships", right).status_code == 422, (
        "the same once more"
    )


def test_ending_and_correcting_a_membership(app: Flask, world: World, admin: Client) -> None:
    membership_id = membership_of(app, world, "ben")
    assert (
        admin.post(
            f"/admin/memberships/{membership_id}/end", {"end-ends_on": "2025-01-01"}
        ).status_code
        == 422
    )
    assert (
        admin.post(f"/admin/memberships/{membership_id}/end", {"end-ends_on": TODAY}).status_code
        == 303
    )
    assert row(app, Membership, membership_id).ends_on == NOW.date()
    corrected = {"team_id": world.teams["central"], "role": "supervisor", "starts_on": "2026-03-01"}
    assert admin.post(f"/admin/memberships/{membership_id}", corrected).status_code == 303
    assert "They have no job profile here anymore" in admin.get("/admin/people").text
    after = row(app, Membership, membership_id)
    assert (after.role, after.ends_on, after.role_profile_id) == ("supervisor", None, None)


def test_records_of_another_library_are_not_there(app: Flask, world: World, admin: Client) -> None:
    with app.app_context():
        otto = db.session.scalars(
            select(Membership.id).where(Membership.person_id == world.people["otto"])
        ).one()
    for address in (
        f"/admin/people/{world.people['otto']}",
        f"/admin/people/{world.people['otto']}/edit",
        f"/admin/people/{world.people['otto']}/memberships/new",
        f"/admin/memberships/{otto}",
        f"/admin/teams/{world.teams['other']}",
        f"/admin/role-profiles/{world.role_profiles['other']}",
        f"/admin/rounds/{world.rounds['other']}",
    ):
        assert admin.get(address).status_code == 404, address
        nowhere = re.sub(r"\d+", "2147483647", address)
        assert admin.get(nowhere).status_code == 404, nowhere
        assert admin.get(re.sub(r"\d+", HUGE, address)).status_code == 404, address
    people = "disable", "enable", "administrator", "not-administrator", "link"
    for address in (
        *(f"/admin/people/{world.people['otto']}/{act}" for act in people),
        f"/admin/memberships/{otto}/end",
        f"/admin/teams/{world.teams['other']}/close",
        f"/admin/role-profiles/{world.role_profiles['other']}/retire",
        f"/admin/rounds/{world.rounds['other']}",
    ):
        assert admin.post(address, {"name": "x"}).status_code == 404, address
    for page in ("/admin", "/admin/people", "/admin/teams", "/admin/audit", "/admin/role-profiles"):
        text = admin.get(page).text
        assert "Other Library" not in text
        assert "Otto" not in text


def test_the_team_form_refuses_what_cannot_be(app: Flask, world: World, admin: Client) -> None:
    central = f"/admin/teams/{world.teams['central']}"
    for form in (
        {"name": "", "parent_id": world.teams["city"]},
        {"name": "x" * 300, "parent_id": world.teams["city"]},
        {"name": "Central", "parent_id": world.teams["bookmobile"]},
        {"name": "Central", "parent_id": world.teams["central"]},
        {"name": "Central", "parent_id": world.teams["other"]},
        {"name": "Central", "parent_id": HUGE},
        {"name": "Central", "parent_id": ""},
        {"name": "Harbour", "parent_id": world.teams["city"]},
    ):
        assert admin.post(central, form).status_code == 422, form
    moved = {"name": "Central Hall", "parent_id": world.teams["harbour"], "open_reviews": "y"}
    assert admin.post(central, moved).status_code == 303
    team = row(app, Team, world.teams["central"])
    assert (team.name, team.parent_id, team.open_reviews) == (
        "Central Hall",
        world.teams["harbour"],
        True,
    )
    assert (
        admin.post(f"/admin/teams/{world.teams['city']}", {"open_reviews": "y"}).status_code == 303
    )
    assert (
        "cannot be closed"
        in admin.post(f"/admin/teams/{world.teams['city']}/close", follow_redirects=True).text
    )


def test_a_list_that_did_not_arrive_empties_no_target(
    app: Flask, world: World, admin: Client
) -> None:
    def targets() -> int:
        with app.app_context():
            db.session.remove()
            mine = Target.role_profile_id == world.role_profiles["city"]
            return db.session.scalar(select(func.count(Target.id)).where(mine)) or 0

    before = targets()
    refused = admin.post(f"/admin/role-profiles/{world.role_profiles['city']}", {"name": "Mid"})
    assert refused.status_code == 422
    assert "This list did not arrive." in refused.text
    assert targets() == before > 0


def test_targets_are_set_on_the_page(app: Flask, world: World, admin: Client) -> None:
    address = f"/admin/role-profiles/{world.role_profiles['city']}"
    technical, leadership = (
        f"target_{world.domains[name]}" for name in ("technical", "leadership")
    )
    same = {f"target_{domain_id}": "2" for domain_id in world.domains.values()}
    for change in (
        {technical: "5"},
        {technical: "0"},
        {technical: HUGE},
        {technical: "x"},
        {"name": ""},
    ):
        assert admin.post(address, {"name": "Mid-level", **same, **change}).status_code == 422, (
            change
        )
    assert (
        admin.post(
            address, {"name": "Mid-level", **same, technical: "3", leadership: ""}
        ).status_code
        == 303
    )
    with app.app_context():
        targets = dict(
            db.session.execute(
                select(Target.domain_key, Target.rank).where(
                    Target.role_profile_id == world.role_profiles["city"]
                )
            ).all()
        )
    assert targets == {"technical": 3, "communication": 2}
    assert admin.post("/admin/role-profiles/start", {"framework": HUGE}).status_code == 404
    assert admin.get("/admin/role-profiles/new?framework=x").status_code == 404


def test_rounds_on_the_page(world: World, admin: Client) -> None:
    right = {
        "name": "Spring",
        "framework_ids": world.framework_id,
        "starts_on": "2027-03-01",
        "ends_on": "2027-05-01",
    }
    for change in (
        {"name": ""},
        {"framework_ids": HUGE},
        {"framework_ids": ""},
        {"starts_on": "x"},
        {"ends_on": "2027-02-01"},
        {"starts_on": "2026-12-01"},
        {"name": "Autumn 2026"},
        {"ends_on": "9999-01-01"},
    ):
        response = admin.post("/admin/rounds", {**right, **change})
        assert response.status_code == 422, change
    assert "Autumn 2026" in admin.post("/admin/rounds", {**right, "starts_on": "2026-12-01"}).text
    assert admin.post("/admin/rounds", right).status_code == 303
    assert (
        admin.post(f"/admin/rounds/{world.rounds['city']}", {**right, "name": "Moved"}).status_code
        == 422
    )


def test_two_pages_that_publish_are_told(world: World, admin: Client) -> None:
    assert (
        admin.post("/admin/use-statement", {"base_version": "1", "text": "Mine."}).status_code
        == 303
    )
    late = admin.post(
        "/admin/use-statement", {"base_version": "1", "text": "Yours, typed at length."}
    )
    assert late.status_code == 422
    assert "Yours, typed at length." in late.text
    assert 'name="base_version" type="hidden" value="2"' in late.text
    for wrong in (
        {"base_version": HUGE},
        {"base_version": "x"},
        {"text": ""},
        {"text": "x" * 20_001},
    ):
        assert (
            admin.post(
                "/admin/use-statement", {"base_version": "2", "text": "New.", **wrong}
            ).status_code
            == 422
        )


@pytest.mark.in_ci
def test_statements_are_left_out_and_taken_in(app: Flask, world: World, admin: Client) -> None:
    first, second = world.statements["technical"][:2]
    for wrong in (
        {"statements": [first]},
        {"reason": "Why."},
        {"statements": [HUGE], "reason": "Why."},
        {"statements": [2**31 - 1], "reason": "Why."},
        {"statements": ["x"], "reason": "Why."},
        {"statements": [first], "reason": "x" * 501},
    ):
        assert admin.post("/admin/not-rated", wrong).status_code == 422, wrong
    assert count(app, NotRatedHere) == 0
    kept = admin.post("/admin/not-rated", {"statements": [first, second]}).text
    assert len(re.findall(r'name="statements" value="\d+" checked', kept)) == 2
    assert (
        admin.post(
            "/admin/not-rated", {"statements": [first, second], "reason": "No such tool."}
        ).status_code
        == 303
    )
    page = admin.get("/admin/not-rated").text
    assert page.count("No such tool.") == 2
    lift = re.search(r'action="(/admin/not-rated/\d+/lift)"', page)
    assert lift is not None
    assert admin.post(lift.group(1)).status_code == 303
    assert admin.post(lift.group(1)).status_code == 404
    assert count(app, NotRatedHere) == 1
    assert admin.get("/admin/not-rated?framework=" + HUGE).status_code == 404


@pytest.mark.in_ci
def test_the_library_settings(app: Flask, world: World, admin: Client) -> None:
    right = {
        "name": "Lake Library",
        "time_zone": "Asia/Tokyo",
        "region": "GB",
        "paper": "a4",
        "review_days": "21",
        "differences_days": "7",
    }
    for change in (
        {"name": ""},
        {"name": "Other Library"},
        {"time_zone": "Mars/Base"},
        {"time_zone": "../etc/passwd"},
        {"region": "FR"},
        {"region": ""},
        {"paper": "legal"},
        {"paper": ""},
        {"review_days": "0"},
        {"review_days": HUGE},
        {"differences_days": ""},
        {"differences_days": "x"},
    ):
        assert admin.post("/admin/library", {**right, **change}).status_code == 422, change
    assert admin.post("/admin/library", right).status_code == 303
    library = row(app, Library, world.libraries["city"])
    assert (library.name, library.time_zone, library.names_to_coordinators) == (
        "Lake Library",
        "Asia/Tokyo",
        False,
    )
    assert (library.region, library.paper) == ("GB", "a4")
    assert "24 Nov, 19:00" in admin.get("/admin/audit").text, "10:00 UTC is 19:00 in Tokyo"


def test_days_begin_where_the_library_is(app: Flask, world: World, sign_in: SignInAs) -> None:
    """At 10:00 UTC it is tomorrow in Kiritimati: a membership that begins tomorrow stands."""
    tomorrow = NOW.date() + dt.timedelta(days=1)
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).time_zone = "Pacific/Kiritimati"
        tx.add(
            Membership(
                person_id=world.people["ben"],
                team_id=world.teams["harbour"],
                role="supervisor",
                starts_on=tomorrow,
            )
        )
    assert sign_in(world.email("ben")).get(f"/teams/{world.teams['harbour']}").status_code == 200


def test_the_audit_lists_administration_and_nothing_of_ratings(
    app: Flask, world: World, admin: Client
) -> None:
    with app.app_context():
        for kind, library in (
            ("rated", "city"),
            ("endorsement_given", "city"),
            ("person_added", "other"),
        ):
            happened(world, kind, "ana", "ana", library=library, x="canary")
    admin.post(f"/admin/people/{world.people['ben']}/administrator")
    admin.post(f"/admin/teams/{world.teams['harbour']}/close")
    page = admin.get("/admin/audit").text
    body = page[page.index("<tbody>") :]
    kinds = [kind.strip() for kind in re.findall(r'<th scope="row">([^<]+)</th>', body)]
    assert kinds == ["Team closed", *["Membership ended"] * 3, "Made administrator", "Signed in"]
    assert "canary" not in page
    about_ben = admin.get("/admin/audit", query_string={"person_id": world.people["ben"]}).text
    assert "Events by or about Ben." in about_ben

    def events(query: str) -> int:
        return admin.get(f"/admin/audit?{query}").text.count('<th scope="row">')

    assert about_ben.partition("<tbody>")[2].count('<th scope="row">') == 1
    assert events("kind=team_closed") == 1
    assert events("until=2026-11-23") == 0
    assert events("since=2026-11-24&until=2026-11-24") == 6
    for wild in (
        "kind=rated",
        f"person_id={HUGE}",
        "since=x",
        "since=0001-01-01",
        "until=9999-12-31",
        f"before={HUGE}",
    ):
        assert admin.get(f"/admin/audit?{wild}").status_code == 200, wild


def test_a_stale_token_changes_nothing(app: Flask, world: World, admin: Client) -> None:
    before = count(app, Person)
    admin.get("/admin")
    admin.token = "stale"
    assert (
        admin.post("/admin/people", {"name": "New", "email": "new@example.org"}).status_code == 400
    )
    assert count(app, Person) == before


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


@pytest.mark.in_ci
def test_sensitive_statements_are_decided_on_their_page(
    app: Flask, world: World, admin: Client
) -> None:
    assert "Nothing to decide" in admin.get("/admin/sensitive").text
    assert "All decided" in admin.get("/admin").text
    first, second = world.statements["technical"][:2]
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(
            update(Statement).where(Statement.id.in_((first, second))).values(sensitive=True)
        )
    assert "2 not decided yet" in admin.get("/admin").text
    page = admin.get("/admin/sensitive").text
    assert page.count("Not decided yet, so not rated") == 2
    assert admin.post("/admin/sensitive", {f"decision_{first}": "perhaps"}).status_code == 422
    saved = admin.post(
        "/admin/sensitive", {f"decision_{first}": "ask_hr", f"decision_{second}": ""}
    )
    assert saved.status_code == 303
    page = admin.get("/admin/sensitive").text
    assert "1 decision saved." in page
    assert "Decided by Adam, " in page
    assert page.count("Not decided yet, so not rated") == 1
    assert "The library is asking HR whether to rate it." in admin.get("/admin/not-rated").text
    assert "Ask HR" in admin.get("/admin/audit").text
    admin.post("/admin/sensitive", {f"decision_{first}": "ask_hr"})
    assert "Nothing was changed." in admin.get("/admin/sensitive").text


def test_targets_in_traits_ask_for_a_reason(app: Flask, world: World, admin: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Strand).where(Strand.key == "durable").values(targets_need_reason=True))
    address = f"/admin/role-profiles/{world.role_profiles['city']}"
    assert "none is on record" in admin.get(address).text
    same = {f"target_{domain_id}": "2" for domain_id in world.domains.values()}
    refused = admin.post(address, {"name": "Mid-level", **same})
    assert refused.status_code == 422
    assert "Enter the reason for the targets in this section" in refused.text
    why = "Every branch trains for them."
    assert (
        admin.post(address, {"name": "Mid-level", **same, "targets_reason": why}).status_code == 303
    )
    page = admin.get(address).text
    assert f">\r\n{why}</textarea>" in page
    assert "none is on record" not in page
    assert why in admin.get("/admin/audit").text
