"""Who is reminded of what, and when."""

import datetime as dt

import pytest

from tests.factories.answers import ReviewerAnswer
from tests.factories.notices import told
from tests.factories.sides import NO, YES, actor, answer, answer_all, ask, item_ids, send
from tests.factories.world import World
from tests.notifications.notices.happenings import CANNOT, DAY, OTHER, SAME, differing, leave
from tracker.administration.library.actions import note_access_review
from tracker.db import transaction
from tracker.models import Library
from tracker.notifications.notices import actions as notices_actions
from tracker.policy.permissions import Actor
from tracker.queries.core.access_review import EVERY
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions


def remind(context: World, days: int) -> list[tuple[str, str]]:
    """What the daily command tells so many days on, beyond what was told."""
    before = {name: len(told(context, name)) for name in ("ana", "sue")}
    notices_actions.remind(context.now + dt.timedelta(days=days))
    return [(name, kind) for name in ("ana", "sue") for kind in told(context, name)[before[name] :]]


@pytest.mark.in_ci
def test_a_review_is_reminded_of_before_and_after_its_day_once_each(context: World) -> None:
    send(context, YES, NO)
    assert remind(context, 10) == []
    assert remind(context, 11) == [("sue", "review_due_soon")]
    assert remind(context, 12) == remind(context, 14) == []
    assert remind(context, 15) == [("sue", "review_overdue")]
    assert remind(context, 16) == []


@pytest.mark.parametrize("said", [(SAME, OTHER), (OTHER, OTHER), (CANNOT, SAME), (CANNOT, CANNOT)])
def test_it_does_not_tell_what_was_answered(
    context: World, said: tuple[ReviewerAnswer, ...]
) -> None:
    """Answered and not revealed: there is still something to do, whatever was said."""
    answer_all(context, send(context, YES, NO), *said)
    assert remind(context, 11) == [("sue", "review_due_soon")]


@pytest.mark.parametrize("said", [(), (SAME, CANNOT)])
def test_a_reviewer_who_waits_for_replies_is_not_reminded(
    context: World, said: tuple[ReviewerAnswer, ...]
) -> None:
    """Also where the rest was revealed: what they couldn't tell was shown with it."""
    review_id = send(context, YES, *[YES] * len(said))
    item_id, *others = item_ids(review_id)
    ask(actor(context, "sue"), item_id, "Where?", 1, context.now)
    for other, each in zip(others, said, strict=True):
        answer(context, other, each)
    if said:
        review_actions.reveal(actor(context, "sue"), review_id, context.now)
    assert remind(context, 11) == []


def test_differences_are_reminded_of_before_they_are_kept_apart(context: World) -> None:
    differing(context)
    assert remind(context, 10) == []
    assert remind(context, 11) == [("ana", "differences_due_soon"), ("sue", "differences_due_soon")]
    assert remind(context, 12) == remind(context, 15) == []


def test_a_next_step_is_reminded_of_on_its_day_unless_it_is_done(context: World) -> None:
    first, second = differing(context)
    day = context.now.date() + dt.timedelta(days=5)
    ana, sue = actor(context, "ana"), actor(context, "sue")
    differences_actions.add_next_step(sue, first, context.people["ana"], "Shadow", day, context.now)
    done = differences_actions.add_next_step(
        ana, second, context.people["sue"], "Show", day, context.now
    )
    differences_actions.finish_next_step(ana, second, done, context.now)
    assert remind(context, 4) == []
    assert remind(context, 6) == [("ana", "next_step_due")]
    assert remind(context, 7) == []


def test_days_are_those_of_the_library(context: World) -> None:
    with transaction() as tx:
        tx.get_one(Library, context.libraries["city"]).time_zone = "Pacific/Kiritimati"
    send(context, YES)
    assert remind(context, 10) == [], "at 10 UTC it is the next day there, on which it was sent too"
    notices_actions.remind(context.now + dt.timedelta(days=11))
    assert told(context, "sue") == ["review_sent", "review_due_soon"]


def test_who_supervises_no_more_is_reminded_of_nothing(context: World) -> None:
    send(context, YES)
    leave(context)
    assert remind(context, 15) == []


def test_endorsements_that_expire_are_reminded_of_once_for_each_last_day(context: World) -> None:
    with transaction() as tx:
        tx.get_one(Library, context.libraries["city"]).endorsement_months = 12
    review_id = send(context, YES, NO)
    answer_all(context, review_id, SAME, OTHER)
    review_actions.reveal(actor(context, "sue"), review_id, context.now)
    assert remind(context, 300) == []
    assert remind(context, 340) == [("ana", "endorsement_expiring")]
    assert remind(context, 341) == remind(context, 364) == []


def test_administrators_are_reminded_of_the_access_review_once(context: World, adam: Actor) -> None:
    """Half a year after the library was made, and after each review."""
    due = context.now + EVERY
    notices_actions.remind(due - DAY)
    assert "access_review_due" not in told(context, "adam")
    for _again in range(2):
        notices_actions.remind(due)
    assert told(context, "adam").count("access_review_due") == 1
    assert "access_review_due" not in told(context, "cora")
    note_access_review(adam, due)
    notices_actions.remind(due + DAY)
    assert told(context, "adam").count("access_review_due") == 1
    notices_actions.remind(due + EVERY)
    assert told(context, "adam").count("access_review_due") == 2
