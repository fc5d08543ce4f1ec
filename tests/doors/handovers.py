from sqlalchemy import select

from tests.doors.door import Door
from tests.doors.reviews import one
from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse
from tests.factories.sides import back_up
from tests.factories.world import World
from tracker.db import session
from tracker.models import Deputy, Endorsement


def central(world: World) -> dict[str, object]:
    return {"team_id": world.teams["central"]}


def sue(world: World) -> dict[str, object]:
    return {"person_id": world.people["sue"]}


def with_a_deputy(world: World) -> None:
    """Hugo stands in for Sue; nothing of hers waits."""
    back_up(world, "sue", "hugo", days=7)


def deputy(world: World) -> dict[str, object]:
    return {"deputy_id": session().scalars(select(Deputy.id)).one()}


def endorsed(world: World) -> None:
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)


def endorsement(world: World) -> dict[str, object]:
    return {"endorsement_id": session().scalars(select(Endorsement.id)).one()}


DOORS = [
    Door("handovers.index", "302 404 404 403 404 200 404 404 404", values=central, arrange=one),
    Door("handovers.open_work", "302 404 404 200 404 200 404 200 404", values=sue, arrange=one),
    Door("handovers.give", "401 404 404 422 404 422 404 422 404", "POST", values=sue, arrange=one),
    Door(
        "handovers.end_deputy",
        "401 404 404 303 404 404 404 404 404",
        "POST",
        values=deputy,
        arrange=with_a_deputy,
    ),
    Door(
        "second_opinions.new",
        "302 200 404 404 404 404 404 404 404",
        values=endorsement,
        arrange=endorsed,
    ),
    Door(
        "second_opinions.send",
        "401 422 404 404 404 404 404 404 404",
        "POST",
        values=endorsement,
        arrange=endorsed,
    ),
]
