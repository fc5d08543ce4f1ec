from tests.doors.door import Door
from tests.factories.world import World


def central(world: World) -> dict[str, object]:
    return {"team_id": world.teams["central"]}


def technical(world: World) -> dict[str, object]:
    return {**central(world), "domain": "technical"}


def about(world: World) -> dict[str, object]:
    return {**central(world), "table": "about"}


DOORS = [
    Door("teams.index", "302 200 200 200 200 200 200 200 200"),
    Door("teams.show", "302 404 404 200 404 200 404 404 404", values=central),
    Door("teams.gaps", "302 404 404 200 404 200 404 404 404", values=central),
    Door("teams.people_csv", "302 404 404 200 404 200 404 404 404", values=central),
    Door("teams.make_people_file", "401 404 404 303 404 303 404 404 404", "POST", values=central),
    Door("team_rounds.show", "302 404 404 403 404 200 404 404 404", values=central),
    Door("team_rounds.export", "302 404 404 403 404 200 404 404 404", values=central),
    Door("team_rounds.preview", "302 404 404 403 404 303 404 404 404", values=central),
    Door("team_rounds.remind", "401 404 404 403 404 422 404 404 404", "POST", values=central),
    Door("gap_drill.show", "302 404 404 200 404 200 404 404 404", values=technical),
    Door("gap_drill.people_csv", "302 404 404 200 404 200 404 404 404", values=technical),
    Door("gap_files.csv", "302 404 404 200 404 200 404 404 404", values=about),
    Door("gap_files.xlsx", "302 404 404 200 404 200 404 404 404", values=central),
    Door("gap_files.pdf", "302 404 404 200 404 200 404 404 404", values=central),
]
