from tests.doors.door import Door
from tests.factories.world import World
from tracker.queries.frameworks.corrections import open_corrections
from tracker.services.corrections import suggest_correction


def suggest(world: World) -> None:
    suggest_correction(world.framework_id, "", "A word is wrong.", "", "", world.now)


def suggested(world: World) -> dict[str, object]:
    (row,) = open_corrections()
    return {"correction_id": row.id}


DOORS = [
    Door("corrections.index", "302 403 403 403 403 403 403 200 403"),
    Door("corrections.close", "401 403 403 403 403 403 403 422 403", "POST", values=suggested, arrange=suggest,
         data={"outcome": "x" * 4001}),
]  # fmt: skip
