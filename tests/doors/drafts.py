from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.actors import acting
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.db import session
from tracker.models import Draft


def of_ana(world: World) -> None:
    text = (("text", "On Tuesdays."),)
    account_actions.save_draft(acting(world, "ana"), "reviews.reply", "7", text, world.now)


def its_id(world: World) -> dict[str, object]:
    return {"draft_id": session().scalars(select(Draft.id)).one()}


DOORS = [
    Door("drafts.save", "401 422 422 422 422 422 422 422 422", "POST"),
    Door("drafts.discard", "401 303 404 404 404 404 404 404 404", "POST", its_id, arrange=of_ana),
]
