"""A file that is made in the background: asked for, looked at, taken, and withheld."""

import csv
import io
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.actors import acting
from tests.factories.levels import stand
from tests.factories.people import closed_to, join
from tests.factories.sides import YES, send
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import AuditEvent, AuditEventDetail, Job, Library, Look, Membership
from tracker.rules.core.jobs import KEPT_FOR, OPEN_MAX, JobState
from tracker.rules.roles import Role
from tracker.services.core import jobs as jobs_services
from tracker.teams.gaps import exports as gaps_exports, views as gaps_views

SignIn = Callable[[str], Client]


@pytest.fixture
def url(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a team of 32, where more than 20 are many, in steps of 10."""
    monkeypatch.setattr(gaps_views, "AT_ONCE", 20)
    monkeypatch.setattr(gaps_exports, "PEOPLE_A_STEP", 10)
    with app.app_context():
        for number in range(30):
            join(world, f"p{number:02}", "central")
        stand(world, "ana", TargetState.AT_TARGET)
    return f"/teams/{world.teams['central']}/gaps"


def turn(app: Flask, steps: int | None = None) -> str:
    with app.app_context():
        over = iter([False] * steps + [True]) if steps is not None else iter(lambda: False, True)
        kinds = app.extensions["tracker_jobs"]
        done = jobs_services.run_next(kinds, lambda: NOW, lambda: next(over))
        assert done is not None
        return done.came


def job_id(app: Flask) -> int:
    with app.app_context():
        return session().scalars(select(Job.id)).one()


def names(content: bytes) -> list[str]:
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0][:3] == ["Name", "Team", "Job profile"]
    return [line[0] for line in lines[1:]]


def ready(app: Flask, client: Client, url: str) -> str:
    """The address of the file, which is made."""
    assert client.post(f"{url}/people").status_code == 303
    assert turn(app) == "done"
    return f"/background/{job_id(app)}/file"


def test_a_large_file_is_made_beside_and_taken_when_it_is_ready(
    app: Flask, world: World, url: str, sign_in: SignIn
) -> None:
    sue = sign_in(world.email("sue"))
    assert "Make a file of all people (CSV)" in sue.get(url).text
    assert sue.http.get(f"{url}/people.csv").location == url
    assert sue.post(f"{url}/people").location == "/background"
    page = sue.get("/background").text
    assert "Everyone by name, Central" in page
    assert "Waiting" in page
    assert sue.http.get(f"/background/{job_id(app)}/file").status_code == 404
    assert turn(app, steps=2) == "given_back"
    assert '<progress class="bar" max="4" value="2"' in sue.get("/background").text
    assert turn(app) == "done"
    page = sue.get("/background").text
    assert f'href="/background/{job_id(app)}/file"' in page
    assert "background.js" not in page, "nothing is left to look for"
    taken = sue.http.get(f"/background/{job_id(app)}/file")
    assert taken.content_type == "text/csv; charset=utf-8"
    assert "people-central-2026-11-24.csv" in taken.headers["Content-Disposition"]
    assert names(taken.data) == ["Ana", "Ben", *(f"P{number:02}" for number in range(30))]


def test_a_small_one_is_there_at_once_and_says_the_same(
    app: Flask, world: World, url: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sue = sign_in(world.email("sue"))
    beside = sue.http.get(ready(app, sue, url)).data
    monkeypatch.setattr(gaps_views, "AT_ONCE", 32)
    assert "People (CSV)" in sue.get(url).text
    assert sue.http.get(f"{url}/people.csv").data == beside


def test_taking_it_is_noted_as_if_it_were_made_then(
    app: Flask, world: World, url: str, sign_in: SignIn
) -> None:
    sue = sign_in(world.email("sue"))
    address = ready(app, sue, url)

    def seen() -> tuple[list[tuple[int, str]], list[dict[str, object]]]:
        with app.app_context():
            looks = session().execute(select(Look.owner_id, Look.kind).order_by(Look.owner_id))
            facts = session().scalars(
                select(AuditEventDetail.facts)
                .join(AuditEvent)
                .where(AuditEvent.kind == "downloaded")
            )
            return [tuple(row) for row in looks], list(facts)

    assert seen() == ([], [])
    sue.http.get(address)
    looks, facts = seen()
    assert len(looks) == 32
    assert (world.people["ana"], "gaps_people") in looks
    team = world.teams["central"]
    assert facts == [
        {"what": "teams", "form": "csv", "record": "team", "record_id": team, "team": "Central"}
    ]


def names_are_hidden(world: World, tx: object) -> None:
    tx.execute(update(Library).values(names_to_coordinators=False))  # type: ignore[attr-defined]


def cora_coordinates_no_more(world: World, tx: object) -> None:
    past = NOW.date().replace(day=1)
    tx.execute(  # type: ignore[attr-defined]
        update(Membership).where(Membership.person_id == world.people["cora"]).values(ends_on=past)
    )


@pytest.mark.parametrize("change", [names_are_hidden, cora_coordinates_no_more])
def test_rights_are_asked_again_when_it_is_taken(
    app: Flask, world: World, url: str, sign_in: SignIn, change: Callable[[World, object], None]
) -> None:
    cora = sign_in(world.email("cora"))
    address = ready(app, cora, url)
    assert cora.http.get(address).status_code == 200
    with app.app_context(), transaction() as tx:
        change(world, tx)
    refused = cora.http.get(address)
    assert (refused.status_code, refused.location) == (303, "/background")
    assert "This file can’t be downloaded anymore" in cora.get("/background").text


def test_who_has_to_rate_somebody_blind_gets_no_older_file_about_them(
    app: Flask, world: World, url: str, sign_in: SignIn
) -> None:
    """Made before they were asked, it shows what others said of that statement."""
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)
    hugo = sign_in(world.email("hugo"))
    address = ready(app, hugo, url)
    assert hugo.http.get(address).status_code == 200
    with app.app_context():
        send(world, YES, reviewer="hugo")
    assert hugo.http.get(address).status_code == 303


@pytest.mark.in_ci
def test_whose_record_is_closed_since_leaves_the_file(
    app: Flask, world: World, url: str, sign_in: SignIn
) -> None:
    """An older one is given to nobody, and a new one is without them, as the file about it says."""
    sue = sign_in(world.email("sue"))
    older = ready(app, sue, url)
    assert sue.http.get(older).status_code == 200
    with app.app_context():
        closed_to(world, "sue", "ana")
    assert sue.http.get(older).status_code == 303
    assert sue.post(f"{url}/people").status_code == 303
    assert turn(app) == "done"
    with app.app_context():
        newest = session().scalars(select(Job.id).order_by(Job.id.desc())).first()
    taken = sue.http.get(f"/background/{newest}/file").data
    assert names(taken) == ["Ben", *(f"P{number:02}" for number in range(30))]
    about = sue.get(f"{url}/about.csv").text
    assert 'Left out,"1 person, whose record isn’t open to you yet"' in about


def test_after_seven_days_the_page_knows_nothing_of_it(
    app: Flask, world: World, url: str, sign_in: SignIn
) -> None:
    address = ready(app, sign_in(world.email("sue")), url)
    with time_machine.travel(NOW + KEPT_FOR, tick=False):
        sue = sign_in(world.email("sue"))
        assert sue.http.get(address).status_code == 404
        assert "Nothing is going on" in sue.get("/background").text


def test_too_many_are_refused_in_words(app: Flask, world: World, url: str, sign_in: SignIn) -> None:
    sue = sign_in(world.email("sue"))
    with app.app_context():
        for number in range(OPEN_MAX):
            arguments = {"about": f"Team {number}"}
            jobs_services.ask(acting(world, "sue"), gaps_exports.NAME, arguments, NOW)
    sue.post(f"{url}/people")
    page = sue.get("/background").text
    assert "3 of your files are still being made, which is the most at a time." in page
    sue.post(f"/background/{min(ids(app))}/discard")
    sue.post(f"{url}/people")
    assert "Your file is being made." in sue.get("/background").text
    assert len(ids(app)) == OPEN_MAX


def ids(app: Flask) -> list[int]:
    with app.app_context():
        return list(session().scalars(select(Job.id)))


def test_what_failed_says_why(app: Flask, world: World, url: str, sign_in: SignIn) -> None:
    sue = sign_in(world.email("sue"))
    sue.post(f"{url}/people")
    with app.app_context(), transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.person_id == world.people["sue"])
            .values(ends_on=NOW.date().replace(day=1))
        )
    assert turn(app) == "refused"
    page = sue.get("/background").text
    assert "Not made: you can’t see everything that would be in it anymore." in page


def test_the_page_asks_as_much_for_many_as_for_one(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    sue = sign_in(world.email("sue"))

    def cost(number: int) -> int:
        with app.app_context():
            made = jobs_services.ask(
                acting(world, "sue"), gaps_exports.NAME, {"about": f"Team {number}"}, NOW
            )
            with transaction() as tx:
                done = {"state": JobState.DONE, "ended_at": NOW}
                tx.execute(update(Job).where(Job.id == made).values(**done))
        count_sql.clear()
        sue.get("/background")
        return len(count_sql)

    first = cost(0)
    assert [cost(number) for number in range(1, 5)] == [first] * 4
