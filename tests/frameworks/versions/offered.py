"""Versions that are offered, hidden, or drafted, and what can be chosen then."""

from tests.factories.actors import acting
from tests.factories.versions import AFTER
from tests.factories.world import World
from tests.frameworks.next_files import ADDED
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.version_moves import queries as version_moves_queries
from tracker.db import session
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.versions import actions as frameworks_versions_actions
from tracker.frameworks.versions.rules import VersionStatus

Listed = dict[str, list[dict[str, object]]]
SHOWN_AGAIN, HIDDEN, WITHDRAWN = VersionStatus


def set_to(status: VersionStatus, *framework_ids: int) -> int:
    done = frameworks_versions_actions.set_status(None, framework_ids, status, AFTER)
    session().rollback()
    return done


def ways(world: World) -> list[tuple[str, str]]:
    """From which version the library of the city can move to which."""
    frameworks = version_moves_queries.frameworks(world.libraries["city"], AFTER.date())
    return [(move.before.version, move.to.version) for of in frameworks for move in of.moves]


def draft_of(slug_file: object) -> int:
    draft_id = import_framework(slug_file, AFTER).draft_id  # type: ignore[arg-type]
    assert draft_id is not None
    return draft_id


def choices(world: World) -> list[int]:
    return [
        framework.id
        for framework in role_profiles_queries.frameworks(acting(world, "adam"), AFTER.date())
    ]


def new_statement(**more: object) -> dict[str, object]:
    said = {"code": "T-4-41", "rank": 4, "title": "New", "text": "is new."}
    return {"uuid": ADDED.format(8), **said, **more}


def reworded(listed: Listed) -> None:
    listed["technical"][0]["text"] = "does something else."
    listed["technical"].append(new_statement())
