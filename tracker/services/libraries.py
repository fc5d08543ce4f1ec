"""A library and its first administrator."""

import datetime as dt

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select

from tracker.db import transaction
from tracker.models import Library, Person, Team
from tracker.policy import Actor
from tracker.records import audit
from tracker.rules.errors import Invalid


def clean_email(typed: str) -> str:
    """The address as stored: checked for form, casefolded. Raises Invalid("email_not_valid")."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise Invalid("email_not_valid", "email", reason=str(error)) from error


def create_administrator(
    library: str, name: str, email: str, password_hash: str, now: dt.datetime, time_zone: str = "UTC"
) -> Actor:
    """Make an administrator, and the library with its root team where there is none of that name.

    Raises Invalid("email_taken") when somebody has the address already.
    """
    address = clean_email(email)
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
        audit.note(tx, "administrator_created", now, library_id=home.id, actor_id=None, subject_id=person.id)
        return Actor(person.id, home.id, name, address, administrator=True, time_zone=home.time_zone)
