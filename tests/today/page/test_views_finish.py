"""The finish of rating: each way of rating leads there once the statements of one's job are rated,
and it says no more than the pages behind its links."""

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests.assessment.imports.test_views import look, store
from tests.assessment.older.test_views import keeping
from tests.assessment.ratings.test_views_grid import fields
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.ratings import rate
from tests.factories.sides import actor
from tests.factories.world import START, World, job
from tests.reading import words
from tracker.db import transaction
from tracker.models import Membership
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
DOMAIN = "/assess/small/durable/leadership"
HEADING = "<h1>You’ve rated the 18 statements for your job</h1>"


def of_job(world: World) -> list[int]:
    """All three domains expect the second level."""
    found = world.statements
    return [*found["technical"][:10], *found["communication"][:5], *found["leadership"][:3]]


def rest(world: World) -> list[int]:
    job_ids = of_job(world)
    return [each for ids in world.statements.values() for each in ids if each not in job_ids]


@pytest.fixture
def ben(world: World, sign_in: Callable[[str], Client]) -> Client:
    return sign_in(world.email("ben"))


def rated(
    app: Flask,
    world: World,
    ids: list[int],
    answer: Answer = Answer.CONSISTENTLY,
    at: dt.datetime | None = None,
) -> None:
    with app.app_context():
        for each in ids:
            rate(world, "ben", each, answer, at)


def way_on(page: str) -> str:
    found = re.search(r'<a class="btn btn-primary" href="([^"]+)" data-way-on>', page)
    assert found
    return html.unescape(found[1])


PAGES = ("/assess/small/durable/leadership", f"{DOMAIN}?show=job", f"{DOMAIN}/grid", "/assess/five")


@pytest.mark.parametrize("page", PAGES)
def test_the_last_of_the_job_leads_there_by_script(
    app: Flask, world: World, ben: Client, page: str
) -> None:
    *first, last = of_job(world)
    rated(app, world, first)
    link = way_on(ben.get(page).text)
    assert "Next: " in ben.get(DOMAIN).text, "until then the next section"
    assert HEADING not in ben.get(link, follow_redirects=True).text
    assert ben.post_json(f"/statements/{last}/rating", {"answer": "partly", "base_version": 0})
    assert HEADING in ben.get(link).text


@pytest.mark.parametrize("page", [DOMAIN, f"{DOMAIN}?show=job", "/assess/five"])
def test_the_last_of_the_job_leads_there_without_script(
    app: Flask, world: World, ben: Client, page: str
) -> None:
    *first, last = of_job(world)
    rated(app, world, first)
    sent = fields(ben.get(page).text) | {f"answer-{last}": "partly"}
    done = ben.post("/assess/ratings", sent, follow_redirects=True).text
    assert HEADING in done
    sent = fields(ben.get(DOMAIN).text) | {f"answer-{last}": "not_yet"}
    again = ben.post("/assess/ratings", sent, follow_redirects=True).text
    assert HEADING not in again, "it was finished before"


def test_the_last_row_of_a_grid_leads_there(app: Flask, world: World, ben: Client) -> None:
    *first, last = of_job(world)
    rated(app, world, first)
    sent = fields(ben.get(f"{DOMAIN}/grid").text) | {f"answer-{last}": "partly"}
    done = ben.post(f"{DOMAIN}/grid", sent, follow_redirects=True).text
    assert HEADING in done
    assert "1 statement saved." in done


def test_the_last_line_of_a_list_leads_there(app: Flask, world: World, ben: Client) -> None:
    rated(app, world, of_job(world)[:-1])
    stored = store(ben, look(ben, "Code\tYour answer\nLEA-2-01\tpartly\n"))
    done = ben.get(stored.location).text
    assert HEADING in done
    assert "1 rating imported from your spreadsheet." in done


def test_keeping_the_last_older_ratings_leads_there(app: Flask, world: World, ben: Client) -> None:
    rated(app, world, of_job(world)[:15])
    rated(app, world, of_job(world)[15:], at=BEFORE)
    assert "Keep 3 older ratings" in ben.get("/assess/done").text
    done = ben.post("/assess/older", keeping(ben), follow_redirects=True).text
    assert "3 ratings kept together." in done
    done = ben.get("/assess/done").text
    assert HEADING in done
    assert "older rating" not in done


def test_it_says_what_is_reached_and_what_comes_next(app: Flask, world: World, ben: Client) -> None:
    technical, communication = world.statements["technical"], world.statements["communication"]
    rated(app, world, [*technical[:8], *communication[:5]])
    rated(app, world, technical[8:10], Answer.PARTLY)
    rated(app, world, world.statements["leadership"][:3], Answer.NOT_SURE)
    page = words(ben.get("/assess/done").text)
    for said in (
        "Only you can see them.",
        "Technical Emerging reached ▼ below target: 2 not met Developing: 3 of the 4 needed",
        "Durable 1 of 2 domains at target, 1 not known yet",
        "Choose statements to send 15 suggested, about 10 minutes for Sue",
        "Done for now Your ratings stay saved and private",
        "The other 15 statements can wait for another day, on paid time. Go on rating",
    ):
        assert said in page, said
    assert ben.get("/assess").location == "/assess/small/durable/leadership", "the rest"


def test_the_target_is_marked_where_it_is_reached(app: Flask, world: World, ben: Client) -> None:
    rated(app, world, of_job(world))
    page = ben.get("/assess/done").text
    assert "Technical Developing reached ✓ at target" in words(page)
    assert page.count('class="bar-tick"') == 1


@pytest.mark.parametrize("others", [[], ["hugo"]], ids=["one supervisor", "two supervisors"])
@pytest.mark.parametrize("count", [18, 12], ids=["more than are suggested", "fewer"])
def test_what_is_suggested_is_what_the_page_for_sending_says(
    app: Flask, world: World, ben: Client, others: list[str], count: int
) -> None:
    rated(app, world, of_job(world))
    with app.app_context():
        sent = of_job(world)[count:]
        if sent:
            review_actions.send(actor(world, "ben"), world.people["sue"], sent, world.now)
        with transaction() as tx:
            for name in others:
                tx.add(
                    Membership(
                        person_id=world.people[name],
                        team_id=world.teams["central"],
                        role=Role.SUPERVISOR,
                        starts_on=START,
                    )
                )
    done = words(ben.get("/assess/done").text)
    told = re.search(r"(\d+) suggested, about (\d+) minutes for (Sue|your reviewer)", done)
    there = re.search(
        r"Statements chosen: (\d+)\. Minutes for your reviewer, about: (\d+)\.",
        words(ben.get("/reviews/new").text),
    )
    assert told
    assert there
    assert told.groups()[:2] == there.groups()
    assert told[3] == ("your reviewer" if others else "Sue")
    assert ("Only you can see them." in done) is not bool(sent)


def test_without_a_supervisor_there_is_nothing_to_send(
    app: Flask, world: World, ben: Client
) -> None:
    rated(app, world, of_job(world))
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Membership).where(Membership.role == Role.SUPERVISOR))
    page = words(ben.get("/assess/done").text)
    assert "Choose statements to send" not in page
    assert "Your team has no supervisor yet" in page
    assert "Done for now" in page


def test_where_all_are_with_a_reviewer_it_says_so(app: Flask, world: World, ben: Client) -> None:
    rated(app, world, of_job(world))
    with app.app_context():
        review_actions.send(actor(world, "ben"), world.people["sue"], of_job(world), world.now)
    page = words(ben.get("/assess/done").text)
    assert "All of them are with a reviewer already" in page
    assert "Choose statements to send" not in page
    assert "Others see only what you send for review." in page


def test_all_rated(app: Flask, world: World, ben: Client) -> None:
    rated(app, world, [*of_job(world), *rest(world)])
    assert ben.get("/assess").location == "/assess/done"
    page = ben.get("/assess/done").text
    assert "<h1>You’ve rated all 33 statements</h1>" in page
    assert "can wait for another day" not in page
    assert f'href="{DOMAIN}"' in page, "an answer can be changed"


def test_without_a_target_it_comes_when_all_are_rated(
    app: Flask, world: World, ben: Client
) -> None:
    with app.app_context(), transaction() as tx:
        profile = job(tx, world.libraries["city"], world.framework_id, "No targets", None)
        tx.execute(
            update(Membership)
            .where(Membership.person_id == world.people["ben"])
            .values(role_profile_id=profile)
        )
    rated(app, world, of_job(world))
    assert ben.get("/assess/done").location == "/assess"
    rated(app, world, rest(world))
    page = ben.get("/assess/done").text
    assert "<h1>You’ve rated all 33 statements</h1>" in page
    assert "bar-tick" not in page
    assert "Durable no target" in words(page)
    assert "None suggested; you choose which" in page


def test_before_anything_is_rated_it_leads_to_the_job(ben: Client) -> None:
    assert ben.get("/assess/done").location == "/assess"
    assert ben.get("/assess/done?next=https://elsewhere.example/").location == "/assess"
    assert ben.get("/assess/done?next=/assess/five").location == "/assess/five"


def test_it_takes_no_query_but_those_of_the_page_for_sending(
    app: Flask, world: World, ben: Client, count_sql: Queries
) -> None:
    """The sheet, the pace and the learner, as on each page of rating; who reviews, and how fast."""

    def counted(address: str) -> int:
        count_sql.clear()
        assert ben.get(address).status_code < 400
        return len(count_sql)

    rated(app, world, of_job(world))
    for address in ("/assess/done", "/assess"):
        counted(address)
    assert counted("/assess/done") == counted("/assess") + 4
