"""A library, its settings, and its first administrator."""

import datetime as dt

from sqlalchemy import func, select

from tracker.db import transaction
from tracker.models import Library, Person, Team
from tracker.policy.permissions import Actor
from tracker.records import administration, audit, exclusions
from tracker.rules.calendar import clean_time_zone
from tracker.rules.errors import Invalid
from tracker.rules.reviews.endorsements import clean_months
from tracker.rules.texts import clean_email, clean_line

DAYS_MAX = 365


def create_administrator(
    library: str,
    name: str,
    email: str,
    password_hash: str,
    now: dt.datetime,
    time_zone: str = "UTC",
) -> Actor:
    """Make an administrator, and the library with its root team where there is none of that name.

    `time_zone` is for a new library; one that is there keeps its own. Raises Invalid:
    email_not_valid, email_taken, time_zone_unknown, line_empty, line_long, line_control.
    """
    library, name = clean_line(library, "library"), clean_line(name)
    address, time_zone = clean_email(email), clean_time_zone(time_zone)
    with transaction() as tx:
        if tx.scalar(select(func.count()).select_from(Person).where(Person.email == address)):
            raise Invalid("email_taken", "email", email=address)
        home = tx.scalar(select(Library).where(Library.name == library))
        if home is None:
            home = Library(name=library, time_zone=time_zone, created_at=now)
            tx.add(home)
            tx.flush()
            root = Team(library_id=home.id, name=library, path="")
            tx.add(root)
            tx.flush()
            root.path = f"/{root.id}/"
            exclusions.leave_out_undecided(tx, Library.id == home.id, now)
        person = Person(
            library_id=home.id,
            name=name,
            email=address,
            password_hash=password_hash,
            administrator=True,
            created_at=now,
        )
        tx.add(person)
        tx.flush()
        audit.note(
            tx,
            "administrator_created",
            now,
            library_id=home.id,
            actor_id=None,
            subject_id=person.id,
        )
        return Actor(
            person.id, home.id, name, address, administrator=True, time_zone=home.time_zone
        )


def edit(
    actor: Actor,
    *,
    name: str,
    time_zone: str,
    review_days: int,
    differences_days: int,
    endorsement_months: int | None,
    names_to_coordinators: bool,
    now: dt.datetime,
) -> None:
    """Change the library's settings. Its root team carries its name.

    Raises Invalid: library_name_taken, time_zone_unknown, days_out_of_range (1 to DAYS_MAX),
    months_out_of_range, line_*.
    """
    wanted = {
        "name": clean_line(name),
        "time_zone": clean_time_zone(time_zone),
        "review_days": _days(review_days, "review_days"),
        "differences_days": _days(differences_days, "differences_days"),
        "endorsement_months": clean_months(endorsement_months, "endorsement_months"),
        "names_to_coordinators": names_to_coordinators,
    }
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        if tx.scalar(
            select(Library.id).where(Library.name == wanted["name"], Library.id != library.id)
        ):
            raise Invalid("library_name_taken", "name")
        changed = [key for key, value in wanted.items() if getattr(library, key) != value]
        for key in changed:
            setattr(library, key, wanted[key])
        root = tx.scalars(
            select(Team).where(Team.library_id == library.id, Team.parent_id.is_(None))
        ).one()
        root.name = library.name
        if changed:
            audit.note(
                tx,
                "library_edited",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                changed=", ".join(changed),
            )


def _days(days: int, field: str) -> int:
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("days_out_of_range", field, longest=DAYS_MAX)
    return days
