from flask import current_app
from sqlalchemy import select

from tests.doors.door import Door
from tests.factories.evidence import PDF, piece, sent
from tests.factories.world import World
from tracker.db import session
from tracker.evidence.files.rules import Upload
from tracker.models import Evidence, ReviewItemEvidence

LEARNERS = "{0} {1} {1} {1} 403 403 403 403 403"
OWNER = "{0} {1} 404 404 404 404 404 404 404"
"""Sue learns in another team than she supervises; nobody but the owner reads what was not sent."""


def of_ana(world: World) -> None:
    made = piece(world, folder=current_app.config["DATA_DIR"], upload=Upload("plan.pdf", PDF))
    sent(world, made)


def its_id(world: World) -> dict[str, object]:
    return {"evidence_id": session().scalars(select(Evidence.id)).one()}


def its_item(world: World) -> dict[str, object]:
    row = session().scalars(select(ReviewItemEvidence)).one()
    return {"item_id": row.item_id, "version_id": row.version_id}


def own(endpoint: str, status: int, method: str = "GET") -> Door:
    expect = OWNER.format(302 if method == "GET" else 401, status)
    return Door(endpoint, expect, method, values=its_id, arrange=of_ana)


DOORS = [
    Door("evidence.index", "302 200 200 200 200 200 200 200 200"),
    Door("evidence.jot", LEARNERS.format(401, 422), "POST"),
    Door("evidence.new", LEARNERS.format(302, 200)),
    Door("evidence.create", LEARNERS.format(401, 422), "POST"),
    Door("evidence.link", LEARNERS.format(401, 422), "POST"),
    own("evidence.show", 200),
    own("evidence.edit", 200),
    own("evidence.update", 422, "POST"),
    own("evidence.archive", 303, "POST"),
    own("evidence.bring_back", 303, "POST"),
    own("evidence.choose", 200),
    own("evidence.choose_now", 422, "POST"),
    own("evidence.unlink", 422, "POST"),
    own("evidence.file", 200),
    own("erasures.confirm", 200),
    own("erasures.erase", 422, "POST"),
    Door(
        "evidence.reviewed_file",
        "302 200 404 200 404 404 404 404 404",
        values=its_item,
        arrange=of_ana,
    ),
]
