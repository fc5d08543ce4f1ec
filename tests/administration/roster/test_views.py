"""Importing people from the pages, from an empty list to who is not in the file."""

import html
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import Queries
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.administration.people import actions as people_actions
from tracker.administration.roster import queries as roster_queries
from tracker.administration.roster.rules_files import ROWS_MAX
from tracker.db import session, transaction
from tracker.models import Level, Membership, Person, RoleProfile

PAGE = "/admin/people/import"
HEAD = "Employee,Mail,Branch,Class"


@pytest.fixture
def adam(app: Flask, world: World) -> Client:
    client = Client(app)
    client.sign_in(world.email("adam"))
    return client


def upload(client: Client, *lines: str, head: str = HEAD) -> str:
    """The address of the page that comes next."""
    content = io.BytesIO("\n".join([head, *lines]).encode())
    response = client.post(PAGE, {"file": (content, "staff, 2026.csv")})
    assert response.status_code == 303, response.text
    return str(response.location)


def checked(client: Client, *lines: str, head: str = HEAD) -> str:
    """The address of the page that checks it."""
    return upload(client, *lines, head=head).removesuffix("/columns")


def seen(app: Flask, address: str) -> dict[str, str]:
    with app.app_context():
        return {"seen": roster_queries.roster(int(address.rpartition("/")[2])).plan_digest}


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.in_ci
def test_a_file_becomes_people(app: Flask, world: World, adam: Client) -> None:
    assert "Nothing imported lately" in adam.get(PAGE).text
    bare = upload(adam, "Nora Fine,Central Lib", head="Employee,Branch")
    assert "No column holds an email address" in text(adam.get(bare).text)
    page = text(adam.get(bare.removesuffix("/columns")).text)
    assert "Choose what each column holds." in page
    assert "Import the" not in page
    adam.post(f"{bare.removesuffix('/columns')}/discard")
    columns = upload(
        adam,
        "Nora Fine,nora@example.org,Central Lib,LA II",
        "<b>Ravi,ravi@example.org,Central,LA II",
        "Lou,lou@example,Central,LA 9",
    )
    central, profile = world.teams["central"], world.role_profiles["city"]
    address = columns.removesuffix("/columns")
    adam.post(
        columns,
        {"column-0": "name", "column-1": "email", "column-2": "team", "column-3": "role_profile"},
    )
    page = adam.get(address).text
    assert "Branch: what its values mean ▲ 1 not matched" in text(page)
    assert len(re.findall(r'<select[^>]* name="(meaning-[^"]+)"', page)) == 4
    chosen = {"meaning-team-0": str(central), "meaning-role_profile-0": str(profile)}
    adam.post(f"{address}/answers", chosen)
    page = text(adam.get(address).text)
    assert "2 of 3 rows are ready" in page
    assert "Import the 2 ready rows" in page
    assert "This is not a full email address. Write it like name@example.org." in page
    assert "Learner in Central from Nov 24" in text(adam.get(f"{address}?show=new").text)
    assert "lou@example" in adam.get(f"{address}/to-fix.csv").text
    done = adam.post(f"{address}/import", seen(app, address))
    assert "Imported: 2 people added, 0 changed." in text(adam.get(done.location).text)
    export = adam.get("/admin/people/export.csv").text
    assert ",Nora Fine,nora@example.org,Central,Learner,Mid-level,,,2026-11-24," in export
    again = adam.post(f"{address}/import", seen(app, address))
    assert "imported already" in text(adam.get(again.location).text)

    second = checked(adam, "Nora Fine,nora@example.org,Central Lib,LA II")
    assert "Everything in this file is here already." in text(adam.get(second).text)
    adam.post(f"{second}/discard")
    missing = adam.get(f"{address}/not-in-file").text
    assert "Nora Fine" not in missing
    assert "Hugo" in missing
    nobody = adam.post(f"{address}/not-in-file", {"ends_on": "2026-11-30"})
    assert (nobody.status_code, "Choose at least one person." in nobody.text) == (422, True)
    adam.post(f"{address}/not-in-file", {"ends_on": "2026-11-30", "people": world.people["hugo"]})
    assert "Hugo" not in adam.get(f"{address}/not-in-file").text
    assert ">Imported<" in adam.get(PAGE).text


def test_what_is_no_roster_is_said_and_what_is_large_waits(
    app: Flask, world: World, adam: Client, count_sql: Queries
) -> None:
    """A page of 300 rows asks no more than one of 3; they are imported in the background."""
    empty = adam.post(PAGE, {"file": (io.BytesIO(b"Name,Email"), "x.csv")})
    assert (empty.status_code, "There are no rows in this file." in text(empty.text)) == (422, True)
    assert adam.post(PAGE).status_code == 422
    head, counts = "Name,Email,Team,Job profile", []
    for most in (3, 300):
        lines = [f"P{n},p{n}@example.org,Central,Mid-level" for n in range(most)]
        address = checked(adam, *lines, head=head)
        count_sql.clear()
        page = adam.get(f"{address}?show=new&page=2")
        counts.append(len(count_sql))
    assert counts[0] == counts[1]
    assert "Page 2 of 6" in page.text
    stale = adam.post(f"{address}/import", {"seen": "another"})
    assert "nothing was imported" in text(adam.get(stale.location).text)
    adam.post(f"{address}/import", seen(app, address))
    assert "imported in the background" in text(adam.get(address).text)
    assert "Import of people, staff, 2026.csv" in text(adam.get("/background").text)
    assert ROWS_MAX >= 10_000


LARGE = [f"P{n},p{n}@example.org,Central,Mid-level" for n in range(300)]
COLUMNS = "Name,Email,Team,Job profile"


@pytest.mark.in_ci
def test_two_tabs_say_what_becomes_of_each_file(
    app: Flask, world: World, adam: Client, sign_in: Callable[[str], Client]
) -> None:
    """One is imported in the background; the other is looked at, and waits."""
    first = checked(adam, *LARGE, head=COLUMNS)
    replaced = checked(adam, "Ada,ada@example.org,Central,Mid-level", head=COLUMNS)
    assert "another file was uploaded" in adam.get(first).text
    refused = adam.post(f"{first}/import", {"seen": "x"})
    assert "You uploaded another file after this one" in text(adam.get(refused.location).text)
    first = checked(adam, *LARGE, head=COLUMNS)
    assert "another file was uploaded" in adam.get(replaced).text
    adam.post(f"{first}/import", seen(app, first))
    second = checked(adam, "Ada,ada@example.org,Central,Mid-level", head=COLUMNS)
    page = text(adam.get(second).text)
    assert "Another file is being imported: “staff, 2026.csv”. Adam asked for it." in page
    assert "Import the 1 ready row" not in page
    assert "imported in the background" in text(adam.get(first).text)
    for address, form in (("import", seen(app, second)), ("import", {"seen": "another"})):
        answer = adam.post(f"{second}/{address}", form)
        assert "Wait until that is done" in text(adam.get(answer.location).text)
    answer = adam.post(f"{first}/discard")
    assert "Wait until that is done" in text(adam.get(answer.location).text)
    with app.app_context():
        people_actions.make_administrator(actor(world, "adam"), world.people["cora"], world.now)
    cora = sign_in(world.email("cora"))
    assert "in the background: Adam asked for it." in text(cora.get(first).text)
    assert app.test_cli_runner().invoke(args=["work", "--once"]).exit_code == 0
    page = text(adam.get(second).text)
    assert "Import the 1 ready row" in page
    adam.post(f"{second}/import", seen(app, second))
    with app.app_context():
        assert "Ada" in session().scalars(select(Person.name)).all()


def test_who_is_meant_by_a_name_is_chosen_once(app: Flask, world: World, adam: Client) -> None:
    """And what most rows have in common stands there once."""
    columns = upload(
        adam,
        "E1,Jo Park,jo1@example.org,Central,supervisor,,",
        "E2,Jo Park,jo2@example.org,Harbour,supervisor,,",
        *(
            f"F{number},Nora {number},n{number}@example.org,Central,,Mid-level,Jo Park"
            for number in range(30)
        ),
        head="Staff ID,Name,Email,Branch,Role,Job class,Supervisor",
    )
    address = columns.removesuffix("/columns")
    page = text(adam.get(address).text)
    assert "Import the 2 ready rows" in page
    assert "1 thing to answer" in page
    assert "Leave out these 30 rows" in page
    assert "E2, Harbour" in page
    adam.post(f"{address}/answers", {"said:supervisor:jo park": "E3"})
    assert "Import the 2 ready rows" in text(adam.get(address).text), "nobody of that name"
    adam.post(f"{address}/answers", {"said:supervisor:e3": "E2"})
    page = text(adam.get(f"{address}?show=new").text)
    assert "Import the 32 ready rows" in page
    assert page.count("Jo Park becomes a supervisor of Central") >= 1


def test_columns_are_said_once_and_what_is_not_used_is_deleted(
    app: Flask, world: World, adam: Client
) -> None:
    head, lines = (
        "Employee,Mail,Branch,Section,Union Code",
        ("Ida Berg,ida@example.org,Central,Kids,7b",),
    )
    columns = upload(adam, *lines, head=head)
    page = text(adam.get(columns).text)
    assert "Check 1 column" in page
    assert "Section Kids" in page
    assert "1 column is not used" in page
    said = {"column-0": "name", "column-1": "email", "column-2": "team", "column-3": "subteam"}
    adam.post(columns, said | {"remember": "y"})
    address = columns.removesuffix("/columns")
    assert "Central &gt; Kids" in adam.get(address).text
    with app.app_context():
        (stored,) = roster_queries.cells(int(address.rpartition("/")[2]))
        assert stored[1] == ["Ida Berg", "ida@example.org", "Central", "Kids", ""]
    again = upload(adam, *lines, head=head)
    assert not again.endswith("/columns"), "the next file needs no question"
    with app.app_context():
        assert "7b" not in str(roster_queries.cells(int(again.rpartition("/")[2])))
    wrong = adam.post(f"{again}/columns", said | {"full_week": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text


def test_role_labels_become_job_profiles_where_there_are_none(
    app: Flask, world: World, adam: Client
) -> None:
    """Those that titles mean, once."""
    with app.app_context(), transaction() as tx:
        tx.execute(update(Level).where(Level.rank == 1).values(role_label="Entry / Apprentice"))
        for profile in tx.scalars(select(RoleProfile)):
            profile.retired_at = world.now
    columns = upload(
        adam, "Elif Kaya,elif@example.org,Central,LA 2", head="Name,Email,Team,Job profile"
    )
    address = columns.removesuffix("/columns")
    page = adam.get(address).text
    label = re.findall(r'<option value="label ([^"]+)"', page)[0]
    adam.post(f"{address}/answers", {"meaning-role_profile-0": f"label {html.unescape(label)}"})
    assert "1 of 1 row is ready" in text(adam.get(address).text)
    with app.app_context():
        made = select(RoleProfile.name).where(RoleProfile.retired_at.is_(None))
        assert session().scalars(made).all() == [html.unescape(label)]


def test_what_is_wrong_is_mended_on_the_page(app: Flask, world: World, adam: Client) -> None:
    """For all rows with a value, or for one; or left out, for the file as for its groups."""
    head = "Name,Email,Team,Job profile,Hours,Status"
    columns = upload(
        adam,
        "Ann Low,ann@example.org,Central,Mid-level,PT,Active",
        "Ben Low,ben.low@example.org,Central,Mid-level,PT,A",
        "Cy Low,,Central,Mid-level,20,A",
        "Di Low,di@example,Central,Mid-level,0,A",
        "Ed Low,ed@example.org,Central,Mid-level,20,LOA",
        "Fay Low,fay@example.org,Central,Mid-level,20,Terminated",
        "VACANT,,Central,Mid-level,20,A",
        head=head,
    )
    address = columns.removesuffix("/columns")
    page = text(adam.get(address).text)
    assert "0 of 7 rows are ready" in page
    assert "1 row: The file says that they left." in page
    assert "1 row: A position that is vacant." in page
    adam.post(
        f"{address}/answers",
        {
            "said:weekly_hours:pt": "19.5",
            "row:4:email": "cy@example.org",
            "out": "5",
            "in:roster_on_leave": "in",
        },
    )
    page = text(adam.get(f"{address}?show=new").text)
    assert "Import the 4 ready rows" in page
    assert "1 row: You left it out." in page
    adam.post(f"{address}/import", seen(app, address))
    with app.app_context():
        names = session().scalars(select(Person.name).where(Person.name.like("% Low"))).all()
        hours = (
            session()
            .scalars(
                select(Membership.weekly_hours)
                .join(Person, Person.id == Membership.person_id)
                .where(Person.name == "Ben Low")
            )
            .all()
        )
    assert sorted(names) == ["Ann Low", "Ben Low", "Cy Low", "Ed Low"]
    assert hours == [19.5]
    absent = adam.get(f"{address}/not-in-file").text
    assert "Ann Low" not in absent
