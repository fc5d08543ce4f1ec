from sqlalchemy import select

from tests.doors.reviews import its_item, revealed, row
from tests.factories.sending import actor
from tests.factories.world import World
from tracker.db import session
from tracker.models import LevelException, ReviewItem
from tracker.services.reviews import exceptions


def proposed(world: World) -> None:
    """By Sue, so that it takes Ana to confirm."""
    revealed(world)
    item_id = session().scalars(select(ReviewItem.id).order_by(ReviewItem.id)).first()
    assert item_id is not None
    exceptions.propose(actor(world, "sue"), item_id, "Done elsewhere", world.now)


def its_exception(world: World) -> dict[str, object]:
    found = session().scalars(select(LevelException)).one()
    return {"item_id": found.item_id, "exception_id": found.id}


DOORS = [
    row("exceptions.propose", 422, 422, revealed, values=its_item),
    row("exceptions.confirm", 303, 303, proposed, values=its_exception),
    row("exceptions.withdraw", 422, 422, proposed, values=its_exception),
]
