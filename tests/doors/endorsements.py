from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.db import session
from tracker.models import Endorsement
from tracker.rules.frameworks.scale import EndorsedAnswer


def endorsed(world: World) -> None:
    """By Sue."""
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)


def its_id(world: World) -> dict[str, object]:
    return {"endorsement_id": session().scalars(select(Endorsement.id)).one()}


def statement(world: World) -> dict[str, object]:
    return {"person_id": world.people["ana"], "statement_id": world.statements["communication"][0]}


DOORS = [
    Door("endorsements.revoke", "401 403 404 422 404 404 404 404 404", "POST", values=its_id, arrange=endorsed),
    Door("endorsements.ask", "302 403 404 200 404 404 404 404 404", values=its_id, arrange=endorsed),
    Door("statements.of_person", "302 302 404 200 404 404 404 404 404", values=statement, arrange=endorsed),
]
