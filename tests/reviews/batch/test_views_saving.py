"""What the script is told of what it saves, and the next review."""

import pytest
from flask import Flask
from sqlalchemy import update

from tests.client import Client
from tests.factories.sides import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.batch.screens import SAYS_NO, SAYS_PART, SignIn, statuses
from tracker.db import transaction
from tracker.models import Framework
from tracker.reviews.review import actions as review_actions


class TestSave:
    """One card, as the script sends it."""

    def body(self, world: World, **more: object) -> dict[str, object]:
        return {
            "answer": "partly",
            "ground": "saw_it",
            "note": "",
            "base_version": 1,
            "screen": "review",
            "person_id": world.people["sue"],
            **more,
        }

    def test_it_says_how_far_the_screen_is(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        saved = sue.post_json(f"/review-items/{first}/said", self.body(world))
        assert saved.status_code == 200
        assert saved.json == {
            "version": 2,
            "is_returned": False,
            "rated": 1,
            "left": "about 5 minutes left",
            "page_nav": {"screen-1": 1},
            "turn": 9,
        }
        asked = self.body(world, answer="return", note="Where?", base_version=2, screen="statement")
        found = sue.post_json(f"/review-items/{first}/said", asked).json
        assert found is not None
        assert (found["is_returned"], found["rated"]) == (True, 0)

    def test_a_card_that_is_behind_gets_both_answers(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
            answer(world, first, SAYS_NO, note="elsewhere")
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world))
        assert refused.status_code == 409
        assert refused.json is not None
        assert refused.json["current"] == {
            "answer": "not_yet",
            "ground": "saw_it",
            "note": "elsewhere",
            "version": 2,
        }
        assert "Saved meanwhile: Not yet, I saw it, “elsewhere”" in refused.json["error"]

    def test_words_of_a_framework_reach_the_script_as_they_are(
        self, app: Flask, world: World, sue: Client, review_id: int
    ) -> None:
        """A script gets no page, in which marks become elements."""
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Framework).values(lang="de"))
            first, *_rest = item_ids(review_id)
            answer(world, first, SAYS_NO)
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world)).json
        assert refused is not None
        assert "Saved meanwhile: Not yet, I saw it" in refused["error"]

    @pytest.mark.parametrize(
        ("more", "status", "said"),
        [
            ({"ground": ""}, 422, "Say how you know"),
            ({"ground": "smelt_it"}, 422, "This isn’t a way to know it that is offered."),
            ({"answer": 3}, 422, "not what this page sends"),
            ({"base_version": True}, 422, "not what this page sends"),
            ({"person_id": 99999}, 409, "belongs to somebody who has signed out"),
        ],
    )
    def test_what_is_wrong_is_said(
        self,
        app: Flask,
        world: World,
        sue: Client,
        review_id: int,
        more: dict[str, object],
        status: int,
        said: str,
    ) -> None:
        with app.app_context():
            first, *_rest = item_ids(review_id)
        refused = sue.post_json(f"/review-items/{first}/said", self.body(world, **more))
        assert refused.status_code == status
        assert refused.json is not None
        assert said in refused.json["error"]
        assert statuses(app, review_id)[0] == "waiting"


class TestNextReview:
    def test_the_next_due_is_offered_in_the_queue_and_after_the_check_and_the_reveal(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            of_ana, of_ben = send(world, YES), send(world, YES, learner="ben")
        assert "Next review: Ana 1 statement left" in words(sue.get("/reviews").text)
        with app.app_context():
            answer(world, item_ids(of_ana)[0], SAYS_PART)
        assert "Next review: Ben" in words(sue.get("/reviews").text)
        assert "Next review: Ben" in words(sue.get(f"/reviews/{of_ana}/check").text)
        with app.app_context():
            review_actions.reveal(actor(world, "sue"), of_ana, world.now)
        assert "Next review: Ben" in words(sue.get(f"/reviews/{of_ana}/differences").text)
        with app.app_context():
            answer(world, item_ids(of_ben)[0], SAYS_PART)
        for path in ("/reviews", f"/reviews/{of_ana}/differences", f"/reviews/{of_ben}/check"):
            assert "Next review" not in sue.get(path).text

    def test_the_learner_is_not_offered_one(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            answer(world, item_ids(review_id)[0], SAYS_PART)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        ana = sign_in(world.email("ana"))
        assert "Next review" not in ana.get(f"/reviews/{review_id}/differences").text
