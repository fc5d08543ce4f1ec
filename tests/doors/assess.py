from tests.doors.door import Door
from tests.factories.world import World


def communication(world: World) -> dict[str, object]:
    return {"framework": "small", "strand": "durable", "domain": "communication"}


def statement(world: World) -> dict[str, object]:
    return {"statement_id": world.statements["communication"][0]}


DOORS = [
    Door("assess.resume", "302 302 302 302 403 403 403 403 403"),
    Door("assess.show", "302 200 200 200 403 403 403 403 403", values=communication),
    Door("assess.five", "302 200 200 200 403 403 403 403 403"),
    Door("assess.save", "401 422 422 422 403 403 403 403 403", "POST", values=statement),
    Door("statements.show", "302 200 200 200 403 403 403 403 403", values=statement),
]
