from sqlalchemy import select

from tests.doors.door import Door
from tests.doors.reviews import its_item, revealed, row
from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse
from tests.factories.sides import actor
from tests.factories.world import World
from tracker.db import session
from tracker.models import Endorsement, LevelException, ReviewItem
from tracker.reviews.endorsements import actions as endorsements_actions


def proposed(world: World) -> None:
    """By Sue, so that it takes Ana to confirm."""
    revealed(world)
    item_id = session().scalars(select(ReviewItem.id).order_by(ReviewItem.id)).first()
    assert item_id is not None
    endorsements_actions.propose_exception(
        actor(world, "sue"), item_id, "Done elsewhere", world.now
    )


def its_exception(world: World) -> dict[str, object]:
    found = session().scalars(select(LevelException)).one()
    return {"item_id": found.item_id, "exception_id": found.id}


def endorsed(world: World) -> None:
    """By Sue."""
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)


def its_id(world: World) -> dict[str, object]:
    return {"endorsement_id": session().scalars(select(Endorsement.id)).one()}


def statement(world: World) -> dict[str, object]:
    return {"person_id": world.people["ana"], "statement_id": world.statements["communication"][0]}


DOORS = [
    Door(
        "endorsements.revoke",
        "401 403 404 422 404 404 404 404 404",
        "POST",
        values=its_id,
        arrange=endorsed,
    ),
    Door(
        "endorsements.ask", "302 403 404 200 404 404 404 404 404", values=its_id, arrange=endorsed
    ),
    Door(
        "statements.of_person",
        "302 302 404 200 404 404 404 404 404",
        values=statement,
        arrange=endorsed,
    ),
    row("exceptions.propose", 422, 422, revealed, values=its_item),
    row("exceptions.confirm", 303, 303, proposed, values=its_exception),
    row("exceptions.withdraw", 422, 422, proposed, values=its_exception),
]
