"""What a move to another version leaves, tells, and keeps: rows, notices, rounds, targets, and what
is saved meanwhile."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.administration.version_moves.moved import MINUTE, faults
from tests.factories.answers import ReviewerAnswer
from tests.factories.frameworks import leave_out
from tests.factories.ratings import rate
from tests.factories.sides import YES, actor, answer_all, item_ids, send
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.reviews.endorsements.test_views_exceptions import agreed
from tracker.administration.exclusions import queries as exclusions_queries
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.administration.version_moves.queries import past_moves
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session, transaction
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Notice,
    Person,
    PersonVersion,
    Rating,
    Round,
    RoundFramework,
    RoundSnapshot,
    Seal,
)
from tracker.models.record.versions import is_current
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.standings import queries as standings_queries
from tracker.record.standings.queries import StandingScope, counted
from tracker.record.standings.rules import ids
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.errors import Conflict, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed", "app_context")


def test_it_is_one_event_and_a_sealed_row_and_a_notice_for_each(world: World) -> None:
    version = next_version(world)
    seals = select(func.count()).where(Seal.chain > 0)
    before = session().scalar(seals) or 0
    session().rollback()
    carried(world, version)
    session().rollback()
    (detail,) = session().scalars(
        select(AuditEventDetail)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind == "people_moved")
    )
    assert {name: detail.facts[name] for name in ("before", "after", "people")} == {
        "before": "1",
        "after": "2",
        "people": 4,
    }
    assert (session().scalar(seals) or 0) - before == 4
    told = session().execute(
        select(Person.name, Notice.people)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.version_id.is_not(None))
    )
    assert Counter(map(tuple, told)) == Counter(
        [
            *((name, None) for name in ("Ana", "Ben", "Lea", "Sue")),
            ("Ana", 1),
            ("Sue", 2),
            ("Hugo", 1),
        ]
    ), "Ana supervises Sue, Sue Ana and Ben, and Hugo Lea"
    assert faults() == []


def excepted(world: World, framework_id: int) -> list[int]:
    """The statements that agreed exceptions of Ana's leave out."""
    place = StandingScope(framework_id, world.libraries["city"])
    (found,) = counted([world.people["ana"]], place, AFTER.date()).values()
    return ids(found.excepted)


@pytest.mark.in_ci
def test_what_both_agreed_on_and_what_is_not_rated_here_are_read_there(world: World) -> None:
    agreed(world)
    statement = world.statements["communication"][4]
    out = world.statements["technical"][0]
    leave_out(world, out, "Not here.")
    version = next_version(world, reworded={out: False})

    def read(framework_id: int) -> tuple[list[int], set[int]]:
        session().rollback()
        found = excepted(world, framework_id)
        none = exclusions_queries.left_out(actor(world, "adam", AFTER), framework_id)
        return found, {each.statement_id for each in none}

    carried(world, version)
    became = version.became
    assert read(version.framework_id) == ([became[statement][0]], {became[out][0]})
    carried(world, version, AFTER + MINUTE, back=True)
    assert read(world.framework_id) == ([statement], {out})
    assert faults() == []


def test_what_is_proposed_before_is_agreed_on_after(world: World) -> None:
    """Also at a review of the version before that ends late."""
    early = world.statements["communication"][0]
    review_id = send(world, YES)
    answer_all(world, review_id, ReviewerAnswer.NOT_YET)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    (item_id,) = item_ids(review_id)
    proposed = endorsements_actions.propose_exception(
        actor(world, "ana"), item_id, "Not at my desk.", world.now
    )
    version = next_version(world)
    carried(world, version)
    endorsements_actions.confirm_exception(actor(world, "sue", AFTER), item_id, proposed, AFTER)
    assert differences_actions.end_late(AFTER) == 1
    session().rollback()
    assert excepted(world, version.framework_id) == [version.became[early][0]]
    assert faults() == []


def test_rounds_to_come_are_for_the_version_of_newcomers(world: World) -> None:
    with transaction() as tx:
        spring = Round(
            library_id=world.libraries["city"],
            name="Spring 2027",
            starts_on=dt.date(2027, 3, 1),
            ends_on=dt.date(2027, 4, 1),
        )
        tx.add(spring)
        tx.flush()
        tx.add(RoundFramework(round_id=spring.id, framework_id=world.framework_id))
        round_id = spring.id
    version = next_version(world)

    def pins(of: int) -> list[int]:
        session().rollback()
        found = select(RoundFramework.framework_id).where(RoundFramework.round_id == of)
        return list(session().scalars(found))

    carried(world, version)
    assert pins(round_id) == [version.framework_id]
    assert pins(world.rounds["city"]) == [world.framework_id], "what is over stays"
    carried(world, version, AFTER + 2 * MINUTE, back=True)
    assert pins(round_id) == [world.framework_id]
    with transaction() as tx:
        tx.add(RoundFramework(round_id=round_id, framework_id=version.framework_id))
    carried(world, version, AFTER + 3 * MINUTE)
    assert pins(round_id) == [version.framework_id], "also where it was for both"


def test_a_round_that_is_over_is_kept_before_anybody_moves(world: World) -> None:
    rate(world, "ana", world.statements["technical"][0], YES)
    carried(world, next_version(world))
    session().rollback()
    (kept,) = session().scalars(
        select(RoundSnapshot).where(RoundSnapshot.round_id == world.rounds["city"])
    )
    assert list(kept.facts["frameworks"]) == [str(world.framework_id)]


def test_targets_are_those_of_the_job_in_the_domains_that_the_version_has(world: World) -> None:
    version = next_version(world)
    carried(world, version)
    session().rollback()
    found = sheet_queries_learners.learner(world.people["ana"], AFTER.date())
    assert found is not None
    (job,) = found.role_profile_ids
    basis = standings_queries.basis(StandingScope(found.framework_id, found.library_id), {job})
    assert basis.targets == {job: dict.fromkeys(version.domains.values(), 2)}


def test_a_move_and_what_is_saved_meanwhile_follow_one_another(app: Flask, world: World) -> None:
    """Each of them many times, and another move the other way: nothing of it is lost, nobody is in
    two places, and every chain of seals holds."""
    version = next_version(world)
    statements = world.statements["technical"][:8]
    ana, adam = actor(world, "ana", AFTER), actor(world, "adam", AFTER)
    library_id = world.libraries["city"]

    def moved(number: int) -> str:
        with app.app_context():
            to = version.before_id if number % 2 else version.framework_id
            try:
                version_moves_actions.move(adam, library_id, to, AFTER + number * MINUTE)
            except Conflict as refused:
                return refused.code
            return "moved"

    def saved(number: int) -> str:
        """On the page of the first version, or, where they are on the second by then, on its."""
        for page in (statements[number], version.became[statements[number]][0]):
            with app.app_context():
                try:
                    ratings_actions.rate(ana, page, YES, 0, AFTER)
                except (Conflict, Missing):
                    continue
                return "saved"
        return "on the move"

    with ThreadPoolExecutor(4) as pool:
        acts = [pool.submit(act, number) for number in range(8) for act in (moved, saved)]
        said = [act.result() for act in acts]
    assert set(said) <= {"moved", "move_done", "saved", "on the move"}
    session().rollback()
    kept = session().scalar(select(func.count(Rating.id))) or 0
    assert kept == said.count("saved") > 0
    people = [world.people[name] for name in ("ana", "ben", "sue", "lea")]
    places = session().execute(
        select(PersonVersion.framework_id, func.count(PersonVersion.person_id.distinct()))
        .where(is_current(), PersonVersion.person_id.in_(people))
        .group_by(PersonVersion.framework_id)
    )
    assert [count for _framework, count in places] == [4], "all of them in one place"
    assert said.count("moved") == len(past_moves(world.libraries["city"]))
    assert faults() == []
