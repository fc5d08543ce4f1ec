"""Where endorsements are shown, and something that was reviewed."""

from collections.abc import Callable

from sqlalchemy import select, update

from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sides import PART, actor, answer_all
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import Endorsement, Rating
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]


def reviewed(world: World) -> int:
    """Ana's first statement of Communication, with a note and evidence, endorsed as Partly. The
    endorsement's id."""
    statement_id = world.statements["communication"][0]
    piece(world, title="Drop-in log", reasons={statement_id: "I ran it"})
    rate(world, "ana", statement_id, PART)
    with transaction() as tx:
        tx.execute(update(Rating).values(reviewer_note="Every Tuesday"))
    review_id = review_actions.send(
        actor(world, "ana"), world.people["sue"], [statement_id], world.now
    )
    answer_all(world, review_id, ReviewerAnswer.PARTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return session().scalars(select(Endorsement.id)).one()


def own_page(world: World) -> str:
    return f"/statements/{world.statements['communication'][0]}"


def their_page(world: World) -> str:
    return f"/people/{world.people['ana']}{own_page(world)}"
