from tests.doors.door import Door
from tests.factories.world import World
from tracker.queries.frameworks.corrections import open_corrections
from tracker.services.corrections import suggest_correction


def suggest(world: World) -> None:
    suggest_correction(world.framework_id, "", "A word is wrong.", "", "", world.now)


def suggested(world: World) -> dict[str, object]:
    (row,) = open_corrections()
    return {"correction_id": row.id}


def small(world: World) -> dict[str, object]:
    return {"slug": "small"}


DOORS = [
    Door("frameworks.index", "200 200 200 200 200 200 200 200 200"),
    Door("frameworks.show", "200 200 200 200 200 200 200 200 200", values=small),
    Door("frameworks.correct", "422 422 422 422 422 422 422 422 422", "POST", values=small),
    Door("corrections.index", "302 403 403 403 403 403 403 200 403"),
    Door(
        "corrections.close",
        "401 403 403 403 403 403 403 422 403",
        "POST",
        values=suggested,
        arrange=suggest,
        data={"outcome": "x" * 4001},
    ),
]
