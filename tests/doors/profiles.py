from tests.doors.door import Door
from tests.factories.world import World


def ana(world: World) -> dict[str, object]:
    return {"person_id": world.people["ana"]}


def ana_communication(world: World) -> dict[str, object]:
    return {**ana(world), "domain": "communication"}


def communication(world: World) -> dict[str, object]:
    return {"domain": "communication"}


DOORS = [
    Door("profiles.own", "302 200 200 200 200 200 200 200 200"),
    Door("profiles.explain_own", "302 200 200 200 404 404 404 404 404", values=communication),
    Door("profiles.own_csv", "302 200 200 200 404 404 404 404 404"),
    Door("profiles.own_pdf", "302 200 200 200 404 404 404 404 404"),
    Door("profiles.own_json", "302 200 200 200 404 404 404 404 404"),
    Door("profiles.ready", "401 422 422 422 403 403 403 403 403", "POST"),
    Door("profiles.show", "302 200 404 200 404 200 404 404 404", values=ana),
    Door("profiles.show_pdf", "302 200 404 200 404 200 404 404 404", values=ana),
    Door("profiles.explain", "302 200 404 200 404 200 404 404 404", values=ana_communication),
]
