"""A library, its settings, and its first administrator; and operators, who look after the
installation as a whole. These are made by command alone: whoever runs it has the server. They say
who edits frameworks, which all libraries share."""

import datetime as dt
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.links import records as links_records
from tracker.accounts.readers import records as readers_records
from tracker.accounts.sign_in import records as sign_in_records
from tracker.db import transaction
from tracker.frameworks.exclusions import records as frameworks_exclusions_records
from tracker.models import Library, Person, Team
from tracker.policy.permissions import Actor
from tracker.record.workflow.rules import clean_months
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.calendar import clean_time_zone
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.regions import Paper, Region
from tracker.rules.texts import clean_email, clean_name
from tracker.teams.rounds import records as teams_rounds_records

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
            links_records.invite(tx, home, [person], actor.person_id, now)
            return person.id, None
        return person.id, links_records.write(tx, person.id, now)


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
    home = Library(**asdict(wanted), created_at=now)
    tx.add(home)
    tx.flush()
    root = Team(library_id=home.id, name=wanted.name, path="")
    tx.add(root)
    tx.flush()
    root.path = f"/{root.id}/"
    frameworks_exclusions_records.leave_out_undecided(tx, Library.id == home.id, now)
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
    actor_id = by.person_id if by else None
    audit_records.note_person(tx, "administrator_created", person, actor_id, now)
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
    hr_email: str | None = None,
) -> None:
    """Change the library's settings. Its root team carries its name. The audit keeps what each was
    before and is now.

    Raises Invalid: library_name_taken, time_zone_unknown, days_out_of_range (1 to DAYS_MAX),
    months_out_of_range, email_not_valid, line_*.
    """
    contact = (hr_email or "").strip()
    wanted = {
        "name": clean_name(name),
        "time_zone": clean_time_zone(time_zone),
        "region": Region(region),
        "paper": Paper(paper),
        "review_days": _days(review_days, "review_days"),
        "differences_days": _days(differences_days, "differences_days"),
        "endorsement_months": clean_months(endorsement_months, "endorsement_months"),
        "names_to_coordinators": names_to_coordinators,
        "hr_email": clean_email(contact, "hr_email") if contact else None,
    }
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        teams_rounds_records.keep_due(tx, library.id, now)
        others = Library.name == wanted["name"], Library.id != library.id
        if tx.scalar(select(Library.id).where(*others)):
            raise Invalid("library_name_taken", "name")
        before = {key: getattr(library, key) for key in wanted}
        shows_names = names_to_coordinators and not library.names_to_coordinators
        if library.names_to_coordinators and not names_to_coordinators:
            library.names_hidden_at = now
        with readers_records.watched(tx, actor, now) if shows_names else nullcontext():
            for key, value in wanted.items():
                setattr(library, key, value)
        is_root = Team.library_id == library.id, Team.parent_id.is_(None)
        tx.scalars(select(Team).where(*is_root)).one().name = library.name
        changed = [
            f"{key}: {before[key]} -> {value}"
            for key, value in wanted.items()
            if before[key] != value
        ]
        if changed:
            audit_records.note_by(tx, "library_edited", actor, now, changed=", ".join(changed))


def _days(days: int, field: str) -> int:
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("days_out_of_range", field, longest=DAYS_MAX)
    return days


def note_access_review(actor: Actor, now: dt.datetime) -> None:
    """The list of who can see whose record was checked: the audit keeps by whom, and when."""
    with transaction() as tx:
        audit_records.note_by(tx, "access_reviewed", actor, now)


def set_operator(email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. A second time changes nothing.

    Raises Missing for an address that is nobody's, Conflict("person_is_disabled") for an account
    that cannot sign in.
    """
    with transaction() as tx:
        person = _person(tx, email)
        if person is None:
            raise Missing
        kind = "operator_made" if wanted else "operator_unmade"
        _set(tx, None, person, "operator", wanted, kind, now)
        return person.name


def set_framework_editor(actor: Actor | None, email: str, wanted: bool, now: dt.datetime) -> str:
    """Returns their name. By command (no actor) for anybody, else for people of the operator's own
    library: others are not theirs to know.

    Raises Invalid("editor_unknown") for an address that is nobody's,
    Conflict("person_is_disabled") for an account that cannot sign in.
    """
    with transaction() as tx:
        person = _person(tx, email)
        if person is None or (actor is not None and actor.library_id != person.library_id):
            raise Invalid("editor_unknown", "email")
        kind = "framework_editor_made" if wanted else "framework_editor_unmade"
        _set(tx, actor, person, "framework_editor", wanted, kind, now)
        return person.name


def _person(tx: Session, email: str) -> Person | None:
    return tx.scalar(held(select(Person).where(Person.email == email.strip().casefold())))


def _set(
    tx: Session,
    actor: Actor | None,
    person: Person,
    right: Literal["operator", "framework_editor"],
    wanted: bool,
    kind: str,
    now: dt.datetime,
) -> None:
    """What they may do is another thing from here on, and the trail says so by that `kind`.
    Raises Conflict("person_is_disabled")."""
    if wanted and person.disabled_at is not None:
        raise Conflict("person_is_disabled")
    if getattr(person, right) == wanted:
        return
    setattr(person, right, wanted)
    sign_in_records.renew_all(tx, person.id)
    of, by = person.library_id, None if actor is None else actor.person_id
    audit_records.note(tx, kind, now, library_id=of, actor_id=by, subject_id=person.id)
