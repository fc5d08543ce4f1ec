"""Which published versions can be chosen: hiding them, showing them again, and withdrawing one."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from tracker.db import transaction
from tracker.frameworks.exclusions import records as frameworks_exclusions_records
from tracker.frameworks.versions import records as frameworks_versions_records
from tracker.frameworks.versions.queries import awaiting, skills_alone, version_use
from tracker.frameworks.versions.rules import BEFORE, VersionStatus
from tracker.models import Framework
from tracker.policy.permissions import Actor
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Missing


def set_status(
    actor: Actor | None, framework_ids: Collection[int], status: VersionStatus, now: dt.datetime
) -> int:
    """Offer, hide, or withdraw versions, for all libraries; those that were withdrawn stay so.
    Nobody is moved by it. Returns how many had another status.

    Raises Missing; Conflict: "version_withdrawn" where all of them were, "version_in_use" where one
    is to be withdrawn that is used or spoken of, "version_awaited" where one is to be hidden to
    which a library has planned a move.
    """
    with transaction() as tx:
        frameworks = tx.scalars(
            held(select(Framework).where(Framework.id.in_(framework_ids)))
        ).all()
        if not frameworks:
            raise Missing
        if {framework.status for framework in frameworks} == {VersionStatus.WITHDRAWN} != {status}:
            raise Conflict("version_withdrawn")
        changed = [framework for framework in frameworks if framework.status in BEFORE[status]]
        for framework in changed:
            if status is VersionStatus.WITHDRAWN:
                if any(version_use(framework.id)):
                    raise Conflict("version_in_use")
                frameworks_exclusions_records.forget_undecided(
                    tx, skills_alone(framework.id, sensitive=True)
                )
            if status is VersionStatus.HIDDEN:
                _not_awaited(framework)
            frameworks_versions_records.set_status(tx, framework, status, actor, now)
        return len(changed)


def _not_awaited(framework: Framework) -> None:
    """Raises Conflict if a library has planned a move to it: nobody would be moved then. Who plans
    a move locks the version as well."""
    move = awaiting([framework.id])
    if move is not None:
        raise Conflict("version_awaited", **move._mapping)
