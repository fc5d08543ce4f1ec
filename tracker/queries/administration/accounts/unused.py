"""Whether an account was never used: only such a one can be deleted."""

from sqlalchemy import exists, or_, select

from tracker.db import Base, session
from tracker.models import Person

GOES = frozenset(
    {
        "address_changes.person_id",
        "deputies.deputy_id",
        "former_addresses.person_id",
        "invitations.person_id",
        "job_people.person_id",
        "memberships.person_id",
        "notices.about_id",
        "notices.person_id",
        "outbox_mails.person_id",
        "planned_moves.person_id",
        "record_openings.person_id",
        "record_openings.reader_id",
        "roster_rows.person_id",
        "standings.person_id",
    }
)
"""What others made with the account: deleted with it (records/accounts/removal)."""
STAYS = frozenset(
    {
        "audit_events.subject_id",
        "counted_outcomes.person_id",
        "figure_groups.person_id",
        "looks.owner_id",
        "person_versions.person_id",
        "seals.person_id",
        "snapshot_people.person_id",
    }
)
"""What is never deleted, and says nothing of a record: it goes on pointing at the nameless row, as
figures of a round that is kept do. What is sealed of a record speaks for itself."""


def is_unused(person_id: int) -> bool:
    """Whether they never set a password, and nothing is theirs or says what they did: whatever
    points at a person and is not named above speaks against it, in a table to come too. One
    query."""
    own = [
        exists().where(column == person_id)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "people.id" for key in column.foreign_keys)
        and f"{table.name}.{column.name}" not in GOES | STAYS
    ]
    never = select(Person.id).where(
        Person.id == person_id,
        Person.password_hash.is_(None),
        Person.removed_at.is_(None),
        ~or_(*own),
    )
    return session().scalar(never) is not None
