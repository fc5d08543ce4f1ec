"""The tree of teams. `path` holds the ids from the root down and moves with the whole subtree."""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.accounts.readers import records as readers_records
from tracker.db import transaction
from tracker.models import Membership, Team
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.texts import clean_line
from tracker.teams.rounds import records as teams_rounds_records

DEPTH_MAX = 12


def add(actor: Actor, parent_id: int, name: str, now: dt.datetime) -> int:
    """A sub-team; returns its id. Raises Invalid: parent_unknown, teams_too_deep, team_name_taken,
    line_*."""
    name = clean_line(name)
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        parent = _parent(tx, library.id, parent_id)
        _check_name(tx, parent.id, name)
        team = Team(library_id=library.id, parent_id=parent.id, name=name, path="")
        tx.add(team)
        tx.flush()
        team.path = f"{parent.path}{team.id}/"
        _check_depth(tx, team)
        _note(tx, "team_added", actor, team, now)
        return team.id


def edit(
    actor: Actor,
    team_id: int,
    *,
    name: str,
    parent_id: int | None,
    open_reviews: bool,
    now: dt.datetime,
) -> None:
    """Rename, move, and choose open or blind reviews. The root keeps the library's name and stays
    where it is.

    Raises Invalid: parent_unknown, parent_below (a team cannot stand under itself), teams_too_deep,
    team_name_taken, line_*.
    """
    name = clean_line(name)
    with transaction() as tx:
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        team = administration_records.locked(tx, actor, Team, team_id)
        if team.parent_id is not None:
            is_moved = parent_id not in (None, team.parent_id)
            parent = _parent(tx, team.library_id, parent_id) if is_moved else None
            _check_name(tx, parent.id if parent is not None else team.parent_id, name, but=team.id)
            if parent is not None:
                with readers_records.watched(tx, actor, now):
                    _move(tx, team, parent)
                _note(tx, "team_moved", actor, team, now)
            if name != team.name:
                team.name = name
                _note(tx, "team_renamed", actor, team, now)
        if open_reviews != team.open_reviews:
            team.open_reviews = open_reviews
            kind = "team_reviews_opened" if open_reviews else "team_reviews_blinded"
            _note(tx, kind, actor, team, now)


def close(actor: Actor, team_id: int, now: dt.datetime) -> int:
    """No longer used from now on: memberships that stand end today. Returns how many did.

    Raises Conflict: root_stays, team_has_teams, team_has_joiners (memberships that begin later).
    """
    today = actor.today(now)
    with transaction() as tx:
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        team = administration_records.locked(tx, actor, Team, team_id)
        if team.parent_id is None:
            raise Conflict("root_stays")
        if team.closed_on is not None:
            return 0
        below = Team.parent_id == team.id, Team.closed_on.is_(None)
        if tx.scalar(select(Team.id).where(*below).limit(1)):
            raise Conflict("team_has_teams")
        here = Membership.team_id == team.id
        if tx.scalar(select(Membership.id).where(here, Membership.starts_on > today).limit(1)):
            raise Conflict("team_has_joiners")
        stands = or_(Membership.ends_on.is_(None), Membership.ends_on > today)
        ended = tx.scalars(select(Membership).where(here, stands)).all()
        team.closed_on = today
        for membership in ended:
            membership.ends_on = today
            person_id, role = membership.person_id, membership.role
            _note(tx, "membership_ended", actor, team, now, person_id, role=role)
        _note(tx, "team_closed", actor, team, now, members=len(ended))
        return len(ended)


def reopen(actor: Actor, team_id: int, now: dt.datetime) -> None:
    """Its memberships stay ended. Raises Conflict("parent_closed")."""
    with transaction() as tx:
        team = administration_records.locked(tx, actor, Team, team_id)
        if tx.scalar(select(Team.id).where(Team.id == team.parent_id, Team.closed_on.is_not(None))):
            raise Conflict("parent_closed")
        if team.closed_on is not None:
            team.closed_on = None
            _note(tx, "team_reopened", actor, team, now)


def _parent(tx: Session, library_id: int, parent_id: int | None) -> Team:
    is_open = Team.library_id == library_id, Team.closed_on.is_(None)
    parent = tx.scalar(select(Team).where(Team.id == parent_id, *is_open))
    if parent is None:
        raise Invalid("parent_unknown", "parent_id")
    return parent


def _move(tx: Session, team: Team, parent: Team) -> None:
    """Under the library's lock, so that two moves cannot make a circle together."""
    if parent.path.startswith(team.path):
        raise Invalid("parent_below", "parent_id")
    old = team.path
    new = f"{parent.path}{team.id}/"
    below = Team.library_id == team.library_id, Team.path.startswith(old, autoescape=True)
    for moved in tx.scalars(held(select(Team).where(*below))).all():
        moved.path = new + moved.path.removeprefix(old)
        _check_depth(tx, moved)
    team.parent_id = parent.id


def _check_depth(tx: Session, team: Team) -> None:
    if team.path.count("/") - 1 > DEPTH_MAX:
        raise Invalid("teams_too_deep", "parent_id", deepest=DEPTH_MAX)


def _check_name(tx: Session, parent_id: int, name: str, but: int = 0) -> None:
    others = Team.parent_id == parent_id, Team.id != but
    if tx.scalar(select(Team.id).where(*others, Team.name == name)) is not None:
        raise Invalid("team_name_taken", "name")


def _note(
    tx: Session,
    kind: str,
    actor: Actor,
    team: Team,
    now: dt.datetime,
    person_id: int | None = None,
    **facts: audit_records.Fact,
) -> None:
    audit_records.note_by(tx, kind, actor, now, person_id, team_id=team.id, team=team.name, **facts)
