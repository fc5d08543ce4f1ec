"""Reviews through their pages: the whole way, what is refused, and what it costs."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.reviews import send as send_now
from tests.factories.sides import (
    NO,
    PART,
    YES,
    actor,
    answer,
    answer_all,
    ask,
    item_ids,
    items,
    review,
    send,
)
from tests.factories.world import World
from tests.reading import words
from tests.reviews.review.versions import SAYS_NO, version
from tracker.db import session, transaction
from tracker.models import Person, Review, ScaleAnswer, TrainingAction
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.review import actions as review_actions


@pytest.mark.in_ci
def test_the_whole_way(app: Flask, world: World, ana: Client, sue: Client) -> None:
    first, second = world.statements["communication"][:2]
    with app.app_context():
        rate(world, "ana", first, YES)
        rate(world, "ana", second, PART)
        piece(
            world,
            title="e-reader drop-in",
            text="41 visits",
            reasons={first: "every visitor differs"},
        )
    page = ana.get("/reviews/new").text
    assert "data-send-count>Statements chosen: 2. Minutes for your reviewer, about: 2." in page
    value = f"{world.people['sue']}-{world.teams['central']}"
    assert f'value="{value}" data-seconds="40"' in page
    sent = ana.post("/reviews", {"reviewer": value, "statements": [str(first), str(second)]})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/reviews")
    assert "2 statements were sent to Sue. You can withdraw them" in words(ana.get("/reviews").text)

    queue = sue.get("/reviews").text
    assert "Ana" in words(queue)
    assert "0 of 2" in words(queue)
    with app.app_context():
        review_id = session().scalars(select(Review.id)).one()
        one, two = item_ids(review_id)
    first_screen = f"/reviews/{review_id}/screen/1"
    assert sue.get(f"/reviews/{review_id}").headers["Location"] == first_screen
    page = sue.get(f"/review-items/{one}").text
    text = words(page)
    for part in (
        "Ana — Communication",
        "e-reader drop-in",
        "41 visits",
        "every visitor differs",
        "0 of 2 done",
        "Library Assistant, 24 hours a week",
        "Judge the work, never health or leave.",
        "Outside their job",
    ):
        assert part in text
    saved = sue.post(
        f"/review-items/{one}/answer",
        {
            "answer": "consistently",
            "ground": "saw_it",
            "note": "Saw two.",
            "version": version(page),
        },
    )
    assert (saved.status_code, saved.headers["Location"]) == (303, f"/review-items/{two}?go=1")
    saved = sue.post(
        f"/review-items/{two}/answer", {"answer": "return", "note": "Which desk?", "version": "1"}
    )
    assert saved.headers["Location"] == f"/reviews/{review_id}/check"

    mine = ana.get(f"/reviews/{review_id}").text
    assert "Which desk?" in mine
    assert "Saw two." not in mine
    replied = ana.post(f"/review-items/{two}/reply", {"text": "Both desks"})
    assert replied.status_code == 303
    page = sue.get(f"/review-items/{two}").text
    assert "Both desks" in page
    sue.post(
        f"/review-items/{two}/answer",
        {
            "answer": "not_yet",
            "ground": "was_told",
            "note": "Joy told me.",
            "version": version(page),
        },
    )
    page = sue.get(f"/reviews/{review_id}/check").text
    assert "Saw two." in page
    assert "Reveal to each other" in words(page)
    revealed = sue.post(f"/reviews/{review_id}/reveal", {"version": version(page)})
    assert revealed.headers["Location"] == f"/reviews/{review_id}/differences"

    for client in (ana, sue):
        text = words(client.get(f"/reviews/{review_id}/differences").text)
        assert "1 difference to settle" in text
        assert "So far: 1 the same." in text
        assert "Saw two." in text
    page = f"/reviews/{review_id}/differences"
    ana.post(page, {f"choice-{two}": "agree:partly", "act": "confirm"})
    text = words(sue.get(page).text)
    assert "Ana chose" in text
    assert "You: Not yet , told by someone Joy told me. Ana: Partly" in text
    assert "Waiting for Sue" in words(ana.get(page).text)
    sue.post(
        f"/review-items/{two}/next-step",
        {"text": "Shadow Tom", "owner": str(world.people["ana"]), "due_on": "2026-12-20"},
    )
    assert "Shadow Tom" in ana.get(f"/reviews/{review_id}/differences").text
    sue.post(page, {f"choice-{two}": "agree:partly", "act": "confirm"})
    assert "2 reviewed: 1 the same, 1 agreed" in words(ana.get(f"/reviews/{review_id}/result").text)
    with app.app_context():
        assert review(review_id).status == "closed"
        assert [item.status for item in items(review_id)] == ["endorsed", "endorsed"]
        step = session().scalars(select(TrainingAction)).one()
    done = ana.post(f"/review-items/{two}/next-step/{step.id}/done")
    assert done.status_code == 303
    assert "1 closed" in words(ana.get("/reviews").text)


def test_what_waits_is_sorted_as_the_reviewer_likes(app: Flask, world: World, sue: Client) -> None:
    one, two, three = world.statements["communication"][:3]
    with app.app_context():
        send_now(
            world,
            "ana",
            "sue",
            {one: ItemStatus.ANSWERED, two: ItemStatus.WAITING},
            due_on=NOW.date(),
        )
        send_now(
            world,
            "ben",
            "sue",
            {three: ItemStatus.WAITING},
            due_on=NOW.date() - dt.timedelta(days=1),
        )

    def people(query: str) -> list[str]:
        queue = sue.get(f"/reviews{query}").text.partition("Sent by you")[0]
        return re.findall(r'<th scope="row"><a href="/reviews/\d+">(\w+)<', queue)

    assert people("") == ["Ben", "Ana"]
    turned = 'aria-sort="ascending"><a class="sort-link" href="/reviews?sort=due&amp;order=turned"'
    assert turned in sue.get("/reviews").text
    assert people("?sort=due&order=turned") == ["Ana", "Ben"]
    assert people("?sort=person") == ["Ana", "Ben"]
    assert people("?sort=done") == ["Ben", "Ana"]
    for wild in ("?sort=status", "?sort=" + "9" * 30, "?order=;drop"):
        assert people(wild) == ["Ben", "Ana"]


class TestQueue:
    def test_reviews_of_one_are_told_apart_and_all_have_the_way_to_reassign(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            ids = [send(world, YES), send(world, PART, skip=1), send(world, YES, NO, skip=2)]
        page = sue.get("/reviews").text
        url = f"/people/{world.people['sue']}/open-work"
        assert [f'href="{url}?review={each}"' in page for each in ids] == [True] * 3
        for number in (1, 2):
            assert f", Communication 1.{number}, sent Nov 24" in words(page)


class TestDifferencesPage:
    def revealed(self, world: World) -> tuple[int, int]:
        review_id = send(world, YES)
        (item_id,) = answer_all(world, review_id, SAYS_NO)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        return review_id, item_id

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"owner": "ana", "due_on": "2020-01-01"}, "Enter a day from today on"),
            ({"owner": "ben", "due_on": "2026-12-01"}, "This isn’t on the list"),
        ],
    )
    def test_a_next_step_needs_all_its_parts(
        self, app: Flask, world: World, ana: Client, data: dict[str, str], said: str
    ) -> None:
        with app.app_context():
            _, item_id = self.revealed(world)
        sent = {"text": "kept", **data, "owner": str(world.people[data["owner"]])}
        page = ana.post(f"/review-items/{item_id}/next-step", sent)
        assert page.status_code == 422
        assert said in page.text
        assert 'value="kept"' in page.text

    def test_what_is_kept_apart_shows_both_answers(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        with app.app_context():
            review_id, item_id = self.revealed(world)
        page = f"/reviews/{review_id}/differences"
        ana.post(page, {"act": "confirm", f"choice-{item_id}": "no_agreement"})
        text = words(ana.get(page).text)
        assert "No agreement" in text
        assert "Consistently" in text
        assert "Not yet" in text

    def test_the_learner_said_it_in_the_words_of_then(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            review_id, _ = self.revealed(world)
            with transaction() as tx:
                tx.execute(update(ScaleAnswer).values(label="Renamed"))
        for client in (ana, sue):
            assert "Consistently" in words(client.get(f"/reviews/{review_id}/differences").text)

    def test_a_reply_without_words_stays_on_its_page(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
            ask(actor(world, "sue"), item_id, "Where?", 1, world.now)
        page = ana.post(f"/review-items/{item_id}/reply", {"text": " "})
        assert page.status_code == 422
        assert "Write something here first." in page.text

    def test_names_and_notes_are_shown_as_text(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        nasty = "'\"><svg onload=alert(1)>{{7*7}}"
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Person).values(name=nasty))
            review_id = send(world, YES, NO)
            first, second = item_ids(review_id)
            answer(world, first, SAYS_NO, note=nasty)
            ask(actor(world, "sue"), second, nasty, 1, world.now)
        pages = [
            ana.get(f"/reviews/{review_id}"),
            sue.get(f"/review-items/{second}"),
            sue.get(f"/reviews/{review_id}/check"),
            sue.get("/reviews"),
        ]
        with app.app_context():
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
            sides.confirm(actor(world, "ana"), first, EndorsedAnswer.PARTLY, nasty, world.now)
        pages += [client.get(f"/reviews/{review_id}/differences") for client in (ana, sue)]
        for page in pages:
            assert page.status_code == 200
            assert "<svg onload" not in page.text
            assert "49" not in words(page.text)


@pytest.mark.in_ci
@pytest.mark.parametrize("state", ["waiting", "answered", "revealed"])
def test_no_page_costs_more_statements_for_more_items(
    app: Flask, world: World, ana: Client, sue: Client, count_sql: Queries, state: str
) -> None:
    def counts(review_id: int) -> dict[str, int]:
        paths = {
            "waiting": ["/reviews", "/reviews/new", "/reviews/{}", "/review-items/{}"],
            "answered": ["/reviews", "/reviews/{}/check"],
            "revealed": ["/reviews", "/reviews/{}/differences"],
        }[state]
        found = {}
        for client in (ana, sue):
            for path in paths:
                with app.app_context():
                    item_id = item_ids(review_id)[0]
                url = path.format(item_id if "items" in path else review_id)
                client.get(url)
                count_sql.clear()
                client.get(url)
                found[f"{path} {client is ana}"] = len(count_sql)
        return found

    def made(skip: int, *own: object) -> int:
        with app.app_context():
            review_id = send(world, *own, skip=skip)  # type: ignore[arg-type]
            for statement_id in world.statements["communication"][skip : skip + len(own)]:
                piece(world, reasons={statement_id: ""})
            if state != "waiting":
                answer_all(world, review_id, *[SAYS_NO] * len(own))
            if state == "revealed":
                review_actions.reveal(actor(world, "sue"), review_id, world.now)
                sides.confirm(
                    actor(world, "ana"),
                    item_ids(review_id)[0],
                    EndorsedAnswer.PARTLY,
                    "x",
                    world.now,
                )
            return review_id

    few = counts(made(0, YES))
    many = counts(made(1, *[YES] * 7))
    assert few == many
    assert max(few.values()) <= 18
