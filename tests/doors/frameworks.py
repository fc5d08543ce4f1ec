from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.world import World
from tracker.db import session
from tracker.models import Correction
from tracker.services.frameworks.corrections import suggest_correction


def suggest(world: World) -> None:
    """From somebody of City Library."""
    here = world.libraries["city"]
    words = "A word is wrong."
    suggest_correction(world.framework_id, "", words, "", "", world.now, library_id=here)


def suggested(world: World) -> dict[str, object]:
    return {"correction_id": session().scalars(select(Correction.id)).one()}


def small(world: World) -> dict[str, object]:
    return {"slug": "small"}


DOORS = [
    Door("frameworks.index", "200 200 200 200 200 200 200 200 200"),
    Door("frameworks.show", "200 200 200 200 200 200 200 200 200", values=small),
    Door("frameworks.correct", "422 422 422 422 422 422 422 422 422", "POST", values=small),
    Door("corrections.index", "302 403 403 403 403 403 403 200 403"),
    Door(
        "corrections.close",
        "401 404 404 404 404 404 404 422 404",
        "POST",
        values=suggested,
        arrange=suggest,
        data={"outcome": "x" * 4001},
    ),
]
