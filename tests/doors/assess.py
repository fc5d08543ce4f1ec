from tests.doors.door import Door
from tests.factories.world import World


def communication(world: World) -> dict[str, object]:
    return {"framework": "small", "strand": "durable", "domain": "communication"}


def statement(world: World) -> dict[str, object]:
    return {"statement_id": world.statements["communication"][0]}


GRID_POST = "401 303 303 303 403 403 403 403 403"

DOORS = [
    Door("assess.resume", "302 302 302 302 403 403 403 403 403"),
    Door("assess.show", "302 200 200 200 403 403 403 403 403", values=communication),
    Door("assess.five", "302 200 200 200 403 403 403 403 403"),
    Door("assess_grids.show", "302 200 200 200 403 403 403 403 403", values=communication),
    Door("assess_grids.save", GRID_POST, "POST", values=communication),
    Door("assess.save", "401 422 422 422 403 403 403 403 403", "POST", values=statement),
    Door("statements.show", "302 200 200 200 403 403 403 403 403", values=statement),
    Door("rating_lists.new", "302 200 200 200 403 403 403 403 403"),
    Door("rating_lists.template", "302 200 200 200 403 403 403 403 403"),
    Door("rating_lists.check", "401 422 422 422 403 403 403 403 403", "POST"),
    Door("rating_lists.edit", "401 200 200 200 403 403 403 403 403", "POST"),
    Door("rating_lists.store", "401 422 422 422 403 403 403 403 403", "POST"),
]
