"""The page of a round: who has sent, what became of it, who is reminded; and nothing of what was
not sent."""

import csv
import datetime as dt
import html
import io
import random
import re

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import Queries
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import YES
from tests.factories.world import World
from tests.reading import plain
from tests.teams.rounds.pages import (
    DAY,
    SignIn,
    _closed,
    _drop,
    a_bit_of_everything,
    by_supervisor,
    crowd,
    listed,
    sent,
    stat,
    stats,
    url,
    wide,
)
from tracker.db import session, transaction
from tracker.models import Person, Review, Round
from tracker.record.workflow.rules import ReviewStatus
from tracker.rules.roles import Role
from tracker.teams.rounds.pages import SUPERVISORS_MOST


def test_how_far_people_are(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        a_bit_of_everything(world)
    page = sign_in(world.email("cora")).get(url(world)).text
    assert stats(page) == ["4", "1", "2", "1"]
    assert "1 review is overdue" in plain(page)
    assert "Closes in 17 days, on Friday, December 11, 2026." in plain(page)
    found = wide(page)
    assert found["Central"] == ["3", "", "0", "1", "1", "1"]
    assert found["Harbour"] == ["1", "", "1", "0", "0", "0"]
    supervisors = by_supervisor(page)
    assert supervisors["Sue"] == ["0", "1", "▲ 1", "Nov 21", "Too few to show"]
    assert supervisors["Ana"] == ["0", "1", "0", "Nov 21", "Too few to show"]
    assert listed(page)["Lea"] == ["Harbour", "Not sent", "Hugo", "Never"]
    assert listed(page)["Ben"][1] == "Sent 1 statement sent Nov 21 ▲ overdue"
    assert list(listed(page)) == ["Ben", "Lea", "Sue"]


def test_what_was_not_sent_is_not_told_apart(app: Flask, world: World, sign_in: SignIn) -> None:
    """Who rated everything and who has not begun: the same page to the byte, but for the flag that
    they set."""
    cora = sign_in(world.email("cora"))
    before = cora.get(url(world)).text
    file = cora.get(url(world, rest=".csv")).text
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "lea", statement_id, YES)

    def same(text: str) -> str:
        return re.sub(r'(name="(?:csrf_token|form_key)" value=")[^"]*', r"\1", text)

    assert same(cora.get(url(world)).text) == same(before)
    assert cora.get(url(world, rest=".csv")).text == file
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["lea"]).ready_at = world.now
    page = cora.get(url(world)).text
    assert "1 person is ready to talk" in page
    assert listed(page)["Lea"][1] == "Not sent ready to talk"


def test_a_withdrawn_review_was_not_sent(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        sent(world, "ben", ReviewStatus.WITHDRAWN)
    assert stats(sign_in(world.email("cora")).get(url(world)).text)[1:] == ["4", "0", "0"]


def test_a_median_from_five_on(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        for at, name in enumerate(("ana", "ben", "cleo", "dan")):
            join(world, name, "central")
            _finished(world, name, days=at + 1)
        four = sign_in(world.email("cora")).get(url(world)).text
        assert by_supervisor(four)["Sue"][-1] == "Too few to show"
        join(world, "eli", "central")
        _finished(world, "eli", days=20)
    assert by_supervisor(sign_in(world.email("cora")).get(url(world)).text)["Sue"][-1] == "3"


def _finished(world: World, learner: str, days: int) -> None:
    review_id = sent(world, learner, ReviewStatus.CLOSED, days_ago=30)
    with transaction() as tx:
        review = tx.get_one(Review, review_id)
        review.closed_at = review.sent_at + days * DAY


def test_supervisors_stand_from_a_to_z(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        sent(world, "lea", to="hugo", due_in=-5)
        sent(world, "sue", to="ana")
        sent(world, "ben")
    page = sign_in(world.email("cora")).get(url(world)).text
    assert list(by_supervisor(page)) == ["Supervisor, A to Z", "Ana", "Hugo", "Sue"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ben", "Lea", "Sue"]),
        ("show=not-sent", ["Lea"]),
        ("show=overdue", ["Ben"]),
        ("show=in-review", ["Sue"]),
        ("q=BE", ["Ben"]),
        ("branch={harbour}", ["Lea"]),
        ("reminded=never&sort=name&order=turned", ["Sue", "Lea", "Ben"]),
        ("sort=state", ["Lea", "Ben", "Sue"]),
    ],
)
def test_the_list_is_filtered_and_sorted_as_page_and_as_file(
    app: Flask, world: World, sign_in: SignIn, query: str, names: list[str]
) -> None:
    with app.app_context():
        a_bit_of_everything(world)
    cora, asked = sign_in(world.email("cora")), query.format(**world.teams)
    page = cora.get(f"{url(world)}?{asked}").text
    assert list(listed(page)) == names
    text = cora.get(f"{url(world, rest='.csv')}?{asked}").text
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [line[0] for line in lines[1 : 1 + len(names)]] == names
    assert ["Round", "Autumn 2026", "Small framework 1"] in lines
    assert ["As of", "2026-11-24"] in lines


def test_what_is_not_offered_is_no_file_and_said_on_the_page(world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    assert "it was left out" in cora.get(f"{url(world)}?show=begun").text
    assert cora.http.get(f"{url(world, rest='.csv')}?show=begun").status_code == 404
    for there in (world.rounds["other"], 99999, "x"):
        assert cora.http.get(f"{url(world)}?round={there}").status_code == 404


def test_who_has_not_sent_by_supervisor(app: Flask, world: World, sign_in: SignIn) -> None:
    """The number leads to the people; the file takes the choice along."""
    with app.app_context():
        join(world, "zoe", "harbour")
        sent(world, "ana")
    cora = sign_in(world.email("cora"))
    page = cora.get(url(world)).text
    assert by_supervisor(page)["Hugo"][0] == "2 not sent, Hugo"
    assert by_supervisor(page)["Sue"][0] == "1 not sent, Sue"
    href = html.unescape(re.findall(r'href="([^"#]+)#people">2<', page)[0])
    assert list(listed(cora.get(href).text)) == ["Lea", "Zoe"]
    by_hugo = f"?supervisor={world.people['hugo']}"
    file = cora.get(url(world, rest=f".csv{by_hugo}")).text
    assert [line.split(",")[0] for line in file.splitlines()[1:3]] == ["Lea", "Zoe"]
    assert "Supervisor,Hugo" in file.splitlines()
    assert "it was left out" in cora.get(f"{url(world)}?supervisor={world.people['otto']}").text


def test_many_supervisors_are_searched_and_not_listed_in_a_field(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    assert 'name="supervisor"' in (few := cora.get(url(world)).text)
    assert "Person or supervisor" not in few
    assert listed(cora.get(f"{url(world)}?q=hugo").text) == {}
    with app.app_context():
        for number in range(SUPERVISORS_MOST):
            join(world, f"head{number:02}", "central", Role.SUPERVISOR)
    page = cora.get(url(world)).text
    assert 'name="supervisor"' not in page
    assert "Person or supervisor" in page
    assert len(by_supervisor(page)) == 1 + SUPERVISORS_MOST
    href = html.unescape(re.findall(r'href="([^"#]+)#supervisors">Show all supervisors<', page)[0])
    assert len(by_supervisor(cora.get(href).text)) > 1 + SUPERVISORS_MOST
    assert list(listed(cora.get(f"{url(world)}?q=hugo").text)) == ["Lea"]
    by_hugo = cora.get(f"{url(world)}?supervisor={world.people['hugo']}").text
    assert list(listed(by_hugo)) == ["Lea"]
    assert "1 of 4 people who have not finished (Hugo)" in plain(by_hugo)
    assert f'name="supervisor" value="{world.people["hugo"]}"' in by_hugo


def test_who_is_in_two_teams_counts_in_each_row_and_the_page_says_so(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    assert "more than one of these teams" not in cora.get(url(world)).text
    with app.app_context():
        join(world, "ben", "harbour")
    page = cora.get(url(world)).text
    assert stats(page)[0] == "4"
    found = wide(page)
    assert (found["Central"][0], found["Harbour"][0]) == ("3", "2")
    assert "Some people are in more than one of these teams." in plain(page)


def test_on_a_phone_what_is_long_is_folded_and_the_list_is_a_link_away(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    page = cora.get(url(world)).text
    assert '<p class="only-narrow"><a href="#people">Who has not finished</a></p>' in page
    assert 'fold-narrow"><summary>What happens then' in page
    assert not re.search(r'fold-narrow"><summary>\d', page), "a few rows stand as they are"
    assert page.count("Remind those selected") == 2
    with app.app_context():
        for name in ("ida", "ines", "ivo"):
            join(world, name, "harbour", Role.SUPERVISOR)
    assert re.search(r'fold-narrow"><summary>\d supervisors', cora.get(url(world)).text)


def test_no_round_has_begun(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Round, world.rounds["city"]).starts_on = dt.date(2026, 11, 30)
    page = sign_in(world.email("cora")).get(url(world)).text
    assert "No round has begun yet" in page


@pytest.mark.in_ci
def test_a_page_of_300_people_takes_as_many_queries_as_one_of_4(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    """And no more bytes than its fifty rows."""
    cora = sign_in(world.email("cora"))
    with app.app_context():
        a_bit_of_everything(world)
    cora.get(url(world))
    count_sql.clear()
    cora.get(url(world))
    few = len(count_sql)
    with app.app_context():
        crowd(world, 300)
    cora.get(url(world))
    count_sql.clear()
    page = cora.get(url(world)).text
    assert len(count_sql) == few
    assert stat(page, "People in the round") == "304"
    assert len(page.encode()) < 90_000


def test_who_reads_a_statement_blind_is_not_told_who_read_it_before(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Whether Sue reviewed it or nobody did, Cora, who is to rate it, gets the same page."""
    cora = sign_in(world.email("cora"))
    with app.app_context():
        sent(world, "ana", to="cora", days_ago=1)

    def page() -> list[object]:
        shown, file = cora.get(url(world)).text, cora.get(url(world, rest=".csv")).text
        return [stats(shown), by_supervisor(shown), listed(shown), file]

    alone = page()
    assert "Cora" in by_supervisor(cora.get(url(world)).text)
    with app.app_context():
        sent(world, "ana", ReviewStatus.CLOSED, days_ago=9)
    assert page() == alone


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.in_ci) for seed in range(2, 6))]
)
def test_every_figure_by_queries_of_its_own(
    app: Flask, world: World, sign_in: SignIn, seed: int
) -> None:
    """Random rounds: the page against plain SQL over the rows."""
    chance = random.Random(seed)
    with app.app_context():
        names = [*("ana", "ben", "lea"), *(f"p{number}" for number in range(24))]
        for name in names[3:]:
            join(world, name, chance.choice(("central", "harbour", "bookmobile")))
        for name in names:
            for skip in range(chance.randrange(4)):
                status = chance.choice(
                    (ReviewStatus.SENT, ReviewStatus.IN_REVIEW, ReviewStatus.CLOSED)
                )
                review_id = sent(
                    world,
                    name,
                    status,
                    to=chance.choice(("sue", "hugo")),
                    days_ago=chance.randrange(1, 20),
                    due_in=chance.randrange(-4, 9),
                    skip=skip,
                )
                if status is ReviewStatus.CLOSED:
                    _closed(world, review_id, chance.randrange(9))
                elif status is ReviewStatus.SENT and chance.random() < 0.3:
                    _drop(world, review_id)
        expected = by_sql(world, None)
        central = by_sql(world, f"/{world.teams['city']}/{world.teams['central']}/")
        supervisors = {name: supervisor_by_sql(world, name) for name in ("sue", "hugo")}
    page = sign_in(world.email("cora")).get(url(world)).text
    people, *states = map(int, stats(page))
    assert [people, *states] == [
        expected["people"],
        expected["not_sent"],
        expected["sent"] + expected["in_review"],
        expected["finished"],
    ]
    assert wide(page)["Central"] == [
        str(central["people"]),
        "",
        *(str(central[key]) for key in ("not_sent", "sent", "in_review", "finished")),
    ]
    found = by_supervisor(page)
    for name, (waiting, overdue, median) in supervisors.items():
        row = found[name.title()]
        assert [row[1], row[2].removeprefix("▲ "), row[4]] == [str(waiting), str(overdue), median]


LIVING = (
    "r.round_id = :round AND r.status <> 'withdrawn' AND EXISTS (SELECT 1 FROM review_items i "
    "WHERE i.review_id = r.id AND i.status <> 'dropped')"
)
BY_STATE = f"""
WITH here AS (
  SELECT DISTINCT m.person_id AS id FROM memberships m JOIN teams t ON t.id = m.team_id
  WHERE m.role = 'learner' AND t.path LIKE :path || '%'
), counted AS (
  SELECT here.id, count(r.id) AS n, sum(r.status = 'closed') AS done,
    sum(r.status IN ('in_review', 'differences_open')) AS begun
  FROM here LEFT JOIN reviews r ON r.learner_id = here.id AND {LIVING} GROUP BY here.id
)
SELECT count(*) AS people, sum(n = 0) AS not_sent, sum(n > 0 AND done = n) AS finished,
  sum(n > done AND begun > 0) AS in_review, sum(n > done AND begun = 0) AS sent FROM counted
"""


def by_sql(world: World, path: str | None) -> dict[str, int]:
    session().rollback()
    asked = {"round": world.rounds["city"], "path": path or f"/{world.teams['city']}/"}
    return dict(session().execute(text(BY_STATE), asked).mappings().one())


def supervisor_by_sql(world: World, name: str) -> tuple[int, int, str]:
    query = text(
        "SELECT r.status, r.due_on, julianday(date(r.closed_at)) - julianday(date(r.sent_at)) "
        f"FROM reviews r WHERE r.reviewer_id = :by AND {LIVING}"
    )
    of = session().execute(query, {"by": world.people[name], "round": world.rounds["city"]}).all()
    waiting = [due for status, due, _days in of if status != "closed"]
    days = sorted(int(each[2]) for each in of if each[0] == "closed")
    middle = (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2 if days else 0
    overdue = sum(due < world.now.date().isoformat() for due in waiting)
    return len(waiting), overdue, f"{middle:g}" if len(days) >= 5 else "Too few to show"
