"""What somebody sees of their own account."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import aliased

from tracker.accounts.account.rules import MERGE_LASTS
from tracker.db import session
from tracker.models import (
    AccountMerge,
    AddressChange,
    Deputy,
    Evidence,
    Library,
    Look,
    Membership,
    NoticeChoice,
    Person,
    Rating,
    RecoveryCode,
    SignIn,
    Team,
    UseStatement,
    UseStatementReading,
)
from tracker.models.reviews.reviews import away_until
from tracker.policy.permissions import GRACE, Actor
from tracker.queries.access import openings as openings_queries
from tracker.rules.core.links import CONFIRM_LASTS
from tracker.rules.core.notices import USUAL_CHOICE, MailChoice
from tracker.rules.core.tokens import idle_limit
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Glance:
    """Somebody looked at one's record on a day. `role`: what made it theirs to see, "supervisor",
    "coordinator" or "deputy"; empty where nothing that is on record does, as in a review while the
    record was closed to them."""

    reader: str
    kind: str
    looked_on: dt.date
    role: str


GLANCES_MAX = 200


def account(actor: Actor, now: dt.datetime) -> Row[Person, str, str | None, Any, Any]:
    """Whose it is, their library, the address that they asked for and have not confirmed yet, the
    last day of being away, and when their recovery code was made. One query."""
    asked_address = (
        select(AddressChange.new_email)
        .where(
            AddressChange.person_id == actor.person_id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.ended_at.is_(None),
            AddressChange.asked_at > now - CONFIRM_LASTS,
        )
        .limit(1)
    )
    code = select(RecoveryCode.made_at).where(RecoveryCode.person_id == actor.person_id)
    # One row: what is there at most once of a person, such as a code, is a column of its own.
    query = (
        select(
            Person,
            Library.name.label("library"),
            asked_address.scalar_subquery().label("asked_address"),
            away_until(actor.person_id, actor.today(now)).label("away_until"),
            code.scalar_subquery().label("code_made_at"),
        )
        .join(Library, Library.id == Person.library_id)
        .where(Person.id == actor.person_id)
    )
    return session().execute(query).one()


def sign_ins(actor: Actor, now: dt.datetime, idle: dt.timedelta) -> list[SignIn]:
    """Those in use, the last used first. One query."""
    rows = session().execute(
        select(SignIn, Library.idle_minutes)
        .join(Person, Person.id == SignIn.person_id)
        .join(Library, Library.id == Person.library_id)
        .where(
            SignIn.person_id == actor.person_id,
            SignIn.ended_at.is_(None),
            SignIn.ends_at > now,
            SignIn.seen_at > now - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [
        sign_in
        for sign_in, minutes in rows
        if sign_in.seen_at > now - idle_limit(idle, minutes, on_shared_desk=sign_in.on_shared_desk)
    ]


def glances(actor: Actor) -> list[Glance]:
    """The newest. Four queries."""
    query = (
        select(Person.id, Person.name, Look.kind, Look.looked_on)
        .join(Person, Person.id == Look.reader_id)
        .where(Look.owner_id == actor.person_id, Look.reader_id != actor.person_id)
        .order_by(Look.looked_on.desc(), Look.id.desc())
        .limit(GLANCES_MAX)
    )
    rows = session().execute(query).all()
    readers = {row.id for row in rows}
    deputies = session().scalars(select(Deputy).where(Deputy.deputy_id.in_(readers))).all()
    stays = _stays({actor.person_id, *readers, *(deputy.supervisor_id for deputy in deputies)})
    closed = openings_queries.closed_days(actor.person_id, readers, actor.time_zone)

    def role(reader_id: int, day: dt.date) -> str:
        if openings_queries.open_from(closed.get(reader_id, ()), day) != day:
            return ""
        named_by = {
            deputy.supervisor_id
            for deputy in deputies
            if deputy.deputy_id == reader_id and deputy.starts_on <= day <= deputy.ends_on
        }
        if own := _role(stays, {reader_id}, actor, day):
            return own
        return "deputy" if _role(stays, named_by, actor, day) == Role.SUPERVISOR else ""

    return [Glance(row.name, row.kind, row.looked_on, role(row.id, row.looked_on)) for row in rows]


def _stays(people: Collection[int]) -> Sequence[Row[Membership, str]]:
    """Their memberships, each with the path of its team."""
    query = select(Membership, Team.path).join(Team, Team.id == Membership.team_id)
    return session().execute(query.where(Membership.person_id.in_(people))).all()


def _covers(stay: Membership, day: dt.date, grace: dt.timedelta = dt.timedelta()) -> bool:
    return stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on + grace)


def _role(
    stays: Sequence[Row[Membership, str]], readers: Collection[int], owner: Actor, day: dt.date
) -> str:
    """What one of them was to the owner on that day: a supervisor of the owner's own team, else a
    coordinator of that team or of one above it, else a supervisor of a team above, who reviews
    where nobody else can."""
    learns = [
        (stay.team_id, path)
        for stay, path in stays
        if stay.person_id == owner.person_id
        and stay.role is Role.LEARNER
        and _covers(stay, day, GRACE)
    ]
    of_readers = [row for row in stays if row[0].person_id in readers and _covers(row[0], day)]

    def leads(role: Role, *, very_team: bool) -> bool:
        return any(
            stay.role is role
            and (stay.team_id == team_id if very_team else own_path.startswith(path))
            for stay, path in of_readers
            for team_id, own_path in learns
        )

    if leads(Role.SUPERVISOR, very_team=True):
        return Role.SUPERVISOR
    if leads(Role.COORDINATOR, very_team=False):
        return Role.COORDINATOR
    return Role.SUPERVISOR if leads(Role.SUPERVISOR, very_team=False) else ""


def reading(actor: Actor) -> Row[int, str, dt.datetime, bool] | None:
    """The use statement that they read last, and whether no newer one was published since. One
    query."""
    newest = (
        select(UseStatement.version)
        .where(UseStatement.library_id == actor.library_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            UseStatement.version,
            UseStatement.text,
            UseStatementReading.read_at,
            (UseStatement.version == newest).label("is_newest"),
        )
        .join(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
        .where(UseStatementReading.person_id == actor.person_id)
        .order_by(UseStatement.version.desc())
        .limit(1)
    )
    return session().execute(query).one_or_none()


def mail_choice(actor: Actor) -> MailChoice:
    """One query."""
    choice = session().get(NoticeChoice, actor.person_id)
    return USUAL_CHOICE if choice is None else choice.mail


def merge_of(person_id: int, now: dt.datetime) -> Row[*tuple[Any, ...]] | None:
    """The newest merge that waits of this account, with the addresses of the one that stays and the
    one that ends. One query."""
    kept, earlier = aliased(Person), aliased(Person)
    query = (
        select(
            AccountMerge.id,
            AccountMerge.earlier_id,
            AccountMerge.asked_at,
            kept.email.label("kept"),
            earlier.email.label("earlier"),
        )
        .join(kept, kept.id == AccountMerge.kept_id)
        .join(earlier, earlier.id == AccountMerge.earlier_id)
        .where(
            or_(AccountMerge.kept_id == person_id, AccountMerge.earlier_id == person_id),
            AccountMerge.outcome.is_(None),
            AccountMerge.asked_at > now - MERGE_LASTS,
        )
        .order_by(AccountMerge.id.desc())
        .limit(1)
    )
    return session().execute(query).one_or_none()


def has_record(person_id: int) -> bool:
    """Whether they rated, or added evidence; for their owner alone."""
    rated = exists().where(Rating.person_id == person_id)
    added = exists().where(Evidence.person_id == person_id)
    return bool(session().scalar(select(or_(rated, added))))
