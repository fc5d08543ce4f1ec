"""Records as policy sees them: what is asked about, and whose it is. None where there is no such
record."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select

from tracker.db import ask_made, session
from tracker.models import (
    Correction,
    Deputy,
    Draft,
    Endorsement,
    Evidence,
    Framework,
    FrameworkDraft,
    Invitation,
    Job,
    Membership,
    NotRatedHere,
    OutboxMail,
    Person,
    RecordOpening,
    RoleProfile,
    RosterImport,
    Round,
    SignIn,
    Team,
)
from tracker.policy.permissions import Place, Subject, current_on, in_reach_on
from tracker.rules.roles import Role


def person(person_id: int, today: dt.date) -> Subject | None:
    """Somebody, with the teams in which they learn or lately did."""
    library_id = session().scalar(
        select(Person.library_id).where(Person.id == person_id, Person.removed_at.is_(None))
    )
    if library_id is None:
        return None
    return Subject(
        id=person_id,
        library_id=library_id,
        owner_id=person_id,
        places=places(Membership.person_id == person_id, in_reach_on(Membership, today)),
    )


def evidence(evidence_id: int, today: dt.date) -> Subject | None:
    return _owned(evidence_id, select(Evidence.person_id).where(Evidence.id == evidence_id))


def draft(draft_id: int, today: dt.date) -> Subject | None:
    return _owned(draft_id, select(Draft.person_id).where(Draft.id == draft_id))


def job(job_id: int, today: dt.date) -> Subject | None:
    return _owned(job_id, select(Job.person_id).where(Job.id == job_id))


def membership(membership_id: int, today: dt.date) -> Subject | None:
    return _owned(membership_id, select(Membership.person_id).where(Membership.id == membership_id))


def sign_in(sign_in_id: int, today: dt.date) -> Subject | None:
    return _owned(sign_in_id, select(SignIn.person_id).where(SignIn.id == sign_in_id))


def given_link(link_id: int, today: dt.date) -> Subject | None:
    """With the teams in which its owner learns today."""
    link = _owned(link_id, select(Invitation.person_id).where(Invitation.id == link_id))
    if link is None or link.owner_id is None:
        return None
    own = Membership.person_id == link.owner_id
    return replace(link, places=places(own, current_on(Membership, today)))


def deputy(deputy_id: int, today: dt.date) -> Subject | None:
    """That somebody stands in for somebody: a record of the one who named them."""
    return _owned(deputy_id, select(Deputy.supervisor_id).where(Deputy.id == deputy_id))


def endorsement(endorsement_id: int, today: dt.date) -> Subject | None:
    """What stands or stood for somebody's statement: a record of theirs."""
    return _owned(
        endorsement_id, select(Endorsement.person_id).where(Endorsement.id == endorsement_id)
    )


def outbox_mail(mail_id: int, today: dt.date) -> Subject | None:
    return _owned(mail_id, select(OutboxMail.person_id).where(OutboxMail.id == mail_id))


def correction(correction_id: int, today: dt.date) -> Subject | None:
    rows = session().execute(
        select(Correction.id, Correction.library_id).where(Correction.id == correction_id)
    )
    return next((Subject(id=row.id, library_id=row.library_id) for row in rows), None)


def framework_draft(draft_id: int, today: dt.date) -> Subject | None:
    return _installed(draft_id, select(FrameworkDraft.id).where(FrameworkDraft.id == draft_id))


def framework_version(version_id: int, today: dt.date) -> Subject | None:
    """One that is published."""
    return _installed(version_id, select(Framework.id).where(Framework.id == version_id))


def record_opening(opening_id: int, today: dt.date) -> Subject | None:
    """When somebody's record opens to a reader: a fact of the one whose record it is."""
    return _owned(opening_id, select(RecordOpening.person_id).where(RecordOpening.id == opening_id))


def team(team_id: int, today: dt.date) -> Subject | None:
    row = ask_made(_TEAM, {"team": team_id}).one_or_none()
    if row is None:
        return None
    return Subject(id=team_id, library_id=row.library_id, places=(Place(team_id, row.path),))


_TEAM = select(Team.library_id, Team.path).where(Team.id == bindparam("team", type_=Integer))


def _installed(record_id: int, of: Select[int]) -> Subject | None:
    """A record of no library but of the installation."""
    is_known = session().scalar(of) is not None
    return Subject(id=record_id, library_id=None) if is_known else None


def _owned(record_id: int, owner: Select[int] | Select[int | None]) -> Subject | None:
    """A record of one person. `owner` selects their id."""
    of_owner = owner.subquery()
    row = (
        session()
        .execute(
            select(Person.id.label("owner_id"), Person.library_id).join(
                of_owner, of_owner.c[0] == Person.id
            )
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else Subject(id=record_id, **row)


def places(*which: ColumnElement[bool]) -> tuple[Place, ...]:
    """The teams of these memberships of learners."""
    rows = session().execute(
        select(Team.id, Team.path)
        .distinct()
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.role == Role.LEARNER, *which)
        .order_by(Team.path)
    )
    return tuple(Place(team_id, path) for team_id, path in rows)


def role_profile(role_profile_id: int, today: dt.date) -> Subject | None:
    return _of_library(
        role_profile_id, select(RoleProfile.library_id).where(RoleProfile.id == role_profile_id)
    )


def round_(round_id: int, today: dt.date) -> Subject | None:
    return _of_library(round_id, select(Round.library_id).where(Round.id == round_id))


def roster(roster_id: int, today: dt.date) -> Subject | None:
    return _of_library(
        roster_id, select(RosterImport.library_id).where(RosterImport.id == roster_id)
    )


def not_rated(not_rated_id: int, today: dt.date) -> Subject | None:
    return _of_library(
        not_rated_id, select(NotRatedHere.library_id).where(NotRatedHere.id == not_rated_id)
    )


def _of_library(record_id: int, query: Select[int]) -> Subject | None:
    """A record that belongs to a library and to nobody in it."""
    library_id = session().scalar(query)
    return None if library_id is None else Subject(id=record_id, library_id=library_id)
