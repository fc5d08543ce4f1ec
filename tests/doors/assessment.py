from tests.doors.door import Door
from tests.factories.world import World


def communication(world: World) -> dict[str, object]:
    return {"framework": "small", "strand": "durable", "domain": "communication"}


def statement(world: World) -> dict[str, object]:
    return {"statement_id": world.statements["communication"][0]}


GRID_POST = "401 303 303 303 403 403 403 403 403"

DOORS = [
    Door("assessment.resume", "302 302 302 302 403 403 403 403 403"),
    Door("assessment.show", "302 200 200 200 403 403 403 403 403", values=communication),
    Door("assessment.five", "302 200 200 200 403 403 403 403 403"),
    Door("assessment.later", "302 200 200 200 403 403 403 403 403"),
    Door("assessment_grid.show", "302 200 200 200 403 403 403 403 403", values=communication),
    Door("assessment_grid.save", GRID_POST, "POST", values=communication),
    Door("assessment_page.save", GRID_POST, "POST"),
    Door("assessment.save", "401 422 422 422 403 403 403 403 403", "POST", values=statement),
    Door("finish.show", "302 302 302 302 403 403 403 403 403"),
    Door("older_ratings.show", "302 302 302 302 403 403 403 403 403"),
    Door("older_ratings.keep", "401 303 303 303 403 403 403 403 403", "POST"),
    Door("older_ratings.undo", "401 422 422 422 403 403 403 403 403", "POST"),
    Door("statements.show", "302 200 200 200 403 403 403 403 403", values=statement),
    Door("rating_lists.new", "302 200 200 200 403 403 403 403 403"),
    Door("rating_lists.template", "302 200 200 200 403 403 403 403 403"),
    Door("rating_lists.check", "401 422 422 422 403 403 403 403 403", "POST"),
    Door("rating_lists.edit", "401 200 200 200 403 403 403 403 403", "POST"),
    Door("rating_lists.store", "401 422 422 422 403 403 403 403 403", "POST"),
]
