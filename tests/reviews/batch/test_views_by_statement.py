"""One statement across people, answered in a batch."""

import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.client import Client
from tests.factories.evidence import piece
from tests.factories.people import join
from tests.factories.sides import NO, PART, YES, actor, answer, ask, hand_on, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.batch.screens import SAYS_NO, SignIn, by_statement, fields, screen, statuses
from tracker.db import transaction
from tracker.models import Team
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role


class TestByStatement:
    @pytest.fixture
    def both(self, app: Flask, world: World) -> tuple[int, int]:
        with app.app_context():
            piece(
                world,
                "ben",
                "Signs",
                text="New signs",
                reasons={world.statements["communication"][0]: "why"},
            )
            return send(world, YES, PART), send(world, NO, YES, learner="ben")

    def test_only_what_waits_from_several_is_listed(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        with app.app_context():
            send(world, YES, skip=2)
            answer(world, item_ids(both[1])[1], SAYS_NO)
        page = sue.get("/reviews/by-statement").text
        assert re.findall(r"/reviews/by-statement/(\d+)", page) == [
            str(world.statements["communication"][0])
        ]
        assert "Communication 1.1 Emerging · Communication · COM-1-01 2" in words(page)

    def test_each_of_them_is_a_card_in_the_order_of_names(
        self, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        page = sue.get(by_statement(world)).text
        assert re.findall(r'class="statement-title"[^>]*>\s*<a[^>]*>(\w+)<', page) == ["Ana", "Ben"]
        text = words(page)
        for part in (
            "Communication 1.1: person by person",
            "0 of 2 answered",
            "Signs note, 2 words",
            "Library Assistant, 24 hours a week",
            "in Central since January 2026, 10 months",
            "Rate the work you saw, never health or leave.",
            "If somebody was away",
        ):
            assert part in text

    def test_it_is_answered_for_all_and_leads_to_the_next(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
        sent |= {
            f"answer-{of_ana}": "partly",
            f"ground-{of_ana}": "saw_it",
            f"answer-{of_ben}": "cannot_tell",
        }
        saved = sue.post(by_statement(world), sent)
        assert saved.headers["Location"] == by_statement(world, 1)
        assert (statuses(app, both[0]), statuses(app, both[1])) == (
            ["answered", "waiting"],
            ["not_observed", "waiting"],
        )
        later = sue.post(
            by_statement(world, 1), fields(sue.get(by_statement(world, 1)).text) | {"act": "later"}
        )
        assert later.headers["Location"] == "/"

    def test_an_open_review_among_blind_ones_is_labelled_and_alone_shows_the_answer(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            send(world, YES)
            with transaction() as tx:
                tx.execute(update(Team).values(open_reviews=True))
            send(world, PART, YES, learner="ben")
        _, ana, ben = sue.get(by_statement(world)).text.split('<article class="statement')
        assert "Open review" in ben
        assert "Ben’s own answer" in ben
        assert "Open review" not in ana
        assert "own answer" not in ana

    def test_what_was_handed_on_is_with_the_next_reviewer_alone(
        self, app: Flask, world: World, sue: Client, sign_in: SignIn
    ) -> None:
        with app.app_context():
            join(world, "hugo", "central", Role.SUPERVISOR)
            review_id = send(world, YES, PART, NO)
            first, second, third = item_ids(review_id)
            answer(world, first, SAYS_NO)
            answer(world, second, SAYS_NO)
            ask(actor(world, "sue"), third, "CANARY", 1, world.now)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
            going_on = hand_on(world, review_id, "hugo")
        assert sue.get(screen(review_id)).headers["Location"] == f"/reviews/{review_id}/differences"
        assert sue.get(by_statement(world, 2)).status_code == 404
        hugo = sign_in(world.email("hugo"))
        for path in (screen(going_on), by_statement(world, 2)):
            page = hugo.get(path)
            assert page.status_code == 200
            assert "CANARY" not in page.text

    @pytest.mark.parametrize("name", ["ana", "ben", "hugo", "cora", "adam"])
    def test_nobody_else_has_it(
        self, world: World, sign_in: SignIn, both: tuple[int, int], name: str
    ) -> None:
        client = sign_in(world.email(name))
        assert client.get(by_statement(world)).status_code == 404
        assert "Communication 1.1" not in client.get("/reviews/by-statement").text

    def test_what_was_typed_about_those_who_took_it_back_is_shown(
        self, app: Flask, world: World, sue: Client, sign_in: SignIn, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
            review_actions.withdraw(actor(world, "ben"), both[1], world.now)
        for item_id, note in ((of_ana, "Of the first"), (of_ben, "Of the second")):
            sent |= {
                f"answer-{item_id}": "partly",
                f"ground-{item_id}": "saw_it",
                f"note-{item_id}": note,
            }
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        assert "to copy: Of the second" in words(page.text)
        assert fields(page.text)[f"note-{of_ana}"] == "Of the first"
        with app.app_context():
            review_actions.withdraw(actor(world, "ana"), both[0], world.now)
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        text = words(page.text)
        assert "This review has changed" in text
        assert "to copy: Of the first Of the second" in text
        assert not {"Ana", "Ben"} & set(text.split())
        assert sign_in(world.email("hugo")).post(by_statement(world), sent).status_code == 404, (
            "never his"
        )

    @pytest.mark.in_ci
    def test_once_withdrawn_it_is_not_there_and_the_rest_can_be_sent_again(
        self, app: Flask, world: World, sue: Client, both: tuple[int, int]
    ) -> None:
        sent = fields(sue.get(by_statement(world)).text)
        with app.app_context():
            of_ana, of_ben = (item_ids(review_id)[0] for review_id in both)
            review_actions.withdraw(actor(world, "ben"), both[1], world.now)
        sent |= {
            "act": "ticked",
            "bar_answer": "cannot_tell",
            f"tick-{of_ana}": "1",
            f"tick-{of_ben}": "1",
        }
        page = sue.post(by_statement(world), sent)
        assert page.status_code == 409
        assert "a statement that isn’t with you anymore" in words(page.text)
        assert "Ben" not in words(page.text)
        again = sue.post(
            by_statement(world), fields(page.text) | {"act": "ticked", "bar_answer": "cannot_tell"}
        )
        assert again.status_code == 303
        assert statuses(app, both[0]) == ["not_observed", "waiting"]
