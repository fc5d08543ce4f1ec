"""Sending statements for review, and what comes too late."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from tests.client import Client
from tests.factories.ratings import rate
from tests.factories.sides import NO, PART, YES, actor, answer, answer_all, ask, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.review.versions import SAYS_NO, TELLS, version
from tracker.db import transaction
from tracker.models import Team
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]


class TestSendPage:
    def test_only_what_can_be_sent_is_listed_and_the_right_ones_ticked(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        near, *_ = world.statements["technical"]
        far = world.statements["technical"][-1]
        with app.app_context():
            send(world, YES)
            rate(world, "ana", near, YES)
            rate(world, "ana", far, YES)
        page = ana.get("/reviews/new").text
        assert re.search(rf'id="s-{near}" value="{near}" checked', page)
        assert re.search(rf'id="s-{far}" value="{far}">', page), "rank 4 is two above the target"
        assert f'value="{world.statements["communication"][0]}"' not in page, (
            "it is with Sue already"
        )
        assert f'value="{world.statements["communication"][1]}"' not in page, "it is not rated"

    def test_a_refused_form_keeps_what_was_ticked(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        first, second = world.statements["communication"][:2]
        with app.app_context():
            rate(world, "ana", first, YES)
            rate(world, "ana", second, YES)
        page = ana.post("/reviews", {"statements": [str(second)]})
        assert page.status_code == 422
        assert "Choose a reviewer." in page.text
        assert re.search(rf'id="s-{second}" value="{second}" checked', page.text)
        assert re.search(rf'id="s-{first}" value="{first}">', page.text)

    @pytest.mark.parametrize(
        ("reviewer", "statements"),
        [
            ("１-２", ["1"]),
            ("self", ["1"]),
            ("hugo", ["1"]),
            ("right", ["9999999999"]),
            ("right", [str(each) for each in range(1, 300)]),
        ],
    )
    def test_what_the_page_does_not_offer_is_refused(
        self, app: Flask, world: World, ana: Client, reviewer: str, statements: list[str]
    ) -> None:
        with app.app_context():
            rate(world, "ana", world.statements["communication"][0], YES)
        named = {
            "right": f"{world.people['sue']}-{world.teams['central']}",
            "self": f"{world.people['ana']}-{world.teams['central']}",
            "hugo": f"{world.people['hugo']}-{world.teams['harbour']}",
        }
        page = ana.post(
            "/reviews", {"reviewer": named.get(reviewer, reviewer), "statements": statements}
        )
        assert page.status_code == 422
        assert "Nothing was sent yet" in page.text

    def test_without_a_supervisor_or_ratings_the_page_says_what_to_do(
        self, world: World, sign_in: SignIn, ana: Client
    ) -> None:
        assert "Rate some statements" in words(ana.get("/reviews/new").text)

    def test_an_open_team_is_named_so_before_sending(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        with app.app_context():
            rate(world, "ana", world.statements["communication"][0], YES)
            with transaction() as tx:
                tx.execute(update(Team).values(open_reviews=True))
        assert "open review: sees your answers while answering" in ana.get("/reviews/new").text


class TestTooLate:
    def test_a_withdrawn_review_is_gone_for_the_reviewer_in_clear_words(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            (item_id,) = item_ids(review_id)
            review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        for path in (
            f"/reviews/{review_id}",
            f"/review-items/{item_id}",
            f"/reviews/{review_id}/check",
        ):
            page = sue.get(path, follow_redirects=True)
            assert page.status_code == 200
            assert "Ana withdrew it on Nov 24" in words(page.text)
        assert "Ana" not in words(sue.get("/reviews").text)

    def test_moves_that_are_not_possible_now(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, NO)
            first, second = item_ids(review_id)
            answer(world, first, TELLS)
        for client, path, data in (
            (ana, f"/reviews/{review_id}/withdraw", {}),
            (ana, f"/review-items/{second}/reply", {"text": "x"}),
            (ana, f"/review-items/{second}/drop", {}),
            (sue, f"/reviews/{review_id}/reveal", {"version": "3"}),
            (sue, f"/reviews/{review_id}/differences", {f"choice-{first}": "no_agreement"}),
            (sue, f"/reviews/{review_id}/differences", {"act": "confirm"}),
            (sue, f"/review-items/{first}/take-back", {}),
            (sue, f"/review-items/{first}/undo-no-agreement", {}),
            (ana, f"/review-items/{first}/next-step", {}),
        ):
            page = client.post(path, data)
            assert page.status_code == 409, path
            title = (
                "Someone else changed this review" if client is ana else "This review has changed"
            )
            assert f"<h1>{title}</h1>" in page.text, "sue alone has done something"

    def test_a_check_page_that_is_behind_reveals_nothing(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            (item_id,) = answer_all(world, review_id, TELLS)
        seen = version(sue.get(f"/reviews/{review_id}/check").text)
        with app.app_context():
            answer(world, item_id, SAYS_NO)
        page = sue.post(f"/reviews/{review_id}/reveal", {"version": seen})
        assert page.status_code == 409
        assert "This review changed after you opened this page" in page.text
        assert "Someone else" not in page.text, "it was sue herself"
        now = version(page.text)
        assert sue.post(f"/reviews/{review_id}/reveal", {"version": now}).status_code == 303

    def test_a_check_page_of_a_review_that_is_over_says_so(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            answer_all(world, review_id, TELLS)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        page = sue.post(f"/reviews/{review_id}/reveal", {"version": "2"})
        assert page.status_code == 409
        assert "<h1>This review has changed</h1>" in page.text

    def test_who_changed_it_tells_nothing_of_sealed_answers(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, NO, PART)
            first, second, third = item_ids(review_id)
            answer(world, first, TELLS)
            ask(actor(world, "sue"), second, "Where?", 1, world.now)
        assert ana.post(f"/review-items/{second}/reply", {"text": "Here"}).status_code == 303
        before = ana.post(f"/review-items/{second}/reply", {"text": "x"})
        with app.app_context():
            answer(world, third, TELLS)
        after = ana.post(f"/review-items/{second}/reply", {"text": "x"})
        for page in (before, after):
            assert "<h1>This review has changed</h1>" in page.text

    def test_before_the_reveal_there_is_no_page_of_differences(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
        assert (
            ana.get(f"/reviews/{review_id}/differences").headers["Location"]
            == f"/reviews/{review_id}"
        )
        assert sue.get(f"/reviews/{review_id}/differences").status_code == 302

    def test_after_it_the_answer_pages_lead_to_the_differences(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            (item_id,) = answer_all(world, review_id, SAYS_NO)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        for path in (
            f"/review-items/{item_id}",
            f"/reviews/{review_id}/check",
            f"/reviews/{review_id}",
        ):
            assert sue.get(path).headers["Location"] == f"/reviews/{review_id}/differences"
        late = sue.post(
            f"/review-items/{item_id}/answer", {"answer": "cannot_tell", "version": "2"}
        )
        assert late.status_code == 409
