from dataclasses import replace

from sqlalchemy import func, select

from tests.doors.door import Door
from tests.factories.world import World
from tracker.db import session
from tracker.frameworks.corrections.actions import suggest_correction
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.versions.queries import file_of
from tracker.models import Correction, Framework, FrameworkDraft


def suggest(world: World) -> None:
    """From somebody of City Library."""
    here = world.libraries["city"]
    words = "A word is wrong."
    suggest_correction(world.framework_id, "", words, "", "", world.now, library_id=here)


def suggested(world: World) -> dict[str, object]:
    return {"correction_id": session().scalars(select(Correction.id)).one()}


def small(world: World) -> dict[str, object]:
    return {"slug": "small"}


def a_draft(world: World) -> None:
    """Of the small framework: one statement says something else."""
    file = replace(file_of(world.framework_id), version="2")
    strand = file.strands[0]
    domain = strand.domains[0]
    first = replace(domain.statements[0], text="does something else")
    changed = replace(domain, statements=(first, *domain.statements[1:]))
    rest = replace(strand, domains=(changed, *strand.domains[1:])), *file.strands[1:]
    import_framework(replace(file, strands=rest), world.now)


def a_draft_with_a_new_domain(world: World) -> None:
    """Of the small framework: its first domain has another key."""
    file = replace(file_of(world.framework_id), version="2")
    strand = file.strands[0]
    renamed = replace(strand.domains[0], key="renamed")
    rest = replace(strand, domains=(renamed, *strand.domains[1:])), *file.strands[1:]
    import_framework(replace(file, strands=rest), world.now)


def its_draft(world: World) -> dict[str, object]:
    return {"draft_id": session().scalars(select(FrameworkDraft.id)).one()}


def its_version(world: World) -> dict[str, object]:
    """The newest."""
    return {"version_id": session().scalar(select(func.max(Framework.id)))}


def published_draft(world: World) -> None:
    a_draft(world)
    drafts_actions.publish(None, int(str(its_draft(world)["draft_id"])), world.now)


DOORS = [
    Door("frameworks.index", "200 200 200 200 200 200 200 200 200"),
    Door("frameworks.show", "200 200 200 200 200 200 200 200 200", values=small),
    Door("frameworks.correct", "422 422 422 422 422 422 422 422 422", "POST", values=small),
    Door("frameworks.file", "200 200 200 200 200 200 200 200 200", values=small),
    Door("frameworks.statements_csv", "302 200 200 200 200 200 200 200 200", values=small),
    Door(
        "frameworks.changes",
        "200 200 200 200 200 200 200 200 200",
        values=small,
        arrange=published_draft,
    ),
    Door("framework_drafts.index", "302 403 403 403 403 403 403 403 403"),
    *(
        Door(f"framework_drafts.{name}", "401 403 403 403 403 403 403 403 403", "POST")
        for name in ("upload", "start")
    ),
    *(
        Door(name, "302 404 404 404 404 404 404 404 404", values=its_draft, arrange=a_draft)
        for name in (
            "framework_drafts.show",
            "framework_drafts.confirm",
            "framework_draft_files.file",
            "framework_draft_files.changes_csv",
            "framework_draft_files.changes_json",
        )
    ),
    Door(
        "framework_previews.show",
        "302 404 404 404 404 404 404 404 404",
        values=its_draft,
        arrange=a_draft,
    ),
    *(
        Door(
            f"framework_drafts.{name}",
            "401 404 404 404 404 404 404 404 404",
            "POST",
            values=its_draft,
            arrange=a_draft,
        )
        for name in ("decide", "match", "place", "publish", "discard")
    ),
    Door("framework_versions.show", "302 404 404 404 404 404 404 404 404", values=its_version),
    *(
        Door(
            f"framework_versions.{name}",
            "401 404 404 404 404 404 404 404 404",
            "POST",
            values=its_version,
        )
        for name in ("hide", "hide_all", "show_again", "withdraw")
    ),
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
