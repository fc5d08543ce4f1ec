"""Revoking an endorsement, and letting one expire."""

import datetime as dt
import html
import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.endorsements.pages import SignIn, own_page, reviewed, their_page
from tracker.db import session, transaction
from tracker.models import Library, Review
from tracker.reviews.endorsements import actions as endorsements_actions


class TestRevoke:
    @pytest.mark.in_ci
    def test_with_a_reason_that_the_learner_reads(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            endorsement_id = reviewed(world)
        ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
        explained = sue.get(f"/people/{world.people['ana']}/profile/communication").text
        assert f'href="{their_page(world)}"' in explained
        ask = f"/endorsements/{endorsement_id}/revoke"
        assert f'href="{ask}"' in sue.get(their_page(world)).text
        with app.app_context():
            review_id = session().scalars(select(Review.id)).one()
        agenda = f"/reviews/{review_id}/differences"
        assert f'href="{ask}"' in sue.get(agenda).text
        assert ask not in ana.get(agenda).text
        assert f'action="{ask}"' in sue.get(ask).text
        assert sue.post(ask, {"reason": " "}).status_code == 422
        long = "It was another Ana. " * 300
        kept = sue.post(ask, {"reason": long})
        assert kept.status_code == 422
        assert long.strip() in html.unescape(kept.text)
        done = sue.post(ask, {"reason": "Another Ana"}, follow_redirects=True)
        assert "revoked Nov 24 Reason: Another Ana" in words(done.text)
        assert ask not in done.text
        assert "revoked Nov 24 Reason: Another Ana" in words(ana.get(agenda).text)
        seen = sue.get(their_page(world)).text
        assert "revoked · Nov 24 Reason: Another Ana" in words(seen)
        assert ask not in seen
        assert "Sue revoked the reviewed rating of “Communication 1.1”" in words(ana.get("/").text)
        assert "revoked · Nov 24 Reason: Another Ana" in words(ana.get(own_page(world)).text)
        profile = ana.get("/profile").text
        assert '<th class="bar-voice" scope="row">You' in profile
        assert '<th class="bar-voice" scope="row">Reviewed' not in profile, "nothing is, anymore"
        again = sue.post(ask, {"reason": "Once more"})
        assert again.status_code == 422
        assert "isn’t current anymore" in again.text
        assert "Once more</textarea>" in again.text
        assert "nothing to revoke" in sue.get(ask).text

    def test_it_is_told_of_for_a_fortnight(self, app: Flask, world: World, sign_in: SignIn) -> None:
        with app.app_context():
            endorsements_actions.revoke(
                actor(world, "sue"), reviewed(world), "x", NOW - dt.timedelta(days=15)
            )
        assert "revoked the reviewed rating" not in sign_in(world.email("ana")).get("/").text


class TestExpire:
    @pytest.mark.in_ci
    def test_a_reminder_and_what_comes_after(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        first, second, third = world.statements["communication"][:3]
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Library).values(endorsement_months=12))
            for statement_id, days in ((first, 340), (second, 350), (third, 100)):
                rate(world, "ana", statement_id, YES)
                endorse(
                    world,
                    "ana",
                    "sue",
                    statement_id,
                    EndorsedAnswer.CONSISTENTLY,
                    NOW - dt.timedelta(days=days),
                )
        ana = sign_in(world.email("ana"))
        today = words(ana.get("/").text)
        assert "2 reviewed ratings expire by Dec 19" in today
        assert ticked(ana.get("/reviews/new?expiring=1").text) == {first, second}
        with app.app_context():
            assert endorsements_actions.expire_due(NOW + dt.timedelta(days=20)) == 1
        today = words(ana.get("/").text)
        assert "1 reviewed rating expires by Dec 19" in today
        assert "1 reviewed rating has expired" in today
        assert ticked(ana.get("/reviews/new?expiring=1").text) == {first, second}
        assert "expired · Dec 14" in words(ana.get(f"/statements/{second}").text)

    def test_what_is_with_a_reviewer_is_not_asked_for(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            with transaction() as tx:
                tx.execute(update(Library).values(endorsement_months=12))
            send(world, YES)
            endorse(
                world,
                "ana",
                "sue",
                world.statements["communication"][0],
                EndorsedAnswer.CONSISTENTLY,
                NOW - dt.timedelta(days=350),
            )
        assert "expire" not in words(sign_in(world.email("ana")).get("/").text)


def ticked(page: str) -> set[int]:
    boxes = re.findall(r'<input[^>]*name="statements"[^>]*>', page)
    return {int(re.findall(r'value="(\d+)"', box)[0]) for box in boxes if " checked" in box}
