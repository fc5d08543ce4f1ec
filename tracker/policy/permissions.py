"""Who may do what: one table of predicates that read as facts, pure in (actor, subject), and the
same as SQL scopes.

A permission that is not in the table is refused. Whether a move is possible *now* is another
question (record/workflow/rules).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, SQLColumnExpression, and_, bindparam, or_

from tracker.models.frameworks.frameworks import Correction
from tracker.models.people import Membership, Person, Team
from tracker.rules.calendar import day_in
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Permission, Role

GRACE = dt.timedelta(days=30)
"""How long supervisors and coordinators of a team still see somebody who moved away from it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A team somebody belongs to, and that team's path from the root ("/1/4/9/")."""

    team_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person as policy sees them. The three tuples hold current memberships only."""

    person_id: int
    library_id: int
    name: str = ""
    email: str = ""
    administrator: bool = False
    operator: bool = False
    framework_editor: bool = False
    learns_in: tuple[Place, ...] = ()
    supervises: tuple[Place, ...] = ()
    coordinates: tuple[Place, ...] = ()
    time_zone: str = "UTC"
    region: Region = Region.US
    paper: Paper = Paper.LETTER
    covers_screen: bool = False
    sign_in_id: int | None = None

    @property
    def reads_many(self) -> bool:
        """Whether they have pages of all people of a library, or of teams one below the other."""
        return bool(self.coordinates) or self.administrator or self.operator

    def today(self, now: dt.datetime) -> dt.date:
        """The day it is in the actor's library: memberships and rounds begin and end by it."""
        return day_in(self.time_zone, now)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a record, and whose it is.

    `library_id` is None where it belongs to no library but to the installation. `places` are the
    teams in which the owner learns now or did until at most GRACE ago; for a team, the team itself;
    for open work, the teams of those whom its owner reviews, and `deputies` stand in for the owner
    now. Of a review and its items: `review_id`, and `reviewer_may_go_on` (routing).
    """

    id: int
    library_id: int | None
    owner_id: int | None = None
    review_id: int | None = None
    reviewer_id: int | None = None
    reviewer_may_go_on: bool = False
    places: tuple[Place, ...] = ()
    deputies: frozenset[int] = frozenset()


Fact = Callable[[Actor, Subject], bool]


def anybody(actor: Actor, subject: Subject) -> bool:
    return True


def same_library(actor: Actor, subject: Subject) -> bool:
    return actor.library_id == subject.library_id


def owns(actor: Actor, subject: Subject) -> bool:
    return same_library(actor, subject) and subject.owner_id == actor.person_id


def is_not_own(actor: Actor, subject: Subject) -> bool:
    return subject.owner_id != actor.person_id


def learns(actor: Actor, subject: Subject) -> bool:
    return bool(actor.learns_in)


def supervises(actor: Actor, subject: Subject) -> bool:
    """In one of the very teams: whoever supervises a parent team doesn't supervise its teams."""
    mine = {place.team_id for place in actor.supervises}
    return same_library(actor, subject) and any(place.team_id in mine for place in subject.places)


def coordinates(actor: Actor, subject: Subject) -> bool:
    """In one of the teams or anywhere above it."""
    return same_library(actor, subject) and any(
        place.path.startswith(mine.path) for place in subject.places for mine in actor.coordinates
    )


def reviews(actor: Actor, subject: Subject) -> bool:
    """The review is with them, and they may still review its learner: what a supervisor who left
    has not revealed stays sealed, from them too."""
    return (
        same_library(actor, subject)
        and subject.reviewer_id == actor.person_id
        and is_not_own(actor, subject)
        and subject.reviewer_may_go_on
    )


def stands_in(actor: Actor, subject: Subject) -> bool:
    """A deputy of the one whose open work it is."""
    return same_library(actor, subject) and actor.person_id in subject.deputies


def leads_a_team(actor: Actor, subject: Subject) -> bool:
    return bool(actor.supervises)


def administers(actor: Actor, subject: Subject) -> bool:
    return actor.administrator and same_library(actor, subject)


def operates(actor: Actor, subject: Subject) -> bool:
    """Looks after the installation: what belongs to it, and no record of anybody."""
    return actor.operator and same_library(actor, subject)


def operates_what_is_nobodys(actor: Actor, subject: Subject) -> bool:
    return actor.operator and subject.library_id is None


def edits_frameworks(actor: Actor, subject: Subject) -> bool:
    """Whom an operator let make their versions, and operators: frameworks are no library's."""
    is_theirs = subject.library_id in (None, actor.library_id)
    return is_theirs and (actor.operator or actor.framework_editor)


@dataclass(frozen=True, slots=True)
class Together:
    """Facts of which one is enough (`holds` is `any`), or all are needed (`all`)."""

    holds: Callable[[Iterable[bool]], bool]
    facts: tuple[Fact, ...]

    def __call__(self, actor: Actor, subject: Subject) -> bool:
        return self.holds(fact(actor, subject) for fact in self.facts)


def any_of(*facts: Fact) -> Together:
    return Together(any, facts)


def all_of(*facts: Fact) -> Together:
    return Together(all, facts)


TABLE: dict[Permission, Fact] = {
    Permission.PUBLIC: anybody,
    Permission.SIGNED_IN: anybody,
    Permission.ACCOUNT_OWN: owns,
    Permission.LINK_CONFIRM: all_of(is_not_own, supervises),
    Permission.DRAFT_OWN: owns,
    Permission.JOB_OWN: owns,
    Permission.RATE: learns,
    Permission.EVIDENCE_OWN: owns,
    Permission.EVIDENCE_READ: any_of(owns, reviews),
    Permission.PROFILE_READ: any_of(owns, all_of(is_not_own, any_of(supervises, coordinates))),
    Permission.PROFILE_REVEALED: any_of(owns, all_of(is_not_own, supervises)),
    Permission.REVIEW_SEND: learns,
    Permission.REVIEW_READ: any_of(owns, reviews),
    Permission.REVIEW_LEARNER: owns,
    Permission.REVIEW_ANSWER: reviews,
    Permission.ENDORSEMENT_OWN: owns,
    Permission.OPEN_WORK: any_of(owns, stands_in, coordinates, administers),
    Permission.DEPUTY_NAME: leads_a_team,
    Permission.DEPUTY_OWN: owns,
    Permission.HANDOVER_READ: coordinates,
    Permission.ENDORSEMENT_REVOKE: reviews,
    Permission.TEAM_READ: any_of(supervises, coordinates),
    Permission.GAPS_READ: any_of(supervises, coordinates),
    Permission.ROUND_READ: coordinates,
    Permission.ROUND_REMIND: coordinates,
    Permission.OPENINGS_READ: any_of(administers, operates),
    Permission.CORRECTIONS_READ: any_of(administers, operates),
    Permission.CORRECTION_CLOSE: any_of(administers, operates_what_is_nobodys),
    Permission.FRAMEWORKS_EDIT: edits_frameworks,
    Permission.OPERATE: operates,
    Permission.ADMINISTER: administers,
    Permission.ADMINISTER_PERSON: administers,
    Permission.ADMINISTER_TEAM: administers,
    Permission.ADMINISTER_LIBRARY: administers,
}

KNOWN_BY: dict[Permission, Permission] = {
    Permission.REVIEW_ANSWER: Permission.REVIEW_READ,
    Permission.REVIEW_LEARNER: Permission.REVIEW_READ,
    Permission.EVIDENCE_OWN: Permission.EVIDENCE_READ,
    Permission.HANDOVER_READ: Permission.TEAM_READ,
    Permission.ROUND_READ: Permission.TEAM_READ,
    Permission.ROUND_REMIND: Permission.TEAM_READ,
    Permission.ENDORSEMENT_REVOKE: Permission.REVIEW_READ,
}
"""Who may read the record but not act on it is told so (403); who may not even read it is told
nothing (404)."""


def allows(actor: Actor, permission: Permission, subject: Subject) -> bool:
    """Default deny: a permission without a row is refused."""
    fact = TABLE.get(permission)
    return fact is not None and fact(actor, subject)


def library_of(actor: Actor) -> Subject:
    """The actor's own library as a subject, for permissions that ask about no single record."""
    return Subject(id=actor.library_id, library_id=actor.library_id)


def may_know(actor: Actor, permission: Permission, subject: Subject) -> bool:
    """Whether somebody who was refused `permission` may know that the record is there."""
    return permission in KNOWN_BY and allows(actor, KNOWN_BY[permission], subject)


def teams_readable(actor: Actor) -> ColumnElement[bool]:
    """TEAM_READ as SQL over `Team`."""
    library_id, supervised, *roots = reach(actor).values()
    return _in_reach(library_id, supervised, roots)


@cache
def teams_in_reach(roots: int) -> ColumnElement[bool]:
    """The same for a query that is made once and asked with the `reach` of an actor who coordinates
    so many teams."""
    paths: list[Any] = [bindparam(f"root{number}") for number in range(roots)]
    return _in_reach(bindparam("library"), bindparam("supervised", expanding=True), paths)


def reach(actor: Actor) -> dict[str, Any]:
    roots = {f"root{number}": place.path for number, place in enumerate(actor.coordinates)}
    supervised = [place.team_id for place in actor.supervises]
    return {"library": actor.library_id, "supervised": supervised, **roots}


def _in_reach(library_id: Any, supervised: Any, roots: Iterable[Any]) -> ColumnElement[bool]:
    below = [Team.path.startswith(root) for root in roots]
    return and_(Team.library_id == library_id, or_(Team.id.in_(supervised), *below))


def profiles_readable(actor: Actor, today: dt.date, *, named: bool) -> ColumnElement[bool]:
    """PROFILE_READ of others as SQL over `Person`, `Membership` and `Team`. `named`: whether the
    library shows coordinators profiles at all."""
    supervised = Team.id.in_([place.team_id for place in actor.supervises])
    return and_(
        people_of(actor.library_id),
        Person.id != actor.person_id,
        Membership.role == Role.LEARNER,
        in_reach_on(Membership, today),
        teams_readable(actor) if named else supervised,
    )


def corrections_closable(actor: Actor) -> ColumnElement[bool]:
    """CORRECTION_CLOSE as SQL over `Correction`."""
    reach = [Correction.library_id == actor.library_id] if actor.administrator else []
    reach += [Correction.library_id.is_(None)] if actor.operator else []
    return or_(False, *reach)


def people_of(library_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """Whose account was not deleted. Each list, search, count, and file of people asks by this."""
    return and_(Person.library_id == library_id, Person.removed_at.is_(None))


def in_reach_on(member: type[Membership], today: dt.date) -> ColumnElement[bool]:
    """A membership that has begun and has not been over for longer than GRACE."""
    return and_(
        member.starts_on <= today, or_(member.ends_on.is_(None), member.ends_on >= today - GRACE)
    )


def current_on(
    member: type[Membership], today: dt.date | BindParameter[dt.date]
) -> ColumnElement[bool]:
    """A membership that stands on that day; both its dates are inclusive."""
    return and_(member.starts_on <= today, or_(member.ends_on.is_(None), member.ends_on >= today))
