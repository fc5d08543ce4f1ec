"""Rosters that were uploaded, and the people, teams and job profiles that they are compared
with."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Select, String, cast, func, or_, select, union_all

from tracker.administration.accounts import queries as accounts_queries
from tracker.administration.role_profiles import queries as role_profiles_queries
from tracker.administration.role_profiles.queries import FrameworkChoice
from tracker.administration.roster.rules import (
    JOB,
    KnownMembership,
    KnownPerson,
    KnownProfile,
    KnownTeam,
    PlannedRow,
    RosterGround,
    RosterState,
    RosterVerdict,
)
from tracker.db import session
from tracker.models import (
    AddressChange,
    Job,
    Membership,
    Person,
    RoleProfile,
    RosterImport,
    RosterMemory,
    RosterRow,
    Team,
)
from tracker.models.joins import can_be_taken_back
from tracker.models.record.versions import is_given_out
from tracker.policy.permissions import Actor, people_of
from tracker.rules.core import jobs as jobs_rules
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.errors import Missing
from tracker.rules.pagination import PAGE, TablePage, nearest_page, pages_of

AT_ONCE = 500
"""Addresses in one query."""


class RosterAtWork(NamedTuple):
    """One that the worker brings in, now or soon, and who asked for it."""

    id: int
    file_name: str
    person_id: int
    by: str


def roster(roster_id: int) -> RosterImport:
    """The door has asked whose it is. Raises Missing("roster_gone")."""
    staged = session().get(RosterImport, roster_id)
    if staged is None:
        raise Missing("roster_gone")
    return staged


def recent(actor: Actor) -> list[tuple[RosterImport, str]]:
    """The library's with who uploaded each, the newest first, without those that were replaced."""
    query = (
        select(RosterImport, Person.name)
        .join(Person, Person.id == RosterImport.person_id)
        .where(
            RosterImport.library_id == actor.library_id, RosterImport.state != RosterState.REPLACED
        )
        .order_by(RosterImport.uploaded_at.desc(), RosterImport.id.desc())
    )
    return [(staged, name) for staged, name in session().execute(query)]


def at_work(now: dt.datetime, library_id: int | None = None) -> list[RosterAtWork]:
    """Of the library, or of all. One query."""
    query = (
        select(Job.arguments, Person.id, Person.name)
        .join(Person, Person.id == Job.person_id)
        .where(
            Job.kind == JOB,
            Job.state.in_(jobs_rules.OPEN),
            Job.asked_at > now - jobs_rules.KEPT_FOR,
        )
    )
    if library_id is not None:
        query = query.where(Job.library_id == library_id)
    return [
        RosterAtWork(int(arguments["record_id"]), arguments["about"], person_id, name)
        for arguments, person_id, name in session().execute(query)
    ]


def cells(roster_id: int) -> list[tuple[int, list[str]]]:
    """Every row with its number, in order."""
    query = select(RosterRow.number, RosterRow.cells).where(RosterRow.import_id == roster_id)
    return [
        (number, cells) for number, cells in session().execute(query.order_by(RosterRow.number))
    ]


def counts(roster_id: int) -> dict[RosterVerdict, int]:
    counted = session().execute(
        select(RosterRow.verdict, func.count())
        .where(RosterRow.import_id == roster_id)
        .group_by(RosterRow.verdict)
    )
    return dict.fromkeys(RosterVerdict, 0) | dict(counted.all())


def rows(roster_id: int, verdicts: Collection[RosterVerdict], page: int) -> TablePage[RosterRow]:
    """Those of the verdicts, by number. Two queries."""
    query = _rows(roster_id, verdicts)
    count = session().scalar(select(func.count()).select_from(query.subquery())) or 0
    shown = nearest_page(page, count)
    on_page = session().scalars(query.offset((shown - 1) * PAGE).limit(PAGE)).all()
    return TablePage(on_page, count, shown, pages_of(count))


def all_rows(roster_id: int, verdict: RosterVerdict) -> Sequence[RosterRow]:
    """All of them, by number."""
    return session().scalars(_rows(roster_id, [verdict])).all()


def rows_with(roster_id: int, code: str) -> Sequence[RosterRow]:
    """Those of whose changes one has that code, by number."""
    says = cast(RosterRow.changes, String).contains(f'"{code}"')
    mine = select(RosterRow).where(RosterRow.import_id == roster_id, says)
    return session().scalars(mine.order_by(RosterRow.number)).all()


def labels_offered(actor: Actor, today: dt.date) -> FrameworkChoice | None:
    """Where the library has no job profile yet: the framework whose role labels may become some."""
    if role_profiles_queries.choices(actor):
        return None
    frameworks = role_profiles_queries.frameworks(actor, today)
    return next((one for one in frameworks if one.role_labels and not one.is_hidden), None)


def namesakes(roster: RosterImport) -> dict[str, list[tuple[str, str]]]:
    """Names by which supervisors are given and several people are called: by each the addresses or
    staff IDs of these, with the job and the team of each."""
    names = {
        problem["value"]: list[tuple[str, str]]()
        for row in all_rows(roster.id, RosterVerdict.TO_FIX)
        for problem in row.problems
        if problem["code"] == "roster_supervisor_twice"
    }
    if not names:
        return names
    in_file = select(RosterRow).where(RosterRow.import_id == roster.id, RosterRow.title.in_(names))
    for row in session().scalars(in_file.order_by(RosterRow.number)):
        said = [
            row.cells[roster.columns[column]] if column in roster.columns else ""
            for column in ("staff_id", "email", "job", "team")
        ]
        key = said[0] or said[1]
        if key and key not in dict(names[row.title]):
            names[row.title].append((key, ", ".join(filter(None, [key, *said[2:]]))))
    here = (
        select(Person.name, Person.email, Membership.job, Team.name)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(people_of(roster.library_id), Person.name.in_(names))
        .order_by(Person.id, Membership.id)
    )
    for name, email, job, team in session().execute(here):
        if email not in dict(names[name]):
            names[name].append((email, ", ".join(filter(None, [email, job, team]))))
    return names


def _rows(roster_id: int, verdicts: Collection[RosterVerdict]) -> Select[RosterRow]:
    mine = RosterRow.import_id == roster_id, RosterRow.verdict.in_(verdicts)
    return select(RosterRow).where(*mine).order_by(RosterRow.number)


def waiting(actor: Actor) -> RosterImport | None:
    """The newest of the actor's that is not brought in."""
    mine = RosterImport.person_id == actor.person_id, RosterImport.state == RosterState.CHECKED
    return session().scalar(
        select(RosterImport).where(*mine).order_by(RosterImport.id.desc()).limit(1)
    )


def memory(library_id: int) -> RosterMemory | None:
    """What headings and values meant last time."""
    return session().scalar(select(RosterMemory).where(RosterMemory.library_id == library_id))


def called_by(library_id: int) -> dict[str, str]:
    """By plain words of a heading what the library said that it is; and of the file *To fix*."""
    of_library = memory(library_id)
    return {"what is wrong": ""} | (of_library.called if of_library else {})


def is_known(actor: Actor, headings: Sequence[str]) -> bool:
    """Whether the library said before what each of these headings is."""
    called = called_by(actor.library_id)
    return all(plain(heading) in called for heading in headings if heading)


def not_in_file(roster_id: int, actor: Actor) -> dict[Person, list[str]]:
    """Who belongs to a team now or later, without a last day there, and is in no row but those that
    are left out, by name, with the names of these teams. The actor is never among them."""
    in_rows = select(RosterRow.person_id).where(
        RosterRow.import_id == roster_id,
        RosterRow.person_id.is_not(None),
        RosterRow.verdict != RosterVerdict.LEFT_OUT,
    )
    places: dict[Person, list[str]] = defaultdict(list)
    for person, team in session().execute(
        select(Person, Team.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            people_of(actor.library_id),
            Person.id != actor.person_id,
            Person.id.not_in(in_rows),
            Membership.ends_on.is_(None),
        )
        .order_by(Person.name, Person.id, Team.name)
    ):
        places[person].append(team)
    return places


def teams(actor: Actor) -> tuple[KnownTeam, ...]:
    """Of the library, by id."""
    rows = session().execute(
        select(Team.id, Team.parent_id, Team.name, Team.path, Team.closed_on)
        .where(Team.library_id == actor.library_id)
        .order_by(Team.id)
    )
    return tuple(KnownTeam(**row) for row in rows.mappings())


def ground(actor: Actor, today: dt.date, rows: Sequence[PlannedRow]) -> RosterGround:
    """Everybody of the library with all memberships, its teams and job profiles. Four queries,
    and one for each AT_ONCE addresses."""
    memberships: dict[int, list[KnownMembership]] = defaultdict(list)
    of_terms = [getattr(Membership, name) for name in MembershipTerms.__slots__]
    for person_id, *known, framework in session().execute(
        select(Membership.person_id, Membership.id, *of_terms, func.coalesce(RoleProfile.slug, ""))
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(Team.library_id == actor.library_id)
        .order_by(Membership.id)
    ):
        terms = MembershipTerms(*known[1:])
        memberships[person_id].append(KnownMembership(known[0], framework, terms))
    people = session().execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            func.coalesce(Person.staff_id, ""),
            Person.disabled_at.is_not(None),
            Person.password_hash.is_not(None),
        )
        .where(people_of(actor.library_id), Person.id.not_in(accounts_queries.earlier()))
        .order_by(Person.id)
    )
    profiles = session().execute(
        select(RoleProfile.id, RoleProfile.name, RoleProfile.slug, ~is_given_out())
        .where(RoleProfile.library_id == actor.library_id)
        .order_by(RoleProfile.id)
    )
    return RosterGround(
        actor_id=actor.person_id,
        today=today,
        people=tuple(KnownPerson(*row, tuple(memberships[row[0]])) for row in people),
        teams=teams(actor),
        profiles=tuple(KnownProfile(*row) for row in profiles),
        elsewhere=_elsewhere(actor, sorted({row.email for row in rows if row.email}), today),
    )


def _elsewhere(actor: Actor, emails: Sequence[str], today: dt.date) -> frozenset[str]:
    """Those that nobody can have here: of another library's people, of accounts that go on in
    another one, and those that somebody can restore."""
    midnight = dt.datetime.combine(today, dt.time(), dt.UTC)
    taken: set[str] = set()
    for begins in range(0, len(emails), AT_ONCE):
        some = emails[begins : begins + AT_ONCE]
        of_people = select(Person.email).where(
            Person.email.in_(some),
            or_(Person.library_id != actor.library_id, Person.id.in_(accounts_queries.earlier())),
        )
        kept = select(AddressChange.former_email).where(
            AddressChange.former_email.in_(some), can_be_taken_back(midnight)
        )
        taken.update(session().scalars(union_all(of_people, kept)))
    return frozenset(taken)
