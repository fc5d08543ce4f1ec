"""Rounds, use statements and what is not rated here."""

import datetime as dt

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.frameworks import second_framework
from tests.factories.world import World
from tracker.administration.exclusions import (
    actions as exclusions_actions,
    queries as exclusions_queries,
)
from tracker.administration.rounds import actions as rounds_actions, queries as rounds_queries
from tracker.administration.use_statements import actions as use_statements_actions
from tracker.db import db
from tracker.models import AuditEventDetail, NotRatedHere, Round, UseStatement
from tracker.policy.permissions import Actor
from tracker.rules.errors import Conflict, Invalid, Missing

pytestmark = pytest.mark.usefixtures("all_is_sealed")

SPRING = (dt.date(2027, 3, 1), dt.date(2027, 5, 31))


def test_rounds_do_not_share_a_day(context: World, adam: Actor) -> None:
    framework = [context.framework_id]
    spring = rounds_actions.create(adam, "Spring 2027", framework, *SPRING, NOW)
    with pytest.raises(Invalid, match="rounds_overlap") as refused:
        rounds_actions.create(adam, "Late spring", framework, SPRING[1], SPRING[1], NOW)
    assert refused.value.facts == {"other": "Spring 2027"}
    rounds_actions.edit(adam, spring, "Spring", framework, SPRING[0], dt.date(2027, 6, 30), NOW)
    assert db.session.get_one(Round, spring).ends_on == dt.date(2027, 6, 30)
    assert rounds_actions.create(acting(context, "oda"), "Spring 2027", framework, *SPRING, NOW)


def test_rounds_of_two_frameworks_share_their_days(context: World, adam: Actor) -> None:
    """One round may be for both; only two rounds of the same framework may not share a day."""
    _file, bikes = second_framework(context, "five-levels")
    small = context.framework_id
    rounds_actions.create(adam, "Small", [small], *SPRING, NOW)
    second = rounds_actions.create(adam, "Bikes", [bikes], *SPRING, NOW)
    for wanted in ([bikes], [small, bikes]):
        with pytest.raises(Invalid, match="rounds_overlap"):
            rounds_actions.create(adam, "Again", wanted, SPRING[1], SPRING[1], NOW)
    june = (dt.date(2027, 6, 1), dt.date(2027, 6, 30))
    rounds_actions.edit(adam, second, "Both", [small, bikes], *june, NOW)
    names = {each.id: each.name for each in rounds_queries.listed(adam)}
    frameworks = rounds_queries.frameworks_of(names)
    listed = {names[key]: [each.id for each in of] for key, of in frameworks.items()}
    assert listed == {"Both": [bikes, small], "Small": [small], "Autumn 2026": [small]}
    rounds_actions.edit(adam, second, "Both", [small], *june, NOW)
    assert [each.id for each in rounds_queries.frameworks_of([second])[second]] == [small]
    with pytest.raises(Invalid, match="round_keeps_framework"):
        rounds_actions.edit(
            adam,
            context.rounds["city"],
            "Autumn 2026",
            [small, bikes],
            dt.date(2026, 10, 1),
            dt.date(2026, 12, 11),
            NOW,
        )
    facts = db.session.scalars(select(AuditEventDetail.facts).order_by(AuditEventDetail.event_id))
    assert "bicycle-mechanics 1.0" in str(facts.all()[-2])


def test_a_round_that_runs_ends_today_at_the_earliest(context: World, adam: Actor) -> None:
    """It could not be kept as it was on a day that is over."""
    autumn, framework = context.rounds["city"], [context.framework_id]
    first, today = dt.date(2026, 10, 1), NOW.date()
    yesterday = today - dt.timedelta(days=1)
    with pytest.raises(Invalid, match="round_ends_in_past"):
        rounds_actions.edit(adam, autumn, "Autumn 2026", framework, first, yesterday, NOW)
    rounds_actions.edit(adam, autumn, "Autumn 2026", framework, first, today, NOW)
    assert db.session.get_one(Round, autumn).ends_on == today
    assert not db.session.get_one(Round, autumn).ended_unseen
    past = rounds_actions.create(
        adam, "Summer", framework, dt.date(2026, 6, 1), dt.date(2026, 6, 9), NOW
    )
    assert db.session.get_one(Round, past).ended_unseen, "one that is written down afterwards"


def test_what_a_round_cannot_be(context: World, adam: Actor) -> None:
    framework = [context.framework_id]
    for name, framework_ids, starts_on, ends_on, code in (
        ("Autumn 2026", framework, *SPRING, "round_name_taken"),
        ("Spring", [*framework, 2**31 - 1], *SPRING, "framework_unknown"),
        ("Spring", [], *SPRING, "round_framework_needed"),
        ("Spring", framework, SPRING[1], SPRING[0], "dates_not_in_order"),
        ("", framework, *SPRING, "line_empty"),
    ):
        with pytest.raises(Invalid, match=code):
            rounds_actions.create(adam, name, framework_ids, starts_on, ends_on, NOW)
    with pytest.raises(Missing):
        rounds_actions.edit(adam, context.rounds["other"], "Mine", framework, *SPRING, NOW)


def test_publishing_makes_a_new_version_and_keeps_the_old(context: World, adam: Actor) -> None:
    assert (
        use_statements_actions.publish(adam, "For growth only.\r\n\r\nNever for pay.", 1, NOW) == 2
    )
    rows = select(UseStatement.version, UseStatement.text).where(
        UseStatement.library_id == adam.library_id
    )
    assert dict(db.session.execute(rows).all()) == {
        1: "For your development.",
        2: "For growth only.\n\nNever for pay.",
    }
    with pytest.raises(Conflict, match="use_statement_moved_on"):
        use_statements_actions.publish(adam, "Written on an old page.", 1, NOW)
    with pytest.raises(Invalid, match="use_statement_same"):
        use_statements_actions.publish(adam, "For growth only.\n\nNever for pay. ", 2, NOW)
    for text, code in ((" ", "line_empty"), ("x" * 20_001, "line_long")):
        with pytest.raises(Invalid, match=code):
            use_statements_actions.publish(adam, text, 2, NOW)


def test_leaving_out_and_taking_in(context: World, adam: Actor) -> None:
    first, second, *_ = context.statements["technical"]
    assert (
        len(exclusions_actions.leave_out(adam, [first, second, second], "No such tool here.", NOW))
        == 2
    )
    assert exclusions_actions.leave_out(adam, [first], "Another reason.", NOW) == []
    rows = db.session.scalars(select(NotRatedHere).order_by(NotRatedHere.skill_id)).all()
    assert [(row.library_id, row.reason) for row in rows] == [
        (adam.library_id, "No such tool here.")
    ] * 2
    with pytest.raises(Missing):
        exclusions_actions.lift(acting(context, "oda"), rows[0].id, NOW)
    exclusions_actions.lift(adam, rows[0].id, NOW)
    (left,) = exclusions_queries.left_out(adam, context.framework_id)
    assert left.statement_id == second


def test_what_cannot_be_left_out(context: World, adam: Actor) -> None:
    for ids, reason, code in (
        ([], "Why", "nothing_chosen"),
        ([context.statements["technical"][0]], "", "line_empty"),
        ([context.statements["technical"][0]], "x" * 501, "line_long"),
        ([2**31 - 1], "Why", "left_out_unknown"),
    ):
        with pytest.raises(Invalid, match=code):
            exclusions_actions.leave_out(adam, ids, reason, NOW)
