"""The page of a round: who has sent, what became of it, who is reminded; and nothing of what was
not sent."""

import csv
import datetime as dt
import html
import io
import random
import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from tests.client import Client
from tests.conftest import Queries
from tests.factories.frameworks import open_round
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import send
from tests.factories.sending import YES, actor
from tests.factories.world import World
from tests.reading import plain
from tests.teams.crowds import hide_names
from tests.teams.team.test_views import rows
from tracker.accounts.account import actions as away
from tracker.administration.rounds import actions as rounds
from tracker.db import session, transaction
from tracker.models import Notice, Person, Review, ReviewItem, ReviewMove, Round
from tracker.record.workflow.rules import ItemStatus, Move, ReviewStatus
from tracker.rules.roles import Role
from tracker.teams.rounds.pages import SUPERVISORS_MOST

SignIn = Callable[[str], Client]
DAY = dt.timedelta(days=1)


def url(world: World, team: str = "city", rest: str = "") -> str:
    return f"/teams/{world.teams[team]}/round{rest}"


def stat(page: str, label: str) -> str:
    found = re.search(rf'stat-label">{label}</p>\s*<p class="stat-figure">(\d+)<', page)
    return found.group(1) if found else ""


def stats(page: str) -> list[str]:
    labels = ("People in the round", "Not sent", "Sent or in review", "Review finished")
    return [stat(page, label) for label in labels]


def sent(
    world: World,
    learner: str,
    status: ReviewStatus = ReviewStatus.SENT,
    *,
    to: str = "sue",
    days_ago: int = 3,
    due_in: int = 11,
    round_name: str = "city",
    skip: int = 0,
) -> int:
    item = {
        ReviewStatus.SENT: ItemStatus.WAITING,
        ReviewStatus.IN_REVIEW: ItemStatus.ANSWERED,
        ReviewStatus.CLOSED: ItemStatus.ENDORSED,
        ReviewStatus.WITHDRAWN: ItemStatus.WAITING,
    }[status]
    at = world.now - days_ago * DAY
    return send(
        world,
        learner,
        to,
        {world.statements["technical"][skip]: item},
        status=status,
        round_id=world.rounds[round_name],
        at=at,
        due_on=world.now.date() + due_in * DAY,
    )


def listed(page: str) -> dict[str, list[str]]:
    """The list of people, as a wide screen shows it."""
    table = re.split(r">Who (?:ha[sd] not finished|has sent)</caption>", page)[-1]
    table = table.partition("</table>")[0] if "</caption>" not in table else ""
    return {name: cells for name, cells in wide(table).items() if not name.startswith("Name ")}


def wide(page: str) -> dict[str, list[str]]:
    """Rows of tables, without what only a phone shows and the boxes to tick."""
    return rows(re.sub(r'<span class="[^"]*only-narrow">.*?</span>|<label>.*?</label>', "", page))


def by_supervisor(page: str) -> dict[str, list[str]]:
    return wide(page.partition("by supervisor, A to Z</caption>")[2].partition("</table>")[0])


def a_bit_of_everything(world: World) -> None:
    """Ana finished, Ben sent and waits too long, Sue is in review, Lea has only rated."""
    sent(world, "ana", ReviewStatus.CLOSED)
    sent(world, "ben", due_in=-1)
    sent(world, "sue", ReviewStatus.IN_REVIEW, to="ana")
    rate(world, "lea", world.statements["technical"][0], YES)


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
    assert "1 person asked to talk" in page
    assert listed(page)["Lea"][1] == "Not sent asked to talk"


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


def selected(page: str) -> list[str]:
    return re.findall(r'name="people" value="(\d+)" checked', page)


def crowd(world: World, count: int) -> list[int]:
    return [join(world, f"person{number:03}", "harbour") for number in range(count)]


@pytest.mark.in_ci
def test_a_selection_goes_over_pages(app: Flask, world: World, sign_in: SignIn) -> None:
    """Ticked on the first page, and there still after the second; or all of them but one."""
    with app.app_context():
        crowd(world, 70)
    cora = sign_in(world.email("cora"))
    first = cora.get(url(world)).text
    shown = re.findall(r'name="shown" value="([\d.]+)"', first)[0]
    ids = shown.split(".")
    assert len(ids) == 50
    ticked = f"shown={shown}&people={ids[3]}&people={ids[7]}"
    second = cora.get(f"{url(world)}?{ticked}&page=2").text
    assert "2 selected. On any page." in plain(second)
    assert selected(second) == []
    chosen = re.findall(r'name="chosen" value="([\d.]+)"', second)[-1]
    assert set(chosen.split(".")) == {ids[3], ids[7]}
    back = cora.get(f"{url(world)}?chosen={chosen}").text
    assert selected(back) == [ids[3], ids[7]]
    everybody = cora.get(f"{url(world)}?all=1").text
    assert "74 selected. On any page." in plain(everybody)
    but_one = "&".join(f"people={each}" for each in ids if each != ids[5])
    preview = cora.get(f"{url(world, rest='/remind')}?all=1&shown={shown}&{but_one}").text
    assert "<h1>Remind 73 people</h1>" in preview
    people = re.findall(r'name="people" value="([\d.]+)"', preview)[0].split(".")
    assert len(people) == 73
    assert ids[5] not in people


def test_the_preview_says_what_they_read_and_who_gets_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        a_bit_of_everything(world)
        away.leave(actor(world, "lea"), world.now.date() + 5 * DAY, world.now)
        join(world, "zoe", "harbour")
    cora = sign_in(world.email("cora"))
    assert "away until Nov 29" in plain(cora.get(url(world)).text)
    page = plain(cora.get(f"{url(world, rest='/remind')}?all=1").text)
    assert "Autumn 2026 closes on Dec 11, 2026" in page
    assert "Hello Zoe," in page
    assert "Cora reminds you: Autumn 2026 closes on Dec 11, 2026, and you haven’t sent" in page
    assert "1 person is away: Lea." in page
    assert "1 person was never reminded of this round." in page
    assert "Last reminded" not in page
    remind(cora, world, "zoe")
    with time_machine.travel(world.now + 8 * DAY, tick=False):
        later = plain(sign_in(world.email("cora")).get(f"{url(world, rest='/remind')}?all=1").text)
    assert "Last reminded: 1 on Nov 24. 1 person was never reminded of this round." in later


def remind(client: Client, world: World, *names: str) -> None:
    people = ".".join(str(world.people[name]) for name in names)
    client.post(url(world, rest=f"/remind?round={world.rounds['city']}"), {"people": people})


def reminded(world: World) -> list[str]:
    session().rollback()
    names = {number: name for name, number in world.people.items()}
    found = session().scalars(
        select(Notice.person_id).where(Notice.kind == "round_reminder").order_by(Notice.id)
    )
    return [names[each] for each in found]


def test_nobody_is_reminded_twice_in_a_week_nor_who_sent_or_is_away(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        sent(world, "ana")
        away.leave(actor(world, "ben"), world.now.date() + 2 * DAY, world.now)
    remind(cora, world, "ana", "ben", "lea", "otto")
    with app.app_context():
        assert reminded(world) == ["lea"]
    page = cora.get(url(world)).text
    assert listed(page)["Lea"][-1] == "Nov 24 today"
    again = cora.http.post(url(world, rest="/remind"), data={"people": str(world.people["lea"])})
    assert again.status_code == 400, "no token"
    with time_machine.travel(world.now + 6 * DAY, tick=False):
        remind(sign_in(world.email("cora")), world, "lea")
    with time_machine.travel(world.now + 8 * DAY, tick=False):
        remind(sign_in(world.email("cora")), world, "lea")
    with app.app_context():
        assert reminded(world) == ["lea", "lea"]


def test_a_round_that_is_over_is_shown_as_it_was(app: Flask, world: World, sign_in: SignIn) -> None:
    """What is sent, finished or dropped later, and who moves, changes nothing of it."""
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        ago = (world.now.date() - dt.date(2026, 5, 20)).days
        late = sent(world, "ben", days_ago=ago, round_name="Spring 2026")
        _closed(
            world,
            sent(world, "ana", ReviewStatus.CLOSED, days_ago=ago, round_name="Spring 2026"),
            3,
        )
        sent(world, "lea", ReviewStatus.CLOSED, to="hugo", days_ago=10, round_name="Spring 2026")
        rounds.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    page = cora.get(f"{url(world)}?round={spring}").text
    assert stats(page) == ["4", "2", "1", "1"]
    assert "This is the round as it was at the end of May 31, 2026." in plain(page)
    assert "reconstructed" not in page
    assert "Remind" not in plain(page.partition("</header>")[2])
    with app.app_context():
        _drop(world, late)
        join(world, "new", "harbour")
        with transaction() as tx:
            tx.get_one(Round, spring).name = "Last spring"
    after = cora.get(f"{url(world)}?round={spring}").text
    assert stats(after) == ["4", "2", "1", "1"]
    assert listed(after) == listed(page)


def _closed(world: World, review_id: int, days: int) -> None:
    with transaction() as tx:
        review = tx.get_one(Review, review_id)
        review.closed_at = review.sent_at + days * DAY


def _drop(world: World, review_id: int) -> None:
    with transaction() as tx:
        item = tx.scalars(select(ReviewItem).where(ReviewItem.review_id == review_id)).one()
        item.status = ItemStatus.DROPPED
        tx.add(
            ReviewMove(
                review_id=review_id,
                item_id=item.id,
                move=Move.DROP,
                actor_id=world.people["ben"],
                before="returned",
                after="dropped",
                moved_at=world.now,
            )
        )


def test_a_reconstructed_round_says_so(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        with transaction() as tx:
            tx.get_one(Round, spring).ended_unseen = True
    cora = sign_in(world.email("cora"))
    assert "until then people and teams are those of today" in plain(
        cora.get(f"{url(world)}?round={spring}").text
    )
    with app.app_context():
        rounds.keep_all_due(world.now)
    page = plain(cora.get(f"{url(world)}?round={spring}").text)
    assert "People, teams, and counts were reconstructed from what was on record later." in page
    assert "saved then" not in page
    assert "Spring 2026 was reconstructed" in plain(cora.get(url(world)).text)


def test_the_round_before_as_many_days_before_its_end(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """17 days before May 31 is May 14: what was finished on the 13th counts, and on the 15th not."""
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        for name, day in (("ana", 13), ("ben", 15)):
            ago = (world.now.date() - dt.date(2026, 5, day)).days
            review_id = sent(
                world, name, ReviewStatus.CLOSED, days_ago=ago + 5, round_name="Spring 2026"
            )
            _closed(world, review_id, 5)
        rounds.keep_all_due(world.now)
    cora = sign_in(world.email("cora"))
    assert "At this point in Spring 2026: 1 of 4" in plain(cora.get(url(world)).text)
    with time_machine.travel(world.now + 2 * DAY, tick=False):
        later = sign_in(world.email("cora")).get(url(world)).text
    assert "At this point in Spring 2026: 2 of 4" in plain(later)


def everything_told(client: Client, world: World) -> list[object]:
    """All that the page and the file of a round say."""
    page, file = client.get(url(world)).text, client.get(url(world, rest=".csv")).text
    return [stats(page), stat(page, "Sent"), by_supervisor(page), wide(page), listed(page), file]


def test_without_levels_who_sent_is_told_by_name_and_nothing_else(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Sent, in review, with differences to settle, and finished are the same."""
    with app.app_context():
        hide_names(world)
        a_bit_of_everything(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["lea"]).ready_at = world.now
    page = sign_in(world.email("cora")).get(url(world)).text
    assert "levels by name" in plain(page)
    assert stats(page) == ["4", "1", "", ""]
    assert stat(page, "Sent") == "3"
    found = wide(page)
    assert found["Central"] == ["3", "", "0", "3"]
    assert found["Harbour"] == ["1", "", "1", "0"]
    supervisors = by_supervisor(page)
    assert supervisors["Supervisor, A to Z"] == ["Not sent", "Waiting", "Overdue", "Oldest sent"]
    assert supervisors["Sue"] == ["0", "1", "▲ 1", "Nov 21"]
    assert supervisors["Ana"] == ["0", "1", "0", "Nov 21"]
    assert supervisors["Hugo"] == ["1 not sent, Hugo", "0", "0", "–"]
    assert listed(page) == {
        "Ana": ["Central", "Sent", "Sue", "–"],
        "Ben": ["Central", "Sent", "Sue", "–"],
        "Lea": ["Harbour", "Not sent asked to talk", "Hugo", "Never"],
        "Sue": ["Central", "Sent", "Ana", "–"],
    }
    assert "At this point in" not in page


def test_without_levels_nothing_says_that_a_review_ended(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Once it is revealed, page and file are the same whether differences are open or none is. With
    levels they are not: the partner."""
    with app.app_context():
        hide_names(world)
        review_id = sent(world, "ben", ReviewStatus.IN_REVIEW, to="hugo")
        with transaction() as tx:
            review = tx.get_one(Review, review_id)
            review.status, review.revealed_at = ReviewStatus.DIFFERENCES_OPEN, world.now - DAY
    cora = sign_in(world.email("cora"))
    open_ones = everything_told(cora, world)

    def settle(status: ReviewStatus) -> None:
        with app.app_context(), transaction() as tx:
            review = tx.get_one(Review, review_id)
            review.status = status
            review.closed_at = world.now if status is ReviewStatus.CLOSED else None

    settle(ReviewStatus.CLOSED)
    assert everything_told(cora, world) == open_ones
    with app.app_context():
        hide_names(world, hidden=False)
    finished = everything_told(cora, world)
    settle(ReviewStatus.DIFFERENCES_OPEN)
    assert everything_told(cora, world) != finished


def test_without_levels_people_are_searched_and_reminded_and_taken_as_a_file(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        hide_names(world)
        a_bit_of_everything(world)
    cora = sign_in(world.email("cora"))
    assert list(listed(cora.get(f"{url(world)}?q=be").text)) == ["Ben"]
    assert list(listed(cora.get(f"{url(world)}?show=sent").text)) == ["Ana", "Ben", "Sue"]
    for which in ("in-review", "overdue"):
        assert "it was left out" in cora.get(f"{url(world)}?show={which}").text
        assert cora.http.get(f"{url(world, rest='.csv')}?show={which}").status_code == 404
    lines = cora.get(url(world, rest=".csv")).text.removeprefix("\ufeff").splitlines()
    assert lines[0] == "Name,Team,State,Ready to talk,Supervisor,Away until,Last reminder"
    assert lines[1] == "Ana,Central,Sent,,Sue,,"
    remind(cora, world, "ben", "lea")
    with app.app_context():
        assert reminded(world) == ["lea"]


def test_without_levels_a_round_that_is_over_says_who_had_sent(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        hide_names(world)
        spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
        ago = (world.now.date() - dt.date(2026, 5, 20)).days
        sent(world, "ben", days_ago=ago, round_name="Spring 2026")
        revealed = sent(world, "sue", days_ago=ago, to="hugo", round_name="Spring 2026")
        with transaction() as tx:
            review = tx.get_one(Review, revealed)
            review.status, review.revealed_at = ReviewStatus.DIFFERENCES_OPEN, review.sent_at + DAY
        done = sent(world, "ana", ReviewStatus.CLOSED, days_ago=ago, round_name="Spring 2026")
        _closed(world, done, 3)
        rounds.keep_all_due(world.now)
    page = sign_in(world.email("cora")).get(f"{url(world)}?round={spring}").text
    assert stats(page)[1] == "1"
    assert by_supervisor(page) == {
        "Supervisor, A to Z": ["Waiting at the end"],
        "Hugo": ["0"],
        "Sue": ["1"],
    }
    assert [cells[1] for cells in listed(page).values()] == ["Sent", "Sent", "Not sent", "Sent"]


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


def test_reminding_nobody_leads_back_to_the_list_which_says_so(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    answer = cora.http.get(f"{url(world, rest='/remind')}?q=lea")
    assert answer.status_code == 303
    assert "q=lea" in answer.location
    assert answer.location.endswith("#people")
    page = cora.get(answer.location).text
    assert "Nobody is selected." in page
    assert list(listed(page)) == ["Lea"]
    assert "Nobody is selected." not in cora.get(url(world)).text


def test_a_reminder_after_the_end_is_not_told_of_a_round_that_is_over(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    remind(sign_in(world.email("cora")), world, "lea")
    late = world.now + 19 * DAY
    with time_machine.travel(late, tick=False), app.app_context(), transaction() as tx:
        before = tx.scalars(select(Notice).where(Notice.kind == "round_reminder")).one()
        tx.add(
            Notice(
                person_id=world.people["ben"],
                kind=before.kind,
                happening=before.happening,
                about_id=before.about_id,
                round_id=before.round_id,
                happened_at=late,
                to_mail=False,
            )
        )
    with time_machine.travel(late + DAY, tick=False):
        found = listed(sign_in(world.email("cora")).get(url(world)).text)
    assert found["Lea"][-1].startswith("Nov 24")
    assert found["Ben"][-1] == "–"


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
