from tests.doors.door import Door
from tests.factories.world import World


def small(world: World) -> dict[str, object]:
    return {"slug": "small"}


DOORS = [
    Door("frameworks.index", "200 200 200 200 200 200 200 200 200"),
    Door("frameworks.show", "200 200 200 200 200 200 200 200 200", values=small),
    Door("frameworks.correct", "422 422 422 422 422 422 422 422 422", "POST", values=small),
]
