"""Somebody moves, takes another job, or comes back: the days meet, and the record is as it was."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.factories.answers import EndorsedAnswer
from tests.factories.people import join
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.people import actions as people_actions
from tracker.db import session
from tracker.models import AuditEvent, AuditEventDetail, Membership, Person
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import ask
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.reviews.endorsements import queries as endorsements_queries
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("all_is_sealed")

DAY = dt.timedelta(days=1)


def jobs(person_id: int, on: dt.date) -> list[tuple[int, str]]:
    session().rollback()
    query = select(Membership.team_id, Membership.job).where(
        Membership.person_id == person_id, current_on(Membership, on)
    )
    found = sorted((team, job) for team, job in session().execute(query))
    session().rollback()
    return found


def reviewers(person_id: int, statement_id: int, today: dt.date) -> list[str]:
    learner = sheet_queries_learners.learner(person_id, today)
    assert learner is not None
    return [
        each.who
        for each in ask(endorsements_queries.history(learner, [statement_id], [statement_id]))
    ]


def learns(context: World, team: str, on: dt.date, job: str = "") -> MembershipTerms:
    return MembershipTerms(
        context.teams[team],
        Role.LEARNER,
        on,
        role_profile_id=context.role_profiles["city"],
        job=job,
    )


@pytest.mark.parametrize("team", ["harbour", "central"])
def test_no_day_is_between_two_jobs_and_none_is_in_both(
    context: World, adam: Actor, team: str
) -> None:
    """Central: another job in the same team."""
    ben, last = context.people["ben"], context.now.date() + 7 * DAY
    (old,) = session().scalars(select(Membership.id).where(Membership.person_id == ben))
    session().rollback()
    memberships_actions.move(
        adam, old, last, learns(context, team, last, "Specialist"), context.now
    )
    assert jobs(ben, last) == [(context.teams["central"], "Library Assistant")]
    assert jobs(ben, last + DAY) == [(context.teams[team], "Specialist")]
    with pytest.raises(Invalid, match="membership_overlaps"):
        memberships_actions.add(adam, ben, learns(context, team, last + DAY), context.now)
    began = context.now.date()
    with pytest.raises(Invalid, match="dates_not_in_order"):
        memberships_actions.move(
            adam, old, dt.date(2020, 1, 1), learns(context, team, began), context.now
        )


def test_who_comes_back_finds_the_record_as_it_was(context: World, adam: Actor) -> None:
    statement, today = context.statements["technical"][0], context.now.date()
    lou = join(context, "lou", "central", ends_on=today - 90 * DAY)
    endorse(context, "lou", "sue", statement, EndorsedAnswer.PARTLY)
    session().rollback()
    people_actions.disable(adam, lou, context.now)
    memberships_actions.add(adam, lou, learns(context, "harbour", today), context.now, is_back=True)
    row = session().get_one(Person, lou)
    assert row.disabled_at is None
    assert row.password_hash is not None
    assert reviewers(lou, statement, today) == ["Sue"]
    assert jobs(lou, today) == [(context.teams["harbour"], "")]
    assert jobs(lou, today - DAY) == [], "the time between stays empty"


def test_a_new_name_holds_everywhere_and_the_audit_knows_the_former(
    context: World, adam: Actor
) -> None:
    statement, sue = context.statements["technical"][0], context.people["sue"]
    endorse(context, "ana", "sue", statement, EndorsedAnswer.PARTLY)
    session().rollback()
    people_actions.edit(adam, sue, "Susan Park", "sue@example.org", context.now)
    ana = context.people["ana"]
    assert reviewers(ana, statement, context.now.date()) == ["S. Park"]
    facts = session().scalars(
        select(AuditEventDetail.facts)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind == "person_edited", AuditEvent.subject_id == sue)
    )
    assert [fact["former_name"] for fact in facts] == ["Sue"]
