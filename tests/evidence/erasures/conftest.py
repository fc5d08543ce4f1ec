"""A piece of evidence that names a patron."""

import shutil

import pytest
from flask import Flask

from tests.client import Client
from tests.evidence.canary import ADDRESS, CARD
from tests.evidence.erasures.erased import recorded
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.sides import actor, answer, ask, item_ids
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session
from tracker.notifications.mail import actions as mail_actions
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.differences.rules import Choice, ChoiceKind
from tracker.reviews.review import actions as review_actions


def talked_about(app: Flask, world: World) -> int:
    """Sent to Sue, who asks, is answered, answers with a note and reveals; one of the two differs,
    and Ana says why she agrees."""
    with app.app_context():
        ana, sue = actor(world, "ana"), actor(world, "sue")
        two = world.statements["communication"][:2]
        review_id = review_actions.send(ana, sue.person_id, two, world.now)
        first, second = item_ids(review_id)
        ask(sue, first, f"Was it {CARD}?", 1, world.now)
        review_actions.reply(ana, first, f"Yes, of {ADDRESS}", world.now)
        answer(world, first, ReviewerAnswer.CONSISTENTLY, note=f"I know {ADDRESS}")
        answer(world, second, ReviewerAnswer.PARTLY, note=f"Only {CARD}")
        review_actions.reveal(sue, review_id, world.now)
        theirs = Choice(second, ChoiceKind.AGREE, EndorsedAnswer.PARTLY, f"Well {CARD}", None)
        differences_actions.choose(sue, review_id, [theirs], [], world.now)
        sides.confirm(ana, second, EndorsedAnswer.PARTLY, f"Just {CARD}", world.now)
        account_actions.save_draft(
            ana, "reviews.next_step", str(second), (("text", f"Call {CARD}"),), world.now
        )
        account_actions.save_draft(
            ana, "frameworks.correct", "", (("text", f"Not {CARD}"),), world.now
        )
        account_actions.save_draft(
            sue, "reviews.answer", str(first), (("note", f"Ask {ADDRESS}"),), world.now
        )
        mail_actions.collect(world.now)
        session().rollback()
    return review_id


@pytest.fixture(autouse=True)
def _no_files(app: Flask) -> None:
    """Of other tests."""
    shutil.rmtree(app.config["FILES"], ignore_errors=True)


@pytest.fixture
def piece_id(app: Flask, world: World, ana: Client) -> int:
    made = recorded(app, world, ana)
    talked_about(app, world)
    return made
