import datetime as dt

from sqlalchemy import select

from tests.doors.door import Door
from tests.doors.reviews import its_id, one
from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse
from tests.factories.sending import actor
from tests.factories.world import World
from tracker.db import session
from tracker.models import Deputy, Endorsement
from tracker.reviews.handovers import actions as handovers


def central(world: World) -> dict[str, object]:
    return {"team_id": world.teams["central"]}


def with_a_deputy(world: World) -> None:
    """Hugo stands in for Sue; nothing of hers waits."""
    today = world.now.date()
    handovers.name_deputy(
        actor(world, "sue"), world.people["hugo"], today, today + dt.timedelta(days=7), world.now
    )


def deputy(world: World) -> dict[str, object]:
    return {"deputy_id": session().scalars(select(Deputy.id)).one()}


def endorsed(world: World) -> None:
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)


def endorsement(world: World) -> dict[str, object]:
    return {"endorsement_id": session().scalars(select(Endorsement.id)).one()}


DOORS = [
    Door("handovers.index", "302 404 404 403 404 200 404 404 404", values=central, arrange=one),
    Door("handovers.edit", "302 403 404 200 404 200 404 404 404", values=its_id, arrange=one),
    Door(
        "handovers.hand_on",
        "401 403 404 422 404 422 404 404 404",
        "POST",
        values=its_id,
        arrange=one,
    ),
    Door("handover_lists.edit", "302 404 404 403 404 303 404 404 404", values=central, arrange=one),
    Door(
        "handover_lists.hand_on",
        "401 404 404 403 404 422 404 404 404",
        "POST",
        values=central,
        arrange=one,
    ),
    Door("delegates.index", "302 200 403 200 200 403 403 403 200"),
    Door("delegates.create", "401 422 403 422 422 403 403 403 422", "POST"),
    Door(
        "delegates.end",
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
