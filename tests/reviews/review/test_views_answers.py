"""The page on which a reviewer answers."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.factories.sides import NO, PART, YES, actor, answer, answer_all, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.review.state import CANNOT
from tests.reviews.review.versions import SAYS_NO, SAYS_PART, version
from tracker.db import session, transaction
from tracker.models import Look, Review, ReviewItem, Team
from tracker.reviews.review import actions as review_actions


class TestAnswerPage:
    def test_the_evidence_is_no_ground_where_none_was_sent(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
        text = sue.get(f"/review-items/{item_id}").text
        assert 'value="evidence_only"' not in text
        assert "vidence" not in words(text), "what is not there is not explained"
        data = {"version": "1", "answer": "partly", "ground": "evidence_only"}
        refused = sue.post(f"/review-items/{item_id}/answer", data)
        assert refused.status_code == 422
        assert "No evidence was sent with this statement." in refused.text

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"answer": "partly"}, "Say how you know"),
            ({"answer": "brilliantly", "ground": "saw_it"}, "Choose an answer, or Return"),
        ],
    )
    def test_what_is_missing_is_said_and_the_rest_kept(
        self, app: Flask, world: World, sue: Client, data: dict[str, str], said: str
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
        sent = {"version": "1", "note": "typed", **data}
        page = sue.post(f"/review-items/{item_id}/answer", sent)
        assert page.status_code == 422
        assert said in page.text
        assert ">typed</textarea>" in page.text
        with app.app_context():
            assert session().scalars(select(Review.status)).one() == "sent"

    def test_who_asks_for_json_is_told_at_which_field(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
        refused = sue.post(
            f"/review-items/{item_id}/answer",
            {"version": "1", "answer": "partly", "ground": "smelt_it"},
            headers={"Accept": "application/json"},
        )
        assert (refused.status_code, refused.mimetype) == (422, "application/json")
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        told = refused.get_json()
        assert "This isn’t on the list." in told["error"]
        assert told["fields"] == {"ground": [told["error"]]}

    def test_a_page_that_is_behind_shows_both_answers(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
            answer(world, item_id, SAYS_PART, note="from the other tab")
        data = {
            "answer": "consistently",
            "ground": "saw_it",
            "note": "from this one",
            "version": "1",
        }
        page = sue.post(f"/review-items/{item_id}/answer", data)
        assert page.status_code == 409
        assert "from the other tab" in page.text
        assert ">from this one</textarea>" in page.text
        again = sue.post(f"/review-items/{item_id}/answer", {**data, "version": version(page.text)})
        assert again.status_code == 303

    @pytest.mark.parametrize("ground", ["saw_it", ""], ids=["whole", "refused anyway"])
    @pytest.mark.parametrize("behind", [1, 0])
    def test_what_is_typed_after_the_reveal_is_not_lost(
        self, app: Flask, world: World, sue: Client, behind: int, ground: str
    ) -> None:
        """Also to what was marked as not seen, which is neither answered nor compared then."""
        with app.app_context():
            review_id = send(world, YES, PART)
            ids = answer_all(world, review_id, CANNOT, CANNOT)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
            now = session().get_one(ReviewItem, ids[0]).version
        data = {"answer": "partly", "ground": ground, "note": "typed", "version": now - behind}
        late = sue.post(f"/review-items/{ids[0]}/answer", data)
        assert late.status_code == 409
        assert "Here it is, to copy: typed" in words(late.text)
        with app.app_context():
            assert session().get_one(ReviewItem, ids[0]).reviewer_answer == CANNOT

    def test_a_refused_form_does_not_take_over_what_another_tab_saved(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
            answer(world, item_id, SAYS_PART)
        page = sue.post(
            f"/review-items/{item_id}/answer", {"answer": "consistently", "version": "1"}
        )
        assert (page.status_code, version(page.text)) == (422, "1")

    def test_skip_leads_round_and_then_to_the_check_page(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, PART, NO)
            ids = item_ids(review_id)
        for here, following in zip(ids, [*ids[1:], ids[0]], strict=True):
            assert (
                f'href="/review-items/{following}?go=1">Skip'
                in sue.get(f"/review-items/{here}").text
            )
        with app.app_context():
            for item_id in ids[1:]:
                answer(world, item_id, SAYS_NO)
        assert f'href="/reviews/{review_id}/check">Skip' in sue.get(f"/review-items/{ids[0]}").text

    def test_the_owner_sees_who_looked(self, app: Flask, world: World, sue: Client) -> None:
        with app.app_context():
            (item_id,) = item_ids(send(world, YES))
        sue.get(f"/review-items/{item_id}")
        with app.app_context():
            look = session().scalars(select(Look)).one()
            assert (look.owner_id, look.reader_id, look.kind) == (
                world.people["ana"],
                world.people["sue"],
                "review",
            )

    def test_an_open_review_shows_the_answer_and_says_so(
        self, app: Flask, world: World, sue: Client
    ) -> None:
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Team).values(open_reviews=True))
            review_id = send(world, PART, YES)
            item_id, other_id = item_ids(review_id)
        page = sue.get(f"/review-items/{item_id}").text
        assert "Open review" in words(page)
        assert "Ana’s own answer" in words(page)
        with app.app_context():
            answer(world, item_id, SAYS_PART)
            answer(world, other_id, SAYS_PART)
            review_actions.reveal(actor(world, "sue"), review_id, world.now)
        assert "This was an open review" in words(sue.get(f"/reviews/{review_id}/differences").text)
