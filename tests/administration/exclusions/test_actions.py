"""Sensitive statements: not rated before a library decides, and what it decided."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.versions import carried, next_version
from tests.factories.world import World
from tests.frameworks.files.test_shapes import shape
from tests.frameworks.next_files import edited, seed
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.administration.exclusions import (
    actions as exclusions_actions,
    queries as exclusions_queries,
)
from tracker.administration.library.actions import NewLibrary, create_administrator
from tracker.administration.library.queries import setup_progress
from tracker.db import db, session, transaction
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.rules import UNDECIDED, Decision
from tracker.models import AuditEvent, AuditEventDetail, NotRatedHere, SensitiveDecision, Statement
from tracker.models.record.words import skill_of
from tracker.policy.permissions import Actor
from tracker.rules.errors import Invalid

pytestmark = pytest.mark.usefixtures("all_is_sealed")

REASONS = {Decision.LEAVE_OUT: "Personal.", Decision.ASK_HR: "HR is asked."}


def delicate() -> FrameworkFile:
    """A file whose first statement is sensitive."""
    file = shape("no-levels")
    strand = file.strands[0]
    domain = strand.domains[0]
    first = replace(domain.statements[0], sensitive=True)
    domain = replace(domain, statements=(first, *domain.statements[1:]))
    strand = replace(strand, domains=(domain, *strand.domains[1:]))
    return replace(file, strands=(strand, *file.strands[1:]))


def not_rated() -> list[tuple[int, str]]:
    """(library, reason) of what is left out."""
    rows = select(NotRatedHere.library_id, NotRatedHere.reason).order_by(NotRatedHere.library_id)
    return [(row.library_id, row.reason) for row in session().execute(rows)]


@pytest.fixture
def statement(context: World) -> int:
    first_version(delicate(), NOW)
    return db.session.scalars(select(Statement.id).where(Statement.sensitive)).one()


def test_a_new_framework_waits_in_every_library(context: World, statement: int) -> None:
    city, other = context.libraries["city"], context.libraries["other"]
    assert not_rated() == [(city, UNDECIDED), (other, UNDECIDED)]
    assert session().scalars(select(NotRatedHere.set_by_id)).all() == [None, None]


def test_a_new_library_has_everything_to_decide(context: World, statement: int) -> None:
    hill = create_administrator(NewLibrary("Hill"), "Hal", "hal@example.org", "x", NOW)
    assert not_rated()[-1] == (hill.library_id, UNDECIDED)
    create_administrator(NewLibrary("Hill"), "Hanna", "hanna@example.org", "x", NOW)
    assert len(not_rated()) == 3, "a second administrator is no second library"


@pytest.mark.parametrize("decision", Decision)
def test_a_decision_is_stored_and_noted(
    context: World, adam: Actor, statement: int, decision: Decision
) -> None:
    assert setup_progress(adam, NOW.date()).undecided == 1
    assert exclusions_actions.decide(adam, {statement: decision}, REASONS, NOW) == 1
    assert setup_progress(adam, NOW.date()).undecided == 0
    (row,) = exclusions_queries.sensitive(adam)
    assert (row.decision, row.decided_at, row.decided_by) == (decision, NOW, "Adam")
    here = [reason for library, reason in not_rated() if library == adam.library_id]
    assert here == ([] if decision is Decision.RATE else [REASONS[decision]])
    assert exclusions_actions.decide(adam, {statement: decision}, REASONS, NOW) == 0
    kinds = session().scalars(select(AuditEvent.kind)).all()
    assert kinds.count("sensitive_decided") == 1


def test_what_is_decided_holds_in_the_next_version(context: World, adam: Actor) -> None:
    """Also where it is rated again; of what is merged only where all was decided alike."""
    one, two, three = context.statements["technical"][:3]
    make_sensitive(one, two, three)
    exclusions_actions.decide(adam, dict.fromkeys((one, two), Decision.RATE), REASONS, NOW)
    next_version(context, reworded={one: False}, merged={(two, three): True})
    assert setup_progress(adam, NOW.date()).undecided == 2, "the third, and what it is part of"
    waiting = [each.code for each in exclusions_queries.sensitive(adam) if not each.decision]
    assert waiting == ["TEC-1-02", "TEC-1-03"]
    exclusions_actions.decide(adam, {three: Decision.LEAVE_OUT}, REASONS, NOW)
    assert setup_progress(adam, NOW.date()).undecided == 1
    exclusions_actions.decide(adam, {three: Decision.RATE}, REASONS, NOW)
    assert setup_progress(adam, NOW.date()).undecided == 0


def test_what_is_decided_after_people_moved_holds_in_their_version(
    context: World, adam: Actor
) -> None:
    one = context.statements["technical"][0]
    make_sensitive(one)
    carried(context, next_version(context))
    exclusions_actions.decide(adam, {one: Decision.RATE}, REASONS, NOW)
    assert setup_progress(adam, NOW.date()).undecided == 0


def test_one_press_rates_again_what_was_left_out_twice(context: World, adam: Actor) -> None:
    """At a statement, and at what it was made of; what else was made of that stays left out."""
    whole = context.statements["technical"][0]
    version = next_version(context, split={whole: False})
    first, second = version.became[whole]
    exclusions_actions.leave_out(adam, [first], "Not here.", NOW)
    exclusions_actions.leave_out(adam, [whole], "Nor all of it.", NOW)
    row = exclusions_queries.left_out(adam, version.framework_id)[0]
    assert row.statement_id == first
    exclusions_actions.lift(adam, row.id, NOW)
    assert [
        each.statement_id for each in exclusions_queries.left_out(adam, version.framework_id)
    ] == [second]


@pytest.mark.in_ci
def test_what_is_newly_marked_waits_from_that_version_on(context: World, adam: Actor) -> None:
    """Whoever is on the version before rates it as before, also once the library left it out."""
    first = first_version(seed(), NOW)

    def marked(listed: dict[str, list[dict[str, Any]]]) -> None:
        listed["technical"][0]["sensitive"] = True

    def out(framework_id: int) -> list[str]:
        session().rollback()
        return [each.code for each in exclusions_queries.left_out(adam, framework_id)]

    before = out(first)
    assert "T-1-01" not in before
    versions = [
        drafts_actions.publish(
            None, import_framework(edited(seed(), marked, each), NOW).draft_id or 0, NOW
        ).framework_id
        for each in ("26.11", "27.05")
    ]
    assert [out(each) for each in (first, *versions)] == [before, *[["T-1-01", *before]] * 2]
    code = select(Statement.id, Statement.skill_id).where(Statement.code == "T-1-01")
    ids = session().execute(code.order_by(Statement.framework_id)).all()
    assert ids[1].skill_id == ids[2].skill_id != ids[0].skill_id
    exclusions_actions.decide(adam, {ids[1].id: Decision.LEAVE_OUT}, REASONS, NOW)
    assert [out(each) for each in (first, *versions)] == [before, *[["T-1-01", *before]] * 2]
    exclusions_actions.decide(adam, {ids[2].id: Decision.RATE}, REASONS, NOW)
    assert [out(each) for each in (first, *versions)] == [before] * 3


def make_sensitive(*statement_ids: int) -> None:
    with behind_the_guards() as tx:
        tx.execute(update(Statement).where(Statement.id.in_(statement_ids)).values(sensitive=True))


def test_a_decision_can_change(context: World, adam: Actor, statement: int) -> None:
    for decision in (Decision.ASK_HR, Decision.LEAVE_OUT, Decision.RATE):
        exclusions_actions.decide(adam, {statement: decision}, REASONS, NOW)
    assert [row.decision for row in exclusions_queries.sensitive(adam)] == [Decision.RATE]
    assert len(not_rated()) == 1, "the other library has not decided"
    facts = session().scalars(select(AuditEventDetail.facts).order_by(AuditEventDetail.event_id))
    assert [fact["decision_before"] for fact in facts if "decision" in fact] == [
        None,
        Decision.ASK_HR,
        Decision.LEAVE_OUT,
    ]


def test_leaving_out_and_rating_again_are_decisions(
    context: World, adam: Actor, statement: int
) -> None:
    waiting = select(NotRatedHere.id).where(NotRatedHere.library_id == adam.library_id)
    exclusions_actions.lift(adam, db.session.scalars(waiting).one(), NOW)
    assert [row.decision for row in exclusions_queries.sensitive(adam)] == [Decision.RATE]
    exclusions_actions.leave_out(adam, [statement, context.statements["technical"][0]], "No.", NOW)
    assert [row.decision for row in exclusions_queries.sensitive(adam)] == [Decision.LEAVE_OUT]
    assert len(session().scalars(select(SensitiveDecision.id)).all()) == 1


def test_only_what_is_sensitive_is_decided(context: World, adam: Actor, statement: int) -> None:
    for unknown in (context.statements["technical"][0], 2**31 - 1):
        with pytest.raises(Invalid, match="left_out_unknown"):
            exclusions_actions.decide(
                adam, {statement: Decision.RATE, unknown: Decision.RATE}, REASONS, NOW
            )
    assert [row.decision for row in exclusions_queries.sensitive(adam)] == [None]


def test_what_was_rated_before_anybody_was_asked(
    context: World, adam: Actor, statement: int
) -> None:
    with transaction() as tx:
        tx.add(
            SensitiveDecision(
                library_id=adam.library_id, skill_id=skill_of(statement), decision=Decision.RATE
            )
        )
    (row,) = exclusions_queries.sensitive(adam)
    assert (row.decision, row.decided_at, row.decided_by) == (Decision.RATE, None, None)
