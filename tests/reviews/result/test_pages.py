"""What a review came to: the counts sum, each change says how it came about, and both see it."""

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests import pdf
from tests.client import Client
from tests.conftest import Queries
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.sides import (
    PART,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    back_up,
    hand_on,
    item_ids,
    send,
)
from tests.factories.world import World
from tests.reading import words
from tests.reviews.differences.test_views import still
from tests.reviews.second_opinions.worlds import FIRSTS, First, asked, prepared
from tests.reviews.test_views_blindness import fetch
from tracker.assessment.ratings import actions as ratings_actions
from tracker.record.visible.queries import Hidden, Reader
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
SAME, PARTLY, UNSEEN = (
    ReviewerAnswer.CONSISTENTLY,
    ReviewerAnswer.PARTLY,
    ReviewerAnswer.CANNOT_TELL,
)
BEFORE = {0: EndorsedAnswer.PARTLY, 2: EndorsedAnswer.CONSISTENTLY, 4: EndorsedAnswer.CONSISTENTLY}
AN_HOUR, LONG_AGO = dt.timedelta(hours=1), dt.timedelta(days=90)


def settled(world: World) -> int:
    """Of seven: two the same, two agreed, one with no agreement, one not seen, one dropped. The
    first, third and fifth were reviewed before, with another answer each time."""
    for at, earlier in BEFORE.items():
        statement_id = world.statements["communication"][at]
        endorse(world, "ana", "sue", statement_id, earlier, world.now - LONG_AGO)
    review_id = send(world, *[YES] * 7)
    ids = item_ids(review_id)
    ana, sue = actor(world, "ana"), actor(world, "sue")
    ask(sue, ids[6], "Where?", 1, world.now)
    review_actions.drop(ana, ids[6], world.now)
    said = (SAME, SAME, PARTLY, PARTLY, PARTLY, UNSEEN)
    for item_id, theirs in zip(ids[:6], said, strict=True):
        answer(world, item_id, theirs)
    review_actions.reveal(sue, review_id, world.now)
    for item_id in ids[2:4]:
        for who in (sue, ana):
            sides.confirm(who, item_id, "partly", "", world.now)
    due = world.now.date() + dt.timedelta(days=20)
    differences_actions.add_next_step(sue, ids[2], ana.person_id, "Shadow Tom", due, world.now)
    sides.keep_apart(ana, ids[4], world.now)
    return review_id


@pytest.fixture
def url(app: Flask, world: World) -> str:
    with app.app_context():
        return f"/reviews/{settled(world)}/result"


@pytest.mark.parametrize("name", ["ana", "sue"])
def test_both_see_what_it_came_to(url: str, world: World, sign_in: SignIn, name: str) -> None:
    page = sign_in(world.email(name)).get(url).text
    said = words(page)
    assert "<h1>5 reviewed: 2 the same, 2 agreed, 1 no agreement</h1>" in page
    assert page.count('class="result-square"') == 5
    who = {"ana": "Sue", "sue": "You"}[name]
    assert f"{who} had no chance to see 1 statement. 1 was dropped after a question." in said
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    found = [words(f"<main>{row}</main>").strip("> ") for row in rows]
    changed = [each.partition(" Communication, ")[::2] for each in found if "Before:" in each]
    assert [(title, after.partition("Before: ")[2]) for title, after in changed] == [
        ("Communication 1.1", "Partly ↑ up: Consistently The same"),
        ("Communication 2.1", "Consistently ↓ down: Partly Agreed Nov 24"),
        ("Communication 2.3", "Consistently ↓ down: Not counted No agreement"),
        ("Communication 1.2", "Not reviewed Consistently The same"),
        ("Communication 2.2", "Not reviewed Partly Agreed Nov 24"),
    ]
    assert "Communication: Emerging reached 2 of 2 at Consistently, 2 needed." in said
    assert "Shadow Tom For Communication 2.1 Ana Dec 14" in found
    you = {"ana": "You Ana : Consistently. Sue: Partly", "sue": "Ana: Consistently. You Sue"}
    assert you[name] in said


def test_what_was_compared_is_counted_on_the_page_and_on_paper(
    url: str, world: World, sign_in: SignIn
) -> None:
    """What was not seen, and what was dropped, is no comparison."""
    ana, differences_url = sign_in(world.email("ana")), url.replace("/result", "/differences")
    page = words(ana.get(differences_url).text)
    assert "You and Sue rated 5 statements without seeing each other’s ratings." in page
    notes = pdf.words(ana.get(f"{differences_url}.pdf"))
    assert "2 of 5 were the same at once, so they were reviewed." in notes


def test_only_the_learner_can_ask_for_a_second_opinion(
    url: str, world: World, sign_in: SignIn
) -> None:
    fifth = world.statements["communication"][4]
    sue = world.people["sue"]
    href = f'href="/reviews/new?second_to={sue}&amp;statement={fifth}"'
    ana = sign_in(world.email("ana"))
    assert href in ana.get(url).text
    picked = ana.get(f"/reviews/new?statement={fifth}").text
    ticked = re.findall(r'name="statements"[^>]*value="(\d+)" checked', picked)
    assert ticked == [str(fifth)]
    for_sue = sign_in(world.email("sue")).get(url).text
    assert href not in for_sue
    assert "Ana can ask for a second opinion" in words(for_sue)


def test_who_was_asked_is_said_to_the_learner_alone(
    app: Flask, url: str, world: World, sign_in: SignIn
) -> None:
    """Neither the first reviewer's page nor what the second reader answered before they reveal
    changes it; what is withdrawn can be asked again."""
    fifth = world.statements["communication"][4]
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    button, before = f"&amp;statement={fifth}", still(sue.get(url).text)
    with app.app_context():
        join(world, "hugo", "central", Role.SUPERVISOR)

    def ask() -> int:
        assert button in ana.get(url).text
        with app.app_context():
            return review_actions.send(
                actor(world, "ana"), world.people["hugo"], [fifth], world.now
            )

    def asked(review_id: int) -> bool:
        page = ana.get(url).text
        link = f'href="/reviews/{review_id}">Sent to Hugo on Nov 24<'
        assert (link in page) != (button in page)
        assert still(sue.get(url).text) == before
        return link in page

    first = ask()
    assert asked(first)
    ana.post(f"/reviews/{first}/withdraw")
    assert not asked(first)
    second = ask()
    with app.app_context():
        answer_all(world, second, UNSEEN, by="hugo")
    assert asked(second)
    with app.app_context():
        review_actions.reveal(actor(world, "hugo"), second, world.now)
    assert not asked(second)


def test_while_it_goes_on_there_is_none(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        review_id = send(world, YES)
        answer_all(world, review_id, PARTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    answered = sign_in(world.email("ana")).get(f"/reviews/{review_id}/result")
    assert answered.headers["Location"] == f"/reviews/{review_id}"


def test_who_confirms_last_is_led_to_it(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        review_id = send(world, YES)
        (item_id,) = answer_all(world, review_id, PARTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    said = {"act": "confirm", f"choice-{item_id}": "agree:partly"}
    url = f"/reviews/{review_id}/differences"
    first = sign_in(world.email("sue")).post(url, said)
    assert first.headers["Location"] == url
    last = sign_in(world.email("ana")).post(url, said)
    assert last.headers["Location"] == f"/reviews/{review_id}/result"


def test_today_leads_both_to_it(url: str, world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana")).get("/").text
    assert f'href="{url}"' in ana
    assert "Your review by Sue is finished" in words(ana)
    assert "5 reviewed: 2 the same, 2 agreed, 1 no agreement" in words(ana)
    sue = sign_in(world.email("sue")).get("/").text
    assert sue.count(f'href="{url}"') == 1
    assert (
        "Your review of Ana is finished today 5 reviewed: 2 the same, 2 agreed, 1 no agreement"
        in words(sue)
    )


def test_today_leads_a_backup_to_it_who_supervises_nobody(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        cora = actor(world, "cora")
        back_up(world, "sue", "cora")
        theirs = send(world, YES, YES)
        review_id = hand_on(world, theirs, "cora", by="cora")
        answer_all(world, review_id, SAME, SAME, by="cora")
        review_actions.reveal(cora, review_id, world.now)
    page = sign_in(world.email("cora")).get("/").text
    assert "Your review of Ana is finished today 2 reviewed: 2 the same" in words(page)
    assert f'href="/reviews/{review_id}/result"' in page
    assert "Finished reviews" not in words(sign_in(world.email("carl")).get("/").text)


@pytest.mark.parametrize("first", FIRSTS[1:], ids=lambda first: first.name)
def test_today_tells_the_first_reviewer_nothing_of_a_second_opinion(
    app: Flask, world: World, sign_in: SignIn, first: First
) -> None:
    """Neither that it was asked for nor what it came to."""
    with app.app_context():
        prepared(world, first)
    sue = sign_in(world.email("sue"))
    sue.get("/")
    before = fetch(sue, "/")
    assert "Your review of Ana is finished" in words(before[2])
    with app.app_context():
        review_id = asked(world, YES, "hugo")
    assert fetch(sue, "/") == before
    with app.app_context():
        answer_all(world, review_id, SAME, by="hugo")
        review_actions.reveal(actor(world, "hugo"), review_id, world.now)
    assert fetch(sue, "/") == before


def test_a_review_of_which_nothing_was_reviewed(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        review_id = send(world, YES, PART)
        answer_all(world, review_id, UNSEEN, UNSEEN)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    page = words(sign_in(world.email("ana")).get(f"/reviews/{review_id}/result").text)
    assert "Nothing was reviewed" in page
    assert "Sue had no chance to see 2 statements." in page
    assert "What changed" not in page


@pytest.mark.parametrize("many", [1, 6])
def test_the_number_of_statements_does_not_count(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries, many: int
) -> None:
    with app.app_context():
        review_id = send(world, *[YES] * many)
        answer_all(world, review_id, *[SAME] * many)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    ana = sign_in(world.email("ana"))
    ana.get(f"/reviews/{review_id}/result")
    count_sql.clear()
    assert ana.get(f"/reviews/{review_id}/result").status_code == 200
    assert len(count_sql) <= 17, [" ".join(each.split())[:70] for each in count_sql]


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_says_nothing_of_what_its_reader_is_to_rate_anew(
    app: Flask, sign_in: SignIn, anew: Callable[[], World]
) -> None:
    """Hugo has reviewed Ana's second statement anew, and is asked for a second opinion on the
    first, in the same level: whatever Sue said of it, and whether the level fell by his own
    review, its result is the same."""
    assert len(set(results_of_hugo(app, sign_in, anew))) == 1


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_result_that_says_it_would_be_found(
    app: Flask, sign_in: SignIn, anew: Callable[[], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: read as if Hugo were to rate nothing anew, the worlds are told apart."""
    monkeypatch.setattr(Reader, "hidden", Hidden())
    assert len({result for result, _today in results_of_hugo(app, sign_in, anew)}) > 1


def results_of_hugo(
    app: Flask, sign_in: SignIn, anew: Callable[[], World]
) -> list[tuple[tuple[int, str, str], tuple[int, str, str]]]:
    """In each of the worlds that differ in what Sue said, the result page, and Today, which leads
    to it."""
    seen = []
    for first in FIRSTS:
        world = anew()
        with app.app_context():
            world.now -= AN_HOUR
            prepared(world, first)
            world.now += AN_HOUR
            ana, second = actor(world, "ana"), world.statements["communication"][1]
            ratings_actions.rate(ana, second, PART, 1, world.now)
            mine = review_actions.send(ana, world.people["hugo"], [second], world.now)
            answer_all(world, mine, PARTLY, by="hugo")
            review_actions.reveal(actor(world, "hugo"), mine, world.now)
            asked(world, PART, "hugo")
        hugo = sign_in(world.email("hugo"))
        hugo.get("/")
        result, today = fetch(hugo, f"/reviews/{mine}/result"), fetch(hugo, "/")
        assert result[0] == 200
        assert "Consistently ↓ down: Partly The same" in words(html.unescape(result[2]))
        assert "Your review of Ana is finished" in words(today[2])
        seen.append((result, today))
    return seen
