"""What an address or a job names by its id, and that no test deletes such a row where its id could
be given again: SQLite gives the highest id of a table once more after its row is gone, unless the
table says NEVER_AGAIN (models/columns)."""

import re
import traceback
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Table, event

PROGRAM = re.compile(r"/tracker/(?:services/|records/|\w+/\w+/(?:actions|records))")
NAMED: dict[str, tuple[str, ...]] = {
    "correction_id": ("corrections",),
    "deputy_id": ("deputies",),
    "draft_id": ("drafts", "framework_drafts"),
    "endorsement_id": ("endorsements",),
    "evidence_id": ("evidence",),
    "exception_id": ("level_exceptions",),
    "item_id": ("review_items",),
    "job_id": ("jobs",),
    "link_id": ("invitations",),
    "mail_id": ("outbox_mails",),
    "membership_id": ("memberships",),
    "not_rated_id": ("not_rated_here",),
    "opening_id": ("record_openings",),
    "person_id": ("people",),
    "review_id": ("reviews",),
    "role_profile_id": ("role_profiles",),
    "roster_id": ("roster_imports",),
    "round_id": ("rounds",),
    "sign_in_id": ("sign_ins",),
    "statement_id": ("statements",),
    "step_id": ("training_actions",),
    "team_id": ("teams",),
    "version_id": ("evidence_versions",),
}
"""By the name of the id in an address, or in a form that is sent to one."""
BESIDE = ("notices",)
"""A form says up to which of them its reader has read."""
TABLES = frozenset(table for tables in (*NAMED.values(), BESIDE) for table in tables)

breaches: list[str] = []
"""Of the test that runs, in words."""


def gives_ids_once(table: Table) -> bool:
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def _before_execute(_connection: Connection, statement: Any, *_rest: Any) -> None:
    table = statement.table if isinstance(statement, Delete) else None
    if not isinstance(table, Table) or table.name not in TABLES or gives_ids_once(table):
        return
    frames = [f"{each.filename}:{each.lineno}" for each in traceback.extract_stack()]
    if ours := [frame for frame in frames if PROGRAM.search(frame)]:
        breaches.append(f"rows of {table} are deleted in {' > '.join(ours)}")


def listen() -> None:
    event.listen(Engine, "before_execute", _before_execute)
