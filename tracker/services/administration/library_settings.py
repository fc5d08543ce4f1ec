"""A library, its settings, and its first administrator."""

import datetime as dt
from contextlib import nullcontext
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Library, Person, Team
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit, exclusions, readers
from tracker.records.accounts import invitations
from tracker.records.notifications import link_mails
from tracker.records.reviews import round_snapshots
from tracker.rules.calendar import clean_time_zone
from tracker.rules.errors import Invalid
from tracker.rules.regions import Paper, Region
from tracker.rules.reviews.endorsements import clean_months
from tracker.rules.texts import clean_email, clean_name

DAYS_MAX = 365


@dataclass(frozen=True, slots=True)
class NewLibrary:
    """What a library cannot do without."""

    name: str
    time_zone: str = "UTC"
    region: Region = Region.US
    paper: Paper = Paper.LETTER


def add(
    actor: Actor,
    library: NewLibrary,
    name: str,
    email: str,
    now: dt.datetime,
    *,
    by_mail: bool = False,
) -> tuple[int, str | None]:
    """Another library with its first administrator: returns their id, and the token of the one-time
    link with which they set their password, unless it goes `by_mail`.

    Raises Invalid: library_name_taken, email_not_valid, email_taken, time_zone_unknown, line_empty,
    line_long, line_control.
    """
    wanted = _clean(library)
    with transaction() as tx:
        if _named(tx, wanted.name) is not None:
            raise Invalid("library_name_taken", "name")
        home = _make(tx, wanted, now)
        person = _administrator(tx, home, name, email, now, by=actor)
        if by_mail:
            link_mails.invite(tx, home, [person], actor.person_id, now)
            return person.id, None
        return person.id, invitations.write(tx, person.id, now)


def create_administrator(
    library: NewLibrary, name: str, email: str, password_hash: str, now: dt.datetime
) -> Actor:
    """Make an administrator, and the library where there is none of that name; one that is there
    keeps its own time zone, region and paper.

    Whom nobody was here before is the operator too. Raises Invalid:
    email_not_valid, email_taken, time_zone_unknown, line_empty, line_long, line_control.
    """
    wanted = _clean(library)
    with transaction() as tx:
        is_first = tx.scalar(select(Person.id).limit(1)) is None
        home = _named(tx, wanted.name) or _make(tx, wanted, now)
        person = _administrator(tx, home, name, email, now)
        person.password_hash = password_hash
        person.operator = is_first
        tx.flush()
        return Actor(
            person.id,
            home.id,
            person.name,
            person.email,
            administrator=True,
            operator=is_first,
            time_zone=home.time_zone,
        )


def _clean(library: NewLibrary) -> NewLibrary:
    return replace(
        library,
        name=clean_name(library.name, "library"),
        time_zone=clean_time_zone(library.time_zone),
    )


def _named(tx: Session, name: str) -> Library | None:
    return tx.scalar(select(Library).where(Library.name == name))


def _make(tx: Session, wanted: NewLibrary, now: dt.datetime) -> Library:
    """With its root team. Statements on personal matters are left out until it decides."""
    home = Library(
        name=wanted.name,
        time_zone=wanted.time_zone,
        region=wanted.region,
        paper=wanted.paper,
        created_at=now,
    )
    tx.add(home)
    tx.flush()
    root = Team(library_id=home.id, name=wanted.name, path="")
    tx.add(root)
    tx.flush()
    root.path = f"/{root.id}/"
    exclusions.leave_out_undecided(tx, Library.id == home.id, now)
    return home


def _administrator(
    tx: Session, home: Library, name: str, email: str, now: dt.datetime, by: Actor | None = None
) -> Person:
    """Without a password yet."""
    address = clean_email(email)
    if tx.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise Invalid("email_taken", "email", email=address)
    person = Person(
        library_id=home.id, name=clean_name(name), email=address, administrator=True, created_at=now
    )
    tx.add(person)
    tx.flush()
    audit.note(
        tx,
        "administrator_created",
        now,
        library_id=home.id,
        actor_id=by.person_id if by else None,
        subject_id=person.id,
    )
    return person


def edit(
    actor: Actor,
    *,
    name: str,
    time_zone: str,
    region: Region,
    paper: Paper,
    review_days: int,
    differences_days: int,
    endorsement_months: int | None,
    names_to_coordinators: bool,
    now: dt.datetime,
    hr_name: str | None = None,
    hr_email: str | None = None,
) -> None:
    """Change the library's settings. Its root team carries its name. The audit keeps what each was
    before and is now.

    Raises Invalid: library_name_taken, time_zone_unknown, days_out_of_range (1 to DAYS_MAX),
    months_out_of_range, email_not_valid, hr_contact_in_part, line_*.
    """
    wanted = {
        "name": clean_name(name),
        "time_zone": clean_time_zone(time_zone),
        "region": region,
        "paper": paper,
        "review_days": _days(review_days, "review_days"),
        "differences_days": _days(differences_days, "differences_days"),
        "endorsement_months": clean_months(endorsement_months, "endorsement_months"),
        "names_to_coordinators": names_to_coordinators,
        **_hr_contact(hr_name, hr_email),
    }
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        if tx.scalar(
            select(Library.id).where(Library.name == wanted["name"], Library.id != library.id)
        ):
            raise Invalid("library_name_taken", "name")
        shows_names = names_to_coordinators and not library.names_to_coordinators
        hides_names = library.names_to_coordinators and not names_to_coordinators
        changed = []
        with readers.watched(tx, actor, now) if shows_names else nullcontext():
            for key, value in wanted.items():
                before = getattr(library, key)
                if before != value:
                    changed.append(f"{key}: {before} -> {value}")
                    setattr(library, key, value)
        root = tx.scalars(
            select(Team).where(Team.library_id == library.id, Team.parent_id.is_(None))
        ).one()
        root.name = library.name
        if hides_names:
            library.names_hidden_at = now
        if changed:
            audit.note(
                tx,
                "library_edited",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                changed=", ".join(changed),
            )


def _hr_contact(name: str | None, email: str | None) -> dict[str, str | None]:
    """Both or neither. Raises Invalid: hr_contact_in_part, email_not_valid, line_*."""
    name, email = (name or "").strip(), (email or "").strip()
    if not name and not email:
        return {"hr_name": None, "hr_email": None}
    for value, field in ((name, "hr_name"), (email, "hr_email")):
        if not value:
            raise Invalid("hr_contact_in_part", field)
    return {"hr_name": clean_name(name, "hr_name"), "hr_email": clean_email(email, "hr_email")}


def _days(days: int, field: str) -> int:
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("days_out_of_range", field, longest=DAYS_MAX)
    return days
