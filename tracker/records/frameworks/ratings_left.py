"""Nobody gets a job profile of another version than the one that holds their ratings: their page
would be empty. They are carried there, or back, instead."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tracker.models import CarriedPerson, Carrying, Framework, Rating, RoleProfile, Statement
from tracker.models.joins import is_carried
from tracker.rules.errors import Invalid


def refuse(tx: Session, person_id: int, role_profile_id: int) -> None:
    """Raises Invalid("ratings_in_other_version") with both versions."""
    found = elsewhere(tx, [(person_id, role_profile_id)])
    for rated, wanted in found.values():
        raise Invalid("ratings_in_other_version", "role_profile_id", rated=rated, wanted=wanted)


def elsewhere(
    tx: Session, wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Of people with the job profiles that they are to get: whose ratings are in another version of
    the framework, the newest that they rated in, from which they are not carried; with that version
    and the one of the job profile. Two queries for all."""
    pairs = set(wanted)
    of_profile = aliased(Framework)
    rows = tx.execute(
        select(
            RoleProfile.id,
            of_profile.id.label("wanted_id"),
            of_profile.version.label("wanted"),
            Framework.id.label("rated_id"),
            Framework.version.label("rated"),
            Rating.person_id,
        )
        .join(of_profile, of_profile.id == RoleProfile.framework_id)
        .join(Framework, Framework.slug == of_profile.slug)
        .join(Statement, Statement.framework_id == Framework.id)
        .join(Rating, Rating.statement_id == Statement.id)
        .where(
            RoleProfile.id.in_({profile_id for _person, profile_id in pairs}),
            Rating.person_id.in_({person_id for person_id, _profile in pairs}),
            Rating.answer.is_not(None),
        )
        .distinct()
        .order_by(Framework.id)
    ).all()
    newest = {(row.person_id, row.id): row for row in rows if (row.person_id, row.id) in pairs}
    left = {pair: row for pair, row in newest.items() if row.rated_id != row.wanted_id}
    if not left:
        return {}
    carried = set(
        tx.execute(
            select(CarriedPerson.person_id, Carrying.from_id, Carrying.to_id)
            .join(Carrying, Carrying.id == CarriedPerson.carrying_id)
            .where(
                CarriedPerson.person_id.in_({person_id for person_id, _profile in left}),
                is_carried(),
            )
        ).all()
    )
    return {
        pair: (row.rated, row.wanted)
        for pair, row in left.items()
        if (row.person_id, row.rated_id, row.wanted_id) not in carried
    }
